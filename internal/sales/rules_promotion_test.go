package sales

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

var promoDay = bizdate.New(2026, 9, 1)

func promoID(n byte) (key id.ID) {
	key[15] = n
	return key
}

// drawOffer is an offer of one to four packages with up to four promotions of any kind.
func drawOffer(t *rapid.T) Offer {
	o := Offer{Occasion: Occasion{Center: promoID(200), Kind: "new", Day: promoDay}}
	for i := range rapid.IntRange(1, 4).Draw(t, "packages") {
		o.Packages = append(o.Packages, contracts.Package{
			ID: promoID(byte(i + 1)), Price: money.Fen(rapid.Int64Range(1, 5_000_000).Draw(t, "price")), Hours: hours.Centi(rapid.Int64Range(100, 20_000).Draw(t, "hours")),
		})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "promotions") {
		p := Promotion{
			ID: promoID(byte(100 + i)), No: fmt.Sprintf("P-2026-%04d", i+1), State: PromotionActive, From: promoDay, Until: promoDay, Form: rapid.SampledFrom(PromotionForms).Draw(t, "form"),
			Stacking: rapid.SampledFrom([]string{StackList, StackRest}).Draw(t, "stacking"), Floor: money.Fen(rapid.Int64Range(0, 20_000).Draw(t, "floor")),
		}
		switch p.Form {
		case FormPercent:
			p.Percent = rapid.Int64Range(1, 9_999).Draw(t, "percent")
		case FormAmount:
			p.Amount = money.Fen(rapid.Int64Range(1, 2_000_000).Draw(t, "amount"))
		case FormGiftHours:
			p.Gift = hours.Centi(rapid.Int64Range(1, 5_000).Draw(t, "gift"))
		}
		if rapid.Bool().Draw(t, "only one package") {
			p.Packages = []id.ID{o.Packages[rapid.IntRange(0, len(o.Packages)-1).Draw(t, "which")].ID}
		}
		o.Promotions = append(o.Promotions, p)
	}
	o.Discount = money.Fen(rapid.Int64Range(0, 1_000_000).Draw(t, "discount"))
	return o
}

// Whatever is stacked: nothing is below nothing, no hour is below a floor, and lines, promotions and discount add up to the price (SAL-7).
func TestSAL7_StackedPriceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		out, err := o.Price()
		if err != nil {
			return
		}
		var list, payable, off money.Fen
		for i, l := range out.Lines {
			list, payable = list+l.List, payable+l.Payable
			if l.Payable < 0 || l.Payable > l.List {
				t.Fatalf("line %d costs %d of %d", i, l.Payable, l.List)
			}
			for _, p := range o.Promotions {
				// exactly: payable / hours >= floor
				if p.Floor > 0 && p.On(l.PackageID) && int64(l.Payable)*100 < int64(p.Floor)*int64(l.Hours+l.Gift) {
					t.Fatalf("an hour of line %d costs less than the floor of %d", i, p.Floor)
				}
			}
		}
		for _, g := range out.Granted {
			n, _ := g.Given()
			off += n
		}
		if list != out.List || payable != out.Payable || list-off-o.Discount != payable || payable <= 0 {
			t.Fatalf("list %d less %d less %d is not %d (%+v)", list, off, o.Discount, payable, out)
		}
	})
}

// In whatever order promotions are named, the price is the same (SAL-8).
func TestSAL8_OrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		one, errOne := o.Price()
		o.Promotions = rapid.Permutation(o.Promotions).Draw(t, "another order")
		other, errOther := o.Price()
		if (errOne == nil) != (errOther == nil) || errOne == nil && (one.Payable != other.Payable || !slices.Equal(one.Lines, other.Lines)) {
			t.Fatalf("%+v %v, in another order %+v %v", one, errOne, other, errOther)
		}
	})
}

// Two promotions of different stacking, to the fen: a fifth of the list price, then a tenth of what is left.
func TestSAL8_ListThenRest(t *testing.T) {
	pack := contracts.Package{ID: promoID(1), Price: 1_000_001, Hours: 4_000}
	tenth := Promotion{ID: promoID(100), No: "P-1", State: PromotionActive, From: promoDay, Until: promoDay, Form: FormPercent, Percent: 1_000, Stacking: StackRest}
	fifth := Promotion{ID: promoID(101), No: "P-2", State: PromotionActive, From: promoDay, Until: promoDay, Form: FormPercent, Percent: 2_000, Stacking: StackList}
	out, err := Offer{Occasion: Occasion{Day: promoDay}, Packages: []contracts.Package{pack}, Promotions: []Promotion{tenth, fifth}}.Price()
	if err != nil {
		t.Fatal(err)
	}
	if out.Payable != 1_000_001-200_000-80_000 {
		t.Errorf("payable = %d", out.Payable)
	}
}

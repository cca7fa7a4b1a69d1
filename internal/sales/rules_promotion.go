package sales

import (
	"fmt"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// Occasion is for whom, where and when a price is made.
type Occasion struct {
	Center id.ID
	Kind   string
	Day    bizdate.Date
}

// Offer is what somebody wants to have: packages with promotions and a discount by hand.
type Offer struct {
	Occasion
	Packages   []contracts.Package
	Promotions []Promotion
	Discount   money.Fen
}

// Priced is the price of an offer.
type Priced struct {
	Lines         []contracts.LineInput
	Granted       []contracts.Granted
	List, Payable money.Fen
}

// Price prices an offer (SAL-7): each promotion by its rule, then the discount by hand. Whatever the order in which promotions are named, the
// price is the same: those reckoned from the list price add up, those reckoned from what is left follow in the order of their numbers.
// Refused, naming the promotion: use outside its period, center, kinds, packages, quota, stacking and floor price (SAL-8); what
// contracts.PriceLines refuses.
func (o Offer) Price() (out Priced, err error) {
	var bad problem.Invalid
	for i, p := range o.Promotions {
		o.outside(&bad, promotionField(i), p)
		if slices.ContainsFunc(o.Promotions[:i], func(q Promotion) bool { return q.ID == p.ID }) {
			bad.Add(promotionField(i), "twice", p.No)
		}
	}
	if err := bad.Err("SAL-8"); err != nil {
		return out, err
	}
	if out.Granted, err = grant(o.Promotions, o.Packages); err != nil {
		return out, err
	}
	if out.Lines, err = contracts.PriceLines(o.Packages, out.Granted, o.Discount); err != nil {
		return out, err
	}
	for _, l := range out.Lines {
		out.List += l.List
		out.Payable += l.Payable
	}
	o.below(&bad, out)
	return out, bad.Err("SAL-8")
}

func promotionField(i int) string { return fmt.Sprintf("promotion_ids.%d", i) }

// Outside tells why a promotion is not open to an occasion, as a code; empty: it is open. Value and args name the rule.
func (p Promotion) Outside(o Occasion) (code string, value any, args []any) {
	switch {
	case p.State != PromotionActive:
		return "promotion-" + string(p.State), p.No, nil
	case o.Day < p.From:
		return "promotion-ahead", p.No, []any{"day", p.From}
	case o.Day > p.Until:
		return "promotion-over", p.No, []any{"day", p.Until}
	case len(p.Centers) > 0 && !slices.Contains(p.Centers, o.Center):
		return "promotion-center", p.No, nil
	case len(p.Kinds) > 0 && !slices.Contains(p.Kinds, o.Kind):
		return "promotion-kind", p.No, []any{"list", strings.Join(p.Kinds, ", ")}
	case p.Left() == 0:
		return "promotion-quota", p.No, []any{"quota", p.Quota}
	}
	return "", nil, nil
}

// outside collects why a promotion may not be used on an offer.
func (o Offer) outside(bad *problem.Invalid, field string, p Promotion) {
	if code, value, args := p.Outside(o.Occasion); code != "" {
		bad.Add(field, code, value, args...)
		return
	}
	if len(o.Packages) > 0 && !slices.ContainsFunc(o.Packages, func(k contracts.Package) bool { return p.On(k.ID) }) {
		bad.Add(field, "promotion-package", p.No)
	}
	if p.Stacking != StackAlone {
		return
	}
	if len(o.Promotions) > 1 {
		bad.Add(field, "promotion-alone", p.No)
	} else if o.Discount > 0 {
		bad.Add("discount_fen", "promotion-alone", o.Discount)
	}
}

// grant decides what promotions give on each package, in the order in which they are applied. Refused: promotion-too-much, where more would
// be taken off than a line has left.
func grant(promotions []Promotion, packages []contracts.Package) ([]contracts.Granted, error) {
	left := make([]money.Fen, len(packages))
	list := make([]money.Fen, len(packages))
	for i, p := range packages {
		left[i], list[i] = p.Price, p.Price
	}
	var out []contracts.Granted
	for _, p := range inOrder(promotions) {
		from := list
		if p.Stacking == StackRest {
			from = left
		}
		g, ok := p.grant(packages, from)
		for i := range left {
			left[i] -= g.Off[i]
			ok = ok && left[i] >= 0
		}
		if !ok {
			i := slices.IndexFunc(promotions, func(q Promotion) bool { return q.ID == p.ID })
			return nil, problem.Refuse("SAL-8", "invalid", problem.Field{Location: promotionField(i), Code: "promotion-too-much", Value: p.No})
		}
		out = append(out, g)
	}
	return out, nil
}

// inOrder sorts promotions as they are applied: those from what is left last; by number.
func inOrder(promotions []Promotion) []Promotion {
	out := slices.Clone(promotions)
	slices.SortFunc(out, func(a, b Promotion) int {
		if (a.Stacking == StackRest) != (b.Stacking == StackRest) {
			if b.Stacking == StackRest {
				return -1
			}
			return 1
		}
		return strings.Compare(a.No, b.No)
	})
	return out
}

// grant is what one promotion gives, reckoned from prices of lines; false where it is more than they are.
func (p Promotion) grant(packages []contracts.Package, from []money.Fen) (contracts.Granted, bool) {
	g := contracts.Granted{PromotionID: p.ID, No: p.No, Name: p.Name, Off: make([]money.Fen, len(packages)), Gift: make([]hours.Centi, len(packages)), Thing: p.Thing}
	base := make([]money.Fen, len(packages))
	var sum money.Fen
	first := -1
	for i, k := range packages {
		if !p.On(k.ID) {
			continue
		}
		base[i] = max(0, from[i])
		sum += base[i]
		if first < 0 || k.Price > packages[first].Price {
			first = i
		}
	}
	off := p.Amount
	switch p.Form {
	case FormPercent:
		off = sum.ShareEven(p.Percent, 10_000)
	case FormGiftHours:
		if first >= 0 {
			g.Gift[first] = p.Gift // on the dearest line
		}
	}
	if off > sum {
		return g, false
	}
	g.Off = off.Spread(base)
	return g, true
}

// below collects the floor prices that a price is below: an hour of a line with a promotion, those given by promotions included, costs at
// least the floor of the promotion. A discount by hand is named where it is the cause.
func (o Offer) below(bad *problem.Invalid, out Priced) {
	without := out.Lines
	if o.Discount > 0 {
		without, _ = contracts.PriceLines(o.Packages, out.Granted, 0)
	}
	for i, p := range o.Promotions {
		if p.Floor == 0 {
			continue
		}
		for n, l := range out.Lines {
			if !p.On(l.PackageID) || p.Floor <= hourPrice(l, o.Packages[n]) {
				continue
			}
			if p.Floor <= hourPrice(without[n], o.Packages[n]) {
				bad.Add("discount_fen", "promotion-floor", o.Discount, "least", p.Floor)
			} else {
				bad.Add(promotionField(i), "promotion-floor", p.No, "least", p.Floor)
			}
			break
		}
	}
}

// hourPrice is what an hour of a line costs, rounded down; the hours that promotions give count, those that its package gives do not.
func hourPrice(l contracts.LineInput, of contracts.Package) money.Fen {
	n := money.Fen(l.Hours + l.Gift - of.Gift)
	if n <= 0 {
		return l.Payable
	}
	return l.Payable * 100 / n
}

// size is the most that a promotion gives away of one of some packages, in hundredths of a per cent of what it then costs or is worth.
func (p Promotion) size(packages []contracts.Package) int64 {
	most := p.Percent
	part := func(of, whole int64) {
		if whole > 0 {
			most = max(most, min(10_000, (of*10_000+whole-1)/whole))
		}
	}
	for _, k := range packages {
		switch {
		case !p.On(k.ID):
		case p.Form == FormAmount:
			part(int64(p.Amount), int64(k.Price))
		case p.Form == FormGift:
			part(int64(p.ThingCost), int64(k.Price))
		case p.Form == FormGiftHours:
			part(int64(p.Gift), int64(p.Gift)+int64(k.Hours))
		}
	}
	return most
}

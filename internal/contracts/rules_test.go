package contracts

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// codes gives "location:code" of every field of a refusal.
func codes(err error) []string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return nil
	}
	var out []string
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return out
}

func TestSAL7_PriceLines(t *testing.T) {
	one, two := Package{Price: money.Yuan(19_200), Hours: 4800}, Package{Price: money.Yuan(9_600), Hours: 2400}
	tests := []struct {
		name     string
		packages []Package
		discount money.Fen
		want     []money.Fen // payable of each line
		refused  []string
	}{
		{"one", []Package{one}, 0, []money.Fen{1_920_000}, nil},
		{"discount in proportion", []Package{one, two}, money.Yuan(300), []money.Fen{1_900_000, 950_000}, nil},
		{"the rest of a fen goes to the larger remainder", []Package{one, two}, 1, []money.Fen{1_919_999, 960_000}, nil},
		{"nothing", nil, 0, nil, []string{"lines:required"}},
		{"negative discount", []Package{one}, -1, nil, []string{"discount_fen:discount-range"}},
		{"all given away", []Package{one}, money.Yuan(19_200), nil, []string{"discount_fen:discount-range"}},
		{"too many", make([]Package, 21), 0, nil, []string{"lines:too-many"}},
		{"too much", []Package{{Price: mostPrice, Hours: 1}, one}, 0, nil, []string{"lines:amount-range"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, err := PriceLines(tt.packages, nil, tt.discount)
			var got []money.Fen
			for _, l := range lines {
				got = append(got, l.Payable)
			}
			if !slices.Equal(got, tt.want) || !slices.Equal(codes(err), tt.refused) {
				t.Errorf("payable = %v, refused %v, want %v, %v", got, codes(err), tt.want, tt.refused)
			}
		})
	}
}

// TestSAL7_PriceIsExact: whatever the packages and the discount, the lines sum to list less discount and none is below zero, and
// the unit price never recognizes more than is paid (CON-4).
func TestSAL7_PriceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packages := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Package {
			return Package{Price: money.Fen(rapid.Int64Range(1, 100_000_000).Draw(t, "price")), Hours: hours.Centi(rapid.Int64Range(1, 100_000).Draw(t, "hours"))}
		}), 1, 20).Draw(t, "packages")
		var list money.Fen
		for _, p := range packages {
			list += p.Price
		}
		discount := money.Fen(rapid.Int64Range(0, int64(list)-1).Draw(t, "discount"))
		lines, err := PriceLines(packages, nil, discount)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Fen
		for _, l := range lines {
			if l.Payable < 0 || l.Payable > l.List {
				t.Fatalf("line pays %d of %d", l.Payable, l.List)
			}
			if unit := unitPrice(l.Payable, l.Hours); unit*money.Fen(l.Hours)/100 > l.Payable {
				t.Fatalf("unit price %d times %s h is more than %d", unit, l.Hours, l.Payable)
			}
			sum += l.Payable
		}
		if sum != list-discount {
			t.Fatalf("lines sum to %d, want %d", sum, list-discount)
		}
	})
}

func TestCON1_Plan(t *testing.T) {
	day := bizdate.New(2026, 6, 3)
	tests := []struct {
		name    string
		plan    []InstalmentInput
		refused []string
	}{
		{"left out", nil, nil},
		{"two", []InstalmentInput{{day, 60}, {day + 30, 40}}, nil},
		{"short", []InstalmentInput{{day, 60}, {day + 30, 39}}, []string{"plan:plan-sum"}},
		{"over", []InstalmentInput{{day, 101}}, []string{"plan.0.amount_fen:amount-range"}},
		{"zero", []InstalmentInput{{day, 100}, {day + 1, 0}}, []string{"plan.1.amount_fen:amount-range"}},
		{"same day", []InstalmentInput{{day, 60}, {day, 40}}, []string{"plan.1.due:due-order"}},
		{"no day", []InstalmentInput{{0, 100}}, []string{"plan.0.due:required"}},
		{"endless", make([]InstalmentInput, 61), []string{"plan:too-many"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Plan(tt.plan, 100, day)
			if !slices.Equal(codes(err), tt.refused) {
				t.Fatalf("refused %v, want %v", codes(err), tt.refused)
			}
			if tt.plan == nil && !slices.Equal(got, []InstalmentInput{{day, 100}}) {
				t.Errorf("plan = %v, want all at once", got)
			}
		})
	}
}

func TestCON1_Shares(t *testing.T) {
	a, b := id.MustParse("01900000-0000-7000-8000-00000000000a"), id.MustParse("01900000-0000-7000-8000-00000000000b")
	tests := []struct {
		name    string
		shares  []ShareInput
		refused []string
	}{
		{"one", []ShareInput{{a, 10_000}}, nil},
		{"two", []ShareInput{{a, 3_333}, {b, 6_667}}, nil},
		{"none", nil, []string{"shares:required"}},
		{"99.99 %", []ShareInput{{a, 3_333}, {b, 6_666}}, []string{"shares:share-sum"}},
		{"twice", []ShareInput{{a, 5_000}, {a, 5_000}}, []string{"shares.1.staff_id:twice"}},
		{"nothing", []ShareInput{{a, 10_000}, {b, 0}}, []string{"shares.1.share:out-of-range"}},
		{"too many", make([]ShareInput, 11), []string{"shares:too-many"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := codes(checkShares(tt.shares).Err("CON-1")); !slices.Equal(got, tt.refused) {
				t.Errorf("refused %v, want %v", got, tt.refused)
			}
		})
	}
}

func TestCON2_SignRefused(t *testing.T) {
	for _, state := range States {
		_, err := Contract{State: state}.sign([]Line{{ValidityDays: 1}}, bizdate.New(2026, 6, 3))
		if (err == nil) != (state == Drafted) {
			t.Errorf("sign in state %s: %v", state, err)
		}
	}
}

// TestCON3_NeverNegative: whatever entries come, the balance is the sum of those accepted and never below zero.
func TestCON3_NeverNegative(t *testing.T) {
	kinds := []EntryKind{Bought, Gift, Consumed, Reversed, Frozen, Unfrozen, Lapsed, TransferredOut, TransferredIn, Refunded, "other"}
	rapid.Check(t, func(t *rapid.T) {
		var balance, sum Balance
		for range rapid.IntRange(1, 50).Draw(t, "entries") {
			e := HourEntry{
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Hours: hours.Centi(rapid.Int64Range(-500, 1000).Draw(t, "hours")),
				Gift: hours.Centi(rapid.Int64Range(-500, 1000).Draw(t, "gift")),
			}
			after, err := balance.Add(e)
			if err == nil {
				sum.Hours, sum.Gift = sum.Hours+e.Hours, sum.Gift+e.Gift
			} else if after != balance {
				t.Fatalf("a refused entry changed %+v to %+v", balance, after)
			}
			balance = after
			if balance.Hours < 0 || balance.Gift < 0 || balance != sum {
				t.Fatalf("balance %+v, sum of entries %+v", balance, sum)
			}
		}
	})
}

func TestCON3_AddRefused(t *testing.T) {
	tests := []struct {
		name  string
		entry HourEntry
		code  string
	}{
		{"short of paid hours", HourEntry{Kind: Consumed, Hours: -101}, "hours-short"},
		{"short of gift hours", HourEntry{Kind: Consumed, Gift: -51}, "hours-short"},
		{"taken by buying", HourEntry{Kind: Bought, Hours: -1}, "hours-sign"},
		{"given by consuming", HourEntry{Kind: Consumed, Hours: 1}, "hours-sign"},
		{"nothing", HourEntry{Kind: Bought}, "hours-sign"},
		{"unknown", HourEntry{Kind: "lost", Hours: -1}, "hours-sign"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Balance{Hours: 100, Gift: 50}.Add(tt.entry)
			if p, ok := problem.As(err); !ok || p.Code != tt.code {
				t.Errorf("err = %v, want %s", err, tt.code)
			}
		})
	}
}

// A contract is about the course of its lines; where they are of several, about that of the matter (CON-1).
func TestCON1_CourseOfLines(t *testing.T) {
	a, b, c := id.ID{1}, id.ID{2}, id.ID{3}
	for name, tc := range map[string]struct {
		lines  []id.ID
		matter id.ID
		want   id.ID
	}{
		"another than the matter's": {[]id.ID{b}, a, b},
		"all of one":                {[]id.ID{b, b}, a, b},
		"of several":                {[]id.ID{b, c}, a, a},
		"of several, no matter":     {[]id.ID{b, c}, id.None, b},
		"none":                      {[]id.ID{id.None}, a, a},
	} {
		var lines []LineInput
		for _, course := range tc.lines {
			lines = append(lines, LineInput{CourseID: course})
		}
		if got := courseOf(lines, tc.matter); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

package finance

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

func key(n byte) id.ID {
	v := id.MustParse("01900000-0000-7000-8000-000000000000")
	v[15] = n
	return v
}

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

// owed is a contract of 100 and 50 yuan in two lines, due in three parts; the second is half paid.
func owed() contracts.Owed {
	day := bizdate.New(2026, 6, 3)
	return contracts.Owed{
		Lines: []contracts.Line{{ID: key(1), Payable: 10_000, Paid: 1_667}, {ID: key(2), Payable: 5_000, Paid: 833}},
		Plan: []contracts.Instalment{
			{ID: key(11), No: 1, Due: day + 60, Amount: 5_000},
			{ID: key(12), No: 2, Due: day, Amount: 5_000, Paid: 2_500},
			{ID: key(13), No: 3, Due: day + 30, Amount: 5_000},
		},
	}
}

func TestFIN1_Allocate(t *testing.T) {
	tests := []struct {
		name    string
		amount  money.Fen
		given   []AllocationInput
		want    []facts.Allocated
		refused []string
	}{
		{"oldest due first", 3_000, nil, []facts.Allocated{{Instalment: key(12), Line: key(1), Amount: 1_667}, {Instalment: key(12), Line: key(2), Amount: 833}, {Instalment: key(13), Line: key(1), Amount: 333}, {Instalment: key(13), Line: key(2), Amount: 167}}, nil},
		{"all that is open", 99_000, []AllocationInput{}, []facts.Allocated{
			{Instalment: key(12), Line: key(1), Amount: 1_667}, {Instalment: key(12), Line: key(2), Amount: 833}, {Instalment: key(13), Line: key(1), Amount: 3_333}, {Instalment: key(13), Line: key(2), Amount: 1_667}, {Instalment: key(11), Line: key(1), Amount: 3_333}, {Instalment: key(11), Line: key(2), Amount: 1_667},
		}, nil},
		{"as given", 3_000, []AllocationInput{{key(11), 1}}, []facts.Allocated{{Instalment: key(11), Line: key(1), Amount: 1}}, nil},
		{"unknown", 3_000, []AllocationInput{{key(9), 1}}, nil, []string{"allocations.0.instalment_id:unknown"}},
		{"twice", 3_000, []AllocationInput{{key(11), 1}, {key(11), 1}}, nil, []string{"allocations.1.instalment_id:twice"}},
		{"more than open", 3_000, []AllocationInput{{key(12), 2_501}}, nil, []string{"allocations.0.amount_fen:over-open"}},
		{"nothing", 3_000, []AllocationInput{{key(12), 0}}, nil, []string{"allocations.0.amount_fen:over-open"}},
		{"more than the payment", 3_000, []AllocationInput{{key(12), 2_500}, {key(13), 501}}, nil, []string{"allocations:over-payment"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := allocate(tt.amount, owed(), tt.given)
			if !slices.Equal(got, tt.want) || !slices.Equal(codes(err), tt.refused) {
				t.Errorf("allocated %v, refused %v, want %v, %v", got, codes(err), tt.want, tt.refused)
			}
		})
	}
}

// TestFIN1_NeverOverAllocated: whatever amounts come, instalments and lines are paid exactly and never beyond what is open.
func TestFIN1_NeverOverAllocated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOwed(t)
		var total, open money.Fen
		for _, l := range o.Lines {
			open += l.Open()
		}
		for range 4 {
			amount := money.Fen(rapid.Int64Range(1, 200_000).Draw(t, "amount"))
			allocated, err := allocate(amount, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			var sum money.Fen
			for _, a := range allocated {
				sum += a.Amount
				for i := range o.Lines {
					if o.Lines[i].ID == a.Line {
						o.Lines[i].Paid += a.Amount
					}
				}
				for i := range o.Plan {
					if o.Plan[i].ID == a.Instalment {
						o.Plan[i].Paid += a.Amount
					}
				}
			}
			if sum != min(amount, open-total) {
				t.Fatalf("allocated %d of %d with %d open", sum, amount, open-total)
			}
			total += sum
			for _, l := range o.Lines {
				if l.Paid < 0 || l.Open() < 0 {
					t.Fatalf("line paid %d of %d", l.Paid, l.Payable)
				}
			}
			for _, i := range o.Plan {
				if i.Paid < 0 || i.Open() < 0 {
					t.Fatalf("instalment paid %d of %d", i.Paid, i.Amount)
				}
			}
		}
	})
}

// drawOwed draws an unpaid contract whose instalments sum to its lines.
func drawOwed(t *rapid.T) (o contracts.Owed) {
	var sum money.Fen
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		l := contracts.Line{ID: key(byte(1 + i)), Payable: money.Fen(rapid.Int64Range(1, 100_000).Draw(t, "payable"))}
		o.Lines = append(o.Lines, l)
		sum += l.Payable
	}
	n := min(rapid.IntRange(1, 5).Draw(t, "instalments"), int(sum))
	for i, part := range sum.Split(n) {
		o.Plan = append(o.Plan, contracts.Instalment{ID: key(byte(100 + i)), No: int64(i), Due: bizdate.Date(rapid.Int32Range(1, 99).Draw(t, "due")), Amount: part})
	}
	return o
}

func TestFIN4_Postings(t *testing.T) {
	pay := facts.Pay{
		Person: key(50), Contract: key(60), Method: "cash", Amount: 10_000,
		Allocations: []facts.Allocated{{Instalment: key(11), Line: key(1), Amount: 4_000}, {Instalment: key(11), Line: key(2), Amount: 2_000}, {Instalment: key(12), Line: key(1), Amount: 1_000}},
	}
	type posting struct {
		account string
		line    id.ID
		amount  money.Fen
	}
	tests := []struct {
		name  string
		lines []JournalLine
		want  []posting
	}{
		{"to the balance alone", postTakenLines(facts.Pay{Person: key(50), Method: "bank", Amount: 5}, nil), []posting{
			{"cash.bank", id.None, 5}, {CustomerBalance, id.None, -5},
		}},
		{"a receivable is cleared first", postTakenLines(pay, map[id.ID]lineBooks{key(1): {Receivable: 1_500}}), []posting{
			{"cash.cash", id.None, 10_000},
			{CustomerBalance, id.None, -10_000},
			{CustomerBalance, id.None, 7_000},
			{Receivable, key(1), -1_500},
			{DeferredRevenue, key(1), -3_500},
			{DeferredRevenue, key(2), -2_000},
		}},
		{"a reversal owes again what was consumed", postReversedLines(pay, map[id.ID]lineBooks{key(1): {Deferred: 3_500}, key(2): {Deferred: 9_000}}), []posting{
			{DeferredRevenue, key(1), 3_500},
			{Receivable, key(1), 1_500},
			{DeferredRevenue, key(2), 2_000},
			{CustomerBalance, id.None, -7_000},
			{CustomerBalance, id.None, 10_000},
			{"cash.cash", id.None, -10_000},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []posting
			for _, l := range tt.lines {
				got = append(got, posting{l.Account, l.Line, l.Amount})
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("postings = %v, want %v", got, tt.want)
			}
		})
	}
}

// TestFIN4_EveryEventBalances: whatever is paid, consumed and reversed, every event sums to zero, nothing falls below zero, and per
// line paid + receivable = recognized + deferred.
func TestFIN4_EveryEventBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		books, paid, recognized := map[id.ID]lineBooks{}, map[id.ID]money.Fen{}, map[id.ID]money.Fen{}
		var taken []facts.Pay
		apply := func(lines []JournalLine) {
			var sum money.Fen
			for _, l := range lines {
				sum += l.Amount
				b := books[l.Line]
				switch l.Account {
				case Receivable:
					b.Receivable += l.Amount
				case DeferredRevenue:
					b.Deferred -= l.Amount
				}
				books[l.Line] = b
			}
			if sum != 0 {
				t.Fatalf("lines %v sum to %d", lines, sum)
			}
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				p := facts.Pay{Method: "cash", Amount: 1_000}
				for line := range byte(2) {
					part := money.Fen(rapid.Int64Range(0, 500).Draw(t, "part"))
					p.Allocations = append(p.Allocations, facts.Allocated{Line: key(line), Amount: part})
					paid[key(line)] += part
				}
				taken = append(taken, p)
				apply(postTakenLines(p, books))
			case 1: // a lesson: as far as paid from what is deferred, else owed
				line, worth := key(byte(rapid.IntRange(0, 1).Draw(t, "line"))), money.Fen(rapid.Int64Range(1, 300).Draw(t, "worth"))
				fromDeferred := min(worth, max(books[line].Deferred, 0))
				recognized[line] += worth
				apply([]JournalLine{
					{Account: DeferredRevenue, Line: line, Amount: fromDeferred},
					{Account: Receivable, Line: line, Amount: worth - fromDeferred},
					{Account: RecognizedRevenue, Line: line, Amount: -worth},
				})
			case 2:
				if len(taken) == 0 {
					continue
				}
				n := rapid.IntRange(0, len(taken)-1).Draw(t, "reversed")
				for _, a := range taken[n].Allocations {
					paid[a.Line] -= a.Amount
				}
				apply(postReversedLines(taken[n], books))
				taken = slices.Delete(taken, n, n+1)
			}
			for line := range byte(2) {
				b := books[key(line)]
				if b.Deferred < 0 || b.Receivable < 0 || paid[key(line)]+b.Receivable != recognized[key(line)]+b.Deferred {
					t.Fatalf("line %d: paid %d, recognized %d, books %+v", line, paid[key(line)], recognized[key(line)], b)
				}
			}
		}
	})
}

func TestFIN2_Reversible(t *testing.T) {
	tests := []struct {
		name string
		p    Payment
		by   id.ID
		code string
	}{
		{"by another", Payment{Cashier: key(1)}, key(2), ""},
		{"by the operator", Payment{}, id.None, ""},
		{"by who took it", Payment{Cashier: key(1)}, key(1), "own-payment"},
		{"twice", Payment{Reversed: true}, key(2), "already-reversed"},
		{"a reversal", Payment{Reverses: key(3)}, key(2), "is-reversal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if p, ok := problem.As(tt.p.reversible(tt.by)); ok {
				got = p.Code
			}
			if got != tt.code {
				t.Errorf("refused %q, want %q", got, tt.code)
			}
		})
	}
}

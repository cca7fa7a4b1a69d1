package finance_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
)

var day = bizdate.New(2026, 6, 3)

// signed makes a signed contract of two packages less a discount, in two instalments of 20,000 and 18,000 yuan. It has no enquiry:
// the gate of the process has tests of its own.
func signed(t *testing.T, s *testkit.School, center id.ID) contracts.DraftAnswer {
	t.Helper()
	s.Ops.Gate = nil
	d, err := contracts.Draft.Run(s.Principal(center), s.Ops, contracts.DraftInput{
		StudentID: s.Person(t, center), CenterID: center, ConsultantID: s.StaffID(s.Consultant(center)), ChannelID: s.Web,
		Lines: []contracts.LineInput{{PackageID: s.Package}, {PackageID: s.Package}}, Discount: money.Yuan(400),
		Plan: []contracts.InstalmentInput{{Due: day, Amount: money.Yuan(20_000)}, {Due: day + 30, Amount: money.Yuan(18_000)}},
	})
	if err == nil {
		_, err = contracts.Sign.Run(s.Principal(center), s.Ops, contracts.SignInput{ContractID: d.ID})
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func details(t *testing.T, s *testkit.School, key id.ID) (d contracts.Details) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		d, err = contracts.ByID(ctx, tx, key)
		return err
	})
	return d
}

func findings(ctx context.Context, tx *op.Tx) ([]check.Finding, error) {
	return check.Run(ctx, tx, append(contracts.Checks(), finance.Checks()...))
}

func holds(t *testing.T, s *testkit.School) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		found, err := findings(ctx, tx)
		if len(found) > 0 {
			t.Errorf("checks found %v", found)
		}
		return err
	})
}

func balance(t *testing.T, s *testkit.School, as context.Context, person id.ID) (b money.Fen) {
	t.Helper()
	s.Read(t, as, func(ctx context.Context, tx *op.Tx) (err error) {
		b, err = finance.Balance(ctx, tx, person)
		return err
	})
	return b
}

func refusal(err error) string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return fmt.Sprint(err)
	}
	out := []string{fmt.Sprint(p.Status), p.Code}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return strings.Join(out, " ")
}

func TestFIN1_TakePayment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		got, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{
			ContractID: c.ID, Method: "wechat", Amount: money.Yuan(25_000), Reference: " 4200001 ",
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.No != "HDR2026-000001" || got.Allocated != money.Yuan(25_000) || got.Balance != 0 {
			t.Errorf("payment = %+v", got)
		}
		if facts := s.Facts(t); facts[len(facts)-1] != "finance.payment-taken.1" {
			t.Errorf("facts = %v", facts)
		}
		d := details(t, s, c.ID)
		if d.State != contracts.Active || d.Paid != money.Yuan(25_000) || d.Plan[0].Open() != 0 || d.Plan[1].Paid != money.Yuan(5_000) ||
			d.Lines[0].Paid != money.Yuan(12_500) || d.Lines[1].Paid != money.Yuan(12_500) {
			t.Errorf("contract = %+v", d)
		}
		s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
			v, err := finance.PaymentByID(ctx, tx, got.ID)
			if err != nil {
				return err
			}
			if v.Reference != "4200001" || v.Day != day || v.Cashier != s.StaffID(s.FrontDesk(s.HD)) || v.ContractNo != c.No || len(v.Allocations) != 4 || len(v.Journal) != 5 {
				t.Errorf("payment = %+v", v)
			}
			return nil
		})
		// what is left over is the payer's balance
		rest, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(14_000)})
		if err != nil || rest.No != "HDR2026-000002" || rest.Allocated != money.Yuan(13_000) || rest.Balance != money.Yuan(1_000) {
			t.Errorf("second payment = %+v, %v", rest, err)
		}
		if got := balance(t, s, s.FrontDesk(s.HD), d.Payer); got != money.Yuan(1_000) {
			t.Errorf("balance = %s", got)
		}
		holds(t, s)
	})
}

func TestFIN1_TakePaymentWithoutContract(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		person := s.Person(t, s.HD)
		got, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{CenterID: s.HD, PersonID: person, Method: "cash", Amount: 50_000})
		if err != nil || got.Balance != 50_000 {
			t.Fatalf("payment = %+v, %v", got, err)
		}
		if got := balance(t, s, s.Finance(s.HD), person); got != 50_000 {
			t.Errorf("balance = %s", got)
		}
		if got := balance(t, s, s.Finance(s.CY), person); got != 0 {
			t.Errorf("another center sees a balance of %s", got)
		}
		holds(t, s)
	})
}

func TestFIN1_TakePaymentRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c, other := signed(t, s, s.HD), signed(t, s, s.CY)
		draft, err := contracts.Draft.Run(s.Principal(s.HD), s.Ops, contracts.DraftInput{
			StudentID: s.Person(t, s.HD), CenterID: s.HD, ConsultantID: s.StaffID(s.Consultant(s.HD)), Lines: []contracts.LineInput{{PackageID: s.Package}},
		})
		if err != nil {
			t.Fatal(err)
		}
		plan, foreign := details(t, s, c.ID).Plan, details(t, s, other.ID).Plan
		before := len(s.Facts(t))
		tests := []struct {
			name string
			as   context.Context
			edit func(in *finance.TakePaymentInput)
			want string
		}{
			{"no right", s.Finance(s.HD), func(*finance.TakePaymentInput) {}, "403 forbidden"},
			{"another center's contract", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.ContractID = other.ID }, "404 not-found"},
			{"at another center", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.CenterID = s.CY }, "422 invalid center_id:other-center"},
			{"a draft", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.ContractID = draft.ID }, "422 invalid contract_id:not-signed"},
			{"nothing", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.Amount = 0 }, "422 invalid amount_fen:amount-range"},
			{"negative", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.Amount = -1 }, "422 invalid amount_fen:amount-range"},
			{"too much", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.Amount = money.Yuan(100_000_000) + 1 }, "422 invalid amount_fen:amount-range"},
			{"no method", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.Method = "" }, "422 invalid method:not-one-of"},
			{"long texts", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) {
				in.Reference, in.Note = strings.Repeat("单", 101), strings.Repeat("记", 501)
			}, "422 invalid reference:too-long note:too-long"},
			{"no payer", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.ContractID, in.CenterID = id.None, s.HD }, "422 invalid person_id:required"},
			{"over-open", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) {
				in.Amount, in.Allocations = money.Yuan(30_000), []finance.AllocationInput{{InstalmentID: plan[0].ID, Amount: money.Yuan(20_000) + 1}}
			}, "422 invalid allocations.0.amount_fen:over-open"},
			{"another contract's instalment", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) {
				in.Allocations = []finance.AllocationInput{{InstalmentID: foreign[0].ID, Amount: 1}}
			}, "422 invalid allocations.0.instalment_id:unknown"},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				in := finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: 100}
				tt.edit(&in)
				if _, err := finance.TakePayment.Run(tt.as, s.Ops, in); refusal(err) != tt.want {
					t.Errorf("refusal = %s, want %s", refusal(err), tt.want)
				}
			})
		}
		if got := len(s.Facts(t)); got != before {
			t.Errorf("refusals left %d facts", got-before)
		}
		if d := details(t, s, c.ID); d.Paid != 0 || d.State != contracts.Signed {
			t.Errorf("refusals changed the contract: %+v", d)
		}
		holds(t, s)
	})
}

// TestFIN1_OnceByKey: the same request sent twice books once.
func TestFIN1_OnceByKey(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		ctx := op.WithKey(s.FrontDesk(s.HD), "key-1")
		in := finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(1_000)}
		one, err := finance.TakePayment.Run(ctx, s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		two, err := finance.TakePayment.Run(ctx, s.Ops, in)
		if err != nil || one != two {
			t.Errorf("second answer = %+v, %v, want %+v", two, err, one)
		}
		if d := details(t, s, c.ID); d.Paid != money.Yuan(1_000) {
			t.Errorf("paid = %s", d.Paid)
		}
		holds(t, s)
	})
}

func TestFIN2_ReversePayment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		p, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(39_000)})
		if err != nil {
			t.Fatal(err)
		}
		refused := []struct {
			name string
			as   context.Context
			in   finance.ReversePaymentInput
			want string
		}{
			{"no right", s.FrontDesk(s.HD), finance.ReversePaymentInput{PaymentID: p.ID, Reason: "x"}, "403 forbidden"},
			{"another center", s.Finance(s.CY), finance.ReversePaymentInput{PaymentID: p.ID, Reason: "x"}, "404 not-found"},
			{"no reason", s.Finance(s.HD), finance.ReversePaymentInput{PaymentID: p.ID, Reason: " "}, "422 invalid reason:required"},
			{"long reason", s.Finance(s.HD), finance.ReversePaymentInput{PaymentID: p.ID, Reason: strings.Repeat("错", 501)}, "422 invalid reason:too-long"},
		}
		for _, tt := range refused {
			if _, err := finance.ReversePayment.Run(tt.as, s.Ops, tt.in); refusal(err) != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, refusal(err), tt.want)
			}
		}
		s.Clock.Set(testkit.Morning.Add(24 * time.Hour))
		got, err := finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: p.ID, Reason: "刷错卡"})
		if err != nil {
			t.Fatal(err)
		}
		if got.No != "HDR2026-000002" || got.Amount != -money.Yuan(39_000) || got.Allocated != -money.Yuan(38_000) || got.Balance != -money.Yuan(1_000) {
			t.Errorf("reversal = %+v", got)
		}
		d := details(t, s, c.ID)
		if d.Paid != 0 || d.Lines[0].Paid != 0 || d.Plan[1].Paid != 0 || d.State != contracts.Active {
			t.Errorf("contract = %+v", d)
		}
		if got := balance(t, s, s.Finance(s.HD), d.Payer); got != 0 {
			t.Errorf("balance = %s", got)
		}
		s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
			v, err := finance.PaymentByID(ctx, tx, p.ID)
			if err != nil || !v.Reversed || v.ReversedBy != got.ID || v.Amount != money.Yuan(39_000) || v.Day != day {
				t.Errorf("payment = %+v, %v", v, err)
			}
			r, err := finance.PaymentByID(ctx, tx, got.ID)
			if err != nil || r.Reverses != p.ID || r.Day != day+1 || r.Reason != "刷错卡" || r.Method != "card" {
				t.Errorf("reversal = %+v, %v", r, err)
			}
			return nil
		})
		for _, again := range []struct {
			key  id.ID
			want string
		}{{p.ID, "422 already-reversed payment_id:"}, {got.ID, "422 is-reversal payment_id:"}} {
			if _, err := finance.ReversePayment.Run(s.Principal(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: again.key, Reason: "x"}); refusal(err) != again.want {
				t.Errorf("again: %s, want %s", refusal(err), again.want)
			}
		}
		holds(t, s)
	})
}

// TestFIN4_BooksStayBalanced: 60 payments and reversals drawn at random over two contracts keep every invariant.
func TestFIN4_BooksStayBalanced(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		list := []contracts.DraftAnswer{signed(t, s, s.HD), signed(t, s, s.HD)}
		chance := rand.New(rand.NewPCG(1, 2))
		var taken []id.ID
		var cash money.Fen
		amounts := map[id.ID]money.Fen{}
		for range 60 {
			if len(taken) > 0 && chance.IntN(3) == 0 {
				n := chance.IntN(len(taken))
				if _, err := finance.ReversePayment.Run(s.Principal(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: taken[n], Reason: "x"}); err != nil {
					t.Fatal(err)
				}
				cash -= amounts[taken[n]]
				taken = slices.Delete(taken, n, n+1)
			} else {
				amount := money.Fen(1 + chance.Int64N(1_000_000))
				p, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{
					ContractID: list[chance.IntN(2)].ID, Method: finance.Methods[chance.IntN(len(finance.Methods))], Amount: amount,
				})
				if err != nil {
					t.Fatal(err)
				}
				taken, amounts[p.ID] = append(taken, p.ID), amount
				cash += amount
			}
		}
		holds(t, s)
		s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
			trial, err := finance.TrialBalance(ctx, tx, finance.TrialFilter{Center: s.HD, From: day, Until: day})
			if err != nil {
				return err
			}
			var sum, received, net money.Fen
			for _, l := range trial {
				sum += l.Balance
				if strings.HasPrefix(l.Account, "cash.") {
					received += l.Balance
				}
			}
			if sum != 0 || received != cash {
				t.Errorf("trial balance sums to %d, cash %d, want 0, %d", sum, received, cash)
			}
			list, err := finance.Payments(ctx, tx, finance.PaymentFilter{Center: s.HD, From: day, Until: day})
			if err != nil || list.Total != 60 || list.Sum != cash || len(list.Items) != page.Usual {
				t.Errorf("payments: %d, sum %d, %v; want 60, %d", list.Total, list.Sum, err, cash)
			}
			desk, err := finance.CashDesk(ctx, tx, s.HD, day)
			for _, l := range desk {
				net += l.Net
			}
			if err != nil || net != cash {
				t.Errorf("cash desk: %d, %v, want %d", net, err, cash)
			}
			return nil
		})
		s.Read(t, s.Finance(s.CY), func(ctx context.Context, tx *op.Tx) error {
			trial, err := finance.TrialBalance(ctx, tx, finance.TrialFilter{})
			list, e := finance.Payments(ctx, tx, finance.PaymentFilter{})
			if err != nil || e != nil || len(trial) != 0 || list.Total != 0 || list.Sum != 0 {
				t.Errorf("another center sees %v, %+v", trial, list)
			}
			return nil
		})
	})
}

// TestFIN1_ConcurrentPayments: 40 payments on one contract at once allocate exactly what is open, and the rest is balance.
func TestFIN1_ConcurrentPayments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		as := s.FrontDesk(s.HD)
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if _, err := finance.TakePayment.Run(as, s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(1_000)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		d := details(t, s, c.ID)
		if d.Paid != money.Yuan(38_000) || d.Open() != 0 {
			t.Errorf("paid %s of %s", d.Paid, d.Payable)
		}
		if got := balance(t, s, s.Finance(s.HD), d.Payer); got != money.Yuan(2_000) {
			t.Errorf("balance = %s, want 2,000", got)
		}
		holds(t, s)
	})
}

// TestFIN2_ConcurrentReversals: of many reversals of one payment exactly one is accepted.
func TestFIN2_ConcurrentReversals(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		p, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(1_000)})
		if err != nil {
			t.Fatal(err)
		}
		as := s.Finance(s.HD)
		results := make([]string, 8)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				_, err := finance.ReversePayment.Run(as, s.Ops, finance.ReversePaymentInput{PaymentID: p.ID, Reason: "x"})
				results[i] = refusal(err)
			})
		}
		all.Wait()
		slices.Sort(results)
		if results[0] != "422 already-reversed payment_id:" || results[6] != results[0] || results[7] != "<nil>" {
			t.Errorf("results = %q, want one accepted", results)
		}
		holds(t, s)
	})
}

// TestCON1_OpenInstalments: the cash desk finds what is due by person and by contract.
func TestCON1_OpenInstalments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		if _, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(20_000)}); err != nil {
			t.Fatal(err)
		}
		d := details(t, s, c.ID)
		for name, tt := range map[string]struct {
			as   context.Context
			f    contracts.InstalmentFilter
			want int
		}{
			"of the contract": {s.FrontDesk(s.HD), contracts.InstalmentFilter{Contract: c.ID}, 1},
			"of the person":   {s.FrontDesk(s.HD), contracts.InstalmentFilter{Person: d.Student}, 1},
			"due today":       {s.FrontDesk(s.HD), contracts.InstalmentFilter{Center: s.HD, DueUntil: day}, 0},
			"another center":  {s.FrontDesk(s.CY), contracts.InstalmentFilter{}, 0},
		} {
			s.Read(t, tt.as, func(ctx context.Context, tx *op.Tx) error {
				list, err := contracts.OpenInstalments(ctx, tx, tt.f)
				if err != nil || len(list) != tt.want {
					t.Errorf("%s: %+v, %v, want %d", name, list, err, tt.want)
				}
				return err
			})
		}
	})
}

// TestTRU8_Finance plants a fault for each check and sees it named.
func TestTRU8_Finance(t *testing.T) {
	faults := []struct{ check, text string }{
		{"finance.journal", "DELETE FROM journal WHERE account = 'cash.cash'"},
		{"finance.journal", "UPDATE journal SET event = cause"},
		{"finance.journal", "UPDATE journal SET day = day + 1"},
		{"finance.lines", "UPDATE journal SET amount = amount - 1 WHERE account = 'deferred-revenue'"},
		{"finance.lines", "UPDATE journal SET account = 'receivable' WHERE account = 'deferred-revenue'"},
		{"finance.lines", "UPDATE journal SET amount = -amount WHERE account = 'customer-balance'"},
		{"finance.payments", "UPDATE payments SET amount = amount + 1 WHERE reverses IS NULL"},
		{"finance.payments", "DELETE FROM payments"},
		{"finance.payments", "DELETE FROM events WHERE kind = 'finance.payment-taken.1'"},
		{"finance.payments", "DELETE FROM journal WHERE account = 'customer-balance'"},
		{"finance.allocations", "UPDATE allocations SET amount = 900000000 WHERE amount > 0"},
		{"finance.allocations", "UPDATE allocations SET contract = payment"},
		{"finance.reversals", "UPDATE payments SET reversed = FALSE"},
		{"finance.reversals", "UPDATE payments SET method = 'card' WHERE reverses IS NOT NULL"},
		{"finance.reversals", "UPDATE payments SET amount = -amount"},
		{"finance.reversals", "DELETE FROM allocations WHERE amount < 0"},
		{"finance.contracts", "UPDATE contracts SET paid = paid + 1"},
		{"finance.contracts", "UPDATE contract_lines SET paid = paid - 1"},
		{"finance.contracts", "UPDATE instalments SET paid = 0"},
		{"finance.receipts", "UPDATE payments SET no = 'HDR2026-000009' WHERE reverses IS NOT NULL"},
	}
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := signed(t, s, s.HD)
		take := func(amount money.Fen) id.ID {
			p, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: amount})
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		take(money.Yuan(5_000))
		second := take(money.Yuan(34_000))
		if _, err := finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: second, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		take(money.Yuan(33_500))
		holds(t, s)
		for _, f := range faults {
			undone := errors.New("undone")
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				if _, err := tx.Exec(ctx, f.text); err != nil {
					return err
				}
				found, err := findings(ctx, tx)
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(found, func(found check.Finding) bool { return found.Check == f.check }) {
					t.Errorf("%s: %s does not see it, found %v", f.text, f.check, found)
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatalf("%s: %v", f.text, err)
			}
		}
		holds(t, s)
	})
}

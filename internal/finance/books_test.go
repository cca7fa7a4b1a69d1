package finance_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/testkit"
)

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

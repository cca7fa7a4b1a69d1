package finance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
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
			{"no method", s.FrontDesk(s.HD), func(in *finance.TakePaymentInput) { in.Method = "" }, "422 invalid method:required"},
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

package process_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func refresh(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

// A deputy sees and decides what waits for the one in whose stead, for the period, and the trace names both; the own limit for one's own
// quotes stays what it was (ORG-7, PRC-6).
func TestORG7_Delegation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		deputy := s.StaffID(s.Consultant2(s.HD))
		ctx := op.WithUndo(s.Principal(s.HD))
		must(organization.Delegate.Run(ctx, s.Ops, organization.DelegateInput{DeputyID: deputy, From: day, Until: day + 3}))(t)
		refresh(t, s)
		q := asked(t, s, 3456)
		newest(t, s, s.Consultant2(s.HD), "approval-asked")
		if got := inboxOf(t, s, s.Consultant2(s.HD), process.ToDecide); len(got) != 1 || got[0] != q.Approval {
			t.Errorf("the deputy has %v", got)
		}
		if err := approve(s.Consultant2(s.HD), s, q.Approval); err != nil {
			t.Fatal(err)
		}
		if a := approval(t, s, q.Approval); a.DecidedBy != deputy || a.DecidedFor != s.StaffID(s.Principal(s.HD)) {
			t.Errorf("approval = %+v", a)
		}
		if own := ask(t, s, s.Consultant2(s.HD), func(ctx context.Context, tx *op.Tx) (money.Fen, error) {
			return sales.DiscountLimit(ctx, tx, s.HD, money.Yuan(10_000))
		}); own != money.Yuan(500) {
			t.Errorf("the deputy's own quotes have %v", own)
		}

		e, v := visited(t, s) // what the principal asks for, the deputy does not decide
		finish(t, s, v.ID)
		mine := must(sales.MakeQuote.Run(s.Principal(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(9600), Reason: "团购"}))(t)
		if got := worded(approve(s.Consultant2(s.HD), s, mine.Approval)); got != "422 beyond-limit approval_id:" {
			t.Errorf("the asker's own deputy: %s", got)
		}
		must(process.SetLimit.Run(s.GM(), s.Ops, process.LimitInput{Matter: "discount", Role: "principal", Most: new(int64(-1))}))(t)
		if got := worded(approve(s.Consultant2(s.HD), s, mine.Approval)); got != "422 beyond-limit approval_id:" {
			t.Errorf("the asker's own deputy, with a limit that was raised since: %s", got)
		}

		late := asked(t, s, 3456)
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil { // taken back within its time
			t.Fatal(err)
		}
		refresh(t, s)
		if got := worded(approve(s.Consultant2(s.HD), s, late.Approval)); got != "403 forbidden" {
			t.Errorf("after its end: %s", got)
		}
		s.Check(t)
	})
}

func TestORG7_DelegationRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day, me, deputy := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)), s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		made := must(organization.Delegate.Run(me, s.Ops, organization.DelegateInput{DeputyID: deputy, From: day + 10, Until: day + 12}))(t)
		give := func(ctx context.Context, who id.ID, from, until bizdate.Date) func() error {
			return func() error {
				return second(organization.Delegate.Run(ctx, s.Ops, organization.DelegateInput{DeputyID: who, From: from, Until: until}))
			}
		}
		end := func(ctx context.Context) func() error {
			return func() error {
				return second(organization.EndDelegation.Run(ctx, s.Ops, organization.DelegationInput{DelegationID: made.ID}))
			}
		}
		for name, x := range map[string]struct {
			do   func() error
			want string
		}{
			"oneself":              {give(me, s.StaffID(me), day, day+1), "422 invalid deputy_id:own-deputy"},
			"over":                 {give(me, deputy, day-3, day-1), "422 invalid until:before-from"},
			"too long":             {give(me, deputy, day+20, day+112), "422 invalid until:delegation-long"},
			"not free":             {give(me, deputy, day+12, day+13), "422 invalid from:delegation-taken"},
			"another center's":     {give(me, s.StaffID(s.Consultant(s.CY)), day, day+1), "404 not-found"},
			"who approves nothing": {give(s.Consultant(s.HD), deputy, day, day+1), "403 forbidden"},
			"of somebody else":     {end(s.Principal(s.CY)), "404 not-found"},
		} {
			if got := worded(x.do()); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		if err := end(me)(); err != nil {
			t.Fatal(err)
		}
		if got := worded(end(me)()); got != "422 delegation-over delegation_id:" {
			t.Errorf("twice: %s", got)
		}
		s.Check(t)
	})
}

// A deputy with a limit of one's own decides by it what the one in whose stead one is asks for, finds it in the inbox, and decides for oneself;
// what one asks for oneself is in no inbox of one's own (ORG-7, PRC-6).
func TestORG7_DeputyWithOwnLimit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for role, most := range map[string]*int64{"general-manager": nil, "consultant": new(int64(-1)), "supervisor": nil, "principal": new(int64(500))} {
			must(process.SetLimit.Run(s.GM(), s.Ops, process.LimitInput{Matter: "discount", Role: role, Most: most}))(t)
		}
		e, v := visited(t, s)
		finish(t, s, v.ID)
		must(organization.Delegate.Run(s.Principal(s.HD), s.Ops, organization.DelegateInput{DeputyID: s.StaffID(s.Consultant2(s.HD)), From: day, Until: day + 3}))(t)
		refresh(t, s)
		deputy := s.Consultant2(s.HD)
		q := must(sales.MakeQuote.Run(s.Principal(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(9600), Reason: "团购"}))(t)
		if a := approval(t, s, q.Approval); a.Role != "consultant" {
			t.Fatalf("asked is %q", a.Role)
		}
		if got := inboxOf(t, s, deputy, process.ToDecide); len(got) != 1 || got[0] != q.Approval {
			t.Errorf("the deputy has %v", got)
		}
		if got := inboxOf(t, s, s.Principal(s.HD), process.ToDecide); len(got) != 0 {
			t.Errorf("who asks has %v", got)
		}
		if err := approve(deputy, s, q.Approval); err != nil {
			t.Fatal(err)
		}
		if a := approval(t, s, q.Approval); a.DecidedBy != s.StaffID(deputy) || !a.DecidedFor.IsNone() {
			t.Errorf("approval = %+v", a)
		}
	})
}

package process_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// asked makes a quote with a discount, in yuan of 19,200, that waits for approval.
func asked(t *testing.T, s *testkit.School, yuan int64) sales.QuoteAnswer {
	t.Helper()
	e, v := visited(t, s)
	finish(t, s, v.ID)
	q := must(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(yuan), Reason: "老学员的弟弟"}))(t)
	if q.Approval.IsNone() {
		t.Fatalf("a discount of %d waits for nobody", yuan)
	}
	return q
}

func approval(t *testing.T, s *testkit.School, key id.ID) process.Approval {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (process.Approval, error) {
		return process.ApprovalByID(ctx, tx, key)
	})
}

func quoteState(t *testing.T, s *testkit.School, key id.ID) string {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (string, error) {
		q, err := sales.QuoteByID(ctx, tx, key)
		return q.State, err
	})
}

// kinds lists what somebody was told, newest first.
func kinds(t *testing.T, s *testkit.School, ctx context.Context) (out []string) {
	t.Helper()
	list, _ := told(t, s, ctx)
	for _, n := range list {
		out = append(out, n.Kind)
	}
	return out
}

func newest(t *testing.T, s *testkit.School, ctx context.Context, want string) {
	t.Helper()
	if got := kinds(t, s, ctx); len(got) == 0 || got[0] != want {
		t.Errorf("was told %v, want %s first", got, want)
	}
}

func inboxOf(t *testing.T, s *testkit.School, ctx context.Context, view process.ApprovalView) (out []id.ID) {
	t.Helper()
	list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]process.Approval, error) {
		return process.Approvals(ctx, tx, process.ApprovalFilter{View: view, Limit: 100})
	})
	for _, a := range list {
		out = append(out, a.ID)
	}
	if n := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (int64, error) { return process.CountApprovals(ctx, tx, view) }); n != int64(len(out)) {
		t.Errorf("%s counts %d, lists %d", view, n, len(out))
	}
	return out
}

func run(ctx context.Context, s *testkit.School, do op.Op[process.AnswerInput, process.ApprovalAnswer], key id.ID, text string) error {
	return second(do.Run(ctx, s.Ops, process.AnswerInput{ApprovalID: key, Text: text}))
}

func approve(ctx context.Context, s *testkit.School, key id.ID) error {
	return second(process.Approve.Run(ctx, s.Ops, process.ApprovalInput{ApprovalID: key}))
}

// A discount beyond one's limit waits for the narrowest role whose limit covers it; with its consent the quote is open (PRC-6, SAL-7).
func TestPRC6_Approve(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		principal, consultant := s.Principal(s.HD), s.Consultant(s.HD)
		q := asked(t, s, 3456) // eighteen per cent: beyond the five of whoever quotes, and the fifteen of a supervisor
		a := approval(t, s, q.Approval)
		if a.State != process.Waiting || a.Size != 1800 || a.Cost != money.Yuan(3456) || a.Role != "principal" || a.Subject != q.ID || a.Reason != "老学员的弟弟" || !a.Due.After(a.Created) {
			t.Errorf("approval = %+v", a)
		}
		newest(t, s, principal, "approval-asked")
		if got := quoteState(t, s, q.ID); got != sales.QuoteWaiting {
			t.Errorf("quote is %s", got)
		}
		if got := worded(second(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))); got != "422 quote-waiting quote_id:" {
			t.Errorf("a contract before the approval: %s", got)
		}
		for name, x := range map[string]struct {
			ctx  context.Context
			want int
		}{"principal": {principal, 1}, "another center's": {s.Principal(s.CY), 0}, "general manager, whose turn it is not": {s.GM(), 0}, "who asked": {consultant, 0}} {
			if got := inboxOf(t, s, x.ctx, process.ToDecide); len(got) != x.want {
				t.Errorf("%s has %d to decide, want %d", name, len(got), x.want)
			}
		}
		if got := inboxOf(t, s, consultant, process.Mine); len(got) != 1 || got[0] != q.Approval {
			t.Errorf("who asked sees %v", got)
		}
		if err := approve(principal, s, q.Approval); err != nil {
			t.Fatal(err)
		}
		if a := approval(t, s, q.Approval); a.State != process.Given || a.DecidedBy != s.StaffID(principal) {
			t.Errorf("approval = %+v", a)
		}
		newest(t, s, consultant, "approval-approved")
		must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		if got := inboxOf(t, s, principal, process.Decided); len(got) != 1 {
			t.Errorf("decided: %v", got)
		}
		next := asked(t, s, 3400)
		similar := ask(t, s, principal, func(ctx context.Context, tx *op.Tx) ([]process.Approval, error) {
			return process.Similar(ctx, tx, approval(t, s, next.Approval), 10)
		})
		if len(similar) != 1 || similar[0].ID != q.Approval {
			t.Errorf("similar = %+v", similar)
		}
		s.Check(t)
	})
}

func TestPRC6_ApproveRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, done, wide := asked(t, s, 3456), asked(t, s, 3456), asked(t, s, 9600)
		must(process.Approve.Run(s.Principal(s.HD), s.Ops, process.ApprovalInput{ApprovalID: done.Approval}))(t)
		e, v := visited(t, s)
		finish(t, s, v.ID)
		mine := must(sales.MakeQuote.Run(s.Principal(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(9600), Reason: "团购"}))(t)
		if within := must(sales.MakeQuote.Run(s.Principal(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(3840)}))(t); !within.Approval.IsNone() {
			t.Error("what the principal's own limit covers waits")
		}
		for name, x := range map[string]struct {
			do   func() error
			want string
		}{
			"decided already":    {func() error { return approve(s.Principal(s.HD), s, done.Approval) }, "422 approval-decided approval_id:"},
			"beyond the limit":   {func() error { return approve(s.Principal(s.HD), s, wide.Approval) }, "422 beyond-limit approval_id:"},
			"one's own":          {func() error { return approve(s.Principal(s.HD), s, mine.Approval) }, "422 own-approval approval_id:"},
			"by who asked":       {func() error { return approve(s.Consultant(s.HD), s, own.Approval) }, "403 forbidden"},
			"another center":     {func() error { return approve(s.Principal(s.CY), s, own.Approval) }, "404 not-found"},
			"without a reason":   {func() error { return run(s.Principal(s.HD), s, process.Reject, own.Approval, " ") }, "422 invalid text:required"},
			"without a question": {func() error { return run(s.Principal(s.HD), s, process.AskBack, own.Approval, "") }, "422 invalid text:required"},
			"answer to nothing":  {func() error { return run(s.Consultant(s.HD), s, process.AnswerBack, own.Approval, "因为") }, "422 approval-decided approval_id:"},
			"withdrawn by another": {func() error {
				return second(process.WithdrawApproval.Run(s.Consultant2(s.HD), s.Ops, process.ApprovalInput{ApprovalID: own.Approval}))
			}, "404 not-found"},
			"escalated early": {func() error {
				return second(process.EscalateApproval.Run(s.System(), s.Ops, process.ApprovalInput{ApprovalID: own.Approval}))
			}, "422 approval-not-due approval_id:"},
		} {
			if got := worded(x.do()); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		if a := approval(t, s, own.Approval); a.State != process.Waiting {
			t.Errorf("approval = %+v", a)
		}
		s.Check(t)
	})
}

// Rejected with a reason, asked back, answered, withdrawn: whom it concerns is told, and the quote follows (PRC-6).
func TestPRC6_RejectAndAskBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		principal, consultant := s.Principal(s.HD), s.Consultant(s.HD)
		q := asked(t, s, 3456)
		if err := run(principal, s, process.Reject, q.Approval, "没有竞品报价"); err != nil {
			t.Fatal(err)
		}
		newest(t, s, consultant, "approval-rejected")
		if a := approval(t, s, q.Approval); a.Answer != "没有竞品报价" || a.State != process.Refused || quoteState(t, s, q.ID) != sales.QuoteRefused {
			t.Errorf("approval = %+v", a)
		}
		if got := worded(second(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))); got != "422 quote-refused quote_id:" {
			t.Errorf("a contract after the refusal: %s", got)
		}

		q = asked(t, s, 3456)
		if err := run(principal, s, process.AskBack, q.Approval, "哪家竞品？"); err != nil {
			t.Fatal(err)
		}
		newest(t, s, consultant, "approval-returned")
		if got := worded(approve(principal, s, q.Approval)); got != "422 approval-decided approval_id:" {
			t.Errorf("approved while a question is open: %s", got)
		}
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		if err := run(consultant, s, process.AnswerBack, q.Approval, "新东方"); err != nil {
			t.Fatal(err)
		}
		newest(t, s, principal, "approval-answered")
		if a := approval(t, s, q.Approval); a.State != process.Waiting || a.Reason != "老学员的弟弟\n\n哪家竞品？\n新东方" {
			t.Errorf("approval = %+v", a)
		}
		must(process.WithdrawApproval.Run(consultant, s.Ops, process.ApprovalInput{ApprovalID: q.Approval}))(t)
		if got := quoteState(t, s, q.ID); got != sales.QuoteRefused {
			t.Errorf("quote is %s", got)
		}
		s.Check(t)
	})
}

// What nobody decides in time goes to the next role, which is told; at the last one it comes again (PRC-6).
func TestPRC6_Deadline(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		q := asked(t, s, 3456)
		due := approval(t, s, q.Approval).Due
		s.Clock.Set(due.Add(-time.Second))
		if err := process.DueApprovals(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if a := approval(t, s, q.Approval); a.Role != "principal" {
			t.Errorf("before the deadline: %+v", a)
		}
		for range 2 {
			s.Clock.Set(approval(t, s, q.Approval).Due)
			if err := process.DueApprovals(t.Context(), s.Ops); err != nil {
				t.Fatal(err)
			}
			newest(t, s, s.GM(), "approval-late")
			if a := approval(t, s, q.Approval); a.Role != "general-manager" || !a.Due.After(s.Clock.Now()) {
				t.Errorf("after the deadline: %+v", a)
			}
		}
		if got := inboxOf(t, s, s.GM(), process.ToDecide); len(got) != 1 {
			t.Errorf("general manager: %v", got)
		}
		if err := approve(s.Principal(s.HD), s, q.Approval); err != nil { // late is not too late
			t.Error(err)
		}
		s.Check(t)
	})
}

// A limit is data: raised, it covers; taken away, nobody is left to ask (PRC-6).
func TestPRC6_Limits(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		set := func(role string, most *int64) error {
			return second(process.SetLimit.Run(s.GM(), s.Ops, process.LimitInput{Matter: "discount", Role: role, Most: most}))
		}
		for name, x := range map[string]struct {
			in   process.LimitInput
			want string
		}{
			"matter":  {process.LimitInput{Matter: "holiday", Role: "principal", Most: new(int64(1))}, "422 invalid kind:unknown"},
			"role":    {process.LimitInput{Matter: "discount", Role: "cook", Most: new(int64(1))}, "422 invalid role:unknown"},
			"percent": {process.LimitInput{Matter: "discount", Role: "principal", Most: new(int64(10_001))}, "422 invalid most:limit-range"},
			"below":   {process.LimitInput{Matter: "discount", Role: "principal", Most: new(int64(-2))}, "422 invalid most:limit-range"},
		} {
			if got := worded(second(process.SetLimit.Run(s.IT(), s.Ops, x.in))); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		if err := set("general-manager", nil); err != nil {
			t.Fatal(err)
		}
		e, v := visited(t, s)
		finish(t, s, v.ID)
		in := sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(5760), Reason: "团购"}
		if got := worded(second(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, in))); got != "422 invalid discount_fen:nobody-may-approve" {
			t.Errorf("with nobody to ask: %s", got)
		}
		if err := set("principal", new(int64(3000))); err != nil {
			t.Fatal(err)
		}
		q := must(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, in))(t)
		if err := approve(s.Principal(s.HD), s, q.Approval); err != nil {
			t.Error(err)
		}
		s.Check(t)
	})
}

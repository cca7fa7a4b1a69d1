package sales_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// Nobody is expected, and nothing is offered, where nobody is answerable: what lies in the pool, or was lost without an owner, is claimed or
// assigned first, whoever works on it (PPL-8, SAL-4, SAL-7).
func TestPPL8_NoWorkWithoutOwner(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, e := s.As("supervisor", s.HD), s.Enquiry(t, s.HD)
		key := e.ID
		s.Quote(t, s.HD, e) // long over when it returns to the pool
		later(s, 31*day)
		returnIdle(t, s)
		if got := enquiry(t, s, key); got.Stage != sales.Pooled {
			t.Fatalf("stage %s", got.Stage)
		}
		book := func(ctx context.Context) error {
			return second(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: key, Starts: s.Clock.Now().Add(time.Hour)}))
		}
		quote := func(ctx context.Context) error {
			return second(sales.MakeQuote.Run(ctx, s.Ops, sales.MakeQuoteInput{EnquiryID: key, Packages: []id.ID{s.Package}}))
		}
		refusals := map[string]refused{
			"appointment by the supervisor": {func() error { return book(boss) }, "422 unowned enquiry_id:"},
			"appointment by the desk":       {func() error { return book(s.FrontDesk(s.HD)) }, "422 unowned enquiry_id:"},
			"quote by the supervisor":       {func() error { return quote(boss) }, "422 unowned enquiry_id:"},
			"quote by the principal":        {func() error { return quote(s.Principal(s.HD)) }, "422 unowned enquiry_id:"},
		}
		refuse(t, s, refusals)
		must(sales.Lose.Run(boss, s.Ops, sales.LoseInput{EnquiryID: key, Reason: "price"}))(t)
		refuse(t, s, refusals)
		must(sales.Assign.Run(boss, s.Ops, sales.AssignInput{EnquiryID: key, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "by-hand"}))(t)
		must(0, book(boss))(t)
		must(0, quote(boss))(t)
		s.Check(t)
	})
}

// An assignment out of the pool is taken back as a claim is: the enquiry lies there again as it lay, the consultant hears of it, and the next one
// may claim it. What happened since stays, and so does the assignment (PPL-8, SAL-2, UI-B2).
func TestPPL8_AssignmentUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, taker := s.As("supervisor", s.HD), s.Consultant2(s.HD)
		keys := []id.ID{pooledOne(t, s), s.Enquiry(t, s.HD).ID}
		s.Exec(t, "UPDATE enquiries SET consultant = NULL, owned_at = NULL WHERE id = ?", keys[1]) // entered, and nobody had it yet
		s.Exec(t, "UPDATE assignment_turns SET open_count = 0")
		for _, key := range keys {
			was := enquiry(t, s, key)
			ctx := op.WithUndo(boss)
			give := func() {
				must(sales.Assign.Run(ctx, s.Ops, sales.AssignInput{EnquiryID: key, ConsultantID: s.StaffID(taker), Reason: "by-hand"}))(t)
			}
			give()
			before := len(notices(t, s, taker))
			same(t, "facts", since(t, s, func() {
				if got := undo(s, ctx); got != "<nil>" {
					t.Fatalf("undo: %s", got)
				}
			}), []string{"sales.claim-withdrawn.1"})
			e := enquiry(t, s, key)
			if e.Version, e.Past = was.Version, was.Past; !reflect.DeepEqual(e, was) {
				t.Errorf("after the undo\n%+v\nbefore\n%+v", e, was)
			}
			same(t, "told", notices(t, s, taker)[before:], []string{"assignment-withdrawn"})
			if n := count(t, s, "SELECT COALESCE(SUM(open_count), 0) FROM assignment_turns"); n != 0 {
				t.Errorf("%d counted as open", n)
			}
			ctx = op.WithUndo(boss)
			give()
			must(people.RecordTouch.Run(taker, s.Ops, people.TouchInput{EnquiryID: key, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1}))(t)
			if got := undo(s, ctx); got != "422 undo-changed undo:" {
				t.Errorf("after a call: %s", got)
			}
			refuse(t, s, map[string]refused{
				"by API": {func() error {
					return second(sales.WithdrawAssignment.Run(boss, s.Ops, sales.EnquiryInput{EnquiryID: key}))
				}, "422 undo-changed undo:"},
				"by consultant": {func() error {
					return second(sales.WithdrawAssignment.Run(taker, s.Ops, sales.EnquiryInput{EnquiryID: key}))
				}, "403 forbidden"},
			})
			s.Exec(t, "UPDATE assignment_turns SET open_count = 0")
			s.Exec(t, "UPDATE enquiries SET outcome = 'lost', stage = 'lost' WHERE id = ?", key)
		}
		late := pooledOne(t, s)
		must(sales.Assign.Run(boss, s.Ops, sales.AssignInput{EnquiryID: late, ConsultantID: s.StaffID(taker), Reason: "by-hand"}))(t)
		later(s, op.UndoTime+time.Second)
		if got := refusal(second(sales.WithdrawAssignment.Run(boss, s.Ops, sales.EnquiryInput{EnquiryID: late}))); got != "422 undo-late undo:" {
			t.Errorf("late: %s", got)
		}
	})
}

// Many that were given out of the pool at once go back at once.
func TestPPL8_BulkAssignmentUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		keys := []id.ID{s.Enquiry(t, s.HD).ID, s.Enquiry(t, s.HD).ID}
		later(s, 31*day)
		returnIdle(t, s)
		ctx := op.WithUndo(s.As("supervisor", s.HD))
		done := must(sales.AssignMany(ctx, s.Ops, sales.BulkAssign{IDs: keys, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "load"}, func(key id.ID) string { return key.String() }))(t)
		if n, err := s.Ops.UndoRun(ctx, op.Offered(ctx)); done.Done != 2 || n != 2 || err != nil {
			t.Fatalf("given %d, taken back %d: %v", done.Done, n, err)
		}
		if n := len(pool(t, s, s.Consultant2(s.HD))); n != 2 {
			t.Errorf("%d in the pool", n)
		}
		s.Check(t)
	})
}

// A walk-in that is taken back leaves no consultant whom it gave to an enquiry of the pool (SAL-5, PPL-8).
func TestSAL5_WalkInOutOfThePoolUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := pooledOne(t, s)
		was := enquiry(t, s, key)
		for _, in := range []sales.WalkInInput{{PersonID: was.Person, ConsultantID: s.StaffID(s.Consultant2(s.HD))}, {PersonID: was.Person}, {PersonID: was.Person, ReferrerID: s.Enquiry(t, s.HD).PersonID}} {
			ctx := op.WithUndo(s.FrontDesk(s.HD))
			must(sales.WalkIn.Run(ctx, s.Ops, in))(t)
			same(t, "facts", since(t, s, func() {
				if got := undo(s, ctx); got != "<nil>" {
					t.Fatalf("undo: %s", got)
				}
			}), []string{"sales.visit-withdrawn.1"})
			e := enquiry(t, s, key)
			if e.Version, e.Past = was.Version, was.Past; !reflect.DeepEqual(e, was) {
				t.Errorf("after the undo\n%+v\nbefore\n%+v", e, was)
			}
			s.Check(t)
		}
		if link := visitorGone(t, s, s.Consultant2(s.HD)); link != "" {
			t.Errorf("the message leads to %s, which its reader may not open", link)
		}
		owned := s.Enquiry(t, s.HD)
		ctx := op.WithUndo(s.FrontDesk(s.HD))
		must(sales.WalkIn.Run(ctx, s.Ops, sales.WalkInInput{PersonID: owned.PersonID}))(t)
		if got := undo(s, ctx); got != "<nil>" || enquiry(t, s, owned.ID).Consultant != owned.Consultant {
			t.Errorf("an owner does not stay: %s", got)
		}
		if link := visitorGone(t, s, s.Consultant(s.HD)); link != "/enquiries/"+owned.ID.String() {
			t.Errorf("the owner's message leads to %q", link)
		}
	})
}

// A quote that is open when its enquiry returns to the pool stays valid to the customer: who claims the enquiry, or is given it, sees the quote
// and makes the contract of it (PPL-8, SAL-7).
func TestPPL8_OpenQuoteFollows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		taker := s.Consultant2(s.HD)
		for name, take := range map[string]func(key id.ID) error{
			"claimed": func(key id.ID) error { return claim(taker, s, key) },
			"given": func(key id.ID) error {
				return second(sales.Assign.Run(s.As("supervisor", s.HD), s.Ops, sales.AssignInput{EnquiryID: key, ConsultantID: s.StaffID(taker), Reason: "by-hand"}))
			},
		} {
			e := s.Enquiry(t, s.HD)
			key := s.Quote(t, s.HD, e)
			s.Exec(t, "UPDATE quotes SET valid_until = ? WHERE id = ?", today(s)+60, key)
			later(s, 31*day)
			returnIdle(t, s)
			if q := quote(t, s, key); q.State != "open" || !q.Consultant.IsNone() {
				t.Fatalf("%s: in the pool the quote is %s of %s", name, q.State, q.Consultant)
			}
			must(0, take(e.ID))(t)
			seen := ask(t, s, taker, func(ctx context.Context, tx *op.Tx) ([]sales.Quote, error) { return sales.QuotesOf(ctx, tx, e.ID) })
			if len(seen) != 1 || seen[0].ID != key {
				t.Errorf("%s: the new consultant sees %d quotes", name, len(seen))
			}
			back := sales.WithdrawAssignment
			if name == "claimed" {
				back = sales.WithdrawClaim
			}
			by := map[bool]context.Context{true: taker, false: s.As("supervisor", s.HD)}[name == "claimed"]
			must(back.Run(by, s.Ops, sales.EnquiryInput{EnquiryID: e.ID}))(t)
			if q := quote(t, s, key); !q.Consultant.IsNone() {
				t.Errorf("%s and taken back: the quote stays with %s", name, q.Consultant)
			}
			must(0, take(e.ID))(t)
			must(sales.DraftContract.Run(taker, s.Ops, sales.DraftContractInput{QuoteID: key}))(t)
		}
		s.Check(t)
	})
}

// visitorGone is where the latest message that a visitor is not here leads.
func visitorGone(t *testing.T, s *testkit.School, ctx context.Context) string {
	t.Helper()
	list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]process.Notice, error) {
		list, _, err := process.Notices(ctx, tx, id.None, 100)
		return list, err
	})
	for _, n := range list {
		if n.Kind == "visitor-not-here" {
			return n.Link
		}
	}
	return "no message"
}

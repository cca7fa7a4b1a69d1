package process_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func second[T any](_ T, err error) error { return err }

// worded words a refusal: status, code, the missing step, and each field with its code.
func worded(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	out := []string{fmt.Sprint(p.Status), p.Code}
	if p.Step != nil {
		out = append(out, p.Step.Code)
	}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return strings.Join(out, " ")
}

// ask runs a query and ends the test on an error.
func ask[T any](t *testing.T, s *testkit.School, ctx context.Context, query func(ctx context.Context, tx *op.Tx) (T, error)) (out T) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = query(ctx, tx)
		return err
	})
	return out
}

func count(t *testing.T, s *testkit.School, text string, args ...any) int64 {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (int64, error) {
		return op.OneOf[int64](ctx, tx.Unscoped("test"), text, args...)
	})
}

func steps(t *testing.T, s *testkit.School, enquiry id.ID) []string {
	t.Helper()
	list := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]string, error) { return process.StepsOf(ctx, tx, enquiry) })
	slices.Sort(list)
	return list
}

func tasks(t *testing.T, s *testkit.School, ctx context.Context, f process.TaskFilter) []process.Task {
	t.Helper()
	f.Limit = 50
	return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]process.Task, error) { return process.Tasks(ctx, tx, f) })
}

func told(t *testing.T, s *testkit.School, ctx context.Context) (list []process.Notice, unread int64) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		list, unread, err = process.Notices(ctx, tx, id.None, 50)
		return err
	})
	return list, unread
}

// visited takes a new enquiry of Haidian to a visit that is not finished.
func visited(t *testing.T, s *testkit.School) (sales.Entered, sales.VisitAnswer) {
	t.Helper()
	e, a := s.Appointment(t, s.HD)
	return e, must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
}

func finish(t *testing.T, s *testkit.School, visit id.ID) {
	t.Helper()
	must(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: visit, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}))(t)
}

// blueprint reads the shipped one from the database.
func blueprint(t *testing.T, s *testkit.School) (b process.Blueprint) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&b).Where("code = ? AND version = 1", process.LeadToContract).Scan(ctx)
	})
	return b
}

// The shipped blueprint is data, written once; what a company changed stays when the program is started again.
func TestPRC1_BlueprintIsData(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		b := blueprint(t, s)
		var codes []string
		for _, step := range b.Body.Steps {
			codes = append(codes, step.Code)
			if step.Role == "" || len(step.Done) == 0 {
				t.Errorf("step %s: nobody does it, or nothing completes it", step.Code)
			}
			if !s.App.Catalogue.Has("step." + step.Code) {
				t.Errorf("step %s has no name", step.Code)
			}
		}
		if want := []string{"first-touch", "walk-in", "invitation", "visit", "needs-analysis", "quote", "contract", "signature", "payment"}; !slices.Equal(codes, want) {
			t.Errorf("steps = %v, want %v", codes, want)
		}
		kinds := s.App.Facts.Kinds()
		for _, step := range b.Body.Steps {
			for _, kind := range step.Done {
				if !slices.Contains(kinds, kind) {
					t.Errorf("step %s is completed by %s, which no operation records", step.Code, kind)
				}
			}
		}
		s.Exec(t, "UPDATE blueprints SET name_zh = '我们的流程'")
		for range 2 {
			if err := process.Seed(s.System(), s.Ops); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM blueprints"); n != 1 || blueprint(t, s).NameZH != "我们的流程" {
			t.Errorf("%d blueprints after seeding again: %+v", n, blueprint(t, s))
		}
	})
}

// Each mandatory step that is missing refuses the operation, whatever the door, names the step and where to do it, and leaves nothing
// (PRC-2). Done in their order, all is open.
func TestPRC2_GatesRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, desk := s.Consultant(s.HD), s.FrontDesk(s.HD)
		e := s.Enquiry(t, s.HD)
		closed := func(what, step string, link bool, do func() error) {
			t.Helper()
			facts := len(s.Facts(t))
			rows := count(t, s, "SELECT (SELECT COUNT(*) FROM appointments) + (SELECT COUNT(*) FROM quotes) + (SELECT COUNT(*) FROM contracts) + (SELECT COUNT(*) FROM payments)")
			err := do()
			p, ok := problem.As(err)
			if !ok || p.Status != 409 || p.Code != "step-missing" || p.Step == nil || p.Step.Code != step {
				t.Errorf("%s: %v, want step %s", what, err, step)
				return
			}
			if want := "/enquiries/" + e.ID.String() + "/step/" + step; link && p.Step.Link != want {
				t.Errorf("%s: link %s, want %s", what, p.Step.Link, want)
			}
			if n := count(t, s, "SELECT (SELECT COUNT(*) FROM appointments) + (SELECT COUNT(*) FROM quotes) + (SELECT COUNT(*) FROM contracts) + (SELECT COUNT(*) FROM payments)"); n != rows || len(s.Facts(t)) != facts {
				t.Errorf("%s left something", what)
			}
		}
		starts := s.Clock.Now().Add(time.Hour)
		book := sales.BookInput{EnquiryID: e.ID, Starts: starts}
		quote := sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}
		draft := contracts.DraftInput{StudentID: e.PersonID, CenterID: s.HD, EnquiryID: e.ID, Lines: []contracts.LineInput{{PackageID: s.Package}}}
		for door, ctx := range map[string]context.Context{"consultant": own, "principal": s.Principal(s.HD), "job": s.System()} {
			closed(door+" invites", "first-touch", true, func() error { return second(sales.Book.Run(ctx, s.Ops, book)) })
			closed(door+" invites by JSON", "first-touch", true, func() error {
				b, err := json.Marshal(book)
				if err != nil {
					t.Fatal(err)
				}
				return second(sales.Book.Call(ctx, s.Ops, b))
			})
			closed(door+" quotes", "needs-analysis", true, func() error { return second(sales.MakeQuote.Run(ctx, s.Ops, quote)) })
			closed(door+" drafts", "quote", true, func() error { return second(contracts.Draft.Run(ctx, s.Ops, draft)) })
			closed(door+" in a batch", "needs-analysis", true, func() error {
				return s.Ops.Batch(ctx, func(ctx context.Context) error { return second(sales.MakeQuote.Run(ctx, s.Ops, quote)) })
			})
		}
		s.Touch(t, s.HD, e)
		a := must(sales.Book.Run(own, s.Ops, book))(t)
		closed("quote before the visit", "needs-analysis", true, func() error { return second(sales.MakeQuote.Run(own, s.Ops, quote)) })
		v := must(sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		closed("quote before the analysis", "needs-analysis", true, func() error { return second(sales.MakeQuote.Run(own, s.Ops, quote)) })
		finish(t, s, v.ID)
		closed("contract before the quote", "quote", true, func() error { return second(contracts.Draft.Run(own, s.Ops, draft)) })
		q := must(sales.MakeQuote.Run(own, s.Ops, quote))(t)
		c := must(sales.DraftContract.Run(own, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		pay := finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(100)}
		closed("payment before the signature", "signature", true, func() error { return second(finance.TakePayment.Run(desk, s.Ops, pay)) })
		must(contracts.Sign.Run(own, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
		must(finance.TakePayment.Run(desk, s.Ops, pay))(t)
		if got, want := steps(t, s, e.ID), []string{"contract", "first-touch", "invitation", "needs-analysis", "payment", "quote", "signature", "visit"}; !slices.Equal(got, want) {
			t.Errorf("steps = %v, want %v", got, want)
		}
		s.Check(t)
	})
}

// Who walked in needs no first touch to be invited again; the needs analysis stays mandatory. One who was lost at reception has none.
func TestPRC2_WalkIns(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		v := must(sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{Name: "何静", CourseID: s.Course, ConsultantID: s.StaffID(own)}))(t)
		must(sales.Book.Run(own, s.Ops, sales.BookInput{EnquiryID: v.Enquiry, Starts: s.Clock.Now().Add(time.Hour)}))(t)
		quote := sales.MakeQuoteInput{EnquiryID: v.Enquiry, Packages: []id.ID{s.Package}}
		if err := second(sales.MakeQuote.Run(own, s.Ops, quote)); worded(err) != "409 step-missing needs-analysis" {
			t.Errorf("quote of a walk-in: %s", worded(err))
		}
		must(sales.FinishVisit.Run(own, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Outcome: "lost", LostReason: "time"}))(t)
		if err := second(sales.MakeQuote.Run(own, s.Ops, quote)); worded(err) != "409 step-missing needs-analysis" {
			t.Errorf("quote of who was lost at reception: %s", worded(err))
		}
		if got, want := steps(t, s, v.Enquiry), []string{"invitation", "visit", "walk-in"}; !slices.Equal(got, want) {
			t.Errorf("steps = %v, want %v", got, want)
		}
	})
}

// A case stays on the version that it began with; cases that open later begin with the new one (PRC-4).
func TestPRC4_CaseKeepsItsVersion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := s.Enquiry(t, s.HD)
		b := blueprint(t, s)
		b.Version, b.From = 2, 0
		b.Body.Gates = slices.DeleteFunc(b.Body.Gates, func(g process.Gate) bool { return g.Operation == "sales.book-appointment" })
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			if err := tx.Insert(ctx, b); err != nil {
				return err
			}
			return tx.Changed(ctx, "process")
		})
		if err != nil {
			t.Fatal(err)
		}
		fresh := s.Enquiry(t, s.HD)
		book := func(key id.ID) error {
			return second(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: key, Starts: s.Clock.Now().Add(time.Hour)}))
		}
		if err := book(old.ID); worded(err) != "409 step-missing first-touch" {
			t.Errorf("a case of version 1: %s", worded(err))
		}
		if err := book(fresh.ID); err != nil {
			t.Errorf("a case of version 2: %v", err)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM cases WHERE id = ? AND version = 1", old.ID) + count(t, s, "SELECT COUNT(*) FROM cases WHERE id = ? AND version = 2", fresh.ID); n != 2 {
			t.Error("the cases are not on their versions")
		}
	})
}

// `zhike check` finds a case that did a step without the mandatory one before it.
func TestPRC2_CheckFindsJumpedSteps(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		s.Check(t)
		s.Exec(t, "DELETE FROM case_steps WHERE step = 'quote'")
		list, err := s.App.Check(s.System())
		if err != nil || len(list) != 1 || list[0].Check != "process.case-steps" {
			t.Errorf("found %v, %v", list, err)
		}
	})
}

// A visitor is a task of the consultant, due soon, linked to the visit; finishing the visit does it (PRC-5).
func TestPRC5_TaskOfAVisitor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		e, v := visited(t, s)
		list := tasks(t, s, own, process.TaskFilter{Staff: s.StaffID(own)})
		if len(list) != 1 {
			t.Fatalf("tasks = %+v", list)
		}
		k := list[0]
		if k.TaskKind != "receive" || k.SubjectKind != "visit" || k.Subject != v.ID || k.Person != e.PersonID || k.Center != s.HD || !k.Due.Equal(s.Clock.Now().Add(10*time.Minute)) || k.Priority != 1 {
			t.Errorf("task = %+v", k)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			want int
		}{"colleague": {s.Consultant2(s.HD), 0}, "front desk": {s.FrontDesk(s.HD), 0}, "other center": {s.Consultant(s.CY), 0}, "general manager": {s.GM(), 1}, "principal": {s.Principal(s.HD), 1}, "other principal": {s.Principal(s.CY), 0}} {
			if got := tasks(t, s, c.ctx, process.TaskFilter{}); len(got) != c.want {
				t.Errorf("%s sees %+v", name, got)
			}
		}
		finish(t, s, v.ID)
		done := tasks(t, s, own, process.TaskFilter{Staff: s.StaffID(own), Done: true})
		n := ask(t, s, own, func(ctx context.Context, tx *op.Tx) (int64, error) {
			return process.CountTasks(ctx, tx, process.TaskFilter{Staff: s.StaffID(own)})
		})
		if len(done) != 1 || n != 0 || done[0].DoneBy.IsNone() || !done[0].Done.Equal(s.Clock.Now()) {
			t.Errorf("done = %+v, %d open", done, n)
		}
		s.Check(t)
	})
}

func TestPRC5_FinishTask(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		visited(t, s)
		key := tasks(t, s, own, process.TaskFilter{})[0].ID
		in := process.FinishTaskInput{TaskID: key}
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{"colleague": {s.Consultant2(s.HD), "404 not-found"}, "front desk": {s.FrontDesk(s.HD), "404 not-found"}, "other center": {s.Principal(s.CY), "404 not-found"}} {
			if err := second(process.FinishTask.Run(c.ctx, s.Ops, in)); worded(err) != c.want {
				t.Errorf("%s: %s, want %s", name, worded(err), c.want)
			}
		}
		facts := len(s.Facts(t))
		must(process.FinishTask.Run(op.WithKey(own, "k"), s.Ops, in))(t)
		must(process.FinishTask.Run(op.WithKey(own, "k"), s.Ops, in))(t)
		if got := s.Facts(t)[facts:]; !slices.Equal(got, []string{"process.task-done.1"}) {
			t.Errorf("facts = %v", got)
		}
		if err := second(process.FinishTask.Run(own, s.Ops, in)); worded(err) != "422 task-done task_id:" {
			t.Errorf("again: %s", worded(err))
		}
		if n := count(t, s, "SELECT COUNT(*) FROM tasks WHERE id = ? AND done_at IS NOT NULL AND version = 1", key); n != 1 || len(s.Facts(t)) != facts+1 {
			t.Error("the refusals left something")
		}
		s.Check(t)
	})
}

// Those due first come first, also over pages; done ones newest first.
func TestPRC5_TasksInOrder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		for range 4 {
			s.Clock.Set(s.Clock.Now().Add(time.Minute))
			visited(t, s)
		}
		all := tasks(t, s, own, process.TaskFilter{})
		if len(all) != 4 || !slices.IsSortedFunc(all, func(a, b process.Task) int { return a.Due.Compare(b.Due) }) {
			t.Fatalf("tasks = %+v", all)
		}
		page := ask(t, s, own, func(ctx context.Context, tx *op.Tx) ([]process.Task, error) {
			return process.Tasks(ctx, tx, process.TaskFilter{After: all[1].ID, Limit: 10})
		})
		if len(page) != 2 || page[0].ID != all[2].ID || page[1].ID != all[3].ID {
			t.Errorf("second page = %+v", page)
		}
	})
}

// Only who watches a center hands a task over; who gets it sees the person (PRC-5).
func TestPRC5_ReassignTask(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, other, boss := s.Consultant(s.HD), s.Consultant2(s.HD), s.Principal(s.HD)
		e, _ := visited(t, s)
		key := tasks(t, s, own, process.TaskFilter{})[0].ID
		in := process.ReassignTaskInput{TaskID: key, StaffID: s.StaffID(other)}
		if err := second(process.ReassignTask.Run(own, s.Ops, in)); worded(err) != "403 forbidden" {
			t.Errorf("owner: %s", worded(err))
		}
		if err := second(process.ReassignTask.Run(s.Principal(s.CY), s.Ops, in)); worded(err) != "404 not-found" {
			t.Errorf("other principal: %s", worded(err))
		}
		facts := len(s.Facts(t))
		must(process.ReassignTask.Run(boss, s.Ops, in))(t)
		if got := s.Facts(t)[facts:]; !slices.Equal(got, []string{"process.task-reassigned.1"}) {
			t.Errorf("facts = %v", got)
		}
		if a, b := tasks(t, s, own, process.TaskFilter{}), tasks(t, s, other, process.TaskFilter{}); len(a) != 0 || len(b) != 1 {
			t.Errorf("tasks = %+v and %+v", a, b)
		}
		p := ask(t, s, other, func(ctx context.Context, tx *op.Tx) (people.Person, error) { return people.ByID(ctx, tx, e.PersonID) })
		if p.ID != e.PersonID {
			t.Errorf("who has the task sees %+v", p)
		}
		must(process.FinishTask.Run(other, s.Ops, process.FinishTaskInput{TaskID: key}))(t)
		if err := second(process.ReassignTask.Run(boss, s.Ops, in)); worded(err) != "422 task-done task_id:" {
			t.Errorf("done: %s", worded(err))
		}
		s.Check(t)
	})
}

// Notices are one's own: counted, listed newest first, read up to one of them; nobody reads another's.
func TestPRC5_Notices(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, other := s.Consultant(s.HD), s.Consultant2(s.HD)
		for range 3 {
			s.Clock.Set(s.Clock.Now().Add(time.Minute))
			visited(t, s)
		}
		list, unread := told(t, s, own)
		if len(list) != 3 || unread != 3 || list[0].Created.Before(list[2].Created) || list[0].Kind != "visitor" || !strings.HasPrefix(list[0].Link, "/visits/") {
			t.Fatalf("notices = %+v, %d unread", list, unread)
		}
		for name, ctx := range map[string]context.Context{"colleague": other, "principal": s.Principal(s.HD), "general manager": s.GM()} {
			if got, n := told(t, s, ctx); len(got) != 0 || n != 0 {
				t.Errorf("%s reads %+v", name, got)
			}
			if err := second(process.ReadNotices.Run(ctx, s.Ops, process.ReadNoticesInput{Until: list[0].ID})); worded(err) != "404 not-found" {
				t.Errorf("%s marks them as read: %s", name, worded(err))
			}
		}
		facts := len(s.Facts(t))
		must(process.ReadNotices.Run(own, s.Ops, process.ReadNoticesInput{Until: list[1].ID}))(t)
		got, unread := told(t, s, own)
		if unread != 1 || !got[0].Read.IsZero() || got[1].Read.IsZero() || got[2].Read.IsZero() {
			t.Errorf("after reading up to the second: %+v, %d unread", got, unread)
		}
		if got := s.Facts(t)[facts:]; !slices.Equal(got, []string{"process.notices-read.1"}) {
			t.Errorf("facts = %v", got)
		}
		for _, n := range got {
			if !s.App.Catalogue.Has("notice." + n.Kind) {
				t.Errorf("notice %s has no text", n.Kind)
			}
		}
		s.Check(t)
	})
}

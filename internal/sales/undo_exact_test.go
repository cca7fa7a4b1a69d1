package sales_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/rollup"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// picture is all that people see of an enquiry, and all figures: stage, next step, appointments, visits, contacts, work list, who sees the
// person, steps of the process, tasks, open matters of consultants.
func picture(t *testing.T, s *testkit.School, key id.ID) string {
	t.Helper()
	var lines []string
	put := func(what string, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, what+" "+string(b))
	}
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, key)
		if err != nil {
			return err
		}
		e.Version = 0
		put("enquiry", e)
		list, err := sales.WorkList(ctx, tx, e.Consultant, 200, 0)
		if err != nil {
			return err
		}
		for _, r := range list.Items {
			if r.ID == key {
				r.Version = 0
				put("work", []any{r, r.NextVisit})
			}
		}
		visits, err := sales.VisitsOf(ctx, tx, key)
		if err != nil {
			return err
		}
		for i := range visits {
			visits[i].Version = 0
		}
		put("visits", visits)
		touches, err := people.Touches(ctx, tx, e.Person, 50)
		if err != nil {
			return err
		}
		put("touches", touches)
		u := tx.Unscoped("test")
		for what, text := range map[string]string{
			"appointment": "SELECT state || ' ' || starts_at FROM appointments WHERE enquiry = ? AND NOT (state = 'cancelled' AND was = '') ORDER BY id",
			"link":        "SELECT kind || ' ' || state FROM person_links WHERE person IN (SELECT person FROM enquiries WHERE id = ?) ORDER BY kind, ref",
			"step":        "SELECT step || ' ' || at FROM case_steps WHERE case_id = ? ORDER BY step",
			"task":        "SELECT kind || ' ' || due_at FROM tasks WHERE done_at IS NULL AND person IN (SELECT person FROM enquiries WHERE id = ?) ORDER BY id",
			"open":        "SELECT 'open ' || t.open_count FROM assignment_turns t JOIN enquiries e ON e.id = ? AND e.consultant = t.staff AND e.center = t.center",
		} {
			list, err := op.AllOf[string](ctx, u, text, key)
			if err != nil {
				return err
			}
			put(what, list)
		}
		sums, err := rollup.Scan(ctx, tx.Tx, rollup.Day)
		for k, n := range sums {
			if n != 0 {
				put("figure", fmt.Sprint(k, " ", n))
			}
		}
		return err
	})
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// deed is something that is done with an enquiry or its appointment, on a page.
type deed struct {
	name string
	do   func(ctx context.Context, s *testkit.School, e sales.Entered, a id.ID) error
	by   func(s *testkit.School) context.Context
}

func byConsultant(s *testkit.School) context.Context { return s.Consultant(s.HD) }

// deeds are what can be taken back, but for assigning.
var deeds = []deed{
	{"touch", func(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
		return second(people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1}))
	}, byConsultant},
	{"touch that closes", func(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
		return second(people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "not-interested", Closed: "price"}))
	}, byConsultant},
	{"loss", func(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
		return second(sales.Lose.Run(ctx, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))
	}, byConsultant},
	{"confirmation", func(ctx context.Context, s *testkit.School, _ sales.Entered, a id.ID) error {
		return second(sales.Confirm.Run(ctx, s.Ops, sales.AppointmentInput{AppointmentID: a}))
	}, byConsultant},
	{"cancellation", func(ctx context.Context, s *testkit.School, _ sales.Entered, a id.ID) error {
		return second(sales.Cancel.Run(ctx, s.Ops, sales.AppointmentInput{AppointmentID: a}))
	}, byConsultant},
	{"no-show", func(ctx context.Context, s *testkit.School, _ sales.Entered, a id.ID) error {
		return second(sales.Miss.Run(ctx, s.Ops, sales.AppointmentInput{AppointmentID: a}))
	}, byConsultant},
	{"check-in", func(ctx context.Context, s *testkit.School, _ sales.Entered, a id.ID) error {
		return second(sales.CheckIn.Run(ctx, s.Ops, sales.CheckInInput{AppointmentID: a}))
	}, byDesk},
	{"booking", book, byConsultant},
	{"walk-in", func(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
		var stage sales.Stage
		err := s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) error {
			now, err := sales.EnquiryByID(ctx, tx, e.ID)
			stage = now.Stage
			return err
		})
		if err != nil || !stage.Open() {
			return problem.NotFound("open enquiry") // another one would be entered
		}
		return second(sales.WalkIn.Run(ctx, s.Ops, sales.WalkInInput{PersonID: e.PersonID}))
	}, byDesk},
	{"talk", talk, byConsultant},
	{"talk that loses", func(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
		return finishNewest(ctx, s, e, sales.FinishVisitInput{Outcome: "lost", LostReason: "price"})
	}, byConsultant},
}

func byDesk(s *testkit.School) context.Context { return s.FrontDesk(s.HD) }

func book(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
	return second(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)}))
}

func talk(ctx context.Context, s *testkit.School, e sales.Entered, _ id.ID) error {
	return finishNewest(ctx, s, e, sales.FinishVisitInput{Needs: map[string]string{"goal": "口语"}, Outcome: "think"})
}

// finishNewest finishes the newest visit of an enquiry.
func finishNewest(ctx context.Context, s *testkit.School, e sales.Entered, in sales.FinishVisitInput) error {
	err := s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) error {
		list, err := sales.VisitsOf(ctx, tx, e.ID)
		if len(list) > 0 {
			in.VisitID = list[0].ID
		}
		return err
	})
	if err != nil {
		return err
	}
	return second(sales.FinishVisit.Run(ctx, s.Ops, in))
}

// others are what may have happened before.
var others = []deed{
	{"booking", book, byConsultant},
	{"waiting", func(_ context.Context, s *testkit.School, _ sales.Entered, _ id.ID) error {
		s.Clock.Set(s.Clock.Now().Add(70 * time.Minute))
		return nil
	}, byConsultant},
	{"talk", talk, byConsultant},
}

// ways are how far an enquiry may have come.
var ways = [][]deed{
	{},
	{deeds[0], others[0]},
	{deeds[0], others[0], deeds[3]},
	{deeds[0], others[0], others[1]},
	{deeds[0], others[0], deeds[3], others[1]},
	{deeds[0], others[0], deeds[6], others[2]},
	{deeds[0], others[0], deeds[6]},
	{deeds[8]},
}

// newest is the newest appointment of an enquiry; none if there is none.
func newest(s *testkit.School, key id.ID) (a id.ID) {
	_ = s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		a, err = op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT id FROM appointments WHERE enquiry = ? ORDER BY id DESC LIMIT 1", key)
		return err
	})
	return a
}

// try does something; what is refused was not possible then.
func try(ctx context.Context, s *testkit.School, d deed, e sales.Entered) (bool, error) {
	err := d.do(ctx, s, e, newest(s, e.ID))
	if _, refused := problem.As(err); refused {
		return false, nil
	}
	return err == nil, err
}

// fatal is a test of testing or rapid.
type fatal interface {
	Fatalf(format string, args ...any)
	Helper()
}

// leaves does something and takes it back: everything is as it was. It tells whether it was possible.
func leaves(t *testing.T, f fatal, s *testkit.School, d deed, e sales.Entered) bool {
	f.Helper()
	before := picture(t, s, e.ID)
	ctx := op.WithUndo(d.by(s))
	done, err := try(ctx, s, d, e)
	if err != nil {
		f.Fatalf("%s: %v", d.name, err)
	}
	if !done || op.Offered(ctx).IsNone() {
		return false
	}
	if during := picture(t, s, e.ID); during == before && d.name != "confirmation" { // a second one changes nothing
		f.Fatalf("%s changed nothing", d.name)
	}
	if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
		f.Fatalf("undo of %s: %v", d.name, err)
	}
	if after := picture(t, s, e.ID); after != before {
		f.Fatalf("after the undo of %s:\n%s\nwas\n%s", d.name, after, before)
	}
	return true
}

// Whatever happened before, what is done and taken back leaves everything as it was: what people see, and every figure.
func TestUIB2_UndoLeavesEverythingAsItWas(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		rapid.Check(t, func(r *rapid.T) {
			s.Clock.Set(testkit.Morning)
			e := s.Enquiry(t, s.HD)
			before := rapid.SampledFrom(ways).Draw(r, "way")
			for _, d := range append(slices.Clone(before), rapid.SliceOfN(rapid.SampledFrom(slices.Concat(deeds, others)), 0, 2).Draw(r, "then")...) {
				if _, err := try(d.by(s), s, d, e); err != nil {
					r.Fatalf("%s: %v", d.name, err)
				}
			}
			for _, d := range rapid.SliceOfN(rapid.SampledFrom(deeds), 1, 3).Draw(r, "undone") {
				leaves(t, r, s, d, e)
			}
		})
		s.Check(t)
	})
}

// Every deed can be taken back on some way, and leaves nothing on any.
func TestUIB2_EveryDeedIsTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		undone := map[string]int{}
		for _, way := range ways {
			for _, deed := range deeds {
				s.Clock.Set(testkit.Morning)
				e := s.Enquiry(t, s.HD)
				for _, d := range way {
					if _, err := try(d.by(s), s, d, e); err != nil {
						t.Fatalf("%s: %v", d.name, err)
					}
				}
				if leaves(t, t, s, deed, e) {
					undone[deed.name]++
				}
			}
		}
		for _, d := range deeds {
			if undone[d.name] == 0 {
				t.Errorf("%s was never undone: %v", d.name, undone)
			}
		}
		s.Check(t)
	})
}

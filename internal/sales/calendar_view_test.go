package sales_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func calendarOf(t *testing.T, s *testkit.School, ctx context.Context, f sales.CalendarFilter) sales.Calendar {
	t.Helper()
	return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.Calendar, error) { return sales.CalendarOf(ctx, tx, f) })
}

// The calendar holds appointments and next steps of the enquiries of the filter, by consultant and day; what was moved or cancelled, the
// visit of an appointment, and what has ended are not twice in it.
func TestSAL15_Calendar(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.HD)
		first, _ := s.Appointment(t, s.HD) // today
		moved, a := s.Appointment(t, s.HD)
		must(sales.Move.Run(consultant, s.Ops, sales.MoveInput{AppointmentID: a.ID, Starts: at(s, today(s)+2, 15, 0)}))(t)
		given, b := s.Appointment(t, s.HD) // the owner's calendar, whoever invited
		other := s.StaffID(s.Consultant2(s.HD))
		must(sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: given.ID, ConsultantID: other, Reason: "load"}))(t)
		_, cancelled := s.Appointment(t, s.HD)
		must(sales.Cancel.Run(consultant, s.Ops, sales.AppointmentInput{AppointmentID: cancelled.ID}))(t) // leaves: invite again today
		for range 3 {
			touched(t, s)
		}
		must(sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: touched(t, s), Reason: "price"}))(t)
		s.Appointment(t, s.CY)
		week := sales.CalendarFilter{First: today(s), Last: today(s) + 6, ByConsultant: true, Rows: 10, Most: 2}

		all := calendarOf(t, s, s.Principal(s.HD), week)
		own := s.StaffID(consultant)
		if !slices.Equal(all.Consultants, []id.ID{own, other}) {
			t.Errorf("consultants = %v", all.Consultants)
		}
		var appointments, steps int64
		for _, c := range all.Counts {
			appointments, steps = appointments+c.Appointments, steps+c.Steps
		}
		if appointments != 3 || steps != 4 {
			t.Errorf("%d appointments and %d next steps", appointments, steps)
		}
		var seen []id.ID
		for _, e := range all.Entries {
			if !e.Appointment.IsNone() {
				seen = append(seen, e.Enquiry)
			}
			if e.Enquiry == given.ID && (e.Consultant != other || e.Appointment != b.ID) || e.Enquiry == moved.ID && e.Day != today(s)+2 {
				t.Errorf("entry = %+v", e)
			}
		}
		if len(seen) != 3 || len(all.Entries) != 3+3 { // two of the three of tomorrow are listed
			t.Errorf("entries = %+v", all.Entries)
		}
		paged := week
		paged.Rows, paged.Page = 1, 9 // the last page: the other
		if got := calendarOf(t, s, s.Principal(s.HD), paged); got.Page != 2 || !slices.Equal(got.Listed, []id.ID{other}) || len(got.Entries) != 1 || len(got.Consultants) != 2 {
			t.Errorf("page beyond the last: %+v", got)
		}
		week.Of.Consultant = other
		if got := calendarOf(t, s, s.Principal(s.HD), week); len(got.Entries) != 1 || got.Entries[0].Enquiry != given.ID {
			t.Errorf("of the other: %+v", got)
		}
		week.Of = sales.EnquiryFilter{Stage: sales.Contacted}
		if got := calendarOf(t, s, s.Principal(s.HD), week); len(got.Entries) != 2 {
			t.Errorf("contacted: %+v", got.Entries)
		}
		week.Of = sales.EnquiryFilter{}
		if got := calendarOf(t, s, s.Consultant2(s.HD), week); len(got.Entries) != 1 {
			t.Errorf("seen by the other: %+v", got.Entries)
		}
		month := sales.CalendarFilter{First: today(s), Last: today(s) + 40, Most: 1}
		if got := calendarOf(t, s, s.Principal(s.HD), month); len(got.Entries) != 4 { // today both, tomorrow a step, in two days a visit
			t.Errorf("month: %+v, first %s", got.Entries, first.ID)
		}
	})
}

// many fills a center with enquiries of every stage, each with an appointment.
func many(t *testing.T, s *testkit.School, n int) {
	t.Helper()
	person, own := s.Person(t, s.HD), []id.ID{s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))}
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		for i := range n {
			stage := sales.Stages[i%7]
			e := sales.Enquiry{
				ID: tx.NewID(), Person: person, Center: s.HD, Consultant: own[i%2], Channel: s.Web, Course: s.Course, Kind: "new", Stage: stage, Reached: sales.New, Outcome: "open",
				Entered: tx.Now, EnteredDay: today(s), Moved: tx.Now.Add(-time.Duration(i) * time.Minute), NextStep: "call-back", NextDay: today(s) + 1,
			}
			if err := tx.Insert(ctx, e); err != nil {
				return err
			}
			a := sales.Appointment{ID: tx.NewID(), Enquiry: e.ID, Person: person, Center: s.HD, Consultant: e.Consultant, Starts: tx.Now, Day: today(s), State: sales.Booked}
			if err := tx.Insert(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ten thousand enquiries in a view: board and list ask two statements and the calendar three, as for a few, lists as many as fit, and counts all.
func TestSAL15_TenThousand(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		many(t, s, 10_000)
		s.Exec(t, "ANALYZE") // as the database does by itself in time
		for who, ctx := range map[string]context.Context{"principal": s.Principal(s.HD), "general manager": s.GM()} {
			timed := func(what string, most int64, query func(ctx context.Context, tx *op.Tx) error) {
				t.Helper()
				begun, before := time.Now(), s.Asked() //nolint:forbidigo // how long it really takes
				s.Read(t, ctx, query)
				if took, asked := time.Since(begun), s.Asked()-before; asked != most || took > 3*time.Second { //nolint:forbidigo // as above
					t.Errorf("%s: the %s asked %d statements and took %s", who, what, asked, took)
				} else {
					t.Logf("%s: the %s took %s", who, what, took)
				}
			}
			timed("board", 2, func(ctx context.Context, tx *op.Tx) error {
				columns, err := sales.Board(ctx, tx, sales.EnquiryFilter{}, 20)
				var n, cards int64
				for _, c := range columns {
					n, cards = n+c.N, cards+int64(len(c.Cards))
				}
				if n != 10_000 || cards != 7*20 {
					t.Errorf("%s: %d cards of %d", who, cards, n)
				}
				return err
			})
			timed("list", 2, func(ctx context.Context, tx *op.Tx) error {
				list, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Limit: 50, Offset: 5_000})
				if list.Total != 10_000 || len(list.Items) != 50 {
					t.Errorf("%s: %d rows of %d", who, len(list.Items), list.Total)
				}
				return err
			})
			timed("calendar", 3, func(ctx context.Context, tx *op.Tx) error {
				c, err := sales.CalendarOf(ctx, tx, sales.CalendarFilter{First: today(s), Last: today(s) + 41, ByConsultant: true, Rows: 20, Most: 4})
				if len(c.Entries) != 4*4 {
					t.Errorf("%s: %d entries", who, len(c.Entries))
				}
				return err
			})
		}
	})
}

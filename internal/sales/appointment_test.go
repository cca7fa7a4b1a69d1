package sales_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func appointment(t *testing.T, s *testkit.School, key id.ID) sales.Appointment {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Appointment, error) {
		return sales.AppointmentByID(ctx, tx, key)
	})
}

// touched is an enquiry that may be invited.
func touched(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	e := s.Enquiry(t, s.HD)
	touch(t, s, e.ID, "")
	return e.ID
}

// What comes next is the appointment, on its day: the enquiry leaves the work list until then (SAL-3, SAL-4).
func TestSAL4_Book(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx, key := s.Consultant(s.HD), touched(t, s)
		starts := at(s, today(s)+3, 15, 30)
		var b sales.BookedAppointment
		same(t, "facts", since(t, s, func() { b = must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: key, Starts: starts}))(t) }), []string{"sales.appointment-booked.1"})
		a, e := appointment(t, s, b.ID), enquiry(t, s, key)
		if a.State != sales.Booked || a.Center != s.HD || a.Inviter != s.StaffID(ctx) || a.Consultant != s.StaffID(ctx) || !a.Starts.Equal(starts) || a.Day != today(s)+3 || a.Person != e.Person {
			t.Errorf("appointment = %+v", a)
		}
		if e.Stage != sales.Invited || e.NextStep != "visit" || e.NextDay != a.Day {
			t.Errorf("enquiry at %s, then %q on %s", e.Stage, e.NextStep, e.NextDay)
		}
		if rows := work(t, s); len(rows) != 0 {
			t.Errorf("work list before the day: %+v", rows)
		}
		s.Clock.Set(starts.Add(-4 * time.Hour))
		if rows := work(t, s); len(rows) != 1 || rows[0].Why != "visit" || rows[0].NextVisit != b.ID {
			t.Errorf("work list on the day: %+v", rows)
		}
		desk := ask(t, s, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) (sales.AppointmentList, error) {
			return sales.Appointments(ctx, tx, sales.AppointmentFilter{From: a.Day, Until: a.Day, Open: true, Limit: 10})
		})
		if desk.Total != 1 || desk.Items[0].ID != b.ID {
			t.Errorf("front desk sees %+v", desk)
		}
		for name, ctx := range map[string]context.Context{"other center": s.FrontDesk(s.CY), "finance": s.Finance(s.HD)} {
			if n := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (int64, error) {
				return sales.CountAppointments(ctx, tx, id.None, id.None, a.Day)
			}); n != 0 {
				t.Errorf("%s counts %d", name, n)
			}
		}
		s.Check(t)
	})
}

func TestSAL4_BookRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key, open := touched(t, s), touched(t, s)
		must(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: open, Starts: at(s, today(s)+1, 15, 0)}))(t)
		c := s.Contract(t, s.HD)
		signed := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			return op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT enquiry FROM contracts WHERE id = ?", c.ID)
		})
		do := func(ctx context.Context, edit func(in *sales.BookInput)) func() error {
			in := sales.BookInput{EnquiryID: key, Starts: at(s, today(s), 15, 0)}
			if edit != nil {
				edit(&in)
			}
			return func() error { return second(sales.Book.Run(ctx, s.Ops, in)) }
		}
		own := s.Consultant(s.HD)
		refuse(t, s, map[string]refused{
			"no time":        {do(own, func(in *sales.BookInput) { in.Starts = time.Time{} }), "422 invalid starts_at:required"},
			"past":           {do(own, func(in *sales.BookInput) { in.Starts = s.Clock.Now().Add(-time.Hour) }), "422 invalid starts_at:in-past"},
			"far":            {do(own, func(in *sales.BookInput) { in.Starts = at(s, today(s)+181, 15, 0) }), "422 invalid starts_at:too-far"},
			"at night":       {do(own, func(in *sales.BookInput) { in.Starts = at(s, today(s), 23, 30) }), "422 invalid starts_at:center-closed"},
			"other center":   {do(own, func(in *sales.BookInput) { in.CenterID = s.CY }), "422 invalid center_id:unknown"},
			"booked":         {do(own, func(in *sales.BookInput) { in.EnquiryID = open }), "422 invalid enquiry_id:already-booked"},
			"signed":         {do(own, func(in *sales.BookInput) { in.EnquiryID = signed }), "422 invalid enquiry_id:already-ended"},
			"all at once":    {do(own, func(in *sales.BookInput) { in.EnquiryID, in.CenterID, in.Starts = open, s.CY, time.Time{} }), "422 invalid center_id:unknown starts_at:required enquiry_id:already-booked"},
			"colleague":      {do(s.Consultant2(s.HD), nil), "404 not-found"},
			"another's desk": {do(s.FrontDesk(s.CY), nil), "404 not-found"},
			"finance":        {do(s.Finance(s.HD), nil), "403 forbidden"},
			"nothing":        {do(own, func(in *sales.BookInput) { in.EnquiryID = id.None }), "422 invalid enquiry_id:required"},
		})
	})
}

// Confirmed, moved and cancelled: each is a fact, and says what the owner does next.
func TestSAL4_States(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, desk, key := s.Consultant(s.HD), s.FrontDesk(s.HD), touched(t, s)
		a := must(sales.Book.Run(own, s.Ops, sales.BookInput{EnquiryID: key, Starts: at(s, today(s), 15, 0)}))(t)
		var c, m, x sales.BookedAppointment
		same(t, "facts", since(t, s, func() { c = must(sales.Confirm.Run(desk, s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t) }), []string{"sales.appointment-confirmed.1"})
		if c.State != sales.Confirmed || c.Version != a.Version+1 || enquiry(t, s, key).NextStep != "visit" {
			t.Errorf("confirmed: %+v", c)
		}
		starts := at(s, today(s)+2, 16, 0)
		same(t, "facts", since(t, s, func() { m = must(sales.Move.Run(desk, s.Ops, sales.MoveInput{AppointmentID: a.ID, Starts: starts}))(t) }), []string{"sales.appointment-moved.1"})
		was, now := appointment(t, s, a.ID), appointment(t, s, m.ID)
		if was.State != sales.Moved || was.MovedTo != m.ID || now.State != sales.Booked || now.Day != today(s)+2 || now.Inviter != was.Inviter || now.Enquiry != key || now.Reminded {
			t.Errorf("moved: %+v to %+v", was, now)
		}
		if e := enquiry(t, s, key); e.NextStep != "visit" || e.NextDay != now.Day || e.Stage != sales.Invited {
			t.Errorf("after the move: %q on %s", e.NextStep, e.NextDay)
		}
		same(t, "facts", since(t, s, func() { x = must(sales.Cancel.Run(desk, s.Ops, sales.AppointmentInput{AppointmentID: m.ID}))(t) }), []string{"sales.appointment-cancelled.1"})
		if e := enquiry(t, s, key); x.State != sales.Cancelled || e.NextStep != "invite" || e.NextDay != today(s) || e.Stage != sales.Invited {
			t.Errorf("after the cancellation: %+v, %q on %s", x, e.NextStep, e.NextDay)
		}
		must(sales.Book.Run(own, s.Ops, sales.BookInput{EnquiryID: key, Starts: at(s, today(s)+5, 15, 0)}))(t) // a new one may be booked
		s.Check(t)
	})
}

// An appointment that is over takes no step, whatever it is; what was said stays.
func TestSAL4_StatesRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, v := visited(t, s)
		arrived := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			return op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT appointment FROM visits WHERE id = ?", v.ID)
		})
		_, ahead := s.Appointment(t, s.HD)
		_, gone := s.Appointment(t, s.HD)
		must(sales.Cancel.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: gone.ID}))(t)
		steps := map[string]func(ctx context.Context, key id.ID) error{
			"confirm": func(ctx context.Context, key id.ID) error {
				return second(sales.Confirm.Run(ctx, s.Ops, sales.AppointmentInput{AppointmentID: key}))
			},
			"cancel": func(ctx context.Context, key id.ID) error {
				return second(sales.Cancel.Run(ctx, s.Ops, sales.AppointmentInput{AppointmentID: key}))
			},
			"move": func(ctx context.Context, key id.ID) error {
				return second(sales.Move.Run(ctx, s.Ops, sales.MoveInput{AppointmentID: key, Starts: at(s, today(s)+1, 15, 0)}))
			},
		}
		cases := map[string]refused{
			"missed ahead": {func() error {
				return second(sales.Miss.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: ahead.ID}))
			}, "422 not-due appointment_id:"},
			"missed arrived": {func() error {
				return second(sales.Miss.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: arrived}))
			}, "422 not-due appointment_id:"},
			"moved to the past": {func() error {
				return second(sales.Move.Run(s.FrontDesk(s.HD), s.Ops, sales.MoveInput{AppointmentID: ahead.ID, Starts: s.Clock.Now().Add(-time.Hour)}))
			}, "422 invalid starts_at:in-past"},
			"moved to the night": {func() error {
				return second(sales.Move.Run(s.FrontDesk(s.HD), s.Ops, sales.MoveInput{AppointmentID: ahead.ID, Starts: at(s, today(s)+1, 3, 0)}))
			}, "422 invalid starts_at:center-closed"},
		}
		for name, do := range steps {
			for who, c := range map[string]struct {
				ctx  context.Context
				key  id.ID
				want string
			}{
				"arrived":      {s.FrontDesk(s.HD), arrived, "422 not-open appointment_id:"},
				"cancelled":    {s.FrontDesk(s.HD), gone.ID, "422 not-open appointment_id:"},
				"colleague":    {s.Consultant2(s.HD), ahead.ID, "403 forbidden"}, // reads those of the center
				"other center": {s.FrontDesk(s.CY), ahead.ID, "404 not-found"},
				"finance":      {s.Finance(s.HD), ahead.ID, "403 forbidden"},
			} {
				cases[name+" "+who] = refused{func() error { return do(c.ctx, c.key) }, c.want}
			}
		}
		refuse(t, s, cases)
	})
}

// Nobody came: the job says so when the day is over, and the owner is asked for the next step.
func TestSAL4_NoShowAsksForTheNextStep(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, byJob := s.Appointment(t, s.HD)
		e2, byDesk := s.Appointment(t, s.HD)
		came, v := visited(t, s)
		_ = v
		_, ahead := s.Appointment(t, s.HD)
		must(sales.Move.Run(s.FrontDesk(s.HD), s.Ops, sales.MoveInput{AppointmentID: ahead.ID, Starts: at(s, today(s)+2, 15, 0)}))(t)
		s.Clock.Set(byDesk.Starts.Add(time.Minute))
		m := must(sales.Miss.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: byDesk.ID}))(t)
		if got := enquiry(t, s, e2.ID); m.State != sales.NoShow || got.NextStep != "ask-no-show" || got.NextDay != today(s) {
			t.Errorf("by the desk: %+v, %q on %s", m, got.NextStep, got.NextDay)
		}
		run(t, s)
		if a := appointment(t, s, byJob.ID); a.State != sales.Booked {
			t.Errorf("on the day still: %+v", a)
		}
		s.Clock.Set(at(s, today(s)+1, 9, 0))
		same(t, "facts", since(t, s, func() { run(t, s); run(t, s) }), []string{"sales.appointment-missed.1"})
		got := enquiry(t, s, e.ID)
		if a := appointment(t, s, byJob.ID); a.State != sales.NoShow || got.NextStep != "ask-no-show" || got.NextDay != today(s) || got.Stage != sales.Invited {
			t.Errorf("by the job: %+v, %q on %s", a, got.NextStep, got.NextDay)
		}
		if got := enquiry(t, s, came.ID); got.NextStep == "ask-no-show" {
			t.Errorf("who came is asked: %+v", got)
		}
		rows := work(t, s)
		if len(rows) != 3 || rows[2].ID != e.ID || rows[2].Why != "due" { // what is late presses more
			t.Errorf("work list = %+v", rows)
		}
		s.Check(t)
	})
}

// The inviter is reminded once, in the center's time before; of an appointment that is over, never.
func TestSAL4_ReminderGoesToTheInviter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own, desk := s.Consultant(s.HD), s.FrontDesk(s.HD)
		book := func(ctx context.Context, hour int) sales.BookedAppointment {
			return must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: touched(t, s), Starts: at(s, today(s), hour, 0)}))(t)
		}
		book(own, 15)
		book(desk, 15)
		gone := book(own, 15)
		must(sales.Cancel.Run(own, s.Ops, sales.AppointmentInput{AppointmentID: gone.ID}))(t)
		s.Clock.Set(at(s, today(s), 12, 59))
		run(t, s)
		same(t, "too early", notices(t, s, own), nil)
		s.Clock.Set(at(s, today(s), 13, 0))
		same(t, "a reminder is no fact", since(t, s, func() { run(t, s); run(t, s) }), nil)
		same(t, "consultant", notices(t, s, own), []string{"reminder"})
		same(t, "front desk that invited", notices(t, s, desk), []string{"reminder"})
		if n := count(t, s, `SELECT COUNT(*) FROM notices WHERE kind = 'reminder' AND params LIKE '%15:00%'`); n != 2 {
			t.Errorf("%d reminders name the time", n)
		}
		must(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{CenterID: s.HD, Key: "appointment.reminder-minutes", Value: "30"}))(t)
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		book(own, 15)
		s.Clock.Set(at(s, today(s), 14, 29))
		run(t, s)
		same(t, "within the center's own time", notices(t, s, own), []string{"reminder"})
		s.Clock.Set(at(s, today(s), 14, 30))
		run(t, s)
		same(t, "within the center's own time", notices(t, s, own), []string{"reminder", "reminder"})
	})
}

package process_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// taskOf makes a visitor of a consultant arrive and gives the task that follows.
func taskOf(t *testing.T, s *testkit.School) (id.ID, context.Context) {
	t.Helper()
	_, a := s.Appointment(t, s.HD)
	if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
		t.Fatal(err)
	}
	ctx := s.Consultant(s.HD)
	var tasks []process.Task
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error { return tx.Select(&tasks).Scan(ctx) })
	if len(tasks) != 1 {
		t.Fatalf("%d tasks, want the one of the visitor", len(tasks))
	}
	return tasks[0].ID, ctx
}

func done(t *testing.T, s *testkit.School, task id.ID) bool {
	t.Helper()
	var got process.Task
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error { return tx.Select(&got).Where("id = ?", task).Scan(ctx) })
	return !got.Done.IsZero()
}

func refusal(err error) string {
	if p, ok := problem.As(err); ok {
		if len(p.Fields) > 0 && p.Fields[0].Code != "" {
			return p.Fields[0].Code
		}
		return p.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// What a page did is taken back by an operation of its own, with its own fact, once, by oneself, within ten minutes.
func TestUIB2_Undo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		task, consultant := taskOf(t, s)
		finish := func() id.ID {
			ctx := op.WithUndo(consultant)
			if _, err := process.FinishTask.Run(ctx, s.Ops, process.FinishTaskInput{TaskID: task}); err != nil {
				t.Fatal(err)
			}
			if op.Offered(ctx).IsNone() {
				t.Fatal("nothing was offered")
			}
			return op.Offered(ctx)
		}
		offer := finish()
		if got := refusal(s.Ops.Undo(s.Consultant2(s.HD), offer)); got != "not-found" {
			t.Errorf("another's undo: %q, want not-found", got)
		}
		if err := s.Ops.Undo(consultant, offer); err != nil {
			t.Fatal(err)
		}
		if done(t, s, task) {
			t.Error("the task is still done")
		}
		if _, err := process.ReopenTask.Run(consultant, s.Ops, process.FinishTaskInput{TaskID: task}); refusal(err) != "task-open" {
			t.Errorf("an open task reopened: %v, want task-open", err)
		}
		if facts := s.Facts(t); !slices.Equal(facts[len(facts)-2:], []string{"process.task-done.1", "process.task-reopened.1"}) {
			t.Errorf("facts = %v", facts)
		}
		if got := refusal(s.Ops.Undo(consultant, offer)); got != "undone" {
			t.Errorf("undone twice: %q, want undone", got)
		}

		late := finish()
		s.Clock.Set(s.Clock.Now().Add(op.UndoTime + time.Second))
		if got := refusal(s.Ops.Undo(consultant, late)); got != "undo-late" {
			t.Errorf("after ten minutes: %q, want undo-late", got)
		}
		if !done(t, s, task) {
			t.Error("a refused undo took something back")
		}
		s.Check(t)
	})
}

// A record that changed since is not set back over the change.
func TestUIB2_UndoRefusedAfterAChange(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		s.Touch(t, s.HD, e)
		ctx := op.WithUndo(s.Consultant(s.HD))
		a, err := sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sales.Confirm.Run(s.Consultant(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: a.ID}); err != nil {
			t.Fatal(err)
		}
		if got := refusal(s.Ops.Undo(ctx, op.Offered(ctx))); got != "undo-changed" {
			t.Errorf("undo = %q, want undo-changed", got)
		}
		var state sales.AppointmentState
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			state, err = op.OneOf[sales.AppointmentState](ctx, tx.Unscoped("test"), "SELECT state FROM appointments WHERE id = ?", a.ID)
			return err
		})
		if state != sales.Confirmed {
			t.Errorf("the appointment is %s", state)
		}
	})
}

// Assigning, booking and moving are taken back to what was; nothing is offered outside pages, nor to the operator.
func TestUIB2_UndoOfSales(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		s.Touch(t, s.HD, e)
		principal := op.WithUndo(s.Principal(s.HD))
		other := s.StaffID(s.Consultant2(s.HD))
		if _, err := sales.Assign.Run(principal, s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: other, Reason: "load"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Ops.Undo(principal, op.Offered(principal)); err != nil {
			t.Fatal(err)
		}
		consultant := op.WithUndo(s.Consultant(s.HD))
		at := s.Clock.Now().Add(time.Hour)
		a, err := sales.Book.Run(consultant, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at})
		if err != nil {
			t.Fatalf("the consultant does not own the enquiry again: %v", err)
		}
		if _, err := sales.Move.Run(consultant, s.Ops, sales.MoveInput{AppointmentID: a.ID, Starts: at.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Ops.Undo(consultant, op.Offered(consultant)); err != nil {
			t.Fatal(err)
		}
		var open []sales.Appointment
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			return tx.Select(&open).Where("state = 'booked'").Scan(ctx)
		})
		if len(open) != 1 || !open[0].Starts.Equal(at) {
			t.Errorf("open appointments = %+v, want one at %s", open, at)
		}
		operator := op.WithUndo(s.System())
		if _, err := sales.Cancel.Run(operator, s.Ops, sales.AppointmentInput{AppointmentID: open[0].ID}); err != nil {
			t.Fatal(err)
		}
		if !op.Offered(operator).IsNone() {
			t.Error("an undo was offered to the system")
		}
		s.Check(t)
	})
}

// An undo that cannot be found, and one of an operation that is gone, say so.
func TestUIB2_UndoUnknown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		if err := s.Ops.Undo(s.Consultant(s.HD), s.Clock.NewID()); refusal(err) != "not-found" {
			t.Errorf("undo = %v, want not-found", err)
		}
	})
}

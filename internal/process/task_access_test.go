package process_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// seenPhone tells whether somebody finds a person, and whether in full: the phone as a list shows it, "" where the person does not exist.
func seenPhone(t *testing.T, s *testkit.School, ctx context.Context, person id.ID) (phone string) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		found, err := people.InScope(ctx, tx, []id.ID{person})
		if b, ok := found[person]; ok {
			phone = b.Phone
		}
		if _, one := people.ByID(ctx, tx, person); (one == nil) != (phone != "") {
			t.Errorf("the list finds %q, the record: %v", phone, one)
		}
		return err
	})
	return phone
}

// TestORG3_TaskShowsUntilItEnds: who is given a task about a colleague's customer sees the customer, phone and all, until the task is done or
// withdrawn, and again once it is open again.
func TestORG3_TaskShowsUntilItEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		visitor, booked := s.Appointment(t, s.HD)
		boss, doer := s.Principal(s.HD), s.Consultant2(s.HD)
		give := func() process.TaskInput {
			t.Helper()
			done, err := process.GiveTask.Run(boss, s.Ops, process.GiveTaskInput{
				StaffID: s.StaffID(doer), Task: process.OtherTask, Title: "接待", Due: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)), RecordKind: "appointment", RecordID: booked.ID,
			})
			if err != nil {
				t.Fatal(err)
			}
			return process.TaskInput{TaskID: done.ID}
		}
		look := func(what string, want bool) {
			t.Helper()
			phone := seenPhone(t, s, doer, visitor.PersonID)
			if (phone != "") != want || strings.Contains(phone, "*") {
				t.Errorf("%s: %q, want seen in full %v", what, phone, want)
			}
			found := []id.ID{}
			s.Read(t, doer, func(ctx context.Context, tx *op.Tx) error {
				list, err := people.Search(ctx, tx, phoneOf(t, s, visitor.PersonID), 5)
				for _, b := range list {
					found = append(found, b.ID)
				}
				return err
			})
			if slices.Contains(found, visitor.PersonID) != want {
				t.Errorf("%s: found by phone %v, want %v", what, found, want)
			}
		}
		look("before", false)
		first := give()
		look("given", true)
		finish := process.FinishTaskInput(first)
		if _, err := process.FinishTask.Run(doer, s.Ops, finish); err != nil {
			t.Fatal(err)
		}
		look("done", false)
		if _, err := process.ReopenTask.Run(doer, s.Ops, finish); err != nil {
			t.Fatal(err)
		}
		look("open again", true)
		if _, err := process.FinishTask.Run(doer, s.Ops, finish); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.Clock.Now().Add(op.UndoTime + time.Second))
		_, err := process.ReopenTask.Run(doer, s.Ops, finish)
		refusedWith(t, "opened again later", err, "undo-late")
		look("done for good", false)
		first = give()
		look("given anew", true)
		if _, err := process.WithdrawTask.Run(boss, s.Ops, first); err != nil {
			t.Fatal(err)
		}
		look("withdrawn", false)
		second := give()
		look("given again", true)
		if _, err := process.ReassignTask.Run(boss, s.Ops, process.ReassignTaskInput{TaskID: second.TaskID, StaffID: s.StaffID(boss)}); err != nil {
			t.Fatal(err)
		}
		look("handed to somebody else", false)
		s.Check(t)
	})
}

// phoneOf is a person's first phone.
func phoneOf(t *testing.T, s *testkit.School, person id.ID) (phone string) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		phone, err = op.OneOf[string](ctx, tx.Unscoped("test"), "SELECT value FROM contact_points WHERE person = ? AND kind = 'phone' ORDER BY no LIMIT 1", person)
		return err
	})
	return phone
}

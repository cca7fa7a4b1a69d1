package process_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestPRC5_GoneOnUndone: that a series goes on is taken back to what it was: paused, why, and for which day, also where going on ended it.
func TestPRC5_GoneOnUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, doer := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		left := repeated(t, boss, s, func(in *process.RepeatTaskInput) { in.StaffID = doer })
		over := repeated(t, boss, s, func(in *process.RepeatTaskInput) { in.StaffID, in.Until = doer, in.From+1 })
		s.Exec(t, "UPDATE staff SET active = FALSE WHERE id = ?", doer)
		refresh(t, s)
		makes(t, s, left, 0, "of who left")
		s.Exec(t, "UPDATE staff SET active = TRUE WHERE id = ?", doer)
		refresh(t, s)
		s.Clock.Set(s.Clock.Now().Add(5 * 24 * time.Hour))
		row := func(key id.ID) (out process.Series) {
			s.Read(t, boss, func(ctx context.Context, tx *op.Tx) error { return tx.Select(&out).Where("id = ?", key).Scan(ctx) })
			out.WasStopped, out.WasNext, out.Version = "", 0, 0
			return out
		}
		for _, key := range []id.ID{left, over} {
			was := row(key)
			if was.State != process.Paused || was.Stopped != "series-doer-left" {
				t.Fatalf("before: %+v", was)
			}
			ctx := op.WithUndo(boss)
			if _, err := process.SetSeries.Run(ctx, s.Ops, process.SetSeriesInput{SeriesID: key, State: process.Running}); err != nil {
				t.Fatal(err)
			}
			if now := row(key); now.State == process.Paused || now.Stopped != "" {
				t.Errorf("goes on: %+v", now)
			}
			if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
				t.Fatal(err)
			}
			if now := row(key); !reflect.DeepEqual(now, was) {
				t.Errorf("after the undo\n%+v\nbefore\n%+v", now, was)
			}
		}
		s.Check(t)
	})
}

// TestORG3_OwnTaskBackOpensNobody: a task that one gave oneself shows its person to nobody, neither after it was handed over and back, nor done
// and opened again.
func TestORG3_OwnTaskBackOpensNobody(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, me, other := s.Enquiry(t, s.HD), s.Consultant(s.HD), s.StaffID(s.Consultant2(s.HD))
		given, err := process.GiveTask.Run(me, s.Ops, process.GiveTaskInput{
			StaffID: s.StaffID(me), Task: process.OtherTask, Title: "回电", Due: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)), RecordKind: "person", RecordID: e.PersonID,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: other, Reason: "by-hand"}); err != nil {
			t.Fatal(err)
		}
		unseen := func(what string) {
			t.Helper()
			if phone := seenPhone(t, s, me, e.PersonID); phone != "" {
				t.Errorf("%s: seen as %q", what, phone)
			}
		}
		unseen("of a colleague")
		ctx := op.WithUndo(s.Principal(s.HD))
		if _, err := process.ReassignTask.Run(ctx, s.Ops, process.ReassignTaskInput{TaskID: given.ID, StaffID: other}); err != nil {
			t.Fatal(err)
		}
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		unseen("handed over and back")
		finish := process.FinishTaskInput{TaskID: given.ID}
		if _, err := process.FinishTask.Run(me, s.Ops, finish); err != nil {
			t.Fatal(err)
		}
		if _, err := process.ReopenTask.Run(me, s.Ops, finish); err != nil {
			t.Fatal(err)
		}
		unseen("opened again")
		s.Check(t)
	})
}

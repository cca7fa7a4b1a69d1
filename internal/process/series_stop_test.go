package process_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// repeated makes a daily series.
func repeated(t *testing.T, ctx context.Context, s *testkit.School, edit func(in *process.RepeatTaskInput)) id.ID {
	t.Helper()
	in := process.RepeatTaskInput{Title: "清点教室", Every: "day", From: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))}
	edit(&in)
	made, err := process.RepeatTask.Run(ctx, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// makes runs the job and says how many tasks a series has then.
func makes(t *testing.T, s *testkit.School, series id.ID, want int64, what string) {
	t.Helper()
	for range 2 {
		if err := process.DueSeries(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE series = ?", series); n != want {
		t.Errorf("%s: %d tasks, want %d", what, n, want)
	}
}

// stoppedFor fails where a series is not paused for a reason of which somebody was told so many times.
func stoppedFor(t *testing.T, s *testkit.School, series id.ID, why string, who id.ID, times int64) {
	t.Helper()
	if n := s.Count(t, "SELECT COUNT(*) FROM task_series WHERE id = ? AND state = 'paused' AND stopped = ?", series, why); n != 1 {
		t.Errorf("the series is not paused for %s", why)
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'series-stopped' AND staff = ?", who); n != times {
		t.Errorf("%s: told %d times, want %d", why, n, times)
	}
}

// TestPRC5_SeriesOfWhoLeft: a series makes nothing for a colleague who left: it is paused, who gave it is told once, and it goes on by hand when
// the colleague is back; the series of others go on meanwhile.
func TestPRC5_SeriesOfWhoLeft(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, doer, other := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		left := repeated(t, boss, s, func(in *process.RepeatTaskInput) { in.StaffID = doer })
		stays := repeated(t, boss, s, func(in *process.RepeatTaskInput) { in.StaffID = other })
		active := func(is bool) {
			t.Helper()
			s.Exec(t, "UPDATE staff SET active = ? WHERE id = ?", is, doer)
			refresh(t, s)
		}
		active(false)
		makes(t, s, left, 0, "of who left")
		makes(t, s, stays, 1, "of who stayed")
		stoppedFor(t, s, left, "series-doer-left", s.StaffID(boss), 1)
		resume := process.SetSeriesInput{SeriesID: left, State: process.Running}
		_, err := process.SetSeries.Run(boss, s.Ops, resume)
		refusedWith(t, "goes on without the colleague", err, "series-doer-left")
		active(true)
		if _, err := process.SetSeries.Run(boss, s.Ops, resume); err != nil {
			t.Fatal(err)
		}
		makes(t, s, left, 1, "of who is back")
		if n := s.Count(t, "SELECT COUNT(*) FROM task_series WHERE id = ? AND state = 'running' AND stopped = ''", left); n != 1 {
			t.Error("the series that goes on says why it stopped")
		}
		s.Exec(t, "UPDATE staff SET active = FALSE WHERE id = ? OR id = ?", doer, s.StaffID(boss))
		refresh(t, s)
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		makes(t, s, left, 1, "of two who left")
		stoppedFor(t, s, left, "series-doer-left", s.StaffID(boss), 1)
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'series-stopped' AND staff <> ?", s.StaffID(boss)); n < 1 {
			t.Error("who gave it left, and nobody else is told")
		}
		s.Check(t)
	})
}

// TestPRC5_SeriesOfUnseenRecord: a series about a record goes on as long as who gave it sees the record.
func TestPRC5_SeriesOfUnseenRecord(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, me := s.Enquiry(t, s.HD), s.Consultant(s.HD)
		series := repeated(t, me, s, func(in *process.RepeatTaskInput) { in.RecordKind, in.RecordID = "enquiry", e.ID })
		makes(t, s, series, 1, "about an own enquiry")
		assign := sales.AssignInput{EnquiryID: e.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "by-hand"}
		if _, err := sales.Assign.Run(s.Principal(s.HD), s.Ops, assign); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		makes(t, s, series, 1, "about a colleague's enquiry")
		stoppedFor(t, s, series, "series-record-unseen", s.StaffID(me), 1)
	})
}

// TestPRC5_SeriesUntil: where the program was down on the last day nothing is made after it, and the series ends in silence.
func TestPRC5_SeriesUntil(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		series := repeated(t, boss, s, func(in *process.RepeatTaskInput) { in.Until = in.From + 1 })
		makes(t, s, series, 1, "on the first day")
		s.Clock.Set(s.Clock.Now().Add(5 * 24 * time.Hour))
		makes(t, s, series, 1, "days after the last one")
		if n := s.Count(t, "SELECT COUNT(*) FROM task_series WHERE id = ? AND state = 'ended'", series); n != 1 {
			t.Error("the series has not ended")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'series-stopped'"); n != 0 {
			t.Errorf("told %d times of an end that was set", n)
		}
	})
}

// TestPRC5_SeriesFails: a series that fails does not hold up those after it.
func TestPRC5_SeriesFails(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		broken := repeated(t, boss, s, func(*process.RepeatTaskInput) {})
		sound := repeated(t, boss, s, func(*process.RepeatTaskInput) {})
		s.Exec(t, "UPDATE task_series SET weekdays = 'none' WHERE id = ?", broken)
		if err := process.DueSeries(t.Context(), s.Ops); err == nil {
			t.Error("a series that fails is no error")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE series = ?", sound); n != 1 {
			t.Errorf("the series after it made %d tasks", n)
		}
	})
}

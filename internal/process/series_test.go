package process_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestPRC5_Series: a daily task is made once a day, after days without the program only once, not while it is paused and not after its end.
func TestPRC5_Series(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, staff := s.Principal(s.HD), s.StaffID(s.Consultant(s.HD))
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		in := process.RepeatTaskInput{StaffID: staff, Title: "清点教室", Every: "day", From: today}
		series, err := process.RepeatTask.Run(boss, s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		round := func(want int64, what string) {
			t.Helper()
			for range 2 { // a job that runs twice makes it once
				if err := process.DueSeries(t.Context(), s.Ops); err != nil {
					t.Fatal(err)
				}
			}
			if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE series = ? AND staff = ? AND given_by = ?", series.ID, staff, s.StaffID(boss)); n != want {
				t.Errorf("%s: %d tasks, want %d", what, n, want)
			}
		}
		later := func(days int) { s.Clock.Set(s.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)) }
		set := func(ctx context.Context, state process.SeriesState) error {
			_, err := process.SetSeries.Run(ctx, s.Ops, process.SetSeriesInput{SeriesID: series.ID, State: state})
			return err
		}
		round(1, "on the first day")
		var list []process.Task
		s.Read(t, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = process.Tasks(ctx, tx, process.TaskFilter{})
			return err
		})
		for _, task := range list {
			if _, err := process.FinishTask.Run(s.Consultant(s.HD), s.Ops, process.FinishTaskInput{TaskID: task.ID}); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE staff = ? AND kind = 'task-finished'", s.StaffID(boss)); len(list) != 1 || n != 0 {
			t.Errorf("%d tasks of a series were done, their giver was told %d times", len(list), n)
		}
		later(1)
		round(2, "on the next day")
		later(9)
		round(3, "after nine days without the program")
		refusedWith(t, "paused by who has it", set(s.Consultant(s.HD), process.Paused), "not-giver")
		if err := set(boss, process.Paused); err != nil {
			t.Fatal(err)
		}
		later(3)
		round(3, "while it is paused")
		if err := set(boss, process.Running); err != nil {
			t.Fatal(err)
		}
		round(4, "when it goes on")
		if err := set(boss, process.Ended); err != nil {
			t.Fatal(err)
		}
		later(3)
		round(4, "after its end")
		refusedWith(t, "resumed after its end", set(boss, process.Running), "series-ended")
		today = bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for want, edit := range map[string]func(in *process.RepeatTaskInput){
			"not-one-of": func(in *process.RepeatTaskInput) { in.Every = "year" }, "required": func(in *process.RepeatTaskInput) { in.Every = "week" },
			"series-until": func(in *process.RepeatTaskInput) { in.Until = today - 1 }, "task-day": func(in *process.RepeatTaskInput) { in.From = today - 1 },
		} {
			bad := in
			bad.From = today
			edit(&bad)
			_, err := process.RepeatTask.Run(boss, s.Ops, bad)
			refusedWith(t, want, err, want)
		}
		_, err = process.RepeatTask.Run(s.Consultant2(s.HD), s.Ops, in)
		refusedWith(t, "given to a colleague without the right", err, "forbidden")
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE series = ? AND due_at < created_at", series.ID); n != 0 {
			t.Errorf("%d tasks were late when they were made", n)
		}
	})
}

// TestPRC5_SeriesScope: one sees the series of oneself, a principal those of the center, and nobody those of another one.
func TestPRC5_SeriesScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for _, ctx := range []context.Context{s.Principal(s.HD), s.Consultant(s.HD), s.Consultant(s.CY)} {
			if _, err := process.RepeatTask.Run(ctx, s.Ops, process.RepeatTaskInput{Title: "周报", Every: "week", Weekdays: []int{5}, From: today}); err != nil {
				t.Fatal(err)
			}
		}
		foreign := s.Count(t, "SELECT COUNT(*) FROM task_series WHERE center = ?", s.CY)
		for want, ctx := range map[int64]context.Context{2: s.Principal(s.HD), 1: s.Consultant(s.HD), 3: s.GM(), 0: s.Consultant2(s.HD)} {
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
				list, err := process.SeriesInScope(ctx, tx, page.Request{})
				if list.Total != want || foreign != 1 {
					t.Errorf("%d series, want %d", list.Total, want)
				}
				return err
			})
		}
		other := id.None
		s.Read(t, s.Consultant(s.CY), func(ctx context.Context, tx *op.Tx) error {
			list, err := process.SeriesInScope(ctx, tx, page.Request{})
			other = list.Items[0].ID
			return err
		})
		_, err := process.SetSeries.Run(s.Principal(s.HD), s.Ops, process.SetSeriesInput{SeriesID: other, State: process.Ended})
		refusedWith(t, "ended from another center", err, "not-found")
	})
}

package app

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// TestORG1_HolidaysMissing: who keeps the calendar is told, once from November on and once more in the year itself, that a year has no public
// holidays yet; not where they are entered, and a holiday that begins in another year is none of it.
func TestORG1_HolidaysMissing(t *testing.T) {
	t.Parallel()
	a, c, ctx, staff := withIT(t)
	told := func(at time.Time) (n int64) {
		t.Helper()
		c.Set(at)
		if err := a.watchCalendar(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM notices WHERE kind = 'holidays-missing' AND staff = ?", staff)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 4, 0, 0, 0, time.UTC)
	}
	for _, step := range []struct {
		at   time.Time
		want int64
	}{{at(2025, 11, 20), 0}, {at(2026, 10, 31), 0}, {at(2026, 11, 1), 1}, {at(2026, 12, 24), 1}, {at(2027, 1, 2), 2}, {at(2027, 10, 2), 2}} { // the program ships 2026
		if got := told(step.at); got != step.want {
			t.Errorf("on %s: told %d times, want %d", step.at.Format(time.DateOnly), got, step.want)
		}
	}
	enter := func(from, until bizdate.Date) {
		t.Helper()
		if _, err := organization.AddSpecialDay.Run(ctx, a.Run, organization.SpecialDayInput{From: from, Until: until, Kind: organization.DayHoliday, NameZH: "元旦"}); err != nil {
			t.Fatal(err)
		}
		if err := a.Dir.Refresh(ctx, a.Run, 0); err != nil {
			t.Fatal(err)
		}
	}
	enter(bizdate.New(2027, 10, 1), bizdate.New(2027, 10, 7))
	if got := told(at(2027, 10, 20)); got != 2 {
		t.Errorf("with the holidays entered: told %d times", got)
	}
	enter(bizdate.New(2027, 12, 31), bizdate.New(2028, 1, 2))
	if got := told(at(2027, 11, 20)); got != 3 {
		t.Errorf("a holiday that begins the year before: told %d times, want 3", got)
	}
	enter(bizdate.New(2028, 5, 1), bizdate.New(2028, 5, 5))
	if got := told(at(2028, 10, 20)); got != 3 {
		t.Errorf("with the next year's: told %d times", got)
	}
}

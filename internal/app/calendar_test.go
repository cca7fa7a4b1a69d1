package app

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// TestORG1_HolidaysMissing: who sets the program up is told once, from November on, that the next year has no public holidays yet; not where
// they are entered.
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
	}{{at(2025, 11, 20), 0}, {at(2026, 10, 31), 0}, {at(2026, 11, 1), 1}, {at(2026, 12, 24), 1}} { // the program ships 2026
		if got := told(step.at); got != step.want {
			t.Errorf("on %s: told %d times, want %d", step.at.Format(time.DateOnly), got, step.want)
		}
	}
	day := organization.SpecialDayInput{From: bizdate.New(2028, 1, 1), Kind: organization.DayHoliday, NameZH: "元旦"}
	if _, err := organization.AddSpecialDay.Run(ctx, a.Run, day); err != nil {
		t.Fatal(err)
	}
	if err := a.Dir.Refresh(ctx, a.Run, 0); err != nil {
		t.Fatal(err)
	}
	if got := told(at(2027, 11, 20)); got != 1 {
		t.Errorf("with the holidays entered: told %d times", got)
	}
	if got := told(at(2028, 11, 20)); got != 2 {
		t.Errorf("in the year after: told %d times, want 2", got)
	}
}

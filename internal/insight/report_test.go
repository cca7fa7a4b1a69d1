package insight_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// figureOf is a metric of the daily report: of the row of a value, or of the totals.
func figureOf(t *testing.T, s *testkit.School, viewer context.Context, p insight.Params, metric, value string) (f insight.Figure) {
	t.Helper()
	s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) error {
		r, err := insight.Make(ctx, tx, "daily-sales", p)
		if err != nil {
			return err
		}
		row := r.Totals
		for _, candidate := range r.Rows {
			if value != "" && candidate.Value == value {
				row = candidate
			}
		}
		for i, c := range r.Columns[1:] {
			if c.Metric == metric {
				f = row.Cells[i]
			}
		}
		return nil
	})
	return f
}

// contact enters a lead and calls it after a while.
func contact(t *testing.T, s *testkit.School, center id.ID, wait time.Duration) sales.Entered {
	t.Helper()
	e := s.Enquiry(t, center)
	s.Clock.Set(s.Clock.Now().Add(wait))
	s.Touch(t, center, e)
	return e
}

// TestINS3_FirstContact: the median of the working minutes from entry to first touch, kept as exact counts, by any dimension; later
// touches and walk-ins do not count, nor does the night; a recount gives the same, though opening hours changed meanwhile.
func TestINS3_FirstContact(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		today := insight.Params{From: day, Until: day}
		const metric = "first_contact_minutes"
		if f := figureOf(t, s, s.GM(), today, metric, ""); !f.None {
			t.Errorf("without a first contact the median is %v, want none", f.V)
		}
		e := contact(t, s, s.HD, 10*time.Minute)
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		s.Touch(t, s.HD, e) // not the first one
		contact(t, s, s.HD, 15*time.Minute+40*time.Second)
		contact(t, s, s.CY, 50*time.Minute)
		_, err := sales.WalkIn.Run(s.FrontDesk(s.CY), s.Ops, sales.WalkInInput{Name: "高远", Phone: "13900000001", CourseID: s.Course, CenterID: s.CY})
		if err != nil {
			t.Fatal(err)
		}
		consultant := s.StaffID(s.Consultant(s.HD)).String()
		for _, tt := range []struct {
			what   string
			viewer context.Context
			by     string
			value  string
			want   float64
		}{
			{"all", s.GM(), "center", "", 15},
			{"a center", s.GM(), "center", s.HD.String(), 12.5},
			{"the other center", s.GM(), "center", s.CY.String(), 50},
			{"a consultant", s.GM(), "consultant", consultant, 12.5},
			{"a channel", s.GM(), "channel", s.Web.String(), 15},
			{"a day", s.GM(), "day", day.String(), 15},
			{"who sees one center", s.Principal(s.CY), "center", "", 50},
			{"who sees the own", s.Consultant(s.HD), "consultant", "", 12.5},
		} {
			p := today
			p.By = tt.by
			if f := figureOf(t, s, tt.viewer, p, metric, tt.value); f.None || f.V != tt.want {
				t.Errorf("%s: %+v, want %v", tt.what, f, tt.want)
			}
		}
		if err := s.App.Settle(s.System()); err != nil { // folded sums say the same as open ones
			t.Fatal(err)
		}
		if f := figureOf(t, s, s.GM(), today, metric, ""); f.V != 15 {
			t.Errorf("folded: %+v, want 15", f)
		}
		// Entered ten minutes before the center closes, called the next morning twenty minutes after it opened.
		s.Clock.Set(hoursOn(t, s, day)[1].Add(-10 * time.Minute))
		late := s.Enquiry(t, s.HD)
		s.Clock.Set(hoursOn(t, s, day+1)[0].Add(20 * time.Minute))
		s.Touch(t, s.HD, late)
		next := insight.Params{From: day + 1, Until: day + 1}
		if f := figureOf(t, s, s.GM(), next, metric, ""); f.V != 30 {
			t.Errorf("over the night: %+v, want 30 working minutes", f)
		}
		s.Exec(t, "UPDATE centers SET hours = '[]'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		s.Check(t)
	})
}

// hoursOn gives when a center opens and closes on a day.
func hoursOn(t *testing.T, s *testkit.School, day bizdate.Date) (out [2]time.Time) {
	t.Helper()
	c := s.Dir.Calendar(s.HD)
	from := day.In(s.Dir.Zone(s.HD))
	for at := from; at.Before(from.Add(24 * time.Hour)); at = at.Add(time.Minute) {
		if c.Open(at) {
			if out[0].IsZero() {
				out[0] = at
			}
			out[1] = at.Add(time.Minute)
		}
	}
	if out[0].IsZero() {
		t.Fatal("the center does not open")
	}
	return out
}

// TestPRF6_ReportQueries: the report asks once for rows, comparison and trend together, and once more for its day where none is
// named; not a query per row.
func TestPRF6_ReportQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 3 {
			contact(t, s, s.HD, time.Minute)
			contact(t, s, s.CY, time.Minute)
		}
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for want, p := range map[int]insight.Params{1: {From: day, Until: day, By: "consultant"}, 2: {}} {
			s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
				before := tx.Queries
				r, err := insight.Make(ctx, tx, "daily-sales", p)
				if got := tx.Queries - before; got != want {
					t.Errorf("%d queries, want %d", got, want)
				}
				if len(r.Rows) < 2 || len(r.Trend) != 2 {
					t.Errorf("%d rows, %d trends", len(r.Rows), len(r.Trend))
				}
				return err
			})
		}
	})
}

// TestINS7_Conclusion: the day is compared with the same weekdays of eight weeks, folded and open sums together; what is unusual is
// said, and the trend ends with the day.
func TestINS7_Conclusion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 8 {
			s.Enquiry(t, s.HD)
			s.Enquiry(t, s.CY)
			s.Clock.Set(s.Clock.Now().Add(7 * 24 * time.Hour))
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		for range 30 {
			s.Enquiry(t, s.HD)
		}
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			for _, by := range []string{"center", "channel"} {
				r, err := insight.Make(ctx, tx, "daily-sales", insight.Params{From: day, Until: day, By: by})
				if err != nil {
					return err
				}
				c := r.Conclusion
				if len(c.Evidence) != 4 || c.Evidence[0].Value != 30 || c.Evidence[0].Baseline != 2 || c.Evidence[0].N != 8 {
					t.Errorf("by %s: evidence %+v, want 30 leads beside 2", by, c.Evidence)
				}
				if len(c.Sentences) != 1 || c.Sentences[0].Code != "above" || c.Sentences[0].Metric != "leads" || c.Confidence != "high" {
					t.Errorf("by %s: %+v, want leads above the usual", by, c)
				}
				if last := r.Trend[0]; last.From+bizdate.Date(len(last.Values)-1) != day {
					t.Errorf("the trend ends on %s", last.From+bizdate.Date(len(last.Values)-1))
				}
			}
			return nil
		})
	})
}

// TestPRF6_ReportPlan: every part that reads folded sums is found by metric, dimension and days; none reads every day there is (INS-3).
func TestPRF6_ReportPlan(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
		plan, err := insight.ReportPlan(ctx, tx, "daily-sales", insight.Params{From: day, Until: day, By: "consultant"})
		found := 0
		for _, step := range plan {
			if !strings.Contains(step, "rollups_metric") {
				continue
			}
			if found++; !strings.Contains(step, "grain=? AND metric=? AND dim=? AND day") {
				t.Errorf("reads too much: %s", step)
			}
		}
		if found != 4 {
			t.Errorf("%d parts by index, want 4: %q", found, plan)
		}
		return err
	})
}

package insight_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// cohorts gives the totals and rows of the cohort funnel by each dimension.
func cohorts(t *testing.T, s *testkit.School, who context.Context) (out []insight.Row) {
	t.Helper()
	s.Read(t, who, func(ctx context.Context, tx *op.Tx) error {
		for _, by := range []string{"channel", "campaign", "consultant", "center", "course", "month"} {
			r, err := insight.Make(ctx, tx, "funnel", insight.Params{By: by, Basis: insight.ByCohort})
			if err != nil {
				return err
			}
			out = append(append(out, r.Totals), r.Rows...)
		}
		return nil
	})
	return out
}

// same compares rows in all that a report shows of them.
func same(t *testing.T, what string, got, want []insight.Row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i].Value != want[i].Value || got[i].Young != want[i].Young {
			t.Errorf("%s: row %q young %t, want %q %t", what, got[i].Value, got[i].Young, want[i].Value, want[i].Young)
		}
		for k := range got[i].Cells {
			if got[i].Cells[k] != want[i].Cells[k] {
				t.Errorf("%s: %q, column %d: %+v, want %+v", what, got[i].Value, k, got[i].Cells[k], want[i].Cells[k])
			}
		}
	}
}

// something happens to one of the enquiries, or a new one comes.
func something(t *testing.T, s *testkit.School, r *rand.Rand, campaign id.ID, list *[]sales.Entered) {
	t.Helper()
	s.Clock.Set(s.Clock.Now().AddDate(0, 0, 7*r.IntN(3))) // open days
	var e sales.Entered
	if len(*list) > 0 {
		e = (*list)[r.IntN(len(*list))]
	}
	switch n := r.IntN(5); {
	case len(*list) < 3 || n == 0:
		*list = append(*list, came(t, s, []id.ID{id.None, campaign}[r.IntN(2)]))
	case n == 1: // refused where one is open, or it has ended
		day := testDay(s) + 3
		a, err := sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: day.In(s.Dir.Zone(s.HD)).Add(14 * time.Hour)})
		if err == nil && r.IntN(2) == 0 {
			_, err = sales.Cancel.Run(s.Consultant(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: a.ID})
			if err != nil {
				t.Fatal(err)
			}
		}
	case n == 2:
		_, _ = sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "by-hand"})
	case n == 3:
		_, _ = sales.Lose.Run(s.Principal(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"})
	default:
		e := came(t, s, id.None)
		s.Sign(t, s.HD, e)
	}
}

// TestPRF6_CohortsEqualTheirRecount: whatever happens to enquiries, and whether or not it was kept since, the cohort funnel is the one that the
// records give, for who sees all, a center, or the own ones; zhike check compares each path with its records.
func TestPRF6_CohortsEqualTheirRecount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		r := rand.New(rand.NewPCG(7, 9))
		campaign := running(t, s, "开放日")
		var list []sales.Entered
		viewers := []context.Context{s.GM(), s.Principal(s.HD), s.Principal(s.CY), s.Consultant2(s.HD)}
		for range 24 {
			something(t, s, r, campaign, &list)
			if r.IntN(3) == 0 {
				if _, err := insight.FoldPaths(s.System(), s.Ops); err != nil {
					t.Fatal(err)
				}
			}
		}
		var kept [][]insight.Row
		for _, who := range viewers {
			kept = append(kept, cohorts(t, s, who))
		}
		if n := kept[0][0].Cells[0].V; n < 5 || kept[0][0].Cells[3].V == 0 {
			t.Fatalf("%v enquiries, %v signed: too little happened", n, kept[0][0].Cells[3].V)
		}
		s.Check(t)
		s.Exec(t, "DELETE FROM insight_paths") // every one is read from its records again
		s.Exec(t, "INSERT INTO insight_paths_open (enquiry) SELECT id FROM enquiries")
		for i, who := range viewers {
			same(t, "from the records", kept[i], cohorts(t, s, who))
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM insight_paths_open"); n != 0 {
			t.Errorf("%d paths are still open", n)
		}
		for i, who := range viewers {
			same(t, "all kept", kept[i], cohorts(t, s, who))
		}
		s.Check(t)
	})
}

// TestPRF6_StatementsOfTheFunnel: however many enquiries there are, the cohort funnel sends two statements once paths are kept, and no more than
// six where some changed since.
func TestPRF6_StatementsOfTheFunnel(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ask := func() (n int64) {
			s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
				before := tx.Queries
				_, err := insight.Make(ctx, tx, "funnel", insight.Params{By: "channel", Basis: insight.ByCohort})
				n = int64(tx.Queries - before)
				return err
			})
			return n
		}
		for range 4 {
			came(t, s, id.None)
			s.Sign(t, s.HD, came(t, s, id.None))
			if n := ask(); n > 6 {
				t.Errorf("%d statements with open paths", n)
			}
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		if n := ask(); n != 2 {
			t.Errorf("%d statements once all is kept, want 2", n)
		}
	})
}

// TestPRF7_MonthsAndDaysAddUp: a span is read from the sums of its whole months and of the days around them, whatever it begins and ends with,
// folded or not; it is what its days add up to, by month too, and with the centers named or not.
func TestPRF7_MonthsAndDaysAddUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		r := rand.New(rand.NewPCG(3, 4))
		first := testDay(s)
		for range 20 {
			s.Clock.Set(s.Clock.Now().Add(time.Duration(1+r.IntN(12)) * 24 * time.Hour))
			came(t, s, id.None)
			s.Enquiry(t, s.CY)
			if r.IntN(4) == 0 {
				if err := s.App.Settle(s.System()); err != nil {
					t.Fatal(err)
				}
			}
		}
		length := int(testDay(s)-first) + 1
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			days, err := insight.Figures(ctx, tx, insight.Ask{Metrics: []string{"leads"}, From: first, Until: first + bizdate.Date(length), Dim: "channel", By: "day"})
			if err != nil {
				return err
			}
			for range 60 {
				from := first + bizdate.Date(r.IntN(length))
				until := from + bizdate.Date(r.IntN(length))
				ask := insight.Ask{Metrics: []string{"leads"}, From: from, Until: until, Dim: "channel", By: []string{"", "month"}[r.IntN(2)], Whole: r.IntN(2) == 0}
				got, err := insight.Figures(ctx, tx, ask)
				if err != nil {
					return err
				}
				within := func(c insight.Cell) bool { return c.Day >= from && c.Day <= until }
				if n, want := got.Sum("leads", nil), days.Sum("leads", within); n != want {
					t.Errorf("%s to %s, by %q: %d, the days add up to %d", from, until, ask.By, n, want)
				}
				for m := from.MonthStart(); ask.By == "month" && m <= until; m = m.AddMonths(1) {
					n := got.Sum("leads", func(c insight.Cell) bool { return c.Day == m })
					if want := days.Sum("leads", func(c insight.Cell) bool { return within(c) && c.Day.MonthStart() == m }); n != want {
						t.Errorf("%s of %s to %s: %d, want %d", m, from, until, n, want)
					}
				}
			}
			return nil
		})
	})
}

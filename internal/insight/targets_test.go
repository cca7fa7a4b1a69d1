package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func testDay(s *testkit.School) bizdate.Date { return bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) }

// Every metric of a target is a sum of the catalogue that is kept by consultant and opens its records.
func TestSAL14_MetricsOfTargets(t *testing.T) {
	for _, m := range sales.TargetMetrics {
		metric, ok := insight.MetricByID(m.ID)
		if !ok || metric.Ratio() || metric.Median || metric.List == "" || (metric.Unit == "fen") != m.Money {
			t.Errorf("%s: %+v", m.ID, metric)
		}
	}
}

// The report holds what was reached against what is to be reached, the center's own target beside those of its consultants together; a center without
// one has theirs; without three months of history the forecast is too thin, and nobody is called late (SAL-14).
func TestSAL14_TargetsReport(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		one, two := s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		s.Sign(t, s.HD, s.Enquiry(t, s.HD))
		today := testDay(s)
		set := func(who context.Context, center, staff id.ID, v int64) {
			t.Helper()
			in := sales.SetTargetsInput{Metric: "contracts", Targets: []sales.TargetInput{{Center: center, Staff: staff, Month: today, Value: &v}}}
			if _, err := sales.SetTargets.Run(who, s.Ops, in); err != nil {
				t.Fatal(err)
			}
		}
		set(s.GM(), s.CY, s.StaffID(s.Consultant(s.CY)), 3)
		set(s.GM(), s.HD, one, 6)
		set(s.GM(), s.HD, two, 4)
		set(s.GM(), s.HD, id.None, 12)
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		params := insight.Params{From: today, Until: today, Metric: "contracts"}
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			r, err := insight.Make(ctx, tx, "targets", params)
			if err != nil {
				return err
			}
			got := map[string][]insight.Figure{}
			for _, row := range r.Rows {
				got[row.Value] = row.Cells
			}
			if hd := got[s.HD.String()]; hd == nil || hd[0].V != 1 || hd[1].V != 12 || hd[2].V != 10 || !hd[4].Thin {
				t.Errorf("Haidian: %+v", hd)
			}
			if cy := got[s.CY.String()]; cy == nil || cy[0].V != 0 || cy[1].V != 3 || cy[3].V != 0 {
				t.Errorf("Chaoyang: %+v", cy)
			}
			if all := r.Totals.Cells; all[0].V != 1 || all[1].V != 15 || all[2].V != 13 {
				t.Errorf("total: %+v", all)
			}
			if codes := r.Conclusion.Sentences; r.Conclusion.Confidence != "none" || len(codes) != 1 || codes[0].Code != "target-thin" {
				t.Errorf("conclusion: %+v", r.Conclusion)
			}
			p := params
			p.By = "consultant"
			if r, err = insight.Make(ctx, tx, "targets", p); err != nil {
				return err
			}
			for _, row := range r.Rows {
				if row.Value == one.String() && (row.Cells[0].V != 1 || row.Cells[1].V != 6) || row.Value == two.String() && (row.Cells[0].V != 0 || row.Cells[1].V != 4) {
					t.Errorf("consultant %s: %+v", row.Value, row.Cells)
				}
			}
			return nil
		})
		s.Read(t, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) error { // the own ones only
			r, err := insight.Make(ctx, tx, "targets", params)
			if err != nil {
				return err
			}
			if len(r.Rows) != 1 || r.Params.By != "consultant" || r.Rows[0].Value != one.String() || r.Totals.Cells[1].V != 6 {
				t.Errorf("a consultant sees %+v", r.Rows)
			}
			list, err := insight.ProgressOf(ctx, tx, one)
			if len(list) != 1 || list[0].Actual != 1 || list[0].Target != 6 || !list[0].Outlook.Thin {
				t.Errorf("progress at home: %+v", list)
			}
			return err
		})
	})
}

// With history a forecast is there, holds what is there already, and a target beyond it is named (SAL-14).
func TestSAL14_ForecastOfHistory(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 5 {
			s.Sign(t, s.HD, s.Enquiry(t, s.HD))
			s.Clock.Set(s.Clock.Now().AddDate(0, 1, 0))
		}
		s.Sign(t, s.HD, s.Enquiry(t, s.HD))
		v := int64(500)
		in := sales.SetTargetsInput{Metric: "contracts", Targets: []sales.TargetInput{{Center: s.HD, Month: testDay(s), Value: &v}}}
		if _, err := sales.SetTargets.Run(s.GM(), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			r, err := insight.Make(ctx, tx, "targets", insight.Params{From: testDay(s), Until: testDay(s), Metric: "contracts"})
			if err != nil {
				return err
			}
			c := r.Rows[0].Cells
			if c[0].V != 1 || c[4].V < 1 || c[5].V < 1 || c[6].V < c[4].V || c[4].N != 5 {
				t.Errorf("forecast: %+v", c)
			}
			if got := r.Conclusion.Sentences; got[0].Code != "target-missed" || got[0].Row != s.HD.String() || r.Conclusion.Confidence != "medium" {
				t.Errorf("conclusion: %+v", r.Conclusion)
			}
			v = int64(c[6].V) // within the range: nobody is called late who may still reach it
			return nil
		})
		in.Targets[0].Value = &v
		if _, err := sales.SetTargets.Run(s.GM(), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			r, err := insight.Make(ctx, tx, "targets", insight.Params{From: testDay(s), Until: testDay(s), Metric: "contracts"})
			if err != nil {
				return err
			}
			if c := r.Rows[0].Cells; c[1].V <= c[4].V || r.Conclusion.Sentences[0].Code != "target-open" {
				t.Errorf("target %v within %v to %v: %+v", c[1].V, c[5].V, c[6].V, r.Conclusion)
			}
			return nil
		})
	})
}

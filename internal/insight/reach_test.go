package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// Whom a campaign reached is counted from the views of its forms on its days, and is none, not 0, where nothing counts it; the diagnosis begins with it
// only where it is planned too (MKT-6).
func TestMKT6_Reach(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		plan := func(reach int64) id.ID {
			in := testkit.Campaign(t, s, id.None)
			in.PlanReach = reach
			c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
			if err != nil {
				t.Fatal(err)
			}
			s.Approve(t, c.ID)
			return c.ID
		}
		diagnosis := func(key id.ID) (d insight.Diagnosis) {
			t.Helper()
			s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
				c, err := marketing.CampaignByID(ctx, tx, key)
				if err != nil {
					return err
				}
				d, _, err = insight.Diagnose(ctx, tx, c)
				return err
			})
			return d
		}
		planned, bare := plan(1_000), plan(0)
		for _, key := range []id.ID{planned, bare} {
			came(t, s, key)
		}
		if d := diagnosis(planned); d.Reach.Known || len(d.Links) == 0 || d.Links[0].Code != "lead" || d.Links[0].Unit != "n" {
			t.Errorf("nothing counts it: reach %+v, links %+v", d.Reach, d.Links)
		}
		for _, key := range []id.ID{planned, bare} {
			p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "报名", Kind: "form", CampaignID: key, CenterID: s.HD})
			if err != nil {
				t.Fatal(err)
			}
			day := testDay(s)
			for _, v := range []struct{ day, n int64 }{{int64(day), 20}, {int64(day) - 100, 7_000}} {
				s.Exec(t, "INSERT INTO capture_views (point, day, n) VALUES (?, ?, ?)", p.ID, v.day, v.n)
			}
		}
		if d := diagnosis(planned); len(d.Links) < 2 || !d.Links[0].Apart || d.Links[0].Share != 0 || d.Links[1].Code != "lead" || d.Links[1].Unit != "n" || d.Links[1].Actual != 1 || d.ByForm != 0 {
			t.Errorf("a lead that came by phone is no share of the views: %+v", d.Links)
		}
		s.Exec(t, "UPDATE leads SET point = (SELECT k.id FROM capture_points k WHERE k.campaign = leads.campaign)")
		d := diagnosis(planned)
		if !d.Reach.Known || d.Reach.Views != 20 || d.Reach.N() != 20 {
			t.Errorf("reach = %+v, want the 20 views of its days", d.Reach)
		}
		if len(d.Links) < 2 || d.Links[0].Code != "reach" || d.Links[0].Actual != 20 || d.Links[1].Code != "lead" || d.Links[1].Unit != "%" || d.Links[1].Actual != 0.05 || d.Links[1].Expected != 0.04 || d.Links[0].Apart || d.ByForm != 1 {
			t.Errorf("links = %+v", d.Links)
		}
		if d := diagnosis(bare); !d.Reach.Known || d.Links[0].Code != "lead" || d.Links[0].Unit != "n" {
			t.Errorf("without a plan: %+v, %+v", d.Reach, d.Links)
		}
	})
}

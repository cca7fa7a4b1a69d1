package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// The report of referrals counts who was brought, what became of them and the hours given for it, by center, by who sold to the referrer and by the
// referrer; its rate is that of the students of the last day, each once; and it says nothing of so few (MKT-12).
func TestMKT12_Report(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Enquiry(t, s.HD)
		s.Sign(t, s.HD, own)
		s.Enquiry(t, s.HD) // by nobody
		s.Reward(t, s.HD, own.PersonID)
		s.Contract(t, s.CY)
		report := func(ctx context.Context, by string) (r insight.Report) {
			t.Helper()
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
				r, err = insight.Make(ctx, tx, insight.ReferralReport, insight.Params{From: testDay(s), Until: testDay(s), By: by})
				return err
			})
			return r
		}
		consultant := s.StaffID(s.Consultant(s.HD)).String()
		for by, row := range map[string]string{"center": s.HD.String(), "consultant": consultant, "referrer": own.PersonID.String(), "month": testDay(s).MonthStart().String()} {
			r := report(s.GM(), by)
			students := map[string]float64{"center": 2, "consultant": 2, "month": 3}[by]
			found := false
			for _, got := range r.Rows {
				if got.Value != row {
					continue
				}
				found = true
				if c := got.Cells; c[0].V != students || c[0].None != (by == "referrer") || c[1].V != 1 || c[3].V != 1 || c[6].V != 100_000 || c[7].V != 200 {
					t.Errorf("by %s: %+v", by, c)
				}
			}
			if c := r.Totals.Cells; !found || c[0].V != 3 || c[1].V != 1 || c[2].V < 0.33 || c[2].V > 0.34 || c[2].High < 1 {
				t.Errorf("by %s: row found %t, totals %+v", by, found, c)
			}
			if code := r.Conclusion.Sentences[0].Code; code != "referral-thin" {
				t.Errorf("by %s: %s", by, code)
			}
		}
		if r := report(s.Principal(s.CY), "center"); r.Totals.Cells[1].V != 0 || r.Totals.Cells[0].V != 1 || r.Conclusion.Sentences[0].Code != "referral-none" {
			t.Errorf("of another center: %+v, %+v", r.Totals.Cells, r.Conclusion)
		}
	})
}

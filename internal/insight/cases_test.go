package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// The figures of a campaign open to cases of the same count and sum, and its course by day adds up to the same cash (MKT-3).
func TestMKT3_FiguresOpenToTheirCases(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b := running(t, s, "开放日"), running(t, s, "公开课")
		signs(t, s, came(t, s, a), money.Yuan(3_000))
		signs(t, s, came(t, s, a), money.Yuan(1_234))
		signs(t, s, came(t, s, b), money.Yuan(9_999))
		came(t, s, a)
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			got, err := insight.CampaignTallies(ctx, tx, []id.ID{a}, insight.FirstTouch)
			if err != nil {
				return err
			}
			c, err := marketing.CampaignByID(ctx, tx, a)
			if err != nil {
				return err
			}
			cases, err := insight.CampaignCases(ctx, tx, c)
			if err != nil {
				return err
			}
			var counts [insight.StepContract + 1]float64
			var payable, cash, byDay money.Fen
			for _, c := range cases {
				payable, cash = payable+c.Payable, cash+c.Cash
				for step, at := range c.At {
					if !at.IsZero() {
						counts[step]++
					}
				}
			}
			for step, n := range counts {
				if n != got[a].N(step) {
					t.Errorf("step %d opens to %v, the figure says %v", step, n, got[a].N(step))
				}
			}
			days, err := insight.CashByDay(ctx, tx, cases)
			for day, n := range days {
				if day > bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) {
					t.Errorf("cash of %s", day)
				}
				byDay += n
			}
			if counts[insight.StepContract] != 2 || payable != got[a].Payable || cash != got[a].Cash || byDay != cash || cash != money.Yuan(4_234) {
				t.Errorf("%v, %s, %s, %s; the figures say %+v", counts, payable, cash, byDay, got[a])
			}
			return err
		})
	})
}

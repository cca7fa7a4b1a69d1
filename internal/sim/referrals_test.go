package sim_test

import (
	"path/filepath"
	"testing"

	"zhike/internal/kernel/clock"
	"zhike/internal/sim"
)

// Of those who come by a recommendation most name somebody of the center who had signed before, and who brought a customer is rewarded (MKT-12).
func TestMKT12_Referrers(t *testing.T) {
	t.Parallel()
	tick := clock.Fixed(sim.DefaultUntil.UTC(), 5)
	a := open(t, filepath.Join(t.TempDir(), "zhike.db"), tick)
	life, err := sim.New(a.Run, a.Dir, sim.Config{Centers: 1, Months: 3, Seed: 5, Story: "calm", LeadsPerMonth: 60, Clock: tick})
	if err != nil {
		t.Fatal(err)
	}
	if err := life.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	named := count(t, a, "SELECT COUNT(*) FROM enquiries WHERE referrer IS NOT NULL")
	if wrong := count(t, a, `SELECT COUNT(*) FROM enquiries e WHERE e.referrer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM enquiries r
		WHERE r.person = e.referrer AND r.center = e.center AND r.outcome = 'signed' AND r.outcome_day <= e.entered_day)`); named < 5 || wrong > 0 {
		t.Errorf("%d name a referrer, %d of them nobody who had signed", named, wrong)
	}
	if rewards := count(t, a, "SELECT COUNT(*) FROM rewards WHERE state = 'booked' AND line IS NOT NULL"); rewards == 0 {
		t.Error("nobody was rewarded")
	}
}

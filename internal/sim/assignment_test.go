package sim_test

import (
	"path/filepath"
	"testing"

	"zhike/internal/kernel/clock"
	"zhike/internal/sim"
)

// TestSAL2_AssignmentByRule: telephone calls of the largest center reach the two consultants of its rule alone, before any comes out of
// the pool; those of other channels reach all three.
func TestSAL2_AssignmentByRule(t *testing.T) {
	t.Parallel()
	tick := clock.Fixed(sim.DefaultUntil.UTC(), 3)
	a := open(t, filepath.Join(t.TempDir(), "zhike.db"), tick)
	life, err := sim.New(a.Run, a.Dir, sim.Config{Centers: 1, Months: 1, Seed: 3, Story: "calm", LeadsPerMonth: 240, Clock: tick})
	if err != nil {
		t.Fatal(err)
	}
	if err := life.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	const by = ` FROM enquiries e JOIN channels c ON c.id = e.channel WHERE e.entered_day > (SELECT MAX(entered_day) FROM enquiries) - 10 AND `
	if n, who := count(t, a, "SELECT COUNT(*)"+by+"c.code = 'phone'"), count(t, a, "SELECT COUNT(DISTINCT e.consultant)"+by+"c.code = 'phone'"); n < 5 || who != 2 {
		t.Errorf("%d telephone calls have %d consultants, want 2", n, who)
	}
	if who := count(t, a, "SELECT COUNT(DISTINCT e.consultant)"+by+"c.code <> 'phone'"); who != 3 {
		t.Errorf("the others have %d consultants, want 3", who)
	}
	if n := count(t, a, "SELECT COUNT(*) FROM assignment_rules WHERE active = FALSE"); n != 1 {
		t.Errorf("%d rules are no longer in force, want 1", n)
	}
}

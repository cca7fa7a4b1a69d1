package insight_test

import (
	"context"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// TestMKT10_Effect: visits and signings since the draw are set against the control group; too few say nothing, and what came before the draw
// counts for neither.
func TestMKT10_Effect(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		segment, other := id.ID{1}, id.ID{2}
		drawn := s.Clock.Now().UnixMicro()
		draw := func(n, visited, signed int, control bool) {
			t.Helper()
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				for i := range n {
					person := tx.NewID()
					if _, err := tx.Exec(ctx, "INSERT INTO segment_members (id, segment, person, center, control, drawn_at) VALUES (?, ?, ?, ?, ?, ?)", tx.NewID(), segment, person, s.HD, control, drawn); err != nil {
						return err
					}
					at := drawn + 1
					if i >= visited {
						at = drawn - 1
					}
					if _, err := tx.Exec(ctx, "INSERT INTO visits (id, enquiry, person, center, arrived_at, day, outcome, lost_reason, needs, version) VALUES (?, ?, ?, ?, ?, 1, '', '', '', 1)", tx.NewID(), other, person, s.HD, at); err != nil {
						return err
					}
					if i >= signed {
						continue
					}
					key := tx.NewID()
					if _, err := tx.Exec(ctx, "INSERT INTO contracts (id, no, kind, state, student, payer, center, list, discount, payable, paid, drafted_at, signed_at, signed_day, valid_from, valid_until, version) VALUES (?, ?, 'new', 'active', ?, ?, ?, 0, 0, 0, 0, 0, ?, 1, 0, 0, 1)", key, key.String(), person, person, s.HD, drawn+1); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		read := func(ctx context.Context) (e insight.SegmentEffect) {
			t.Helper()
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
				e, err = insight.EffectOf(ctx, tx, segment)
				return err
			})
			return e
		}
		draw(200, 80, 3, false)
		draw(20, 1, 0, true)
		if e := read(s.Marketing()); !e.Visits.Thin || !e.Signings.Thin {
			t.Errorf("20 held back: %+v", e)
		}
		draw(30, 4, 0, true)
		e := read(s.Marketing())
		if e.Contacted != (insight.Arm{Persons: 200, Visited: 80, Signed: 3}) || e.Control != (insight.Arm{Persons: 50, Visited: 5}) {
			t.Errorf("sides = %+v", e)
		}
		if e.Visits.Thin || !e.Visits.Sure() || e.Visits.Value < 0.299 || e.Visits.Value > 0.301 || e.Visits.Low < 0.15 || e.Visits.High > 0.42 {
			t.Errorf("visits = %+v, want 0.30 and surely more", e.Visits)
		}
		if !e.Signings.Thin || e.Signings.Sure() {
			t.Errorf("3 signings say something: %+v", e.Signings)
		}
		if e := read(s.Principal(s.CY)); e.Contacted.Persons != 0 || !e.Visits.Thin {
			t.Errorf("another center sees %+v", e)
		}
	})
}

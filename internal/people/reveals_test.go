package people_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// Who watches a center reads who was shown and who was refused what, of the center's own staff alone; a refusal shows nothing and is not
// counted as shown (PPL-10).
func TestPPL10_RevealsOfACenter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, other, boss := s.FrontDesk(s.HD), s.FrontDesk(s.CY), s.As("supervisor", s.HD)
		limit(t, s, "front-desk", 2)
		list := []id.ID{s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)}
		reveal := func(ctx context.Context, key id.ID) {
			_, _ = people.Reveal.Run(ctx, s.Ops, people.RevealInput{PersonID: key})
		}
		for _, key := range []id.ID{list[0], list[0], list[1], list[2], list[2]} { // the same again counts once; the third one is refused
			reveal(desk, key)
		}
		reveal(other, s.Person(t, s.CY))
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		reveal(desk, list[2])
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		counts := func(ctx context.Context, f people.RevealFilter) people.RevealCounts {
			f.Limit = 10
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.RevealCounts, error) {
				return people.CountReveals(ctx, tx, f)
			})
		}
		notes := func(ctx context.Context, f people.RevealFilter) (out []string) {
			f.Limit = 10
			got := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.RevealList, error) { return people.RevealNotes(ctx, tx, f) })
			for _, n := range got.Items {
				out = append(out, n.Field)
			}
			if int64(len(out)) != got.Total {
				t.Errorf("%d rows of %d", len(out), got.Total)
			}
			return out
		}
		me := s.StaffID(desk)
		want := people.RevealCount{Staff: me, Days: 2, Shown: 3, Most: 2, Refused: 1, Allowed: 2}
		if got := counts(boss, people.RevealFilter{}); got.Total != 1 || got.Shown != 3 || got.Refused != 1 || len(got.Items) != 1 || got.Items[0] != want {
			t.Errorf("supervisor counts %+v", got)
		}
		if got := counts(boss, people.RevealFilter{From: day}); got.Shown != 1 || got.Refused != 0 {
			t.Errorf("today %+v", got)
		}
		if got := notes(boss, people.RevealFilter{Staff: me, Until: day - 1}); !slices.Contains(got, "phone-refused") || len(got) != 3 {
			t.Errorf("yesterday %v", got)
		}
		if got := notes(boss, people.RevealFilter{Refused: true}); !slices.Equal(got, []string{"phone-refused"}) {
			t.Errorf("refused %v", got)
		}
		if got := counts(s.As("general-manager", id.None), people.RevealFilter{}); got.Total != 2 || got.Shown != 4 {
			t.Errorf("general manager counts %+v", got)
		}
		if got := counts(desk, people.RevealFilter{}); got.Total != 0 || len(notes(desk, people.RevealFilter{})) != 0 {
			t.Errorf("the front desk counts %+v", got)
		}
	})
}

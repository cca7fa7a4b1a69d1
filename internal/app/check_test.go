package app_test

import (
	"fmt"
	"strings"
	"testing"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/testkit"
)

// TestTRU8_ManyFindings: of a check that finds much the first hundred are named and the others counted; no other check is drowned.
func TestTRU8_ManyFindings(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		if err := s.App.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		const planted = 250
		for i := range planted {
			s.Exec(t, "INSERT INTO rollups (center, grain, metric, dim, day, value, n) VALUES (?, 'd', 'visits', '', ?, '', 1)", s.HD, 20_000+i)
		}
		s.Exec(t, "UPDATE events SET by_login = 'nobody' WHERE seq = 1")
		found, err := s.App.Check(op.WithViewer(t.Context(), policy.System()))
		if err != nil {
			t.Fatal(err)
		}
		named, more, others := 0, 0, 0
		for _, f := range found {
			switch {
			case f.Check != "insight.roll-ups":
				others++
			case f.More > 0:
				more = f.More
				if want := fmt.Sprintf("and %d more", f.More); !strings.Contains(f.String(), want) {
					t.Errorf("%q does not say %q", f, want)
				}
			default:
				named++
			}
		}
		if named != check.Listed || named+more < planted || others == 0 || check.Count(found) != named+more+others {
			t.Errorf("%d named, %d more, %d of other checks, %d in all", named, more, others, check.Count(found))
		}
	})
}

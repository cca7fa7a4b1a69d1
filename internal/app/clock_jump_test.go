package app_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestTRU10_ClockJumps lets the clock jump by up to a day either way between operations, sealings and repeats of keys: every operation is
// done, a key is done once, the log is whole and every invariant holds. ZHIKE_JUMPS is the number of jumps.
func TestTRU10_ClockJumps(t *testing.T) {
	t.Parallel()
	jumps := 12
	if text := os.Getenv("ZHIKE_JUMPS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		jumps = n
	}
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		seed := clock.System().Uint64()
		t.Logf("seed %d, %d jumps", seed, jumps)
		r := rand.New(rand.NewPCG(seed, 0))
		morning := s.Clock.Now()
		base := apiServer(t, s)
		desk := apiClient(t, s, base, "front-desk", s.HD)
		answers := map[string]id.ID{}
		ask := func(n int) {
			key := "jump-" + strconv.Itoa(n)
			in := people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "1391" + strconv.Itoa(1_000_000+n)}}}
			out, err := people.Register.Run(op.WithKey(s.FrontDesk(s.HD), key), s.Ops, in)
			if err != nil {
				t.Fatalf("at %s: %v", s.Clock.Now(), err)
			}
			if was, repeated := answers[key]; repeated && was != out.ID {
				t.Errorf("key %s gave %s, then %s", key, was, out.ID)
			}
			answers[key] = out.ID
		}
		for i := range jumps {
			s.Clock.Set(morning.Add(time.Duration(r.Int64N(int64(48*time.Hour))) - 24*time.Hour))
			ask(i)
			s.Clock.Set(morning.Add(time.Duration(r.Int64N(int64(48*time.Hour))) - 24*time.Hour))
			ask(r.IntN(i + 1))
			s.Clock.Set(morning.Add(time.Duration(r.IntN(3)-1)*24*time.Hour + time.Duration(r.IntN(120))*time.Minute)) // the center is open
			paid(t, s)
			if r.IntN(2) == 0 {
				if err := s.App.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Clock.Set(morning)
		desk.get("/people?limit=5").want(http.StatusOK) // the session outlived the jumps
		if err := s.App.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Check(t)
		if n := numberOf(t, s, "SELECT COUNT(*) FROM contact_points WHERE value LIKE '+861391%'"); n != int64(jumps) {
			t.Errorf("%d persons of %d keys", n, jumps)
		}
	})
}

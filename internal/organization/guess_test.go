package organization_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// guesses counts the passwords that are compared, in place of argon2id; all are wrong.
func guesses(s *testkit.School) *atomic.Int64 {
	var n atomic.Int64
	s.App.Access.CompareWith(func(string, string) (bool, error) { n.Add(1); return false, nil })
	return &n
}

func statusOf(t *testing.T, err error) int {
	t.Helper()
	p, ok := problem.As(err)
	if !ok {
		t.Fatal(err)
	}
	return p.Status
}

// TestTRU22_Guesses: of guesses without end by many networks, few are compared: per account, per address and per network, counted for a
// simulated week. A million of them in the long run. What is real is the throttle; argon2id is counted and not computed.
func TestTRU22_Guesses(t *testing.T) {
	t.Parallel()
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	total, accounts, networks := 30_000, 3, 400
	if testkit.Nightly() {
		total, accounts, networks = 1_000_000, 10, 5_000
	}
	compared, let := guesses(s), map[string]int64{}
	began, step := s.Clock.Now(), 7*24*time.Hour/time.Duration(total)
	draw := rand.New(rand.NewPCG(1, 2))
	logins := []string{s.Login("it", id.None), s.Login("finance", s.HD), s.Login("general-manager", id.None)}
	for i := range accounts - len(logins) {
		logins = append(logins, fmt.Sprint("unknown", i))
	}
	var refusedNow int
	for i := range total {
		s.Clock.Set(began.Add(time.Duration(i) * step))
		login, network := logins[draw.IntN(len(logins))], draw.IntN(networks)
		address := fmt.Sprintf("10.%d.%d.%d", network/256, network%256, draw.IntN(256))
		before := compared.Load()
		_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: "guess", Address: address})
		switch status := statusOf(t, err); {
		case status == 401 && compared.Load() == before+1:
			let[login]++
		case status == 429 && compared.Load() == before:
			refusedNow++
		default:
			t.Fatalf("guess %d: %v, %d compared", i, err, compared.Load()-before)
		}
	}
	t.Logf("%d guesses in a week: %d were compared, %d refused; by account %v", total, compared.Load(), refusedNow, let)
	for login, n := range let {
		if n > 4+12+7*24 {
			t.Errorf("%d guesses at %s were compared in a week, more than one an hour", n, login)
		}
	}
	// one network, a new login each time
	before := compared.Load()
	for i := range 2_000 {
		s.Clock.Set(s.Clock.Now().Add(time.Second))
		_, _, _ = s.App.Access.SignIn(t.Context(), organization.SignIn{Login: fmt.Sprint("spray", i), Password: "guess", Address: fmt.Sprintf("172.16.1.%d", i%256)})
	}
	if n := compared.Load() - before; n > 100+12 {
		t.Errorf("%d guesses of one network were compared", n)
	}
}

// TestTRU22_AtOnce: guesses that come at the same time are counted before they are compared.
func TestTRU22_AtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		compared := guesses(s)
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				_, _, _ = s.App.Access.SignIn(t.Context(), organization.SignIn{Login: s.Login("it", id.None), Password: "guess", Address: fmt.Sprintf("10.0.%d.1", i)})
			})
		}
		all.Wait()
		if n := compared.Load(); n < 1 || n > 5 {
			t.Errorf("%d of 60 guesses at one account were compared, want 5 at most", n)
		}
	})
}

// TestTRU22_UnknownAlike: guesses at a login that nothing has are compared, counted and delayed as those at an account.
func TestTRU22_UnknownAlike(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		compared := guesses(s)
		answers := func(login, address string) (said string) {
			for range 8 {
				before := compared.Load()
				_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: "guess", Address: address})
				said += fmt.Sprintln(err, compared.Load()-before)
				s.Clock.Set(s.Clock.Now().Add(3 * time.Second))
			}
			return said
		}
		known, unknown := answers(s.Login("it", id.None), "192.0.2.1"), answers("nobody", "198.51.100.1")
		if known != unknown {
			t.Errorf("an account answers\n%s\na login that nothing has\n%s", known, unknown)
		}
	})
}

// TestTRU22_Forgotten: a day after its last failure a key starts anew, and its row goes; nobody pays for what others mistyped last month.
func TestTRU22_Forgotten(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		compared := guesses(s)
		try := func(login string) int {
			_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: "guess", Address: "192.0.2.1"})
			return statusOf(t, err)
		}
		for day := range 40 {
			for i := range 3 {
				if status := try(fmt.Sprint("colleague", day, i)); status != 401 {
					t.Fatalf("day %d: %d", day, status)
				}
			}
			s.Clock.Set(s.Clock.Now().Add(25 * time.Hour))
		}
		if compared.Load() != 120 {
			t.Errorf("%d were compared", compared.Load())
		}
		if err := s.Ops.Write(s.System(), organization.ForgetDelays); err != nil {
			t.Fatal(err)
		}
		if n := rowsOf(t, s, "SELECT COUNT(*) FROM sign_in_delays"); n != 0 {
			t.Errorf("%d delays are kept", n)
		}
	})
}

// TestTRU22_OldPasswordIsThrottled: whoever finds a session open guesses the password no faster than at the sign-in.
func TestTRU22_OldPasswordIsThrottled(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		compared, acc := guesses(s), accountOf(t, s, s.Login("it", id.None))
		for range 20 {
			if err := s.App.Access.ChangePassword(s.IT(), acc, organization.ChangePasswordInput{Old: "guess", New: "another one"}); err == nil {
				t.Fatal("a guess changed the password")
			}
		}
		if n := compared.Load(); n > 5 {
			t.Errorf("%d of 20 guesses were compared", n)
		}
	})
}

func rowsOf(t *testing.T, s *testkit.School, text string) (n int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), text)
		return err
	})
	return n
}

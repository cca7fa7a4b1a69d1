package app_test

import (
	"bytes"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
)

// TestTRU24_MasterKey: a program with another master key than the database's is refused at once, though nothing was sealed yet.
func TestTRU24_MasterKey(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := op.WithViewer(t.Context(), policy.System())
		if err := s.App.Ready(ctx); err != nil {
			t.Fatalf("with its own key: %v", err)
		}
		dsn := s.App.DSN
		if !strings.HasPrefix(dsn, "postgres") {
			dsn = t.TempDir() + "/copy.db"
			if err := s.App.DB.CopyTo(ctx, dsn); err != nil {
				t.Fatal(err)
			}
		}
		other, err := app.Open(t.Context(), app.Config{DSN: dsn, Clock: s.Clock, Key: bytes.Repeat([]byte{7}, 32), KeyFile: "here.key"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		}()
		_, _, migrated := other.Migrate(t.Context())
		for name, err := range map[string]error{"ready": other.Ready(ctx), "migrate": migrated} {
			p, ok := problem.As(err)
			if !ok || p.Code != "key-other" || p.Args["path"] != "here.key" {
				t.Errorf("%s with another key: %v", name, err)
			}
		}
	})
}

//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"zhike/internal/app"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/testkit"
)

// settle starts the server a last time and compares the log with what was acknowledged.
func (c *crashed) settle(t *testing.T) {
	t.Helper()
	c.start(t)
	c.repeat(t)
	c.confirm(t)
	c.server.Stop()
	c.compare(t)
	c.check(t)
}

// compare compares the log with what was acknowledged.
func (c *crashed) compare(t *testing.T) {
	t.Helper()
	after, total := c.logged(t), 0
	for kind, ids := range c.acked {
		if got, want := len(after[kind]), len(c.before[kind])+len(ids); got != want {
			t.Errorf("%d facts %s, want %d: each acknowledged write exactly once", got, kind, want)
		}
		for _, v := range ids {
			if !after[kind][v] {
				t.Errorf("%s of %s was acknowledged and is lost", kind, v)
			}
		}
		total += len(ids)
	}
	t.Logf("%d acknowledged writes", total)
}

// logged lists the subjects of the log by kind of fact.
func (c *crashed) logged(t *testing.T) map[string]map[string]bool {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{DSN: c.dsn, ReadOnly: true, Key: testkit.Key})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	out := map[string]map[string]bool{}
	err = a.Run.Read(op.WithViewer(t.Context(), policy.System()), func(ctx context.Context, tx *op.Tx) error {
		for _, kind := range []string{facts.EnquiryEntered{}.Kind(), facts.TouchRecorded{}.Kind()} {
			subjects, err := op.AllOf[id.ID](ctx, tx.Unscoped("test"), "SELECT subject FROM events WHERE kind = ?", kind)
			if err != nil {
				return err
			}
			out[kind] = map[string]bool{}
			for _, s := range subjects {
				out[kind][s.String()] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// check runs `zhike check`: it ends with 0 where every invariant holds.
func (c *crashed) check(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.program, "check", "--db", c.dsn)
	cmd.Env = append(os.Environ(), "ZHIKE_KEY_FILE="+c.key)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("zhike check: %v\n%s", err, out)
	}
}

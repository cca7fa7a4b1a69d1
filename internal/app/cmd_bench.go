package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zhike/internal/bench"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/vault"
	"zhike/internal/sales"
	"zhike/migrations"
)

// benchCmd measures (performance.md). It needs no database: it makes its own.
type benchCmd struct {
	Scale    string   `name:"scale" enum:"tiny,XS,S" default:"XS" help:"XS: 2 centers, 2,000 people. S: 10 centers, 20,000 people."`
	Seed     uint64   `name:"seed" default:"1" help:"Seed of the company and of the questions."`
	Seconds  float64  `name:"seconds" default:"3" help:"Length of one cell."`
	Rounds   int      `name:"rounds" default:"3" help:"Rounds of each scenario."`
	Scenario []string `name:"scenario" help:"Only these scenarios." placeholder:"NAME"`
	Work     string   `name:"work" help:"Folder that keeps the company for the next run; a temporary one if left out." placeholder:"DIR"`
	Floor    string   `name:"floor" help:"Folder of the bare floor's source; none: without. If left out, the one beside the repository is used where it is." placeholder:"DIR|none"`
	Profile  string   `name:"profile" help:"Write processor profiles of the server into this folder." placeholder:"DIR"`
}

// Run implements kong.
func (c *benchCmd) Run(s *Session) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	schema, err := schemaDigest()
	if err != nil {
		return err
	}
	report, err := bench.Run(s.Context, bench.Config{
		Scale: c.Scale, Seed: c.Seed, Seconds: c.Seconds, Rounds: c.Rounds, Scenarios: c.Scenario, Work: c.Work, Floor: floorFolder(c.Floor), Profile: c.Profile,
		Command: []string{program}, Schema: schema, Open: openForBench, Say: func(line string) { fmt.Fprintln(s.Err, line) },
	})
	switch {
	case errors.Is(err, bench.ErrUsage):
		return fmt.Errorf("%w: %w", errUsage, err)
	case err != nil:
		return err
	case s.JSON:
		return s.print(report)
	}
	return report.Table(s.Out)
}

// schemaDigest names the schema by its migrations.
func schemaDigest() (string, error) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	h := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// floorFolder finds the floor: the folder that is named, else the one beside the repository that the command runs in; "" for none.
func floorFolder(named string) string {
	if named == "none" {
		return ""
	}
	if named != "" {
		return named
	}
	dir, err := os.Getwd()
	for err == nil {
		beside := filepath.Join(dir, "..", "shared", "bench", "floor")
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			if bench.HasFloor(beside) {
				return beside
			}
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
	return ""
}

// openForBench opens a database of the bench with the key beside it; one that is written gets its schema.
func openForBench(ctx context.Context, file string, tick *clock.Clock, readOnly bool) (*bench.Program, error) {
	key, err := vault.KeyFile(filepath.Join(filepath.Dir(file), "zhike.key"))
	if err != nil {
		return nil, err
	}
	a, err := Open(ctx, Config{DSN: file, ReadOnly: readOnly, Clock: tick, Key: key})
	if err != nil {
		return nil, err
	}
	if readOnly {
		err = a.Ready(ctx)
	} else {
		_, _, err = a.Migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &bench.Program{
		Run: a.Run, Dir: a.Dir, Settle: a.catchUp, Close: a.Close,
		Check: func(ctx context.Context) ([]check.Finding, error) { return a.Check(ctx) },
	}, nil
}

// catchUp does what falls due by time until nothing is left, then settles the database.
func (a *App) catchUp(ctx context.Context) error {
	ctx = op.WithViewer(ctx, policy.System())
	for before := int64(-1); ; {
		if err := sales.DueWork(ctx, a.Run); err != nil {
			return err
		}
		events, err := a.countEvents(ctx)
		if err != nil {
			return err
		}
		if events == before {
			return a.Settle(ctx)
		}
		before = events
	}
}

func (a *App) countEvents(ctx context.Context) (n int64, err error) {
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		n, err = op.OneOf[int64](ctx, tx.Unscoped("the log is counted"), "SELECT COUNT(*) FROM events")
		return err
	})
	return n, err
}

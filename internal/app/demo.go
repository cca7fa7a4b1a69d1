package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/sim"
)

// DemoPassword is the password of every demo login.
const DemoPassword = "zhike-demo"

const (
	demoSeed  = 20130603
	demoLived = "demo.lived" // setting: up to which instant the demo company was lived
)

// DemoLogin is a ready-made login of the demo company.
type DemoLogin struct{ Login, Role string }

// DemoLogins lists them, in the order of the sign-in page.
var DemoLogins = []DemoLogin{
	{"frontdesk@demo.zhike.example", "front-desk"},
	{"consultant@demo.zhike.example", "consultant"},
	{"principal@demo.zhike.example", "principal"},
	{"supervisor@demo.zhike.example", "supervisor"},
	{"gm@demo.zhike.example", "general-manager"},
	{"finance@demo.zhike.example", "finance"},
	{"marketing@demo.zhike.example", "marketing"},
	{"it@demo.zhike.example", "it"},
}

// DemoConfig says where and how large.
type DemoConfig struct {
	Data            string // folder
	Centers, Months int
	Now             time.Time
	Progress        func(done, total int)
}

// PrepareDemo makes the demo company in a fresh folder by living it, or lives the days since it was last started; it gives the
// database file. A folder with another database is refused.
func PrepareDemo(ctx context.Context, c DemoConfig) (string, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", fmt.Errorf("make folder of the demo: %w", err)
	}
	file := filepath.Join(c.Data, "zhike.db")
	_, err := os.Stat(file)
	fresh := errors.Is(err, os.ErrNotExist)
	tick := clock.Fixed(c.Now, uint64(c.Now.Unix()))
	if fresh {
		tick = clock.Fixed(c.Now, demoSeed)
	}
	a, err := Open(ctx, Config{DSN: file, Clock: tick})
	if err != nil {
		return "", err
	}
	err = a.liveDemo(ctx, c, tick, fresh)
	if e := a.Close(); err == nil {
		err = e
	}
	if err != nil && fresh {
		removeDatabase(file) // half a company is none
	}
	return file, err
}

func removeDatabase(file string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(file + suffix)
	}
}

func (a *App) liveDemo(ctx context.Context, c DemoConfig, tick *clock.Clock, fresh bool) error {
	if _, _, err := a.Migrate(ctx); err != nil {
		return err
	}
	zone := a.Dir.Zone(id.None)
	life, err := sim.New(a.Run, a.Dir, sim.Config{
		Centers: c.Centers, Months: c.Months, Seed: demoSeed, Story: "case", Until: bizdate.Of(c.Now, zone), Cutoff: c.Now, Progress: c.Progress, Clock: tick,
		Founded: a.demoLogins,
	})
	if err != nil {
		return err
	}
	if fresh {
		if err := life.Found(ctx); err != nil {
			return err
		}
		return a.noteLived(ctx, c.Now)
	}
	lived, err := a.lived()
	if err != nil {
		return err
	}
	if bizdate.Of(lived, zone) == bizdate.Of(c.Now, zone) {
		return nil
	}
	if err := life.Resume(ctx, lived); err != nil {
		return err
	}
	return a.noteLived(ctx, c.Now)
}

func (a *App) lived() (time.Time, error) {
	text := a.Dir.Setting(id.None, demoLived, "")
	if text == "" {
		return time.Time{}, errors.New("the folder holds a database that is no demo company")
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("read how far the demo company was lived: %w", err)
	}
	return at, nil
}

func (a *App) noteLived(ctx context.Context, at time.Time) error {
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO settings (center, key, value) VALUES (?, ?, ?) ON CONFLICT (center, key) DO UPDATE SET value = excluded.value",
			id.None[:], demoLived, at.UTC().Format(time.RFC3339))
		if err != nil {
			return fmt.Errorf("note how far the demo company was lived: %w", err)
		}
		return nil
	})
}

// demoLogins opens an account for the first holder of each role at the first center, or of the company.
func (a *App) demoLogins(ctx context.Context) error {
	ctx = op.WithViewer(ctx, policy.System())
	if err := a.Dir.Refresh(ctx, a.Run, 0); err != nil {
		return err
	}
	first, _ := a.Dir.CenterByCode("HD")
	for _, l := range DemoLogins {
		holders := a.Dir.Holders(l.Role, first.ID)
		if len(holders) == 0 {
			holders = a.Dir.Holders(l.Role, id.None)
		}
		if len(holders) == 0 {
			return fmt.Errorf("demo login %s: nobody holds the role", l.Login)
		}
		_, err := organization.OpenAccount.Run(ctx, a.Run, organization.OpenAccountInput{Login: l.Login, StaffID: holders[0].ID, Password: DemoPassword, Settled: true})
		if err != nil {
			return fmt.Errorf("demo login %s: %w", l.Login, err)
		}
	}
	return a.Dir.Refresh(ctx, a.Run, 0)
}

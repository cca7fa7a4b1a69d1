package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/sheet"
	"zhike/internal/rollout"
)

// Every so many rows of the list repeat an earlier one: the duplicate check has to find them.
const repeatEvery = 50

// writeList writes a list of leads and tells how many of its rows repeat another.
func (b *bench) writeList(path string, rows int) (repeated int64, err error) {
	f, err := os.Create(path) //nolint:gosec // in the work folder
	if err != nil {
		return 0, fmt.Errorf("make list: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := sheet.NewWriter(sheet.CSV, f)
	if err != nil {
		return 0, err
	}
	if err := w.Row("name", "phone", "email", "district", "channel", "course", "center", "entered"); err != nil {
		return 0, err
	}
	r := rand.New(rand.NewPCG(b.Seed, 2))
	for i := range rows {
		n := firstImported + i
		if i%repeatEvery == repeatEvery-1 {
			n -= 1 + r.IntN(repeatEvery-2)
			repeated++
		}
		p := b.words.person(b.Seed, n)
		day := bizdate.Of(b.clock.Now(), time.UTC) - bizdate.Date(r.IntN(60))
		course, source := of(r, b.words["courses"]), of(r, []string{"web", "phone", "street", "event", "referral"})
		if err := w.Row(p.name, p.phone, p.email, p.district, source, course, of(r, b.company.Codes), day.String()); err != nil {
			return 0, err
		}
	}
	return repeated, w.Close()
}

// imports runs `zhike import leads` on a fresh copy of the seeded database and proves its result.
func (z *zhike) imports(ctx context.Context, round int) (Cell, error) {
	dir, list := filepath.Join(z.Work, "import"), filepath.Join(z.Work, "leads.csv")
	rows := Scales[z.Scale].ImportRows
	repeated, err := z.writeList(list, rows)
	if err != nil {
		return Cell{}, err
	}
	if round == 1 && z.Profile != "" {
		if err := z.profileImport(ctx, dir, list); err != nil {
			return Cell{}, err
		}
	}
	if err := z.copyTo(dir); err != nil {
		return Cell{}, err
	}
	file := filepath.Join(dir, "zhike.db")
	cmd := exec.CommandContext(ctx, z.Command[0], append(z.Command[1:], "import", "leads", list, "--db", file, "--json")...) //nolint:gosec // this program
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endTime
	var said bytes.Buffer
	cmd.Stderr = &said
	began := z.clock.Now()
	out, err := cmd.Output()
	took := z.clock.Now().Sub(began)
	if err != nil {
		return Cell{}, fmt.Errorf("import: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	var got rollout.Result
	if err := json.Unmarshal(out, &got); err != nil {
		return Cell{}, fmt.Errorf("read result of import: %w", err)
	}
	if got.Rows != int64(rows) || got.Accepted != int64(rows)-repeated || got.Merged != repeated {
		return Cell{}, fmt.Errorf("import of %d rows, %d of them repeated, gave %s", rows, repeated, out)
	}
	wrote := got.Accepted
	if err := z.prove(ctx, file, map[string]int64{factOf["create"]: wrote}, nil); err != nil {
		return Cell{}, err
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c := Cell{PerSec: float64(rows) / took.Seconds(), P50: ms(took), CPU: float64(cpu.Microseconds()) / float64(rows)}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.Peak = float64(usage.Maxrss) / 1024 // KiB on Linux
	}
	return c, nil
}

// profileImport imports within this process, to see where its time goes.
func (z *zhike) profileImport(ctx context.Context, dir, list string) (err error) {
	if err := z.copyTo(dir); err != nil {
		return err
	}
	p, err := z.Open(ctx, filepath.Join(dir, "zhike.db"), clock.System(), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	f, err := os.Create(filepath.Join(z.Profile, importing+".pprof"))
	if err != nil {
		return fmt.Errorf("make profile: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	_, err = rollout.Import(op.WithViewer(ctx, policy.System()), p.Run, rollout.Options{Kind: "leads", Path: list})
	return err
}

func save(path string, from io.Reader) error {
	f, err := os.Create(path) //nolint:gosec // in the caller's folder
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// Program is Zhike opened on a database file, as the wiring gives it.
type Program struct {
	Run    *op.Runner
	Dir    *organization.Directory
	Settle func(ctx context.Context) error // does what jobs would do: seals, folds, due work
	Check  func(ctx context.Context) ([]check.Finding, error)
	Close  func() error
}

// Config says what is measured.
type Config struct {
	Scale     string
	Seed      uint64
	Seconds   float64 // of one cell
	Rounds    int
	Scenarios []string // none: all
	Work      string   // folder that keeps the seeded database; none: a temporary one
	Floor     string   // folder of the floor's source; none: own figures only
	Profile   string   // folder of the server's processor profiles; none: no profiles
	Command   []string // how the program is started
	// Open opens the program on a file: read-only, or with a schema and a clock that the caller sets.
	Open func(ctx context.Context, file string, tick *clock.Clock, readOnly bool) (*Program, error)
	Say  func(line string) // progress for people
}

// Longest is the longest that a whole run may take.
const Longest = 2 * time.Hour

type bench struct {
	Config
	words   words
	clock   *clock.Clock
	company *company
	seeded  string // file
	targets []target
	report  Report
}

// Run measures, verifies and reports. It ends everything that it started, also when ctx ends.
func Run(ctx context.Context, c Config) (_ *Report, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, Longest)
	defer cancel()
	b := &bench{Config: c, words: readWords(), clock: clock.System()}
	if b.Work == "" {
		if b.Work, err = os.MkdirTemp("", "zhike-bench-"); err != nil {
			return nil, fmt.Errorf("make work folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.Work)) }()
	}
	for _, dir := range []string{b.Work, b.Profile} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	if b.company, b.seeded, err = b.prepare(ctx); err != nil {
		return nil, err
	}
	if err := b.all(ctx); err != nil {
		return nil, err
	}
	b.report.sum(b)
	return &b.report, nil
}

func (c *Config) check() error {
	if _, ok := Scales[c.Scale]; !ok {
		return fmt.Errorf("scale %q is not known", c.Scale)
	}
	if c.Seconds <= 0 || c.Seconds > 60 || c.Rounds < 1 || c.Rounds > 20 {
		return errors.New("seconds must be up to 60, rounds 1 to 20")
	}
	for _, name := range c.Scenarios {
		if !slices.ContainsFunc(scenarios, func(s scenario) bool { return s.name == name }) {
			return fmt.Errorf("scenario %q is not known", name)
		}
	}
	return nil
}

func (b *bench) say(format string, args ...any) {
	if b.Say != nil {
		b.Say(fmt.Sprintf(format, args...))
	}
}

// all starts the targets, measures each scenario round by round, one target right after the other, and verifies.
func (b *bench) all(ctx context.Context) (err error) {
	own := &zhike{bench: b, file: filepath.Join(b.Work, "run.db")}
	b.targets = []target{own}
	if b.Floor != "" {
		f, err := b.buildFloor(ctx)
		if err != nil {
			return fmt.Errorf("prepare the floor: %w", err)
		}
		b.targets = append(b.targets, f)
	}
	defer func() {
		for _, t := range b.targets {
			err = errors.Join(err, t.stop())
		}
	}()
	for round := range b.Rounds {
		for _, t := range b.targets {
			if err := b.begin(ctx, t, round+1); err != nil {
				return err
			}
		}
	}
	for _, s := range scenarios {
		if len(b.Scenarios) > 0 && !slices.Contains(b.Scenarios, s.name) {
			continue
		}
		for round := range b.Rounds {
			for _, t := range b.targets {
				if err := b.cell(ctx, t, s, round+1); err != nil {
					return fmt.Errorf("%s, %s: %w", s.name, t.name(), err)
				}
			}
		}
	}
	b.say("verifying")
	for _, t := range b.targets {
		if err := t.verify(ctx); err != nil {
			return fmt.Errorf("verify %s: %w", t.name(), err)
		}
	}
	return nil
}

// begin starts a target anew on a copy of its data and notes the time until its first page.
func (b *bench) begin(ctx context.Context, t target, round int) error {
	if err := t.stop(); err != nil {
		return err
	}
	took, err := t.start(ctx, round == b.Rounds)
	if err != nil {
		return fmt.Errorf("start %s: %w", t.name(), err)
	}
	b.report.Cells = append(b.report.Cells, Cell{Target: t.name(), Scenario: "start", Round: round, P50: ms(took)})
	return nil
}

func (b *bench) cell(ctx context.Context, t target, s scenario, round int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.say("%s, round %d, %s", s.name, round, t.name())
	run := b.drive
	if s.name == importing {
		run = t.imports
	}
	c, err := run(ctx, t, s, round)
	if err != nil || c == nil {
		return err
	}
	c.Target, c.Scenario, c.Round = t.name(), s.name, round
	b.report.Cells = append(b.report.Cells, *c)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	Schema    string   // names the schema: a kept database of another one is made anew
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

// ErrUsage is a wrong use.
var ErrUsage = errors.New("cannot measure so")

func (c *Config) check() error {
	if _, ok := Scales[c.Scale]; !ok {
		return fmt.Errorf("%w: scale %q is not known", ErrUsage, c.Scale)
	}
	if c.Seconds <= 0 || c.Seconds > 60 || c.Rounds < 1 || c.Rounds > 20 {
		return fmt.Errorf("%w: seconds must be up to 60, rounds 1 to 20", ErrUsage)
	}
	if c.Floor != "" && c.Scale == "tiny" {
		c.Floor = "" // it has no data of that size
	}
	for _, name := range c.Scenarios {
		if !slices.ContainsFunc(scenarios, func(s scenario) bool { return s.name == name }) {
			return fmt.Errorf("%w: scenario %q is not known", ErrUsage, name)
		}
	}
	return nil
}

func (b *bench) say(format string, args ...any) {
	if b.Say != nil {
		b.Say(fmt.Sprintf(format, args...))
	}
}

// all starts the targets, measures, and verifies.
func (b *bench) all(ctx context.Context) (err error) {
	b.targets = []target{newZhike(b)}
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
	if err := b.eachRound(func(t target, round int) error { return b.begin(ctx, t, round) }); err != nil {
		return err
	}
	for _, s := range scenarios {
		if len(b.Scenarios) > 0 && !slices.Contains(b.Scenarios, s.name) {
			continue
		}
		if err := b.eachRound(func(t target, round int) error { return b.cell(ctx, t, s, round) }); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
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

// eachRound does something round by round, with one target right after the other.
func (b *bench) eachRound(do func(t target, round int) error) error {
	for round := range b.Rounds {
		for _, t := range b.targets {
			if err := do(t, round+1); err != nil {
				return fmt.Errorf("%s, round %d: %w", t.name(), round+1, err)
			}
		}
	}
	return nil
}

// begin starts a target anew on a copy of its data and notes the time until its first page.
func (b *bench) begin(ctx context.Context, t target, round int) error {
	if err := t.stop(); err != nil {
		return err
	}
	took, err := t.start(ctx)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	b.report.Cells = append(b.report.Cells, Cell{Target: t.name(), Scenario: "start", Round: round, P50: ms(took)})
	return nil
}

func (b *bench) cell(ctx context.Context, t target, s scenario, round int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.say("%s, round %d, %s", s.name, round, t.name())
	var c Cell
	var err error
	switch {
	case s.name == importing:
		c, err = t.imports(ctx, round)
	case t.can(s.name):
		c, err = b.drive(ctx, t, s, round)
	default:
		return nil
	}
	c.Target, c.Scenario, c.Round = t.name(), s.name, round
	b.report.Cells = append(b.report.Cells, c)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

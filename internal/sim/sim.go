// Package sim lives a school chain's life through the program's own operations, with its own clock and chance: the same seed
// gives the same life (contract.md, "Simulator"). What a day brings follows from the records and the seed of the day alone, so that
// a life can be taken up again on any later day.
package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/organization"
)

// Config says which life is lived.
type Config struct {
	Centers, Months int
	Seed            uint64
	Story           string       // see Stories
	Until           bizdate.Date // last day
	Cutoff          time.Time    // nothing happens after this instant of the last day; zero: the whole day
	LeadsPerMonth   int          // of each center at its usual pace; 0: the story's
	Progress        func(done, total int)
	Founded         func(ctx context.Context) error // called when the company is there and nothing has happened yet
	Clock           *clock.Clock                    // the runner's clock; it is set as the life goes on
}

// DefaultUntil is the last day of a life that names none: simulations of the same arguments are the same, whenever they run.
var DefaultUntil = bizdate.New(2026, 6, 30)

// Cause is a planted cause of the truth file.
type Cause struct {
	Cause     string       `json:"cause"`
	Metric    string       `json:"metric"`
	Dimension string       `json:"dimension"`
	Value     string       `json:"value"`
	Link      string       `json:"link"`
	From      bizdate.Date `json:"from"`
	To        bizdate.Date `json:"to"`
	Effect    float64      `json:"effect"` // factor on the metric
	MoneyFen  int64        `json:"money_fen"`
}

// Life is a company that is lived.
type Life struct {
	Config
	run      *op.Runner
	dir      *organization.Directory
	world    world
	accounts map[id.ID]organization.Account  // of who acts
	viewers  map[id.ID]*policy.Viewer        // of who acted on the day: rights hold for a day
	opened   map[marketing.CaptureView]int64 // forms, on the day
	lived    time.Time                       // what came before has happened already
	causes   []Cause
	refused  map[string]int // to who claimed from the pool, by code
}

// New makes the life; Found or Resume must follow.
func New(r *op.Runner, dir *organization.Directory, c Config) (*Life, error) {
	if !slices.Contains(Stories, c.Story) {
		return nil, fmt.Errorf("story %q is not known: choose one of %s", c.Story, strings.Join(Stories, ", "))
	}
	if c.Centers < 1 || c.Centers > len(places) || c.Months < 1 || c.Months > 120 {
		return nil, fmt.Errorf("centers must be 1 to %d, months 1 to 120", len(places))
	}
	if c.Until.IsZero() {
		c.Until = DefaultUntil
	}
	if c.Progress == nil {
		c.Progress = func(int, int) {}
	}
	return &Life{Config: c, run: r, dir: dir, refused: map[string]int{}}, nil
}

// Start is the first day of the life.
func (l *Life) Start() bizdate.Date { return l.Until.AddMonths(-l.Months) + 1 }

// Causes lists what was planted.
func (l *Life) Causes() []Cause { return l.causes }

// Found enters the company and lives it from its first day to its last.
func (l *Life) Found(ctx context.Context) error {
	ctx = op.WithViewer(ctx, policy.System())
	l.Clock.Set(l.Start().In(l.dir.Zone(id.None)).Add(-time.Hour))
	if err := l.found(ctx); err != nil {
		return fmt.Errorf("found company: %w", err)
	}
	return l.live(ctx, l.Start())
}

// Resume takes an existing company up again, which was lived up to an instant, and lives on.
func (l *Life) Resume(ctx context.Context, lived time.Time) error {
	ctx = op.WithViewer(ctx, policy.System())
	if err := l.recall(ctx); err != nil {
		return fmt.Errorf("recall company: %w", err)
	}
	l.lived = lived
	return l.live(ctx, bizdate.Of(lived, l.dir.Zone(id.None)))
}

func (l *Life) live(ctx context.Context, from bizdate.Date) error {
	l.plant()
	total := int(l.Until-from) + 1
	for day := from; day <= l.Until; day++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.day(ctx, day); err != nil {
			return fmt.Errorf("live %s: %w", day, err)
		}
		l.Progress(int(day-from)+1, total)
	}
	return nil
}

// chance gives the randomness of a day at a center: it depends on nothing that was drawn before.
func (l *Life) chance(day bizdate.Date, center int) *rand.Rand {
	return rand.New(rand.NewPCG(l.Seed, uint64(day)<<16|uint64(center)))
}

// as is the context of a staff member.
func (l *Life) as(ctx context.Context, staff id.ID) context.Context {
	v, ok := l.viewers[staff]
	if !ok {
		acc, found := l.accounts[staff]
		if !found {
			acc = organization.Account{Staff: staff, Login: "sim", Active: true}
		}
		v = l.dir.Viewer(acc)
		l.viewers[staff] = v
	}
	return op.WithViewer(ctx, v)
}

var errNobody = errors.New("nobody holds the post")

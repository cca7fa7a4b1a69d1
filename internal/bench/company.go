package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/sales"
)

// Scale is one size of the company.
type Scale struct {
	Centers, People, Activities int
	ImportRows                  int
}

// Scales are the sizes by name (performance.md); Tiny is for tests of the bench itself.
var Scales = map[string]Scale{
	"tiny": {1, 60, 300, 100},
	"XS":   {2, 2_000, 20_000, 5_000},
	"S":    {10, 20_000, 200_000, 100_000},
}

// The logins that drive; they exist in bench databases only.
const (
	login    = "bench"
	busy     = "bench-consultant"
	password = "bench on loopback" //nolint:gosec // of an invented company
)

// company is what the drivers know of a seeded database. It lies beside it, so that a work folder is used again.
type company struct {
	Scale   string           `json:"scale"`
	Seed    uint64           `json:"seed"`
	Schema  string           `json:"schema"`
	Day     bizdate.Date     `json:"day"` // last day that was lived
	Centers []id.ID          `json:"centers"`
	Codes   []string         `json:"codes"`
	Courses []id.ID          `json:"courses"`
	Sources []id.ID          `json:"sources"` // marketing channels
	Matters []matter         `json:"matters"`
	Busy    id.ID            `json:"busy"`  // the consultant with a tenth of all people open
	Life    int              `json:"life"`  // edition of the life that it lived
	Facts   map[string]int64 `json:"facts"` // by kind
	Bytes   int64            `json:"bytes"`
}

// lifeEdition is raised with every change of what is lived: a kept company of another one is made anew.
const (
	lifeEdition = 2
	livedYears  = 3
)

// matter is an enquiry with its person.
type matter struct {
	Person   int    `json:"person"` // number of the invented person
	PersonID id.ID  `json:"person_id"`
	Enquiry  id.ID  `json:"enquiry_id"`
	Center   int    `json:"center"` // index; -1: the pool
	Stage    string `json:"stage"`
}

const channelCodes = "web phone street event referral"

// prepare gives the seeded database of the scale and what is known of it: made anew, or the one that the work folder keeps from
// these days.
func (b *bench) prepare(ctx context.Context) (*company, string, error) {
	dir := filepath.Join(b.Work, fmt.Sprintf("%s-%d", b.Scale, b.Seed))
	file, notes := filepath.Join(dir, "zhike.db"), filepath.Join(dir, "company.json")
	today := bizdate.Of(b.clock.Now(), time.UTC)
	c := &company{}
	text, err := os.ReadFile(notes) //nolint:gosec // the work folder is the caller's
	if err == nil && json.Unmarshal(text, c) == nil && c.Day >= today-2 && c.Schema == b.Schema && c.Life == lifeEdition {
		b.say("using the database of %s", c.Day)
		return c, file, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("read %s: %w", notes, err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, "", fmt.Errorf("make work folder: %w", err)
	}
	began := b.clock.Now()
	if c, err = b.seed(ctx, file); err != nil {
		return nil, "", fmt.Errorf("make the company: %w", err)
	}
	if text, err = json.Marshal(c); err != nil {
		return nil, "", fmt.Errorf("write %s: %w", notes, err)
	}
	if err := os.WriteFile(notes, text, 0o600); err != nil {
		return nil, "", fmt.Errorf("write %s: %w", notes, err)
	}
	b.say("company of scale %s made in %s", b.Scale, b.clock.Now().Sub(began).Round(time.Second))
	return c, file, nil
}

func (b *bench) seed(ctx context.Context, file string) (*company, error) {
	ctx = op.WithViewer(ctx, policy.System())
	now := b.clock.Now()
	tick := clock.Fixed(now.AddDate(-livedYears, 0, -2), b.Seed)
	p, err := b.Open(ctx, file, tick, false)
	if err != nil {
		return nil, err
	}
	c := &company{Scale: b.Scale, Seed: b.Seed, Schema: b.Schema, Life: lifeEdition}
	l := &life{Program: p, company: c, scale: Scales[b.Scale], clock: tick, words: b.words, say: b.say}
	err = l.found(ctx)
	if err == nil {
		err = l.live(ctx, now.AddDate(0, 0, -1))
	}
	if err == nil {
		err = l.burden(ctx)
	}
	if err == nil {
		tick.Set(now)
		err = p.Settle(ctx)
	}
	if err == nil {
		c.Facts, err = countFacts(ctx, p.Run)
	}
	if err := errors.Join(err, p.Close()); err != nil {
		return nil, err
	}
	c.Bytes, err = sizeOf(file)
	return c, err
}

// sizeOf is the size of a database with its log.
func sizeOf(file string) (n int64, err error) {
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(file + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of database: %w", err)
		}
		n += info.Size()
	}
	return n, nil
}

// found enters what the company is: centers with their people, courses, packages.
func (l *life) found(ctx context.Context) error {
	for i := range l.scale.Centers {
		if err := l.openCenter(ctx, i); err != nil {
			return fmt.Errorf("open center %d: %w", i+1, err)
		}
	}
	driver, err := l.hire(ctx, "bench", id.None, "general-manager", "principal")
	if err != nil {
		return err
	}
	_, err = organization.OpenAccount.Run(ctx, l.Run, organization.OpenAccountInput{Login: login, StaffID: driver, Password: password, Settled: true})
	if err != nil {
		return err
	}
	if err := l.sell(ctx); err != nil {
		return err
	}
	err = l.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		tree, err := marketing.Channels(ctx, tx)
		if err != nil {
			return err
		}
		for code := range strings.FieldsSeq(channelCodes) {
			ch, ok := tree.ByName(code)
			if !ok {
				return fmt.Errorf("channel %s is not among the shipped ones", code)
			}
			l.company.Sources = append(l.company.Sources, ch.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.Dir.Refresh(ctx, l.Run, 0)
}

func (l *life) openCenter(ctx context.Context, i int) error {
	names := l.words["centers"]
	code := fmt.Sprintf("C%02d", i+1)
	c, err := organization.OpenCenter.Run(ctx, l.Run, organization.CenterInput{Code: code, NameZH: names[i%len(names)], NameEN: "Center " + code, Opened: bizdate.New(2010, 3, 1)})
	if err != nil {
		return err
	}
	if err := l.Dir.Refresh(ctx, l.Run, 0); err != nil {
		return err
	}
	var at place
	for n := range 8 {
		s, err := l.hire(ctx, fmt.Sprintf("%s-consultant-%d", code, n+1), c.ID, "consultant")
		if err != nil {
			return err
		}
		at.consultants = append(at.consultants, s)
	}
	if at.desk, err = l.hire(ctx, code+"-desk", c.ID, "front-desk"); err != nil {
		return err
	}
	l.places = append(l.places, at)
	l.company.Centers, l.company.Codes = append(l.company.Centers, c.ID), append(l.company.Codes, code)
	return nil
}

func (l *life) hire(ctx context.Context, code string, center id.ID, roles ...string) (id.ID, error) {
	s, err := organization.AddStaff.Run(ctx, l.Run, organization.StaffInput{Code: code, Name: code})
	if err != nil {
		return id.None, err
	}
	for _, role := range roles {
		in := organization.PositionInput{StaffID: s.ID, Role: role, CenterID: center, From: bizdate.New(2015, 1, 1)}
		if _, err := organization.GivePosition.Run(ctx, l.Run, in); err != nil {
			return id.None, err
		}
	}
	return s.ID, nil
}

func (l *life) sell(ctx context.Context) error {
	questions := []contracts.Question{{Code: "goal", NameZH: "Goal", NameEN: "Goal", Required: true}}
	for i, name := range l.words["courses"] {
		course, err := contracts.AddCourse.Run(ctx, l.Run, contracts.CourseInput{Code: fmt.Sprintf("K%d", i+1), NameZH: name, NameEN: name, Needs: questions})
		if err != nil {
			return err
		}
		l.company.Courses = append(l.company.Courses, course.ID)
		for _, size := range []int64{48, 96} {
			p, err := contracts.AddPackage.Run(ctx, l.Run, contracts.PackageInput{
				Code: fmt.Sprintf("K%d-%d", i+1, size), CourseID: course.ID, NameZH: name, NameEN: name, Hours: hours.Whole(size), Gift: hours.Whole(size / 24),
				Price: money.Yuan(380 * size), ValidityDays: 4 * size,
			})
			if err != nil {
				return err
			}
			l.packages = append(l.packages, p.ID)
		}
	}
	return nil
}

// burdenOf is the part of all people who wait for the busy consultant: 2,000 at S.
const burdenOf = 10

// burden gives one consultant as much open work as nobody should have, at as many centers as it takes.
func (l *life) burden(ctx context.Context) error {
	staff, err := l.hire(ctx, busy, l.company.Centers[0], "consultant")
	if err != nil {
		return err
	}
	l.company.Busy = staff
	if _, err := organization.OpenAccount.Run(ctx, l.Run, organization.OpenAccountInput{Login: busy, StaffID: staff, Password: password, Settled: true}); err != nil {
		return err
	}
	left := l.scale.People / burdenOf
	for i, center := range l.company.Centers {
		if i > 0 && left > 0 {
			in := organization.PositionInput{StaffID: staff, Role: "consultant", CenterID: center, From: bizdate.New(2015, 1, 1)}
			if _, err := organization.GivePosition.Run(ctx, l.Run, in); err != nil {
				return err
			}
		}
		done, err := l.load(ctx, staff, i, left)
		if err != nil {
			return err
		}
		left -= done
	}
	return nil
}

// load gives a consultant open enquiries of a center, at most so many, and tells how many there were.
func (l *life) load(ctx context.Context, staff id.ID, center, most int) (int, error) {
	var here []id.ID
	for _, m := range l.company.open() {
		if m.Center == center && len(here) < most {
			here = append(here, m.Enquiry)
		}
	}
	if len(here) == 0 {
		return 0, nil
	}
	if err := l.Dir.Refresh(ctx, l.Run, 0); err != nil {
		return 0, err
	}
	out, err := sales.AssignMany(ctx, l.Run, sales.BulkAssign{IDs: here, ConsultantID: staff, Reason: "by-hand"}, id.ID.String)
	if err != nil {
		return 0, err
	}
	if len(out.Skipped) > 0 {
		return 0, fmt.Errorf("%d of %d enquiries could not be assigned, the first: %w", len(out.Skipped), len(here), out.Skipped[0].Why)
	}
	return out.Done, nil
}

// countFacts counts the log by kind.
func countFacts(ctx context.Context, r *op.Runner) (map[string]int64, error) {
	type row struct {
		Kind string `db:"kind"`
		N    int64  `db:"n"`
	}
	out := map[string]int64{}
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := op.AllOf[row](ctx, tx.Unscoped("the whole log is counted"), "SELECT kind, COUNT(*) AS n FROM events GROUP BY kind")
		for _, x := range list {
			out[x.Kind] = x.N
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count facts: %w", err)
	}
	return out, nil
}

// open lists the matters that a consultant still works on.
func (c *company) open() []matter {
	return slices.DeleteFunc(slices.Clone(c.Matters), func(m matter) bool {
		return !slices.Contains([]string{"contacted", "invited", "visited", "quoted"}, m.Stage)
	})
}

// reportMonths is the span of the long reports: this month and those before it.
const reportMonths = 36

func (c *company) since() bizdate.Date { return c.Day.MonthStart().AddMonths(1 - reportMonths) }

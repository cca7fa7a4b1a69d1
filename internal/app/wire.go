// Package app wires the domains into one program: databases, operations, doors, jobs and commands. It imports everything and is
// imported by cmd and tests only.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"

	"zhike/internal/api"
	"zhike/internal/contracts/contractsdoor"
	"zhike/internal/finance/financedoor"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/sales/salesdoor"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/repoint"
	"zhike/internal/kernel/rollup"
	"zhike/internal/kernel/sheet"
	"zhike/internal/kernel/vault"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/people/peopledoor"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/web"
	"zhike/internal/web/chart"
	"zhike/migrations"
)

// Config says what to open.
type Config struct {
	DSN      string // file path or postgres:// URL
	ReadOnly bool
	Clock    *clock.Clock
	Key      []byte // master key of 32 bytes; none: that of KeyFile
	KeyFile  string // file of the master key; none: see keyFile
	NewKey   bool   // the database's master key is lost: a new one takes its place (see replaceKey)
	Files    string // folder of the files that are handed in; none: see App.files
	Anchors  string // file that the anchors of the log are written to; none: see App.anchorFile
	Fault    func() error
	Asked    func(statements int) // as db.Options
	Log      *slog.Logger
	// MetricsToken lets whoever has it read /metrics from elsewhere.
	MetricsToken string
	// Unlimited takes the rate limits away: for measuring on loopback.
	Unlimited bool
}

// App is the open program.
type App struct {
	Config
	DB        *db.DB
	Run       *op.Runner
	Dir       *organization.Directory
	Access    *organization.Access
	Facts     *event.Registry
	Catalogue *i18n.Catalogue
	Vault     *vault.Vault
	Jobs      *jobs.Queue
	// Woken gets a signal after each commit with facts: the sealer reads it.
	Woken chan struct{}

	gauges   *gauges
	viewed   viewed
	captured captured
	newer    sync.Once       // says once that the database is newer
	stopping chan struct{}   // closed when serve ends
	importer *rollout.Worker // nil until imports are worked on
	handedIn struct {        // see files
		sync.Mutex
		files *rollout.Files
	}
}

// Operations lists every operation of the program.
func Operations() []op.Any {
	return slices.Concat(organization.Operations(), people.Operations(), process.Operations(), marketing.Operations(), contracts.Operations(),
		sales.Operations(), finance.Operations(), insight.Operations(), rollout.Operations())
}

// Resources lists every kind of record that the policy knows.
func Resources() []policy.Resource {
	return slices.Concat(organization.Resources(), people.Resources(), process.Resources(), marketing.Resources(), contracts.Resources(),
		sales.Resources(), finance.Resources(), insight.Resources(), rollout.Resources(), attach.Resources())
}

// Checks lists every invariant of `zhike check` that a domain knows (TRU-8).
func Checks() []check.Check {
	return slices.Concat(organization.Checks(), people.Checks(), process.Checks(), marketing.Checks(), contracts.Checks(), sales.Checks(), finance.Checks(), insight.Checks(), attach.Checks(),
		[]check.Check{people.CheckMerged(OfPersons())})
}

// OfPersons lists the columns of all domains by which rows belong to a person, in the order in which they follow a merge (PPL-5).
func OfPersons() []repoint.Column {
	return slices.Concat(people.OfPersons(), sales.OfPersons(), marketing.OfPersons(), contracts.OfPersons(), finance.OfPersons(), process.OfPersons())
}

// Conditions is the registry of what conditions of segments may ask: each domain contributes its fields (MKT-10).
func Conditions() *condition.Registry {
	return &condition.Registry{Population: people.Population(), Sources: []condition.Source{people.Conditions, sales.Conditions, marketing.Conditions, contracts.Conditions}}
}

// Personal lists the rows of all domains that belong to a person (PPL-11).
func Personal() []personal.Rows {
	return slices.Concat(people.Personal(), marketing.Personal(), sales.Personal(), contracts.Personal(), finance.Personal(), process.Personal())
}

// Holds lists what stands in the way of anonymizing a person, in all domains (PPL-11).
func Holds() []personal.Hold {
	return slices.Concat(people.Holds(), sales.Holds(), contracts.Holds(), finance.Holds(), process.Holds())
}

// Texts lists the catalogues of all packages.
func Texts() []fs.FS {
	return []fs.FS{
		sheet.Text, attach.Text, phone.Text, vault.Text, web.Texts(), chart.Text, api.Text, organization.Text, people.Text, process.Text, marketing.Text, contracts.Text, sales.Text, finance.Text, insight.Text, rollout.Text,
		organizationdoor.Text, peopledoor.Text, salesdoor.Text, contractsdoor.Text, financedoor.Text,
	}
}

// Open opens the database and wires the domains. The schema must be there: see Migrate.
func Open(ctx context.Context, c Config) (*App, error) {
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{Config: c, Woken: make(chan struct{}, 1), stopping: make(chan struct{}), gauges: newGauges()}
	a.gauges.registry.MustRegister(stored{a})
	var err error
	if a.Facts, err = event.NewRegistry(facts.All()...); err != nil {
		return nil, err
	}
	if a.Catalogue, err = i18n.New(Texts()...); err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	if a.DB, err = db.Open(ctx, c.DSN, db.Options{
		ReadOnly: c.ReadOnly, Fault: c.Fault, Asked: c.Asked, Fatal: a.fatal, Grouped: func(n int) { a.gauges.batch.Observe(float64(n)) },
		Jitter: func() float64 { return float64(c.Clock.Uint64()>>11) / (1 << 53) },
		Before: func(tx *db.Tx) error {
			ctx := context.WithoutCancel(ctx)
			return errors.Join(rollup.Flush(ctx, tx), people.FlushTerms(ctx, tx))
		},
	}); err != nil {
		return nil, err
	}
	if c.Key == nil {
		if c.Key, err = a.masterKey(ctx); err != nil {
			return nil, errors.Join(err, a.DB.Close())
		}
	}
	a.Key = c.Key
	if a.Vault, err = vault.New(c.Key); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	if a.Jobs, err = jobs.New(a.DB, c.Log); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	a.wire()
	if a.Access, err = organization.NewAccess(a.Dir, a.Run); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

func (a *App) wire() {
	a.Dir = organization.NewDirectory(a.Clock.Now)
	a.Dir.Names(people.OwnNames)
	a.Catalogue = a.Catalogue.Named(a.Dir.Name)
	a.Run = &op.Runner{
		DB: a.DB, Clock: a.Clock, Policy: policy.New(Resources()...), Gate: process.Ask, Ran: a.gauges.ran, Zone: a.Dir.Zone, Org: a.Dir, Vault: a.Vault, Enqueue: a.Jobs.Enqueue, Conditions: Conditions(),
		Committed: func() {
			select {
			case a.Woken <- struct{}{}:
			default:
			}
		},
	}
	a.Run.Complete(sales.Completions()...)
	a.Run.Complete(insight.Completions(a.Facts)...)
	a.Run.Register(Operations()...)
	// Books and roll-ups first: what must balance reacts before what tells people.
	a.Run.React(a.Dir.Reactions()...)
	a.Run.React(people.Reactions()...)
	a.Run.React(marketing.Reactions()...)
	a.Run.React(sales.Reactions()...)
	a.Run.React(contracts.Reactions()...)
	a.Run.React(finance.Reactions()...)
	a.Run.React(insight.Reactions()...)
	a.Run.React(process.Reactions(a.Dir)...)
	a.Run.React(people.Merging(OfPersons())...)
	a.Run.React(sales.Merged(), sales.Unmerged())
	a.Run.React(people.Requests(Personal(), Holds())...)
	a.lists()
}

// lists names the lists whose views can be saved (UI-L1).
func (a *App) lists() {
	a.Dir.Register(salesdoor.Lists(salesdoor.Deps{Ops: a.Run, Dir: a.Dir})...)
	a.Dir.Register(peopledoor.Lists()...)
	a.Dir.Register(contractsdoor.Lists()...)
	a.Dir.Register(financedoor.Lists()...)
}

// Migrate brings the schema to this version and writes the shipped data where they are missing. It is idempotent.
func (a *App) Migrate(ctx context.Context) (from, to int64, err error) {
	if from, to, err = a.DB.Migrate(ctx, migrations.FS); err != nil {
		return from, to, err
	}
	if err := a.bindKey(ctx); err != nil {
		return from, to, err
	}
	if err := a.Jobs.Migrate(ctx); err != nil {
		return from, to, err
	}
	ctx = op.WithViewer(ctx, policy.System())
	for _, seed := range []func(context.Context, *op.Runner) error{organization.Seed, people.Seed, process.Seed, marketing.Seed, sales.Seed} {
		if err := seed(ctx, a.Run); err != nil {
			return from, to, err
		}
	}
	if err := insight.Rebuild(ctx, a.Run, a.Facts); err != nil {
		return from, to, err
	}
	return from, to, a.Dir.Refresh(ctx, a.Run, 0)
}

// Ready reads what is kept in memory. It refuses a schema that is not of this program, and another database's master key.
func (a *App) Ready(ctx context.Context) error {
	if err := a.schema(ctx); err != nil {
		return err
	}
	return a.fits(ctx)
}

// schema refuses a database that is newer (db.ErrNewer) or older than this program.
func (a *App) schema(ctx context.Context) error {
	current, newest, err := a.DB.Version(ctx, migrations.FS)
	switch {
	case err != nil:
		return fmt.Errorf("read schema version: %w", err)
	case current > newest:
		return db.ErrNewer
	case current < newest:
		return fmt.Errorf("schema version %d, this program needs %d: run zhike migrate", current, newest)
	}
	return nil
}

// fits refuses another database's master key, and reads what is kept in memory.
func (a *App) fits(ctx context.Context) error {
	if err := a.checkKey(ctx); err != nil {
		return err
	}
	return a.Dir.Refresh(ctx, a.Run, 0)
}

// Close ends what Open began.
func (a *App) Close() error {
	a.handedIn.Lock()
	defer a.handedIn.Unlock()
	if a.handedIn.files == nil {
		return a.DB.Close()
	}
	return errors.Join(a.handedIn.files.Close(), a.DB.Close())
}

func (a *App) fatal(err error) {
	a.Log.Error("the disk failed; ending", slog.Any("error", err))
	os.Exit(ExitFailed) // nothing that was not acknowledged may be repeated on a disk that lost writes (TRU-6)
}

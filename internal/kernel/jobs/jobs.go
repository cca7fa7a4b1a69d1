// Package jobs is the queue of work for later: outside effects, and work that a person started (TRU-7). A job enters with the
// transaction that wants it, and runs at least once, possibly twice at the same time: its last transaction must check whether its
// work was done. River keeps the queue in the same database, on both engines.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/op"
)

const (
	timeout = 30 * time.Minute // of one attempt; shorter than rescue
	rescue  = 45 * time.Minute // after which a job whose worker vanished runs again
	workers = 4
)

// Queue is the queue of one database.
type Queue struct {
	driver  riverdriver.Driver[*sql.Tx]
	workers *river.Workers
	client  *river.Client[*sql.Tx]
	log     *slog.Logger
	started atomic.Bool
}

// New makes the queue. Register and Start make it work; without them it only takes jobs.
func New(d *db.DB, log *slog.Logger) (*Queue, error) {
	q := &Queue{workers: river.NewWorkers(), log: log}
	if d.Engine == db.Postgres {
		q.driver = riverdatabasesql.New(d.SQL())
	} else {
		q.driver = riversqlite.New(d.SQL())
	}
	var err error
	if q.client, err = river.NewClient(q.driver, &river.Config{Logger: log}); err != nil {
		return nil, fmt.Errorf("open job queue: %w", err)
	}
	return q, nil
}

// Migrate brings the queue's own tables to its version.
func (q *Queue) Migrate(ctx context.Context) error {
	m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("open migrations of job queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return nil
}

// Register says how jobs of a kind are done. An error makes the job run again later, with growing pauses.
func Register[J interface {
	op.Job
	river.JobArgs
}](q *Queue, do func(ctx context.Context, job J) error) {
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, j *river.Job[J]) error { return do(ctx, j.Args) }))
}

// Over is the error of a job that is not to run again.
func Over(err error) error { return river.JobCancel(err) }

// Enqueue puts a job into the queue within a transaction.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, job op.Job) error {
	_, err := q.client.InsertTx(ctx, tx, job, nil)
	return err
}

// Start begins to work on what was registered.
func (q *Queue) Start(ctx context.Context) error {
	client, err := river.NewClient(q.driver, &river.Config{
		Logger: q.log, Workers: q.workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		JobTimeout: timeout, RescueStuckJobsAfter: rescue, FetchPollInterval: time.Second,
	})
	if err != nil {
		return fmt.Errorf("open job workers: %w", err)
	}
	q.client = client
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	q.started.Store(true)
	return nil
}

// Alive tells whether this program works on jobs: it began to, and has not ended.
func (q *Queue) Alive() bool {
	if !q.started.Load() {
		return false
	}
	select {
	case <-q.client.Stopped():
		return false
	default:
		return true
	}
}

// Stop waits for the jobs that run.
func (q *Queue) Stop(ctx context.Context) error { return q.client.Stop(ctx) }

// End waits for the jobs that run until polite is over, then cuts them off; what does not end until stop is over is left as by a crash: it
// runs again later.
func (q *Queue) End(polite, stop context.Context) error {
	err := q.client.Stop(polite)
	if polite.Err() == nil || err == nil {
		return err
	}
	if err := q.client.StopAndCancel(stop); err != nil && stop.Err() == nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// States counts the jobs of the queue by state: available, running, retryable, scheduled, completed, cancelled, discarded. River forgets
// completed and cancelled ones after a day, discarded ones after a week.
func States(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, "SELECT CAST(state AS TEXT), COUNT(*) FROM river_job GROUP BY state")
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		out[state] = n
	}
	return out, rows.Err()
}

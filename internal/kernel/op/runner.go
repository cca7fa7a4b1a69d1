package op

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/rollup"
)

// Runner runs operations and queries on one database.
type Runner struct {
	DB     *db.DB
	Clock  *clock.Clock
	Policy *policy.Policy
	// Gate asks the process before an operation is done (PRC-2).
	Gate func(ctx context.Context, tx *Tx, operation string, subject Ref, in any) error
	// Zone gives the time zone of a center, the company's for none.
	Zone func(center id.ID) *time.Location
	// Org is the organization's directory; organization.Of gives it its type.
	Org any
	// Vault encrypts old values of personal fields under a key per person (TRU-24).
	Vault any
	// Conditions is the registry of what conditions may ask; condition.Of gives it its type.
	Conditions any
	// Enqueue puts a job into the queue within the transaction.
	Enqueue func(ctx context.Context, tx *sql.Tx, job Job) error
	// Ran is told of each operation that a caller asked for, with how long it took; of one inside another the outer one tells.
	Ran func(operation string, outcome Outcome, took time.Duration)
	// Committed is called after a commit with facts, to wake the sealer.
	Committed func()

	operations  map[string]Any
	reactions   map[string][]Reaction
	completions map[string]Completion
	kept        sync.Map // name → kept
}

// Job is work for later: an outside effect, or work that a person started (TRU-7).
type Job interface{ Kind() string }

// Reaction is what a domain does about another's fact, in the same transaction. It writes only rows of its own domain and
// records no fact.
type Reaction struct {
	Kind string
	Do   func(ctx context.Context, tx *Tx, f event.Fact, e event.Event) error
}

// On makes the reaction to facts of type F.
func On[F event.Fact](do func(ctx context.Context, tx *Tx, f F, e event.Event) error) Reaction {
	var f F
	return Reaction{Kind: f.Kind(), Do: func(ctx context.Context, tx *Tx, f event.Fact, e event.Event) error {
		return do(ctx, tx, f.(F), e)
	}}
}

// React registers reactions; they run in this order.
func (r *Runner) React(list ...Reaction) {
	if r.reactions == nil {
		r.reactions = map[string][]Reaction{}
	}
	for _, re := range list {
		r.reactions[re.Kind] = append(r.reactions[re.Kind], re)
	}
}

// Reactions gives the reactions to a kind of fact.
func (r *Runner) Reactions(kind string) []Reaction { return r.reactions[kind] }

// Read runs queries in a snapshot, with the scope of ctx's viewer.
func (r *Runner) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	v, err := viewer(ctx)
	if err != nil {
		return err
	}
	if b, ok := ctx.Value(batchKey{}).(*Tx); ok {
		return fn(ctx, r.tx(ctx, b.Tx, v))
	}
	return outside(r.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, r.tx(ctx, tx, v)) }))
}

// Write runs fn in a transaction that records no fact: for what is no business of people (sessions, run progress, cursors).
func (r *Runner) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	v, err := viewer(ctx)
	if err != nil {
		return err
	}
	return r.write(ctx, v, r.DB.Write, fn)
}

// Batch runs many operations in one commit: for imports and the simulator. Each is behind its own savepoint, so that one's
// refusal undoes it alone. fn may run again from its start after a serialization failure.
func (r *Runner) Batch(ctx context.Context, fn func(ctx context.Context) error) error {
	v, err := viewer(ctx)
	if err != nil {
		return err
	}
	return r.DB.WriteAlone(ctx, func(ctx context.Context, tx *db.Tx) error {
		return fn(context.WithValue(ctx, batchKey{}, r.tx(ctx, tx, v)))
	})
}

// write runs fn within the batch of ctx, or by how.
func (r *Runner) write(ctx context.Context, v *policy.Viewer, how func(context.Context, func(context.Context, *db.Tx) error) error, fn func(ctx context.Context, tx *Tx) error) error {
	if b, ok := ctx.Value(batchKey{}).(*Tx); ok {
		return b.Savepoint(ctx, func(ctx context.Context) error { return r.finish(ctx, r.tx(ctx, b.Tx, v), fn) })
	}
	return outside(how(ctx, func(ctx context.Context, tx *db.Tx) error { return r.finish(ctx, r.tx(ctx, tx, v), fn) }))
}

func (r *Runner) finish(ctx context.Context, tx *Tx, fn func(ctx context.Context, tx *Tx) error) error {
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if len(tx.deltas) > 0 {
		rollup.Stage(tx.Tx, tx.deltas)
	}
	if tx.published && r.Committed != nil {
		tx.AfterCommit(r.Committed)
	}
	return nil
}

// outside words what the database could not do.
func outside(err error) error {
	switch {
	case errors.Is(err, db.ErrFull):
		return errors.Join(&problem.Problem{Status: 503, Code: "disk-full", Rule: "TRU-6"}, err)
	case errors.Is(err, db.ErrUnknown):
		return errors.Join(&problem.Problem{Status: 503, Code: "outcome-unknown", Rule: "TRU-4"}, err)
	case errors.Is(err, db.ErrUnavailable):
		return errors.Join(&problem.Problem{Status: 503, Code: "unavailable", Rule: "TRU-4"}, err)
	}
	return err
}

func (r *Runner) tx(ctx context.Context, tx *db.Tx, v *policy.Viewer) *Tx {
	return &Tx{Tx: tx, Viewer: v, Now: r.Clock.Now(), run: r, runID: runOf(ctx)}
}

// Tx is the transaction of one operation or query, with who asks and when.
type Tx struct {
	*db.Tx
	Viewer *policy.Viewer
	Now    time.Time // UTC

	run       *Runner
	runID     id.ID
	facts     []recorded
	last      event.Event // the fact written last
	undo      any         // input of the inverse of the operation
	inverse   string      // its name, where it is another than Op.Undo
	deltas    rollup.Deltas
	published bool
}

type recorded struct {
	subject id.ID
	fact    event.Fact
}

// NewID makes the id of a new record.
func (t *Tx) NewID() id.ID { return t.run.Clock.NewID() }

// Zone is the time zone of a center.
func (t *Tx) Zone(center id.ID) *time.Location { return t.run.Zone(center) }

// Org is the organization's directory.
func (t *Tx) Org() any { return t.run.Org }

// RunID is the bulk run that the transaction belongs to, if any.
func (t *Tx) RunID() id.ID { return t.runID }

// Conditions is the registry of what conditions may ask.
func (t *Tx) Conditions() any { return t.run.Conditions }

// Vault encrypts values under a key per person.
func (t *Tx) Vault() any { return t.run.Vault }

// Today is the business date of a center.
func (t *Tx) Today(center id.ID) bizdate.Date { return bizdate.Of(t.Now, t.run.Zone(center)) }

// Record notes the operation's one fact.
func (t *Tx) Record(subject id.ID, f event.Fact) { t.facts = append(t.facts, recorded{subject, f}) }

// Add changes a roll-up; see rollup.Deltas.
func (t *Tx) Add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string) {
	if t.deltas == nil {
		t.deltas = rollup.Deltas{}
	}
	t.deltas.Add(metric, day, center, n, dims...)
}

// Enqueue puts a job into the queue; it runs after the commit.
func (t *Tx) Enqueue(ctx context.Context, job Job) error {
	if err := t.run.Enqueue(ctx, t.SQL(), job); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// publish writes the fact into the log and lets the other domains react.
func (t *Tx) publish(ctx context.Context, rec recorded) (err error) {
	if rec.fact, err = t.complete(ctx, rec.fact); err != nil {
		return err
	}
	payload, err := json.Marshal(rec.fact)
	if err != nil {
		return fmt.Errorf("encode fact: %w", err)
	}
	center, person := rec.fact.About()
	e := event.Event{
		ID: t.NewID(), At: t.Now, Day: t.Today(center), Kind: rec.fact.Kind(), Actor: t.Viewer.Account, By: t.Viewer.Login,
		Center: center, Person: person, Subject: rec.subject, Run: t.runID, Payload: payload,
	}
	e.Digest = e.Sum()
	err = t.InsertRows(ctx, "events (id, at, day, kind, actor, by_login, center, person, subject, run, payload, digest)", "", [][]any{{
		e.ID, e.At, int64(e.Day), e.Kind, e.Actor, e.By, e.Center, e.Person, e.Subject, e.Run, string(payload), e.Digest,
	}})
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	t.published, t.last = true, e
	for _, re := range t.run.reactions[e.Kind] {
		if err := re.Do(ctx, t, rec.fact, e); err != nil {
			return err
		}
	}
	return nil
}

// replay looks for the answer of a key. The hit is written, so that its own commit waits for the standby (TRU-3).
func (t *Tx) replay(ctx context.Context, key string, digest []byte, out any) (bool, error) {
	if len(key) > 100 {
		return false, problem.Refuse("TRU-2", "invalid", problem.Field{Location: "Idempotency-Key", Code: "too-long"})
	}
	var was []byte
	var answer string
	var undo id.ID
	who := t.Viewer.Login
	err := t.QueryRow(ctx, "SELECT digest, answer, undo FROM idempotency WHERE who = ? AND key = ?", []any{who, key}, &was, &answer, &undo)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read key: %w", err)
	}
	if string(was) != string(digest) {
		return false, problem.Refuse("TRU-2", "key-reused", problem.Field{Location: "Idempotency-Key", Value: key})
	}
	if _, err := t.Exec(ctx, "UPDATE idempotency SET hits = hits + 1 WHERE who = ? AND key = ?", who, key); err != nil {
		return false, fmt.Errorf("count key: %w", err)
	}
	if err := json.Unmarshal([]byte(answer), out); err != nil {
		return false, fmt.Errorf("read answer of key: %w", err)
	}
	if into, asked := ctx.Value(offerKey{}).(*id.ID); asked {
		*into = undo
	}
	return true, nil
}

func (t *Tx) keep(ctx context.Context, key, name string, digest []byte, out any) error {
	b, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	_, err = t.Exec(ctx, "INSERT INTO idempotency (who, key, op, digest, answer, undo, hits, at) VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
		t.Viewer.Login, key, name, digest, string(b), Offered(ctx), t.Now)
	if db.Duplicate(err) {
		return fmt.Errorf("keep key: %w", db.Again(err)) // the same key at the same time: its answer is there now
	}
	if err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	return nil
}

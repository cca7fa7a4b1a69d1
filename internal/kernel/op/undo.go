package op

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// UndoTime is how long what was done can be undone (UI-B2).
const UndoTime = 10 * time.Minute

// undo is an offer to take back what an account did: the inverse operation, with its input.
type undo struct {
	ID      id.ID     `db:"id"`
	Account id.ID     `db:"account"`
	Did     string    `db:"did"` // operation that was done
	Op      string    `db:"op"`  // its inverse
	Input   string    `db:"input"`
	Subject id.ID     `db:"subject"` // of the fact
	Event   id.ID     `db:"event"`
	Run     id.ID     `db:"run"` // the bulk run that it was part of
	At      time.Time `db:"at"`
	Done    time.Time `db:"done_at"`
}

// TableName implements Record.
func (undo) TableName() string { return "undos" }

type (
	offerKey struct{}
	guardKey struct{}
)

// WithUndo asks the operations of a page for an offer to undo them; Offered gives the last one, of a bulk run that for all of it.
func WithUndo(ctx context.Context) context.Context {
	return context.WithValue(ctx, offerKey{}, new(id.ID))
}

// Offered gives the undo that the operations run with ctx offered; none if there is none.
func Offered(ctx context.Context) id.ID {
	if o, ok := ctx.Value(offerKey{}).(*id.ID); ok {
		return *o
	}
	return id.None
}

// Undoing tells whether the operation takes something back: what was the case before may come again, though nobody could choose it now.
func Undoing(ctx context.Context) bool { return ctx.Value(guardKey{}) != nil }

// Undoable says with which input the inverse of the operation (Op.Undo) takes back what it just did. An operation that does not say
// so cannot be undone this time.
func (t *Tx) Undoable(input any) { t.undo, t.inverse = input, "" }

// UndoableBy is Undoable by another operation than Op.Undo, where what was done this time is taken back otherwise.
func (t *Tx) UndoableBy(inverse string, input any) { t.undo, t.inverse = input, inverse }

// offer keeps the undo of an operation that a page ran, in its transaction.
func (t *Tx) offer(ctx context.Context, did, inverse string) error {
	input := t.undo
	inverse = cmp.Or(t.inverse, inverse)
	t.undo, t.inverse = nil, ""
	into, asked := ctx.Value(offerKey{}).(*id.ID)
	if input == nil || inverse == "" || !asked || t.Viewer.Account.IsNone() {
		return nil
	}
	b, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("encode undo of %s: %w", did, err)
	}
	u := undo{ID: t.NewID(), Account: t.Viewer.Account, Did: did, Op: inverse, Input: string(b), Subject: t.last.Subject, Event: t.last.ID, Run: t.runID, At: t.Now}
	if err := t.Insert(ctx, u); err != nil {
		return err
	}
	*into = u.offer()
	return nil
}

// offer is the key by which it is taken back.
func (u undo) offer() id.ID {
	if u.Run.IsNone() {
		return u.ID
	}
	return u.Run
}

// Undo is UndoRun for one thing.
func (r *Runner) Undo(ctx context.Context, key id.ID) error {
	_, err := r.UndoRun(ctx, key)
	return err
}

// UndoRun takes back what the viewer did, one thing or a whole bulk run, each by the inverse operation with its own fact (UI-B2), and tells
// how many things. Of a run, what cannot be taken back any more stays. Refused, where nothing was taken back: undone, undo-late, and
// undo-changed where the record has a later fact.
func (r *Runner) UndoRun(ctx context.Context, key id.ID) (taken int, err error) {
	var list []undo
	err = r.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Unscoped("one's own offers").Select(&list).Where("account = ? AND (id = ? OR run = ?)", tx.Viewer.Account, key, key).Order("id DESC").Scan(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("load undo: %w", err)
	}
	if len(list) == 0 {
		return 0, problem.NotFound("undo")
	}
	if len(list) > 1 {
		ctx = WithRun(ctx, r.Clock.NewID()) // who is told hears of it once
	}
	var refused error
	for _, u := range list {
		switch err := r.takeBack(ctx, u); {
		case err == nil:
			taken++
		case isRefusal(err):
			refused = cmp.Or(refused, err)
		default:
			return taken, err
		}
	}
	if taken == 0 {
		return 0, refused
	}
	return taken, nil
}

func isRefusal(err error) bool {
	_, ok := problem.As(err)
	return ok
}

func (r *Runner) takeBack(ctx context.Context, u undo) error {
	o, ok := r.operations[u.Op]
	if !ok {
		return fmt.Errorf("undo %s: no operation %s", u.Did, u.Op)
	}
	ctx = context.WithValue(ctx, guardKey{}, func(ctx context.Context, tx *Tx) error { return u.take(ctx, tx) })
	_, err := o.Call(WithKey(ctx, ""), r, []byte(u.Input))
	return err
}

// take marks the offer as used, in the transaction of the inverse operation.
func (u undo) take(ctx context.Context, tx *Tx) error {
	if tx.Now.Sub(u.At) > UndoTime {
		return problem.Refuse("UI-B2", "undo-late", problem.Field{Location: "undo"})
	}
	n, err := tx.Exec(ctx, "UPDATE undos SET done_at = ? WHERE id = ? AND done_at IS NULL", tx.Now, u.ID)
	if err != nil {
		return fmt.Errorf("use undo: %w", err)
	}
	if n == 0 {
		return problem.Refuse("UI-B2", "undone", problem.Field{Location: "undo"})
	}
	var later int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM events WHERE subject = ? AND id > ?", []any{u.Subject, u.Event}, &later); err != nil {
		return fmt.Errorf("look for later facts: %w", err)
	}
	if later > 0 {
		return UndoChanged()
	}
	return nil
}

// Latest gives the last fact about a subject that was seen, for the operation that takes it back (UI-B2). Refused: undo-changed where it
// is of none of the kinds, undo-late where it is older than UndoTime.
func (t *Tx) Latest(ctx context.Context, subject id.ID, kinds ...string) (e event.Event, err error) {
	err = t.Unscoped("the subject was seen").Select(&e).Where("subject = ?", subject).Order("id DESC").Limit(1).Scan(ctx)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return e, fmt.Errorf("load last fact: %w", err)
	case err != nil || !slices.Contains(kinds, e.Kind):
		return e, UndoChanged()
	case t.Now.Sub(e.At) > UndoTime:
		return e, problem.Refuse("UI-B2", "undo-late", problem.Field{Location: "undo"})
	}
	return e, nil
}

// UndoChanged refuses to take back what something else came after (UI-B2).
func UndoChanged() error {
	return problem.Refuse("UI-B2", "undo-changed", problem.Field{Location: "undo"})
}

// Register makes operations known by name.
func (r *Runner) Register(list ...Any) {
	if r.operations == nil {
		r.operations = map[string]Any{}
	}
	for _, o := range list {
		r.operations[o.Describe().Name] = o
	}
}

// Recent is something one did, or a bulk run, and can still undo.
type Recent struct {
	ID  id.ID     `json:"id" db:"id"`
	Did string    `json:"did" db:"did"` // operation
	At  time.Time `json:"at" db:"at"`
	N   int64     `json:"n" db:"n"` // things done, more than one in a bulk run
}

// RecentActions lists what the viewer did in the last ten minutes and can still undo, newest first.
func RecentActions(ctx context.Context, tx *Tx) ([]Recent, error) {
	list, err := AllOf[Recent](ctx, tx.Unscoped("one's own offers"),
		`SELECT COALESCE(run, id) AS id, MAX(did) AS did, MAX(at) AS at, COUNT(*) AS n FROM undos
		WHERE account = ? AND at >= ? AND done_at IS NULL GROUP BY COALESCE(run, id) ORDER BY MAX(at) DESC, COALESCE(run, id) DESC LIMIT 50`, tx.Viewer.Account, tx.Now.Add(-UndoTime))
	if err != nil {
		return nil, fmt.Errorf("list recent actions: %w", err)
	}
	return list, nil
}

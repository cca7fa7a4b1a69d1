package rollout

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/sheet"
)

const (
	rowsAtOnce  = 1500 // of one commit at the command line
	rowsOfJob   = 100  // of one commit of a job: others write meanwhile
	sampledRows = 200  // by which the kinds of custom columns are guessed
)

// Options say what is imported and how, at the command line.
type Options struct {
	Kind     string
	Path     string
	Map      []byte   // map file; nil: guessed
	Mapping  *Mapping // instead of Map
	DryRun   bool
	Center   id.ID  // of rows that name none; none: the company's pool
	Rejects  string // path of the rejects file; "" writes none
	Progress func(done, total int64)
}

// chunker brings rows of a kind in; it notes of each row what became of it.
type chunker interface {
	chunk(ctx context.Context, rows []row, note func(row, outcome)) error
	close() error
}

// row is a row of the file: its number as a person counts, and its cells.
type row struct {
	no    int
	cells []string
}

// Import brings a file in; one that an earlier call did not bring to its end goes on where it stopped. What one row does wrong
// rejects that row alone; a file that cannot be read is a problem and changes nothing.
func Import(ctx context.Context, r *op.Runner, o Options) (Result, error) {
	v, err := mayImport(ctx, o.Kind)
	if err != nil {
		return Result{}, err
	}
	m, err := o.mapping()
	if err != nil {
		return Result{}, err
	}
	in, err := sheet.Open(o.Path, sheet.Options{})
	if err != nil {
		return Result{}, err
	}
	defer in.Close()
	l := load{
		run: r, in: in, dry: o.DryRun, atOnce: rowsAtOnce, state: ImportRun{Kind: o.Kind, Mapping: m, Center: o.Center}, progress: o.Progress,
		rejects: rejectsFile{header: in.Header()},
	}
	if o.Rejects != "" {
		l.rejects.open = func() (*os.File, error) { return os.OpenFile(o.Rejects, os.O_RDWR|os.O_CREATE, 0o600) }
	}
	if !o.DryRun {
		if l.state, err = begin(ctx, r, o, m); err != nil {
			return Result{}, err
		}
	}
	if err := l.all(ctx, v); err != nil {
		return l.counts, err
	}
	if l.rejects.end > 0 {
		l.counts.RejectsFile = o.Rejects
	}
	return l.counts, nil
}

func (o Options) mapping() (Mapping, error) {
	if o.Mapping != nil {
		return *o.Mapping, o.Mapping.check(byHeader(o.Mapping.Columns)).Err("ROL-1")
	}
	in, err := sheet.Open(o.Path, sheet.Options{})
	if err != nil {
		return Mapping{}, err
	}
	defer in.Close()
	rows, err := sample(in, sampledRows)
	if err != nil {
		return Mapping{}, err
	}
	m, err := Guess(o.Kind, in.Header(), rows)
	switch {
	case err != nil:
		return m, err
	case o.Map != nil:
		return m.Edit(o.Map)
	}
	return m, m.check(byHeader(m.Columns)).Err("ROL-1")
}

// sample reads the first n rows.
func sample(in *sheet.Reader, n int) (rows [][]string, err error) {
	for len(rows) < n {
		_, cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, slices.Clone(cells))
	}
	return rows, nil
}

// begin notes the run of a file of the command line, or finds the unfinished one of the same file.
func begin(ctx context.Context, r *op.Runner, o Options, m Mapping) (state ImportRun, err error) {
	digest, err := digestOf(o.Path)
	if err != nil {
		return state, err
	}
	v, _ := op.ViewerOf(ctx)
	err = r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		err := tx.Unscoped("the importer's own run").Select(&state).
			Where("digest = ? AND kind = ? AND file = '' AND state IN ('running', 'stopped', 'failed')", digest, o.Kind).Limit(1).Scan(ctx)
		switch {
		case err == nil:
			state.Mapping = m
			state.State = Stopped
			return tx.Save(ctx, &state, "mapping", "state")
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("look for run: %w", err)
		}
		state = ImportRun{
			ID: tx.NewID(), Kind: o.Kind, State: Checked, Account: v.Account, Staff: v.Staff, Home: v.Center, Center: o.Center, Lang: v.Lang, Name: o.Path, Digest: digest,
			Mapping: m, Created: tx.Now, Updated: tx.Now,
		}
		return tx.Insert(ctx, state)
	})
	if err != nil {
		return state, err
	}
	started, err := Start.Run(ctx, r, StartInput{ImportID: state.ID})
	state.State, state.Attempt = Running, started.Attempt
	return state, err
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the caller names is what is imported
	if err != nil {
		return "", fmt.Errorf("open file: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// load brings the rows of an open file in, or says what would happen.
type load struct {
	run      *op.Runner
	in       *sheet.Reader
	dry      bool
	atOnce   int
	state    ImportRun
	counts   Result
	rejects  rejectsFile
	progress func(done, total int64)
	noted    time.Time // when the progress of a dry run was written last
	until    time.Time // when the turn of a job ends; zero: never
	stop     <-chan struct{}

	chunker chunker
}

var (
	// errGone says that the run was stopped, or is another worker's by now: what this one did since its last commit is undone.
	errGone = errors.New("the run is another's")
	// errTurn says that the turn of a job is over; the run goes on in the next one.
	errTurn = errors.New("the turn is over")
)

// all reads the file chunk by chunk; rows that an earlier attempt did are passed over.
func (l *load) all(ctx context.Context, v *policy.Viewer) (err error) {
	if l.chunker, err = newChunker(ctx, l.run, l.state, v, l.dry); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.chunker.close(), l.rejects.close()) }()
	l.counts, l.rejects.end = l.state.Counts, l.state.Rejects
	if l.dry {
		l.counts, l.rejects.end, l.state.Row = Result{}, 0, 0
	}
	l.counts.Run = l.state.ID
	ctx = op.WithViewer(op.WithRun(ctx, l.state.ID), importing(v, l.state.Kind))
	rows := make([]row, 0, l.atOnce)
	for {
		rows, err = l.next(rows[:0])
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return err
		}
		if len(rows) > 0 {
			if err := l.one(ctx, rows); err != nil {
				return err
			}
		}
		switch {
		case end:
			return l.finish(ctx)
		case ctx.Err() != nil:
			return ctx.Err()
		case l.over():
			return errTurn
		}
	}
}

// over tells whether the turn of a job is over, or the program ends.
func (l *load) over() bool {
	select {
	case <-l.stop:
		return true
	default:
		return !l.until.IsZero() && l.run.Clock.Now().After(l.until)
	}
}

// next reads the rows of the next chunk; io.EOF comes with the last one.
func (l *load) next(rows []row) ([]row, error) {
	for len(rows) < l.atOnce {
		no, cells, err := l.in.Next()
		if err != nil {
			return rows, err
		}
		if int64(no) > l.state.Row {
			rows = append(rows, row{no, slices.Clone(cells)})
		}
	}
	return rows, nil
}

// importing is who brings the rows in: the importer, with what the rows of a list of people need. They are entered by nobody's desk:
// what names no center lies in the company's pool, and who imports owns nothing of it (contract.md, import).
func importing(v *policy.Viewer, kind string) *policy.Viewer {
	if !ofPeople(kind) {
		return v
	}
	w := *v
	w.Staff, w.Center = id.None, id.None
	if v.System {
		return &w
	}
	reach := v.Scope("import:create")
	w.Rights = maps.Clone(v.Rights)
	for _, right := range []string{"person:create", "person:read", "enquiry:create", "enquiry:assign"} {
		w.Rights[right] = policy.Scope{All: true} // a sure duplicate is merged wherever it lies (PPL-4)
	}
	for _, right := range []string{"person:update", "enquiry:read", "enquiry:import", "center:read"} {
		w.Rights[right] = reach
	}
	return &w
}

// one does a chunk. The counts are written in its commit, and hold only if the run is still this worker's (TRU-7); the rejects file is
// written before it, beyond the end that was committed.
func (l *load) one(ctx context.Context, rows []row) error {
	var counts Result
	var rejected []rejectedRow
	note := func(r row, o outcome) {
		counts.add(o)
		if o.what == Rejected {
			rejected = append(rejected, rejectedRow{r, *o.reject})
		}
	}
	last := int64(rows[len(rows)-1].no)
	var end int64
	body := func(ctx context.Context) (err error) {
		counts, rejected = l.counts.copied(), nil // a repeated transaction counts from its start
		if err := l.chunker.chunk(ctx, rows, note); err != nil {
			return err
		}
		if !l.dry {
			if err := l.hold(ctx); err != nil {
				return err
			}
		}
		if end, err = l.rejects.write(ctx, rejected); err != nil || l.dry {
			return err
		}
		return l.commit(ctx, last, counts, end, Running)
	}
	var err error
	if l.dry {
		err = body(ctx)
	} else {
		err = l.run.Batch(ctx, body)
	}
	if err != nil {
		return err
	}
	l.counts, l.rejects.end, l.state.Row = counts, end, last
	if l.progress != nil {
		l.progress(l.in.Progress())
	}
	if l.dry {
		return l.tell(ctx)
	}
	return nil
}

// hold keeps the run to this worker until its transaction ends, so that nobody else writes the rejects file meanwhile: where another worker goes on
// with it, or is ahead, the transaction is undone before anything is written.
func (l *load) hold(ctx context.Context) error {
	return l.run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE imports SET updated_at = ? WHERE id = ? AND attempt = ? AND state = 'running' AND done = ?", tx.Now, l.state.ID, l.state.Attempt, l.state.Row)
		if err != nil {
			return fmt.Errorf("hold import: %w", err)
		}
		if n == 0 {
			return errGone
		}
		return nil
	})
}

// commit writes how far the run is, within the transaction of its rows. Where it was stopped, or another worker goes on with it, the
// transaction is undone.
func (l *load) commit(ctx context.Context, last int64, counts Result, rejects int64, state string) error {
	text, err := json.Marshal(counts)
	if err != nil {
		return fmt.Errorf("write counts: %w", err)
	}
	done, total := l.in.Progress()
	return l.run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE imports SET state = ?, done = ?, counts = ?, rejects = ?, read_bytes = ?, total_bytes = ?, updated_at = ?
			WHERE id = ? AND attempt = ? AND state = 'running' AND done = ?`,
			state, last, string(text), rejects, done, max(done, total), tx.Now, l.state.ID, l.state.Attempt, l.state.Row)
		if err != nil {
			return fmt.Errorf("write progress: %w", err)
		}
		if n == 0 {
			return errGone
		}
		if state != Done {
			return nil
		}
		i := l.state
		i.State, i.Counts = state, counts
		return i.tell(ctx, tx)
	})
}

// tell writes, once a second, how far a dry run of a job is.
func (l *load) tell(ctx context.Context) error {
	now := l.run.Clock.Now()
	if l.state.ID.IsNone() || now.Sub(l.noted) < time.Second {
		return nil
	}
	l.noted = now
	done, total := l.in.Progress()
	return l.trial(ctx, Checking, done, total)
}

func (l *load) trial(ctx context.Context, state string, done, total int64) error {
	text, err := json.Marshal(l.counts)
	if err != nil {
		return fmt.Errorf("write counts: %w", err)
	}
	return l.run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE imports SET state = ?, trial = ?, read_bytes = ?, total_bytes = ?, updated_at = ? WHERE id = ? AND attempt = ? AND state = 'checking'",
			state, string(text), done, max(done, total), tx.Now, l.state.ID, l.state.Attempt)
		if err != nil {
			return fmt.Errorf("write progress: %w", err)
		}
		if n == 0 {
			return errGone
		}
		return nil
	})
}

func (l *load) finish(ctx context.Context) error {
	switch {
	case !l.dry:
		return l.commit(ctx, l.state.Row, l.counts, l.rejects.end, Done)
	case l.state.ID.IsNone():
		return nil
	}
	done, total := l.in.Progress()
	return l.trial(ctx, Checked, done, total)
}

package rollout

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
)

// rowsAtOnce is the number of rows of one commit.
const rowsAtOnce = 500

// Options say what is imported and how.
type Options struct {
	Kind     string
	Path     string
	Map      []byte   // map file; nil: guessed
	Mapping  *Mapping // instead of Map: edited on the page
	DryRun   bool
	Center   id.ID  // of rows that name none; none: the company's pool
	Rejects  string // path of the rejects file; "" writes none
	Run      id.ID  // continue this run; none: a new one, or the unfinished one of the same file
	Progress func(done, total int64)
}

// Result is what became of the rows; the four counts add up to Rows.
type Result struct {
	Rows        int64                     `json:"rows"`
	Accepted    int64                     `json:"accepted"`
	Merged      int64                     `json:"merged"`
	Updated     int64                     `json:"updated"`
	Rejected    int64                     `json:"rejected"`
	RejectsFile string                    `json:"rejects_file,omitempty"`
	Unmapped    map[string]map[string]int `json:"unmapped,omitempty"` // names that the company does not know: field → name → rows
	Run         id.ID                     `json:"run_id,omitempty"`
	First       []Reject                  `json:"first_rejects,omitempty"`
}

// most rejects that a result lists; all of them are in the rejects file.
const listedRejects = 20

// ImportRun is a bulk run as it is kept: its progress and counts are written in the commit of each chunk, so that it goes on where
// it stopped.
type ImportRun struct {
	ID      id.ID     `json:"id" db:"id"`
	Kind    string    `json:"kind" db:"kind"`
	State   string    `json:"state" db:"state"` // running, done, failed
	Account id.ID     `json:"account_id" db:"account"`
	Center  id.ID     `json:"center_id" db:"center"`
	Name    string    `json:"name" db:"name"`
	Params  string    `json:"-" db:"params"`
	Counts  Result    `json:"counts" db:"counts,json"`
	Done    int64     `json:"done" db:"done"`
	Total   int64     `json:"total" db:"total"`
	Attempt int64     `json:"attempt" db:"attempt"`
	Problem string    `json:"problem" db:"problem"`
	Created time.Time `json:"created_at" db:"created_at"`
	Updated time.Time `json:"updated_at" db:"updated_at"`
}

// TableName implements op.Record.
func (ImportRun) TableName() string { return "runs" }

// chunker brings rows of a kind in; each row is done with what became of it.
type chunker interface {
	chunk(ctx context.Context, rows []row, dry bool, done func(row, string, *Reject)) error
	notMapped() map[string]map[string]int
}

// row is a row of the file: its number as a person counts, and its cells.
type row struct {
	no    int
	cells []string
}

// Import brings a file in. What one row does wrong rejects that row alone; a file that cannot be read is a problem and changes
// nothing.
func Import(ctx context.Context, r *op.Runner, o Options) (Result, error) {
	if v, ok := op.ViewerOf(ctx); !ok || !v.May("import:create") {
		return Result{}, problem.Forbidden("import:create")
	}
	in, err := sheet.Open(o.Path, sheet.Options{})
	if err != nil {
		return Result{}, err
	}
	defer in.Close()
	m, err := mappingOf(o, in.Header())
	if err != nil {
		return Result{}, err
	}
	c, err := newChunker(ctx, r, m, o)
	if err != nil {
		return Result{}, err
	}
	im := &importer{Options: o, run: r, in: in, chunker: c, rejects: rejectsFile{path: o.Rejects, header: in.Header()}}
	if !o.DryRun {
		if err := im.begin(ctx); err != nil {
			return Result{}, err
		}
		ctx = op.WithRun(ctx, im.state.ID)
	}
	err = im.all(ctx)
	if e := im.rejects.close(); err == nil {
		err = e
	}
	if err != nil {
		return im.counts, err
	}
	im.counts.Unmapped = c.notMapped()
	return im.counts, im.finish(ctx)
}

func mappingOf(o Options, header []string) (Mapping, error) {
	if o.Mapping != nil {
		m := *o.Mapping
		return m, m.check().Err("ROL-1")
	}
	m, err := Guess(o.Kind, header)
	if err != nil {
		return m, err
	}
	if o.Map != nil {
		return m.Edit(o.Map)
	}
	return m, m.check().Err("ROL-1")
}

type importer struct {
	Options
	run     *op.Runner
	in      *sheet.Reader
	chunker chunker
	state   ImportRun
	counts  Result
	rejects rejectsFile
}

// begin notes the run, or finds the unfinished one of the same file.
func (im *importer) begin(ctx context.Context) error {
	digest, err := digestOf(im.Path)
	if err != nil {
		return err
	}
	return im.run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		sel := tx.Unscoped("the importer's own run").Select(&im.state)
		if im.Run.IsNone() {
			sel.Where("params = ? AND kind = ? AND state = 'running'", digest, im.Kind)
		} else {
			sel.Where("id = ?", im.Run)
		}
		err := sel.Limit(1).Scan(ctx)
		if err == nil {
			im.counts = im.state.Counts
			im.state.Attempt++
			return tx.Save(ctx, &im.state, "attempt")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("look for run: %w", err)
		}
		v, _ := op.ViewerOf(ctx)
		im.state = ImportRun{ID: tx.NewID(), Kind: im.Kind, State: "running", Account: v.Account, Center: im.Center, Name: im.Path, Params: digest, Attempt: 1, Created: tx.Now, Updated: tx.Now}
		return tx.Insert(ctx, im.state)
	})
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

// all reads the file chunk by chunk; rows that an earlier attempt did are passed over.
func (im *importer) all(ctx context.Context) error {
	rows := make([]row, 0, rowsAtOnce)
	for {
		no, cells, err := im.in.Next()
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return err
		}
		if !end && int64(no) > im.state.Done {
			rows = append(rows, row{no, append([]string(nil), cells...)})
		}
		if len(rows) == rowsAtOnce || end && len(rows) > 0 {
			if err := im.one(ctx, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
		if end {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// one does a chunk. The counts are written in its commit; the rejects file follows after it.
func (im *importer) one(ctx context.Context, rows []row) error {
	counts := im.counts
	var rejected []rejectedRow
	note := func(r row, what string, reject *Reject) {
		counts.Rows++
		switch what {
		case Accepted:
			counts.Accepted++
		case Merged:
			counts.Merged++
		case Updated:
			counts.Updated++
		default:
			counts.Rejected++
			rejected = append(rejected, rejectedRow{r, *reject})
			if len(counts.First) < listedRejects {
				counts.First = append(counts.First, *reject)
			}
		}
	}
	start, last := counts, int64(rows[len(rows)-1].no)
	body := func(ctx context.Context) error {
		counts, rejected = start, nil // a repeated transaction counts from its start
		if err := im.chunker.chunk(ctx, rows, im.DryRun, note); err != nil || im.DryRun {
			return err
		}
		im.state.Done, im.state.Counts = last, counts
		return im.run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
			im.state.Updated = tx.Now
			return tx.Save(ctx, &im.state, "done", "counts", "updated_at")
		})
	}
	var err error
	if im.DryRun {
		err = body(ctx)
	} else {
		err = im.run.Batch(ctx, body)
	}
	if err != nil {
		return err
	}
	im.counts = counts
	if im.Progress != nil {
		im.Progress(im.in.Progress())
	}
	return im.rejects.write(ctx, rejected)
}

func (im *importer) finish(ctx context.Context) error {
	im.counts.Run = im.state.ID
	if im.rejects.out != nil {
		im.counts.RejectsFile = im.rejects.path
	}
	if im.DryRun {
		return nil
	}
	return im.run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		im.state.State, im.state.Counts, im.state.Updated = "done", im.counts, tx.Now
		return tx.Save(ctx, &im.state, "state", "counts", "updated_at")
	})
}

type rejectedRow struct {
	row    row
	reject Reject
}

// rejectsFile holds the rows that were rejected with their reason, in the form in which they came: corrected, it can be imported
// again.
type rejectsFile struct {
	path   string
	f      *os.File
	out    sheet.Writer
	header []string
}

func (r *rejectsFile) open() error {
	var err error
	if r.f, err = os.Create(r.path); err != nil {
		return fmt.Errorf("make rejects file: %w", err)
	}
	if r.out, err = sheet.NewWriter(sheet.CSV, r.f); err != nil {
		return err
	}
	var head []any
	for _, h := range r.header {
		head = append(head, h)
	}
	return r.out.Row(append(head, "_row", "_reason")...)
}

func (r *rejectsFile) write(ctx context.Context, rows []rejectedRow) error {
	if len(rows) == 0 || r.path == "" {
		return nil
	}
	if r.out == nil {
		if err := r.open(); err != nil {
			return err
		}
	}
	for _, x := range rows {
		var cells []any
		for i := range r.header {
			if i < len(x.row.cells) {
				cells = append(cells, x.row.cells[i])
			} else {
				cells = append(cells, "")
			}
		}
		if err := r.out.Row(append(cells, x.row.no, Words(ctx, x.reject))...); err != nil {
			return fmt.Errorf("write rejects file: %w", err)
		}
	}
	return nil
}

func (r *rejectsFile) close() error {
	if r.out == nil {
		return nil
	}
	return errors.Join(r.out.Close(), r.f.Close())
}

// Words says why a row was rejected, in the language of ctx.
func Words(ctx context.Context, r Reject) string {
	key := "reject." + r.Code
	if !i18n.Has(ctx, key) {
		key = "problem." + r.Code
	}
	text := i18n.T(ctx, key, "value", r.Value)
	if r.Field == "" {
		return text
	}
	return strings.TrimSpace(r.Field + ": " + text + " " + r.Value)
}

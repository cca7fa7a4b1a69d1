package people

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
)

// ExportWork is the job that makes the file of an export (PPL-11).
type ExportWork ExportAttempt

// Kind implements op.Job.
func (ExportWork) Kind() string { return "person-export" }

// Exporter makes the files of exports: Rows are those of all domains.
type Exporter struct {
	Run  *op.Runner
	Rows []personal.Rows
}

// tablesAtOnce are read in one transaction; then the page says how far it is.
const tablesAtOnce = 8

// Do makes the file of an export. It may run twice, also at the same time: only the first of the last attempt keeps its file (TRU-7). What
// fails is told, and tried again by the queue.
func (e Exporter) Do(ctx context.Context, job ExportWork) error {
	ctx = op.WithViewer(ctx, policy.System())
	err := e.make(ctx, ExportAttempt(job))
	if err == nil {
		return nil
	}
	p, refused := problem.As(err)
	if refused && p.Code == "export-stale" {
		return nil
	}
	if _, failed := FailExport.Run(context.WithoutCancel(ctx), e.Run, ExportAttempt(job)); failed != nil {
		if q, ok := problem.As(failed); !ok || q.Code != "export-stale" {
			return errors.Join(err, failed)
		}
	}
	if refused && p.Status < 500 {
		return nil // the same comes of it again
	}
	return err
}

func (e Exporter) make(ctx context.Context, job ExportAttempt) error {
	var rows []personal.Rows
	for _, r := range e.Rows {
		if !r.Mute {
			rows = append(rows, r)
		}
	}
	var out Exported
	for some := range slices.Chunk(rows, tablesAtOnce) {
		if err := e.tell(ctx, job, len(out.Parts), len(rows)); err != nil {
			return err
		}
		err := e.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return out.read(ctx, tx, some, job.RequestID) })
		if err != nil {
			return err
		}
	}
	err := e.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return out.end(ctx, tx, rows) })
	if err != nil {
		return err
	}
	packed, err := out.pack()
	if err != nil {
		return err
	}
	_, err = KeepExport.Run(ctx, e.Run, KeepExportInput{ExportAttempt: job, Packed: packed})
	return err
}

// tell writes how far an attempt is; one that is out of date ends.
func (e Exporter) tell(ctx context.Context, job ExportAttempt, done, total int) error {
	return e.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE data_requests SET file_done = ?, file_total = ?, file_at = ? WHERE id = ? AND file_attempt = ? AND file_state IN ('waiting', 'failed')", done, total, tx.Now, job.RequestID, job.Attempt)
		if err != nil {
			return fmt.Errorf("say how far an export is: %w", err)
		}
		if n == 0 {
			return exportStale(job.RequestID)
		}
		return nil
	})
}

// ExportedFile reads the file of an export; the viewer is who hands it out. Refused: as ExportPerson.
func ExportedFile(ctx context.Context, tx *op.Tx, key id.ID) (out Exported, err error) {
	r, err := loadRequest(ctx, tx, key)
	if err != nil {
		return out, err
	}
	if err := r.mayFetch(tx.Now); err != nil {
		return out, err
	}
	files, err := attach.Of(ctx, tx, exportFile, []id.ID{r.ID})
	if err != nil {
		return out, err
	}
	if len(files[r.ID]) != 1 {
		return out, fmt.Errorf("request %s has %d files", r.ID, len(files[r.ID]))
	}
	f := files[r.ID][0]
	sealed, err := f.Bytes(ctx, tx)
	if err != nil {
		return out, err
	}
	v, err := vaultOf(tx)
	if err != nil {
		return out, err
	}
	packed, err := v.Open(ctx, tx.Tx, f.ID, sealedFile, sealed)
	switch {
	case errors.Is(err, vault.ErrForgotten): // the master key was replaced
		return out, problem.Refuse("PPL-11", "export-no-file", problem.Field{Location: "request_id", Value: r.ID})
	case err != nil:
		return out, fmt.Errorf("open export: %w", err)
	}
	if err := out.unpack(packed); err != nil {
		return out, err
	}
	out.Request, out.By, out.Handed = r, tx.Viewer.Name, tx.Now
	return out, nil
}

func (x Exported) pack() ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(x); err != nil {
		return nil, fmt.Errorf("pack export: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack export: %w", err)
	}
	return b.Bytes(), nil
}

func (x *Exported) unpack(packed []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("unpack export: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return fmt.Errorf("unpack export: %w", err)
	}
	if err := json.Unmarshal(text, x); err != nil {
		return fmt.Errorf("unpack export: %w", err)
	}
	return nil
}

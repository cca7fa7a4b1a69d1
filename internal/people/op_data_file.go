package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// States of the file of an export (PPL-11).
const (
	FileWaiting = "waiting" // a job makes it
	FileFailed  = "failed"  // the job tries again by itself; MakeExport does at once
	FileReady   = "ready"
	FileExpired = "expired" // it was removed when its days were over
)

const (
	exportFile = "data-request" // kind of the record that the file lies with
	sealedFile = "export"       // what is sealed under a key of the file's own, which goes with it
)

// fileSilence is after how long a job of which nothing was heard is taken for lost.
const fileSilence = 5 * time.Minute

// Making tells whether a job makes the file at an instant.
func (r DataRequest) Making(at time.Time) bool {
	return r.FileState == FileWaiting && at.Before(r.FileAt.Add(fileSilence))
}

// Ready tells whether the file may be handed out at an instant.
func (r DataRequest) Ready(at time.Time) bool {
	return r.Exportable(at) && r.FileState == FileReady && at.Before(r.FileUntil)
}

func (r DataRequest) fileFact() facts.ExportFile {
	return facts.ExportFile{DataRequest: r.fact(), Attempt: r.FileAttempt, Staff: r.FileStaff}
}

func (r DataRequest) mayFetch(now time.Time) error {
	if err := r.mayExport(now); err != nil {
		return err
	}
	if !r.Ready(now) {
		return problem.Refuse("PPL-11", "export-no-file", problem.Field{Location: "request_id", Value: r.ID})
	}
	return nil
}

// MakeExport has the file of an approved export made by a job, the first time or again: after a failure, when it was removed, or to have it
// newer (PPL-11). Refused: request-not-approved, export-over, export-busy.
var MakeExport = op.Op[RequestRef, Answer]{
	Name: "people.make-export", Rule: "PPL-11", Needs: "data-request:export", Fact: facts.ExportBegun{}, Subject: RequestRef.ref,
	Do: func(ctx context.Context, tx *op.Tx, in RequestRef) (Answer, error) {
		r, err := lockRequest(ctx, tx, in.RequestID)
		if err != nil {
			return Answer{}, err
		}
		if err := r.mayExport(tx.Now); err != nil {
			return Answer{}, err
		}
		if r.Making(tx.Now) {
			return Answer{}, problem.Refuse("PPL-11", "export-busy", problem.Field{Location: "request_id", Value: r.ID})
		}
		if err := r.dropFile(ctx, tx); err != nil {
			return Answer{}, err
		}
		r.FileState, r.FileStaff, r.FileAt, r.FileUntil = FileWaiting, tx.Viewer.Staff, tx.Now, time.Time{}
		r.FileDone, r.FileTotal = 0, 0
		r.FileAttempt++
		if err := tx.Save(ctx, &r, "file_state", "file_attempt", "file_staff", "file_at", "file_until", "file_done", "file_total"); err != nil {
			return Answer{}, err
		}
		if err := tx.Enqueue(ctx, ExportWork{RequestID: r.ID, Attempt: r.FileAttempt}); err != nil {
			return Answer{}, err
		}
		tx.Record(r.ID, facts.ExportBegun{ExportFile: r.fileFact()})
		return r.answer(), nil
	},
}

// ExportAttempt names an attempt at the file of an export.
type ExportAttempt struct {
	RequestID id.ID `json:"request_id"`
	Attempt   int64 `json:"attempt"`
}

func (in ExportAttempt) ref() op.Ref { return op.Ref{Kind: "data-request", ID: in.RequestID} }

// KeepExportInput is the file that a job made.
type KeepExportInput struct {
	ExportAttempt
	Packed []byte `json:"packed" doc:"the export as JSON, by gzip"`
}

// KeepExport lays the file with its request, sealed, for the days of the setting, and no longer than the approval holds (PPL-11). The job does
// it, whoever did it first. Refused: export-stale.
var KeepExport = op.Op[KeepExportInput, Answer]{
	Name: "people.keep-export", Rule: "PPL-11", Needs: "data-request:keep", Fact: facts.ExportKept{},
	Subject: func(in KeepExportInput) op.Ref { return in.ref() },
	Do: func(ctx context.Context, tx *op.Tx, in KeepExportInput) (Answer, error) {
		r, err := in.load(ctx, tx, FileWaiting, FileFailed)
		if err != nil {
			return Answer{}, err
		}
		if err := r.mayExport(tx.Now); err != nil {
			return Answer{}, err
		}
		v, err := vaultOf(tx)
		if err != nil {
			return Answer{}, err
		}
		f := attach.File{ID: tx.NewID(), RecordKind: exportFile, Record: r.ID, Name: "person-" + r.Person.String() + ".sealed", Type: "application/octet-stream", Staff: r.FileStaff}
		if f.Staff.IsNone() {
			f.Staff = r.ID // the operator is no staff
		}
		sealed, err := v.Seal(ctx, tx.Tx, f.ID, sealedFile, in.Packed)
		if err != nil {
			return Answer{}, fmt.Errorf("seal export: %w", err)
		}
		if err := f.Keep(ctx, tx, sealed); err != nil {
			return Answer{}, err
		}
		days := organization.Of(tx).Number(r.Center, organization.ExportDays)
		r.FileState, r.FileAt, r.FileDone = FileReady, tx.Now, r.FileTotal
		if r.FileUntil = tx.Now.Add(time.Duration(days) * 24 * time.Hour); r.FileUntil.After(r.Until()) {
			r.FileUntil = r.Until()
		}
		if err := tx.Save(ctx, &r, "file_state", "file_at", "file_done", "file_until"); err != nil {
			return Answer{}, err
		}
		tx.Record(r.ID, facts.ExportKept{ExportFile: r.fileFact(), Until: r.FileUntil})
		return r.answer(), nil
	},
}

// FailExport says that the file could not be made (PPL-11). Refused: export-stale.
var FailExport = op.Op[ExportAttempt, Answer]{
	Name: "people.fail-export", Rule: "PPL-11", Needs: "data-request:keep", Fact: facts.ExportFailed{}, Subject: ExportAttempt.ref,
	Do: func(ctx context.Context, tx *op.Tx, in ExportAttempt) (Answer, error) {
		r, err := in.load(ctx, tx, FileWaiting)
		if err != nil {
			return Answer{}, err
		}
		r.FileState, r.FileAt = FileFailed, tx.Now
		if err := tx.Save(ctx, &r, "file_state", "file_at"); err != nil {
			return Answer{}, err
		}
		tx.Record(r.ID, facts.ExportFailed{ExportFile: r.fileFact()})
		return r.answer(), nil
	},
}

// RemoveExport removes a file whose days are over (PPL-11). Refused: export-stale.
var RemoveExport = op.Op[RequestRef, Answer]{
	Name: "people.remove-export", Rule: "PPL-11", Needs: "data-request:keep", Fact: facts.ExportRemoved{}, Subject: RequestRef.ref,
	Do: func(ctx context.Context, tx *op.Tx, in RequestRef) (Answer, error) {
		r, err := lockRequest(ctx, tx, in.RequestID)
		if err != nil {
			return Answer{}, err
		}
		if r.FileState != FileReady || tx.Now.Before(r.FileUntil) {
			return Answer{}, exportStale(r.ID)
		}
		if err := r.dropFile(ctx, tx); err != nil {
			return Answer{}, err
		}
		r.FileState = FileExpired
		if err := tx.Save(ctx, &r, "file_state"); err != nil {
			return Answer{}, err
		}
		tx.Record(r.ID, facts.ExportRemoved{ExportFile: r.fileFact()})
		return r.answer(), nil
	},
}

func exportStale(key id.ID) error {
	return problem.Refuse("PPL-11", "export-stale", problem.Field{Location: "request_id", Value: key})
}

// lockRequest reads a request in scope, to change its file: one at a time.
func lockRequest(ctx context.Context, tx *op.Tx, key id.ID) (r DataRequest, err error) {
	if err := tx.Lock(ctx, "data_requests", key); err != nil {
		return r, fmt.Errorf("lock data request: %w", err)
	}
	return loadRequest(ctx, tx, key)
}

// load reads the request of an attempt that is in one of some states.
func (in ExportAttempt) load(ctx context.Context, tx *op.Tx, states ...string) (DataRequest, error) {
	r, err := lockRequest(ctx, tx, in.RequestID)
	if err != nil {
		return r, err
	}
	for _, state := range states {
		if r.FileState == state && r.FileAttempt == in.Attempt {
			return r, nil
		}
	}
	return r, exportStale(r.ID)
}

// dropFile removes the file of a request with its key, where there is one.
func (r DataRequest) dropFile(ctx context.Context, tx *op.Tx) error {
	v, err := vaultOf(tx)
	if err != nil {
		return err
	}
	files, err := attach.Of(ctx, tx, exportFile, []id.ID{r.ID})
	if err != nil {
		return err
	}
	for _, f := range files[r.ID] {
		if err := v.Forget(ctx, tx.Tx, f.ID); err != nil {
			return err //nolint:wrapcheck // it says what it was about
		}
	}
	return attach.Remove(ctx, tx, files[r.ID])
}

// dropFilesOf removes the files of a person who is forgotten, or whose merge is undone: they hold what is another's again.
func dropFilesOf(ctx context.Context, tx *op.Tx, person id.ID) error {
	var list []DataRequest
	if err := tx.Unscoped("files of a person go").Select(&list).Where("person = ? AND file_state <> ''", person).Scan(ctx); err != nil {
		return fmt.Errorf("look for files of a person: %w", err)
	}
	for _, r := range list {
		if err := r.dropFile(ctx, tx); err != nil {
			return err
		}
		if r.FileState != FileReady {
			r.FileState = "" // there was none whose days could be over
		} else {
			r.FileState = FileExpired
		}
		r.FileAttempt++ // a job that makes one keeps nothing
		if err := tx.Save(ctx, &r, "file_state", "file_attempt"); err != nil {
			return err
		}
	}
	return nil
}

// RemoveExports removes the files whose days are over. A job runs it every minute.
func RemoveExports(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var list []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT id FROM data_requests WHERE file_state = 'ready' AND file_until <= ? ORDER BY file_until, id LIMIT ?", tx.Now, carriedOutAtOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for files whose days are over: %w", err)
	}
	var failed []error
	for _, key := range list {
		if _, err := RemoveExport.Run(ctx, r, RequestRef{RequestID: key}); err != nil && !problem.Refused(err) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

package rollout

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/process"
)

// turnTime is how long one job works; a longer run goes on in the next one, well within the time of an attempt.
const turnTime = 15 * time.Minute

// Worker does the jobs of imports.
type Worker struct {
	Run       *op.Runner
	Files     *Files
	Catalogue *i18n.Catalogue
	// Stop is closed when the program ends: the work stops after the rows at hand, and goes on where it stopped.
	Stop <-chan struct{}
}

// Do works on an import until its file is at its end, it is stopped, or its turn is over; the next turn is a job of its own. It may run twice, also at the same time: only
// the worker of the last attempt commits (TRU-7).
func (w Worker) Do(ctx context.Context, job Work) error {
	ctx = op.WithViewer(ctx, policy.System())
	if w.Files == nil {
		return errNoFiles
	}
	i, v, err := w.claim(ctx, job)
	switch {
	case errors.Is(err, sql.ErrNoRows): // the account is closed
		return w.fail(ctx, job, problem.Forbidden("import:create"))
	case err != nil || i.ID.IsNone():
		return err
	}
	err = w.work(i18n.WithCatalogue(ctx, w.Catalogue, i18n.ParseLang(i.Lang)), i, v)
	p, refused := problem.As(err)
	switch {
	case err == nil, errors.Is(err, errGone):
		return nil
	case errors.Is(err, errTurn):
		return w.again(ctx, job)
	case refused && p.Status < 500, errors.Is(err, os.ErrNotExist):
		return w.fail(ctx, job, p)
	}
	return err
}

var errNoFiles = errors.New("no folder of files is named")

// claim reads the import of a job and who works for whom; no import where the job is out of date.
func (w Worker) claim(ctx context.Context, job Work) (i ImportRun, v *policy.Viewer, err error) {
	err = w.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		var list []ImportRun
		if err := tx.Select(&list).Where("id = ? AND attempt = ?", job.ImportID, job.Attempt).Scan(ctx); err != nil {
			return fmt.Errorf("read import: %w", err)
		}
		if len(list) == 0 || !list[0].Busy() {
			return nil
		}
		if i, v = list[0], policy.Operator(); i.Account.IsNone() {
			return nil
		}
		var err error
		v, _, err = organization.ViewerOf(ctx, tx, i.Account)
		return err
	})
	return i, v, err
}

func (w Worker) work(ctx context.Context, i ImportRun, v *policy.Viewer) error {
	for _, right := range rightsOf(i.Kind) {
		if !v.May(right) {
			return problem.Forbidden(right)
		}
	}
	in, file, err := w.Files.open(i.File)
	if err != nil {
		return err
	}
	defer file.Close()
	defer in.Close()
	l := load{
		run: w.Run, in: in, dry: i.State == Checking, atOnce: rowsOfJob, state: i, until: w.Run.Clock.Now().Add(turnTime), rejects: rejectsFile{header: in.Header()}, stop: w.Stop,
	}
	name := i.File + loadRejects
	if l.dry {
		name, l.atOnce, l.until = i.File+trialRejects, rowsAtOnce, time.Time{}
		if err := w.Files.root.WriteFile(name, nil, 0o600); err != nil { // what an earlier check said is no longer true
			return fmt.Errorf("make rejects file: %w", err)
		}
	}
	l.rejects.open = func() (*os.File, error) { return w.Files.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) }
	return l.all(ctx, v)
}

// again puts the next turn of a run into the queue.
func (w Worker) again(ctx context.Context, job Work) error {
	return w.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		i, err := loadImport(ctx, tx, job.ImportID)
		if err != nil || i.Attempt != job.Attempt || !i.Busy() {
			return err
		}
		_, err = turn(ctx, tx, i, i.State)
		return err
	})
}

// fail notes why a run cannot go on; what was brought in stays.
func (w Worker) fail(ctx context.Context, job Work, p *problem.Problem) error {
	code := "file-gone"
	if p != nil {
		code = p.Code
	}
	return w.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		i, err := loadImport(ctx, tx, job.ImportID)
		if err != nil || i.Attempt != job.Attempt || !i.Busy() {
			return err
		}
		i.State, i.Problem, i.Updated = Failed, code, tx.Now
		if err := tx.Save(ctx, &i, "state", "problem", "updated_at"); err != nil {
			return err
		}
		return i.tell(ctx, tx)
	})
}

// tell tells who handed the file in that its run has ended, in the transaction of the end; the command line says it at once.
func (i ImportRun) tell(ctx context.Context, tx *op.Tx) error {
	if i.File == "" {
		return nil
	}
	params := map[string]string{}
	for name, n := range map[string]int64{"accepted": i.Counts.Accepted, "merged": i.Counts.Merged, "updated": i.Counts.Updated, "rejected": i.Counts.Rejected} {
		params[name] = strconv.FormatInt(n, 10)
	}
	return process.Notify(ctx, tx, process.Notice{Staff: i.Staff, Kind: "import-" + i.State, Link: "/imports/" + i.ID.String(), Params: params})
}

// Resume gives the imports that were at work when the program ended to new jobs. Those that another node works on are left: idle is
// how long nothing was heard of one.
func (w Worker) Resume(ctx context.Context, idle time.Duration) error {
	return w.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		var list []ImportRun
		err := tx.Select(&list).Where("file <> '' AND state IN ('checking', 'running') AND updated_at <= ?", tx.Now.Add(-idle)).Scan(ctx)
		if err != nil {
			return fmt.Errorf("look for unfinished imports: %w", err)
		}
		for _, i := range list {
			if _, err := turn(ctx, tx, i, i.State); err != nil {
				return err
			}
		}
		return nil
	})
}

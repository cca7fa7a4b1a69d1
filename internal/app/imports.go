package app

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/problem"
	"zhike/internal/rollout"
)

// files is the folder of the files that are handed in: it lies beside an embedded database; a program on PostgreSQL is given one
// (ZHIKE_FILES), else it lies beside the master key.
func (a *App) files() (*rollout.Files, error) {
	a.handedIn.Lock()
	defer a.handedIn.Unlock()
	if a.handedIn.files != nil {
		return a.handedIn.files, nil
	}
	dir := cmp.Or(a.Files, os.Getenv("ZHIKE_FILES"))
	switch key := os.Getenv("ZHIKE_KEY_FILE"); {
	case dir != "":
	case a.DB.Engine == db.SQLite:
		dir = filepath.Join(filepath.Dir(a.DB.Path), "files")
	case key != "":
		dir = filepath.Join(filepath.Dir(key), "files")
	default:
		return nil, &problem.Problem{Status: 503, Code: "no-files", Rule: "TRU-20"}
	}
	f, err := rollout.OpenFiles(dir)
	a.handedIn.files = f
	return f, err
}

// silence is after how long another node's import is taken for abandoned.
const silence = 2 * time.Minute

// startImports begins to work on imports, those first that were at work when the program ended.
func (a *App) startImports(ctx context.Context) error {
	f, err := a.files()
	if err != nil {
		a.Log.WarnContext(ctx, "files cannot be imported in the browser: name a folder in ZHIKE_FILES", slog.Any("error", err))
		f = nil
	}
	w := rollout.Worker{Run: a.Run, Files: f, Catalogue: a.Catalogue, Stop: a.stopping}
	jobs.Register(a.Jobs, w.Do)
	if f == nil {
		return nil
	}
	a.importer = &w
	idle := silence
	if a.DB.Engine == db.SQLite {
		idle = 0 // nobody else works on this database
	}
	return w.Resume(ctx, idle)
}

// resumeImports goes on with imports whose node vanished.
func (a *App) resumeImports(ctx context.Context) error {
	if a.importer == nil {
		return nil
	}
	return a.importer.Resume(ctx, silence)
}

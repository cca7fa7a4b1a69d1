package rolloutdoor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
	"zhike/internal/rollout"
	"zhike/internal/web"
)

// shownRows is how many rows of a file the page takes its examples from.
const shownRows = 20

// importView is an import with the first rows of its file.
type importView struct {
	rollout.ImportRun

	Rows    [][]string // of who handed the file in
	Own     bool       // the viewer handed the file in
	May     bool
	Rejects bool // a rejects file is there
	By      string
}

func (p pages) load(r *http.Request) (v importView, err error) {
	who, err := viewer(r.Context(), "import:read")
	if err != nil {
		return v, err
	}
	key, err := web.PathID(r, "id", "import")
	if err != nil {
		return v, err
	}
	err = p.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		v.ImportRun, err = rollout.ByID(ctx, tx, key)
		return err
	})
	v.Own, v.May, v.By = v.Account == who.Account, who.May("import:create"), p.Dir.StaffName(v.Staff)
	v.ImportRun = v.For(who.Account)
	return v, err
}

func (p pages) getImport(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	if v.Own && v.File != "" {
		files, err := p.Files()
		if err != nil {
			return err
		}
		if v.Rows, err = files.Sample(v.ImportRun, shownRows); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: v.Name, H1: v.sentence(ctx), Sub: v.Name, Aside: v.next()}, importPage(v)))
}

// sentence says how far the import is.
func (v importView) sentence(ctx context.Context) string {
	c := v.Counts
	if v.State == rollout.Checked {
		c = v.Trial
	}
	good := c.Rows - c.Rejected
	switch {
	case v.State == rollout.Checked && len(v.Wrong()) > 0:
		return t(ctx, "is-unmapped")
	case v.State == rollout.Checked && c.Rows > 0 && good == 0:
		return t(ctx, "is-nothing", "name", v.Name)
	}
	n := good
	if v.State == rollout.Stopped || v.State == rollout.Failed {
		n = c.Rows
	}
	return t(ctx, "is-"+v.State, "name", v.Name, "count", int(n), "rows", i18n.Count(ctx, c.Rows))
}

// getProgress is the bar alone while the job works; then the page is drawn anew.
func (p pages) getProgress(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	if !v.Busy() {
		w.Header().Set("HX-Refresh", "true")
	}
	return web.Render(w, r, v.progress(r.Context()))
}

// columnsForm is what the form of the columns sends.
type columnsForm struct {
	Columns []rollout.Column `json:"columns"`
}

func (p pages) postColumns(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "import")
	if err != nil {
		return err
	}
	f, err := web.Decode[columnsForm](r)
	if err == nil {
		_, err = rollout.ChangeMapping(r.Context(), p.Ops, key, f.Columns)
	}
	if err != nil {
		return web.Again(w, r, err, p.getImport)
	}
	return web.Redirect(w, r, "/imports/"+key.String(), web.Status{Text: t(r.Context(), "mapped"), Tone: web.Good})
}

func (p pages) postStart(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "import")
	if err != nil {
		return err
	}
	if _, err := rollout.Start.Run(r.Context(), p.Ops, rollout.StartInput{ImportID: key}); err != nil {
		return web.Again(w, r, err, p.getImport)
	}
	return web.Redirect(w, r, "/imports/"+key.String(), web.Status{Text: t(r.Context(), "started"), Tone: web.Good})
}

func (p pages) postStop(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "import")
	if err != nil {
		return err
	}
	if _, err := rollout.Stop(r.Context(), p.Ops, key); err != nil {
		return web.Again(w, r, err, p.getImport)
	}
	return web.Redirect(w, r, "/imports/"+key.String(), web.Status{Text: t(r.Context(), "stopped-now")})
}

// getRejects sends the rejects file to who handed the file in: it holds the rows as they came.
func (p pages) getRejects(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	if !v.Own || v.File == "" {
		return problem.NotFound("file")
	}
	files, err := p.Files()
	if err != nil {
		return err
	}
	f, err := files.Rejects(v.ImportRun)
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", sheet.CSV.ContentType())
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(v.Name)+".rejects.csv")
	h.Set("Cache-Control", "no-store")
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("send rejects file: %w", err)
	}
	return nil
}

// fields are what a column of the file can be.
func (v importView) fields() []string {
	list := rollout.Fields(v.Kind)
	if v.Kind == "leads" || v.Kind == "people" {
		list = append(list, rollout.Custom)
	}
	return append(slices.Clone(list), rollout.Ignore)
}

// examples are what the first rows have in a column, each once and cut where it is long.
func (v importView) examples(column int) string {
	const most, length = 3, 24
	var list []string
	for _, row := range v.Rows {
		if column >= len(row) || row[column] == "" || len(list) == most {
			continue
		}
		text := row[column]
		if r := []rune(text); len(r) > length {
			text = string(r[:length]) + "…"
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, " · ")
}

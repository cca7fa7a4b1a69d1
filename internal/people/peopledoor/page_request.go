package peopledoor

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// requestsView is a page of the list of data requests (PPL-11).
type requestsView struct {
	names
	page.Page[people.DataRequest]
	No      int
	persons map[id.ID]people.Brief
}

func requestPath(key id.ID, rest string) string { return "/data-requests/" + key.String() + rest }

func (p pages) getRequests(w http.ResponseWriter, r *http.Request) error {
	v := requestsView{No: max(web.PageOf(r), 1)}
	err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		if v.Page, err = people.DataRequests(ctx, tx, id.None, (v.No-1)*listRows, listRows); err != nil {
			return err
		}
		v.persons, err = people.Briefs(ctx, tx, personsOf(v.Items))
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	out := web.Page{Title: t(ctx, "requests"), H1: t(ctx, "requests-sentence", "count", v.Total)}
	if may(ctx, "data-request:finish") {
		out.Aside = web.Button{Label: t(ctx, "retention"), Href: "/data-requests/retention", Kind: web.Quiet}
	}
	return web.Render(w, r, web.Shell(out, requestsPage(v)))
}

func personsOf(list []people.DataRequest) (out []id.ID) {
	for _, r := range list {
		out = append(out, r.Person)
	}
	return out
}

func (v requestsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "requests"), Columns: []web.Column{
		{Label: t(ctx, "request-person")}, {Label: t(ctx, "request-kind")}, {Label: t(ctx, "request-state")}, {Label: t(ctx, "request-due")}, {Label: t(ctx, "request-filed")},
	}}
	for _, r := range v.Items {
		out.Rows = append(out.Rows, web.Row{ID: r.ID.String(), Href: requestPath(r.ID, ""), Cells: []templ.Component{
			web.RecordLink(requestPath(r.ID, ""), shown(ctx, v.persons[r.Person].Shown())), web.Text(code(ctx, "request-kind", r.Kind)), requestChip(ctx, r),
			web.Text(i18n.Date(ctx, r.Due, web.Today(ctx))), web.Text(dot(v.staff(r.Staff), moment(ctx, r.Created))),
		}})
	}
	return out
}

// requestChip is the state of a request; late where it waits longer than the law allows.
func requestChip(ctx context.Context, r people.DataRequest) web.Chip {
	c := web.Chip{Text: code(ctx, "request-state", r.State)}
	switch r.State {
	case people.RequestOpen, people.RequestApproved:
		c.Tone = web.Info
		if r.Due < web.Today(ctx) {
			c.Tone, c.Text = web.Bad, dot(c.Text, t(ctx, "request-late"))
		}
	case people.RequestDone:
		c.Tone = web.Good
	}
	return c
}

func (v requestsView) pager() web.Pager {
	return web.Pager{Page: v.No, Size: listRows, Total: int(v.Total)}
}

// requestView is one request.
type requestView struct {
	names
	people.DataRequest
	Brief people.Brief
	Guard people.Brief
}

func (p pages) getRequest(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "data-request")
	if err != nil {
		return err
	}
	var v requestView
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.DataRequest, err = people.DataRequestByID(ctx, tx, key); err != nil {
			return err
		}
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		briefs, err := people.Briefs(ctx, tx, []id.ID{v.Person, v.Guardian})
		v.Brief, v.Guard = briefs[v.Person], briefs[v.Guardian]
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	title := t(ctx, "request-of", "name", shown(ctx, v.Brief.Shown()))
	return web.Render(w, r, web.Shell(web.Page{Title: title, H1: dot(code(ctx, "request-kind", v.Kind), shown(ctx, v.Brief.Shown()))}, requestDetail(v)))
}

func (v requestView) facts(ctx context.Context) []web.Fact {
	at := func(term, text string) web.Fact { return web.Fact{Term: t(ctx, term), Value: web.Text(text)} }
	list := []web.Fact{
		{Term: t(ctx, "request-person"), Value: web.RecordLink(personPath(v.Person, ""), shown(ctx, v.Brief.Shown()))},
		{Term: t(ctx, "request-state"), Value: requestChip(ctx, v.DataRequest)},
		at("request-by", code(ctx, "request-by", v.By)), at("request-identity", code(ctx, "request-identity", v.Identity)),
		at("request-due", i18n.Date(ctx, v.Due, web.Today(ctx))), at("request-filed", dot(v.staff(v.Staff), moment(ctx, v.Created))),
	}
	if !v.Guardian.IsNone() {
		list = append(list, at("consent-guardian", shown(ctx, v.Guard.Shown())))
	}
	if v.Note != "" {
		list = append(list, at("request-note", v.Note))
	}
	if !v.Decided.IsZero() {
		list = append(list, at("request-decided", moment(ctx, v.Decided)))
	}
	if !v.Done.IsZero() {
		list = append(list, at("request-done", moment(ctx, v.Done)))
	}
	return list
}

// next says what the request waits for.
func (v requestView) next(ctx context.Context) string {
	now := web.Now(ctx)
	switch {
	case !v.Exportable(now):
	case v.Ready(now):
		return t(ctx, "request-file-ready", "day", moment(ctx, v.FileUntil))
	case v.FileState == people.FileReady, v.FileState == people.FileExpired:
		return t(ctx, "request-file-expired", "day", moment(ctx, v.FileUntil))
	case v.FileState == people.FileFailed:
		return t(ctx, "request-file-failed", "day", moment(ctx, v.FileAt))
	case v.Making(now):
		return t(ctx, "request-file-making")
	case v.FileState == people.FileWaiting:
		return t(ctx, "request-file-stalled", "day", moment(ctx, v.FileAt))
	default:
		return t(ctx, "request-next-export", "day", moment(ctx, v.Until()))
	}
	switch {
	case v.State == people.RequestApproved && v.Kind != people.RequestExport:
		return t(ctx, "request-next-"+v.Kind)
	case v.State == people.RequestOpen:
		return t(ctx, "request-next-open")
	case v.FileState == people.FileExpired:
		return t(ctx, "request-file-gone", "day", moment(ctx, v.FileUntil))
	}
	return t(ctx, "request-next-none")
}

// again is what the button says that has the file made: the first time, after a failure, or anew.
func (v requestView) again(ctx context.Context) web.Button {
	b := web.Button{Label: t(ctx, "request-file-again"), Kind: web.Primary}
	switch v.FileState {
	case "":
		b.Label = t(ctx, "request-file-make")
	case people.FileReady:
		b.Kind = web.Quiet
	case people.FileWaiting, people.FileFailed:
		b.Label = t(ctx, "request-file-retry")
	}
	return b
}

// requestForm is the form by which one is filed.
type requestForm struct {
	Person    people.Person
	Guardians []people.Relative
	Minor     bool
}

func (p pages) getNewRequest(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	var v requestForm
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Person, err = people.ByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Minor, err = people.ConsentBy(ctx, tx, v.Person); err != nil {
			return err
		}
		list, err := people.Relatives(ctx, tx, v.Person)
		for _, g := range list {
			if g.Relation != "household" && g.Relation != "ward" {
				v.Guardians = append(v.Guardians, g)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "data-request:create") {
		return problem.Forbidden("data-request:create")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "request-new"), H1: t(ctx, "request-new-of", "name", shown(ctx, v.Person.Shown()))}, newRequestPage(v)))
}

func (v requestForm) guardians(ctx context.Context) []web.Option {
	out := make([]web.Option, len(v.Guardians))
	for i, g := range v.Guardians {
		out[i] = web.Option{Value: g.ID.String(), Label: dot(shown(ctx, g.Shown()), relation(ctx, g)), On: i == 0}
	}
	return out
}

func (v requestForm) by() string {
	if v.Minor {
		return "guardian"
	}
	return "self"
}

func (p pages) postRequest(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.DataRequestInput](r)
	var out people.Answer
	if err == nil {
		in.PersonID = key
		out, err = people.FileDataRequest.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewRequest)
	}
	return web.Redirect(w, r, requestPath(out.ID, ""), web.Status{Text: t(r.Context(), "request-taken"), Tone: web.Good})
}

func (p pages) postFinish(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "data-request")
	if err == nil {
		_, err = people.FinishDataRequest.Run(r.Context(), p.run, people.RequestRef{RequestID: key})
	}
	if err != nil {
		return web.Again(w, r, whole(err), p.getRequest)
	}
	return web.Redirect(w, r, requestPath(key, ""), web.Status{Text: t(r.Context(), "request-finished"), Tone: web.Good})
}

// postFile has the file of an export made.
func (p pages) postFile(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "data-request")
	if err == nil {
		_, err = people.MakeExport.Run(r.Context(), p.run, people.RequestRef{RequestID: key})
	}
	if err != nil {
		return web.Again(w, r, whole(err), p.getRequest)
	}
	return web.Redirect(w, r, requestPath(key, ""), web.Status{Text: t(r.Context(), "request-file-begun"), Tone: web.Good})
}

// getFileProgress is the bar alone while the job works; then the page is drawn anew.
func (p pages) getFileProgress(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "data-request")
	if err != nil {
		return err
	}
	var v requestView
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.DataRequest, err = people.DataRequestByID(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	if !v.Making(web.Now(r.Context())) {
		w.Header().Set("HX-Refresh", "true")
	}
	return web.Render(w, r, v.progress(r.Context()))
}

// progress is how far the job is that makes the file; it asks for itself again until the job is done.
func (v requestView) progress(ctx context.Context) web.Progress {
	bar := web.Progress{ID: "file-progress", Label: t(ctx, "request-file-waiting"), Done: int(v.FileDone), Total: int(v.FileTotal)}
	if v.Making(web.Now(ctx)) {
		bar.Poll = requestPath(v.ID, "/progress")
	}
	return bar
}

// postExport hands out all that is kept of a person: a page to read and the same as JSON, in one file with the mark of who hands it out.
func (p pages) postExport(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "data-request")
	if err == nil {
		_, err = people.ExportPerson.Run(r.Context(), p.run, people.RequestRef{RequestID: key})
	}
	if err != nil {
		return web.Again(w, r, whole(err), p.getRequest)
	}
	var out people.Exported
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = people.ExportedFile(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	body, err := packed(r.Context(), out)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="person-`+out.Request.Person.String()+`.zip"`)
	_, err = w.Write(body)
	return err
}

func packed(ctx context.Context, out people.Exported) ([]byte, error) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write export: %w", err)
	}
	var readable bytes.Buffer
	if err := exportPage(out).Render(ctx, &readable); err != nil {
		return nil, fmt.Errorf("write export: %w", err)
	}
	for _, f := range []struct {
		name string
		body []byte
	}{{"data.html", readable.Bytes()}, {"data.json", text}} {
		part, err := z.Create(f.name)
		if err == nil {
			_, err = part.Write(f.body)
		}
		if err != nil {
			return nil, fmt.Errorf("pack export: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack export: %w", err)
	}
	return file.Bytes(), nil
}

// retentionView are those whose retention is over.
type retentionView struct {
	page.Page[people.Kept]
	No int
}

func (p pages) getRetention(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "data-request:finish") {
		return problem.Forbidden("data-request:finish")
	}
	v := retentionView{No: max(web.PageOf(r), 1)}
	err := p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		v.Page, err = people.RetentionOver(ctx, tx, p.rows, p.holds, (v.No-1)*listRows, listRows)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "retention"), H1: t(ctx, "retention-sentence", "count", v.Total)}, retentionPage(v)))
}

func (v retentionView) pager() web.Pager {
	return web.Pager{Page: v.No, Size: listRows, Total: int(v.Total)}
}

func (v retentionView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "retention"), Columns: []web.Column{{Label: t(ctx, "request-person")}, {Label: t(ctx, "retention-since")}, {Label: t(ctx, "retention-propose"), Quiet: true}}}
	for _, k := range v.Items {
		out.Rows = append(out.Rows, web.Row{ID: k.ID.String(), Href: personPath(k.ID, ""), Cells: []templ.Component{
			web.RecordLink(personPath(k.ID, ""), shown(ctx, k.Name)), web.Text(moment(ctx, k.Since)), proposeForm(k),
		}})
	}
	return out
}

// exportMark is the watermark of an export (PPL-10): who handed it out, when and for which request.
func exportMark(ctx context.Context, v people.Exported) string {
	return t(ctx, "export-mark", "by", v.By, "at", moment(ctx, v.Handed), "read", moment(ctx, v.At), "no", v.Request.ID)
}

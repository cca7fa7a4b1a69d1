package marketingdoor

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// wantedKey holds the last part of the path of a form that was refused: it is shown open again.
type wantedKey struct{}

// wants tells whether a refused form was the one of a path.
func wants(ctx context.Context, form string) bool {
	path, _ := ctx.Value(wantedKey{}).(string)
	return path == form
}

// postCampaign runs an operation on a campaign and returns to its page.
func postCampaign[In, Out any](p pages, do op.Op[In, Out], of func(in *In, key id.ID), said string) web.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, err := web.PathID(r, "id", "campaign")
		if err != nil {
			return err
		}
		r, err = web.Receive(r, p.keep)
		var in In
		if err == nil {
			in, err = web.Decode[In](r)
		}
		if err == nil {
			of(&in, key)
			_, err = do.Run(r.Context(), p.ops, in)
		}
		if err != nil {
			form := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
			return web.Again(w, r.WithContext(context.WithValue(r.Context(), wantedKey{}, form)), err, p.getCampaign)
		}
		return web.Redirect(w, r, "/campaigns/"+key.String(), web.Status{Text: c(r.Context(), said), Tone: web.Good})
	}
}

// formatsView is the list of kinds of campaigns, with the form of one.
type formatsView struct {
	List []marketing.Format
	One  marketing.Format
}

func (p pages) getFormats(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "campaign:read") {
		return problem.Forbidden("campaign:read")
	}
	var v formatsView
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		v.List, err = marketing.Formats(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	key := r.URL.Query().Get("format_id")
	if r.Method == http.MethodPost {
		key = r.PostForm.Get("format_id")
	}
	for _, f := range v.List {
		if f.ID.String() == key {
			v.One = f
		}
	}
	return web.Render(w, r, web.Shell(web.Page{H1: c(ctx, "formats"), Lead: web.Text(c(ctx, "formats-lead"))}, formatsPage(v)))
}

func (v formatsView) title(ctx context.Context) string {
	if v.One.ID.IsNone() {
		return c(ctx, "format-new")
	}
	return v.One.Name(lang(ctx))
}

func (v formatsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "formats"), Columns: []web.Column{{Label: c(ctx, "format")}, {Label: t(ctx, "code")}, {Label: t(ctx, "state")}}}
	for _, f := range v.List {
		name := web.Text(f.Name(lang(ctx)))
		if may(ctx, "channel:update") {
			name = web.RecordLink("/campaigns/formats?format_id="+f.ID.String(), f.Name(lang(ctx)))
		}
		table.Rows = append(table.Rows, web.Row{ID: f.ID.String(), Cells: []templ.Component{name, web.Text(f.Code), state(ctx, f.Active)}})
	}
	return table
}

func (p pages) postFormat(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.FormatInput](r)
	if err == nil {
		_, err = marketing.SetFormat.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getFormats)
	}
	return web.Redirect(w, r, "/campaigns/formats", web.Status{Text: t(r.Context(), "saved", "name", in.NameZH), Tone: web.Good})
}

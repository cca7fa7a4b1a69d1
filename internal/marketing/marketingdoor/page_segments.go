package marketingdoor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/web"
)

// SegmentPages registers the pages of segments (MKT-10).
func SegmentPages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /segments":               p.getSegments,
		"GET /segments/new":           p.getSegmentForm,
		"POST /segments/new":          p.postSegment,
		"POST /segments/build":        p.postBuild,
		"POST /segments/count":        p.postCount,
		"GET /segments/{id}":          p.getSegment,
		"GET /segments/{id}/edit":     p.getSegmentForm,
		"POST /segments/{id}/edit":    p.postSegment,
		"POST /segments/{id}/control": p.postControl,
		"POST /segments/{id}/export":  p.postExport,
	} {
		mux.Handle(pattern, page)
	}
}

type segmentsView struct {
	names
	View string
	Page int
	List page.Page[marketing.Segment]
}

func (p pages) getSegments(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := segmentsView{View: r.URL.Query().Get("view"), Page: web.PageOf(r)}
	var f marketing.SegmentFilter
	switch v.View {
	case "closed":
		f.Active = new(false)
	case "all":
	default:
		v.View, f.Active = "", new(true)
	}
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if err := v.load(ctx, tx); err != nil {
			return err
		}
		v.List, err = marketing.Segments(ctx, tx, f, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows})
		return err
	})
	if err != nil {
		return err
	}
	shell := web.Page{Title: sg(ctx, "title"), H1: sg(ctx, "title"), Lead: web.Text(sg(ctx, "lead"))}
	if may(ctx, "segment:update") {
		shell.Aside = web.Button{Label: sg(ctx, "new"), Href: "/segments/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, segmentsPage(v)))
}

func (v segmentsView) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: sg(ctx, "title")}
	for _, view := range []struct{ key, text string }{{"", "in-use"}, {"closed", "not-in-use"}, {"all", "every"}} {
		tabs.Items = append(tabs.Items, web.Tab{Label: sg(ctx, view.text), Href: web.Address(ctx, "view", view.key, "page", ""), Current: v.View == view.key})
	}
	return tabs
}

func (v segmentsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: sg(ctx, "title"), Columns: []web.Column{
		{Label: sg(ctx, "name")}, {Label: sg(ctx, "note")}, {Label: sg(ctx, "whose")}, {Label: sg(ctx, "conditions"), Num: true}, {Label: sg(ctx, "share"), Num: true}, {Label: sg(ctx, "made")},
	}}
	for _, s := range v.List.Items {
		n := 0
		for _, row := range s.Conditions {
			if row.Group == "" {
				n++
			}
		}
		share := i18n.None
		if s.Share > 0 {
			share = sg(ctx, "per-cent", "n", strconv.FormatInt(s.Share, 10))
		}
		table.Rows = append(table.Rows, web.Row{ID: s.ID.String(), Cells: []templ.Component{
			web.RecordLink("/segments/"+s.ID.String(), s.Name), web.Text(orNone(s.Note)), web.Text(v.whose(ctx, s)), web.Text(i18n.Count(ctx, n)), web.Text(share), web.Text(i18n.DateTime(ctx, s.Created, web.Zone(ctx), web.Now(ctx))),
		}})
	}
	return table
}

// whose names the center of a segment, or the company.
func (n names) whose(ctx context.Context, s marketing.Segment) string {
	if s.Center.IsNone() {
		return sg(ctx, "company")
	}
	return orNone(centerName(ctx, n.dir, s.Center))
}

type segmentView struct {
	names
	marketing.Segment
	Root      *part
	Side      string
	Page      int
	List      page.Page[SegmentMember]
	Counts    marketing.SegmentCounts
	Effect    insight.SegmentEffect
	Campaigns []marketing.Campaign
	Use       people.Use           // of the side of those who are left out
	Agreed    map[people.Use]int64 // of who may be contacted, by use
	Readable  bool                 // the viewer may see the persons
	Wrong     *problem.Problem     // why the conditions cannot be asked any more
}

func (p pages) getSegment(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "segment")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := segmentView{Side: r.URL.Query().Get("side"), Page: web.PageOf(r), Readable: may(ctx, "segment-member:read")}
	v.Use = people.Use{Purpose: r.URL.Query().Get("purpose"), Channel: r.URL.Query().Get("channel")}
	if !slices.Contains(marketing.Sides, v.Side) {
		v.Side = ""
	}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Segment, err = marketing.SegmentByID(ctx, tx, key); err != nil {
			return err
		}
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	h1 := v.Name
	if v.Readable && v.Wrong == nil {
		h1 = sg(ctx, "sentence", "name", v.Name, "count", int(v.Counts.Count))
	}
	shell := web.Page{Title: v.Name, H1: h1}
	if v.Note != "" {
		shell.Lead = web.Text(v.Note)
	}
	if may(ctx, "segment:update") {
		shell.Aside = web.Button{Label: sg(ctx, "edit"), Href: "/segments/" + v.ID.String() + "/edit"}
	}
	return web.Render(w, r, web.Shell(shell, segmentPage(v)))
}

func (v *segmentView) read(ctx context.Context, tx *op.Tx) (err error) {
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	if v.Root, _, err = drawn(ctx, tx, v.Conditions); err != nil {
		return err
	}
	if v.Campaigns, err = marketing.CampaignsFor(ctx, tx, v.ID); err != nil {
		return err
	}
	if !v.Drawn.IsZero() && tx.Viewer.May("report:read") {
		if v.Effect, err = insight.EffectOf(ctx, tx, v.ID); err != nil {
			return err
		}
	}
	if !v.Readable {
		return nil
	}
	if v.Counts, err = marketing.CountSegment(ctx, tx, v.Segment); err == nil {
		err = v.agreed(ctx, tx)
	}
	if err == nil {
		v.List, err = segmentMembers(ctx, tx, v.Segment, side{v.Side, v.Use}, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows})
	}
	if p, refused := problem.As(err); refused {
		v.Wrong, err = p, nil
	}
	return err
}

func (v segmentView) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: sg(ctx, "members")}
	for _, t := range []struct {
		side  string
		count int64
	}{{marketing.Everybody, v.Counts.Count}, {marketing.Contacted, v.Counts.Count - v.Counts.Control}, {marketing.Control, v.Counts.Control}} {
		tabs.Items = append(tabs.Items, web.Tab{Label: sg(ctx, "side-"+t.side), Count: new(int(t.count)), Href: web.Address(ctx, "side", t.side, "page", "", "purpose", "", "channel", ""), Current: v.Side == t.side})
		if v.Drawn.IsZero() {
			break
		}
	}
	if v.Side == marketing.Unagreed {
		tabs.Items = append(tabs.Items, web.Tab{Label: v.useName(ctx, v.Use), Count: new(int(v.leftOut(v.Use))), Href: v.leftOutPath(v.Use), Current: true})
	}
	return tabs
}

// shows tells whether the viewer is shown phones at all (MKT-13).
func shows(ctx context.Context) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.Field("phone") != policy.Hidden
}

func (v segmentView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: sg(ctx, "members"), Columns: []web.Column{{Label: sg(ctx, "person")}, {Label: sg(ctx, "birth")}, {Label: sg(ctx, "stage")}, {Label: sg(ctx, "next-step")}, {Label: sg(ctx, "center")}}}
	if v.Side == marketing.Unagreed {
		table.Columns = slices.Insert(table.Columns, 1, web.Column{Label: sg(ctx, "why-left-out")})
	}
	phones := shows(ctx)
	if phones {
		table.Columns = append(table.Columns, web.Column{Label: sg(ctx, "phone")})
	}
	for _, m := range v.List.Items {
		name := web.Text(orNone(m.Name))
		if may(ctx, "person:read") {
			name = web.RecordLink("/people/"+m.Person.String(), orNone(m.Name))
		}
		born := i18n.None
		if !m.Birth.IsZero() {
			born = m.Birth.String()
		}
		next := word(ctx, "next-step", m.NextStep)
		if next != "" && !m.NextDay.IsZero() {
			next += " · " + i18n.Date(ctx, m.NextDay, web.Today(ctx))
		}
		cells := []templ.Component{name, web.Text(born), web.Text(orNone(word(ctx, "stage", string(m.Stage)))), web.Text(orNone(next)), web.Text(orNone(centerName(ctx, v.dir, m.Center)))}
		if v.Side == marketing.Unagreed {
			cells = slices.Insert(cells, 1, web.Text(whyLeftOut(ctx, m)))
		}
		if phones {
			cells = append(cells, web.Text(orNone(i18n.Phone(ctx, m.Phone))))
		}
		table.Rows = append(table.Rows, web.Row{ID: m.Person.String(), Cells: cells})
	}
	return table
}

func (p pages) postControl(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.HoldControlInput](r)
	if err != nil {
		return err
	}
	if in.SegmentID, err = web.PathID(r, "id", "segment"); err != nil {
		return err
	}
	out, err := marketing.HoldControl.Run(r.Context(), p.ops, in)
	if err != nil {
		return web.Again(w, r, err, p.getSegment)
	}
	return web.Redirect(w, r, "/segments/"+in.SegmentID.String(), web.Status{Text: sg(r.Context(), "held", "drawn", int(out.Drawn), "control", int(out.Control)), Tone: web.Good})
}

// postExport gives the persons of a segment as a file: the operation notes it first (PPL-10).
func (p pages) postExport(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.ExportSegmentInput](r)
	if err != nil {
		return err
	}
	if in.SegmentID, err = web.PathID(r, "id", "segment"); err != nil {
		return err
	}
	if in.Format != string(sheet.CSV) && in.Format != string(sheet.XLSX) {
		return problem.Refuse("MKT-10", "invalid", problem.Field{Location: "format", Code: "not-one-of", Value: in.Format, Args: map[string]any{"value": in.Format, "list": "csv, xlsx"}})
	}
	out, err := marketing.ExportSegment.Run(op.WithKey(r.Context(), ""), p.ops, in) // each download is one of its own
	if err != nil {
		return web.Again(w, r, err, p.getSegment)
	}
	w.Header().Set("Content-Type", sheet.Format(in.Format).ContentType())
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="segment-%s.%s"`, out.ID, in.Format))
	w.Header().Set("Cache-Control", "no-store")
	return p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return writeExport(ctx, tx, out, w) })
}

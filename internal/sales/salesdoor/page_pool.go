package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// poolRows is the length of a page of the pool (UI-L2).
const poolRows = 50

func (p door) poolPages(mux *http.ServeMux) {
	for pattern, page := range map[string]web.Func{
		"GET /pool":             p.getPool,
		"GET /pool/{id}":        p.getPoolEntry,
		"POST /pool/{id}/view":  p.postPoolView,
		"POST /pool/{id}/claim": p.postClaim,
	} {
		mux.Handle(pattern, page)
	}
}

// poolView is the public pool of one's centers (PPL-8).
type poolView struct {
	names
	List  sales.PoolList
	Grade string
	Page  int
	Used  sales.PoolUse
	Most  sales.PoolUse // of a day
}

func (p door) getPool(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := poolView{Grade: r.URL.Query().Get("grade"), Page: web.PageOf(r)}
	if !slices.Contains(people.Grades, v.Grade) {
		v.Grade = ""
	}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = p.load(ctx, tx); err != nil {
			return err
		}
		if v.Used, err = sales.PoolUsed(ctx, tx); err != nil {
			return err
		}
		v.List, err = sales.Pool(ctx, tx, sales.PoolFilter{Grade: v.Grade, Limit: poolRows, Offset: (v.Page - 1) * poolRows})
		return err
	})
	if err != nil {
		return err
	}
	center := viewerOf(ctx).Center
	v.Most = sales.PoolUse{Claims: p.Dir.Number(center, organization.PoolClaims), Views: p.Dir.Number(center, organization.PoolViews)}
	h1 := t(ctx, "pool-page.h1-none")
	if v.List.Total > 0 {
		h1 = t(ctx, "pool-page.h1", "count", int(v.List.Total))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "pool-page.title"), H1: h1}, poolPage(v)))
}

func (v poolView) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: t(ctx, "pool-page.grades"), Items: []web.Tab{{Label: t(ctx, "pool-page.all"), Href: web.Address(ctx, "grade", "", "page", ""), Current: v.Grade == ""}}}
	for _, g := range people.Grades {
		tabs.Items = append(tabs.Items, web.Tab{Label: code(ctx, "grade", g), Href: web.Address(ctx, "grade", g, "page", ""), Current: v.Grade == g})
	}
	return tabs
}

func (v poolView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "pool-page.title"), Columns: []web.Column{
		{Label: t(ctx, "pool-page.what")},
		{Label: t(ctx, "field.grade")},
		{Label: t(ctx, "field.channel")},
		{Label: t(ctx, "pool-page.center")},
		{Label: t(ctx, "pool-page.reached")},
		{Label: t(ctx, "pool-page.last")},
		{Label: t(ctx, "pool-page.contacts"), Num: true},
		{Label: t(ctx, "pool-page.since")},
		{Label: t(ctx, "pool-page.before")},
		{Label: t(ctx, "actions"), Quiet: true},
	}}
	for _, e := range v.List.Items {
		table.Rows = append(table.Rows, web.Row{ID: e.ID.String(), Cells: []templ.Component{
			web.Text(v.what(ctx, e)), web.Text(gradeOf(ctx, e.Grade)), web.Text(v.channel(ctx, e.Channel)), web.Text(v.center(ctx, e.Center)),
			web.Text(code(ctx, "stage", string(e.Reached))), web.Text(v.lastContact(ctx, e)), web.Text(strconv.FormatInt(e.Touches, 10)), web.Text(v.since(ctx, e)), web.Text(v.before(ctx, e)),
			poolActions(v.what(ctx, e), v.held(ctx, e), e),
		}})
	}
	return table
}

// what names an enquiry whose person is not shown.
func (v poolView) what(ctx context.Context, e sales.PoolEntry) string {
	return join(v.course(ctx, e.Course), code(ctx, "enquiry-kind", e.Kind))
}

// held says to who had an enquiry last from when it can be claimed again.
func (v poolView) held(ctx context.Context, e sales.PoolEntry) string {
	again := e.HeldBack(v.dir, viewerOf(ctx).Staff, web.Now(ctx))
	if again.IsZero() || !may(ctx, "pool:claim") {
		return ""
	}
	return t(ctx, "pool-page.held", "day", shortDay(ctx, again))
}

func (v poolView) lastContact(ctx context.Context, e sales.PoolEntry) string {
	if e.LastTouch.IsZero() {
		return i18n.None
	}
	return shortDay(ctx, e.LastTouch)
}

func (v poolView) since(ctx context.Context, e sales.PoolEntry) string {
	if e.Pooled.IsZero() {
		return shortDay(ctx, e.Entered)
	}
	return shortDay(ctx, e.Pooled)
}

func (v poolView) before(ctx context.Context, e sales.PoolEntry) string {
	if e.LastOwner.IsNone() {
		return t(ctx, "pool-page.never")
	}
	return v.staff(e.LastOwner)
}

// gradeOf is a grade of intention, or the word for none.
func gradeOf(ctx context.Context, grade string) string {
	if grade == "" {
		return t(ctx, "pool-page.no-grade")
	}
	return code(ctx, "grade", grade)
}

func gradeOptions(ctx context.Context, chosen string) []web.Option {
	return options(ctx, "grade", chosen, people.Grades...)
}

// viewedView is an entry of the pool that was asked for.
type viewedView struct {
	poolView
	Entry sales.Viewed
}

func (p door) getPoolEntry(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "pool")
	if err != nil {
		return err
	}
	var v viewedView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = p.load(ctx, tx); err != nil {
			return err
		}
		v.Entry, err = sales.ViewedEntry(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: nameOr(r.Context(), v.Entry.Name), Sub: v.what(r.Context(), v.Entry.PoolEntry)}, poolEntryPage(v)))
}

func (v viewedView) facts(ctx context.Context) web.FactList {
	e := v.Entry.PoolEntry
	text := func(term, value string) web.Fact { return web.Fact{Term: t(ctx, term), Value: web.Text(value)} }
	return web.FactList{Facts: []web.Fact{
		text("field.grade", gradeOf(ctx, e.Grade)), text("field.channel", v.channel(ctx, e.Channel)), text("field.course", v.course(ctx, e.Course)),
		text("pool-page.center", v.center(ctx, e.Center)), text("pool-page.reached", code(ctx, "stage", string(e.Reached))),
		text("field.entered", shortDay(ctx, e.Entered)), text("pool-page.since", v.since(ctx, e)), text("pool-page.before", v.before(ctx, e)),
	}}
}

// postPoolView shows an entry of the pool, which counts for the day (PPL-8).
func (p door) postPoolView(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "pool")
	if err != nil {
		return err
	}
	if _, err := sales.ViewPoolEntry.Run(r.Context(), p.Ops, sales.EnquiryInput{EnquiryID: key}); err != nil {
		return web.Again(w, r, err, p.getPool)
	}
	return web.Redirect(w, r, path("pool", key.String()), web.Status{})
}

// postClaim makes an enquiry of the pool one's own (PPL-8).
func (p door) postClaim(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "pool")
	if err != nil {
		return err
	}
	if _, err := sales.Claim.Run(r.Context(), p.Ops, sales.EnquiryInput{EnquiryID: key}); err != nil {
		return web.Again(w, r, err, p.getPool)
	}
	return web.Redirect(w, r, enquiryPath(key), web.Status{Text: t(r.Context(), "pool-page.claimed"), Tone: web.Good})
}

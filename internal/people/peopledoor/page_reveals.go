package peopledoor

import (
	"cmp"
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

// revealDays is how many days the pages of reveals show without a period.
const revealDays = 30

// revealsQuery narrows the pages of reveals.
type revealsQuery struct {
	Staff   id.ID        `json:"staff"`
	From    bizdate.Date `json:"from"`
	Until   bizdate.Date `json:"until"`
	Refused bool         `json:"refused"`
}

// revealsView is who was shown masked data, by staff member or each time (PPL-10).
type revealsView struct {
	names
	Query   revealsQuery
	Asked   revealsQuery // without the period that is usual
	No      int
	Path    string
	Counts  people.RevealCounts
	List    people.RevealList
	persons map[id.ID]people.Brief
}

const (
	revealsPath = "/reveals"
	eachReveal  = "/reveals/each"
)

func newReveals(r *http.Request, path string) (revealsView, error) {
	q, err := web.Decode[revealsQuery](r)
	if err != nil {
		return revealsView{}, err
	}
	v := revealsView{Query: q, Asked: q, No: max(web.PageOf(r), 1), Path: path}
	v.Query.Until = cmp.Or(q.Until, web.Today(r.Context()))
	v.Query.From = cmp.Or(q.From, v.Query.Until-revealDays+1)
	return v, nil
}

func (v revealsView) filter() people.RevealFilter {
	return people.RevealFilter{Staff: v.Query.Staff, From: v.Query.From, Until: v.Query.Until, Refused: v.Query.Refused, Offset: (v.No - 1) * listRows, Limit: listRows}
}

// getReveals is how often each staff member was shown masked data.
func (p pages) getReveals(w http.ResponseWriter, r *http.Request) error {
	v, err := newReveals(r, revealsPath)
	if err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		v.Counts, err = people.CountReveals(ctx, tx, v.filter())
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	out := web.Page{
		Title: t(ctx, "reveals"), H1: t(ctx, "reveals-sentence", "count", v.Counts.Shown, "refused", v.Counts.Refused), Sub: v.period(ctx), Lead: web.Text(t(ctx, "reveals-lead")),
		Aside: web.Button{Label: t(ctx, "reveals-each"), Href: v.each(v.Query.Staff, v.Query.Refused), Kind: web.Quiet},
	}
	return web.Render(w, r, web.Shell(out, revealsPage(v)))
}

// getEachReveal lists what was shown, and to whom.
func (p pages) getEachReveal(w http.ResponseWriter, r *http.Request) error {
	v, err := newReveals(r, eachReveal)
	if err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		if v.List, err = people.RevealNotes(ctx, tx, v.filter()); err != nil {
			return err
		}
		var persons []id.ID
		for _, note := range v.List.Items {
			persons = append(persons, note.Person)
		}
		v.persons, err = people.InScope(ctx, tx, persons)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	out := web.Page{
		Title: t(ctx, "reveals-each"), H1: t(ctx, "reveals-each-sentence", "count", v.List.Total), Sub: v.period(ctx),
		Aside: web.Button{Label: t(ctx, "reveals-by-staff"), Href: query(revealsPath, "from", v.Query.From.String(), "until", v.Query.Until.String()), Kind: web.Quiet},
	}
	return web.Render(w, r, web.Shell(out, eachRevealPage(v)))
}

func (v revealsView) period(ctx context.Context) string {
	return i18n.Date(ctx, v.Query.From, web.Today(ctx)) + "–" + i18n.Date(ctx, v.Query.Until, web.Today(ctx))
}

// each is the list behind a figure of a staff member.
func (v revealsView) each(staff id.ID, refused bool) string {
	pairs := []string{"from", v.Query.From.String(), "until", v.Query.Until.String()}
	if !staff.IsNone() {
		pairs = append(pairs, "staff", staff.String())
	}
	if refused {
		pairs = append(pairs, "refused", "true")
	}
	return query(eachReveal, pairs...)
}

func (v revealsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "reveals"), Columns: []web.Column{
		{Label: t(ctx, "reveals-who")},
		{Label: t(ctx, "reveals-times"), Num: true},
		{Label: t(ctx, "reveals-days"), Num: true},
		{Label: t(ctx, "reveals-most"), Num: true},
		{Label: t(ctx, "reveals-allowed"), Num: true},
		{Label: t(ctx, "reveals-refused"), Num: true},
	}}
	for _, c := range v.Counts.Items {
		name := v.staff(c.Staff)
		row := web.Row{ID: c.Staff.String(), Cells: []templ.Component{
			web.RecordLink(v.each(c.Staff, false), name),
			web.Figure{Value: i18n.Count(ctx, c.Shown+c.Refused), Href: v.each(c.Staff, false), Hidden: name},
			web.Text(i18n.Count(ctx, c.Days)), web.Text(i18n.Count(ctx, c.Most)), web.Text(i18n.Count(ctx, c.Allowed)),
			web.Figure{Value: i18n.Count(ctx, c.Refused), Href: v.each(c.Staff, true), Hidden: name},
		}}
		if c.Staff.IsNone() { // of the program, or an account of nobody: it has no list of its own
			row.Cells[0], row.Cells[1], row.Cells[5] = web.Text(name), web.Text(i18n.Count(ctx, c.Shown+c.Refused)), web.Text(i18n.Count(ctx, c.Refused))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (v revealsView) notes(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "reveals-each"), Columns: []web.Column{
		{Label: t(ctx, "reveals-at")}, {Label: t(ctx, "reveals-who")}, {Label: t(ctx, "reveals-what")}, {Label: t(ctx, "reveals-whose")}, {Label: t(ctx, "reveals-result")},
	}}
	for _, note := range v.List.Items {
		whose := web.Text(t(ctx, "reveals-beyond"))
		if b, ok := v.persons[note.Person]; ok {
			whose = web.RecordLink(personPath(note.Person, ""), shown(ctx, b.Shown()))
		}
		result := web.Chip{Text: t(ctx, "reveals-shown"), Tone: web.Neutral}
		if note.Refused() {
			result = web.Chip{Text: t(ctx, "reveals-not-shown"), Tone: web.Bad}
		}
		out.Rows = append(out.Rows, web.Row{
			ID:    note.Staff.String() + "-" + note.Person.String() + "-" + note.Field + "-" + note.Day.String(),
			Cells: []templ.Component{web.Text(moment(ctx, note.At)), web.Text(v.staff(note.Staff)), web.Text(code(ctx, "reveal-field", note.What())), whose, result},
		})
	}
	return out
}

func (v revealsView) chips(ctx context.Context) (list []web.FilterChip) {
	add := func(name, label, value string) {
		list = append(list, web.FilterChip{Label: label, Value: value, Drop: web.Address(ctx, name, "", "page", "")})
	}
	if !v.Asked.Staff.IsNone() {
		add("staff", t(ctx, "reveals-who"), v.staff(v.Asked.Staff))
	}
	if !v.Asked.From.IsZero() {
		add("from", t(ctx, "reveals-from"), i18n.Date(ctx, v.Asked.From, web.Today(ctx)))
	}
	if !v.Asked.Until.IsZero() {
		add("until", t(ctx, "reveals-until"), i18n.Date(ctx, v.Asked.Until, web.Today(ctx)))
	}
	if v.Asked.Refused {
		add("refused", t(ctx, "reveals-result"), t(ctx, "reveals-not-shown"))
	}
	return list
}

func (v revealsView) pager() web.Pager {
	total := v.Counts.Total
	if v.Path == eachReveal {
		total = v.List.Total
	}
	return web.Pager{Page: v.No, Size: listRows, Total: int(total)}
}

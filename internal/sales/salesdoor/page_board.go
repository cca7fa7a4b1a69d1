package salesdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	boardCards  = 20 // cards of a column
	narrowCards = 5  // of them on a narrow screen, where columns stand below each other
)

// boardView is the list of enquiries by stage (SAL-15).
type boardView struct {
	enquiriesView
	Columns []sales.BoardColumn
	Back    string // address of the board, to come back to
}

func (p door) getBoard(w http.ResponseWriter, r *http.Request, q enquiryQuery) error {
	v := boardView{enquiriesView: enquiriesView{Query: q, Stages: map[sales.Stage]int64{}}, Back: web.Address(r.Context())}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.readBoard(ctx, tx, &v) })
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(v.page(r.Context(), v.sentence(r.Context())), boardPage(v)))
}

func (p door) readBoard(ctx context.Context, tx *op.Tx, v *boardView) error {
	f := v.Query.filter(web.Today(ctx))
	var err error
	if f.Persons, err = found(ctx, tx, v.Query.Search); err != nil {
		return err
	}
	if v.Columns, err = sales.Board(ctx, tx, f, boardCards); err != nil {
		return err
	}
	var persons []id.ID
	for _, c := range v.Columns {
		v.Stages[c.Stage] = c.N
		v.List.Total += c.N
		for _, e := range c.Cards {
			persons = append(persons, e.Person)
		}
	}
	v.names, err = p.load(ctx, tx, persons...)
	return err
}

// layouts are the ways to draw the list: the same enquiries, with the same filters.
func (v enquiriesView) layouts(ctx context.Context) []web.Tab {
	var out []web.Tab
	for _, as := range []string{"", "board", "calendar"} {
		out = append(out, web.Tab{
			Label: t(ctx, "layout."+map[string]string{"": "list"}[as]+as), Current: v.Query.As == as,
			Href: web.Address(ctx, "as", as, "page", "", "after", "", "span", "", "day", ""),
		})
	}
	return out
}

// stageFilter is the parameter that the filter form sets itself where the stage is no tab; "" sets none.
func stageFilter(v enquiriesView) string {
	if v.Query.As == "" {
		return ""
	}
	return "stage"
}

// all is the address of the list of a column.
func (v boardView) all(ctx context.Context, s sales.Stage) string {
	return web.Address(ctx, "as", "", "stage", string(s), "page", "", "after", "")
}

// lastTouch says how long ago somebody was in contact; "" where nobody was.
func lastTouch(ctx context.Context, e sales.Enquiry) string {
	if e.LastTouch.IsZero() {
		return ""
	}
	return t(ctx, "work.last-touch", "ago", i18n.Ago(ctx, e.LastTouch, web.Now(ctx)))
}

// inStep opens a page of a step in the dialog of the board and the calendar; without script it is a page of its own.
func inStep(href string) templ.Attributes {
	return templ.Attributes{"hx-get": href, "hx-target": "#step-body", "hx-swap": "innerHTML"}
}

// moveButton opens what moves a card; the key M presses it in the card at hand.
func moveButton(label, name, href string) web.Button {
	b := web.Button{Label: label, Hidden: name, Small: true, Kind: web.Quiet, Href: href, Attrs: inStep(href)}
	b.Attrs["data-key"] = "m"
	return b
}

// courseOr is the course of an enquiry; "" where none is known.
func courseOr(ctx context.Context, n names, e sales.Enquiry) string {
	if e.Course.IsNone() {
		return ""
	}
	return n.course(ctx, e.Course)
}

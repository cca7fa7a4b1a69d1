package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

const listRows = 50 // of a page (UI-L2)

// listQuery is the address of the list of persons (UI-S4).
type listQuery struct {
	Search string `json:"q" maxLength:"100"`
	Center id.ID  `json:"center"` // where they were entered
	Page   int    `json:"page"`
	After  string `json:"after"` // cursor beyond numbered pages
}

// listView is a page of the list of persons.
type listView struct {
	names
	Query  listQuery
	List   people.List
	States map[id.ID][]string
}

func (p pages) getPeople(w http.ResponseWriter, r *http.Request) error {
	var v listView
	var err error
	if v.Query, err = web.Decode[listQuery](r); err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: t(ctx, "people"), H1: v.sentence(ctx)}
	if may(ctx, "person:create") {
		page.Aside = web.Button{Label: t(ctx, "new"), Href: "/people/new", Kind: web.Primary, Key: "N"}
	}
	return web.Render(w, r, web.Shell(page, peoplePage(v)))
}

func (v *listView) read(ctx context.Context, tx *op.Tx) error {
	f := people.Filter{Query: v.Query.Search, Center: v.Query.Center, After: v.Query.After, Limit: listRows}
	if f.After == "" {
		f.Offset = (max(v.Query.Page, 1) - 1) * listRows
	}
	var err error
	if v.List, err = people.Persons(ctx, tx, f); err != nil {
		return err
	}
	keys := make([]id.ID, len(v.List.Items))
	for i, b := range v.List.Items {
		keys[i] = b.ID
	}
	if v.States, err = people.States(ctx, tx, keys); err != nil {
		return err
	}
	v.names, err = load(ctx, tx)
	return err
}

func (v listView) sentence(ctx context.Context) string {
	if v.Query.Search != "" {
		return t(ctx, "found", "count", int(v.List.Total), "query", v.Query.Search)
	}
	return t(ctx, "sentence", "count", int(v.List.Total))
}

func (v listView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: "/people", Add: peopleFilters(v)}
	add := func(name, label, value string) {
		out.Items = append(out.Items, web.FilterChip{Label: t(ctx, label), Value: value, Drop: web.Without(ctx, name)})
	}
	if v.Query.Search != "" {
		add("q", "search", v.Query.Search)
	}
	if !v.Query.Center.IsNone() {
		add("center", "entered-at", v.center(ctx, v.Query.Center))
	}
	return out
}

func (v listView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "people"), Columns: []web.Column{
		{Label: t(ctx, "name")}, {Label: t(ctx, "state")}, {Label: t(ctx, "contact-phone")}, {Label: t(ctx, "gender")}, {Label: t(ctx, "age")},
	}}
	keyed := slices.ContainsFunc(v.List.Items, func(b people.Brief) bool { return b.ExternalKey != "" })
	if keyed {
		out.Columns = append(out.Columns, web.Column{Label: t(ctx, "external-key")})
	}
	for _, b := range v.List.Items {
		phone := i18n.None
		if b.Phone != "" {
			phone = i18n.Phone(ctx, b.Phone)
		}
		key := b.ExternalKey
		if key == "" {
			key = i18n.None
		}
		cells := []templ.Component{nameCell(b), stateCell(v.States[b.ID]), web.Text(phone), personCells.Cell(ctx, b.Person(), "gender"), personCells.Cell(ctx, b.Person(), "birth")}
		if keyed {
			cells = append(cells, web.Text(key))
		}
		out.Rows = append(out.Rows, web.Row{ID: b.ID.String(), Href: personPath(b.ID, ""), Cells: cells})
	}
	return out
}

func (v listView) next(ctx context.Context) string {
	if v.List.Next == "" {
		return ""
	}
	return web.Address(ctx, "after", v.List.Next, "page", "")
}

// empty says why the list has no rows, and what to do (UI-B6).
func (v listView) empty(ctx context.Context) web.EmptyState {
	if v.Query.Search != "" {
		out := web.EmptyState{Kind: web.NoMatch, Text: t(ctx, "nobody", "query", v.Query.Search)}
		if may(ctx, "person:create") {
			out.Do = &web.Button{Label: t(ctx, "new"), Href: "/people/new"}
		}
		return out
	}
	return web.EmptyState{Text: t(ctx, "none-yet")}
}

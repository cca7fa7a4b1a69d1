package peopledoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

const organizationsHome = "/organizations"

func organizationPath(key id.ID, more string) string {
	return organizationsHome + "/" + key.String() + more
}

// organizationQuery is the address of the list of company customers (UI-S4).
type organizationQuery struct {
	Search   string `json:"q" maxLength:"100"`
	Center   id.ID  `json:"center"` // has a matter there
	Industry string `json:"industry" maxLength:"100"`
	Archived string `json:"archived" enum:",archived,all"`
	Page     int    `json:"page"`
	After    string `json:"after"` // cursor beyond numbered pages
}

// organizationsView is a page of the list of company customers.
type organizationsView struct {
	names
	Query      organizationQuery
	List       people.OrganizationList
	Parents    map[id.ID]people.Brief
	Industries []string
}

func (p pages) getOrganizations(w http.ResponseWriter, r *http.Request) error {
	var v organizationsView
	var err error
	if v.Query, err = web.Decode[organizationQuery](r); err != nil {
		return err
	}
	if err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: o(ctx, "title"), H1: v.sentence(ctx)}
	if may(ctx, "person:create") {
		page.Aside = web.Button{Label: o(ctx, "new"), Href: organizationsHome + "/new", Kind: web.Primary, Key: "N"}
	}
	return web.Render(w, r, web.Shell(page, organizationsPage(v)))
}

// o is a text of the pages of company customers.
func o(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "organization-page."+key, pairs...)
}

func (q organizationQuery) filter() people.OrganizationFilter {
	f := people.OrganizationFilter{Query: q.Search, Center: q.Center, Industry: q.Industry, Archived: q.Archived, After: q.After, Limit: listRows}
	if f.After == "" {
		f.Offset = (max(q.Page, 1) - 1) * listRows
	}
	return f
}

func (v *organizationsView) read(ctx context.Context, tx *op.Tx) (err error) {
	if v.List, err = people.Organizations(ctx, tx, v.Query.filter()); err != nil {
		return err
	}
	var parents []id.ID
	for _, b := range v.List.Items {
		if !b.Parent.IsNone() {
			parents = append(parents, b.Parent)
		}
	}
	if v.Parents, err = people.Briefs(ctx, tx, parents); err != nil {
		return err
	}
	if v.Industries, err = people.Industries(ctx, tx); err != nil {
		return err
	}
	v.names, err = load(ctx, tx)
	return err
}

func (v organizationsView) sentence(ctx context.Context) string {
	if v.Query.Search != "" {
		return o(ctx, "found", "count", int(v.List.Total), "query", v.Query.Search)
	}
	return o(ctx, "sentence", "count", int(v.List.Total))
}

func (v organizationsView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: organizationsHome, Add: organizationFilters(v)}
	add := func(name, label, value string) {
		if value != "" {
			out.Items = append(out.Items, web.FilterChip{Label: label, Value: value, Drop: web.Without(ctx, name)})
		}
	}
	add("q", t(ctx, "search"), v.Query.Search)
	add("center", t(ctx, "center"), v.center(ctx, v.Query.Center))
	add("industry", o(ctx, "industry"), v.Query.Industry)
	if v.Query.Archived != "" {
		add("archived", o(ctx, "which"), o(ctx, "which-"+v.Query.Archived))
	}
	return out
}

func (v organizationsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: o(ctx, "title"), Columns: []web.Column{
		{Label: o(ctx, "name")}, {Label: o(ctx, "industry")}, {Label: t(ctx, "contact-phone")}, {Label: o(ctx, "contacts"), Num: true}, {Label: o(ctx, "owner")}, {Label: o(ctx, "tax-number")},
	}}
	parents := slices.ContainsFunc(v.List.Items, func(b people.OrganizationBrief) bool { return !b.Parent.IsNone() })
	if parents {
		out.Columns = append(out.Columns, web.Column{Label: o(ctx, "parent")})
	}
	for _, b := range v.List.Items {
		number := i18n.None
		if b.Phone != "" {
			number = i18n.Phone(ctx, b.Phone)
		}
		cells := []templ.Component{
			organizationCell(b), web.Text(orNone(b.Industry)), web.Text(number), web.Text(i18n.Count(ctx, b.Contacts)), web.Text(orNone(dot(v.dir.StaffName(b.Owner), v.center(ctx, b.Center)))), web.Text(orNone(b.TaxNumber)),
		}
		if parents {
			cells = append(cells, web.Text(orNone(v.Parents[b.Parent].Shown())))
		}
		out.Rows = append(out.Rows, web.Row{ID: b.ID.String(), Href: organizationPath(b.ID, ""), Cells: cells})
	}
	return out
}

func (v organizationsView) pager(ctx context.Context) web.Pager {
	next := ""
	if v.List.Next != "" {
		next = web.Address(ctx, "after", v.List.Next, "page", "")
	}
	return web.Pager{Page: max(v.Query.Page, 1), Size: listRows, Total: int(v.List.Total), Next: next}
}

// empty says why the list has no rows, and what to do (UI-B6).
func (v organizationsView) empty(ctx context.Context) web.EmptyState {
	out := web.EmptyState{Text: o(ctx, "none-yet")}
	if v.Query != (organizationQuery{Page: v.Query.Page}) {
		out = web.EmptyState{Kind: web.NoMatch, Text: o(ctx, "none-match")}
	}
	if may(ctx, "person:create") {
		out.Do = &web.Button{Label: o(ctx, "new"), Href: organizationsHome + "/new"}
	}
	return out
}

func (v organizationsView) industryOptions() []web.Option {
	out := make([]web.Option, len(v.Industries))
	for i, s := range v.Industries {
		out[i] = web.Option{Value: s, Label: s, On: s == v.Query.Industry}
	}
	return out
}

func whichOptions(ctx context.Context, chosen string) []web.Option {
	out := make([]web.Option, len(people.ArchivedStates))
	for i, s := range people.ArchivedStates {
		out[i] = web.Option{Value: s, Label: o(ctx, "which-"+s), On: s == chosen}
	}
	return out
}

// organizationList is the list of company customers whose views can be saved (UI-L1).
func organizationList() organization.List {
	return organization.List{
		Path: organizationsHome, Name: "shell.organizations", Right: "organization:read", Params: web.ViewParams[organizationQuery](),
		Count: web.CountOf(func(ctx context.Context, tx *op.Tx, q organizationQuery) (int64, error) {
			f := q.filter()
			f.Limit, f.Offset = 1, 0
			list, err := people.Organizations(ctx, tx, f)
			return list.Total, err
		}),
		Excerpt: web.ExcerptOf(func(ctx context.Context, tx *op.Tx, q organizationQuery) (web.Table, error) {
			v := organizationsView{Query: q}
			if err := v.read(ctx, tx); err != nil {
				return web.Table{}, err
			}
			return v.table(ctx), nil
		}),
	}
}

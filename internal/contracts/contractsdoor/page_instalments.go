package contractsdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// dueQuery is the address of the list of open instalments.
type dueQuery struct {
	Until      bizdate.Date `json:"due_until"`
	Center     id.ID        `json:"center"`
	Consultant id.ID        `json:"consultant"`
	Search     string       `json:"q" maxLength:"100"`
	Page       int          `json:"page"`
}

// dueView is a page of the open instalments.
type dueView struct {
	names
	Query dueQuery
	List  []contracts.InstalmentView
	Sum   contracts.InstalmentSum
}

func (p pages) getInstalments(w http.ResponseWriter, r *http.Request) error {
	var v dueView
	var err error
	if v.Query, err = web.Decode[dueQuery](r); err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{
		Title: t(ctx, "instalments"), H1: t(ctx, "due-sentence", "count", int(v.Sum.Count), "sum", i18n.MoneyWhole(ctx, v.Sum.Open)),
	}, instalmentsPage(v)))
}

func (v *dueView) read(ctx context.Context, tx *op.Tx) error {
	q := v.Query
	f := contracts.InstalmentFilter{Center: q.Center, Consultant: q.Consultant, DueUntil: q.Until, Limit: listRows, Offset: offset(q.Page)}
	var err error
	if f.Persons, err = found(ctx, tx, q.Search); err != nil {
		return err
	}
	if v.List, err = contracts.OpenInstalments(ctx, tx, f); err != nil {
		return err
	}
	if v.Sum, err = contracts.SumInstalments(ctx, tx, f); err != nil {
		return err
	}
	var persons []id.ID
	for _, i := range v.List {
		persons = append(persons, i.Student)
	}
	v.names, err = load(ctx, tx, persons...)
	return err
}

func (v dueView) tabs(ctx context.Context) web.Tabs {
	yesterday := (web.Today(ctx) - 1).String()
	return web.Tabs{Label: t(ctx, "instalments"), Tools: web.DensitySwitch(), Saved: true, Items: []web.Tab{
		{Label: t(ctx, "all-open"), Href: web.Address(ctx, "due_until", "", "page", ""), Current: v.Query.Until.IsZero()},
		{Label: t(ctx, "overdue"), Href: web.Address(ctx, "due_until", yesterday, "page", ""), Current: v.Query.Until.String() == yesterday},
		{Label: t(ctx, "due-week"), Href: web.Address(ctx, "due_until", (web.Today(ctx) + 7).String(), "page", ""), Current: v.Query.Until == web.Today(ctx)+7},
	}}
}

func (v dueView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: "/instalments", Add: dueFilters(v)}
	add := func(name, label, value string) {
		out.Items = append(out.Items, web.FilterChip{Label: t(ctx, label), Value: value, Drop: web.Without(ctx, name)})
	}
	q := v.Query
	if q.Search != "" {
		add("q", "search", q.Search)
	}
	if !q.Until.IsZero() {
		add("due_until", "due-until", date(ctx, q.Until))
	}
	if !q.Center.IsNone() {
		add("center", "center", v.center(ctx, q.Center))
	}
	if !q.Consultant.IsNone() {
		add("consultant", "consultant", v.staff(q.Consultant))
	}
	return out
}

func (v dueView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "instalments"), Columns: []web.Column{
		{Label: t(ctx, "student")},
		{Label: t(ctx, "contract")},
		{Label: t(ctx, "instalment")},
		{Label: t(ctx, "due")},
		{Label: t(ctx, "open"), Num: true},
		{Label: t(ctx, "consultant")},
		{Label: t(ctx, "actions"), Quiet: true},
	}}
	for _, i := range v.List {
		out.Rows = append(out.Rows, web.Row{ID: i.ID.String(), Href: contractPath(i.Contract, ""), Cells: []templ.Component{
			web.RecordLink(contractPath(i.Contract, ""), v.person(ctx, i.Student)), web.Text(i.ContractNo), web.Text(t(ctx, "nth", "no", i.No)), dueCell(i),
			web.Text(i18n.Money(ctx, i.Open())), web.Text(v.staff(i.Consultant)), payButton(v, i),
		}})
	}
	return out
}

func (v dueView) empty(ctx context.Context) web.EmptyState {
	if chips := v.chips(ctx).Items; len(chips) > 0 {
		last := chips[len(chips)-1]
		return web.EmptyState{Kind: web.NoMatch, Text: t(ctx, "drop-hint", "filter", last.Label+" "+last.Value), Do: &web.Button{Label: t(ctx, "drop-filter", "filter", last.Label), Href: last.Drop}}
	}
	return web.EmptyState{Kind: web.AllDone, Text: t(ctx, "nothing-due")}
}

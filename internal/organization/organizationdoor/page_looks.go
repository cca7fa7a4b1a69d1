package organizationdoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// looksView is who looked at which record (TRU-19).
type looksView struct {
	pages
	Query looksQuery
	List  page.Page[event.View]
	Page  int
	Names map[id.ID]string       // of accounts
	Who   map[id.ID]people.Brief // of the persons among the records
}

// looksQuery narrows the list.
type looksQuery struct {
	Record id.ID        `json:"record"`
	Staff  id.ID        `json:"staff"`
	From   bizdate.Date `json:"from"`
	Until  bizdate.Date `json:"until"`
}

func (p pages) getLooks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := web.Decode[looksQuery](r)
	if err != nil {
		return err
	}
	v := looksView{pages: p, Query: q, Page: web.PageOf(r)}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		f := organization.RecordViewFilter{Record: q.Record, Staff: q.Staff, From: q.From, To: q.Until, Request: page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows}}
		if v.List, err = organization.RecordViews(ctx, tx, f); err != nil {
			return err
		}
		var accounts, persons []id.ID
		for _, look := range v.List.Items {
			accounts = append(accounts, look.Account)
			if look.Kind == "people" {
				persons = append(persons, look.Record)
			}
		}
		if v.Names, err = organization.Lookers(ctx, tx, accounts); err != nil {
			return err
		}
		v.Who, err = people.InScope(ctx, tx, persons)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "looks.title"), H1: t(ctx, "looks.sentence", "count", v.List.Total), Lead: web.Text(t(ctx, "looks.lead"))}, looksPage(v)))
}

// looked are the kinds of records that have a page of the same path.
var looked = []string{"people", "enquiries", "contracts", "payments", "visits", "quotes", "staff", "approvals"}

// record names a looked-at record: a person by name where the viewer sees it, else its kind.
func (v looksView) record(ctx context.Context, look event.View) string {
	if b, ok := v.Who[look.Record]; ok {
		return b.Shown()
	}
	if i18n.Has(ctx, "shell."+look.Kind) {
		return i18n.T(ctx, "shell."+look.Kind)
	}
	return look.Kind
}

func (v looksView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "looks.title"), Columns: []web.Column{{Label: t(ctx, "looks.at")}, {Label: t(ctx, "looks.who")}, {Label: t(ctx, "looks.record")}, {Label: i18n.T(ctx, "web.list.actions"), Quiet: true}}}
	for _, look := range v.List.Items {
		name := web.Text(v.record(ctx, look))
		if slices.Contains(looked, look.Kind) {
			name = web.RecordLink("/"+look.Kind+"/"+look.Record.String(), v.record(ctx, look))
		}
		table.Rows = append(table.Rows, web.Row{ID: look.ID.String(), Cells: cells(
			web.Text(i18n.DateTime(ctx, look.At, web.Zone(ctx), web.Now(ctx))), web.Text(orNone(v.Names[look.Account])), name,
			web.Button{Label: t(ctx, "looks.same"), Hidden: v.record(ctx, look), Href: web.Address(ctx, "record", look.Record.String(), "page", ""), Kind: web.Quiet, Small: true},
		)})
	}
	return table
}

func (v looksView) chips(ctx context.Context) (list []web.FilterChip) {
	add := func(name, label, value string) {
		list = append(list, web.FilterChip{Label: label, Value: value, Drop: web.Address(ctx, name, "", "page", "")})
	}
	if !v.Query.Record.IsNone() {
		shown := v.Query.Record.String()
		if b, ok := v.Who[v.Query.Record]; ok {
			shown = b.Shown()
		}
		add("record", t(ctx, "looks.record"), shown)
	}
	if !v.Query.Staff.IsNone() {
		add("staff", t(ctx, "looks.who"), v.Dir.StaffName(v.Query.Staff))
	}
	if !v.Query.From.IsZero() {
		add("from", t(ctx, "looks.from"), date(ctx, v.Query.From))
	}
	if !v.Query.Until.IsZero() {
		add("until", t(ctx, "looks.until"), date(ctx, v.Query.Until))
	}
	return list
}

// staffOptions are the staff members who work at the centers in scope.
func (v looksView) staffOptions() (list []web.Option) {
	for _, m := range v.Dir.Members() {
		list = append(list, web.Option{Value: m.ID.String(), Label: m.Name, On: m.ID == v.Query.Staff})
	}
	return list
}

package insightdoor

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/mail"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// listMail is a saved view as its subscriber sees it: how many records, the first of them, and the way to all.
type listMail struct {
	organization.ShownView
	page.Excerpt
	List   string // what the list is called
	Total  int64
	Public string // address of the program
	Link   string
}

// composeView writes the mail of a saved view for the viewer of tx (UI-L1). A view that was taken back or deleted is not found.
func (p Post) composeView(ctx context.Context, tx *op.Tx, m *mail.Message, key id.ID) error {
	w, err := organization.ViewByID(ctx, tx, key)
	if err != nil {
		return err
	}
	l, ok := organization.Of(tx).List(w.List)
	if !ok {
		return problem.NotFound("view")
	}
	v := listMail{ShownView: w, List: i18n.T(ctx, l.Name), Public: p.Public, Link: p.Public + l.Address(w.Values())}
	if v.Total, err = l.Count(ctx, tx, w.Values()); err != nil {
		return err
	}
	if v.Excerpt, err = l.Excerpt(ctx, tx, w.Values()); err != nil {
		return err
	}
	m.Subject = i18n.T(ctx, "insight.view-subject", "name", w.Name, "count", int(v.Total))
	m.Text = v.text(ctx)
	var html strings.Builder
	if err := viewMail(v).Render(ctx, &html); err != nil {
		return fmt.Errorf("draw mail: %w", err)
	}
	m.HTML = html.String()
	return nil
}

// lead says what the mail shows.
func (v listMail) lead(ctx context.Context) string {
	if int(v.Total) > len(v.Rows) {
		return i18n.T(ctx, "insight.view-lead-first", "list", v.List, "count", int(v.Total), "shown", len(v.Rows))
	}
	return i18n.T(ctx, "insight.view-lead", "list", v.List, "count", int(v.Total))
}

// text is the mail without marks: a line a record.
func (v listMail) text(ctx context.Context) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", v.Name, v.lead(ctx))
	if len(v.Rows) > 0 {
		fmt.Fprintln(&b, strings.Join(v.Head, " | "))
	}
	for _, r := range v.Rows {
		fmt.Fprintln(&b, strings.Join(r.Cells, " | "))
	}
	fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n%s\n", i18n.T(ctx, "insight.view-open"), v.Link, i18n.T(ctx, "insight.view-why"), v.manage())
	return b.String()
}

// manage is where the subscription is ended.
func (v listMail) manage() string { return v.Public + "/views/" + v.ID.String() }

package processdoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// deputiesView is who approves in the viewer's stead (ORG-7).
type deputiesView struct {
	dir  *organization.Directory
	List page.Page[organization.Delegation]
	Page int
}

func (p pages) getDeputies(w http.ResponseWriter, r *http.Request) error {
	v := deputiesView{Page: web.PageOf(r)}
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.dir = organization.Of(tx)
		v.List, err = organization.ListDelegations(ctx, tx, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows})
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "deputies"), Lead: web.Text(t(ctx, "deputies-lead"))}, deputiesPage(v)))
}

func (v deputiesView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "deputies"), Columns: []web.Column{{Label: t(ctx, "deputy")}, {Label: t(ctx, "from")}, {Label: t(ctx, "until")}, {Label: t(ctx, "state")}, {Label: i18n.T(ctx, "web.list.actions"), Quiet: true}}}
	today := web.Today(ctx)
	for _, d := range v.List.Items {
		state, end := "over", templ.Component(templ.NopComponent)
		switch {
		case !d.Active:
			state = "ended"
		case d.Until >= today:
			state, end = "holds", web.ButtonForm{
				Action: "/approvals/deputies/" + d.ID.String() + "/end", Button: web.Button{Label: t(ctx, "delegation-end"), Hidden: v.dir.StaffName(d.Deputy), Small: true},
			}
			if d.From > today {
				state = "comes"
			}
		}
		table.Rows = append(table.Rows, web.Row{ID: d.ID.String(), Cells: []templ.Component{
			web.Text(v.dir.StaffName(d.Deputy)), web.Text(i18n.Date(ctx, d.From, today)), web.Text(i18n.Date(ctx, d.Until, today)), web.Chip{Text: t(ctx, "delegation-"+state)}, end,
		}})
	}
	return table
}

// colleagues are those who may stand in: who works at a center of the viewer's, or for the whole company.
func (v deputiesView) colleagues(ctx context.Context) (list []web.Option) {
	me, _ := op.ViewerOf(ctx)
	reach := me.Scope("approval:decide")
	for _, m := range v.dir.Members() {
		if m.ID == me.Staff {
			continue
		}
		for _, held := range v.dir.Positions(m.ID) {
			if held.ValidOn(web.Today(ctx)) && (reach.All || held.Center.IsNone() || slices.Contains(reach.Centers, held.Center)) {
				list = append(list, web.Option{Value: m.ID.String(), Label: m.Name + " · " + v.dir.RoleName(ctx, held.Role)})
				break
			}
		}
	}
	return list
}

// deputyForm is what the form sends.
type deputyForm struct {
	Deputy id.ID        `json:"deputy_id"`
	From   bizdate.Date `json:"from"`
	Until  bizdate.Date `json:"until"`
}

func (p pages) postDeputy(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[deputyForm](r)
	if err == nil {
		_, err = organization.Delegate.Run(r.Context(), p.ops, organization.DelegateInput{DeputyID: f.Deputy, From: f.From, Until: f.Until})
	}
	if err != nil {
		return web.Again(w, r, err, p.getDeputies)
	}
	return web.Redirect(w, r, "/approvals/deputies", web.Status{Text: t(r.Context(), "delegated"), Tone: web.Good})
}

func (p pages) postEndDeputy(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "delegation")
	if err != nil {
		return err
	}
	if _, err := organization.EndDelegation.Run(r.Context(), p.ops, organization.DelegationInput{DelegationID: key}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/approvals/deputies", web.Status{Text: t(r.Context(), "delegation-ended-now"), Tone: web.Good})
}

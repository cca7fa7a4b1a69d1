package insightdoor

import (
	"context"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/web"
)

const waitingRows = 4 // of the approvals on a home page

// waitingView is what waits for the viewer's approval (PRC-6).
type waitingView struct {
	List    []process.Approval
	Count   int64
	dir     *organization.Directory
	persons map[id.ID]people.Brief
}

func (v *waitingView) read(ctx context.Context, tx *op.Tx) (err error) {
	if !tx.Viewer.May("approval:decide") {
		return nil
	}
	if v.List, err = process.Approvals(ctx, tx, process.ApprovalFilter{View: process.ToDecide, Limit: waitingRows}); err != nil || len(v.List) == 0 {
		return err
	}
	if v.Count, err = process.CountApprovals(ctx, tx, process.ToDecide); err != nil {
		return err
	}
	v.dir = organization.Of(tx)
	var persons []id.ID
	for _, a := range v.List {
		persons = append(persons, a.Person)
	}
	v.persons, err = people.Briefs(ctx, tx, persons)
	return err
}

func (v waitingView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: i18n.T(ctx, "home.approvals"), Columns: []web.Column{
		{Label: i18n.T(ctx, "approvals.what")},
		{Label: i18n.T(ctx, "approvals.person")},
		{Label: i18n.T(ctx, "approvals.asker")},
		{Label: i18n.T(ctx, "approvals.cost"), Num: true},
		{Label: i18n.T(ctx, "web.list.actions"), Quiet: true},
	}}
	for _, a := range v.List {
		name := i18n.None
		if b, ok := v.persons[a.Person]; ok {
			name = b.Shown()
		}
		out.Rows = append(out.Rows, web.Row{ID: a.ID.String(), Cells: []templ.Component{
			web.RecordLink("/approvals/"+a.ID.String(), a.Words(ctx)), web.Text(name), web.Text(v.dir.StaffName(a.Staff)), web.Text(i18n.MoneyWhole(ctx, a.Cost)),
			web.ButtonForm{Action: "/approvals/" + a.ID.String() + "/approve", Next: "/", Button: web.Button{Label: i18n.T(ctx, "approvals.approve"), Hidden: a.Words(ctx), Small: true}},
		}})
	}
	return out
}

package processdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/web"
)

// limitsView is up to which size each role decides which matter.
type limitsView struct {
	dir  *organization.Directory
	List []process.Limit
}

func (p pages) getLimits(w http.ResponseWriter, r *http.Request) error {
	var v limitsView
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.dir = organization.Of(tx)
		v.List, err = process.Limits(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "limits"), Lead: web.Text(t(ctx, "limits-lead"))}, limitsPage(v)))
}

func (v limitsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "limits"), Columns: []web.Column{{Label: t(ctx, "matter")}, {Label: t(ctx, "role")}, {Label: t(ctx, "most"), Num: true}}}
	for _, l := range v.List {
		table.Rows = append(table.Rows, web.Row{ID: l.Matter + "-" + l.Role, Cells: []templ.Component{
			web.Text(t(ctx, "matter-"+l.Matter)), web.Text(v.dir.RoleName(ctx, l.Role)), web.Text(process.Sized(ctx, l.Matter, l.Most)),
		}})
	}
	return table
}

func (v limitsView) matters(ctx context.Context) (list []web.Option) {
	for i, k := range process.ApprovalKinds {
		list = append(list, web.Option{Value: k.Name, Label: t(ctx, "matter-"+k.Name), On: i == 0})
	}
	return list
}

// roles are those whose holders decide approvals.
func (v limitsView) roles(ctx context.Context) (list []web.Option) {
	for _, role := range v.dir.Roles() {
		for _, right := range v.dir.Rights(role.Code) {
			if right.Resource == "approval" && right.Action == "decide" {
				list = append(list, web.Option{Value: role.Code, Label: v.dir.RoleName(ctx, role.Code)})
			}
		}
	}
	return list
}

// limitForm is a limit as people type it: a number of per cent or yuan.
type limitForm struct {
	Matter string     `json:"kind" maxLength:"40"`
	Role   string     `json:"role" maxLength:"40"`
	Most   *money.Fen `json:"most"`
	Set    string     `json:"set"` // up, any, none
}

// input is the limit that the form says. Refused: a figure that is asked for and not there.
func (f limitForm) input() (process.LimitInput, error) {
	in := process.LimitInput{Matter: f.Matter, Role: f.Role}
	switch {
	case f.Set == "any":
		in.Most = new(int64(-1))
	case f.Set == "none":
	case f.Most == nil:
		return in, problem.Refuse("PRC-6", "invalid", problem.Field{Location: "most", Code: "required"})
	default:
		in.Most = new(int64(*f.Most)) // a per cent has hundredths as a yuan has fen
	}
	return in, nil
}

func (p pages) postLimit(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[limitForm](r)
	if err == nil {
		var in process.LimitInput
		if in, err = f.input(); err == nil {
			_, err = process.SetLimit.Run(r.Context(), p.ops, in)
		}
	}
	if err != nil {
		return web.Again(w, r, err, p.getLimits)
	}
	return web.Redirect(w, r, "/approval-limits", web.Status{Text: t(r.Context(), "limit-set"), Tone: web.Good})
}

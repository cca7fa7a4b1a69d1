package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// ladderView is one step of what follows a late first contact (SAL-2).
type ladderView struct {
	names
	Step sales.LadderStep
}

func (v rulesView) ladderTable(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "ladder.title"), Columns: []web.Column{
		{Label: t(ctx, "ladder.after")}, {Label: t(ctx, "ladder.action")}, {Label: t(ctx, "field.center")}, {Label: t(ctx, "field.state")},
	}}
	for _, s := range v.Steps {
		out.Rows = append(out.Rows, web.Row{ID: s.ID.String(), Cells: []templ.Component{
			ladderLink(ctx, s), web.Text(code(ctx, "ladder-action", s.Action)), web.Text(v.centerOrAll(ctx, s.Center)), activeChip(s.Active),
		}})
	}
	return out
}

func ladderText(ctx context.Context, after int64, unit string) string {
	return t(ctx, "ladder.step", "after", strconv.FormatInt(after, 10), "unit", code(ctx, "ladder-unit", unit))
}

// setsFor tells whether the viewer sets what holds for a center, or for all (ORG-3).
func setsFor(ctx context.Context, center id.ID) bool {
	scope := viewerOf(ctx).Scope("assignment:update")
	return scope.All || !center.IsNone() && !scope.None()
}

// ladderLink leads to the step for who may change it: those of the company belong to who sets all centers.
func ladderLink(ctx context.Context, s sales.LadderStep) templ.Component {
	text := ladderText(ctx, s.After, s.Unit)
	if !setsFor(ctx, s.Center) {
		return web.Text(text)
	}
	return web.RecordLink(query("/settings/assignment/ladder", "step_id", s.ID.String()), text)
}

// getLadder asks for a new step, or for another content of one.
func (p door) getLadder(w http.ResponseWriter, r *http.Request) error {
	list, err := p.rules(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := ladderView{names: list.names, Step: sales.LadderStep{After: 1, Unit: "days", Action: "tell-owner", Active: true, Center: viewerOf(ctx).Center}}
	page := web.Page{H1: t(ctx, "ladder.add")}
	if key := r.FormValue("step_id"); key != "" {
		i := slices.IndexFunc(list.Steps, func(s sales.LadderStep) bool { return s.ID.String() == key })
		if i < 0 || !setsFor(ctx, list.Steps[i].Center) {
			return problem.NotFound("ladder-step")
		}
		v.Step = list.Steps[i]
		page.H1 = ladderText(ctx, v.Step.After, v.Step.Unit)
	}
	return web.Render(w, r, web.Shell(page, ladderPage(v)))
}

func (p door) postLadder(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[sales.SetLadderStepInput](r)
	if err == nil {
		_, err = sales.SetLadderStep.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getLadder)
	}
	return web.Redirect(w, r, "/settings/assignment", web.Status{Text: t(r.Context(), "ladder.saved"), Tone: web.Good})
}

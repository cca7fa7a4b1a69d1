package marketingdoor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// budgetForm is the sheet as it is sent: all of its cells.
type budgetForm struct {
	Version int64        `json:"version"`
	Why     string       `json:"why" maxLength:"200"`
	Lines   []budgetLine `json:"lines"`
}

type budgetLine struct {
	ChannelID id.ID       `json:"channel_id"`
	Months    []money.Fen `json:"months"`
}

// input is what the sheet sets; at gives the field of each cell.
func (f budgetForm) input(q budgetQuery) (in marketing.SetBudgetInput, at []string) {
	in = marketing.SetBudgetInput{Year: int64(q.Year), CenterID: q.Center, Version: &f.Version, Why: f.Why}
	for i, l := range f.Lines {
		for m, n := range l.Months {
			in.Cells = append(in.Cells, marketing.BudgetCellInput{ChannelID: l.ChannelID, Month: int64(m + 1), Amount: n})
			at = append(at, fmt.Sprintf("lines.%d.months.%d", i, m))
		}
	}
	return in, at
}

func (p pages) postBudget(w http.ResponseWriter, r *http.Request) error {
	q, err := budgetOf(r)
	if err != nil {
		return err
	}
	f, err := web.Decode[budgetForm](r)
	var out marketing.BudgetAnswer
	if err == nil {
		in, at := f.input(q)
		out, err = marketing.SetBudget.Run(r.Context(), p.ops, in)
		if refused, ok := problem.As(err); ok {
			for i, field := range refused.Fields {
				refused.Fields[i].Location = inSheet(field.Location, at)
			}
		}
	}
	if err != nil {
		return web.Again(w, r, err, p.getBudget)
	}
	return web.Redirect(w, r, q.address("/budgets"), web.Status{Text: b(r.Context(), "saved", "count", out.Changed), Tone: web.Good})
}

// inSheet names a field of the operation as the sheet does.
func inSheet(location string, at []string) string {
	parts := strings.Split(location, ".")
	if len(parts) != 3 || parts[0] != "cells" {
		return location
	}
	if i, err := strconv.Atoi(parts[1]); err == nil && i < len(at) {
		return at[i]
	}
	return location
}

func (p pages) postFill(w http.ResponseWriter, r *http.Request) error {
	q, err := budgetOf(r)
	if err != nil {
		return err
	}
	in, err := web.Decode[marketing.FillBudgetInput](r)
	if err == nil {
		in.Year, in.CenterID = int64(q.Year), q.Center
		_, err = marketing.FillBudget.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getBudget)
	}
	return web.Redirect(w, r, q.address("/budgets"), web.Status{Text: b(r.Context(), "filled"), Tone: web.Good})
}

// raiseView asks for more budget.
type raiseView struct {
	budgetView
	marketing.AskBudgetInput
}

func (p pages) getRaise(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	get := r.Clone(ctx)
	get.Method = http.MethodGet
	in, err := web.Decode[marketing.AskBudgetInput](get)
	if err != nil {
		return err
	}
	v := raiseView{budgetView: budgetView{budgetQuery: budgetQuery{Year: int(in.Year), Center: in.CenterID, Channel: in.ChannelID, Month: int(in.Month)}}, AskBudgetInput: in}
	if err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: b(ctx, "title"), H1: b(ctx, "raise", "year", strconv.Itoa(v.budgetQuery.Year)), Sub: v.whose(ctx), Lead: web.Text(b(ctx, "raise-lead"))}, raisePage(v)))
}

func (p pages) postRaise(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.AskBudgetInput](r)
	if err == nil {
		_, err = marketing.AskBudget.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getRaise)
	}
	q := budgetQuery{Year: int(in.Year), Center: in.CenterID}
	return web.Redirect(w, r, q.address("/budgets"), web.Status{Text: b(r.Context(), "raise-asked"), Tone: web.Good})
}

package salesdoor

import (
	"cmp"
	"context"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// turnOf is where a visit of the day stands: 0 who waits, 1 who is in a talk, 2 what is over.
func turnOf(v sales.Visit) int {
	switch {
	case !v.Finished.IsZero() || !v.Withdrawn.IsZero():
		return 2
	case !v.Received.IsZero():
		return 1
	}
	return 0
}

// hereTitle counts who came today, who of them waits and who is in a talk.
func (v deskView) hereTitle(ctx context.Context) string {
	var n [3]int
	for _, visit := range v.Visits {
		n[turnOf(visit)]++
	}
	out := t(ctx, "desk.visits", "count", int(v.Came))
	if n[0] > 0 {
		out = join(out, t(ctx, "desk.waiting", "count", n[0]))
	}
	if n[1] > 0 {
		out = join(out, t(ctx, "desk.in-talk", "count", n[1]))
	}
	return out
}

// hereTable is the board of the reception (SAL-5): who waits longest stands first, then who is in a talk, then whose visit is over.
func (v deskView) hereTable(ctx context.Context) web.Table {
	list := slices.Clone(v.Visits)
	slices.SortStableFunc(list, func(a, b sales.Visit) int {
		if c := cmp.Compare(turnOf(a), turnOf(b)); c != 0 || turnOf(a) == 2 {
			return c
		}
		return a.Arrived.Compare(b.Arrived)
	})
	table := web.Table{Caption: t(ctx, "visits.title"), Columns: []web.Column{
		{Label: t(ctx, "field.person")}, {Label: t(ctx, "field.arrived")}, {Label: t(ctx, "visit.reception")}, {Label: t(ctx, "field.outcome")}, {Label: t(ctx, "actions"), Quiet: true},
	}}
	for _, visit := range list {
		var action templ.Component = templ.NopComponent
		if turnOf(visit) == 0 && may(ctx, "visit:receive") {
			action = receiveForm(v.names, visit, v.Base)
		}
		table.Rows = append(table.Rows, web.Row{ID: visit.ID.String(), Href: path("visits", visit.ID.String()), Cells: []templ.Component{
			visitorCell(v.names, visit), web.Text(clockOf(ctx, visit.Arrived)), web.Text(v.reception(ctx, visit)), outcomeChip(visit), action,
		}})
	}
	return table
}

// reception says since when a visitor waits and for whom, or who talks since when.
func (n names) reception(ctx context.Context, v sales.Visit) string {
	switch turn := turnOf(v); {
	case turn == 0 && v.Consultant.IsNone():
		return t(ctx, "visit.waits-long", "span", i18n.Span(ctx, web.Now(ctx).Sub(v.Arrived)))
	case turn == 0:
		return join(t(ctx, "visit.waits-long", "span", i18n.Span(ctx, web.Now(ctx).Sub(v.Arrived))), t(ctx, "visit.waits-for", "name", n.staff(v.Consultant)))
	case !v.Received.IsZero():
		return join(n.staff(v.ReceivedBy), t(ctx, "visit.since", "time", clockOf(ctx, v.Received)))
	}
	return n.staff(v.Consultant)
}

// receivers are who may take care of a visitor: the consultants of the center, and who has the matter.
func (n names) receivers(ctx context.Context, v sales.Visit) []web.Option {
	out := n.consultantOptions(ctx, v.Center, v.Consultant)
	if !v.Consultant.IsNone() && !slices.ContainsFunc(out, func(o web.Option) bool { return o.On }) {
		out = append(out, web.Option{Value: v.Consultant.String(), Label: n.staff(v.Consultant), On: true})
	}
	return out
}

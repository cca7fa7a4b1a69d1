package marketingdoor

import (
	"context"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/web"
)

// facts are whose a segment is, who made it, and for which campaigns it is.
func (v segmentView) facts(ctx context.Context) []web.Fact {
	state := "in-use"
	if !v.Active {
		state = "not-in-use"
	}
	list := []web.Fact{{Term: sg(ctx, "whose"), Value: web.Text(v.whose(ctx, v.Segment))}, {Term: sg(ctx, "state"), Value: web.Text(sg(ctx, state))}}
	if !v.Staff.IsNone() {
		list = append(list, web.Fact{Term: sg(ctx, "by"), Value: web.Text(v.staff(v.Staff))})
	}
	for _, c := range v.Campaigns {
		list = append(list, web.Fact{Term: sg(ctx, "campaign"), Value: web.RecordLink("/campaigns/"+c.ID.String(), c.Name)})
	}
	return list
}

// effectTable sets both sides beside each other since the draw.
func (v segmentView) effectTable(ctx context.Context) web.Table {
	table := web.Table{Caption: sg(ctx, "effect"), Plain: true, Columns: []web.Column{{Label: sg(ctx, "side")}, {Label: sg(ctx, "persons"), Num: true}, {Label: sg(ctx, "visited"), Num: true}, {Label: sg(ctx, "signed"), Num: true}}}
	for _, a := range []struct {
		name string
		insight.Arm
	}{{"side-contacted", v.Effect.Contacted}, {"side-control", v.Effect.Control}} {
		table.Rows = append(table.Rows, web.Row{ID: a.name, Cells: []templ.Component{
			web.Text(sg(ctx, a.name)), web.Text(i18n.Count(ctx, a.Persons)), web.Text(sg(ctx, "cases", "n", int(a.Visited), "share", i18n.PercentOf(ctx, a.Visited, a.Persons))), web.Text(sg(ctx, "cases", "n", int(a.Signed), "share", i18n.PercentOf(ctx, a.Signed, a.Persons))),
		}})
	}
	return table
}

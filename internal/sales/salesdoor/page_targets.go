package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	targetRows     = 60 // of a page of the sheet
	targetChanges  = 20 // lines of its history
	monthsOfYear   = 12
	targetYearSpan = 2 // years before and after this one
)

// targetsQuery is the address of the page.
type targetsQuery struct {
	Metric string `json:"metric" maxLength:"40"`
	Center id.ID  `json:"center"`
	Year   int    `json:"year"`
	Page   int    `json:"page"`
}

// targetsForm is what the sheet sends: what each cell holds, and what it held, by <center or consultant>.<month>.
type targetsForm struct {
	targetsQuery
	Now map[string]string `json:"now"`
	Was map[string]string `json:"was"`
}

// targetsView is a metric's targets of a year: of the centers, or of a center and its consultants (SAL-14).
type targetsView struct {
	targetsQuery
	metric  sales.TargetMetric
	dir     *organization.Directory
	centers []organization.Center
	rows    []targetRow
	total   int // rows of all pages
	amounts map[string]int64
	History []sales.TargetRecord
}

// targetRow is a line of the sheet.
type targetRow struct {
	center, staff id.ID
	open          bool // the viewer may set it
}

// key names the row in the form: its consultant, or its center.
func (row targetRow) key() string {
	if row.staff.IsNone() {
		return row.center.String()
	}
	return row.staff.String()
}

func (v targetsView) month(i int) bizdate.Date { return bizdate.New(v.Year, time.Month(i+1), 1) }

func (p door) getTargets(w http.ResponseWriter, r *http.Request) error {
	v, err := p.targets(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "targets.title"), H1: v.sentence(ctx), Lead: web.Text(t(ctx, "targets.lead")), Aside: targetTools(v)}, targetsPage(v)))
}

func (p door) targets(r *http.Request) (v targetsView, err error) {
	if v.targetsQuery, err = listQuery[targetsQuery](r); err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error { return v.load(ctx, tx) })
	return v, err
}

func (v *targetsView) load(ctx context.Context, tx *op.Tx) (err error) {
	if err := v.choose(tx); err != nil {
		return err
	}
	v.lines(tx.Viewer)
	list, err := sales.Targets(ctx, tx, sales.TargetFilter{Metric: v.metric.ID, From: v.month(0), Until: v.month(monthsOfYear) - 1, Centers: v.chosen()})
	if err != nil {
		return err
	}
	v.amounts = map[string]int64{}
	for _, g := range list {
		row := targetRow{center: g.Center, staff: g.Staff}
		if !v.Center.IsNone() || g.Staff.IsNone() {
			v.amounts[cellKey(row, g.Month)] = g.Amount
		}
		if known := func(o targetRow) bool { return o.key() == row.key() }; !v.Center.IsNone() && !slices.ContainsFunc(v.rows, known) {
			v.rows = append(v.rows, v.line(tx.Viewer, g.Center, g.Staff)) // somebody who was at the center
		}
	}
	v.total = len(v.rows)
	v.Page = max(1, min(v.Page, (v.total+targetRows-1)/targetRows))
	v.rows = v.rows[min((v.Page-1)*targetRows, v.total):min(v.Page*targetRows, v.total)]
	v.History, err = sales.TargetHistory(ctx, tx, v.Center, v.metric.ID, targetChanges)
	return err
}

// choose takes what the address says, else the main metric, this year and the only center in scope.
func (v *targetsView) choose(tx *op.Tx) error {
	var ok bool
	if v.metric, ok = sales.TargetMetricByID(v.Metric); !ok {
		v.metric = sales.TargetMetrics[0]
	}
	v.Metric = v.metric.ID
	v.dir = organization.Of(tx)
	v.centers = v.dir.Centers(tx.Viewer)
	switch {
	case !v.Center.IsNone() && !slices.ContainsFunc(v.centers, func(c organization.Center) bool { return c.ID == v.Center }):
		return problem.NotFound("center")
	case v.Center.IsNone() && len(v.centers) == 1:
		v.Center = v.centers[0].ID
	}
	this := tx.Today(id.None).UTC().Year()
	if v.Year < this-targetYearSpan || v.Year > this+targetYearSpan {
		v.Year = this
	}
	return nil
}

func (v *targetsView) chosen() []id.ID {
	if v.Center.IsNone() {
		return nil
	}
	return []id.ID{v.Center}
}

// lines are the center and its consultants, or all centers.
func (v *targetsView) lines(viewer *policy.Viewer) {
	if v.Center.IsNone() {
		for _, c := range v.centers {
			v.rows = append(v.rows, v.line(viewer, c.ID, id.None))
		}
		return
	}
	if scope := viewer.Scope("target:read"); scope.All || slices.Contains(scope.Centers, v.Center) {
		v.rows = append(v.rows, v.line(viewer, v.Center, id.None))
		for _, s := range v.dir.Holders("consultant", v.Center) {
			v.rows = append(v.rows, v.line(viewer, v.Center, s.ID))
		}
	}
}

func (v *targetsView) line(viewer *policy.Viewer, center, staff id.ID) targetRow {
	right := "target:update"
	if staff.IsNone() {
		right = "center-target:update"
	}
	scope := viewer.Scope(right)
	return targetRow{center, staff, scope.All || slices.Contains(scope.Centers, center)}
}

func cellKey(row targetRow, month bizdate.Date) string { return row.key() + "." + month.String()[:7] }

// sheet draws the rows, and the sum of the consultants against the center's target.
func (v targetsView) sheet(ctx context.Context) web.Sheet {
	out := web.Sheet{Caption: t(ctx, "targets.title")}
	if today := web.Today(ctx).UTC(); today.Year() == v.Year {
		out.At = max(0, int(today.Month())-2) // the month before the running one
	}
	sums := make([]int64, monthsOfYear)
	for i := range monthsOfYear {
		out.Heads = append(out.Heads, i18n.Month(ctx, v.month(i)))
	}
	for _, row := range v.rows {
		line := web.SheetRow{ID: row.key(), Name: web.Text(v.name(ctx, row)), Apart: !v.Center.IsNone() && row.staff.IsNone()}
		if v.Center.IsNone() {
			line.Name = web.RecordLink(v.address(row.center), v.name(ctx, row))
		}
		for i := range monthsOfYear {
			key := cellKey(row, v.month(i))
			amount, set := v.amounts[key]
			if !set {
				amount = sales.NoTarget
			} else if !line.Apart {
				sums[i] += amount
			}
			cell := web.SheetCell{Name: "now." + key, Was: "was." + key, Value: v.metric.FormatTarget(amount), Label: v.name(ctx, row) + " " + i18n.Month(ctx, v.month(i))}
			if !row.open {
				cell = web.SheetCell{Text: v.shown(ctx, amount)}
			}
			line.Cells = append(line.Cells, cell)
		}
		out.Rows = append(out.Rows, line)
	}
	out.Foot = v.foot(ctx, sums)
	return out
}

// foot is the sum of the rows; of a center's consultants also what of the center's target it leaves.
func (v targetsView) foot(ctx context.Context, sums []int64) []web.SheetRow {
	sum := web.SheetRow{Name: web.Text(t(ctx, "targets.sum")), Sum: true}
	left := web.SheetRow{Name: web.Text(t(ctx, "targets.left")), Diff: true}
	for i, n := range sums {
		sum.Cells = append(sum.Cells, web.SheetCell{Text: v.shown(ctx, n)})
		whole, set := v.amounts[cellKey(targetRow{center: v.Center}, v.month(i))]
		text := i18n.None
		if set {
			text = v.shown(ctx, whole-n)
		}
		left.Cells = append(left.Cells, web.SheetCell{Text: text})
	}
	if v.Center.IsNone() {
		return []web.SheetRow{sum}
	}
	sum.Name = web.Text(t(ctx, "targets.sum-consultants"))
	return []web.SheetRow{sum, left}
}

// shown writes an amount as a figure of the sheet: in whole yuan, or a count.
func (v targetsView) shown(ctx context.Context, amount int64) string {
	if amount == sales.NoTarget {
		return i18n.None
	}
	if v.metric.Money {
		amount /= 100
	}
	return i18n.Count(ctx, amount)
}

func (v targetsView) name(ctx context.Context, row targetRow) string {
	if !row.staff.IsNone() {
		return v.dir.StaffName(row.staff)
	}
	c, _ := v.dir.Center(row.center)
	if v.Center.IsNone() {
		return c.Name(lang(ctx))
	}
	return t(ctx, "targets.of-center", "name", c.Name(lang(ctx)))
}

// may tells whether there is anything to fill in.
func (v targetsView) may() bool {
	return slices.ContainsFunc(v.rows, func(row targetRow) bool { return row.open })
}

func (v targetsView) address(center id.ID) string {
	pairs := []string{"metric", v.metric.ID, "year", strconv.Itoa(v.Year)}
	if !center.IsNone() {
		pairs = append(pairs, "center", center.String())
	}
	return query("/targets", pairs...)
}

func (v targetsView) sentence(ctx context.Context) string {
	where := t(ctx, "targets.all-centers")
	if c, ok := v.dir.Center(v.Center); ok {
		where = c.Name(lang(ctx))
	}
	return t(ctx, "targets.h1", "where", where, "metric", i18n.T(ctx, "metric."+v.metric.ID), "year", strconv.Itoa(v.Year))
}

func (v targetsView) centerOptions(ctx context.Context) (out []web.Option) {
	for _, c := range v.centers {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: c.ID == v.Center})
	}
	return out
}

func (v targetsView) metricOptions(ctx context.Context) (out []web.Option) {
	for _, m := range sales.TargetMetrics {
		out = append(out, web.Option{Value: m.ID, Label: i18n.T(ctx, "metric."+m.ID), On: m.ID == v.metric.ID})
	}
	return out
}

func (v targetsView) yearOptions(ctx context.Context) (out []web.Option) {
	this := web.Today(ctx).UTC().Year()
	for y := this - targetYearSpan; y <= this+targetYearSpan; y++ {
		out = append(out, web.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y), On: y == v.Year})
	}
	return out
}

// history is who set what when, newest first.
func (v targetsView) history(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "targets.history"), Plain: true, Columns: []web.Column{
		{Label: t(ctx, "targets.when")},
		{Label: t(ctx, "targets.who")},
		{Label: t(ctx, "targets.whose")},
		{Label: i18n.T(ctx, "dimension.month")},
		{Label: t(ctx, "targets.was"), Num: true},
		{Label: t(ctx, "targets.now"), Num: true},
	}}
	for _, h := range v.History {
		by := v.dir.StaffName(h.By)
		if by == "" {
			by = i18n.None
		}
		out.Rows = append(out.Rows, web.Row{ID: h.ID.String(), Cells: []templ.Component{
			web.Text(i18n.DateTime(ctx, h.At, web.Zone(ctx), web.Now(ctx))), web.Text(by), web.Text(v.name(ctx, targetRow{center: h.Center, staff: h.Staff})),
			web.Text(i18n.Month(ctx, h.Month)), web.Text(v.shown(ctx, h.Was)), web.Text(v.shown(ctx, h.Now)),
		}})
	}
	return out
}

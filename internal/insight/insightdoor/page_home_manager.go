package insightdoor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
	"zhike/internal/web/chart"
)

const monthsBack = 12 // that the month of the page can be chosen from

// managerView is the company's month beside the month before.
type managerView struct {
	Month   bizdate.Date // its first day
	Today   bizdate.Date
	Centers []organization.Center
	Center  id.ID // chosen in the switch; none: all
	Now     insight.Cells
	Before  insight.Cells // of the same days of the month before
	Cash    insight.Cells // by month, up to the month of the page
	Waiting waitingView
	Goals   []insight.Progress // targets of the centers in the running month
	Aims    bool               // the viewer sees targets
}

// monthQuery chooses the month by its first day, or any other one.
type monthQuery struct {
	Month bizdate.Date `json:"month"`
}

func (p pages) getManager(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := mayReport(ctx); err != nil {
		return err
	}
	q, err := web.Decode[monthQuery](r)
	if err != nil {
		return err
	}
	v := managerView{Month: q.Month}
	if err := p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{
		Title: i18n.T(ctx, "home.manager"), H1: v.sentence(ctx), Lead: web.Text(v.lead(ctx)), Aside: managerTools(v),
	}, managerPage(v)))
}

func (v *managerView) read(ctx context.Context, tx *op.Tx) (err error) {
	v.Today, v.Center = tx.Today(id.None), chosenCenter(ctx, tx)
	if v.Month.IsZero() || v.Month > v.Today {
		v.Month = v.Today.MonthStart().AddMonths(-1) // the last whole month
	}
	v.Month = v.Month.MonthStart()
	if err = v.Waiting.read(ctx, tx); err != nil {
		return err
	}
	for _, c := range organization.Of(tx).Centers(tx.Viewer) {
		if v.Center.IsNone() || c.ID == v.Center {
			v.Centers = append(v.Centers, c)
		}
	}
	if err = v.readGoals(ctx, tx); err != nil {
		return err
	}
	ask := insight.Ask{Metrics: homeMetrics, From: v.Month, Until: v.until(), Centers: listed(v.Center)}
	if v.Now, err = insight.Figures(ctx, tx, ask); err != nil {
		return err
	}
	ask.From, ask.Until = v.before()
	if v.Before, err = insight.Figures(ctx, tx, ask); err != nil {
		return err
	}
	v.Cash, err = insight.Figures(ctx, tx, insight.Ask{Metrics: []string{"cash_in"}, From: v.Month.AddMonths(-monthsBack), Until: v.Month.AddMonths(1) - 1, Centers: listed(v.Center), By: "month"})
	return err
}

// running tells whether the month is not yet over.
func (v managerView) running() bool { return v.Month.AddMonths(1) > v.Today }

// until is the month's last day, today while it runs.
func (v managerView) until() bizdate.Date { return min(v.Month.AddMonths(1)-1, v.Today) }

// before are the days to compare with: the month before, and of it as many days as this one has had while it runs.
func (v managerView) before() (from, until bizdate.Date) {
	from, until = v.Month.AddMonths(-1), v.Month-1
	if v.running() {
		until = min(until, from+(v.until()-v.Month))
	}
	return from, until
}

// params are those of the lists that a figure of the month opens.
func (v managerView) params() insight.Params {
	return insight.Params{From: v.Month, Until: v.until(), Centers: listed(v.Center), By: "center"}
}

// lead says which days are compared, and of which centers.
func (v managerView) lead(ctx context.Context) string {
	from, until := v.before()
	where := i18n.T(ctx, "insight.all-centers")
	if len(v.Centers) == 1 {
		where = v.Centers[0].Name(string(i18n.LangOf(ctx)))
	}
	return i18n.T(ctx, "home.compared", "days", period(ctx, v.params()), "before", period(ctx, insight.Params{From: from, Until: until}), "where", where)
}

// difference words how much a figure changed, with the tone of its direction.
func (v managerView) difference(ctx context.Context, m insight.Metric) web.Figure {
	now, before := v.Now.Sum(m.ID, nil), v.Before.Sum(m.ID, nil)
	d := now - before
	out := web.Figure{Value: i18n.DifferenceCount(ctx, d)}
	if m.Unit == "fen" {
		out.Value = i18n.Difference(ctx, money.Fen(d))
	}
	switch {
	case d*int64(m.Better) > 0:
		out.Tone = web.Good
	case d*int64(m.Better) < 0:
		out.Tone = web.Bad
	}
	return out
}

// sentence says what the month brought: its cash and contracts beside those of the month before.
func (v managerView) sentence(ctx context.Context) string {
	cash, _ := insight.MetricByID("cash_in")
	contracts, _ := insight.MetricByID("contracts")
	month := i18n.Month(ctx, v.Month)
	if v.Now.Sum(cash.ID, nil) == 0 && v.Now.Sum(contracts.ID, nil) == 0 && v.Now.Sum("leads", nil) == 0 {
		return i18n.T(ctx, "home.no-month", "month", month)
	}
	return i18n.T(ctx, "home.headline", "month", month,
		"cash", i18n.MoneyShort(ctx, money.Fen(v.Now.Sum(cash.ID, nil))), "cash_change", v.change(ctx, cash),
		"contracts", i18n.Count(ctx, v.Now.Sum(contracts.ID, nil)), "contracts_change", v.change(ctx, contracts))
}

// change words a difference within a sentence: as much as before, or more or less by so much.
func (v managerView) change(ctx context.Context, m insight.Metric) string {
	d := v.Now.Sum(m.ID, nil) - v.Before.Sum(m.ID, nil)
	word := func(n int64) string {
		if m.Unit == "fen" {
			return i18n.MoneyShort(ctx, money.Fen(n))
		}
		return i18n.Count(ctx, n)
	}
	switch {
	case d > 0:
		return i18n.T(ctx, "home.more", "by", word(d))
	case d < 0:
		return i18n.T(ctx, "home.less", "by", word(-d))
	}
	return i18n.T(ctx, "home.equal")
}

// figures are the six of the month, each opening its records.
func (v managerView) figures(ctx context.Context) web.FigureStrip {
	var out web.FigureStrip
	for _, key := range homeMetrics {
		m, _ := insight.MetricByID(key)
		f := web.Figure{Value: i18n.Count(ctx, v.Now.Sum(key, nil)), Href: listLink(ctx, insight.Column{Metric: key}, v.params(), insight.Row{}), Hidden: i18n.Month(ctx, v.Month)}
		before := i18n.Count(ctx, v.Before.Sum(key, nil))
		if m.Unit == "fen" {
			f.Value, before = i18n.MoneyShort(ctx, money.Fen(v.Now.Sum(key, nil))), i18n.MoneyShort(ctx, money.Fen(v.Before.Sum(key, nil)))
		}
		out.Items = append(out.Items, web.StripFigure{Label: i18n.T(ctx, "metric."+key), Figure: f, Note: web.Join(web.Text(i18n.T(ctx, "home.before", "value", before)+" "), v.difference(ctx, m))})
	}
	return out
}

// centers is a row a center; each figure opens the records of that center.
func (v managerView) centers(ctx context.Context) web.Table {
	out := web.Table{Caption: i18n.T(ctx, "home.centers"), Columns: []web.Column{{Label: i18n.T(ctx, "dimension.center")}}}
	for _, key := range homeMetrics {
		out.Columns = append(out.Columns, web.Column{Label: i18n.T(ctx, "metric."+key), Num: true})
	}
	draw := func(name, value string, match func(insight.Cell) bool) []templ.Component {
		cells := []templ.Component{web.Text(name)}
		for _, key := range homeMetrics {
			m, _ := insight.MetricByID(key)
			x := v.Now.Sum(key, match)
			shown := i18n.Count(ctx, x)
			if m.Unit == "fen" {
				shown = i18n.MoneyShort(ctx, money.Fen(x))
			}
			cells = append(cells, web.Figure{Value: shown, Href: listLink(ctx, insight.Column{Metric: key}, v.params(), insight.Row{Value: value}), Hidden: name + " " + i18n.T(ctx, "metric."+key)})
		}
		return cells
	}
	for _, c := range v.Centers {
		out.Rows = append(out.Rows, web.Row{ID: c.ID.String(), Cells: draw(c.Name(string(i18n.LangOf(ctx))), c.ID.String(), func(x insight.Cell) bool { return x.Center == c.ID })})
	}
	out.Foot = draw(i18n.T(ctx, "insight.total"), "", nil)
	return out
}

// cash draws what was received by month, up to the month of the page.
func (v managerView) cash(ctx context.Context, width float64) chart.Line {
	m, _ := insight.MetricByID("cash_in")
	word := shortly(ctx, m)
	line := chart.Line{
		Head:     chart.Head{Title: i18n.T(ctx, "home.cash-months"), Of: i18n.T(ctx, "home.month"), Value: i18n.T(ctx, "metric.cash_in"), Width: width, Format: word},
		Series:   []chart.Series{{Name: i18n.T(ctx, "metric.cash_in")}},
		FromZero: true,
	}
	most := 0
	for n := range monthsBack + 1 {
		month := v.Month.AddMonths(n - monthsBack)
		until := min(month.AddMonths(1)-1, v.Today)
		line.Labels = append(line.Labels, monthLabel(month, n == 0))
		line.Series[0].Values = append(line.Series[0].Values, float64(v.Cash.Sum(m.ID, func(c insight.Cell) bool { return c.Day == month })))
		line.Series[0].Hrefs = append(line.Series[0].Hrefs, listLink(ctx, insight.Column{Metric: m.ID}, insight.Params{From: month, Until: until, Centers: listed(v.Center)}, insight.Row{}))
		if line.Series[0].Values[n] > line.Series[0].Values[most] {
			most = n
		}
	}
	values := line.Series[0].Values
	line.Alt = i18n.T(ctx, "home.cash-months-alt", "from", i18n.Month(ctx, v.Month.AddMonths(-monthsBack)), "until", v.monthName(ctx, v.Month),
		"most", word(values[most]), "month", i18n.Month(ctx, v.Month.AddMonths(most-monthsBack)), "last", word(values[monthsBack]))
	return line
}

// monthLabel names a month under an axis: 12/11, 12, 13/1, 2; the first one and each January with the year.
func monthLabel(m bizdate.Date, first bool) string {
	year, month, _ := m.UTC().Date()
	if first || month == time.January {
		return fmt.Sprintf("%02d/%d", year%100, month)
	}
	return strconv.Itoa(int(month))
}

// cashByCenter draws what each center received, beside the same days of the month before.
func (v managerView) cashByCenter(ctx context.Context, width float64) chart.Bars {
	m, _ := insight.MetricByID("cash_in")
	bars := chart.Bars{
		Head:    chart.Head{Title: i18n.T(ctx, "home.cash-centers"), Of: i18n.T(ctx, "dimension.center"), Value: i18n.T(ctx, "metric.cash_in"), Width: width, Format: shortly(ctx, m)},
		Compare: i18n.T(ctx, "home.month-before"), Lying: true,
	}
	for _, c := range v.Centers {
		at := func(x insight.Cell) bool { return x.Center == c.ID }
		before := float64(v.Before.Sum(m.ID, at))
		bars.Points = append(bars.Points, chart.Point{
			Label: c.Name(string(i18n.LangOf(ctx))), Value: float64(v.Now.Sum(m.ID, at)), Compare: &before,
			Href: listLink(ctx, insight.Column{Metric: m.ID}, v.params(), insight.Row{Value: c.ID.String()}),
		})
	}
	return bars
}

// mostDrawn is how many centers a chart has; more are read in the table.
const mostDrawn = 12

// months are those that can be chosen, newest first.
func (v managerView) months() []bizdate.Date {
	var out []bizdate.Date
	for n := range monthsBack + 1 {
		out = append(out, v.Today.MonthStart().AddMonths(-n))
	}
	return out
}

// monthName is a month; the running one is only so far.
func (v managerView) monthName(ctx context.Context, m bizdate.Date) string {
	if m == v.Today.MonthStart() {
		return i18n.T(ctx, "home.so-far", "month", i18n.Month(ctx, m))
	}
	return i18n.Month(ctx, m)
}

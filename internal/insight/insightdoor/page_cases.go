package insightdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// noRow is how an address calls the row of what belongs to none.
const noRow = "none"

// placeOf is the cell that an address names: a row, or the totals for none.
func placeOf(column, row string) insight.Place {
	if row == noRow {
		return insight.Place{Column: column}
	}
	return insight.Place{Column: column, Row: row, Total: row == ""}
}

// casesLink leads to the cases behind a cell (UI-B1).
func casesLink(r insight.Report, c insight.Column, row string, total bool) string {
	text := "/reports/" + r.Name + "/cases?" + query(r.Params) + "&column=" + url.QueryEscape(c.Key)
	switch {
	case total:
		return text
	case row == "":
		row = noRow
	}
	return text + "&row=" + url.QueryEscape(row)
}

// casesView are the cases behind a figure.
type casesView struct {
	insight.Opened
	page    int
	row     string // its name
	persons map[id.ID]people.Brief
	org     *organization.Directory
}

func (p pages) getCases(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	params, err := ParamsOf(q)
	if err != nil {
		return err
	}
	v := casesView{page: web.PageOf(r)}
	at := placeOf(q.Get("column"), q.Get("row"))
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Opened, err = insight.OpenFigure(ctx, tx, r.PathValue("name"), params, at, (v.page-1)*page.Usual, page.Usual); err != nil {
			return err
		}
		return v.names(ctx, tx, at)
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	metric := i18n.T(ctx, "metric."+v.Column.Metric)
	return web.Render(w, r, web.Shell(web.Page{
		Title: metric, H1: i18n.T(ctx, "insight.cases-h1", "row", v.row, "metric", metric, "value", value(ctx, v.Column.Unit, v.Figure)),
		Sub: period(ctx, v.Report.Params), Lead: web.Text(v.sentence(ctx)),
	}, casesPage(v)))
}

func (v *casesView) names(ctx context.Context, tx *op.Tx, at insight.Place) error {
	name, err := namesOf(ctx, tx, v.Report)
	if err != nil {
		return err
	}
	if v.row = i18n.T(ctx, "insight.total"); !at.Total {
		v.row = name(ctx, at.Row)
	}
	v.org = organization.Of(tx)
	var keys []id.ID
	for _, c := range v.Cases {
		if !c.Person.IsNone() {
			keys = append(keys, c.Person)
		}
	}
	v.persons, err = people.Briefs(ctx, tx, keys)
	return err
}

// sentence says how the figure follows from its cases.
func (v casesView) sentence(ctx context.Context) string {
	m, _ := insight.MetricByID(v.Column.Metric)
	num, over := m.ID, ""
	if m.Ratio() {
		num, over = m.Num, m.Over
	}
	code := "insight.cases-" + string(v.Way)
	return i18n.T(ctx, code, "report", i18n.T(ctx, "report."+v.Report.Name), "figure", value(ctx, v.Column.Unit, v.Figure), "sum", amount(ctx, num, v.Sum), "over", amount(ctx, over, v.Over), "count", v.Total)
}

// amount words what cases add up to, in the unit of a metric.
func amount(ctx context.Context, metric string, n float64) string {
	m, ok := insight.MetricByID(metric)
	if !ok || m.Ratio() || m.Unit == "%" {
		m.Unit = "n"
	}
	return value(ctx, m.Unit, insight.Figure{V: n})
}

// addresses lead to the records of each kind; an appointment is shown with its enquiry, a cost with its campaign.
var addresses = map[string]string{"enquiry": "/enquiries/", "visit": "/visits/", "contract": "/contracts/", "payment": "/payments/", "promotion": "/promotions/"}

func (v casesView) table(ctx context.Context) web.Table {
	t := web.Table{Caption: i18n.T(ctx, "metric."+v.Column.Metric), Columns: []web.Column{
		{Label: i18n.T(ctx, "insight.case")},
		{Label: i18n.T(ctx, "insight.case-person")},
		{Label: i18n.T(ctx, "dimension.day")},
		{Label: i18n.T(ctx, "dimension.consultant")},
		{Label: i18n.T(ctx, "dimension.center")},
		{Label: i18n.T(ctx, "insight.case-part")},
		{Label: i18n.T(ctx, "insight.case-adds"), Num: true},
	}}
	for i, c := range v.Cases {
		t.Rows = append(t.Rows, web.Row{ID: strconv.Itoa(i), Cells: v.cells(ctx, c)})
	}
	return t
}

func (v casesView) cells(ctx context.Context, c insight.Counted) []templ.Component {
	kind := i18n.T(ctx, "insight.case-"+c.Kind)
	record := web.Text(kind)
	switch {
	case c.ID.IsNone():
	case c.Kind == "appointment" && c.Enquiry.IsNone():
	case c.Kind == "appointment":
		record = web.RecordLink("/enquiries/"+c.Enquiry.String(), kind)
	case c.Kind == "cost":
		record = web.RecordLink("/campaigns/"+c.Campaign.String(), kind)
	default:
		record = web.RecordLink(addresses[c.Kind]+c.ID.String(), kind)
	}
	person := i18n.None
	if b, ok := v.persons[c.Person]; ok {
		person = b.Shown()
	} else if c.Kind != "cost" && c.Kind != "promotion" {
		person = i18n.T(ctx, "insight.beyond-scope")
	}
	center, _ := v.org.Center(c.Center)
	part := ""
	if c.Part != "" {
		part = i18n.T(ctx, "insight.case-"+c.Part)
	}
	adds := amount(ctx, v.metricOf(c), c.Value)
	if c.Beyond {
		adds = i18n.None
	}
	return []templ.Component{
		record, web.Text(person), web.Text(i18n.Date(ctx, c.Day, web.Today(ctx))), web.Text(v.org.StaffName(c.Consultant)), web.Text(center.Name(string(i18n.LangOf(ctx)))),
		web.Text(part), web.Text(adds),
	}
}

// metricOf is the metric whose unit a case has.
func (v casesView) metricOf(c insight.Counted) string {
	m, _ := insight.MetricByID(v.Column.Metric)
	switch {
	case c.Part == insight.PartNum && m.Ratio():
		return m.Num
	case c.Part == insight.PartOver && m.Ratio():
		return m.Over
	case v.Way == insight.WayBasis && len(v.Report.Columns) > 1 && c.Part == "":
		return v.Report.Columns[1].Metric
	}
	return m.ID
}

// CasesAnswer is a figure with a page of its cases, for programs.
type CasesAnswer struct {
	Figure *float64          `json:"figure" doc:"null for none"`
	Way    insight.Way       `json:"way" enum:"sum,quotient,median,basis" doc:"how it follows from the cases"`
	Sum    float64           `json:"sum" doc:"of all cases, or of those of the numerator"`
	Over   float64           `json:"denominator"`
	Items  []insight.Counted `json:"items" nullable:"false"`
	Next   *string           `json:"next_cursor" doc:"null on the last page"`
	Total  int               `json:"total"`
}

type casesQuery struct {
	reportQuery
	Column string `query:"column" maxLength:"40" doc:"key of a column of the report; needed"`
	Row    string `query:"row" maxLength:"60" doc:"value of a row, none for the row without one; the totals if left out"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor string `query:"cursor" maxLength:"20" doc:"next_cursor of the page before"`
}

// cursorOf is a place in a list.
func cursorOf(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, problem.Refuse("UI-B1", "invalid", problem.Field{Location: "cursor", Code: "invalid", Value: text})
	}
	return n, nil
}

func casesOf(ctx context.Context, tx *op.Tx, q casesQuery) (out CasesAnswer, err error) {
	params, err := q.params(tx)
	if err != nil {
		return out, err
	}
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	from, err := cursorOf(q.Cursor)
	if err != nil {
		return out, err
	}
	o, err := insight.OpenFigure(ctx, tx, q.Name, params, placeOf(q.Column, q.Row), from, q.Limit)
	if err != nil {
		return out, err
	}
	out = CasesAnswer{Way: o.Way, Sum: o.Sum, Over: o.Over, Items: slices.Clone(o.Cases), Total: o.Total}
	if out.Items == nil {
		out.Items = []insight.Counted{}
	}
	if !o.Figure.None {
		out.Figure = &o.Figure.V
	}
	if next := from + q.Limit; next < o.Total {
		text := strconv.Itoa(next)
		out.Next = &text
	}
	return out, nil
}

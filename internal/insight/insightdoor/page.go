package insightdoor

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Pages serves the reports.
func Pages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	mux.Handle("GET /reports", web.Func(p.getReports))
	mux.Handle("GET /reports/{name}", web.Func(p.getReport))
	mux.Handle("GET /reports/{name}/cases", web.Func(p.getCases))
	mux.Handle("POST /reports/{name}/mail", web.Func(p.postMail))
	mux.Handle("POST /reports/{name}/export", web.Func(p.postExport))
	mux.Handle("POST /reports/consultants/coach", web.Func(p.postCoach))
}

type pages struct{ run *op.Runner }

func (p pages) getReports(w http.ResponseWriter, r *http.Request) error {
	v, _ := op.ViewerOf(r.Context())
	if v == nil || !v.May("report:read") {
		return problem.Forbidden("report:read")
	}
	return web.Render(w, r, web.Shell(web.Page{H1: i18n.T(r.Context(), "insight.reports")}, reportList(insight.NamesFor(v))))
}

// view is what the page of a report shows.
type view struct {
	report     insight.Report
	name       names
	centers    []organization.Center
	colleagues []organization.Staff
	may        bool   // send by mail
	coach      string // consultant for whom the form of a coaching task is filled in
	asked      string // parameters of the address
	mark       string // of the file (PPL-10)
	me         id.ID
}

func (p pages) getReport(w http.ResponseWriter, r *http.Request) error {
	params, err := ParamsOf(r.URL.Query())
	if err != nil {
		return err
	}
	var v view
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v, err = makeView(ctx, tx, r.PathValue("name"), params)
		return err
	})
	if err != nil {
		return err
	}
	v.coach, v.asked = r.URL.Query().Get("coach"), query(v.report.Params)
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{
		Title: i18n.T(ctx, "report."+v.report.Name), H1: v.conclusion(ctx),
		Lead: web.Text(i18n.T(ctx, "report."+v.report.Name) + " · " + period(ctx, v.report.Params)), Aside: tools(v),
	}, reportPage(v)))
}

func makeView(ctx context.Context, tx *op.Tx, name string, params insight.Params) (v view, err error) {
	if v.report, err = insight.Make(ctx, tx, name, params); err != nil {
		return v, err
	}
	if v.name, err = namesOf(ctx, tx, v.report); err != nil {
		return v, err
	}
	v.centers = organization.Of(tx).Centers(tx.Viewer)
	v.may, v.me = tx.Viewer.May("report:mail"), tx.Viewer.Staff
	if v.may {
		v.colleagues, err = organization.Colleagues(ctx, tx, insight.RightsFor(name)...)
	}
	return v, err
}

// ParamsOf reads the parameters of a report from an address or query.
func ParamsOf(q map[string][]string) (p insight.Params, err error) {
	var bad problem.Invalid
	day := func(name string) (d bizdate.Date) {
		if len(q[name]) == 0 {
			return 0
		}
		if err := d.UnmarshalText([]byte(q[name][0])); err != nil {
			bad.Add(name, "bad-date", q[name][0])
		}
		return d
	}
	p.From, p.Until = day("from"), day("to")
	for _, c := range q["center"] {
		if c == "" {
			continue
		}
		key, err := id.Parse(c)
		if err != nil {
			bad.Add("center", "bad-id", c)
		}
		p.Centers = append(p.Centers, key)
	}
	if len(q["by"]) > 0 {
		p.By = q["by"][0]
	}
	if len(q["basis"]) > 0 {
		p.Basis = insight.Basis(q["basis"][0])
	}
	if len(q["metric"]) > 0 {
		p.Metric = q["metric"][0]
	}
	if len(q["model"]) > 0 {
		p.Model = insight.Model(q["model"][0])
	}
	return p, bad.Err("INS-5")
}

// mailForm is the form of the mail dialog.
type mailForm struct {
	Staff []id.ID `json:"staff_ids"`
}

func (p pages) postMail(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Decode[mailForm](r)
	if err != nil {
		return err
	}
	params, err := ParamsOf(r.URL.Query())
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	out, err := insight.MailReport.Run(r.Context(), p.run, insight.MailReportInput{Report: name, Params: params, Staff: form.Staff})
	if err != nil {
		return web.Again(w, r, err, p.getReport)
	}
	return web.Redirect(w, r, "/reports/"+name+"?"+r.URL.RawQuery, web.Status{Text: i18n.T(r.Context(), "insight.mailed", "count", len(out.Mails))})
}

func period(ctx context.Context, p insight.Params) string {
	from := i18n.Date(ctx, p.From, web.Today(ctx))
	if p.From == p.Until {
		return from
	}
	return i18n.Range(ctx, from, i18n.Date(ctx, p.Until, web.Today(ctx)))
}

// table draws the figures; each opens the records it counts (UI-B1).
func table(ctx context.Context, v view) web.Table {
	t := web.Table{Caption: i18n.T(ctx, "report."+v.report.Name), Plain: true}
	for i, c := range v.report.Columns {
		if i == 0 {
			t.Columns = append(t.Columns, web.Column{Label: i18n.T(ctx, "dimension."+c.Key)})
			continue
		}
		t.Columns = append(t.Columns, web.Column{Label: i18n.T(ctx, "metric."+c.Metric), Num: true})
	}
	draw := func(row insight.Row, label string, total bool) []templ.Component {
		out := []templ.Component{web.Text(label)}
		for i, f := range row.Cells {
			c := v.report.Columns[i+1]
			href := ""
			if !f.None {
				href = link(ctx, v.report, c, row, total)
			}
			out = append(out, web.Figure{Value: value(ctx, c.Unit, f), Href: href, Hidden: label + " " + i18n.T(ctx, "metric."+c.Metric), Tone: toned(f)})
		}
		return out
	}
	for _, row := range v.report.Rows {
		t.Rows = append(t.Rows, web.Row{ID: row.Value, Cells: draw(row, v.label(ctx, row), false)})
	}
	t.Foot = draw(v.report.Totals, i18n.T(ctx, "insight.total"), true)
	return t
}

// evidence draws what the conclusion rests on.
func (v view) evidence(ctx context.Context) web.Table {
	heads, rows := v.evidenceCells(ctx)
	t := web.Table{Caption: i18n.T(ctx, "insight.evidence"), Plain: true}
	for i, h := range heads {
		t.Columns = append(t.Columns, web.Column{Label: h, Num: i > 0})
	}
	for i, row := range rows {
		r := web.Row{ID: v.report.Conclusion.Evidence[i].Metric + v.report.Conclusion.Evidence[i].Row}
		for _, text := range row {
			r.Cells = append(r.Cells, web.Text(text))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// evidenceCells words what the conclusion rests on: days compared with, or rows of the report with their cases.
func (v view) evidenceCells(ctx context.Context) (heads []string, rows [][]string) {
	heads = []string{"figure", "this-day", "usual-mean", "usual-range"}
	byRow := v.byRow()
	switch {
	case v.report.Params.Metric != "":
		heads = []string{"figure", "expected", "own-target", "interval", "months-behind"}
	case v.report.Name == promotionsReport:
		heads = []string{"figure", "this-row", "planned", "interval", "cases"}
	case v.report.Params.Owned:
		heads = []string{"figure", "this-row", "usual-there", "interval-all", "cases"}
	case byRow:
		heads = []string{"figure", "this-row", "all-rows", "interval", "cases"}
	}
	for i := range heads {
		heads[i] = i18n.T(ctx, "insight."+heads[i])
	}
	for _, e := range v.report.Conclusion.Evidence {
		m, _ := insight.MetricByID(e.Metric)
		word := func(x float64) string { return value(ctx, m.Unit, insight.Figure{V: x}) }
		if byRow {
			word = func(x float64) string { return value(ctx, m.Unit, insight.Figure{V: x, High: x}) }
		}
		row := []string{i18n.T(ctx, "metric."+e.Metric), word(e.Value), mean(ctx, m.Unit, e.Baseline), i18n.Range(ctx, word(e.Low), word(e.High))}
		if byRow {
			row[0] = v.name(ctx, e.Row) + i18n.T(ctx, "insight.dot") + row[0]
			row = append(row, i18n.Count(ctx, int64(e.N)))
		}
		rows = append(rows, row)
	}
	return heads, rows
}

// byRow tells whether the evidence is about rows of the report, not about a day.
func (v view) byRow() bool {
	p := v.report.Params
	return p.Model != "" || p.Basis != "" || p.Metric != "" || p.Owned || v.report.Name == promotionsReport || v.report.Name == insight.ReferralReport
}

// compared says what the evidence is compared with.
func (v view) compared(ctx context.Context) string {
	switch p := v.report.Params; {
	case p.Metric != "":
		return i18n.T(ctx, "conclusion.compared-targets")
	case p.Owned:
		return i18n.T(ctx, "conclusion.compared-fair")
	case v.report.Name == insight.ReferralReport:
		return i18n.T(ctx, "conclusion.compared-referrals")
	case v.report.Name == promotionsReport:
		return i18n.T(ctx, "conclusion.compared-promotions")
	case p.Basis != "":
		return i18n.T(ctx, "conclusion.compared-funnel")
	case p.Model != "":
		return i18n.T(ctx, "conclusion.compared-rows")
	}
	return i18n.T(ctx, "conclusion.compared")
}

// label names a row, and marks one of which more may come.
func (v view) label(ctx context.Context, row insight.Row) string {
	name := v.name(ctx, row.Value)
	if row.Young {
		name += i18n.T(ctx, "insight.immature")
	}
	return name
}

func (v view) conclusion(ctx context.Context) string {
	return conclusion(ctx, v.report.Conclusion, v.name)
}

// mean words the mean of past days: of counts with one decimal, else few visits a day would read as none.
func mean(ctx context.Context, unit string, v float64) string {
	if unit == "n" {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return value(ctx, unit, insight.Figure{V: v})
}

// recipients are the colleagues to choose from; oneself is chosen.
func recipients(v view) []web.Option {
	var out []web.Option
	for _, s := range v.colleagues {
		if s.Email != "" {
			out = append(out, web.Option{Value: s.ID.String(), Label: s.Name, Note: s.Email, On: s.ID == v.me})
		}
	}
	return out
}

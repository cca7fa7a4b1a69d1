package marketingdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// BudgetPages registers the pages of annual plans.
func BudgetPages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /budgets":         p.getBudget,
		"POST /budgets":        p.postBudget,
		"POST /budgets/fill":   p.postFill,
		"GET /budgets/figures": p.getFigures,
		"GET /budgets/history": p.getBudgetHistory,
		"POST /budgets/export": p.postBudgetFile,
		"GET /budgets/raise":   p.getRaise,
		"POST /budgets/raise":  p.postRaise,
	} {
		mux.Handle(pattern, page)
	}
}

// b is a text of the pages of annual plans.
func b(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "budgets."+key, pairs...)
}

// budgetQuery is the address of an annual plan, or of one of its figures.
type budgetQuery struct {
	Year    int   `json:"year"`
	Center  id.ID `json:"center"`
	Channel id.ID `json:"channel"` // a further row; of a figure, its row
	Month   int   `json:"month"`   // of a figure, 1 to 12; 0: the year
}

// address leads to a page of the same plan.
func (q budgetQuery) address(path string, pairs ...string) string {
	v := url.Values{"year": {strconv.Itoa(q.Year)}}
	if !q.Center.IsNone() {
		v.Set("center", q.Center.String())
	}
	for pair := range slices.Chunk(pairs, 2) {
		v.Set(pair[0], pair[1])
	}
	return path + "?" + v.Encode()
}

// budgetView is an annual plan.
type budgetView struct {
	names
	budgetQuery
	Plan    marketing.BudgetView
	Season  marketing.Season
	Own     []id.ID // centers that plan for themselves
	centers []organization.Center
	all     bool // the viewer may change the company's
}

func (v *budgetView) read(ctx context.Context, tx *op.Tx) (err error) {
	if v.Year == 0 {
		v.Year = tx.Today(tx.Viewer.Center).UTC().Year()
	}
	if v.Year < 2000 || v.Year > 2100 {
		return problem.NotFound("budget")
	}
	if v.Center.IsNone() && !tx.Viewer.Scope("budget:read").All {
		v.Center = tx.Viewer.Home("budget:read")
	}
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	v.centers, v.all = v.dir.Centers(tx.Viewer), tx.Viewer.Scope("budget:update").All
	if !v.Center.IsNone() && !slices.ContainsFunc(v.centers, func(c organization.Center) bool { return c.ID == v.Center }) {
		return problem.NotFound("center")
	}
	if v.Plan, err = marketing.BudgetOf(ctx, tx, v.Year, v.Center); err != nil {
		return err
	}
	v.Own, err = marketing.BudgetCenters(ctx, tx, v.Year)
	return err
}

// may tells whether the viewer may change the plan.
func (v budgetView) may(ctx context.Context) bool {
	return may(ctx, "budget:update") && (v.all || !v.Center.IsNone())
}

// rows are the channels of the sheet: those with figures, the roots in use, and the one that was asked for.
func (v budgetView) rows() (list []marketing.BudgetRow) {
	for _, n := range v.channels.Nodes() {
		has := slices.ContainsFunc(v.Plan.Rows, func(r marketing.BudgetRow) bool { return r.Channel == n.ID })
		if has || n.Active && n.Depth == 0 || n.ID == v.Channel {
			list = append(list, v.Plan.Row(n.ID))
		}
	}
	return list
}

// others are the channels that have no row yet.
func (v budgetView) others(ctx context.Context) (list []web.Option) {
	rows := v.rows()
	for _, n := range v.channels.Nodes() {
		if n.Active && !slices.ContainsFunc(rows, func(r marketing.BudgetRow) bool { return r.Channel == n.ID }) {
			list = append(list, web.Option{Value: n.ID.String(), Label: indent(n.Depth) + n.Name(lang(ctx))})
		}
	}
	return list
}

func (v budgetView) rowOptions(ctx context.Context) (list []web.Option) {
	for _, r := range v.rows() {
		list = append(list, web.Option{Value: r.Channel.String(), Label: v.channel(ctx, r.Channel), On: r.Channel == v.Channel})
	}
	return list
}

func (v budgetView) centerOptions(ctx context.Context) (list []web.Option) {
	for _, k := range v.centers {
		name := k.Name(lang(ctx))
		if slices.Contains(v.Own, k.ID) {
			name = b(ctx, "own", "name", name)
		}
		list = append(list, web.Option{Value: k.ID.String(), Label: name, On: k.ID == v.Center})
	}
	return list
}

func (v budgetView) channel(ctx context.Context, key id.ID) string {
	if ch, ok := v.channels.ByID(key); ok {
		return ch.Name(lang(ctx))
	}
	return b(ctx, "total")
}

func (v budgetView) whose(ctx context.Context) string {
	if c, ok := v.dir.Center(v.Center); ok {
		return c.Name(lang(ctx))
	}
	return b(ctx, "company")
}

func (p pages) getBudget(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := budgetOf(r)
	if err != nil {
		return err
	}
	v := budgetView{budgetQuery: q}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if err := v.read(ctx, tx); err != nil {
			return err
		}
		v.Season, err = marketing.Seasons(ctx, tx, v.Year, v.Center)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: b(ctx, "title"), H1: v.sentence(ctx), Sub: v.whose(ctx), Lead: web.Text(b(ctx, "lead"))}, budgetPage(v)))
}

// budgetOf reads which plan a page is about; of a form that was refused, from its address.
func budgetOf(r *http.Request) (q budgetQuery, err error) {
	get := r
	if r.Method == http.MethodPost {
		get = r.Clone(r.Context())
		get.Method = http.MethodGet
	}
	return web.Decode[budgetQuery](get)
}

// sentence says how the year stands.
func (v budgetView) sentence(ctx context.Context) string {
	year := v.Plan.Total.Year
	args := []any{"year", strconv.Itoa(v.Year), "planned", i18n.MoneyShort(ctx, year.Planned), "spent", i18n.MoneyShort(ctx, year.Spent), "left", i18n.MoneyShort(ctx, year.Left), "over", i18n.MoneyShort(ctx, -year.Left)}
	switch {
	case year.Planned == 0:
		return b(ctx, "sentence-none", args...)
	case year.Left < 0:
		return b(ctx, "sentence-over", args...)
	}
	return b(ctx, "sentence", args...)
}

// amount is an amount of the sheet, without the fen where there are none.
func amount(ctx context.Context, f money.Fen) string {
	if f%100 != 0 {
		return i18n.Money(ctx, f)
	}
	return i18n.MoneyWhole(ctx, f)
}

// bare is an amount in a cell of the sheet, where all are yuan.
func bare(ctx context.Context, f money.Fen) string {
	return strings.Replace(amount(ctx, f), "¥", "", 1)
}

// figure opens to the campaigns and cost lines behind it.
func (v budgetView) figure(ctx context.Context, f money.Fen, channel id.ID, month int, what string) web.Figure {
	out := web.Figure{Value: bare(ctx, f), Hidden: v.channel(ctx, channel) + " · " + v.month(ctx, month) + " · " + b(ctx, what)}
	pairs := []string{"month", strconv.Itoa(month)}
	if !channel.IsNone() {
		pairs = append(pairs, "channel", channel.String())
	}
	out.Href = v.address("/budgets/figures", pairs...)
	if what == "left" && f < 0 {
		out.Tone = web.Bad
	}
	return out
}

// month names a month, 1 to 12, or the year.
func (v budgetView) month(ctx context.Context, month int) string {
	if month == 0 {
		return b(ctx, "year", "year", strconv.Itoa(v.Year))
	}
	return i18n.T(ctx, "date.month-"+strconv.Itoa(month))
}

// at is the column that is shown first: this month, in the year that runs.
func (v budgetView) at(ctx context.Context) int {
	if today := web.Today(ctx).UTC(); today.Year() == v.Year {
		return int(today.Month()) - 1
	}
	return 0
}

// planned is an amount as it stands in its field.
func planned(f money.Fen) string {
	if f == 0 {
		return ""
	}
	if f%100 == 0 {
		return strconv.FormatInt(int64(f/100), 10)
	}
	return f.String()
}

// seasonTable is how leads and costs of earlier years lay over the months.
func (v budgetView) seasonTable(ctx context.Context) web.Table {
	table := web.Table{Caption: b(ctx, "season"), Plain: true, Columns: []web.Column{{Label: b(ctx, "month")}, {Label: b(ctx, "season-leads"), Num: true}, {Label: b(ctx, "season-costs"), Num: true}}}
	for i := range 12 {
		table.Rows = append(table.Rows, web.Row{ID: strconv.Itoa(i + 1), Cells: []templ.Component{
			web.Text(v.month(ctx, i+1)), web.Text(i18n.Percent(ctx, v.Season.LeadShare(i))), web.Text(i18n.Percent(ctx, v.Season.CostShare(i))),
		}})
	}
	return table
}

func (v budgetView) seasonYears(ctx context.Context) string {
	years := make([]string, len(v.Season.Years))
	for i, y := range v.Season.Years {
		years[i] = strconv.Itoa(y)
	}
	return strings.Join(years, c(ctx, "comma"))
}

// figuresView is what stands behind a figure of a plan.
type figuresView struct {
	budgetView
	Takes     []marketing.BudgetTake
	Lines     []marketing.CostLine
	Campaigns map[id.ID]marketing.Campaign
	Sum       marketing.BudgetFigures
}

func (p pages) getFigures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := budgetOf(r)
	if err != nil {
		return err
	}
	if q.Month < 0 || q.Month > 12 {
		return problem.NotFound("budget")
	}
	v := figuresView{budgetView: budgetView{budgetQuery: q}}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	h1 := b(ctx, "figures", "channel", v.channel(ctx, v.Channel), "month", v.month(ctx, v.Month))
	return web.Render(w, r, web.Shell(web.Page{Title: b(ctx, "title"), H1: h1, Sub: v.whose(ctx)}, figuresPage(v)))
}

func (v *figuresView) read(ctx context.Context, tx *op.Tx) (err error) {
	if err := v.budgetView.read(ctx, tx); err != nil {
		return err
	}
	row := v.Plan.Total
	if !v.Channel.IsNone() {
		row = v.Plan.Row(v.Channel)
	}
	v.Sum = row.Year
	from, until := bizdate.New(v.Year, time.January, 1), bizdate.New(v.Year+1, time.January, 1)-1
	if v.Month > 0 {
		v.Sum = row.Months[v.Month-1]
		from = bizdate.New(v.Year, time.Month(v.Month), 1)
		until = from.AddMonths(1) - 1
	}
	v.Takes = v.Plan.Takes(v.Channel, v.Month-1)
	keys := make([]id.ID, len(v.Takes))
	for i, t := range v.Takes {
		keys[i] = t.Campaign
	}
	if v.Campaigns, err = marketing.CampaignsOf(ctx, tx, keys); err != nil {
		return err
	}
	v.Lines, err = marketing.CostsIn(ctx, tx, keys, from, until)
	return err
}

// divided tells whether a campaign has other channels besides the one whose figures these are.
func (v figuresView) divided() bool {
	return !v.Channel.IsNone() && slices.ContainsFunc(v.Takes, func(t marketing.BudgetTake) bool { return len(v.Campaigns[t.Campaign].Channels) > 1 })
}

func (v figuresView) campaignTable(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "title"), Columns: []web.Column{{Label: c(ctx, "name")}, {Label: c(ctx, "period")}, {Label: b(ctx, "spent"), Num: true}, {Label: b(ctx, "committed"), Num: true}}}
	for _, t := range v.Takes {
		k := v.Campaigns[t.Campaign]
		table.Rows = append(table.Rows, web.Row{ID: k.ID.String(), Cells: []templ.Component{
			web.RecordLink("/campaigns/"+k.ID.String(), k.Name), web.Text(period(ctx, k)), web.Text(i18n.Money(ctx, t.Spent)), web.Text(i18n.Money(ctx, t.Committed)),
		}})
	}
	table.Rows = append(table.Rows, web.Row{ID: "sum", Cells: []templ.Component{web.Text(b(ctx, "total")), web.Text(""), web.Text(i18n.Money(ctx, v.Sum.Spent)), web.Text(i18n.Money(ctx, v.Sum.Committed))}})
	return table
}

func (v figuresView) lineTable(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "costs"), Columns: []web.Column{{Label: c(ctx, "document")}, {Label: c(ctx, "day")}, {Label: c(ctx, "name")}, {Label: c(ctx, "category")}, {Label: c(ctx, "amount-cost"), Num: true}}}
	var sum money.Fen
	for _, l := range v.Lines {
		k := v.Campaigns[l.Campaign]
		sum += l.Amount
		table.Rows = append(table.Rows, web.Row{ID: l.ID.String(), Cells: []templ.Component{
			web.Text(l.Document), web.Text(i18n.Date(ctx, l.Day, web.Today(ctx))), web.RecordLink("/campaigns/"+k.ID.String(), k.Name), web.Text(c(ctx, "category-"+l.Category)), web.Text(i18n.Money(ctx, l.Amount)),
		}})
	}
	table.Rows = append(table.Rows, web.Row{ID: "sum", Cells: []templ.Component{web.Text(b(ctx, "total")), web.Text(""), web.Text(""), web.Text(""), web.Text(i18n.Money(ctx, sum))}})
	return table
}

// historyView are the changes of a plan.
type historyView struct {
	budgetView
	List page.Page[marketing.BudgetChange]
	n    int
}

func (p pages) getBudgetHistory(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := web.Decode[struct {
		budgetQuery
		Page int `json:"page"`
	}](r)
	if err != nil {
		return err
	}
	v := historyView{budgetView: budgetView{budgetQuery: q.budgetQuery}, n: web.PageOf(r)}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if err := v.read(ctx, tx); err != nil {
			return err
		}
		v.List, err = marketing.BudgetChanges(ctx, tx, v.Plan.ID, page.Request{Limit: pageRows, Offset: (v.n - 1) * pageRows})
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: b(ctx, "history"), H1: b(ctx, "history-of", "year", strconv.Itoa(v.Year), "count", v.List.Total), Sub: v.whose(ctx)}, budgetHistory(v)))
}

func (v historyView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: b(ctx, "history"), Columns: []web.Column{{Label: b(ctx, "at")}, {Label: b(ctx, "who")}, {Label: b(ctx, "channel")}, {Label: b(ctx, "month")}, {Label: b(ctx, "was"), Num: true}, {Label: b(ctx, "now"), Num: true}, {Label: b(ctx, "why")}}}
	for _, k := range v.List.Items {
		table.Rows = append(table.Rows, web.Row{ID: k.ID.String(), Cells: []templ.Component{
			web.Text(i18n.DateTime(ctx, k.Created, web.Zone(ctx), web.Now(ctx))), web.Text(v.staff(k.Staff)), web.Text(v.channel(ctx, k.Channel)), web.Text(v.month(ctx, int(k.Month))),
			web.Text(i18n.Money(ctx, k.Was)), web.Text(i18n.Money(ctx, k.Now)), web.Text(k.Why),
		}})
	}
	return table
}

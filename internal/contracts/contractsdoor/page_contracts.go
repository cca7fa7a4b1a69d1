package contractsdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// listQuery is the address of the list of contracts (UI-S4).
type listQuery struct {
	From       bizdate.Date `json:"signed_from"`
	Until      bizdate.Date `json:"signed_until"`
	Kind       string       `json:"kind"` // one or several, comma separated
	State      string       `json:"state"`
	Center     []id.ID      `json:"center"`
	Consultant id.ID        `json:"consultant"`
	Channel    id.ID        `json:"channel"`
	Course     id.ID        `json:"course"`
	Promotion  id.ID        `json:"promotion"`
	Package    []id.ID      `json:"package"`
	LeftFrom   int64        `json:"left_from"` // per cent of the earlier contract
	Search     string       `json:"q" maxLength:"100"`
	Sort       string       `json:"sort"`
	Page       int          `json:"page"`
	After      string       `json:"after"` // cursor beyond numbered pages
}

func (q listQuery) filter() contracts.Filter {
	f := contracts.Filter{
		Centers: q.Center, Consultant: q.Consultant, Channel: q.Channel, Course: q.Course, Promotion: q.Promotion, Packages: q.Package, LeftFrom: q.LeftFrom, Kinds: split(q.Kind), States: split(q.State),
		From: q.From, Until: q.Until, Request: page.Request{Sort: q.Sort, Cursor: q.After, Limit: listRows},
	}
	if q.After == "" {
		f.Offset = offset(q.Page)
	}
	return f
}

// listView is a page of the list of contracts.
type listView struct {
	names
	Query  listQuery
	List   page.Page[contracts.Contract]
	States map[contracts.State]contracts.StateSum

	Promotions []sales.Promotion // in scope, the newest first
}

func (p pages) getContracts(w http.ResponseWriter, r *http.Request) error {
	var v listView
	var err error
	if v.Query, err = web.Decode[listQuery](r); err != nil {
		return err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	shell := web.Page{Title: t(ctx, "contracts"), H1: v.sentence(ctx)}
	if may(ctx, "reward:read") {
		shell.Aside = web.Button{Label: i18n.T(ctx, "shell.rewards"), Href: "/rewards"}
	}
	return web.Render(w, r, web.Shell(shell, contractsPage(v)))
}

func (v *listView) read(ctx context.Context, tx *op.Tx) error {
	f := v.Query.filter()
	var err error
	if f.Persons, err = found(ctx, tx, v.Query.Search); err != nil {
		return err
	}
	f.No = strings.ToUpper(v.Query.Search)
	if v.List, err = contracts.List(ctx, tx, f); err != nil {
		return err
	}
	sums, err := contracts.SumByState(ctx, tx, f)
	if err != nil {
		return err
	}
	v.States = map[contracts.State]contracts.StateSum{}
	for _, s := range sums {
		v.States[s.State] = s
	}
	var persons []id.ID
	for _, c := range v.List.Items {
		persons = append(persons, c.Student, c.Payer)
	}
	if v.Promotions, err = promotions(ctx, tx); err != nil {
		return err
	}
	v.names, err = load(ctx, tx, persons...)
	return err
}

// promotions are those that were ever given, to choose from; none for who may not see promotions.
func promotions(ctx context.Context, tx *op.Tx) ([]sales.Promotion, error) {
	if !tx.Viewer.May("promotion:read") {
		return nil, nil
	}
	list, err := sales.Promotions(ctx, tx, sales.PromotionFilter{Started: true}, page.Request{Limit: page.Most})
	return list.Items, err
}

func (v listView) promotionOptions() (out []web.Option) {
	for _, p := range v.Promotions {
		out = append(out, web.Option{Value: p.ID.String(), Label: p.Name, Note: p.No, On: p.ID == v.Query.Promotion})
	}
	return out
}

// promotion names the promotion that was chosen, where the viewer may see it.
func (v listView) promotion(ctx context.Context) string {
	for _, p := range v.Promotions {
		if p.ID == v.Query.Promotion {
			return p.Name
		}
	}
	return t(ctx, "promotion-chosen")
}

// chosen sums the states that the list shows.
func (v listView) chosen() (sum contracts.StateSum) {
	states := split(v.Query.State)
	for s, one := range v.States {
		if len(states) == 0 || slices.Contains(states, string(s)) {
			sum.Count, sum.Payable, sum.Paid = sum.Count+one.Count, sum.Payable+one.Payable, sum.Paid+one.Paid
		}
	}
	return sum
}

// sentence states the count and the sum that figures link here with (UI-B1).
func (v listView) sentence(ctx context.Context) string {
	sum := v.chosen()
	return t(ctx, "sentence", "count", int(sum.Count), "sum", i18n.MoneyWhole(ctx, sum.Payable), "open", i18n.MoneyWhole(ctx, sum.Payable-sum.Paid))
}

func (v listView) tabs(ctx context.Context) web.Tabs {
	all := 0
	for _, s := range v.States {
		all += int(s.Count)
	}
	out := web.Tabs{Label: t(ctx, "by-state"), Tools: web.DensitySwitch(), Saved: true, Items: []web.Tab{
		{Label: t(ctx, "all"), Href: web.Address(ctx, "state", "", "page", "", "after", ""), Count: &all, Current: v.Query.State == ""},
	}}
	for _, s := range contracts.States {
		n := int(v.States[s].Count)
		if n > 0 || v.Query.State == string(s) {
			out.Items = append(out.Items, web.Tab{
				Label: i18n.T(ctx, "contract-state."+string(s)), Href: web.Address(ctx, "state", string(s), "page", "", "after", ""), Count: &n, Current: v.Query.State == string(s),
			})
		}
	}
	return out
}

func (v listView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: "/contracts", Add: contractFilters(v)}
	add := func(name, label, value string) {
		if value != "" {
			out.Items = append(out.Items, web.FilterChip{Label: t(ctx, label), Value: value, Drop: web.Without(ctx, name)})
		}
	}
	q := v.Query
	add("q", "search", q.Search)
	if !q.From.IsZero() {
		add("signed_from", "signed-from", date(ctx, q.From))
	}
	if !q.Until.IsZero() {
		add("signed_until", "signed-until", date(ctx, q.Until))
	}
	add("kind", "kind", words(ctx, "contract-kind", split(q.Kind)))
	if len(q.Center) > 0 {
		var list []string
		for _, c := range q.Center {
			list = append(list, v.center(ctx, c))
		}
		add("center", "center", strings.Join(list, " · "))
	}
	if !q.Consultant.IsNone() {
		add("consultant", "consultant", v.staff(q.Consultant))
	}
	if !q.Channel.IsNone() {
		add("channel", "channel", v.channel(ctx, q.Channel))
	}
	if !q.Promotion.IsNone() {
		add("promotion", "promotion", v.promotion(ctx))
	}
	if q.LeftFrom > 0 {
		add("left_from", "left-from", t(ctx, "left-from-of", "share", int(q.LeftFrom)))
	}
	if len(q.Package) > 0 {
		add("package", "package", t(ctx, "packages-chosen", "count", len(q.Package)))
	}
	if !q.Course.IsNone() {
		add("course", "course", v.course(ctx, q.Course))
	}
	return out
}

func (v listView) table(ctx context.Context) web.Table {
	sorted := func(label, by string, num bool) web.Column {
		c := web.Column{Label: t(ctx, label), Num: num}
		c.Sort, c.Dir = web.SortURL(ctx, by)
		return c
	}
	out := web.Table{Caption: t(ctx, "contracts"), Columns: []web.Column{
		sorted("no", "no", false),
		{Label: t(ctx, "state")},
		sorted("signed", "signed", false),
		{Label: t(ctx, "consultant")},
		sorted("payable", "payable", true),
		{Label: t(ctx, "open"), Num: true},
	}}
	for _, c := range v.List.Items {
		out.Rows = append(out.Rows, web.Row{ID: c.ID.String(), Href: contractPath(c.ID, ""), Cells: []templ.Component{
			numberCell(v, c), stateCell(c), web.Text(date(ctx, c.SignedDay)), web.Text(dot(v.staff(c.Consultant), v.where(ctx, c.Center))),
			web.Text(i18n.MoneyWhole(ctx, c.Payable)), web.Text(openOf(ctx, c)),
		}})
	}
	sum := v.chosen()
	if len(v.List.Items) > 0 {
		out.Foot = []templ.Component{
			web.Text(t(ctx, "total")), web.Text(""), web.Text(""), web.Text(""),
			web.Text(i18n.MoneyWhole(ctx, sum.Payable)), web.Text(i18n.MoneyWhole(ctx, sum.Payable-sum.Paid)),
		}
	}
	return out
}

// openOf is what is still to be paid; a draft owes nothing yet.
func openOf(ctx context.Context, c contracts.Contract) string {
	if !c.TakesPayment() || c.Open() == money.Fen(0) {
		return i18n.None
	}
	return i18n.MoneyWhole(ctx, c.Open())
}

func stateChip(ctx context.Context, s contracts.State) web.Chip {
	c := web.Chip{Text: i18n.T(ctx, "contract-state."+string(s))}
	switch s {
	case contracts.Active:
		c.Tone = web.Good
	case contracts.Signed:
		c.Tone = web.Info
	case contracts.Drafted, contracts.AwaitingApproval, contracts.Paused:
		c.Tone = web.Warn
	case contracts.Terminated:
		c.Tone = web.Bad
	case contracts.Completed, contracts.Expired, contracts.Transferred:
	}
	return c
}

func (v listView) next(ctx context.Context) string {
	if v.List.Next == "" {
		return ""
	}
	return web.Address(ctx, "after", v.List.Next, "page", "")
}

// empty says why the list has no rows, and what to do (UI-B6).
func (v listView) empty(ctx context.Context) web.EmptyState {
	if chips := v.chips(ctx).Items; len(chips) > 0 {
		last := chips[len(chips)-1]
		return web.EmptyState{
			Kind: web.NoMatch, Text: t(ctx, "drop-hint", "filter", last.Label+" "+last.Value),
			Do: &web.Button{Label: t(ctx, "drop-filter", "filter", last.Label), Href: last.Drop},
		}
	}
	return web.EmptyState{Text: t(ctx, "none-yet")}
}

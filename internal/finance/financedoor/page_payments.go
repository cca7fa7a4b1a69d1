package financedoor

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/web"
)

// listQuery is the address of the list of payments (UI-S4).
type listQuery struct {
	From       bizdate.Date `json:"from"`
	Until      bizdate.Date `json:"until"`
	Center     []id.ID      `json:"center"`
	Method     string       `json:"method"`
	Kind       string       `json:"contract_kind"` // one or several, comma separated; none: pays no contract
	Cashier    id.ID        `json:"cashier"`
	Channel    id.ID        `json:"channel"`
	Consultant id.ID        `json:"consultant"`
	Search     string       `json:"q" maxLength:"100"`
	Sort       string       `json:"sort"`
	Page       int          `json:"page"`
	After      string       `json:"after"` // cursor beyond numbered pages
}

func (q listQuery) filter() finance.PaymentFilter {
	f := finance.PaymentFilter{
		Centers: q.Center, Method: q.Method, Kinds: split(q.Kind), Cashier: q.Cashier, Channel: q.Channel, Consultant: q.Consultant,
		From: q.From, Until: q.Until, No: strings.ToUpper(q.Search), Request: page.Request{Sort: q.Sort, Cursor: q.After, Limit: listRows},
	}
	if q.After == "" {
		f.Offset = offset(q.Page)
	}
	return f
}

// listView is a page of the list of payments.
type listView struct {
	names
	Query   listQuery
	List    finance.PaymentList
	Numbers map[id.ID]string // of contracts
}

func (p pages) getPayments(w http.ResponseWriter, r *http.Request) error {
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
	head := web.Page{Title: t(ctx, "payments"), H1: t(ctx, "sentence", "count", int(v.List.Total), "sum", i18n.Money(ctx, v.List.Sum))}
	if may(ctx, "payment:create") {
		head.Aside = web.Button{Label: t(ctx, "desk"), Href: "/payments/new", Kind: web.Primary, Key: "N"}
	}
	return web.Render(w, r, web.Shell(head, paymentsPage(v)))
}

func (v *listView) read(ctx context.Context, tx *op.Tx) error {
	f := v.Query.filter()
	var err error
	if f.Persons, err = found(ctx, tx, v.Query.Search, mostFound); err != nil {
		return err
	}
	if v.List, err = finance.Payments(ctx, tx, f); err != nil {
		return err
	}
	var persons, keys []id.ID
	for _, p := range v.List.Items {
		persons = append(persons, p.Person)
		if !p.Contract.IsNone() {
			keys = append(keys, p.Contract)
		}
	}
	if v.Numbers, err = contracts.Numbers(ctx, tx, keys); err != nil {
		return err
	}
	v.names, err = load(ctx, tx, persons...)
	return err
}

func (v listView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: "/payments", Add: paymentFilters(v)}
	add := func(name, label, value string) {
		if value != "" {
			out.Items = append(out.Items, web.FilterChip{Label: t(ctx, label), Value: value, Drop: web.Without(ctx, name)})
		}
	}
	q := v.Query
	add("q", "search", q.Search)
	if !q.From.IsZero() {
		add("from", "from", date(ctx, q.From))
	}
	if !q.Until.IsZero() {
		add("until", "until", date(ctx, q.Until))
	}
	if len(q.Center) > 0 {
		var list []string
		for _, c := range q.Center {
			list = append(list, v.center(ctx, c))
		}
		add("center", "center", dot(list...))
	}
	if q.Method != "" {
		add("method", "method", code(ctx, "method", q.Method))
	}
	add("contract_kind", "kind", kinds(ctx, split(q.Kind)))
	if !q.Cashier.IsNone() {
		add("cashier", "cashier", v.staff(q.Cashier))
	}
	if !q.Consultant.IsNone() {
		add("consultant", "consultant", v.staff(q.Consultant))
	}
	if !q.Channel.IsNone() {
		add("channel", "channel", v.channel(ctx, q.Channel))
	}
	return out
}

// code is the word for a code of a list; what is no code is its own word.
func code(ctx context.Context, list, value string) string {
	if key := list + "." + value; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return value
}

// kinds are the names of kinds of contracts, and of payments without one.
func kinds(ctx context.Context, list []string) string {
	out := make([]string, len(list))
	for i, k := range list {
		if out[i] = code(ctx, "contract-kind", k); k == finance.NoContract {
			out[i] = t(ctx, "no-contract")
		}
	}
	return dot(out...)
}

func kindOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, k := range append(append([]string{}, contracts.Kinds...), finance.NoContract) {
		out = append(out, web.Option{Value: k, Label: kinds(ctx, []string{k}), On: k == chosen})
	}
	return out
}

func methodOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, m := range finance.Methods {
		out = append(out, web.Option{Value: m, Label: method(ctx, m), On: m == chosen})
	}
	return out
}

func (v listView) table(ctx context.Context) web.Table {
	sorted := func(label, by string, num bool) web.Column {
		c := web.Column{Label: t(ctx, label), Num: num}
		c.Sort, c.Dir = web.SortURL(ctx, by)
		return c
	}
	out := web.Table{Caption: t(ctx, "payments"), Columns: []web.Column{
		sorted("receipt", "no", false), sorted("time", "at", false),
		{Label: t(ctx, "contract")},
		{Label: t(ctx, "method")},
		{Label: t(ctx, "cashier")},
		sorted("amount", "amount", true),
	}}
	for _, p := range v.List.Items {
		no := v.Numbers[p.Contract]
		if no == "" {
			no = i18n.None
		}
		out.Rows = append(out.Rows, web.Row{ID: p.ID.String(), Href: paymentPath(p.ID, ""), Cells: []templ.Component{
			numberCell(p, v.person(ctx, p.Person)), web.Text(i18n.DateTime(ctx, p.At, web.Zone(ctx), web.Now(ctx))), web.Text(no), web.Text(method(ctx, p.Method)),
			web.Text(dot(v.staff(p.Cashier), v.where(ctx, p.Center))), amountCell(p),
		}})
	}
	if len(v.List.Items) > 0 {
		blank := web.Text("")
		out.Foot = []templ.Component{web.Text(t(ctx, "total")), blank, blank, blank, blank, web.Text(i18n.Money(ctx, v.List.Sum))}
	}
	return out
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

package financedoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/web"
)

const homeRows = 10 // of the lists on the home page

// homeView is the day of finance: what came in, and what should have.
type homeView struct {
	names
	Day     bizdate.Date
	Cash    []finance.DayLine
	Last    finance.PaymentList // of the day
	Overdue []contracts.InstalmentView
	Late    contracts.InstalmentSum
}

func (p pages) getHome(w http.ResponseWriter, r *http.Request) error {
	var v homeView
	err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	head := web.Page{Title: t(ctx, "home"), H1: v.sentence(ctx), Lead: web.Text(date(ctx, v.Day))}
	if may(ctx, "payment:create") {
		head.Aside = web.Button{Label: t(ctx, "desk"), Href: "/payments/new", Kind: web.Primary}
	} else {
		head.Aside = web.Button{Label: t(ctx, "all-today"), Href: v.dayList("", ""), Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(head, homePage(v)))
}

func (v *homeView) read(ctx context.Context, tx *op.Tx) (err error) {
	v.Day = tx.Today(tx.Viewer.Center)
	if v.Cash, err = finance.CashByCenter(ctx, tx, v.Day, v.Day); err != nil {
		return err
	}
	if v.Last, err = finance.Payments(ctx, tx, finance.PaymentFilter{From: v.Day, Until: v.Day, Request: page.Request{Limit: homeRows}}); err != nil {
		return err
	}
	late := contracts.InstalmentFilter{DueUntil: v.Day - 1, Limit: homeRows}
	if v.Overdue, err = contracts.OpenInstalments(ctx, tx, late); err != nil {
		return err
	}
	if v.Late, err = contracts.SumInstalments(ctx, tx, late); err != nil {
		return err
	}
	var persons []id.ID
	for _, p := range v.Last.Items {
		persons = append(persons, p.Person)
	}
	for _, i := range v.Overdue {
		persons = append(persons, i.Student)
	}
	v.names, err = load(ctx, tx, persons...)
	return err
}

// sentence says what the day brought, and what is late.
func (v homeView) sentence(ctx context.Context) string {
	cash := t(ctx, "home-cash", "sum", i18n.MoneyWhole(ctx, v.Last.Sum), "count", int(v.Last.Total))
	if v.Last.Total == 0 {
		cash = t(ctx, "home-no-cash")
	}
	if v.Late.Count == 0 {
		return cash + t(ctx, "home-nothing-late")
	}
	return cash + t(ctx, "home-late", "sum", i18n.MoneyWhole(ctx, v.Late.Open), "count", int(v.Late.Count))
}

// dayList is the list of the day's payments, of a center and method where they are named.
func (v homeView) dayList(center, method string) string {
	return every(query("/payments", "from", v.Day.String(), "until", v.Day.String(), "center", center, "method", method), center)
}

func (v homeView) lateList() string {
	return every(query("/instalments", "due_until", (v.Day-1).String()), "")
}

// every makes the address of a list that names no center say that it means all of them: the figure that leads there counts them all.
func every(address, center string) string {
	if center == "" {
		return address + "&center="
	}
	return address
}

// sum adds the day's lines that match; ok is false where there are none.
func (v homeView) sum(center id.ID, method string) (sum money.Fen, ok bool) {
	for _, l := range v.Cash {
		if (center.IsNone() || l.Center == center) && (method == "" || l.Method == method) {
			sum, ok = sum+l.Net, true
		}
	}
	return sum, ok
}

// methods are those that were used today, in their order.
func (v homeView) methods() []string {
	var out []string
	for _, m := range finance.Methods {
		if _, ok := v.sum(id.None, m); ok {
			out = append(out, m)
		}
	}
	return out
}

// cash is the day's cash by center and method; each figure opens its payments (UI-B1).
func (v homeView) cash(ctx context.Context) web.Table {
	methods := v.methods()
	out := web.Table{Caption: t(ctx, "cash-today"), Columns: []web.Column{{Label: t(ctx, "center")}}}
	for _, m := range methods {
		out.Columns = append(out.Columns, web.Column{Label: method(ctx, m), Num: true})
	}
	out.Columns = append(out.Columns, web.Column{Label: t(ctx, "total"), Num: true})
	draw := func(center id.ID, name string) []templ.Component {
		cells := []templ.Component{web.Text(name)}
		for _, m := range append(methods, "") {
			sum, ok := v.sum(center, m)
			if !ok {
				cells = append(cells, web.Text(i18n.None))
				continue
			}
			said := name
			if m != "" {
				said = dot(name, method(ctx, m))
			}
			cells = append(cells, web.Figure{Value: i18n.MoneyWhole(ctx, sum), Href: v.dayList(text(center), m), Hidden: said})
		}
		return cells
	}
	for _, c := range v.centers() {
		out.Rows = append(out.Rows, web.Row{ID: c.ID.String(), Cells: draw(c.ID, c.Name(lang(ctx)))})
	}
	if len(v.centers()) > 1 {
		out.Foot = draw(id.None, t(ctx, "total"))
	}
	return out
}

func (v homeView) last(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "last-payments"), Columns: []web.Column{
		{Label: t(ctx, "receipt")}, {Label: t(ctx, "time")}, {Label: t(ctx, "method")}, {Label: t(ctx, "amount"), Num: true},
	}}
	for _, p := range v.Last.Items {
		out.Rows = append(out.Rows, web.Row{ID: p.ID.String(), Href: paymentPath(p.ID, ""), Cells: []templ.Component{
			numberCell(p, v.person(ctx, p.Person)), web.Text(i18n.Clock(ctx, p.At, web.Zone(ctx))), web.Text(method(ctx, p.Method)), amountCell(p),
		}})
	}
	return out
}

func (v homeView) overdue(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "overdue"), Columns: []web.Column{
		{Label: t(ctx, "student")}, {Label: t(ctx, "contract")}, {Label: t(ctx, "due")}, {Label: t(ctx, "open"), Num: true},
	}}
	for _, i := range v.Overdue {
		href := "/contracts/" + i.Contract.String()
		out.Rows = append(out.Rows, web.Row{ID: i.ID.String(), Href: href, Cells: []templ.Component{
			web.RecordLink(href, v.person(ctx, i.Student)), web.Text(dot(i.ContractNo, t(ctx, "nth", "no", i.No))), dueCell(i), web.Text(i18n.Money(ctx, i.Open())),
		}})
	}
	return out
}

package financedoor

import (
	"context"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/web"
)

// owed lists what is open of the contract, beside the form.
func (v deskView) owed(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "owed"), Plain: true, Columns: []web.Column{{Label: t(ctx, "instalment-head")}, {Label: t(ctx, "due")}, {Label: t(ctx, "open"), Num: true}}}
	var sum money.Fen
	for _, i := range v.Open {
		sum += i.Open()
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{chosenCell(v, i), web.Text(date(ctx, i.Due)), web.Text(i18n.Money(ctx, i.Open()))}})
	}
	out.Foot = []templ.Component{web.Text(t(ctx, "total")), web.Text(""), web.Text(i18n.Money(ctx, sum))}
	return out
}

// offers lists the open instalments that the search found, or that are due.
func (v deskView) offers(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "owed"), Columns: []web.Column{
		{Label: t(ctx, "student")},
		{Label: t(ctx, "contract")},
		{Label: t(ctx, "instalment-head")},
		{Label: t(ctx, "due")},
		{Label: t(ctx, "open"), Num: true},
		{Label: t(ctx, "center")},
		{Label: t(ctx, "actions"), Quiet: true},
	}}
	for _, i := range v.Open {
		href := query("/payments/new", "contract_id", text(i.Contract), "instalment_id", text(i.ID))
		out.Rows = append(out.Rows, web.Row{ID: i.ID.String(), Href: href, Cells: []templ.Component{
			web.RecordLink(href, v.person(ctx, i.Student)), web.Text(i.ContractNo), web.Text(t(ctx, "nth", "no", i.No)), dueCell(i), web.Text(i18n.Money(ctx, i.Open())),
			web.Text(v.center(ctx, i.Center)), payCell(v, i),
		}})
	}
	return out
}

// allocationTable says what a payment paid.
func (v paymentView) allocationTable(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "pays"), Plain: true, Columns: []web.Column{{Label: t(ctx, "what")}, {Label: t(ctx, "amount"), Num: true}}}
	for _, part := range v.parts() {
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{
			web.Text(t(ctx, "instalment", "contract", v.ContractNo, "no", part.no)), web.Text(i18n.Money(ctx, part.amount)),
		}})
	}
	if rest := v.rest(); rest != 0 {
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{web.Text(t(ctx, "balance")), web.Text(i18n.Money(ctx, rest))}})
	}
	out.Foot = []templ.Component{web.Text(t(ctx, "total")), web.Text(i18n.Money(ctx, v.Amount))}
	return out
}

// journalTable shows how the books took the payment: debit and credit, which balance (FIN-4).
func (v paymentView) journalTable(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "journal"), Plain: true, Columns: []web.Column{{Label: t(ctx, "account")}, {Label: t(ctx, "debit"), Num: true}, {Label: t(ctx, "credit"), Num: true}}}
	var debit, credit money.Fen
	for _, l := range v.Journal {
		row := []templ.Component{web.Text(i18n.T(ctx, "account."+l.Account)), web.Text(""), web.Text("")}
		if l.Amount > 0 {
			debit += l.Amount
			row[1] = web.Text(i18n.Money(ctx, l.Amount))
		} else {
			credit -= l.Amount
			row[2] = web.Text(i18n.Money(ctx, -l.Amount))
		}
		out.Rows = append(out.Rows, web.Row{Cells: row})
	}
	out.Foot = []templ.Component{web.Text(t(ctx, "total")), web.Text(i18n.Money(ctx, debit)), web.Text(i18n.Money(ctx, credit))}
	return out
}

package contractsdoor

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/people"
	"zhike/internal/web"
)

const fewRecords = 50 // payments and hour entries beside a contract

// contractView is a contract with everything that was agreed and what became of it.
type contractView struct {
	names
	Contract contracts.Details
	Accounts []contracts.HourAccount
	Entries  []contracts.HourEntry
	Payments finance.PaymentList // none where the viewer may not see payments
}

func (p pages) contract(r *http.Request) (v contractView, err error) {
	key, err := web.PathID(r, "id", "contract")
	if err != nil {
		return v, err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) })
	return v, err
}

func (v *contractView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Contract, err = contracts.ByID(ctx, tx, key); err != nil {
		return err
	}
	if v.Accounts, err = contracts.Hours(ctx, tx, key); err != nil {
		return err
	}
	if v.Entries, err = contracts.HourEntries(ctx, tx, key, fewRecords); err != nil {
		return err
	}
	v.Payments, err = finance.Payments(ctx, tx, finance.PaymentFilter{Contract: key, Request: page.Request{Limit: fewRecords}})
	if err != nil {
		return err
	}
	v.names, err = load(ctx, tx, v.Contract.Student, v.Contract.Payer)
	return err
}

func (p pages) getContract(w http.ResponseWriter, r *http.Request) error {
	v, err := p.contract(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: v.Contract.No, Own: true}, contractPage(v)))
}

func (p pages) getPrint(w http.ResponseWriter, r *http.Request) error {
	v, err := p.contract(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	title := t(ctx, "paper", "no", v.Contract.No)
	return web.Render(w, r, web.Shell(web.Page{
		H1: title, Bare: true, Lead: web.Text(dot(v.center(ctx, v.Contract.Center), i18n.T(ctx, "contract-state."+string(v.Contract.State)))),
		Aside: web.Join(
			web.Button{Label: t(ctx, "print"), Print: true, Kind: web.Primary},
			web.Button{Label: t(ctx, "back"), Href: contractPath(v.Contract.ID, ""), Kind: web.Quiet},
		),
	}, paperPage(v)))
}

func (v contractView) head(ctx context.Context) web.RecordHead {
	c := v.Contract
	h := web.RecordHead{
		Name: c.No, Sub: dot(v.person(ctx, c.Student), v.course(ctx, c.Course)),
		Chips:  []web.Chip{stateChip(ctx, c.State), {Text: i18n.T(ctx, "contract-kind."+c.Kind)}},
		Owners: dot(t(ctx, "owner", "name", v.staff(c.Consultant)), v.center(ctx, c.Center)),
		Actions: []web.Button{
			{Label: t(ctx, "person-page"), Href: personPath(c.Student), Small: true, Kind: web.Quiet},
			{Label: t(ctx, "print"), Href: contractPath(c.ID, "/print"), Small: true, Kind: web.Quiet},
		},
	}
	if may(ctx, "task:update") {
		h.Actions = append(h.Actions, web.Button{Label: i18n.T(ctx, "tasks.new"), Href: "/tasks/new?record_kind=contract&record_id=" + c.ID.String(), Small: true, Kind: web.Quiet})
	}
	return h
}

// nextStep is what the contract waits for: its signature, else its next payment.
func (v contractView) nextStep(ctx context.Context) (web.NextStep, bool) {
	c := v.Contract
	if c.State == contracts.Drafted {
		n := web.NextStep{Text: t(ctx, "next-sign"), Why: t(ctx, "next-sign-why", "sum", i18n.MoneyWhole(ctx, c.Payable))}
		if may(ctx, "contract:sign") {
			n.Actions = []web.Button{{Label: t(ctx, "sign"), Href: contractPath(c.ID, "/sign"), Kind: web.Primary}}
		}
		return n, true
	}
	due, ok := v.due()
	if !ok {
		return web.NextStep{}, false
	}
	n := web.NextStep{
		When: date(ctx, due.Due), Text: t(ctx, "next-pay", "no", due.No, "sum", i18n.MoneyWhole(ctx, due.Open())), Why: v.whyPay(ctx, due),
	}
	if may(ctx, "payment:create") {
		n.Actions = []web.Button{{Label: t(ctx, "take-payment"), Href: payPath(c.ID, due.ID), Kind: web.Primary}}
	} else {
		n.Text = t(ctx, "next-pay-desk", "no", due.No, "sum", i18n.MoneyWhole(ctx, due.Open()))
	}
	return n, true
}

// due is the first instalment that is still open.
func (v contractView) due() (contracts.Instalment, bool) {
	if !v.Contract.TakesPayment() {
		return contracts.Instalment{}, false
	}
	for _, i := range v.Contract.Plan {
		if i.Open() > 0 {
			return i, true
		}
	}
	return contracts.Instalment{}, false
}

func (v contractView) whyPay(ctx context.Context, due contracts.Instalment) string {
	late := int(web.Today(ctx) - due.Due)
	switch {
	case late > 0:
		return t(ctx, "late", "count", late)
	case late == 0:
		return t(ctx, "due-today")
	}
	return t(ctx, "due-in", "count", -late)
}

func (v contractView) facts(ctx context.Context) web.FactList {
	c := v.Contract
	text := func(term, value string) web.Fact { return web.Fact{Term: t(ctx, term), Value: web.Text(value)} }
	out := web.FactList{Facts: []web.Fact{
		{Term: t(ctx, "student"), Value: personLink(c.Student, v.person(ctx, c.Student))},
		{Term: t(ctx, "payer"), Value: personLink(c.Payer, v.person(ctx, c.Payer))},
		text("consultant", v.staff(c.Consultant)), text("channel", v.channel(ctx, c.Channel)), text("course", v.course(ctx, c.Course)),
		text("drafted", i18n.DateTime(ctx, c.DraftedAt, web.Zone(ctx), web.Now(ctx))),
	}}
	if c.SignedDay.IsZero() {
		return out
	}
	out.Facts = append(out.Facts,
		text("signed", i18n.DateTime(ctx, c.SignedAt, web.Zone(ctx), web.Now(ctx))),
		text("valid", date(ctx, c.ValidFrom)+" – "+date(ctx, c.ValidUntil)))
	if !c.Enquiry.IsNone() && may(ctx, "enquiry:read") {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "enquiry"), Value: enquiryLink(c.Enquiry)})
	}
	return out
}

// payer is the person who pays, with what is known of them.
func (v contractView) payer() people.Brief { return v.persons[v.Contract.Payer] }

func (v contractView) lines(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "lines"), Columns: []web.Column{
		{Label: t(ctx, "package")},
		{Label: t(ctx, "paid-hours"), Num: true},
		{Label: t(ctx, "gift-hours"), Num: true},
		{Label: t(ctx, "unit-price"), Num: true},
		{Label: t(ctx, "list"), Num: true},
		{Label: t(ctx, "payable"), Num: true},
	}}
	var sum contracts.Line
	for _, l := range v.Contract.Lines {
		sum.Hours, sum.Gift = sum.Hours+l.Hours, sum.Gift+l.Gift
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{
			web.Text(l.Name(lang(ctx))), web.Text(i18n.Hours(ctx, l.Hours)), web.Text(i18n.Hours(ctx, l.Gift)), web.Text(i18n.Money(ctx, l.UnitPrice)),
			web.Text(i18n.Money(ctx, l.List)), web.Text(i18n.Money(ctx, l.Payable)),
		}})
	}
	out.Foot = []templ.Component{
		web.Text(t(ctx, "total")), web.Text(i18n.Hours(ctx, sum.Hours)), web.Text(i18n.Hours(ctx, sum.Gift)), web.Text(""),
		web.Text(i18n.Money(ctx, v.Contract.List)), web.Text(i18n.Money(ctx, v.Contract.Payable)),
	}
	return out
}

// plan lists the instalments; desk adds the way to the cash desk.
func (v contractView) plan(ctx context.Context, desk bool) web.Table {
	out := web.Table{Caption: t(ctx, "plan"), Columns: []web.Column{
		{Label: t(ctx, "instalment")}, {Label: t(ctx, "due")}, {Label: t(ctx, "amount"), Num: true}, {Label: t(ctx, "paid"), Num: true}, {Label: t(ctx, "open"), Num: true},
	}}
	if desk {
		out.Columns = append(out.Columns, web.Column{Label: t(ctx, "state")})
	}
	for _, i := range v.Contract.Plan {
		row := web.Row{Cells: []templ.Component{
			web.Text(t(ctx, "nth", "no", i.No)), web.Text(date(ctx, i.Due)), web.Text(i18n.Money(ctx, i.Amount)), web.Text(i18n.Money(ctx, i.Paid)), web.Text(i18n.Money(ctx, i.Open())),
		}}
		if desk {
			row.Cells = append(row.Cells, instalmentState(v, i))
		}
		out.Rows = append(out.Rows, row)
	}
	c := v.Contract
	out.Foot = []templ.Component{web.Text(t(ctx, "total")), web.Text(""), web.Text(i18n.Money(ctx, c.Payable)), web.Text(i18n.Money(ctx, c.Paid)), web.Text(i18n.Money(ctx, c.Open()))}
	if desk {
		out.Foot = append(out.Foot, web.Text(""))
	}
	return out
}

// instalmentChip says how an instalment stands today.
func (v contractView) instalmentChip(ctx context.Context, i contracts.Instalment) web.Chip {
	switch {
	case i.Open() == 0:
		return web.Chip{Text: t(ctx, "is-paid"), Tone: web.Good}
	case !v.Contract.TakesPayment():
		return web.Chip{Text: t(ctx, "is-planned")}
	case i.Due < web.Today(ctx):
		return web.Chip{Text: t(ctx, "late", "count", int(web.Today(ctx)-i.Due)), Tone: web.Bad}
	case i.Paid > 0:
		return web.Chip{Text: t(ctx, "is-part"), Tone: web.Warn}
	}
	return web.Chip{Text: t(ctx, "is-open"), Tone: web.Info}
}

func (v contractView) payments(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "payments"), Columns: []web.Column{
		{Label: t(ctx, "receipt")}, {Label: t(ctx, "day")}, {Label: t(ctx, "method")}, {Label: t(ctx, "amount"), Num: true},
	}}
	for _, p := range v.Payments.Items {
		method := i18n.T(ctx, "method."+p.Method)
		switch {
		case p.Amount < 0:
			method = dot(method, t(ctx, "is-reversal"))
		case p.Reversed:
			method = dot(method, t(ctx, "is-reversed"))
		}
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{
			web.RecordLink("/payments/"+p.ID.String(), p.No), web.Text(date(ctx, p.Day)), web.Text(method), web.Text(i18n.Money(ctx, p.Amount)),
		}})
	}
	out.Foot = []templ.Component{web.Text(t(ctx, "total")), web.Text(""), web.Text(""), web.Text(i18n.Money(ctx, v.Payments.Sum))}
	return out
}

// left is what is left in all hour accounts of the contract, and the gift part of it.
func (v contractView) left() (all, gift hours.Centi) {
	for _, a := range v.Accounts {
		all, gift = all+a.Left, gift+a.LeftGift
	}
	return all, gift
}

func (v contractView) hours(ctx context.Context) web.HourAccount {
	all, gift := v.left()
	var bought, given, used hours.Centi
	for _, a := range v.Accounts {
		bought, given, used = bought+a.Bought, given+a.Gift, used+a.Used
	}
	return web.HourAccount{
		Balance: all.String(), Unit: t(ctx, "hours-left"),
		Note: web.Text(t(ctx, "hours-note", "gift", gift.String(), "bought", bought.String(), "given", given.String(), "used", used.String())),
	}
}

func (v contractView) entries(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "entries"), Plain: true, Columns: []web.Column{
		{Label: t(ctx, "entry")}, {Label: t(ctx, "day")}, {Label: t(ctx, "paid-hours"), Num: true}, {Label: t(ctx, "gift-hours"), Num: true},
	}}
	for _, e := range v.Entries {
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{
			web.Text(i18n.T(ctx, "hour-entry."+string(e.Kind))), web.Text(date(ctx, e.Day)), web.Text(signed(e.Hours)), web.Text(signed(e.Gift)),
		}})
	}
	return out
}

// signed writes hours of an entry with their sign.
func signed(h hours.Centi) string {
	switch {
	case h > 0:
		return "+" + h.String()
	case h == 0:
		return i18n.None
	}
	return "−" + (-h).String()
}

// share writes a consultant's part in per cent.
func share(hundredths int64) string {
	s := strconv.FormatFloat(float64(hundredths)/100, 'f', -1, 64)
	return s + "%"
}

// validity says how long the hours are valid: the days agreed before the signature, the dates after it.
func (v contractView) validity(ctx context.Context) string {
	c := v.Contract
	if !c.SignedDay.IsZero() {
		return date(ctx, c.ValidFrom) + " – " + date(ctx, c.ValidUntil)
	}
	var days int64
	for _, l := range c.Lines {
		days = max(days, l.ValidityDays)
	}
	return t(ctx, "valid-days", "count", int(days))
}

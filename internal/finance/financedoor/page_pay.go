package financedoor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// deskQuery says whose payment is taken, or who is looked for.
type deskQuery struct {
	Contract   id.ID  `json:"contract_id"`
	Instalment id.ID  `json:"instalment_id"`
	Person     id.ID  `json:"person_id"`
	Center     id.ID  `json:"center_id"`
	Search     string `json:"q" maxLength:"100"`
}

// deskView is the cash desk: the form of a payment, or the search for what is to be paid.
type deskView struct {
	names
	Query    deskQuery
	Contract contracts.Contract         // none: the payer's balance
	Due      contracts.InstalmentView   // the instalment whose open amount is prefilled
	Open     []contracts.InstalmentView // of the contract, or what the search found
	Persons  []id.ID                    // found
	Balance  money.Fen                  // of the payer
}

// payer is who pays.
func (v deskView) payer() id.ID {
	if !v.Contract.ID.IsNone() {
		return v.Contract.Payer
	}
	return v.Query.Person
}

func (p pages) getDesk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "payment:create") {
		return problem.Forbidden("payment:create")
	}
	q, err := deskQueryOf(r)
	if err != nil {
		return err
	}
	v := deskView{Query: q}
	if err := p.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	if v.payer().IsNone() {
		return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "desk"), H1: t(ctx, "desk-title"), Lead: web.Text(t(ctx, "desk-lead"))}, searchPage(v)))
	}
	if !v.takesPayment() {
		return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "desk"), H1: v.closedTitle(ctx), Sub: v.person(ctx, v.payer())}, closedPage(v)))
	}
	return web.Render(w, r, web.Shell(web.Page{
		Title: t(ctx, "desk"), H1: t(ctx, "pay-title", "name", v.person(ctx, v.payer())), Sub: v.Contract.No, Lead: web.Text(t(ctx, "pay-lead")),
	}, payPage(v)))
}

// deskQueryOf reads what a payment is for: from the address, or from the form that comes back with an error.
func deskQueryOf(r *http.Request) (q deskQuery, err error) {
	if r.Method == http.MethodGet {
		return web.Decode[deskQuery](r)
	}
	for _, f := range []struct {
		name string
		to   *id.ID
	}{{"contract_id", &q.Contract}, {"person_id", &q.Person}, {"center_id", &q.Center}, {"allocations.0.instalment_id", &q.Instalment}} {
		if s := r.PostForm.Get(f.name); s != "" {
			if *f.to, err = id.Parse(s); err != nil {
				return q, problem.NotFound("contract")
			}
		}
	}
	return q, nil
}

func (v *deskView) read(ctx context.Context, tx *op.Tx) (err error) {
	q := v.Query
	switch {
	case !q.Contract.IsNone():
		d, err := contracts.ByID(ctx, tx, q.Contract)
		if err != nil {
			return err
		}
		v.Contract = d.Contract
		if v.Open, err = contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Contract: q.Contract}); err != nil {
			return err
		}
		v.choose(q.Instalment)
	case !q.Person.IsNone():
		if v.Open, err = contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Person: q.Person, Limit: fewFound}); err != nil {
			return err
		}
	default:
		if v.Persons, err = found(ctx, tx, q.Search, fewFound); err != nil {
			return err
		}
		f := contracts.InstalmentFilter{Persons: v.Persons, Limit: fewFound}
		if v.Persons == nil {
			f.DueUntil = tx.Today(tx.Viewer.Center) // without a search: what is due
		}
		if v.Open, err = contracts.OpenInstalments(ctx, tx, f); err != nil {
			return err
		}
	}
	persons := append([]id.ID{}, v.Persons...)
	if payer := v.payer(); !payer.IsNone() {
		persons = append(persons, payer)
		if v.Balance, err = finance.Balance(ctx, tx, payer); err != nil {
			return err
		}
	}
	for _, i := range v.Open {
		persons = append(persons, i.Student, i.Payer)
	}
	v.names, err = load(ctx, tx, persons...)
	return err
}

// takesPayment tells whether the contract can be paid; a payer's balance always can.
func (v deskView) takesPayment() bool { return v.Contract.ID.IsNone() || v.Contract.TakesPayment() }

// closedTitle says why a contract takes no payment: it is not signed yet, or it has ended.
func (v deskView) closedTitle(ctx context.Context) string {
	switch v.Contract.State {
	case contracts.Drafted, contracts.AwaitingApproval:
		return t(ctx, "unsigned-title", "no", v.Contract.No)
	default:
		return t(ctx, "ended-title", "no", v.Contract.No, "state", i18n.T(ctx, "contract-state."+string(v.Contract.State)))
	}
}

// choose takes the instalment asked for, else the first that is open.
func (v *deskView) choose(instalment id.ID) {
	for _, i := range v.Open {
		if i.ID == instalment {
			v.Due = i
		}
	}
	if v.Due.ID.IsNone() && len(v.Open) > 0 {
		v.Due = v.Open[0]
	}
}

// amountFrom says where the amount in the form comes from (UI-F1).
func (v deskView) amountFrom(ctx context.Context) string {
	if v.Due.ID.IsNone() {
		return ""
	}
	return t(ctx, "amount-from", "contract", v.Contract.No, "no", v.Due.No, "due", date(ctx, v.Due.Due))
}

func (v deskView) amount() string {
	if v.Due.ID.IsNone() {
		return ""
	}
	return v.Due.Open().String()
}

// home is the center that takes the money where there is no contract: the cashier's own.
func (v deskView) home() id.ID {
	if !v.Query.Center.IsNone() {
		return v.Query.Center
	}
	return v.viewer.Center
}

// draft is the key under which an unfinished payment is kept.
func (v deskView) draft() string {
	return "payment-" + v.Contract.ID.String() + v.Query.Person.String()
}

// reviewView is a payment before it is booked.
type reviewView struct {
	deskView
	finance.Preview
}

// postReview shows what a payment will do, before it does (UI-B2).
func (p pages) postReview(w http.ResponseWriter, r *http.Request) error {
	if !may(r.Context(), "payment:create") {
		return problem.Forbidden("payment:create")
	}
	in, err := web.Decode[finance.TakePaymentInput](r)
	if err != nil {
		return web.Again(w, r, err, p.getDesk)
	}
	v := reviewView{deskView: deskView{Query: deskQuery{Contract: in.ContractID, Person: in.PersonID}}}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Preview, err = finance.PreviewPayment(ctx, tx, in); err != nil {
			return err
		}
		return v.read(ctx, tx)
	})
	if err != nil {
		return web.Again(w, r, err, p.getDesk)
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "review"), H1: t(ctx, "review-title", "sum", i18n.Money(ctx, in.Amount), "method", method(ctx, in.Method))}, reviewPage(v)))
}

// review lists what will be booked.
func (v reviewView) review(ctx context.Context) web.ReviewStep {
	in := v.Input
	out := web.ReviewStep{
		Title: t(ctx, "review"), Note: t(ctx, "review-note"),
		Confirm: web.Button{Label: t(ctx, "confirm"), Kind: web.Primary},
		Back:    web.Button{Label: t(ctx, "back"), Href: v.back(), Kind: web.Quiet},
		Changes: []web.Change{
			{Label: t(ctx, "payer"), To: v.person(ctx, in.PersonID)},
			{Label: t(ctx, "amount"), To: i18n.Money(ctx, in.Amount)},
			{Label: t(ctx, "method"), To: method(ctx, in.Method)},
			{Label: t(ctx, "center"), To: v.center(ctx, in.CenterID)},
		},
	}
	for _, a := range v.Allocations {
		out.Changes = append(out.Changes, v.allocation(ctx, a))
	}
	if v.Preview.Balance > 0 {
		out.Changes = append(out.Changes, web.Change{Label: t(ctx, "balance"), From: i18n.Money(ctx, v.deskView.Balance), To: i18n.Money(ctx, v.deskView.Balance+v.Preview.Balance)})
	}
	for _, c := range []struct{ label, value string }{{"reference", in.Reference}, {"note", in.Note}} {
		if c.value != "" {
			out.Changes = append(out.Changes, web.Change{Label: t(ctx, c.label), To: c.value})
		}
	}
	return out
}

// allocation says how an instalment stands before and after the payment.
func (v reviewView) allocation(ctx context.Context, a finance.AllocationInput) web.Change {
	for _, i := range v.Open {
		if i.ID == a.InstalmentID {
			return web.Change{
				Label: t(ctx, "instalment", "contract", v.Preview.Contract.No, "no", i.No),
				From:  t(ctx, "open-of", "sum", i18n.Money(ctx, i.Open())), To: t(ctx, "open-of", "sum", i18n.Money(ctx, i.Open()-a.Amount)),
			}
		}
	}
	return web.Change{Label: t(ctx, "allocated"), To: i18n.Money(ctx, a.Amount)}
}

func (v reviewView) back() string {
	in := v.Input
	if in.ContractID.IsNone() {
		return query("/payments/new", "person_id", text(in.PersonID))
	}
	return query("/payments/new", "contract_id", text(in.ContractID))
}

// fields are what the confirmed form sends: the payment as it was reviewed, so that nothing else is booked.
func (v reviewView) fields() [][2]string {
	in := v.Input
	out := [][2]string{
		{"contract_id", text(in.ContractID)},
		{"center_id", text(in.CenterID)},
		{"person_id", text(in.PersonID)},
		{"method", in.Method},
		{"amount_fen", in.Amount.String()},
		{"reference", in.Reference},
		{"note", in.Note},
	}
	for n, a := range v.Allocations {
		row := "allocations." + strconv.Itoa(n) + "."
		out = append(out, [2]string{row + "instalment_id", text(a.InstalmentID)}, [2]string{row + "amount_fen", a.Amount.String()})
	}
	return out
}

func (p pages) postPayment(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[finance.TakePaymentInput](r)
	if err != nil {
		return web.Again(w, r, err, p.getDesk)
	}
	out, err := finance.TakePayment.Run(r.Context(), p.run, in)
	if err != nil {
		return web.Again(w, r, err, p.getDesk)
	}
	ctx := r.Context()
	return web.Redirect(w, r, paymentPath(out.ID, ""), web.Status{Text: t(ctx, "taken", "sum", i18n.Money(ctx, out.Amount), "no", out.No), Tone: web.Good})
}

// methodKey is the key that chooses the n-th method.
func methodKey(n int) string { return fmt.Sprint(n + 1) }

package financedoor

import (
	"context"
	"net/http"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// paymentView is a payment with what it paid, and its receipt.
type paymentView struct {
	names
	finance.PaymentView
	Plan []contracts.Instalment // of its contract, where the viewer sees it
}

func (p pages) payment(r *http.Request) (v paymentView, err error) {
	key, err := web.PathID(r, "id", "payment")
	if err != nil {
		return v, err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.PaymentView, err = finance.PaymentByID(ctx, tx, key); err != nil {
			return err
		}
		if v.ContractNo != "" {
			d, err := contracts.ByID(ctx, tx, v.Contract)
			if err != nil {
				return err
			}
			v.Plan = d.Plan
		}
		v.names, err = load(ctx, tx, v.Person)
		return err
	})
	return v, err
}

func (p pages) getPayment(w http.ResponseWriter, r *http.Request) error {
	v, err := p.payment(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{
		Title: v.No, H1: v.title(ctx), Sub: v.No, Lead: web.Text(dot(v.center(ctx, v.Center), i18n.DateTime(ctx, v.At, web.Zone(ctx), web.Now(ctx)))), Aside: receiptTools(v),
	}, receiptPage(v)))
}

func (v paymentView) title(ctx context.Context) string {
	key := "receipt-title"
	if v.Amount < 0 {
		key = "reversal-title"
	}
	return t(ctx, key, "sum", i18n.Money(ctx, v.Amount), "name", v.person(ctx, v.Person))
}

// reversible tells whether the reversal may be offered; the operation asks again.
func (v paymentView) reversible(ctx context.Context) bool {
	return may(ctx, "payment:reverse") && v.Amount > 0 && !v.Reversed && v.Cashier != v.viewer.Staff
}

func (v paymentView) facts(ctx context.Context) web.FactList {
	plain := func(term, value string) web.Fact { return web.Fact{Term: t(ctx, term), Value: web.Text(value)} }
	out := web.FactList{Facts: []web.Fact{
		plain("receipt", v.No),
		{Term: t(ctx, "payer"), Value: personLink(v.Person, v.person(ctx, v.Person))},
		plain("amount", i18n.Money(ctx, v.Amount)), plain("method", method(ctx, v.Method)),
	}}
	if v.Reference != "" {
		out.Facts = append(out.Facts, plain("reference", v.Reference))
	}
	if v.ContractNo != "" {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "contract"), Value: contractLink(v.Contract, v.ContractNo)})
	}
	out.Facts = append(out.Facts, plain("center", v.center(ctx, v.Center)), plain("cashier", v.staff(v.Cashier)), plain("day", date(ctx, v.Day)))
	if v.Note != "" {
		out.Facts = append(out.Facts, plain("note", v.Note))
	}
	if v.Reason != "" {
		out.Facts = append(out.Facts, plain("reason", v.Reason))
	}
	return out
}

// part is what a payment paid of one instalment.
type part struct {
	no     int64
	amount money.Fen
}

// parts adds the allocations up by instalment.
func (v paymentView) parts() []part {
	var out []part
	at := map[id.ID]int{}
	for _, a := range v.Allocations {
		i, ok := at[a.Instalment]
		if !ok {
			i = len(out)
			at[a.Instalment] = i
			out = append(out, part{no: v.number(a.Instalment)})
		}
		out[i].amount += a.Amount
	}
	return out
}

func (v paymentView) number(instalment id.ID) int64 {
	for _, i := range v.Plan {
		if i.ID == instalment {
			return i.No
		}
	}
	return 0
}

// rest is what is not allocated: the payer's balance.
func (v paymentView) rest() money.Fen {
	rest := v.Amount
	for _, a := range v.Allocations {
		rest -= a.Amount
	}
	return rest
}

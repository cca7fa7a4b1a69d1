package financedoor

import (
	"context"
	"net/http"

	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// getReverse asks for the reason and lists what a reversal undoes (FIN-2, UI-B2).
func (p pages) getReverse(w http.ResponseWriter, r *http.Request) error {
	v, err := p.payment(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "payment:reverse") {
		return problem.Forbidden("payment:reverse")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "reverse"), H1: t(ctx, "reverse-title", "no", v.No), Sub: i18n.Money(ctx, v.Amount)}, reversePage(v)))
}

func (p pages) postReverse(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "payment")
	if err != nil {
		return err
	}
	in, err := web.Decode[finance.ReversePaymentInput](r)
	if err != nil {
		return web.Again(w, r, err, p.getReverse)
	}
	in.PaymentID = key
	out, err := finance.ReversePayment.Run(r.Context(), p.run, in)
	if err != nil {
		return web.Again(w, r, err, p.getReverse)
	}
	return web.Redirect(w, r, paymentPath(out.ID, ""), web.Status{Text: t(r.Context(), "reversed-now", "no", out.No), Tone: web.Good})
}

// reversal lists what the reversal changes.
func (v paymentView) reversal(ctx context.Context) web.ReviewStep {
	out := web.ReviewStep{
		Title: t(ctx, "reverse-review"), Note: t(ctx, "reverse-note"),
		Confirm: web.Button{Label: t(ctx, "reverse-confirm"), Kind: web.Primary},
		Back:    web.Button{Label: t(ctx, "back"), Href: paymentPath(v.ID, ""), Kind: web.Quiet},
		Changes: []web.Change{
			{Label: t(ctx, "payer"), To: v.person(ctx, v.Person)},
			{Label: t(ctx, "new-payment"), To: dot(i18n.Money(ctx, -v.Amount), method(ctx, v.Method))},
		},
	}
	for _, p := range v.parts() {
		out.Changes = append(out.Changes, web.Change{
			Label: t(ctx, "instalment", "contract", v.ContractNo, "no", p.no), From: t(ctx, "paid-of", "sum", i18n.Money(ctx, p.amount)), To: t(ctx, "open-again", "sum", i18n.Money(ctx, p.amount)),
		})
	}
	if rest := v.rest(); rest > 0 {
		out.Changes = append(out.Changes, web.Change{Label: t(ctx, "balance"), To: i18n.Money(ctx, -rest)})
	}
	return out
}

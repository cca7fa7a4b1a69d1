package contractsdoor

import (
	"context"
	"net/http"
	"strconv"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// getSign shows what a signature freezes, before it does (UI-B2).
func (p pages) getSign(w http.ResponseWriter, r *http.Request) error {
	v, err := p.contract(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	switch {
	case !may(ctx, "contract:sign"):
		return problem.Forbidden("contract:sign")
	case v.Contract.State != contracts.Drafted && web.ProblemOf(ctx) == nil:
		return web.Redirect(w, r, contractPath(v.Contract.ID, ""))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "sign"), H1: t(ctx, "sign-title", "no", v.Contract.No), Sub: v.person(ctx, v.Contract.Student)}, signPage(v)))
}

func (p pages) postSign(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "contract")
	if err != nil {
		return err
	}
	in := contracts.SignInput{ContractID: key}
	if version, err := strconv.ParseInt(web.Base(r), 10, 64); err == nil {
		in.Version = &version
	}
	if _, err = contracts.Sign.Run(r.Context(), p.run, in); err != nil {
		return web.Again(w, r, err, p.getSign)
	}
	return web.Redirect(w, r, contractPath(key, ""), web.Status{Text: t(r.Context(), "signed-now"), Tone: web.Good})
}

// review lists what the signature changes.
func (v contractView) review(ctx context.Context) web.ReviewStep {
	c := v.Contract
	out := web.ReviewStep{
		Title: t(ctx, "review-title"), Note: t(ctx, "review-note"),
		Confirm: web.Button{Label: t(ctx, "sign-confirm"), Kind: web.Primary},
		Back:    web.Button{Label: t(ctx, "back"), Href: contractPath(c.ID, ""), Kind: web.Quiet},
		Changes: []web.Change{
			{Label: t(ctx, "state"), From: i18n.T(ctx, "contract-state."+string(c.State)), To: i18n.T(ctx, "contract-state."+string(contracts.Signed))},
			{Label: t(ctx, "student"), To: v.person(ctx, c.Student)},
			{Label: t(ctx, "payer"), To: v.person(ctx, c.Payer)},
		},
	}
	for _, l := range c.Lines {
		out.Changes = append(out.Changes, web.Change{
			Label: t(ctx, "hours-bought"), To: t(ctx, "line-hours", "name", l.Name(lang(ctx)), "hours", i18n.Hours(ctx, l.Hours), "gift", i18n.Hours(ctx, l.Gift)),
		})
	}
	out.Changes = append(out.Changes,
		web.Change{Label: t(ctx, "payable"), To: i18n.Money(ctx, c.Payable)},
		web.Change{Label: t(ctx, "plan"), To: v.planText(ctx)},
		web.Change{Label: t(ctx, "valid"), To: v.validity(ctx)})
	return out
}

func (v contractView) planText(ctx context.Context) string {
	var parts []string
	for _, i := range v.Contract.Plan {
		parts = append(parts, date(ctx, i.Due)+" "+i18n.MoneyWhole(ctx, i.Amount))
	}
	return dot(parts...)
}

package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// promotionForm is what the form sends.
type promotionForm struct {
	Version       int64        `json:"version"`
	Name          string       `json:"name" maxLength:"100"`
	CenterID      id.ID        `json:"center_id"`
	CenterIDs     []id.ID      `json:"center_ids"`
	PackageIDs    []id.ID      `json:"package_ids"`
	Kinds         []string     `json:"kinds"`
	From          bizdate.Date `json:"from_day"`
	Until         bizdate.Date `json:"until_day"`
	Form          string       `json:"form"`
	Percent       string       `json:"percent" maxLength:"10"`
	Amount        money.Fen    `json:"amount_fen"`
	Gift          hours.Centi  `json:"gift_hours_x100"`
	Thing         string       `json:"thing" maxLength:"100"`
	ThingCost     money.Fen    `json:"thing_cost_fen"`
	Stacking      string       `json:"stacking"`
	Quota         int64        `json:"quota"`
	Floor         money.Fen    `json:"floor_fen"`
	PlanContracts int64        `json:"plan_contracts"`
	Goal          string       `json:"goal" maxLength:"500"`
}

// percent reads the share in hundredths of a per cent. Refused: bad-percent.
func (f promotionForm) percent() (int64, error) {
	if f.Form != sales.FormPercent || f.Percent == "" {
		return 0, nil
	}
	n, ok := hundredths(f.Percent)
	if !ok {
		return 0, problem.Refuse("SAL-8", "invalid", problem.Field{Location: "percent", Code: "bad-percent", Value: f.Percent})
	}
	return n, nil
}

// promotionFormView is the form of a new promotion, or of one that changes.
type promotionFormView struct {
	names
	Promotion sales.Promotion
	Packages  []contracts.Package
}

func (p door) getPromotionForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := promotionFormView{Promotion: sales.Promotion{Form: sales.FormPercent, Stacking: sales.StackAlone, From: web.Today(ctx), Until: web.Today(ctx) + 30}}
	right := "promotion:create"
	if r.PathValue("id") != "" {
		right = "promotion:update"
	}
	if !may(ctx, right) {
		return problem.Forbidden(right)
	}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if r.PathValue("id") != "" {
			key, err := web.PathID(r, "id", "promotion")
			if err != nil {
				return err
			}
			if v.Promotion, err = sales.PromotionByID(ctx, tx, key); err != nil {
				return err
			}
		}
		if v.Packages, err = contracts.Packages(ctx, tx, id.None, true); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	shell := web.Page{H1: t(ctx, "promotion.new")}
	if !v.Promotion.ID.IsNone() {
		shell = web.Page{H1: t(ctx, "promotion.change-h1", "name", v.Promotion.Name), Sub: v.Promotion.No}
	}
	return web.Render(w, r, web.Shell(shell, promotionFormPage(v)))
}

func (p door) postPromotion(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[promotionForm](r)
	var percent int64
	if err == nil {
		percent, err = f.percent()
	}
	var out sales.PromotionAnswer
	if err == nil {
		out, err = sales.RegisterPromotion.Run(r.Context(), p.Ops, sales.PromotionInput{
			Name: f.Name, CenterID: f.CenterID, CenterIDs: f.CenterIDs, PackageIDs: f.PackageIDs, Kinds: f.Kinds, From: f.From, Until: f.Until, Form: f.Form, Percent: percent, Amount: f.Amount,
			Gift: f.Gift, Thing: f.Thing, ThingCost: f.ThingCost, Stacking: f.Stacking, Quota: f.Quota, Floor: f.Floor, PlanContracts: f.PlanContracts, Goal: f.Goal,
		})
	}
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "percent_x100", "percent"), p.getPromotionForm)
	}
	return web.Redirect(w, r, path("promotions", out.ID.String()), web.Status{Text: t(r.Context(), "promotion.registered", "no", out.No), Tone: web.Good})
}

func (p door) postPromotionChange(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "promotion")
	if err != nil {
		return err
	}
	f, err := web.Decode[promotionForm](r)
	var percent int64
	if err == nil {
		percent, err = f.percent()
	}
	if err == nil {
		_, err = sales.ChangePromotion.Run(r.Context(), p.Ops, sales.ChangePromotionInput{
			PromotionID: key, Version: &f.Version, Name: &f.Name, CenterIDs: &f.CenterIDs, PackageIDs: &f.PackageIDs, Kinds: &f.Kinds, From: &f.From, Until: &f.Until, Form: &f.Form, Percent: &percent,
			Amount: &f.Amount, Gift: &f.Gift, Thing: &f.Thing, ThingCost: &f.ThingCost, Stacking: &f.Stacking, Quota: &f.Quota, Floor: &f.Floor, PlanContracts: &f.PlanContracts, Goal: &f.Goal,
		})
	}
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "percent_x100", "percent"), p.getPromotionForm)
	}
	return web.Redirect(w, r, path("promotions", key.String()), web.Status{Text: t(r.Context(), "promotion.changed"), Tone: web.Good})
}

// reasonForm is why something is done.
type reasonForm struct {
	Reason string `json:"reason" maxLength:"500"`
}

func (p door) postPromotionStart(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "promotion")
	if err != nil {
		return err
	}
	f, err := web.Decode[reasonForm](r)
	var out sales.PromotionAnswer
	if err == nil {
		out, err = sales.StartPromotion.Run(r.Context(), p.Ops, sales.StartPromotionInput{PromotionID: key, Reason: f.Reason})
	}
	if err != nil {
		return web.Again(w, r, err, p.getPromotion)
	}
	words := web.Status{Text: t(r.Context(), "promotion.started"), Tone: web.Good}
	if !out.Approval.IsNone() {
		words = web.Status{Text: t(r.Context(), "promotion.asked"), Tone: web.Warn}
	}
	return web.Redirect(w, r, path("promotions", key.String()), words)
}

func (p door) postPromotionStop(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "promotion")
	if err != nil {
		return err
	}
	f, err := web.Decode[reasonForm](r)
	if err == nil {
		_, err = sales.StopPromotion.Run(r.Context(), p.Ops, sales.StopPromotionInput{PromotionID: key, Reason: f.Reason})
	}
	if err != nil {
		return web.Again(w, r, err, p.getPromotion)
	}
	return web.Redirect(w, r, path("promotions", key.String()), web.Status{Text: t(r.Context(), "promotion.stopped"), Tone: web.Good})
}

// companyWide tells whether the viewer registers promotions of the whole company.
func companyWide(ctx context.Context) bool { return viewerOf(ctx).Scope("promotion:create").All }

func (v promotionFormView) packageOptions(ctx context.Context) []web.Option {
	out := make([]web.Option, len(v.Packages))
	for i, k := range v.Packages {
		out[i] = web.Option{Value: k.ID.String(), Label: k.Name(lang(ctx)), Note: i18n.MoneyWhole(ctx, k.Price), On: len(v.Promotion.Packages) > 0 && v.Promotion.On(k.ID)}
	}
	return out
}

func (v promotionFormView) kindOptions(ctx context.Context) []web.Option {
	out := options(ctx, "enquiry-kind", "", contracts.Kinds...)
	for i := range out {
		for _, k := range v.Promotion.Kinds {
			out[i].On = out[i].On || k == out[i].Value
		}
	}
	return out
}

func fenText(n money.Fen) string {
	if n == 0 {
		return ""
	}
	return n.String()
}

package sales

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// RegisterPromotion registers a promotion with its rule (SAL-8). It is a draft until it is started. Refused: what is missing or impossible,
// each field by its name: a period that ends before it begins, a per cent beyond 100, an amount that is more than a package costs, unknown
// packages, centers and kinds.
var RegisterPromotion = op.Op[PromotionInput, PromotionAnswer]{
	Name: "sales.register-promotion", Rule: "SAL-8", Needs: "promotion:create", Fact: facts.PromotionRegistered{}, Do: registerPromotion,
	Subjects: func(in PromotionInput) []op.Ref {
		if in.CenterID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "center", ID: in.CenterID, Reached: true}}
	},
}

// PromotionInput is a promotion as it is registered.
type PromotionInput struct {
	Name          string       `json:"name" maxLength:"100"`
	CenterID      id.ID        `json:"center_id,omitempty" doc:"whose it is; none: the whole company's"`
	CenterIDs     []id.ID      `json:"center_ids,omitempty" maxItems:"200" doc:"where it is given; everywhere if left out, or where it belongs"`
	PackageIDs    []id.ID      `json:"package_ids,omitempty" maxItems:"100" doc:"on what; on all if left out"`
	Kinds         []string     `json:"kinds,omitempty" maxItems:"4" enum:"new,renewal,upgrade,return" doc:"of customers: whom it is for; all if left out"`
	From          bizdate.Date `json:"from_day"`
	Until         bizdate.Date `json:"until_day"`
	Form          string       `json:"form" enum:"percent,amount,gift-hours,gift"`
	Percent       int64        `json:"percent_x100,omitempty" minimum:"0" maximum:"10000" doc:"that is taken off, in hundredths of a per cent"`
	Amount        money.Fen    `json:"amount_fen,omitempty" minimum:"0" doc:"that is taken off"`
	Gift          hours.Centi  `json:"gift_hours_x100,omitempty" minimum:"0" doc:"hours that are given"`
	Thing         string       `json:"thing,omitempty" maxLength:"100" doc:"that is given"`
	ThingCost     money.Fen    `json:"thing_cost_fen,omitempty" minimum:"0" doc:"what it costs"`
	Stacking      string       `json:"stacking,omitempty" enum:"alone,list,rest" doc:"alone if left out; list: from the list price beside others; rest: from what is left after others"`
	Quota         int64        `json:"quota,omitempty" minimum:"0" maximum:"1000000" doc:"of signed contracts; any number if left out"`
	Floor         money.Fen    `json:"floor_fen,omitempty" minimum:"0" doc:"the least that an hour costs after everything"`
	OwnerID       id.ID        `json:"owner_id,omitempty" doc:"oneself if left out"`
	PlanContracts int64        `json:"plan_contracts,omitempty" minimum:"0" maximum:"1000000" doc:"additional contracts that it is to bring"`
	Goal          string       `json:"goal,omitempty" maxLength:"500" doc:"what it is for"`
}

func registerPromotion(ctx context.Context, tx *op.Tx, in PromotionInput) (PromotionAnswer, error) {
	p := Promotion{
		ID: tx.NewID(), Name: strings.TrimSpace(in.Name), Center: in.CenterID, Centers: in.CenterIDs, Packages: in.PackageIDs, Kinds: in.Kinds, From: in.From, Until: in.Until,
		Form: in.Form, Percent: in.Percent, Amount: in.Amount, Gift: in.Gift, Thing: strings.TrimSpace(in.Thing), ThingCost: in.ThingCost, Stacking: in.Stacking,
		Quota: in.Quota, Floor: in.Floor, Owner: in.OwnerID, PlanContracts: in.PlanContracts, Goal: strings.TrimSpace(in.Goal), State: PromotionDraft, Created: tx.Now,
	}
	if p.Owner.IsNone() {
		p.Owner = tx.Viewer.Staff
	}
	if p.Stacking == "" {
		p.Stacking = StackAlone
	}
	if len(p.Centers) == 0 && !p.Center.IsNone() {
		p.Centers = []id.ID{p.Center}
	}
	bad, err := p.wrong(ctx, tx)
	if err != nil {
		return PromotionAnswer{}, err
	}
	if in.CenterID.IsNone() && !tx.Viewer.Scope("promotion:create").All {
		bad.Add("center_id", "required", nil)
	}
	if err := bad.Err("SAL-8"); err != nil {
		return PromotionAnswer{}, err
	}
	if p.No, err = numbers.Take(ctx, tx, "promotion", "P-"+p.From.String()[:4], 4); err != nil {
		return PromotionAnswer{}, err
	}
	if err := tx.Insert(ctx, p); err != nil {
		return PromotionAnswer{}, err
	}
	tx.Record(p.ID, facts.PromotionRegistered{PromotionAbout: p.about()})
	return p.answer(), nil
}

const (
	longestPromotion = 366 // days
	mostAmount       = money.Fen(1e10)
	mostGift         = hours.Centi(100_000) // a thousand hours
	mostContracts    = 1_000_000
)

// wrong collects what is missing or impossible in a promotion. What its form does not use is cleared.
func (p *Promotion) wrong(ctx context.Context, tx *op.Tx) (bad problem.Invalid, err error) {
	if p.Name == "" {
		bad.Add("name", "required", nil)
	}
	p.wrongPeriod(&bad)
	if err := p.wrongRefs(ctx, tx, &bad); err != nil {
		return bad, err
	}
	if !slices.Contains(Stackings, p.Stacking) {
		bad.Add("stacking", "not-one-of", p.Stacking, "list", strings.Join(Stackings, ", "))
	}
	for i, k := range p.Kinds {
		if !slices.Contains(contracts.Kinds, k) {
			bad.Add(fmt.Sprintf("kinds.%d", i), "not-one-of", k, "list", strings.Join(contracts.Kinds, ", "))
		}
	}
	if p.Quota < 0 || p.Quota > mostContracts {
		bad.Add("quota", "out-of-range", p.Quota, "from", 0, "until", mostContracts)
	}
	if p.PlanContracts < 0 || p.PlanContracts > mostContracts {
		bad.Add("plan_contracts", "out-of-range", p.PlanContracts, "from", 0, "until", mostContracts)
	}
	if p.Floor < 0 || p.Floor > mostAmount {
		bad.Add("floor_fen", "amount-range", p.Floor, "max", mostAmount)
	}
	return bad, p.wrongForm(ctx, tx, &bad)
}

func (p *Promotion) wrongPeriod(bad *problem.Invalid) {
	switch {
	case p.From.IsZero():
		bad.Add("from_day", "required", nil)
	case p.Until.IsZero():
		bad.Add("until_day", "required", nil)
	case p.Until < p.From:
		bad.Add("until_day", "before-from", p.Until)
	case p.Until-p.From > longestPromotion:
		bad.Add("until_day", "span-too-long", p.Until, "most", longestPromotion)
	}
}

// wrongForm collects what the form lacks, and clears what belongs to other forms.
func (p *Promotion) wrongForm(ctx context.Context, tx *op.Tx, bad *problem.Invalid) error {
	percent, amount, gift, thing, cost := p.Percent, p.Amount, p.Gift, p.Thing, p.ThingCost
	p.Percent, p.Amount, p.Gift, p.Thing, p.ThingCost = 0, 0, 0, "", 0
	switch p.Form {
	case FormPercent:
		if p.Percent = percent; percent < 1 || percent >= 10_000 {
			bad.Add("percent_x100", "percent-range", percent)
		}
	case FormAmount:
		if p.Amount = amount; amount < 1 || amount > mostAmount {
			bad.Add("amount_fen", "amount-range", amount, "max", mostAmount)
		}
	case FormGiftHours:
		if p.Gift = gift; gift < 1 || gift > mostGift {
			bad.Add("gift_hours_x100", "gift-range", gift, "most", mostGift)
		}
	case FormGift:
		if p.Thing = thing; thing == "" {
			bad.Add("thing", "required", nil)
		}
		if p.ThingCost = cost; cost < 0 || cost > mostAmount {
			bad.Add("thing_cost_fen", "amount-range", cost, "max", mostAmount)
		}
	default:
		bad.Add("form", "not-one-of", p.Form, "list", strings.Join(PromotionForms, ", "))
	}
	packages, err := contracts.Packages(ctx, tx, id.None, true)
	if err != nil {
		return err
	}
	for _, k := range packages {
		if p.Form == FormAmount && p.On(k.ID) && p.Amount >= k.Price {
			bad.Add("amount_fen", "amount-beyond-price", p.Amount, "name", k.Code, "price", k.Price)
			break
		}
	}
	return nil
}

// wrongRefs collects what a promotion names that there is not.
func (p *Promotion) wrongRefs(ctx context.Context, tx *op.Tx, bad *problem.Invalid) error {
	dir := organization.Of(tx)
	if _, ok := dir.Staff(p.Owner); !ok {
		bad.Add("owner_id", "unknown", p.Owner)
	}
	for i, k := range p.Centers {
		switch _, ok := dir.Center(k); {
		case !ok:
			bad.Add(fmt.Sprintf("center_ids.%d", i), "unknown", k)
		case !p.Center.IsNone() && k != p.Center:
			bad.Add(fmt.Sprintf("center_ids.%d", i), "promotion-other-center", k)
		}
	}
	all, err := contracts.Packages(ctx, tx, id.None, false)
	if err != nil {
		return err
	}
	for i, k := range p.Packages {
		if !slices.ContainsFunc(all, func(q contracts.Package) bool { return q.ID == k }) {
			bad.Add(fmt.Sprintf("package_ids.%d", i), "unknown", k)
		}
	}
	return nil
}

// ChangePromotion changes a promotion; what is left out stays. Of one that is active, name, owner, goal and plan change, and its period and
// quota become smaller only: what was consented to stays. Refused: promotion-settled, stale (ORG-10), what RegisterPromotion refuses.
var ChangePromotion = op.Op[ChangePromotionInput, PromotionAnswer]{
	Name: "sales.change-promotion", Rule: "SAL-8", Needs: "promotion:update", Fact: facts.PromotionChanged{}, Do: changePromotion,
	Subject: func(in ChangePromotionInput) op.Ref { return op.Ref{Kind: "promotion", ID: in.PromotionID} },
}

// ChangePromotionInput names the fields that change.
type ChangePromotionInput struct {
	PromotionID   id.ID         `json:"promotion_id" path:"id"`
	Version       *int64        `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	Name          *string       `json:"name,omitempty" maxLength:"100"`
	CenterIDs     *[]id.ID      `json:"center_ids,omitempty" maxItems:"200"`
	PackageIDs    *[]id.ID      `json:"package_ids,omitempty" maxItems:"100"`
	Kinds         *[]string     `json:"kinds,omitempty" maxItems:"4" enum:"new,renewal,upgrade,return"`
	From          *bizdate.Date `json:"from_day,omitempty"`
	Until         *bizdate.Date `json:"until_day,omitempty"`
	Form          *string       `json:"form,omitempty" enum:"percent,amount,gift-hours,gift"`
	Percent       *int64        `json:"percent_x100,omitempty" minimum:"0" maximum:"10000"`
	Amount        *money.Fen    `json:"amount_fen,omitempty" minimum:"0"`
	Gift          *hours.Centi  `json:"gift_hours_x100,omitempty" minimum:"0"`
	Thing         *string       `json:"thing,omitempty" maxLength:"100"`
	ThingCost     *money.Fen    `json:"thing_cost_fen,omitempty" minimum:"0"`
	Stacking      *string       `json:"stacking,omitempty" enum:"alone,list,rest"`
	Quota         *int64        `json:"quota,omitempty" minimum:"0" maximum:"1000000"`
	Floor         *money.Fen    `json:"floor_fen,omitempty" minimum:"0"`
	OwnerID       *id.ID        `json:"owner_id,omitempty"`
	PlanContracts *int64        `json:"plan_contracts,omitempty" minimum:"0" maximum:"1000000"`
	Goal          *string       `json:"goal,omitempty" maxLength:"500"`
}

// light are the fields that change while a promotion is active.
var light = []string{"name", "owner", "goal", "plan_contracts"}

func changePromotion(ctx context.Context, tx *op.Tx, in ChangePromotionInput) (PromotionAnswer, error) {
	p, err := PromotionByID(ctx, tx, in.PromotionID)
	if err != nil {
		return PromotionAnswer{}, err
	}
	was := p
	changed := in.apply(&p)
	if !was.mayChange(p, changed) {
		return PromotionAnswer{}, p.refuse("promotion-settled")
	}
	bad, err := p.wrong(ctx, tx)
	if err != nil {
		return PromotionAnswer{}, err
	}
	if p.Quota > 0 && p.Quota < p.Used {
		bad.Add("quota", "quota-used", p.Quota, "used", p.Used)
	}
	if err := bad.Err("SAL-8"); err != nil {
		return PromotionAnswer{}, err
	}
	err = tx.Save(ctx, &p, "name", "centers", "packages", "kinds", "from_day", "until_day", "form", "percent", "amount", "gift", "thing", "thing_cost", "stacking", "quota", "floor", "owner", "plan_contracts", "goal")
	if err != nil {
		return PromotionAnswer{}, err
	}
	tx.Record(p.ID, facts.PromotionChanged{PromotionAbout: p.about(), Fields: changed})
	return p.answer(), nil
}

// mayChange tells whether the state of a promotion allows what is changed of it.
func (p Promotion) mayChange(to Promotion, changed []string) bool {
	switch p.State {
	case PromotionDraft, PromotionRejected:
		return true
	case PromotionActive:
	default:
		return false
	}
	return !slices.ContainsFunc(changed, func(f string) bool {
		switch f {
		case "until_day":
			return to.Until > p.Until
		case "quota":
			return to.Quota == 0 || p.Quota > 0 && to.Quota > p.Quota
		}
		return !slices.Contains(light, f)
	})
}

// apply sets the given fields and tells which ones changed.
func (in ChangePromotionInput) apply(p *Promotion) (changed []string) {
	if in.Version != nil {
		p.Version = *in.Version
	}
	for _, text := range []*string{in.Name, in.Thing, in.Goal} {
		if text != nil {
			*text = strings.TrimSpace(*text)
		}
	}
	change(&changed, "name", &p.Name, in.Name)
	changeList(&changed, "centers", &p.Centers, in.CenterIDs)
	changeList(&changed, "packages", &p.Packages, in.PackageIDs)
	changeList(&changed, "kinds", &p.Kinds, in.Kinds)
	change(&changed, "from_day", &p.From, in.From)
	change(&changed, "until_day", &p.Until, in.Until)
	change(&changed, "form", &p.Form, in.Form)
	change(&changed, "percent", &p.Percent, in.Percent)
	change(&changed, "amount", &p.Amount, in.Amount)
	change(&changed, "gift", &p.Gift, in.Gift)
	change(&changed, "thing", &p.Thing, in.Thing)
	change(&changed, "thing_cost", &p.ThingCost, in.ThingCost)
	change(&changed, "stacking", &p.Stacking, in.Stacking)
	change(&changed, "quota", &p.Quota, in.Quota)
	change(&changed, "floor", &p.Floor, in.Floor)
	change(&changed, "owner", &p.Owner, in.OwnerID)
	change(&changed, "plan_contracts", &p.PlanContracts, in.PlanContracts)
	change(&changed, "goal", &p.Goal, in.Goal)
	return changed
}

func change[T comparable](changed *[]string, name string, to, from *T) {
	if from != nil && *from != *to {
		*to, *changed = *from, append(*changed, name)
	}
}

func changeList[T comparable](changed *[]string, name string, to, from *[]T) {
	if from != nil && !slices.Equal(*from, *to) {
		*to, *changed = *from, append(*changed, name)
	}
}

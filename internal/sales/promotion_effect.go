package sales

import (
	"context"
	"fmt"
	"math"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/stat"
)

// Span is a period with the contracts that were signed in it, where a promotion is given and on what.
type Span struct {
	From      bizdate.Date `json:"from_day"`
	Until     bizdate.Date `json:"until_day"`
	Contracts int64        `json:"contracts"`
}

// More is how many contracts more were signed than in the period before, with the interval of that difference.
type More struct {
	Value int64   `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Thin  bool    `json:"thin" doc:"too few contracts to say anything"`
}

// PromotionEffect is what a promotion brought and cost, of the contracts that the viewer sees (SAL-8).
type PromotionEffect struct {
	With       int64       `json:"with_it" doc:"contracts signed with it"`
	Off        money.Fen   `json:"off_fen" doc:"that it took off"`
	Gift       hours.Centi `json:"gift_hours_x100"`
	Cost       money.Fen   `json:"thing_cost_fen" doc:"of the things that it gave"`
	Begun      bool        `json:"begun"`
	During     Span        `json:"during"`
	Before     Span        `json:"before" doc:"as long, right before"`
	Additional More        `json:"additional"`
	Ended      bool        `json:"after_is_over" doc:"as long a period after its end is over"`
	After      Span        `json:"after" doc:"as long, right after"`
	Dip        More        `json:"after_less_before" doc:"below none: contracts that it pulled forward"`
}

// fewestSigned are the contracts of both periods below which no difference is told.
const fewestSigned = 10

// EffectOf compares the period of a promotion in scope, as far as it has gone, with as many days before, and those after with the same.
func EffectOf(ctx context.Context, tx *op.Tx, key id.ID) (out PromotionEffect, err error) {
	p, err := PromotionByID(ctx, tx, key)
	if err != nil {
		return out, err
	}
	if err := out.given(ctx, tx, p); err != nil {
		return out, err
	}
	today := tx.Today(p.Center)
	last := min(p.Last(), today)
	if out.Begun = p.From <= last && p.State != PromotionDraft && p.State != PromotionWaiting && p.State != PromotionRejected; !out.Begun {
		return out, nil
	}
	days := last - p.From + 1
	if out.During, err = p.span(ctx, tx, p.From, last); err != nil {
		return out, err
	}
	if out.Before, err = p.span(ctx, tx, p.From-days, p.From-1); err != nil {
		return out, err
	}
	out.Additional = more(out.During, out.Before)
	if out.Ended = p.Last()+days < today; !out.Ended {
		return out, nil
	}
	if out.After, err = p.span(ctx, tx, last+1, last+days); err != nil {
		return out, err
	}
	out.Dip = more(out.After, out.Before)
	return out, nil
}

// given sums what the promotion gave on signed contracts in scope.
func (e *PromotionEffect) given(ctx context.Context, tx *op.Tx, p Promotion) error {
	type row struct {
		With int64       `db:"n"`
		Off  money.Fen   `db:"off"`
		Gift hours.Centi `db:"gift"`
	}
	list, err := op.All[row](ctx, tx, `SELECT COUNT(DISTINCT c.id) AS n, CAST(COALESCE(SUM(g.taken_off), 0) AS BIGINT) AS off, CAST(COALESCE(SUM(g.gift), 0) AS BIGINT) AS gift
		FROM contract_promotions g JOIN contracts c ON c.id = g.contract WHERE g.promotion = ? AND c.signed_day > 0 AND {scope:contract c}`, p.ID)
	if err != nil {
		return fmt.Errorf("sum what a promotion gave: %w", err)
	}
	if len(list) > 0 {
		e.With, e.Off, e.Gift = list[0].With, list[0].Off, list[0].Gift
		e.Cost = p.ThingCost * money.Fen(list[0].With)
	}
	return nil
}

// Signed is the filter of the contracts of a period, where the promotion is given and on what.
func (p Promotion) Signed(from, until bizdate.Date) contracts.Filter {
	return contracts.Filter{Centers: p.Centers, Packages: p.Packages, Kinds: p.Kinds, From: from, Until: until, Request: page.Request{Limit: 1}}
}

func (p Promotion) span(ctx context.Context, tx *op.Tx, from, until bizdate.Date) (Span, error) {
	list, err := contracts.List(ctx, tx, p.Signed(from, until))
	return Span{From: from, Until: until, Contracts: list.Total}, err
}

// more is the difference of two counts with its interval, by the exact intervals of each (as stat.Difference does for shares).
func more(a, b Span) More {
	lowA, highA := stat.Poisson(a.Contracts)
	lowB, highB := stat.Poisson(b.Contracts)
	x, y := float64(a.Contracts), float64(b.Contracts)
	return More{
		Value: a.Contracts - b.Contracts, Low: x - y - math.Hypot(x-lowA, highB-y), High: x - y + math.Hypot(highA-x, y-lowB), Thin: a.Contracts+b.Contracts < fewestSigned,
	}
}

package sales

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Span is a period with the contracts that were signed in it, where a promotion is given and on what.
type Span struct {
	From      bizdate.Date `json:"from_day"`
	Until     bizdate.Date `json:"until_day"`
	Contracts int64        `json:"contracts"`
}

// More is how many contracts more were signed than the baseline, with the interval of that difference.
type More struct {
	Value int64   `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Thin  bool    `json:"thin" doc:"too few contracts to say anything"`
}

// PromotionEffect is what a promotion brought and cost, in the scope of figures: who may not open the contracts sees the sums (SAL-8).
type PromotionEffect struct {
	With       int64       `json:"with_it" doc:"contracts signed with it"`
	Off        money.Fen   `json:"off_fen" doc:"that it took off"`
	Gift       hours.Centi `json:"gift_hours_x100"`
	GiftValue  money.Fen   `json:"gift_value_fen" doc:"of those hours, at what an hour of their line costs"`
	Cost       money.Fen   `json:"thing_cost_fen" doc:"of the things that it gave"`
	Begun      bool        `json:"begun"`
	Over       bool        `json:"over" doc:"its last day is past"`
	During     Span        `json:"during"`
	Before     Span        `json:"before" doc:"as long, right before"`
	Unrecorded bool        `json:"before_unrecorded" doc:"no contract there is older than that period: it is no measure"`
	YearBefore YearBefore  `json:"year_before"`
	Baseline   Baseline    `json:"baseline" enum:"none,season,before-no-season,before-too-long" doc:"what it is compared with: the period before as it went on a year earlier, or the period before alone for want of history or since the promotion is as long as a season; none before it has begun, or where nothing is older than it"`
	Compared   string      `json:"baseline_words" doc:"the baseline in words"`
	Additional More        `json:"additional" doc:"during, beyond the baseline"`
	Brought    More        `json:"brought" doc:"of the additional ones those that it can have brought: no more than had it"`
	Each       PerContract `json:"cost_per_additional"`
	Ended      bool        `json:"after_is_over" doc:"as long a period after its end is over"`
	After      Span        `json:"after" doc:"as long, right after"`
	Dip        More        `json:"after_less_before" doc:"after, beyond the baseline; below none: contracts that it pulled forward"`
	Renewals   Renewals    `json:"renewals"`
	Verdict    Verdict     `json:"verdict" enum:"not-begun,too-thin,unrecorded,moved,more,other-cause,fewer,no-difference"`
}

// Away is the margin that the promotion gave away: money, hours and things.
func (e PromotionEffect) Away() money.Fen { return e.Off + e.GiftValue + e.Cost }

// EffectOf gives the effect of a promotion in scope.
func EffectOf(ctx context.Context, tx *op.Tx, key id.ID) (PromotionEffect, error) {
	p, err := PromotionByID(ctx, tx, key)
	if err != nil {
		return PromotionEffect{}, err
	}
	list, err := EffectsOf(ctx, tx, []Promotion{p}, nil)
	if err != nil {
		return PromotionEffect{}, err
	}
	return list[0], nil
}

// EffectsOf gives the effects of promotions that were read in scope, in their order: of each its period, as far as it has gone, beside as many
// days before, and those after beside the same, each as these went on a year earlier where that is known; at some centers, or at all where it is given. The number of queries does not hang on how
// many promotions there are. Refused: forbidden, without report:read.
func EffectsOf(ctx context.Context, tx *op.Tx, list []Promotion, centers []id.ID) ([]PromotionEffect, error) {
	if !tx.Viewer.May("report:read") {
		return nil, problem.Forbidden("report:read")
	}
	if len(list) == 0 {
		return nil, nil
	}
	out := make([]PromotionEffect, len(list))
	if err := given(ctx, tx, list, centers, out); err != nil {
		return nil, err
	}
	if err := spans(ctx, tx, list, centers, out); err != nil {
		return nil, err
	}
	if err := pulled(ctx, tx, list, centers, out); err != nil {
		return nil, err
	}
	for i := range out {
		out[i].conclude()
	}
	return out, nil
}

// given sums what promotions gave on signed contracts.
func given(ctx context.Context, tx *op.Tx, list []Promotion, centers []id.ID, out []PromotionEffect) error {
	type row struct {
		Promotion id.ID       `db:"promotion"`
		With      int64       `db:"n"`
		Off       money.Fen   `db:"off"`
		Gift      hours.Centi `db:"gift"`
		Value     int64       `db:"worth"` // hundredths of hours times fen an hour
	}
	keys, place := placed(list)
	scope := policy.Cut(tx.Viewer.Scope("report:read"), "c", "center", "consultant")
	text, args := scope.Text+" AND g.promotion IN (?)", append(slices.Clone(scope.Args), keys)
	if len(centers) > 0 {
		text, args = text+" AND c.center IN (?)", append(args, centers)
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT g.promotion AS promotion, COUNT(DISTINCT c.id) AS n, CAST(COALESCE(SUM(g.taken_off), 0) AS BIGINT) AS off,
		CAST(COALESCE(SUM(g.gift), 0) AS BIGINT) AS gift, CAST(COALESCE(SUM(g.gift * l.unit_price), 0) AS BIGINT) AS worth
		FROM contract_promotions g JOIN contracts c ON c.id = g.contract JOIN contract_lines l ON l.contract = g.contract AND l.no = g.line WHERE c.signed_day > 0 AND `+text+" GROUP BY g.promotion", args...)
	if err != nil {
		return fmt.Errorf("sum what promotions gave: %w", err)
	}
	for _, r := range rows {
		e := &out[place[r.Promotion]]
		e.With, e.Off, e.Gift, e.GiftValue = r.With, r.Off, r.Gift, money.Fen((r.Value+50)/100)
		e.Cost = list[place[r.Promotion]].ThingCost * money.Fen(r.With)
	}
	return nil
}

func placed(list []Promotion) (keys []id.ID, place map[id.ID]int) {
	place = make(map[id.ID]int, len(list))
	for i, p := range list {
		keys, place[p.ID] = append(keys, p.ID), i
	}
	return keys, place
}

// Signed is the filter of the contracts of a period, where the promotion is given and on what; of some centers, or of all of those.
func (p Promotion) Signed(from, until bizdate.Date, centers []id.ID) contracts.Filter {
	f := contracts.Filter{Centers: p.Centers, Packages: p.Packages, Kinds: p.Kinds, From: from, Until: until}
	if len(centers) > 0 {
		f.Centers = slices.DeleteFunc(slices.Clone(centers), func(key id.ID) bool { return len(p.Centers) > 0 && !slices.Contains(p.Centers, key) })
	}
	return f
}

// Having is the filter of the contracts that were signed with the promotion, at some centers or at all.
func (p Promotion) Having(centers []id.ID) contracts.Filter {
	return contracts.Filter{Promotion: p.ID, From: p.From, Centers: centers}
}

// EarlyOf is the filter of the early renewals that an effect counts, at some centers or at all.
func (p Promotion) EarlyOf(e PromotionEffect, centers []id.ID) contracts.Filter {
	f := p.Having(centers)
	f.LeftFrom = e.Renewals.From()
	return f
}

// spans counts the contracts of the periods of promotions that have begun, and of a year earlier, and chooses what each is compared with.
func spans(ctx context.Context, tx *op.Tx, list []Promotion, centers []id.ID, out []PromotionEffect) error {
	asked := make([]spanCounts, len(list))
	var filters []contracts.Filter
	for i, p := range list {
		e := &out[i]
		today := tx.Today(p.Center)
		last := min(p.Last(), today)
		if e.Begun = p.Started() && p.From <= last; !e.Begun {
			continue
		}
		days := last - p.From + 1
		e.Over, e.Ended = p.Last() < today, p.Last()+days < today
		e.During, e.Before = Span{From: p.From, Until: last}, Span{From: p.From - days, Until: p.From - 1}
		if e.Ended {
			e.After = Span{From: last + 1, Until: last + days}
		}
		filters = append(filters, asked[i].of(p, e, centers)...)
	}
	counts, err := contracts.Counts(ctx, tx, filters)
	if err != nil {
		return err
	}
	for i := range out {
		counts = asked[i].fill(&out[i], counts)
	}
	return nil
}

// spanCounts is what is counted for one promotion.
type spanCounts struct {
	into       []*int64
	older      int64 // contracts older than the periods
	olderStill int64 // than those of a year earlier
}

// of lists the counts of the periods of a promotion; of none, where it is given at none of the centers.
func (c *spanCounts) of(p Promotion, e *PromotionEffect, centers []id.ID) (filters []contracts.Filter) {
	if len(p.Signed(1, 1, centers).Centers) == 0 && len(centers) > 0 {
		c.older = 1 // nothing is missing: it has no period there
		return nil
	}
	ask := func(n *int64, from, until bizdate.Date) {
		c.into, filters = append(c.into, n), append(filters, p.Signed(from, until, centers))
	}
	y, year := &e.YearBefore, e.During.From-e.During.From.AddMonths(-12)
	span := func(s, earlier *Span) {
		ask(&s.Contracts, s.From, s.Until)
		*earlier = s.earlier(year)
		ask(&earlier.Contracts, earlier.From, earlier.Until)
	}
	span(&e.During, &y.During)
	span(&e.Before, &y.Before)
	if e.Ended {
		span(&e.After, &y.After)
	}
	ask(&c.older, 1, e.Before.From-1)
	ask(&c.olderStill, 1, y.Before.From-1)
	return filters
}

// fill writes the counts that were asked for, and gives those that follow.
func (c *spanCounts) fill(e *PromotionEffect, counts []int64) []int64 {
	for i, n := range c.into {
		*n = counts[i]
	}
	e.Unrecorded = e.Begun && c.older == 0
	e.Baseline = e.baseline(c.olderStill > 0)
	return counts[len(c.into):]
}

// Renewals is what of the contracts signed with a promotion was pulled forward, told by person (SAL-8): a renewal is early where more of the
// earlier contract was left than of four in five renewals that the company signed without any promotion in the two years before the
// promotion began. Of others a fifth is early too; only what is beyond that fifth was pulled forward.
type Renewals struct {
	With    int64   `json:"with_it" doc:"renewals signed with it, whose student had an earlier contract"`
	Early   int64   `json:"early" doc:"of those, with more left than is usual"`
	Beyond  float64 `json:"beyond_usual" doc:"early ones beyond the fifth that is usual"`
	Usual   int64   `json:"usual_left_percent" doc:"of the earlier contract, the smaller of the shares of hours and of days: at most so much was left at four in five earlier renewals"`
	History int64   `json:"earlier_renewals"`
	Known   bool    `json:"known" doc:"there are enough earlier renewals to say what is usual"`
	Sure    bool    `json:"sure" doc:"more are early than chance explains"`
}

// From is how much was left, at least, of the earlier contract of an early renewal, in per cent.
func (r Renewals) From() int64 { return r.Usual + 1 }

const (
	usualPast       = 730 // days before a promotion, whose renewals say what is usual
	fewestRenewals  = 20  // of that time, below which nothing is usual
	usualOf, usualN = 4, 5
)

// pulled counts the renewals of promotions that have begun, and how many of them are early.
func pulled(ctx context.Context, tx *op.Tx, list []Promotion, centers []id.ID, out []PromotionEffect) error {
	keys, place := placed(list)
	with, err := contracts.RenewalsWith(ctx, tx, keys, centers)
	if err != nil {
		return err
	}
	first, last := list[0].From, list[0].From
	for _, p := range list {
		first, last = min(first, p.From), max(last, p.From)
	}
	past, err := contracts.PlainRenewals(ctx, tx, first-usualPast, last-1)
	if err != nil {
		return err
	}
	for i, p := range list {
		out[i].Renewals.usual(past, p.From)
	}
	for _, n := range with {
		r := &out[place[n.Promotion]].Renewals
		if r.With += n.Contracts; r.Known && n.Left >= r.From() {
			r.Early += n.Contracts
		}
	}
	return nil
}

// usual finds what was left at four in five of the renewals before a day; past is in the order of what was left.
func (r *Renewals) usual(past []contracts.LeftAtRenewal, day bizdate.Date) {
	within := func(n contracts.LeftAtRenewal) bool { return n.Day >= day-usualPast && n.Day < day }
	for _, n := range past {
		if within(n) {
			r.History += n.Contracts
		}
	}
	if r.Known = r.History >= fewestRenewals; !r.Known {
		return
	}
	var below int64
	for _, n := range past {
		if !within(n) {
			continue
		}
		if below += n.Contracts; below*usualN >= r.History*usualOf {
			r.Usual = n.Left
			return
		}
	}
}

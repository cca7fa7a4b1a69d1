package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// spent is a cost with the campaign and the center that it is for; no center: that of no prospect.
type spent struct {
	campaign id.ID
	center   id.ID
	day      bizdate.Date
	amount   money.Fen
	id, of   id.ID // of the cost line, and the center where it is booked
}

// share is the leads that a campaign brought to a row, and those of them whose usual time to sign is over.
type share struct{ all, ripe float64 }

// booking adds up the rows of a report of returns.
type booking struct {
	by      string
	dims    dimensions
	mature  bizdate.Date // who entered by this day is not inside the usual time to sign any more
	formats map[id.ID]id.ID
	rows    map[string]returned
	shares  map[id.ID]map[string]share             // campaign → row → leads, by which its costs are shared out
	brought func(row string, j journey, p part)    // nil, or told of each part of a case
	costed  func(row string, c spent, n money.Fen) // likewise of each part of a cost
}

// credit adds a part of a journey to its row.
func (b booking) credit(j journey, p part) {
	key := b.rowOf(p.touchpoint, j)
	add := returned{Tally: p.Tally, last: j.day}
	if !p.campaign.IsNone() {
		add.paid = p.Tally
		of := b.shares[p.campaign]
		if of == nil {
			of = map[string]share{}
			b.shares[p.campaign] = of
		}
		s := of[key]
		s.all += p.N(StepLead)
		if j.day <= b.mature {
			add.ripe = p.Tally
			s.ripe += p.N(StepLead)
		}
		of[key] = s
	}
	b.rows[key] = b.rows[key].plus(add)
	if b.brought != nil {
		b.brought(key, j, p)
	}
}

// book adds a cost to its row. By channel and kind a cost of a campaign is shared out by the leads that came of it; without any it stands with none.
func (b booking) book(c spent) {
	switch b.by {
	case "channel", "kind":
		var keys []string
		for k, s := range b.shares[c.campaign] {
			if s.all > 0 {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		weights := make([]money.Fen, len(keys))
		for i, k := range keys {
			weights[i] = money.Fen(math.Round(b.shares[c.campaign][k].all * whole))
		}
		if len(keys) == 0 {
			keys, weights = []string{""}, []money.Fen{1}
		}
		for i, n := range spread(c.amount, weights) {
			b.add(c, keys[i], n)
		}
	case "month":
		b.add(c, c.day.MonthStart().String(), c.amount)
	default:
		b.add(c, b.rowOf(touchpoint{campaign: c.campaign}, journey{center: c.center}), c.amount)
	}
}

// add adds an amount to a row. As much of it falls to those whose usual time to sign is over as they are of the campaign's leads there; where it
// brought none, the whole of what was spent by then.
func (b booking) add(c spent, key string, n money.Fen) {
	row := b.rows[key]
	row.cost += n
	if b.costed != nil {
		b.costed(key, c, n)
	}
	switch s := b.shares[c.campaign][key]; {
	case s.all > 0:
		row.ripeCost += money.Fen(math.Round(float64(n) * s.ripe / s.all))
	case c.day <= b.mature:
		row.ripeCost += n
	}
	b.rows[key] = row
}

// seesCosts tells whether a viewer sees the costs behind all figures of some centers: what campaigns cost is not for everybody.
func seesCosts(v *policy.Viewer, centers []id.ID) bool {
	figures, costs := v.Scope("report:read"), v.Scope("campaign-cost:read")
	switch {
	case ownOnly(v):
		return false
	case costs.All:
		return true
	case len(centers) == 0 && figures.All:
		return false
	case len(centers) == 0:
		centers = figures.Centers
	}
	return !slices.ContainsFunc(centers, func(key id.ID) bool { return !slices.Contains(costs.Centers, key) })
}

// costsOf reads the costs of the span for the centers of a report. A cost of a center's campaign is that center's; one of the whole company's is
// first shared out over all centers, by the leads that its campaign brought to each in the span, so that the report of one center and the row of this
// center in that of all say the same (MKT-5). blind: the viewer may not see them.
func costsOf(ctx context.Context, tx *op.Tx, p Params, window func(id.ID) time.Duration) (out []spent, blind bool, err error) {
	if !seesCosts(tx.Viewer, p.Centers) {
		return nil, true, nil
	}
	centers := p.Centers
	if scope := tx.Viewer.Scope("report:read"); len(centers) == 0 && !scope.All {
		centers = scope.Centers
	}
	list, err := costsIn(ctx, tx, p, centers)
	if err != nil {
		return nil, false, err
	}
	var shared []id.ID // campaigns of the whole company
	for _, c := range list {
		if c.center.IsNone() && !slices.Contains(shared, c.campaign) {
			shared = append(shared, c.campaign)
		}
	}
	if len(shared) == 0 || len(centers) == 0 && p.By != "center" && p.By != "region" {
		return list, false, nil
	}
	leads, err := leadsByCenter(ctx, tx, p, shared, window)
	if err != nil {
		return nil, false, err
	}
	for _, c := range list {
		for _, part := range c.over(leads[c.campaign]) {
			if len(centers) == 0 || slices.Contains(centers, part.center) {
				out = append(out, part)
			}
		}
	}
	return out, false, nil
}

// leadsByCenter gives the leads that campaigns of the whole company brought to each center in the span: by campaign and center.
func leadsByCenter(ctx context.Context, tx *op.Tx, p Params, shared []id.ID, window func(id.ID) time.Duration) (map[id.ID]map[id.ID]money.Fen, error) {
	all, err := journeys(ctx, tx, cohort{from: p.From, until: p.Until, campaigns: shared, everybody: true})
	if err != nil {
		return nil, err
	}
	leads := map[id.ID]map[id.ID]money.Fen{}
	for _, j := range all {
		for _, part := range p.Model.credit(j, window) {
			if n := part.Steps[StepLead]; n > 0 && slices.Contains(shared, part.campaign) {
				if leads[part.campaign] == nil {
					leads[part.campaign] = map[id.ID]money.Fen{}
				}
				leads[part.campaign][j.center] += money.Fen(n)
			}
		}
	}
	return leads, nil
}

// over shares a cost of the whole company out over centers.
func (c spent) over(leads map[id.ID]money.Fen) []spent {
	if !c.center.IsNone() || len(leads) == 0 {
		return []spent{c}
	}
	keys := slices.SortedFunc(maps.Keys(leads), func(a, b id.ID) int { return cmp.Compare(a.String(), b.String()) })
	weights := make([]money.Fen, len(keys))
	for i, k := range keys {
		weights[i] = leads[k]
	}
	out := make([]spent, len(keys))
	for i, n := range spread(c.amount, weights) {
		out[i] = c
		out[i].center, out[i].amount = keys[i], n
	}
	return out
}

// costsIn reads the costs of the span of some centers, or all, and those of the whole company.
func costsIn(ctx context.Context, tx *op.Tx, p Params, centers []id.ID) ([]spent, error) {
	text, args := "", []any{int64(p.From), int64(p.Until)}
	if len(centers) > 0 {
		text, args = " AND (k.center IN (?) OR k.center IS NULL)", append(args, centers)
	}
	type row struct {
		Campaign id.ID        `db:"campaign"`
		Center   id.ID        `db:"center"`
		Day      bizdate.Date `db:"day"`
		Amount   money.Fen    `db:"amount"`
		ID       id.ID        `db:"id"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("the part of the viewer's centers in what the company spent for all"),
		"SELECT k.campaign, k.center, k.day, k.amount, k.id FROM campaign_costs k WHERE k.day >= ? AND k.day <= ?"+text+" ORDER BY k.id", args...)
	if err != nil {
		return nil, fmt.Errorf("read costs: %w", err)
	}
	out := make([]spent, len(rows))
	for i, r := range rows {
		out[i] = spent{r.Campaign, r.Center, r.Day, r.Amount, r.ID, r.Center}
	}
	return out, nil
}

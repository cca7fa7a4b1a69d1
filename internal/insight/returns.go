package insight

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
)

// returned is a row of what campaigns or channels brought for what they cost.
type returned struct {
	Tally
	paid     Tally     // of it what campaigns brought: what their costs are divided by
	cost     money.Fen // none if blind
	blind    bool      // costs may not be seen
	ripe     Tally     // of paid those whose usual time to sign is over
	ripeCost money.Fen // what of the costs falls to them
	last     bizdate.Date
}

// plus adds rows.
func (t returned) plus(o returned) returned {
	return returned{
		Tally: t.Tally.plus(o.Tally), paid: t.paid.plus(o.paid), cost: t.cost + o.cost, ripe: t.ripe.plus(o.ripe), ripeCost: t.ripeCost + o.ripeCost,
		blind: t.blind || o.blind, last: max(t.last, o.last),
	}
}

// campaignReturns fills the reports of campaigns and channels: the prospects entered in the span, with what became of them until now, and the
// costs of its days (MKT-4, MKT-5). The rows and "none" add up to the totals under every model.
func campaignReturns(ctx context.Context, tx *op.Tx, r *Report) error {
	b := booking{by: r.Params.By}
	blind, usual, err := b.read(ctx, tx, r.Params)
	if err != nil {
		return err
	}
	r.returns(b, blind)
	r.Conclusion = concludeReturns(r.Rows, blind, usual)
	return nil
}

// read books the prospects and the costs of a span. blind: the viewer may not see costs; usual is the time to sign.
func (b *booking) read(ctx context.Context, tx *op.Tx, p Params) (blind bool, usual bizdate.Date, err error) {
	list, err := journeys(ctx, tx, cohort{from: p.From, until: p.Until, centers: p.Centers})
	if err != nil {
		return false, 0, err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return false, 0, err
	}
	costs, blind, err := costsOf(ctx, tx, p, window)
	if err != nil {
		return false, 0, err
	}
	if b.formats, err = formatOf(ctx, tx, list, costs); err != nil {
		return false, 0, err
	}
	if usual, err = usualDays(ctx, tx, false); err != nil {
		return false, 0, err
	}
	b.dims = dimensionsOf(tx)
	b.mature, b.rows, b.shares = tx.Today(tx.Viewer.Center)-usual, map[string]returned{}, map[id.ID]map[string]share{}
	for _, j := range list {
		for _, part := range p.Model.credit(j, window) {
			b.credit(j, part)
		}
	}
	for _, c := range costs {
		b.book(c)
	}
	return blind, usual, nil
}

// rowOf is the row of a part of a journey.
func (b booking) rowOf(tp touchpoint, j journey) string {
	switch b.by {
	case "campaign":
		return named(tp.campaign)
	case "format":
		return named(b.formats[tp.campaign])
	case "channel":
		return named(tp.channel)
	}
	return b.dims.row(b.by, j.matter(), j.day)
}

func named(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

// formatOf gives the kinds of the campaigns that a report names.
func formatOf(ctx context.Context, tx *op.Tx, list []journey, costs []spent) (map[id.ID]id.ID, error) {
	var keys []id.ID
	add := func(key id.ID) {
		if !key.IsNone() && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, j := range list {
		for _, tp := range j.touches {
			add(tp.campaign)
		}
	}
	for _, c := range costs {
		add(c.campaign)
	}
	known, err := marketing.CampaignsOf(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]id.ID, len(known))
	for key, c := range known {
		out[key] = c.Format
	}
	return out, nil
}

const (
	usualSpan    = 730 // days of entry that are looked at
	usualShare   = 0.8 // of contracts are signed within the usual time
	usualOr      = 60  // days, where there are too few to say
	usualVisitOr = 30  // likewise, to the visit
	usualLeast   = 20  // contracts, or visits
)

// usualDays is the usual time to sign: within so many days of the entry four fifths of the contracts of the last two years were signed (MKT-5).
func usualDays(ctx context.Context, tx *op.Tx, everybody bool) (bizdate.Date, error) {
	return usualTo(ctx, tx, "SELECT c.signed_day - e.entered_day AS days, COUNT(*) AS n FROM contracts c JOIN enquiries e ON e.id = c.enquiry WHERE c.signed_at IS NOT NULL AND #where GROUP BY c.signed_day - e.entered_day ORDER BY 1", everybody, usualOr)
}

// usualVisit is the usual time to the visit of everybody, likewise.
func usualVisit(ctx context.Context, tx *op.Tx) (bizdate.Date, error) {
	return usualTo(ctx, tx, "SELECT v.day - e.entered_day AS days, COUNT(*) AS n FROM visits v JOIN enquiries e ON e.id = v.enquiry WHERE v.withdrawn_at IS NULL AND #where GROUP BY v.day - e.entered_day ORDER BY 1", true, usualVisitOr)
}

func usualTo(ctx context.Context, tx *op.Tx, text string, everybody bool, other bizdate.Date) (bizdate.Date, error) {
	type row struct {
		Days int64 `db:"days"`
		N    int64 `db:"n"`
	}
	scope := cohort{everybody: everybody}.seen(tx, "e")
	since := int64(tx.Today(tx.Viewer.Center) - usualSpan)
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), strings.Replace(text, "#where", scope.Text+" AND e.entered_day >= ?", 1), append(slices.Clone(scope.Args), since)...)
	if err != nil {
		return 0, fmt.Errorf("read usual times: %w", err)
	}
	times := make(map[int64]int64, len(rows))
	for _, r := range rows {
		times[r.Days] = r.N
	}
	return usualTime(times, other), nil
}

// usualTime is the days after which usualShare of the cases have come, of so many by days; other where there are too few to say.
func usualTime(times map[int64]int64, other bizdate.Date) bizdate.Date {
	var all, n int64
	for _, k := range times {
		all += k
	}
	if all < usualLeast {
		return other
	}
	for _, days := range slices.Sorted(maps.Keys(times)) {
		if n += times[days]; float64(n) >= usualShare*float64(all) {
			return bizdate.Date(max(days, 0))
		}
	}
	return other
}

// returns writes the rows and the totals; rows whose last prospect is still inside the usual time to sign are young.
func (r *Report) returns(b booking, blind bool) {
	var total returned
	for _, k := range sortedRows(b.rows) {
		row := b.rows[k]
		row.blind = blind
		r.Rows = append(r.Rows, Row{Value: k, Cells: row.figures(), Young: row.last > b.mature, ripe: row.ripened().figures()})
		total = total.plus(row)
	}
	total.blind = blind
	r.Totals = Row{Cells: total.figures(), Young: total.last > b.mature}
}

// ripened is the part of a row whose usual time to sign is over.
func (t returned) ripened() returned {
	return returned{Tally: t.ripe, paid: t.ripe, cost: t.ripeCost, blind: t.blind}
}

// figures are the columns of returns, with intervals where they rest on counts: a count as a Poisson one (Garwood 1936), what is divided by it
// likewise. Cash varies with the number of contracts and with their amounts: its interval is that of the count, times the mean. What campaigns cost is
// divided by what campaigns brought: prospects who came by themselves cost nothing.
func (t returned) figures() []Figure {
	n := func(step int) Figure { return countFigure(t.N(step)) }
	per := func(step int) Figure {
		f := countFigure(t.paid.N(step))
		if f.V == 0 || t.cost == 0 || t.blind {
			return Figure{None: true, N: 0}
		}
		return Figure{V: float64(t.cost) / f.V, Low: float64(t.cost) / f.High, High: over(float64(t.cost), f.Low), N: f.N}
	}
	ratio := Figure{None: true}
	if t.cost > 0 && !t.blind {
		ratio = PerYuan(t.cost, t.paid)
	}
	cost := Figure{V: float64(t.cost)}
	if t.blind {
		cost = Figure{None: true}
	}
	return []Figure{
		n(StepLead), n(StepQualified), n(StepAppointment), n(StepVisit), n(StepContract),
		{V: float64(t.Payable)},
		{V: float64(t.Cash)},
		cost,
		per(StepLead), per(StepVisit), per(StepContract), ratio,
	}
}

// PerYuan is the cash that a cost above 0 brought for each yuan, with its interval: it varies with the number of contracts (MKT-5).
func PerYuan(cost money.Fen, t Tally) Figure {
	contracts := countFigure(t.N(StepContract))
	f := Figure{V: float64(t.Cash) / float64(cost), N: contracts.N}
	if contracts.V > 0 {
		f.Low, f.High = f.V*contracts.Low/contracts.V, f.V*contracts.High/contracts.V
	}
	return f
}

// countFigure is a count with its interval; parts of cases are rounded for it.
func countFigure(v float64) Figure {
	n := int64(math.Round(v))
	low, high := stat.Poisson(n)
	return Figure{V: v, Low: low, High: high, N: n}
}

// over is a quotient; without an upper bound where the divisor may be nothing.
func over(v, by float64) float64 {
	if by <= 0 {
		return math.Inf(1)
	}
	return v / by
}

// PerCase is what a case of a step cost, with its interval (MKT-5): 0 where there was none, and a negative high where there is no upper bound.
func PerCase(cost money.Fen, t Tally, step int) (n, low, high money.Fen) {
	f := countFigure(t.N(step))
	if f.V <= 0 || cost <= 0 {
		return 0, 0, 0
	}
	high = -1
	if f.Low > 0 {
		high = money.Fen(float64(cost) / f.Low)
	}
	return money.Fen(math.Round(float64(cost) / f.V)), money.Fen(float64(cost) / f.High), high
}

package insight

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
)

// returned is a row of what campaigns or channels brought for what they cost.
type returned struct {
	Tally
	cost money.Fen
	last bizdate.Date // of entry
}

// spent is a cost with the campaign that it is for.
type spent struct {
	campaign id.ID
	center   id.ID
	day      bizdate.Date
	amount   money.Fen
}

// campaignReturns fills the reports of campaigns and channels: the prospects entered in the span, with what became of them until now, and the
// costs of its days (MKT-4, MKT-5). The rows and "none" add up to the totals under every model.
func campaignReturns(ctx context.Context, tx *op.Tx, r *Report) error {
	p := r.Params
	list, err := journeys(ctx, tx, cohort{from: p.From, until: p.Until, centers: p.Centers})
	if err != nil {
		return err
	}
	costs, err := costsOf(ctx, tx, p)
	if err != nil {
		return err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return err
	}
	formats, err := formatOf(ctx, tx, list, costs)
	if err != nil {
		return err
	}
	rows := map[string]returned{}
	shares := map[id.ID]map[string]float64{} // campaign → row → leads, by which its costs are shared out
	for _, j := range list {
		for _, part := range p.Model.credit(j, window) {
			key := rowOf(p.By, part.touchpoint, j, formats)
			row := rows[key]
			row.Tally, row.last = row.plus(part.Tally), max(row.last, j.day)
			rows[key] = row
			if shares[part.campaign] == nil {
				shares[part.campaign] = map[string]float64{}
			}
			shares[part.campaign][key] += part.N(StepLead)
		}
	}
	for _, c := range costs {
		book(rows, c, p.By, formats, shares[c.campaign])
	}
	usual, err := usualDays(ctx, tx)
	if err != nil {
		return err
	}
	r.returns(rows, tx.Today(tx.Viewer.Center)-usual)
	r.Conclusion = concludeReturns(r.Rows)
	return nil
}

// rowOf is the row of a part of a journey.
func rowOf(by string, tp touchpoint, j journey, formats map[id.ID]id.ID) string {
	switch by {
	case "campaign":
		return named(tp.campaign)
	case "format":
		return named(formats[tp.campaign])
	case "channel":
		return named(tp.channel)
	case "center":
		return named(j.center)
	}
	return j.day.MonthStart().String()
}

func named(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

// book adds a cost to its row. By channel or center a cost of a campaign is shared out by the leads that came of it; without any it stands with none.
func book(rows map[string]returned, c spent, by string, formats map[id.ID]id.ID, shares map[string]float64) {
	add := func(key string, n money.Fen) {
		row := rows[key]
		row.cost += n
		rows[key] = row
	}
	switch by {
	case "channel", "center":
		var keys []string
		for k, n := range shares {
			if n > 0 {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		weights := make([]money.Fen, len(keys))
		for i, k := range keys {
			weights[i] = money.Fen(math.Round(shares[k] * whole))
		}
		if len(keys) == 0 {
			keys, weights = []string{""}, []money.Fen{1}
		}
		for i, n := range spread(c.amount, weights) {
			add(keys[i], n)
		}
	case "month":
		add(c.day.MonthStart().String(), c.amount)
	default:
		add(rowOf(by, touchpoint{campaign: c.campaign}, journey{}, formats), c.amount)
	}
}

// costsOf reads the costs of the span in the viewer's scope of figures, and of campaign-cost:read: what campaigns cost is not for everybody.
func costsOf(ctx context.Context, tx *op.Tx, p Params) ([]spent, error) {
	text, args := "", []any{int64(p.From), int64(p.Until)}
	if len(p.Centers) > 0 {
		text, args = " AND k.center IN (?)", append(args, p.Centers)
	}
	type row struct {
		Campaign id.ID        `db:"campaign"`
		Center   id.ID        `db:"center"`
		Day      bizdate.Date `db:"day"`
		Amount   money.Fen    `db:"amount"`
	}
	list, err := op.All[row](ctx, tx, "SELECT k.campaign, k.center, k.day, k.amount FROM campaign_costs k WHERE {scope:campaign-cost k} AND k.day >= ? AND k.day <= ?"+text+" ORDER BY k.id", args...)
	if err != nil {
		return nil, fmt.Errorf("read costs: %w", err)
	}
	out := make([]spent, len(list))
	for i, r := range list {
		out[i] = spent{r.Campaign, r.Center, r.Day, r.Amount}
	}
	return out, nil
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
	usualSpan  = 730 // days of entry that are looked at
	usualShare = 0.8 // of contracts are signed within the usual time
	usualOr    = 60  // days, where there are too few to say
	usualLeast = 20  // contracts
)

// usualDays is the usual time to sign: within so many days of the entry four fifths of the contracts of the last two years were signed (MKT-5).
func usualDays(ctx context.Context, tx *op.Tx) (bizdate.Date, error) {
	type row struct {
		Days int64 `db:"days"`
		N    int64 `db:"n"`
	}
	scope := policy.Cut(tx.Viewer.Scope("report:read"), "e", "center", "consultant")
	since := int64(tx.Today(tx.Viewer.Center) - usualSpan)
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT c.signed_day - e.entered_day AS days, COUNT(*) AS n FROM contracts c JOIN enquiries e ON e.id = c.enquiry
		WHERE `+scope.Text+" AND c.signed_at IS NOT NULL AND e.entered_day >= ? GROUP BY c.signed_day - e.entered_day ORDER BY 1", append(slices.Clone(scope.Args), since)...)
	if err != nil {
		return 0, fmt.Errorf("read times to sign: %w", err)
	}
	times := make(map[int64]int64, len(rows))
	for _, r := range rows {
		times[r.Days] = r.N
	}
	return usualTime(times), nil
}

// usualTime is the days after which usualShare of the contracts are signed, of so many contracts by days.
func usualTime(times map[int64]int64) bizdate.Date {
	var all, n int64
	for _, k := range times {
		all += k
	}
	if all < usualLeast {
		return usualOr
	}
	for _, days := range slices.Sorted(maps.Keys(times)) {
		if n += times[days]; float64(n) >= usualShare*float64(all) {
			return bizdate.Date(max(days, 0))
		}
	}
	return usualOr
}

// returns writes the rows and the totals; rows whose last prospect entered after a day are young.
func (r *Report) returns(rows map[string]returned, mature bizdate.Date) {
	var total returned
	keys := make([]string, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if i := slices.Index(keys, ""); i >= 0 { // none comes last
		keys = append(slices.Delete(keys, i, i+1), "")
	}
	for _, k := range keys {
		row := rows[k]
		r.Rows = append(r.Rows, Row{Value: k, Cells: row.figures(), Young: row.last > mature})
		total.Tally, total.cost, total.last = total.plus(row.Tally), total.cost+row.cost, max(total.last, row.last)
	}
	r.Totals = Row{Cells: total.figures(), Young: total.last > mature}
	if none, ok := rows[""]; ok && (r.Params.By == "campaign" || r.Params.By == "format") { // what a case cost is of those that came by a campaign
		paid := total
		paid.Tally = paid.minus(none.Tally)
		paid.cost -= none.cost
		copy(r.Totals.Cells[atPer:], paid.figures()[atPer:])
	}
}

// figures are the columns of returns, with intervals where they rest on counts: a count as a Poisson one (Garwood 1936), what is divided by it
// likewise. Cash varies with the number of contracts and with their amounts: its interval is that of the count, times the mean.
func (t returned) figures() []Figure {
	n := func(step int) Figure { return countFigure(t.N(step)) }
	per := func(step int) Figure {
		f := n(step)
		if f.V == 0 || t.cost == 0 {
			return Figure{None: true, N: 0}
		}
		return Figure{V: float64(t.cost) / f.V, Low: float64(t.cost) / f.High, High: over(float64(t.cost), f.Low), N: f.N}
	}
	contracts := n(StepContract)
	ratio := Figure{None: true}
	if t.cost > 0 {
		ratio = Figure{V: float64(t.Cash) / float64(t.cost), N: contracts.N}
		if contracts.V > 0 {
			ratio.Low, ratio.High = ratio.V*contracts.Low/contracts.V, ratio.V*contracts.High/contracts.V
		}
	}
	return []Figure{
		n(StepLead), n(StepQualified), n(StepAppointment), n(StepVisit), contracts,
		{V: float64(t.Payable)},
		{V: float64(t.Cash)},
		{V: float64(t.cost)},
		per(StepLead), per(StepVisit), per(StepContract), ratio,
	}
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

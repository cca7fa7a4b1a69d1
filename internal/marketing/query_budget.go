package marketing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// BudgetView is an annual plan with what was spent and is committed of it, and the totals (MKT-8).
type BudgetView struct {
	Budget
	Rows  []BudgetRow `json:"rows" nullable:"false"`
	Total BudgetRow   `json:"total"`
	takes []BudgetTake
}

// Row is the row of a channel; of nothing where it has none.
func (v BudgetView) Row(channel id.ID) BudgetRow { return ledger{rows: v.Rows}.row(channel) }

// Takes lists what campaigns take of a channel (none: of all) in a month (0 to 11, below 0: of the year), one a campaign.
func (v BudgetView) Takes(channel id.ID, month int) (list []BudgetTake) {
	for _, t := range v.takes {
		if !channel.IsNone() && t.Channel != channel || month >= 0 && t.Month != month {
			continue
		}
		i := slices.IndexFunc(list, func(o BudgetTake) bool { return o.Campaign == t.Campaign })
		if i < 0 {
			list = append(list, t)
			continue
		}
		list[i].Spent += t.Spent
		list[i].Committed += t.Committed
	}
	return list
}

// BudgetOf gives the annual plan of a year: a center's, or the company's. Where there is none, its id is none and nothing is planned; costs are
// those in the viewer's scope.
func BudgetOf(ctx context.Context, tx *op.Tx, year int, center id.ID) (v BudgetView, err error) {
	var list []Budget
	sel := tx.Select(&list)
	if center.IsNone() {
		sel.Where("year = ? AND center IS NULL", int64(year))
	} else {
		sel.Where("year = ? AND center = ?", int64(year), center)
	}
	if err := sel.Scan(ctx); err != nil {
		return v, fmt.Errorf("read budget: %w", err)
	}
	v.Budget = Budget{Year: int64(year), Center: center}
	if len(list) > 0 {
		v.Budget = list[0]
	}
	k, err := open(ctx, tx, v.Budget, false, id.None)
	if err != nil {
		return v, err
	}
	if v.ID.IsNone() && !center.IsNone() { // without a budget of its own what it spends counts in the company's
		k.list = nil
	}
	l := k.ledger()
	v.Rows, v.Total, v.takes = append([]BudgetRow{}, l.rows...), l.total(), l.takes
	return v, nil
}

// BudgetCenters lists the centers that have a budget of their own in a year, in scope.
func BudgetCenters(ctx context.Context, tx *op.Tx, year int) (out []id.ID, err error) {
	var list []Budget
	if err := tx.Select(&list).Where("year = ? AND center IS NOT NULL", int64(year)).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list budgets: %w", err)
	}
	for _, b := range list {
		out = append(out, b.Center)
	}
	return out, nil
}

// BudgetByID gives a budget in scope, with its ledger.
func BudgetByID(ctx context.Context, tx *op.Tx, key id.ID) (v BudgetView, err error) {
	var b Budget
	if err := tx.Select(&b).Where("id = ?", key).Scan(ctx); err != nil {
		return v, problem.Found(err, "budget")
	}
	return BudgetOf(ctx, tx, int(b.Year), b.Center)
}

// Budgets lists the annual plans in scope, the newest first.
func Budgets(ctx context.Context, tx *op.Tx, r page.Request) (page.Page[Budget], error) {
	return page.Read[Budget](ctx, tx, "budget", &page.Filter{}, page.Sorts{Usual: "-year", Columns: map[string]string{"year": "year"}}, r)
}

// BudgetChanges lists the changes of a budget in scope, the newest first.
func BudgetChanges(ctx context.Context, tx *op.Tx, budget id.ID, r page.Request) (page.Page[BudgetChange], error) {
	var f page.Filter
	f.And("budget = ?", budget)
	return page.Read[BudgetChange](ctx, tx, "budget-change", &f, page.Sorts{Usual: "-at", Columns: map[string]string{"at": "created_at"}}, r)
}

// CostsIn lists the cost lines of some campaigns in a span of days, in scope, the oldest first: those behind what a budget says was spent.
func CostsIn(ctx context.Context, tx *op.Tx, campaigns []id.ID, from, until bizdate.Date) (list []CostLine, err error) {
	if len(campaigns) == 0 {
		return nil, nil
	}
	err = tx.Select(&list).Where("campaign IN (?) AND day >= ? AND day <= ?", campaigns, int64(from), int64(until)).Order("day, id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list costs of budget: %w", err)
	}
	return list, nil
}

// seasonYears is how many earlier years a season looks at.
const seasonYears = 3

// Seasons gives how the leads and costs of earlier years lay over the months, in the viewer's scope.
func Seasons(ctx context.Context, tx *op.Tx, year int, center id.ID) (Season, error) {
	return seasons(ctx, tx, year, center, false)
}

func seasons(ctx context.Context, tx *op.Tx, year int, center id.ID, rule bool) (s Season, err error) {
	zone := tx.Zone(center)
	var starts []bizdate.Date
	for i := range seasonYears*12 + 1 {
		starts = append(starts, bizdate.New(year-seasonYears, time.Month(1+i), 1))
	}
	instants, days := make([]any, len(starts)), make([]any, len(starts))
	for i, d := range starts {
		instants[i], days[i] = d.In(zone), int64(d)
	}
	leads, err := monthly(ctx, tx, monthlyOf{table: "leads", column: "at", what: "COUNT(*)", scope: "lead", right: "lead:read", starts: instants, center: center, rule: rule})
	if err != nil {
		return s, err
	}
	costs, err := monthly(ctx, tx, monthlyOf{table: "campaign_costs", column: "day", what: "SUM(x.amount)", scope: "campaign-cost", right: "campaign-cost:read", starts: days, center: center, rule: rule})
	if err != nil {
		return s, err
	}
	s.Years = []int{}
	for y := range seasonYears {
		for by, list := range [][]money.Fen{leads, costs} {
			if !begun(list[:1+y*12+1]) { // nothing yet by the end of its first month: its record begins later
				continue
			}
			if n := year - seasonYears + y; !slices.Contains(s.Years, n) {
				s.Years = append(s.Years, n)
			}
			s.add(by, list[1+y*12:1+y*12+12], y == seasonYears-1)
		}
	}
	for by := range s.full {
		s.full[by] = s.full[by] && begun(s.last[by][:])
	}
	return s, nil
}

// add adds the months of a year, of leads (0) or of costs (1).
func (s *Season) add(by int, months []money.Fen, last bool) {
	for m, n := range months {
		if by == 0 {
			s.Leads[m] += int64(n)
		} else {
			s.Costs[m] += max(n, 0)
		}
		if last {
			s.last[by][m], s.full[by] = max(n, 0), true
		}
	}
}

func begun(list []money.Fen) bool {
	return slices.ContainsFunc(list, func(n money.Fen) bool { return n != 0 })
}

// monthlyOf says what is summed month by month.
type monthlyOf struct {
	table, column, what, scope, right string
	starts                            []any // of the months, and the end of the last one
	center                            id.ID
	rule                              bool
}

// monthly sums month by month; the first sum is that of everything before the first month.
func monthly(ctx context.Context, tx *op.Tx, q monthlyOf) ([]money.Fen, error) {
	out := make([]money.Fen, len(q.starts))
	if !q.rule && !tx.Viewer.May(q.right) {
		return out, nil
	}
	var months strings.Builder
	var args []any
	for i, start := range q.starts[:len(q.starts)-1] {
		fmt.Fprintf(&months, " WHEN x.%s < ? THEN %d", q.column, i)
		args = append(args, start)
	}
	where := "x." + q.column + " < ?"
	args = append(args, q.starts[len(q.starts)-1])
	if !q.center.IsNone() {
		where, args = where+" AND x.center = ?", append(args, q.center)
	}
	if !q.rule {
		where += " AND {scope:" + q.scope + " x}"
	}
	type row struct {
		Month int64     `db:"month"`
		N     money.Fen `db:"n"`
	}
	text := fmt.Sprintf("SELECT CASE%s ELSE %d END AS month, CAST(%s AS BIGINT) AS n FROM %s x WHERE %s GROUP BY 1", months.String(), len(q.starts)-1, q.what, q.table, where)
	var list []row
	var err error
	if q.rule {
		list, err = op.AllOf[row](ctx, tx.Unscoped("shares of a year, of nobody"), text, args...)
	} else {
		list, err = op.All[row](ctx, tx, text, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("sum %s by month: %w", q.table, err)
	}
	for _, r := range list {
		out[r.Month] = r.N
	}
	return out, nil
}

package insight

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Resources lists this domain's kinds of records: figures are read by center, or, for who sees only the own ones, by consultant.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "report", Table: "rollups", Where: figuresInScope},
		{Name: "run", Table: "runs", Center: "center"},
		{Name: "mail", Table: "mails"},
	}
}

func figuresInScope(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	s := v.Scope("report:" + action)
	if s.All || len(s.Centers) > 0 {
		return policy.Cut(policy.Scope{All: s.All, Centers: s.Centers}, alias, "center", "")
	}
	f := policy.Frag{Text: "(1=0"}
	for _, staff := range s.Staff {
		f.Text += " OR (" + alias + ".dim = 'consultant' AND " + alias + ".value = ?)"
		f.Args = append(f.Args, staff.String())
	}
	f.Text += ")"
	return f
}

// Ask is a question for figures: sums of metrics over days, by center, by one dimension, by day or month.
type Ask struct {
	Metrics     []string
	From, Until bizdate.Date
	Centers     []id.ID // none: all in scope
	Dim         string  // "" for the sum over everything
	Value       string  // only this value of the dimension
	By          string  // "", day, month
}

// Cell is one sum.
type Cell struct {
	Metric string       `db:"metric"`
	Center id.ID        `db:"center"`
	Day    bizdate.Date `db:"day"` // 0 unless asked by day or month
	Value  string       `db:"value"`
	N      int64        `db:"n"`
}

// Figures answers in one query over folded and open sums, whose time does not depend on the number of records (INS-3). Ratios
// bring the sums that they are made of.
func Figures(ctx context.Context, tx *op.Tx, a Ask) (Cells, error) {
	dim := a.Dim
	if own := tx.Viewer.Scope("report:read"); dim == "" && !own.All && len(own.Centers) == 0 {
		dim = "consultant" // the own figures are those of the own name
	}
	day := "0"
	if a.By != "" {
		day = "r.day"
	}
	conds := " AND r.metric IN (?) AND r.dim = ? AND r.day >= ? AND r.day <= ?"
	args := []any{sumsOf(a.Metrics), dim, int64(a.From), int64(a.Until)}
	if len(a.Centers) > 0 {
		conds += " AND r.center IN (?)"
		args = append(args, a.Centers)
	}
	if a.Value != "" {
		conds += " AND r.value = ?"
		args = append(args, a.Value)
	}
	text := `SELECT metric, center, day, value, CAST(SUM(n) AS BIGINT) AS n FROM (
		SELECT r.metric, r.center, ` + day + ` AS day, r.value, r.n FROM rollups r WHERE {scope:report r} AND r.grain = 'd'` + conds + `
		UNION ALL
		SELECT r.metric, r.center, ` + day + ` AS day, r.value, r.n FROM rollup_deltas r WHERE {scope:report r}` + conds + `) AS sums
		GROUP BY metric, center, day, value HAVING SUM(n) <> 0`
	cells, err := op.All[Cell](ctx, tx, text, append(slices.Clone(args), args...)...)
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	if a.By == "month" {
		for i := range cells {
			cells[i].Day = cells[i].Day.MonthStart()
		}
	}
	return cells, nil
}

// sumsOf lists the sums that metrics need.
func sumsOf(metrics []string) []string {
	var out []string
	add := func(m string) {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	for _, key := range metrics {
		m, _ := MetricByID(key)
		if m.Ratio() {
			add(m.Num)
			add(m.Over)
		} else {
			add(key)
		}
	}
	return out
}

// Cells is an answer.
type Cells []Cell

// Sum adds the cells of a metric that match.
func (c Cells) Sum(metric string, match func(Cell) bool) int64 {
	var n int64
	for _, cell := range c {
		if cell.Metric == metric && (match == nil || match(cell)) {
			n += cell.N
		}
	}
	return n
}

// Value gives a metric over the cells that match: a sum, or a quotient of sums; ok is false for a quotient whose denominator is 0
// ("none").
func (c Cells) Value(key string, match func(Cell) bool) (v float64, ok bool) {
	m, _ := MetricByID(key)
	if !m.Ratio() {
		return float64(c.Sum(key, match)), true
	}
	over := c.Sum(m.Over, match)
	if over == 0 {
		return 0, false
	}
	return float64(c.Sum(m.Num, match)) / float64(over), true
}

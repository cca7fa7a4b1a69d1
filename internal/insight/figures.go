package insight

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/rollup"
	"zhike/internal/kernel/stat"
)

// Resources lists this domain's kinds of records: figures are read by center, or, for who sees only the own ones, by consultant.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "report", Table: "rollups", Where: figuresInScope},
		{Name: "run", Table: "runs", Center: "center"},
		{Name: "mail", Table: "mails"},
	}
}

func figuresInScope(v *policy.Viewer, right, alias string) policy.Frag {
	s := v.Scope(right)
	if s.All || len(s.Centers) > 0 {
		return policy.Cut(policy.Scope{All: s.All, Centers: s.Centers}, alias, "center", "")
	}
	f := policy.Frag{Text: "(1=0"}
	for _, staff := range s.Staff {
		f.Text += " OR (" + alias + ".dim = 'consultant' AND (" + alias + ".value = ? OR " + alias + ".value LIKE ?))"
		f.Args = append(f.Args, staff.String(), staff.String()+"/%")
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
	Whole       bool    // the sums of all centers together: cells name none
}

// Cell is one sum.
type Cell struct {
	Metric string       `db:"metric"`
	Center id.ID        `db:"center"`
	Day    bizdate.Date `db:"day"` // 0 unless asked by day or month
	Value  string       `db:"value"`
	N      int64        `db:"n"`
	Minute int64        `db:"-"` // of a median: what N values are
}

// everything is the dimension of what a median is made of, over everything: a sum has none, but here the minutes are a value.
const everything = "*"

// splitMedian takes the whole number off the values of medians: "<value>/<number>".
func (c Cells) splitMedian() {
	for i := range c {
		if m, _ := MetricByID(c[i].Metric); !m.Median {
			continue
		}
		value, number, _ := strings.Cut(c[i].Value, "/")
		c[i].Value = value
		c[i].Minute, _ = strconv.ParseInt(number, 10, 64) // what is not a number was not counted by fold
	}
}

// ownDim is the dimension of a viewer's figures where none is asked for: the own figures are those of the own name.
func ownDim(tx *op.Tx, dim string) string {
	if dim == "" && ownOnly(tx.Viewer) {
		return "consultant"
	}
	return dim
}

// ownOnly tells whether a viewer sees figures of staff members, not of centers.
func ownOnly(v *policy.Viewer) bool {
	own := v.Scope("report:read")
	return !own.All && len(own.Centers) == 0
}

// medianDim is the dimension under which medians are kept.
func medianDim(dim string) string {
	if dim == "" {
		return everything
	}
	return dim
}

// Figures answers in one query over folded and open sums, whose time does not depend on the number of records (INS-3). Ratios
// bring the sums that they are made of. Whole months are read from the sums of months, the days around them from those of days.
func Figures(ctx context.Context, tx *op.Tx, a Ask) (Cells, error) {
	text, args := a.query(tx)
	list, err := op.All[Cell](ctx, tx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	cells := Cells(list)
	cells.splitMedian()
	if a.By == "month" {
		for i := range cells {
			cells[i].Day = cells[i].Day.MonthStart()
		}
	}
	return cells, nil
}

// query gives the query of an answer with its values.
func (a Ask) query(tx *op.Tx) (text string, args []any) {
	dim := ownDim(tx, a.Dim)
	sums, medians := sumsOf(a.Metrics)
	of, ofArgs := "r.metric IN (?) AND r.dim = ?", []any{sums, dim}
	if len(medians) > 0 {
		of, ofArgs = "("+of+" OR r.metric IN (?) AND r.dim = ?)", append(ofArgs, medians, medianDim(dim))
	}
	var more []any
	conds := ""
	if len(a.Centers) > 0 {
		conds += " AND r.center IN (?)"
		more = append(more, a.Centers)
	}
	if a.Value != "" {
		conds += " AND (r.value = ? OR r.value LIKE ?)"
		more = append(more, a.Value, a.Value+"/%")
	}
	center := "center, "
	if a.Whole {
		center = ""
	}
	month := rollup.Month
	if a.Whole && len(a.Centers) == 0 && tx.Viewer.Scope("report:read").All {
		month = rollup.Whole
	}
	for i, part := range a.parts(month) {
		if i > 0 {
			text += " UNION ALL "
		}
		from := "rollup_deltas r WHERE "
		switch part.grain {
		case "":
		case rollup.Whole:
			from = "rollups r WHERE r.center = ? AND r.grain = '" + part.grain + "' AND "
			args = append(args, id.None[:])
		default: // center by center, as the sums lie: the other way round each would be looked up by itself
			from = "(SELECT id FROM centers UNION ALL SELECT ? AS id) c CROSS JOIN rollups r WHERE r.center = c.id AND r.grain = '" + part.grain + "' AND "
			args = append(args, id.None[:])
		}
		text += "SELECT r.metric, r.center, " + part.day(a.By) + " AS day, r.value, r.n FROM " + from + "{scope:report r} AND " + of + " AND r.day >= ? AND r.day <= ?" + conds
		args = append(append(append(args, ofArgs...), int64(part.from), int64(part.until)), more...)
	}
	return "SELECT metric, " + center + "day, value, CAST(SUM(n) AS BIGINT) AS n FROM (" + text + ") AS sums GROUP BY value, metric, " + center + "day HAVING SUM(n) <> 0", args
}

// sumsPart is a part of a span that is read from the sums of days, or of months; from the open ones for no grain.
type sumsPart struct {
	grain       string
	from, until bizdate.Date
}

// day is the day of the cells of a part: days that are no whole month are one month's, but for open sums.
func (p sumsPart) day(by string) string {
	switch {
	case by == "":
		return "0"
	case by == "month" && p.grain == rollup.Day:
		return strconv.FormatInt(int64(p.from.MonthStart()), 10)
	}
	return "r.day"
}

// parts splits the span: whole months, of the grain given, the days before and after them, and all of it for what is open.
func (a Ask) parts(month string) (list []sumsPart) {
	list = append(list, sumsPart{"", a.From, a.Until})
	if a.By == "day" {
		return append(list, sumsPart{rollup.Day, a.From, a.Until})
	}
	first, end := a.From, (a.Until + 1).MonthStart() // of the first whole month, and after the last one
	if a.From != a.From.MonthStart() {
		first = a.From.MonthStart().AddMonths(1)
		list = append(list, sumsPart{rollup.Day, a.From, min(first-1, a.Until)})
	}
	if first < end {
		list = append(list, sumsPart{month, first, end - 1})
	}
	if end = max(first, end); end <= a.Until {
		list = append(list, sumsPart{rollup.Day, end, a.Until})
	}
	return list
}

// sumsOf lists the sums that metrics need, and the medians among the metrics.
func sumsOf(metrics []string) (sums, medians []string) {
	add := func(m string) {
		if !slices.Contains(sums, m) {
			sums = append(sums, m)
		}
	}
	for _, key := range metrics {
		m, _ := MetricByID(key)
		switch {
		case m.Ratio():
			add(m.Num)
			add(m.Over)
		case m.Median:
			medians = append(medians, key)
		default:
			add(key)
		}
	}
	return sums, medians
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

// Value gives a metric over the cells that match: a sum, a median, or a quotient of sums; ok is false for a quotient whose
// denominator is 0 and for a median of nothing ("none").
func (c Cells) Value(key string, match func(Cell) bool) (v float64, ok bool) {
	m, _ := MetricByID(key)
	if m.Median {
		counts := map[int64]int64{}
		for _, cell := range c {
			if cell.Metric == key && (match == nil || match(cell)) {
				counts[cell.Minute] += cell.N
			}
		}
		return stat.MedianOfCounts(counts)
	}
	if !m.Ratio() {
		return float64(c.Sum(key, match)), true
	}
	over := c.Sum(m.Over, match)
	if over == 0 {
		return 0, false
	}
	return float64(c.Sum(m.Num, match)) / float64(over), true
}

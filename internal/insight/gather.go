package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// gathered is all that a report needs, read in one query: the sums of its rows, those of the days that its day is compared with,
// and those of its trend.
type gathered struct {
	rows  Cells
	past  map[string]*[weeks + 1]int64        // metric → the day, and the same weekday one week before, two, …
	trend map[string]map[bizdate.Date]float64 // metric → day → sum
}

// parts of the answer.
const (
	partRows, partPast, partTrend = 0, 1, 2
	partOpen, partOpenPast        = 3, 4 // not yet folded: of the rows, or only of the days compared and the trend
)

type gatheredRow struct {
	Part   int64        `db:"part"`
	Metric string       `db:"metric"`
	Center id.ID        `db:"center"`
	Day    bizdate.Date `db:"day"`
	Value  string       `db:"value"`
	N      int64        `db:"n"`
}

func (r gatheredRow) cell() Cell {
	return Cell{Metric: r.Metric, Center: r.Center, Day: r.Day, Value: r.Value, N: r.N}
}

// gatherText has the folded sums of the rows as they are, the days to compare with and those of the trend without their centers, and
// what is not folded yet. Sums and medians are two parts: an OR between them would read every day there is.
const gatherText = `SELECT 0 AS part, r.metric, r.center, r.day, r.value, r.n FROM rollups r
		WHERE {scope:report r} AND r.grain = 'd' AND r.metric IN (?) AND r.dim = ? AND r.day >= ? AND r.day <= ? #centers
	UNION ALL SELECT 0 AS part, r.metric, r.center, r.day, r.value, r.n FROM rollups r
		WHERE {scope:report r} AND r.grain = 'd' AND r.metric IN (?) AND r.dim = ? AND r.day >= ? AND r.day <= ? #centers
	UNION ALL SELECT 1 AS part, r.metric, ? AS center, r.day, '' AS value, CAST(SUM(r.n) AS BIGINT) AS n FROM rollups r
		WHERE {scope:report r} AND r.grain = 'd' AND r.metric IN (?) AND r.dim = ? AND r.day IN (?) #centers GROUP BY r.metric, r.day
	UNION ALL SELECT 2 AS part, r.metric, ? AS center, r.day, '' AS value, CAST(SUM(r.n) AS BIGINT) AS n FROM rollups r
		WHERE {scope:report r} AND r.grain = 'd' AND r.metric IN (?) AND r.dim = ? AND r.day >= ? AND r.day <= ? #centers GROUP BY r.metric, r.day
	UNION ALL SELECT CASE WHEN r.dim IN (?) THEN 3 ELSE 4 END AS part, r.metric, r.center, r.day, r.value, r.n FROM rollup_deltas r
		WHERE {scope:report r} AND (#rows OR r.metric IN (?) AND r.dim = ?) AND r.day >= ? AND r.day <= ? #centers`

// gather reads what a report needs. Its time depends on the days and centers asked for, not on the number of records (INS-3).
func gather(ctx context.Context, tx *op.Tx, d definition, p Params) (gathered, error) {
	text, args, dim, base := gatherQuery(tx, d, p)
	rows, err := op.All[gatheredRow](ctx, tx, text, args...)
	if err != nil {
		return gathered{}, fmt.Errorf("read figures: %w", err)
	}
	return sortOut(rows, d, p, dim, base), nil
}

// gatherQuery gives the query with its values, the dimension of the rows and that of the sums over everything.
func gatherQuery(tx *op.Tx, d definition, p Params) (text string, args []any, dim, base string) {
	asked := ""
	if p.By != "center" && p.By != "region" && p.By != "day" {
		asked = p.By
	}
	dim, base = ownDim(tx, asked), ownDim(tx, "")
	sums, medians := sumsOf(d.metrics)
	for _, m := range d.main {
		if !slices.Contains(sums, m) {
			sums = append(sums, m)
		}
	}
	of, ofArgs := "r.metric IN (?) AND r.dim = ?", []any{sums, dim}
	if len(medians) > 0 {
		of, ofArgs = "("+of+" OR r.metric IN (?) AND r.dim = ?)", append(ofArgs, medians, medianDim(dim))
	}
	centers, centerArgs := "", []any(nil)
	if len(p.Centers) > 0 {
		centers, centerArgs = "AND r.center IN (?)", []any{p.Centers}
	}
	var days []int64
	if p.From == p.Until {
		for w := range bizdate.Date(weeks + 1) {
			days = append(days, int64(p.From-7*w))
		}
	}
	since := trendFrom(p)
	args = make([]any, 0, 40)
	add := func(list ...any) { args = append(append(args, list...), centerArgs...) }
	add(sums, dim, int64(p.From), int64(p.Until))
	add(medians, medianDim(dim), int64(p.From), int64(p.Until))
	add(id.None, d.main, base, days)
	add(id.None, d.trend, base, int64(since), int64(p.Until))
	args = append(append(args, []string{dim, medianDim(dim)}), ofArgs...)
	add(slices.Concat(d.main, d.trend), base, int64(min(since, p.From-7*weeks)), int64(p.Until))
	return strings.NewReplacer("#rows", of, "#centers", centers).Replace(gatherText), args, dim, base
}

// sortOut puts the rows of the answer where they belong; open sums may belong to several parts.
func sortOut(rows []gatheredRow, d definition, p Params, dim, base string) gathered {
	g := gathered{rows: make(Cells, 0, len(rows)), past: map[string]*[weeks + 1]int64{}, trend: map[string]map[bizdate.Date]float64{}}
	for i := range rows {
		r := &rows[i]
		switch r.Part {
		case partRows:
			g.rows = append(g.rows, r.cell())
		case partPast:
			g.compare(d, p, r)
		case partTrend:
			g.draw(d, p, r)
		case partOpen:
			m, _ := MetricByID(r.Metric)
			if r.Day >= p.From {
				g.rows = append(g.rows, r.cell())
			}
			if dim == base && !m.Median {
				g.compare(d, p, r)
				g.draw(d, p, r)
			}
		case partOpenPast:
			g.compare(d, p, r)
			g.draw(d, p, r)
		}
	}
	g.rows.splitMedian()
	return g
}

// compare adds a sum to the days that are compared.
func (g *gathered) compare(d definition, p Params, r *gatheredRow) {
	back := p.From - r.Day
	if p.From != p.Until || back < 0 || back%7 != 0 || back > 7*weeks || !slices.Contains(d.main, r.Metric) {
		return
	}
	if g.past[r.Metric] == nil {
		g.past[r.Metric] = &[weeks + 1]int64{}
	}
	g.past[r.Metric][back/7] += r.N
}

// draw adds a sum to the trend.
func (g *gathered) draw(d definition, p Params, r *gatheredRow) {
	if r.Day < trendFrom(p) || r.Day > p.Until || !slices.Contains(d.trend, r.Metric) {
		return
	}
	if g.trend[r.Metric] == nil {
		g.trend[r.Metric] = map[bizdate.Date]float64{}
	}
	g.trend[r.Metric][r.Day] += float64(r.N)
}

// trendFrom is the first day of a report's trend: four weeks with the day, or the span asked for, up to a quarter.
func trendFrom(p Params) bizdate.Date { return max(min(p.Until-27, p.From), p.Until-91) }

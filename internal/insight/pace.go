package insight

import (
	"context"
	"fmt"
	"math"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
	"zhike/internal/organization"
)

const (
	paceBack  = 12 // months before the running one that a forecast rests on
	paceLeast = 3  // under which it is too thin to say
)

// span is a month up to a day of it.
type span struct {
	first, cut, last bizdate.Date // cut: as many working days are over as in the running month
}

// monthly is a metric by month, and of it what was there after as many working days as the running month has had.
type monthly struct{ total, reached []int64 }

// calendar is the months of a view: those asked for and those that a forecast rests on.
type calendar struct {
	months []span
	now    int // place of the running month
}

// calendarOf gives the months from a day, or from a year before the running one, to the running month. Working days are those of a center;
// where several are counted, of the first of them.
func calendarOf(tx *op.Tx, from, today bizdate.Date, centers []id.ID) calendar {
	var center id.ID
	dir := organization.Of(tx)
	switch seen := dir.Centers(tx.Viewer); {
	case len(centers) > 0:
		center = centers[0]
	case len(seen) > 0:
		center = seen[0].ID
	}
	open := dir.Calendar(center).OpenOn
	running := today.MonthStart()
	worked := 0
	for d := running; d <= today; d++ {
		if open(d) {
			worked++
		}
	}
	var c calendar
	for m := min(from.MonthStart(), running.AddMonths(-paceBack)); m <= running; m = m.AddMonths(1) {
		s := span{first: m, last: m.AddMonths(1) - 1}
		s.cut = s.last
		for d, n := m, 0; d <= s.last; d++ {
			if open(d) {
				n++
			}
			if n > worked || worked == 0 && d-m > today-running { // the next working day has begun
				s.cut = d - 1
				break
			}
		}
		if m == running {
			s.cut = today
		}
		c.months = append(c.months, s)
	}
	c.now = len(c.months) - 1
	return c
}

// at is the place of a month; -1 where it is not there.
func (c calendar) at(month bizdate.Date) int {
	return slices.IndexFunc(c.months, func(s span) bool { return s.first == month.MonthStart() })
}

// paceKey is what a series is of.
type paceKey struct {
	metric string
	center id.ID
	value  string
}

// paceAsk asks for series.
type paceAsk struct {
	metrics []string
	centers []id.ID
	dim     string // consultant, or "" for sums over everything
	value   string // only this one
}

// series reads metrics by month and part of the month, in one query over folded and open sums; its time depends on the days and rows, not on the
// number of records (INS-3).
func (c calendar) series(ctx context.Context, tx *op.Tx, a paceAsk) (map[paceKey]monthly, error) {
	part, partArgs := "CASE", []any(nil)
	for i, m := range c.months {
		part += fmt.Sprintf(" WHEN r.day <= ? THEN %d WHEN r.day <= ? THEN %d", 2*i, 2*i+1)
		partArgs = append(partArgs, int64(m.cut), int64(m.last))
	}
	part += " ELSE -1 END AS part"
	where, args := "r.metric IN (?) AND r.dim = ? AND r.day >= ? AND r.day <= ?", []any{a.metrics, ownDim(tx, a.dim), int64(c.months[0].first), int64(c.months[c.now].last)}
	if len(a.centers) > 0 {
		where, args = where+" AND r.center IN (?)", append(args, a.centers)
	}
	if a.value != "" {
		where, args = where+" AND r.value = ?", append(args, a.value)
	}
	all := slices.Concat(partArgs, args)
	type row struct {
		Metric string `db:"metric"`
		Center id.ID  `db:"center"`
		Level  string `db:"level"`
		Part   int64  `db:"part"`
		N      int64  `db:"n"`
	}
	rows, err := op.All[row](ctx, tx, `SELECT metric, center, value AS level, part, CAST(SUM(n) AS BIGINT) AS n FROM (
		SELECT r.metric, r.center, r.value, `+part+`, r.n FROM rollups r WHERE {scope:report r} AND r.grain = 'd' AND `+where+`
		UNION ALL
		SELECT r.metric, r.center, r.value, `+part+`, r.n FROM rollup_deltas r WHERE {scope:report r} AND `+where+`) AS sums
		GROUP BY metric, center, value, part HAVING SUM(n) <> 0`, slices.Concat(all, all)...)
	if err != nil {
		return nil, fmt.Errorf("read figures by month: %w", err)
	}
	out := map[paceKey]monthly{}
	for _, r := range rows {
		if r.Part < 0 {
			continue
		}
		k := paceKey{r.Metric, r.Center, r.Level}
		if out[k].total == nil {
			out[k] = c.none()
		}
		out[k].total[r.Part/2] += r.N
		if r.Part%2 == 0 {
			out[k].reached[r.Part/2] += r.N
		}
	}
	return out, nil
}

func (c calendar) none() monthly {
	return monthly{make([]int64, len(c.months)), make([]int64, len(c.months))}
}

func (s monthly) plus(o monthly) {
	for i := range s.total {
		s.total[i] += o.total[i]
		s.reached[i] += o.reached[i]
	}
}

// Outlook is what a month, or a span that ends with it, is expected to reach, with a 95 % interval.
type Outlook struct {
	V, Low, High float64
	Months       int  // of the own history that it rests on
	Thin         bool // too few of them
}

// whole makes a forecast no finer than it is: whole records, or whole yuan.
func (o *Outlook) whole(counts bool) {
	unit := 1.0
	if !counts {
		unit = yuan
	}
	o.V, o.Low, o.High = math.Round(o.V/unit)*unit, math.Floor(o.Low/unit)*unit, math.Ceil(o.High/unit)*unit
}

// outlook forecasts the running month: what is there, and what the same one's last up to twelve months still brought after as many working
// days (stat.NextOf). Months before the first with anything do not count; under three it says that it is too thin.
func (c calendar) outlook(s monthly, counts bool) Outlook {
	begun := slices.IndexFunc(s.total, func(n int64) bool { return n != 0 })
	if begun < 0 {
		return Outlook{Thin: true}
	}
	var rest []int64
	for i := max(begun, c.now-paceBack); i < c.now; i++ {
		rest = append(rest, s.total[i]-s.reached[i])
	}
	out := Outlook{Months: len(rest), Thin: len(rest) < paceLeast}
	if out.Thin {
		return out
	}
	mean, low, high, _ := stat.NextOf(rest, counts)
	here := float64(s.reached[c.now])
	out.V, out.Low, out.High = here+mean, here+low, here+high
	return out
}

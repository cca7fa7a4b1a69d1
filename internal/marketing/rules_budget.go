package marketing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// BudgetFigures are the amounts of a month of a channel, or of a sum of them. Spent is what cost lines say; committed is what approved
// campaigns may still spend of their plan; what is left adds up with them to what was planned.
type BudgetFigures struct {
	Planned   money.Fen `json:"planned_fen"`
	Spent     money.Fen `json:"spent_fen"`
	Committed money.Fen `json:"committed_fen"`
	Left      money.Fen `json:"left_fen"` // below 0: beyond the budget
}

func (f *BudgetFigures) add(o BudgetFigures) {
	f.Planned, f.Spent, f.Committed, f.Left = f.Planned+o.Planned, f.Spent+o.Spent, f.Committed+o.Committed, f.Left+o.Left
}

// BudgetRow is a channel of a budget, month by month.
type BudgetRow struct {
	Channel id.ID             `json:"channel_id"` // none: the whole budget
	Months  [12]BudgetFigures `json:"months"`
	Year    BudgetFigures     `json:"year"`
}

// BudgetTake is what a campaign takes of a month of a channel: of several channels, each takes an even part.
type BudgetTake struct {
	Campaign  id.ID
	Channel   id.ID // the row in which it counts
	Month     int   // 0 to 11
	Spent     money.Fen
	Committed money.Fen
}

// outlay is what a campaign spends: its approved plan, and its cost lines by day.
type outlay struct {
	campaign id.ID
	channels []id.ID // among which it is divided evenly
	from     bizdate.Date
	until    bizdate.Date
	plan     money.Fen // 0 where nothing more may be spent
	days     map[bizdate.Date]money.Fen
}

// calendar is what falls in each month, by its first day.
type calendar map[bizdate.Date]money.Fen

// divide divides months evenly among n, given what was divided before them: not each month by itself but what has come together by its end, so
// that fen left over do not pile up with the first, each month and the whole are exact, and nobody's is below nothing where the month's is not.
func (c calendar) divide(before money.Fen, n int) []calendar {
	list := make([]calendar, n)
	for i := range list {
		list[i] = calendar{}
	}
	for _, month := range slices.Sorted(maps.Keys(c)) {
		was, is := before.Even(n), (before + c[month]).Even(n)
		for i := range list {
			list[i][month] = is[i] - was[i]
		}
		before += c[month]
	}
	return list
}

// months tells what a campaign takes of all months: its cost lines in the month of their day. What is not spent yet lies in the months of its days
// to come, by their number (largest remainder); of a campaign that is over, in the month of its last day.
func (o outlay) months(today bizdate.Date) (spent, committed calendar, all money.Fen) {
	spent, committed = calendar{}, calendar{}
	for day, n := range o.days {
		spent[day.MonthStart()] += n
		all += n
	}
	rest := o.plan - all
	if rest <= 0 {
		return spent, committed, all
	}
	var months []bizdate.Date
	var weights []money.Fen
	for day := min(max(o.from, today), o.until); day <= o.until; {
		next := day.MonthStart().AddMonths(1)
		months, weights = append(months, day.MonthStart()), append(weights, money.Fen(min(next, o.until+1)-day))
		day = next
	}
	for i, n := range rest.Spread(weights) {
		committed[months[i]] += n
	}
	return spent, committed, all
}

// takes tells what each channel of a campaign takes of the months of a year; a month in which it has nothing, nor a cost line, is not named.
func (o outlay) takes(year int, today bizdate.Date) (list []BudgetTake) {
	spent, committed, all := o.months(today)
	spends, commits := spent.divide(0, len(o.channels)), committed.divide(all, len(o.channels))
	for month := range 12 {
		day := bizdate.New(year, time.Month(month+1), 1)
		if _, touched := spent[day]; !touched && committed[day] == 0 {
			continue
		}
		for i, channel := range o.channels {
			list = append(list, BudgetTake{Campaign: o.campaign, Channel: channel, Month: month, Spent: spends[i][day], Committed: commits[i][day]})
		}
	}
	return list
}

// ledger is a budget with what was spent and is committed of it.
type ledger struct {
	rows  []BudgetRow // in the order of the tree
	takes []BudgetTake
}

// rowFor is the channel in whose row a channel counts: the nearest at or above it that has a line, else the root above it.
func (t Tree) rowFor(channel id.ID, lines map[id.ID][12]money.Fen) id.ID {
	at := channel
	for {
		if _, ok := lines[at]; ok {
			return at
		}
		c, ok := t.byID[at]
		if _, above := t.byID[c.Parent]; !ok || !above {
			return at
		}
		at = c.Parent
	}
}

// rowsFor are the rows in which channels count, each once.
func (t Tree) rowsFor(channels []id.ID, lines map[id.ID][12]money.Fen) (list []id.ID) {
	for _, channel := range channels {
		if row := t.rowFor(channel, lines); !slices.Contains(list, row) {
			list = append(list, row)
		}
	}
	return list
}

// keep makes the ledger of a year: each part of a campaign counts in one row, so that the rows add up to the whole.
func keep(year int, today bizdate.Date, tree Tree, lines map[id.ID][12]money.Fen, list []outlay) (l ledger) {
	rows := map[id.ID]*BudgetRow{}
	row := func(channel id.ID) *BudgetRow {
		if rows[channel] == nil {
			rows[channel] = &BudgetRow{Channel: channel}
		}
		return rows[channel]
	}
	for channel, months := range lines {
		r := row(channel)
		for i, n := range months {
			r.Months[i].Planned = n
		}
	}
	for _, o := range list {
		for _, t := range o.takes(year, today) {
			t.Channel = tree.rowFor(t.Channel, lines)
			r := row(t.Channel)
			r.Months[t.Month].Spent += t.Spent
			r.Months[t.Month].Committed += t.Committed
			l.takes = append(l.takes, t)
		}
	}
	order := map[id.ID]int{}
	for i, n := range tree.nodes {
		order[n.ID] = i
	}
	for _, r := range rows {
		for i := range r.Months {
			m := &r.Months[i]
			m.Left = m.Planned - m.Spent - m.Committed
			r.Year.add(*m)
		}
		l.rows = append(l.rows, *r)
	}
	slices.SortFunc(l.rows, func(a, b BudgetRow) int { return cmp.Compare(order[a.Channel], order[b.Channel]) })
	return l
}

// total is the row of the whole budget.
func (l ledger) total() (t BudgetRow) {
	for _, r := range l.rows {
		for i := range r.Months {
			t.Months[i].add(r.Months[i])
		}
		t.Year.add(r.Year)
	}
	return t
}

// row is the row of a channel.
func (l ledger) row(channel id.ID) BudgetRow {
	for _, r := range l.rows {
		if r.Channel == channel {
			return r
		}
	}
	return BudgetRow{Channel: channel}
}

// Excess is by how much something goes beyond a month of a channel, or beyond its year.
type Excess struct {
	Year    int       `json:"year"`
	Month   int       `json:"month"` // 0: of the whole year
	Channel id.ID     `json:"channel_id"`
	By      money.Fen `json:"by_fen"` // of which what is asked for
	Budget  id.ID     `json:"budget_id"`
	center  id.ID
}

// excess tells where a row has less than nothing left, and less than before.
func excess(before, after BudgetRow) (list []Excess) {
	for i := range after.Months {
		if was, is := before.Months[i].Left, after.Months[i].Left; is < 0 && is < was {
			list = append(list, Excess{Month: i + 1, Channel: after.Channel, By: -is})
		}
	}
	if was, is := before.Year.Left, after.Year.Left; is < 0 && is < was {
		list = append(list, Excess{Channel: after.Channel, By: -is})
	}
	return list
}

// Season is how leads and costs of earlier years lay over the months (MKT-8): only of years whose record begins by their first month.
type Season struct {
	Years []int         `json:"years" nullable:"false"` // those counted, the newest last
	Leads [12]int64     `json:"leads"`
	Costs [12]money.Fen `json:"costs_fen"`
	last  [2][12]money.Fen
	full  [2]bool // whether last year's record of leads, of costs, is there
}

// Share is the part of the year that a month has; none where there is nothing.
func share[T ~int64](months [12]T, i int) *float64 {
	var all T
	for _, n := range months {
		all += n
	}
	if all <= 0 {
		return nil
	}
	return new(float64(months[i]) / float64(all))
}

// LeadShare and CostShare are the part of the year that a month has (0 to 11); nil where there is nothing.
func (s Season) LeadShare(i int) *float64 { return share(s.Leads, i) }

// CostShare see LeadShare.
func (s Season) CostShare(i int) *float64 { return share(s.Costs, i) }

package marketing

import (
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

func drawnOutlay(t *rapid.T, first bizdate.Date, n byte) outlay {
	o := outlay{campaign: key(100 + n), days: map[bizdate.Date]money.Fen{}}
	o.channels = rapid.Permutation([]id.ID{key(1), key(2), key(3), key(4)}).Draw(t, "channels")[:rapid.IntRange(1, 4).Draw(t, "count")]
	o.from = first + bizdate.Date(rapid.IntRange(-100, 300).Draw(t, "from"))
	o.until = o.from + bizdate.Date(rapid.IntRange(0, 500).Draw(t, "days"))
	o.plan = money.Fen(rapid.Int64Range(0, 10_000).Draw(t, "plan"))
	for range rapid.IntRange(0, 12).Draw(t, "costs") {
		o.days[first+bizdate.Date(rapid.IntRange(-200, 500).Draw(t, "day"))] += money.Fen(rapid.Int64Range(1, 500).Draw(t, "cost"))
	}
	return o
}

// Whatever campaigns of however many channels cost, the rows of each month add up to the campaigns to the fen, no row falls below nothing, over all
// years each channel of a campaign has an even part of what was spent and of what the plan is, and one of one channel counts wholly in its row (MKT-8).
func TestMKT8_DividedExactly(t *testing.T) {
	tree, today := small(), bizdate.New(2026, 5, 20)
	first := bizdate.New(2026, 1, 1)
	rapid.Check(t, func(t *rapid.T) {
		lines := map[id.ID][12]money.Fen{}
		for _, channel := range rapid.SliceOfDistinct(rapid.SampledFrom([]id.ID{key(1), key(2), key(3), key(4)}), id.ID.String).Draw(t, "lines") {
			lines[channel] = [12]money.Fen{5}
		}
		var list []outlay
		for n := range byte(rapid.IntRange(0, 5).Draw(t, "campaigns")) {
			list = append(list, drawnOutlay(t, first, n))
		}
		l := keep(2026, today, tree, lines, list)
		for m := range 12 {
			var spent, committed money.Fen
			for _, o := range list {
				all, rest, _ := o.months(today)
				spent, committed = spent+all[first.AddMonths(m)], committed+rest[first.AddMonths(m)]
			}
			if got := l.total().Months[m]; got.Spent != spent || got.Committed != committed {
				t.Fatalf("month %d: rows add up to %+v, campaigns to %d and %d", m+1, got, spent, committed)
			}
			for _, r := range l.rows {
				if r.Months[m].Spent < 0 || r.Months[m].Committed < 0 {
					t.Fatalf("month %d of a row: %+v", m+1, r.Months[m])
				}
			}
		}
		for _, o := range list {
			dividedEvenly(t, o, today)
		}
	})
}

func dividedEvenly(t *rapid.T, o outlay, today bizdate.Date) {
	spent, taken := map[id.ID]money.Fen{}, map[id.ID]money.Fen{}
	for year := 2025; year <= 2030; year++ {
		for _, f := range o.takes(year, today) {
			spent[f.Channel] += f.Spent
			taken[f.Channel] += f.Spent + f.Committed
		}
	}
	_, _, all := o.months(today)
	for i, channel := range o.channels {
		if part, whole := all.Even(len(o.channels))[i], max(all, o.plan).Even(len(o.channels))[i]; spent[channel] != part || taken[channel] != whole {
			t.Fatalf("channel %d of %d has %d spent of %d, %d in all of %d", i+1, len(o.channels), spent[channel], part, taken[channel], whole)
		}
	}
}

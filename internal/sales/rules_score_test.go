package sales

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/learn"
	"zhike/internal/people"
)

var scoreStart = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func dayAfter(n float64) time.Time { return scoreStart.Add(time.Duration(n * 24 * float64(time.Hour))) }

// somePast is an enquiry that was called on days 1 and 5 and signed on day 9; a field was filled in on day 4, the birth date on day 8.
func somePast() scorePast {
	first := bizdate.Of(scoreStart, time.UTC)
	return scorePast{
		Enquiry: Enquiry{ID: id.At(scoreStart, 1, 1), Person: id.At(scoreStart, 2, 2), Kind: "new", Outcome: "signed", OutcomeDay: first + 9, Entered: scoreStart, EnteredDay: first},
		Birth:   people.Birth{Day: first - 3653, Filled: dayAfter(8)}, zone: time.UTC,
		Attributes: []people.Attribute{{Field: "goal", Kind: people.FieldText, Text: "Exam ", Filled: dayAfter(4)}},
		Contacts:   []people.Contacted{{Result: "no-answer", At: dayAfter(1)}, {Result: "discuss", Spoken: true, At: dayAfter(5)}},
		Booked:     []time.Time{dayAfter(5.5)}, Visits: []time.Time{dayAfter(8.5)},
	}
}

// SAL-12: an enquiry is looked at while it is open, each time with what was known then and no more.
func TestSAL12_KnownThen(t *testing.T) {
	fields := []people.Field{{Code: "goal", Kind: people.FieldText, Known: "entry"}}
	columns := scoreColumns(fields)
	shown := func(values []learn.Value, names ...string) (out []string) {
		for _, n := range names {
			v := values[slices.IndexFunc(columns, func(c learn.Column) bool { return c.Name == n })]
			switch {
			case !v.Known:
				out = append(out, "?")
			case v.Text != "":
				out = append(out, v.Text)
			default:
				out = append(out, fmt.Sprintf("%.0f", v.Number))
			}
		}
		return out
	}
	p := somePast()
	for _, c := range []struct {
		day  float64
		want []string
	}{
		{0, []string{"0", "0", "0", "?", "0", "0", "?", "?"}},
		{3, []string{"3", "1", "0", "no-answer", "0", "0", "?", "?"}},
		{7, []string{"7", "2", "1", "discuss", "1", "0", "exam", "?"}},
		{10, []string{"10", "2", "1", "discuss", "1", "1", "exam", "10"}},
	} {
		if got := shown(p.values(columns, dayAfter(c.day)), "days", "touches", "answered", "last-result", "booked", "visits", "field:goal", "age"); !slices.Equal(got, c.want) {
			t.Errorf("on day %g: %v, want %v", c.day, got, c.want)
		}
	}
	h := newHistory([]scorePast{p}, fields, dayAfter(200))
	if len(h.table.Samples) != 3 || !slices.Equal(h.entry, []bool{true, false, false}) || h.Signed != 1 { // days 0, 3 and 7; on day 14 it was signed
		t.Errorf("%d samples, at entry %v", len(h.table.Samples), h.entry)
	}
	p.Entered = scoreStart.AddDate(0, -2, 0) // entered elsewhere, two months before it came in
	if got := shown(p.values(columns, dayAfter(7)), "touches", "visits"); !slices.Equal(got, []string{"?", "?"}) {
		t.Errorf("of what happened elsewhere: %v", got)
	}
}

// SAL-12: of young enquiries those that are decided already are left out with the others; what an import says of the past counts at once.
func TestSAL12_OldEnough(t *testing.T) {
	p := somePast()
	first := p.EnteredDay
	if p.counts(30, first+29) || !p.counts(30, first+30) {
		t.Error("it counts from another day than the thirtieth")
	}
	p.Imported = true
	if p.counts(30, first+10) {
		t.Error("an imported lead that was signed here counts before the others")
	}
	p.OutcomeDay = first
	if !p.counts(30, first) {
		t.Error("an outcome that the import brought does not count")
	}
	var list []scorePast
	for i := range 40 {
		q := somePast()
		q.OutcomeDay = q.EnteredDay + bizdate.Date(i+31)
		list = append(list, q)
	}
	if got := signingDays(list); got != 69 {
		t.Errorf("signings take %d days, want 69", got)
	}
	if got := signingDays(list[:10]); got != usualDays {
		t.Errorf("of few: %d days", got)
	}
}

package sales

import (
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/learn"
	"zhike/internal/people"
)

// scorePast is what happened to an enquiry, with the times at which it came to be known.
type scorePast struct {
	Enquiry
	Imported   bool // a bulk run brought it
	Birth      people.Birth
	Attributes []people.Attribute
	Contacts   []people.Contacted
	Booked     []time.Time
	Missed     []time.Time
	Visits     []time.Time
	Quotes     []time.Time
	zone       *time.Location
}

// scoreColumns are what an enquiry is known by: at entry, and from what happened so far. Sex, names and addresses are left out: they are
// nothing to choose customers by.
func scoreColumns(fields []people.Field) []learn.Column {
	out := []learn.Column{
		{Name: "channel", Kind: learn.Category},
		{Name: "course", Kind: learn.Category},
		{Name: "center", Kind: learn.Category},
		{Name: "kind", Kind: learn.Category},
		{Name: "lang", Kind: learn.Category},
		{Name: "weekday", Kind: learn.Category},
		{Name: "walk-in", Kind: learn.Category},
		{Name: "age", Kind: learn.Number},
		{Name: "days", Kind: learn.Number},
		{Name: "touches", Kind: learn.Number},
		{Name: "answered", Kind: learn.Number},
		{Name: "silent", Kind: learn.Number},
		{Name: "last-result", Kind: learn.Category},
		{Name: "booked", Kind: learn.Number},
		{Name: "missed", Kind: learn.Number},
		{Name: "visits", Kind: learn.Number},
		{Name: "quotes", Kind: learn.Number},
	}
	for _, f := range fields {
		kind := learn.Category
		if f.Kind == people.FieldNumber || f.Kind == people.FieldDate {
			kind = learn.Number
		}
		out = append(out, learn.Column{Name: fieldColumn + f.Code, Kind: kind, Later: f.Known == "later"})
	}
	return out
}

// fieldColumn stands before the code of a custom field.
const fieldColumn = "field:"

// isOwnField tells whether a column is a custom field: of the others the program itself keeps when they came to be known.
func isOwnField(c learn.Column) bool { return strings.HasPrefix(c.Name, fieldColumn) }

// values gives what was known of an enquiry at an instant, in the order of the columns.
func (p scorePast) values(columns []learn.Column, at time.Time) []learn.Value {
	known := map[string]learn.Value{
		"channel": p.named("channel", p.Channel), "course": p.named("course", p.Course), "center": learn.Cat(key(p.Center)),
		"kind": learn.Cat(p.Kind), "lang": learn.Cat(p.Lang), "weekday": learn.Cat(strings.ToLower(p.EnteredDay.Weekday().String()[:3])),
		"walk-in": yesNoOf(p.WalkIn), "days": learn.Num(max(0, at.Sub(p.Entered).Hours()/24)),
	}
	if b := p.Birth; !b.Day.IsZero() && !b.Filled.After(at) {
		known["age"] = learn.Num(float64(p.EnteredDay-b.Day) / 365.25)
	}
	if p.recorded() {
		p.state(known, at)
	}
	for _, a := range p.Attributes {
		if !a.Filled.After(at) {
			known[fieldColumn+a.Field] = attributeValue(a)
		}
	}
	out := make([]learn.Value, len(columns))
	for i, c := range columns {
		if v := known[c.Name]; (v.Text == "") == (c.Kind == learn.Number) {
			out[i] = v
		}
	}
	return out
}

// named is a channel or course; one that the company does not know has the name that the import kept.
func (p scorePast) named(field string, of id.ID) learn.Value {
	if !of.IsNone() {
		return learn.Cat(of.String())
	}
	for _, a := range p.Attributes {
		if a.Field == field {
			return learn.Cat(level(a.Text))
		}
	}
	return learn.Value{}
}

func key(of id.ID) string {
	if of.IsNone() {
		return ""
	}
	return of.String()
}

func yesNoOf(yes bool) learn.Value {
	if yes {
		return learn.Cat("yes")
	}
	return learn.Cat("no")
}

// level is a text as a level of a category: spellings that differ in case or blanks are one.
func level(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func attributeValue(a people.Attribute) learn.Value {
	v := learn.Cat(level(a.Text))
	switch a.Kind {
	case people.FieldNumber:
		v = learn.Num(a.Value())
	case people.FieldDate:
		v = learn.Num(float64(a.Number))
	case people.FieldYesNo:
		v = yesNoOf(a.Number == 1)
	}
	v.Filled = a.Filled
	return v
}

// recorded tells whether what happened to the enquiry since its entry is in this program; of one that was entered elsewhere it is not.
func (p scorePast) recorded() bool { return p.ID.Time().Sub(p.Entered) < 24*time.Hour }

// state adds what happened so far.
func (p scorePast) state(known map[string]learn.Value, at time.Time) {
	before := func(times []time.Time) learn.Value {
		n := 0
		for _, t := range times {
			if t.Before(at) {
				n++
			}
		}
		return learn.Num(float64(n))
	}
	known["booked"], known["missed"], known["visits"], known["quotes"] = before(p.Booked), before(p.Missed), before(p.Visits), before(p.Quotes)
	touches, answered, silent := 0, 0, at.Sub(p.Entered)
	for _, c := range p.Contacts {
		if !c.At.Before(at) {
			break
		}
		touches++
		if c.Spoken {
			answered++
		}
		silent = at.Sub(c.At)
		known["last-result"] = learn.Cat(c.Result)
	}
	known["touches"], known["answered"] = learn.Num(float64(touches)), learn.Num(float64(answered))
	known["silent"] = learn.Num(max(0, silent.Hours()/24))
}

// scoreDays are how many days after its entry an enquiry is looked at, as long as it is open: what is learned holds for an enquiry of that age
// and what is known of it then (landmarks; van Houwelingen, Scandinavian Journal of Statistics 34, 2007).
var scoreDays = []int{0, 3, 7, 14, 30, 60}

const (
	leastEnquiries = 200 // that history needs, and
	leastOutcomes  = 40  // of each kind
	fewSignings    = 20  // too few to tell how long a signing takes
	usualDays      = 90
	shortestDays   = 30
	longestDays    = 180
)

// signingDays is within how many days of the entry nearly all (95 in 100) of the signed enquiries were signed.
func signingDays(list []scorePast) int {
	var days []int
	for _, p := range list {
		if p.Outcome == "signed" && !p.pastAtImport() && !p.OutcomeDay.IsZero() {
			days = append(days, int(p.OutcomeDay-p.EnteredDay))
		}
	}
	if len(days) < fewSignings {
		return usualDays
	}
	slices.Sort(days)
	return min(longestDays, max(shortestDays, days[len(days)*95/100]))
}

// pastAtImport tells whether the outcome came with the import.
func (p scorePast) pastAtImport() bool {
	return p.Imported && p.Outcome != "open" && p.OutcomeDay <= bizdate.Of(p.ID.Time(), p.zone)
}

// counts tells whether the outcome of an enquiry may be learned from: it was there when it was imported, or the enquiry is old enough that
// nearly every signing has come. Among younger ones those that are decided already are not like the others.
func (p scorePast) counts(days int, today bizdate.Date) bool {
	return p.pastAtImport() || p.EnteredDay+bizdate.Date(days) <= today
}

// openAfter tells whether the enquiry was still open some days after its entry.
func (p scorePast) openAfter(days int) bool {
	return p.Outcome == "open" || !p.OutcomeDay.IsZero() && p.EnteredDay+bizdate.Date(days) < p.OutcomeDay
}

// decided is the end of the day of the outcome; zero where it is not known.
func (p scorePast) decided() time.Time {
	if p.Outcome == "open" || p.OutcomeDay.IsZero() {
		return time.Time{}
	}
	return (p.OutcomeDay + 1).In(p.zone)
}

// sample is what was known of an enquiry at an instant, with what became of it.
func (p scorePast) sample(columns []learn.Column, at time.Time) learn.Sample {
	return learn.Sample{Group: p.Person.String(), Values: p.values(columns, at), Yes: p.Outcome == "signed", Decided: p.decided()}
}

// scoreHistory is what is learned from.
type scoreHistory struct {
	table learn.Table
	entry []bool // which samples are those at entry
	ScoreQuality
}

// newHistory makes samples of what happened. Columns that the guard refuses are left out.
func newHistory(list []scorePast, fields []people.Field, now time.Time) scoreHistory {
	var h scoreHistory
	h.Days = signingDays(list)
	columns := scoreColumns(fields)
	all := learn.Table{Columns: columns}
	for _, p := range list {
		if !p.counts(h.Days, bizdate.Of(now, p.zone)) {
			continue
		}
		h.Enquiries++
		if p.Outcome == "signed" {
			h.Signed++
		}
		if h.From.IsZero() || p.EnteredDay < h.From {
			h.From = p.EnteredDay
		}
		h.Until = max(h.Until, p.EnteredDay)
		all.Samples = append(all.Samples, p.sample(columns, now))
		for _, d := range scoreDays {
			if at := p.Entered.AddDate(0, 0, d); d == 0 || !at.After(now) && p.openAfter(d) {
				h.table.Samples, h.entry = append(h.table.Samples, p.sample(columns, at)), append(h.entry, d == 0)
			}
		}
	}
	h.Refused = learn.Refused(all)
	refused := make([]string, len(h.Refused))
	for i, r := range h.Refused {
		refused[i] = r.Column
	}
	h.table.Columns = columns
	h.table = h.table.Without(refused...)
	return h
}

// LeastHistory is how many enquiries there must be to learn from, and how many of them signed, and not signed.
func LeastHistory() (enquiries, each int) { return leastEnquiries, leastOutcomes }

func (h scoreHistory) thin() bool {
	return h.Enquiries < leastEnquiries || h.Signed < leastOutcomes || h.Enquiries-h.Signed < leastOutcomes
}

// train learns from history and says how good it is.
func (h scoreHistory) train() (ScoreModel, error) {
	m := ScoreModel{State: ScoreThin, Quality: h.ScoreQuality}
	if h.thin() {
		return m, nil
	}
	l, err := learn.Learn(h.table)
	if err != nil {
		return m, err
	}
	if m.Quality.Warnings, err = learn.Suspect(h.table, isOwnField); err != nil {
		return m, err
	}
	m.Quality.Entry, m.Quality.Later = h.quality(l.LeftOut, true), h.quality(l.LeftOut, false)
	m.Quality.Low, m.Quality.High = m.Quality.Entry.Range()
	m.Quality.Weights = l.Model.Weights(h.table)
	if m.State = ScoreReady; m.Quality.Low <= 0.5 {
		m.State = ScoreChance
		return m, nil
	}
	m.Model = &l.Model
	return m, nil
}

// quality is that of the samples at entry, or of those some days later; none where there are none.
func (h scoreHistory) quality(estimates []float64, entry bool) *learn.Quality {
	var of []float64
	var yes []bool
	for i, s := range h.table.Samples {
		if h.entry[i] == entry {
			of, yes = append(of, estimates[i]), append(yes, s.Yes)
		}
	}
	if len(of) == 0 {
		return nil
	}
	q := learn.QualityOf(of, yes)
	return &q
}

const (
	mostReasons = 5   // of a score are kept
	leastReason = 0.1 // log odds, some two points; the first one is kept in any case
)

// score estimates an open enquiry at an instant.
func (p scorePast) score(m learn.Model, at time.Time) EnquiryScore {
	columns := m.Names()
	values := p.values(columns, at)
	probability, parts := m.Estimate(values)
	s := EnquiryScore{Enquiry: p.ID, Ten: int64(probability*10_000 + 0.5), At: at, Reasons: []ScoreReason{}}
	for n, part := range parts[:min(len(parts), mostReasons)] {
		if n > 0 && max(part.Adds, -part.Adds) < leastReason {
			break
		}
		i := slices.IndexFunc(columns, func(c learn.Column) bool { return c.Name == part.Column })
		r := ScoreReason{Column: part.Column, Known: values[i].Known, Number: values[i].Number, Adds: part.Adds}
		if m.Level(part.Column, values[i].Text) {
			r.Text = values[i].Text
		}
		s.Reasons = append(s.Reasons, r)
	}
	return s
}

package marketing_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// someone is a person with facts, as the evaluator below reads them.
type someone struct {
	birth     bizdate.Date
	gender    string
	district  string
	center    id.ID
	merged    bool
	enquiries []asked
	visits    []bizdate.Date
	touches   []bizdate.Date
	contracts []bought
	hours     []int64
}

type asked struct {
	stage   string
	channel id.ID
	entered bizdate.Date
}

type bought struct {
	state   string
	payable int64
	signed  bizdate.Date // zero: a draft
}

// facts are the values of a field as they stand in the rows of a person: texts, days or amounts.
func (p someone) facts(field string) (texts []string, numbers []int64) {
	switch field {
	case "gender", "district":
		if v := map[string]string{"gender": p.gender, "district": p.district}[field]; v != "" {
			texts = append(texts, v)
		}
	case "stage":
		for _, e := range p.enquiries {
			texts = append(texts, e.stage)
		}
	case "channel":
		for _, e := range p.enquiries {
			if !e.channel.IsNone() {
				texts = append(texts, e.channel.String())
			}
		}
	case "contract-state":
		for _, c := range p.contracts {
			if !c.signed.IsZero() {
				texts = append(texts, c.state)
			}
		}
	default:
		numbers = p.numbers(field)
	}
	return texts, numbers
}

func (p someone) numbers(field string) (out []int64) {
	days := map[string][]bizdate.Date{"last-visit": p.visits, "last-touch": p.touches}
	for _, d := range days[field] {
		out = append(out, int64(d))
	}
	for _, e := range p.enquiries {
		if field == "entered" {
			out = append(out, int64(e.entered))
		}
	}
	for _, c := range p.contracts {
		if field == "signed" && !c.signed.IsZero() {
			out = append(out, int64(c.signed))
		}
	}
	return out
}

// sum is the value of a field that is one number of a person.
func (p someone) sum(field string) (n int64) {
	switch field {
	case "visits":
		return int64(len(p.visits))
	case "touches":
		return int64(len(p.touches))
	case "hours-left":
		for _, h := range p.hours {
			n += h
		}
	case "contract-value", "contracts":
		for _, c := range p.contracts {
			if c.signed.IsZero() {
				continue
			}
			if n++; field == "contract-value" {
				n += c.payable - 1
			}
		}
	}
	return n
}

// holds is the evaluator: what an outline says of a person, read straight from the person's facts.
func holds(p someone, rows []condition.Row, today bizdate.Date) bool {
	if rows[0].Group == "" {
		return fulfils(p, rows[0], today)
	}
	var yes, all int
	for i := 1; i < len(rows); {
		end := i + 1
		for end < len(rows) && rows[end].Depth > rows[i].Depth {
			end++
		}
		if all++; holds(p, rows[i:end], today) {
			yes++
		}
		i = end
	}
	switch rows[0].Group {
	case "all":
		return yes == all
	case "any":
		return yes > 0
	}
	return yes == 0
}

func fulfils(p someone, row condition.Row, today bizdate.Date) bool {
	texts, days := p.facts(row.Field)
	first := ""
	if len(row.Values) > 0 {
		first = row.Values[0]
	}
	n, _ := strconv.ParseInt(first, 10, 64)
	chosen := slices.ContainsFunc(texts, func(v string) bool { return slices.Contains(row.Values, v) })
	switch row.Is {
	case "is":
		return chosen
	case "is-not":
		return !chosen
	case "there-is":
		return len(texts)+len(days) > 0
	case "never":
		return len(texts)+len(days) == 0
	case "at-least", "at-most", "exactly":
		return compares(p, row, n, today)
	}
	if len(days) == 0 {
		return false
	}
	last, limit := bizdate.Date(slices.Max(days)), bizdate.Date(0)
	if row.Is == "since" || row.Is == "until" {
		limit, _ = bizdate.Parse(first)
	}
	return map[string]bool{"within": last >= today-bizdate.Date(n), "long-ago": last < today-bizdate.Date(n), "since": last >= limit, "until": last <= limit}[row.Is]
}

func compares(p someone, row condition.Row, n int64, today bizdate.Date) bool {
	value := p.sum(row.Field)
	switch row.Field {
	case "age":
		if p.birth.IsZero() {
			return false
		}
		value = -1
		for d := p.birth; d <= today; d = d.AddMonths(12) {
			value++
		}
	case "hours-left", "contract-value":
		n *= 100
	}
	return map[string]bool{"at-least": value >= n, "at-most": value <= n, "exactly": value == n}[row.Is]
}

// asks are the fields of the property, with values to ask for.
func asks(s *testkit.School) map[string][]string {
	return map[string][]string{
		"age": {"6", "8", "0"}, "gender": {"female", "male"}, "district": {"海淀", "朝阳"}, "stage": {"new", "visited", "signed"}, "channel": {s.Web.String()},
		"contract-state": {"active", "expired"}, "visits": {"0", "1", "2"}, "touches": {"0", "1", "3"}, "hours-left": {"0", "10", "20"}, "contract-value": {"0", "100", "250"}, "contracts": {"0", "1"},
		"last-visit": {"1", "30", "90"}, "last-touch": {"1", "30", "90"}, "entered": {"1", "30", "90"}, "signed": {"1", "30", "90"},
	}
}

var kinds = map[string]condition.Kind{
	"age": condition.Years, "gender": condition.Choice, "district": condition.Text, "stage": condition.Choice, "channel": condition.Choice, "contract-state": condition.Choice,
	"last-visit": condition.Day, "last-touch": condition.Moment, "entered": condition.Day, "signed": condition.Day,
}

// outline draws nested conditions below a depth.
func outline(t *rapid.T, asks map[string][]string, today bizdate.Date, depth int64) (rows []condition.Row) {
	rows = []condition.Row{{Depth: depth, Group: rapid.SampledFrom(condition.Groups).Draw(t, "group")}}
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		if depth < 3 && rapid.IntRange(0, 2).Draw(t, "nest") == 0 {
			rows = append(rows, outline(t, asks, today, depth+1)...)
			continue
		}
		fields := make([]string, 0, len(asks))
		for f := range asks {
			fields = append(fields, f)
		}
		slices.Sort(fields)
		row := condition.Row{Depth: depth + 1, Field: rapid.SampledFrom(fields).Draw(t, "field")}
		kind := kinds[row.Field]
		if kind == "" {
			kind = condition.Number
		}
		row.Is = rapid.SampledFrom(kind.Comparisons()).Draw(t, "is")
		if condition.Takes(row.Is) > 0 {
			row.Values = []string{rapid.SampledFrom(asks[row.Field]).Draw(t, "value")}
		}
		if row.Is == "since" || row.Is == "until" {
			row.Values = []string{(today - bizdate.Date(rapid.IntRange(0, 100).Draw(t, "day"))).String()}
		}
		rows = append(rows, row)
	}
	return rows
}

func someones(t *rapid.T, s *testkit.School, today bizdate.Date) []someone {
	day := rapid.Custom(func(t *rapid.T) bizdate.Date {
		return today - bizdate.Date(rapid.SampledFrom([]int{0, 1, 2, 29, 30, 31, 90, 91}).Draw(t, "ago"))
	})
	contract := rapid.Custom(func(t *rapid.T) bought {
		b := bought{state: rapid.SampledFrom([]string{"active", "expired"}).Draw(t, "state"), payable: rapid.Int64Range(0, 3).Draw(t, "yuan") * 12_500}
		if rapid.Bool().Draw(t, "signed") {
			b.signed = day.Draw(t, "day")
		}
		return b
	})
	enquiry := rapid.Custom(func(t *rapid.T) asked {
		return asked{stage: rapid.SampledFrom(sales.StageNames()).Draw(t, "stage"), channel: rapid.SampledFrom([]id.ID{s.Web, id.None}).Draw(t, "channel"), entered: day.Draw(t, "entered")}
	})
	one := rapid.Custom(func(t *rapid.T) someone {
		p := someone{
			gender: rapid.SampledFrom([]string{"", "female", "male"}).Draw(t, "gender"), district: rapid.SampledFrom([]string{"", "海淀", "朝阳"}).Draw(t, "district"),
			center: rapid.SampledFrom([]id.ID{s.HD, s.CY}).Draw(t, "center"), merged: rapid.IntRange(0, 9).Draw(t, "merged") == 0,
			enquiries: rapid.SliceOfN(enquiry, 0, 2).Draw(t, "enquiries"), visits: rapid.SliceOfN(day, 0, 2).Draw(t, "visits"), touches: rapid.SliceOfN(day, 0, 3).Draw(t, "touches"),
			contracts: rapid.SliceOfN(contract, 0, 2).Draw(t, "contracts"), hours: rapid.SliceOfN(rapid.SampledFrom([]int64{-1000, 1000, 2000}), 0, 3).Draw(t, "hours"),
		}
		if rapid.Bool().Draw(t, "born") {
			p.birth = today.AddMonths(-12*rapid.IntRange(0, 9).Draw(t, "years")) + bizdate.Date(rapid.IntRange(-1, 1).Draw(t, "days"))
			p.birth = min(p.birth, today)
		}
		return p
	})
	return rapid.SliceOfN(one, 1, 12).Draw(t, "people")
}

// live writes people with their facts into the empty tables.
func live(ctx context.Context, tx *op.Tx, list []someone, zone *time.Location) error {
	rows := map[string][][]any{}
	for _, p := range list {
		key, none := tx.NewID(), any(nil)
		into := none
		if p.merged {
			into = tx.NewID()
		}
		rows["persons (id, name, name_latin, pinyin, gender, birth, district, lang, household, external_key, center, created_at, name_terms, phone_digits, version, merged_into)"] = append(
			rows["persons (id, name, name_latin, pinyin, gender, birth, district, lang, household, external_key, center, created_at, name_terms, phone_digits, version, merged_into)"],
			[]any{key, "x", "", "", p.gender, int64(p.birth), p.district, "zh", nil, "", p.center, int64(0), "", "", int64(1), into})
		rows["person_links (person, kind, ref, center, owner, state)"] = append(rows["person_links (person, kind, ref, center, owner, state)"], []any{key, "person", key, p.center, nil, ""})
		for _, e := range p.enquiries {
			channel := none
			if !e.channel.IsNone() {
				channel = e.channel
			}
			const table = "enquiries (id, person, center, channel, kind, stage, reached, lang, outcome, outcome_day, lost_reason, entered_at, entered_day, moved_at, breached, next_step, next_day, walk_in, version)"
			rows[table] = append(rows[table], []any{tx.NewID(), key, p.center, channel, "new", e.stage, e.stage, "zh", "open", int64(0), "", int64(0), int64(e.entered), int64(0), false, "", int64(0), false, int64(1)})
		}
		for _, d := range p.visits {
			const table = "visits (id, enquiry, person, center, arrived_at, day, outcome, lost_reason, needs, version)"
			rows[table] = append(rows[table], []any{tx.NewID(), tx.NewID(), key, p.center, int64(0), int64(d), "", "", "", int64(1)})
		}
		for _, d := range p.touches {
			const table = "touches (id, person, center, channel, direction, result, note, next_step, next_day, closed_reason, at, version)"
			rows[table] = append(rows[table], []any{tx.NewID(), key, p.center, "call", "out", "later", "", "", int64(0), "", d.In(zone).Add(time.Duration(len(list)) * time.Hour), int64(1)})
		}
		for _, c := range p.contracts {
			const table = "contracts (id, no, kind, state, student, payer, center, list, discount, payable, paid, drafted_at, signed_day, valid_from, valid_until, version)"
			k := tx.NewID()
			rows[table] = append(rows[table], []any{k, k.String(), "new", c.state, key, key, p.center, c.payable, int64(0), c.payable, int64(0), int64(0), int64(c.signed), int64(0), int64(0), int64(1)})
		}
		for _, h := range p.hours {
			const table = "hour_entries (id, line, contract, student, center, kind, hours, gift, cause, day, at)"
			rows[table] = append(rows[table], []any{tx.NewID(), key, key, key, p.center, "bought", h / 2, h / 2, key, int64(0), int64(0)})
		}
	}
	for _, table := range []string{"persons", "person_links", "enquiries", "visits", "touches", "contracts", "hour_entries"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	for table, list := range rows {
		if err := tx.InsertRows(ctx, table, "", list); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// The compiled statement counts exactly those of whom the evaluator finds the conditions to hold, for who sees everybody and for one center.
func TestMKT10_Property(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		today := bizdate.Of(s.Clock.Now(), s.Ops.Zone(id.None))
		fields := asks(s)
		rapid.Check(t, func(r *rapid.T) {
			list := someones(r, s, today)
			rows := outline(r, fields, today, 0)
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error { return live(ctx, tx, list, s.Ops.Zone(id.None)) })
			if err != nil {
				r.Fatal(err)
			}
			var all, hd, gotAll, gotHD int64
			for _, p := range list {
				if p.merged || !holds(p, rows, today) {
					continue
				}
				if all++; p.center == s.HD {
					hd++
				}
			}
			for _, c := range []struct {
				ctx context.Context
				n   *int64
			}{{s.Marketing(), &gotAll}, {s.Principal(s.HD), &gotHD}} {
				err := s.Ops.Read(c.ctx, func(ctx context.Context, tx *op.Tx) (err error) {
					*c.n, err = marketing.CountConditions(ctx, tx, rows)
					return err
				})
				if err != nil {
					r.Fatal(err)
				}
			}
			if gotAll != all || gotHD != hd {
				r.Errorf("%+v counts %d, %d of HD; want %d, %d", rows, gotAll, gotHD, all, hd)
			}
		})
	})
}

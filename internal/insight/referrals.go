package insight

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
)

// ReferralReport is the name of the report of who was brought by somebody.
const ReferralReport = "referrals"

// referralMetrics are the columns of the report of referrals (MKT-12): who was brought, and what became of them until now. Students are those of
// the last day of a row: persons whose contract runs on it (metrics.md, active_students).
var referralMetrics = []string{"active_students", "referrals", "referral_rate", "referral_contracts", "referral_signing_rate", "referral_amount", "referral_cash", "reward_hours"}

// The columns of the report of referrals that its conclusion reads.
const atStudents, atReferrals, atRate = 0, 1, 2

// brought is a row of the report.
type brought struct {
	students      int64
	n, signed     int64
	payable, cash float64
	hours         hours.Centi
	last          bizdate.Date // of entry
}

func (b brought) figures(students bool) []Figure {
	out := []Figure{{V: float64(b.students), None: !students}, {V: float64(b.n)}, {None: true}, {V: float64(b.signed)}, {None: true}, {V: b.payable}, {V: b.cash}, {V: float64(b.hours)}}
	if students && b.students > 0 {
		low, high := stat.Poisson(b.n)
		of := float64(b.students)
		out[atRate] = Figure{V: float64(b.n) / of, Low: low / of, High: high / of, N: b.n}
	}
	if b.n > 0 {
		low, high := stat.Wilson(b.signed, b.n)
		out[4] = Figure{V: float64(b.signed) / float64(b.n), Low: low, High: high, N: b.n}
	}
	return out
}

// introduced is who brought an enquiry, who sold to that one, and the hours given for it.
type introduced struct {
	Enquiry    id.ID       `db:"enquiry"`
	Referrer   id.ID       `db:"referrer"`
	Consultant id.ID       `db:"consultant"`
	Hours      hours.Centi `db:"hours"`
}

// referralReport fills the report of referrals: of the prospects entered in the span those whom somebody brought, by the center, month or person, or by
// the consultant who sold to the referrer; without care, a student has no other one (metrics.md names the assistant).
func referralReport(ctx context.Context, tx *op.Tx, r *Report) error {
	p := r.Params
	list, err := journeys(ctx, tx, cohort{from: p.From, until: p.Until, centers: p.Centers})
	if err != nil {
		return err
	}
	by, err := introductions(ctx, tx, p)
	if err != nil {
		return err
	}
	rows, total := map[string]*brought{}, &brought{}
	at := func(key string) *brought {
		if rows[key] == nil {
			rows[key] = &brought{}
		}
		return rows[key]
	}
	var others, otherSigned int64
	dims := dimensionsOf(tx)
	for _, j := range list {
		in, ok := by[j.enquiry]
		if !ok {
			others++
			if !j.at[StepContract].IsZero() {
				otherSigned++
			}
			continue
		}
		for _, row := range []*brought{at(rowOfReferral(dims, p.By, j, in)), total} {
			row.add(j, in)
		}
	}
	if err := students(ctx, tx, p, at, total); err != nil {
		return err
	}
	usual, err := usualDays(ctx, tx, false)
	if err != nil {
		return err
	}
	mature := tx.Today(tx.Viewer.Center) - usual
	for _, key := range sortedRows(rows) {
		r.Rows = append(r.Rows, Row{Value: key, Cells: rows[key].figures(p.By != "referrer" && p.By != "kind"), Young: rows[key].last > mature})
	}
	r.Totals = Row{Cells: total.figures(true), Young: total.last > mature}
	r.Conclusion = concludeReferrals(r.Rows, *total, others, otherSigned)
	return nil
}

func (b *brought) add(j journey, in introduced) {
	b.n++
	if !j.at[StepContract].IsZero() {
		b.signed++
	}
	b.payable, b.cash, b.hours, b.last = b.payable+float64(j.payable), b.cash+float64(j.cash), b.hours+in.Hours, max(b.last, j.day)
}

func rowOfReferral(dims dimensions, by string, j journey, in introduced) string {
	switch by {
	case "consultant":
		return named(in.Consultant)
	case "referrer":
		return named(in.Referrer)
	}
	return dims.row(by, j.matter(), j.day)
}

// introductions reads who brought the prospects of the span.
func introductions(ctx context.Context, tx *op.Tx, p Params) (map[id.ID]introduced, error) {
	where, args := cohort{from: p.From, until: p.Until, centers: p.Centers}.where(tx, "e")
	list, err := op.AllOf[introduced](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT e.id AS enquiry, e.referrer AS referrer,
		(SELECT c.consultant FROM contracts c WHERE c.student = e.referrer AND c.signed_at IS NOT NULL ORDER BY c.signed_at DESC LIMIT 1) AS consultant,
		COALESCE((SELECT w.hours - w.taken FROM rewards w WHERE w.enquiry = e.id AND w.line IS NOT NULL), 0) AS hours
		FROM enquiries e WHERE e.referrer IS NOT NULL AND `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read who brought prospects: %w", err)
	}
	out := make(map[id.ID]introduced, len(list))
	for _, in := range list {
		out[in.Enquiry] = in
	}
	return out, nil
}

// students counts those whose contract runs on the last day of each row, and of the span, each once.
func students(ctx context.Context, tx *op.Tx, p Params, at func(string) *brought, total *brought) error {
	type row struct {
		Of id.ID `db:"of_row"`
		N  int64 `db:"n"`
	}
	read := func(column string, day bizdate.Date) (list []row, err error) {
		text, args := runningOn(tx, p, day)
		list, err = op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT "+column+" AS of_row, COUNT(DISTINCT c.student) AS n FROM contracts c WHERE "+text+" GROUP BY 1", args...)
		if err != nil {
			return nil, fmt.Errorf("count students: %w", err)
		}
		return list, nil
	}
	one := func(day bizdate.Date) (n int64, err error) {
		list, err := read("NULL", day)
		for _, r := range list {
			n += r.N
		}
		return n, err
	}
	var err error
	if total.students, err = one(p.Until); err != nil {
		return err
	}
	switch p.By {
	case "center", "consultant":
		list, err := read("c."+p.By, p.Until)
		for _, r := range list {
			at(named(r.Of)).students = r.N
		}
		return err
	case "region":
		return studentsByRegion(ctx, tx, p, at)
	case "month":
		for first := p.From.MonthStart(); first <= p.Until; first = first.AddMonths(1) {
			if at(first.String()).students, err = one(min(first.AddMonths(1)-1, p.Until)); err != nil {
				return err
			}
		}
	}
	return nil
}

// studentsByRegion counts who has a contract in a region, each once.
func studentsByRegion(ctx context.Context, tx *op.Tx, p Params, at func(string) *brought) error {
	type row struct {
		Student id.ID `db:"student"`
		Center  id.ID `db:"center"`
	}
	text, args := runningOn(tx, p, p.Until)
	list, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT DISTINCT c.student, c.center FROM contracts c WHERE "+text, args...)
	if err != nil {
		return fmt.Errorf("count students: %w", err)
	}
	dims := dimensionsOf(tx)
	type of struct{ student, region id.ID }
	counted := map[of]bool{}
	for _, r := range list {
		key := of{r.Student, dims.region(r.Center)}
		if !counted[key] {
			counted[key] = true
			at(named(key.region)).students++
		}
	}
	return nil
}

// fewestStudents are the students below which a row's rate is not compared.
const fewestStudents = 30

// concludeReferrals tells whether who is brought signs more often than others, and which rows bring beyond chance more or fewer than all others do: by
// the exact test of a Poisson count, all rows together erring in one of twenty reports at most (Bonferroni).
func concludeReferrals(rows []Row, total brought, others, otherSigned int64) Conclusion {
	c := Conclusion{Confidence: "none"}
	if total.n == 0 {
		c.Sentences = []Sentence{{Code: "referral-none"}}
		return c
	}
	diff, low, high := stat.Difference(total.signed, total.n, otherSigned, others)
	own, usual := quotient(float64(total.signed), float64(total.n)), quotient(float64(otherSigned), float64(others))
	s := Sentence{Code: "referral-alike", Metric: "lead_signing_rate", Value: own, Base: usual, N: total.n}
	s.Low, s.High = stat.Wilson(total.signed, total.n)
	switch {
	case total.n < fewestStudents || others < fewestStudents:
		s.Code = "referral-thin"
	case diff > 0 && low > 0:
		s.Code, c.Confidence = "referral-better", "high"
	case diff < 0 && high < 0:
		s.Code, c.Confidence = "referral-worse", "high"
	default:
		c.Confidence = "low"
	}
	c.Sentences = []Sentence{s}
	c.referrers(rows, total)
	return c
}

// referrers adds the rows that differ beyond chance, the farthest first, and what each was compared with.
func (c *Conclusion) referrers(rows []Row, total brought) {
	var compared []Row
	for _, r := range rows {
		if n := r.Cells[atStudents]; !n.None && r.Value != "" && n.V >= fewestStudents && n.V < float64(total.students) {
			compared = append(compared, r)
		}
	}
	for _, r := range compared {
		n, k := r.Cells[atStudents].V, r.Cells[atReferrals].V
		rest := (float64(total.n) - k) / (float64(total.students) - n)
		f := r.Cells[atRate]
		c.Evidence = append(c.Evidence, Evidence{Metric: "referral_rate", Row: r.Value, Value: f.V, Baseline: rest, N: int(k), Low: f.Low, High: f.High})
		if rest <= 0 {
			continue
		}
		usual := distuv.Poisson{Lambda: rest * n}
		fewer, more := usual.CDF(k), 1-usual.CDF(k-1)
		if 2*math.Min(fewer, more) > fairChance/float64(len(compared)) {
			continue
		}
		code := "referral-most"
		if fewer < more {
			code = "referral-least"
		}
		c.Sentences = append(c.Sentences, Sentence{Code: code, Metric: "referral_rate", Row: r.Value, Value: f.V, Low: f.Low, High: f.High, Base: rest, N: int64(k)})
	}
	if len(c.Sentences) > 1+namedRows {
		c.Sentences = c.Sentences[:1+namedRows]
	}
}

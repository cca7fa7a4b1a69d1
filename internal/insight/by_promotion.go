package insight

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
)

// byPromotion is the dimension of the promotions that a contract was given (SAL-8). A contract with two of them counts in the row of each, so that rows
// overlap; the totals count it once.
const byPromotion = "promotion"

// signedMetrics are the columns of a report by promotion: only who signs has promotions.
var signedMetrics = map[string][]string{
	"daily-sales": {"contracts_new", "contracts_renewal", "contract_amount", "average_contract"},
	"funnel":      {"contracts_new", "days_visit_to_contract", "days_to_contract"},
}

// shared tells whether rows of a report may count the same contract.
func (r *Report) shared() bool { return r.Params.By == byPromotion && signedMetrics[r.Name] != nil }

// columnsOf are the metrics of a report by a dimension.
func (d definition) columnsOf(name, by string) []string {
	if own, ok := signedMetrics[name]; ok && by == byPromotion {
		return own
	}
	return d.metrics
}

// promoted are the promotions of contracts, and of the contracts of enquiries.
type promoted map[record][]string

// promotedIn reads the promotions of the contracts that were signed in a span or belong to enquiries entered in it.
func promotedIn(ctx context.Context, tx *op.Tx, p Params) (promoted, error) {
	type row struct {
		Contract  id.ID `db:"contract"`
		Enquiry   id.ID `db:"enquiry"`
		Promotion id.ID `db:"promotion"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT DISTINCT c.id AS contract, c.enquiry AS enquiry, g.promotion AS promotion
		FROM contract_promotions g JOIN contracts c ON c.id = g.contract LEFT JOIN enquiries e ON e.id = c.enquiry
		WHERE c.signed_at IS NOT NULL AND (c.signed_day >= ? AND c.signed_day <= ? OR e.entered_day >= ? AND e.entered_day <= ?) ORDER BY g.promotion`,
		int64(p.From), int64(p.Until), int64(p.From), int64(p.Until))
	if err != nil {
		return nil, fmt.Errorf("read promotions of contracts: %w", err)
	}
	out := promoted{}
	for _, g := range rows {
		for _, of := range []record{{kindContract, g.Contract}, {kindEnquiry, g.Enquiry}} {
			if of.id.IsNone() || slices.Contains(out[of], g.Promotion.String()) {
				continue
			}
			out[of] = append(out[of], g.Promotion.String())
		}
	}
	return out, nil
}

// rows are those in which a case counts; none has its own.
func (g promoted) rows(c Counted) []string {
	if list := g[record{c.Kind, c.ID}]; len(list) > 0 {
		return list
	}
	return []string{""}
}

// signedReport fills a report by promotion from the cases of its figures.
func signedReport(ctx context.Context, tx *op.Tx, r *Report, d definition) error {
	g, err := promotedIn(ctx, tx, r.Params)
	if err != nil {
		return err
	}
	sums, _ := sumsOf(signedMetrics[r.Name])
	total, rows, times := caseValues{}, map[string]caseValues{}, map[record]int{}
	for _, metric := range sums {
		list, err := d.cases(ctx, tx, r, wanted{Place{Total: true}, metric})
		if err != nil {
			return err
		}
		for _, c := range list {
			total[metric] = append(total[metric], c.Value)
			in := g.rows(c)
			if m, _ := MetricByID(metric); m.Unit != "days" { // of which a step tells the enquiry
				times[record{c.Kind, c.ID}] = len(g[record{c.Kind, c.ID}])
			}
			for _, key := range in {
				if rows[key] == nil {
					rows[key] = caseValues{}
				}
				rows[key][metric] = append(rows[key][metric], c.Value)
			}
		}
	}
	for _, key := range sortedRows(rows) {
		r.Rows = append(r.Rows, Row{Value: key, Cells: rows[key].figures(r.Name)})
	}
	r.Totals = Row{Cells: total.figures(r.Name)}
	r.Conclusion = concludePromoted(times)
	return nil
}

// concludePromoted says how many of the contracts had promotions, and how many had several, by how many each had.
func concludePromoted(times map[record]int) Conclusion {
	promoted, several := 0, 0
	for _, n := range times {
		promoted, several = promoted+min(n, 1), several+max(0, min(n, 2)-1)
	}
	c := Conclusion{Confidence: "none", Sentences: []Sentence{{Code: "rows-promoted", Value: float64(promoted), N: int64(len(times))}}}
	switch {
	case len(times) == 0:
		c.Sentences[0].Code = "rows-unsigned"
	case several > 0:
		c.Sentences = append(c.Sentences, Sentence{Code: "rows-overlap", N: int64(several)})
	}
	return c
}

// caseValues are the values of cases by metric.
type caseValues map[string][]float64

func (v caseValues) figures(name string) (out []Figure) {
	for _, key := range signedMetrics[name] {
		m, _ := MetricByID(key)
		switch {
		case m.Unit == "days":
			out = append(out, Figure{V: stat.Median(v[key]), None: len(v[key]) == 0, N: int64(len(v[key]))})
		case !m.Ratio():
			out = append(out, Figure{V: addedUp(v[key])})
		case addedUp(v[m.Over]) == 0:
			out = append(out, Figure{None: true})
		default:
			out = append(out, Figure{V: addedUp(v[m.Num]) / addedUp(v[m.Over])})
		}
	}
	return out
}

func addedUp(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// ofPromotion are the cases of a row, or of the totals, by promotion.
func ofPromotion(ctx context.Context, tx *op.Tx, r *Report, w wanted) ([]Counted, error) {
	row := w.Row
	list, err := definitions[r.Name].cases(ctx, tx, r, wanted{Place{Total: true}, w.metric})
	if err != nil || w.Total {
		return list, err
	}
	g, err := promotedIn(ctx, tx, r.Params)
	return slices.DeleteFunc(list, func(c Counted) bool { return !slices.Contains(g.rows(c), row) }), err
}

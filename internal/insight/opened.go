package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// Place is a cell of a report: the value of its row, or the totals, and the key of its column.
type Place struct {
	Row    string
	Total  bool
	Column string
}

// Counted is a case behind a figure: the record that it is, and what it adds.
type Counted struct {
	Kind       string       `json:"kind" enum:"enquiry,appointment,visit,contract,payment,cost,promotion" doc:"of the record"`
	ID         id.ID        `json:"id" doc:"of the record; empty beyond the viewer's scope"`
	Enquiry    id.ID        `json:"enquiry_id" doc:"of an appointment or visit, likewise"`
	Person     id.ID        `json:"person_id" doc:"empty beyond the viewer's scope, and of costs"`
	Consultant id.ID        `json:"staff_id" doc:"its consultant, if any"`
	Center     id.ID        `json:"center_id"`
	Campaign   id.ID        `json:"campaign_id" doc:"of a cost"`
	Day        bizdate.Date `json:"day"`
	Part       string       `json:"part" enum:"numerator,denominator" doc:"of a quotient, or empty"`
	Value      float64      `json:"value" doc:"what it adds to the figure, in the unit of its metric: by attribution a share of 1"`
	Beyond     bool         `json:"beyond_scope" doc:"of a contract or payment that the viewer does not see: the value is not told"`
}

// Parts of a quotient.
const (
	PartNum  = "numerator"
	PartOver = "denominator"
)

// Way says how a figure follows from its cases.
type Way string

// Ways of figures.
const (
	WaySum      Way = "sum"
	WayQuotient Way = "quotient" // the sums of its two parts
	WayMedian   Way = "median"
	WayBasis    Way = "basis" // reckoned or estimated from them
)

// Opened is a figure with a page of the cases behind it (UI-B1, SAL-9): together they say what it says.
type Opened struct {
	Report    Report
	Column    Column
	Row       Row
	Figure    Figure
	Way       Way
	Sum, Over float64 // of all cases, of a quotient those of its two parts
	Total     int
	Cases     []Counted // of the page, newest first
}

// wanted is what the cases of a cell are asked for.
type wanted struct {
	Place
	metric string // a sum, or a median
}

// in tells whether a row is the wanted one.
func (w wanted) in(row string) bool { return w.Total || row == w.Row }

// OpenFigure reads the cases behind a figure of a report, from an offset on, at most so many: in the scope of the report, each record and
// person named as far as the viewer sees it. Refused: as Make; a row or column that the report does not have.
func OpenFigure(ctx context.Context, tx *op.Tx, name string, p Params, at Place, offset, limit int) (o Opened, err error) {
	if o.Report, err = Make(ctx, tx, name, p); err != nil {
		return o, err
	}
	r := &o.Report
	column := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Metric != "" && c.Key == at.Column })
	o.Row = r.Totals
	if row := slices.IndexFunc(r.Rows, func(row Row) bool { return row.Value == at.Row }); !at.Total && row >= 0 {
		o.Row = r.Rows[row]
	} else if !at.Total {
		return o, problem.NotFound("report")
	}
	if column < 0 || definitions[name].cases == nil {
		return o, problem.NotFound("report")
	}
	o.Column, o.Figure = r.Columns[column], o.Row.Cells[column-1]
	metric, _ := MetricByID(o.Column.Metric)
	way, sums := r.sums(metric)
	o.Way = way
	if done, err := r.pageOf(ctx, tx, &o, at, sums, max(0, offset), limit); done || err != nil {
		return o, cmp.Or(err, complete(ctx, tx, o.Cases))
	}
	list, err := r.open(ctx, tx, sums, at)
	if err != nil {
		return o, err
	}
	for _, c := range list {
		if c.Part == PartOver {
			o.Over += c.Value
		} else {
			o.Sum += c.Value
		}
	}
	slices.SortStableFunc(list, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(b.Part, a.Part), cmp.Compare(b.Day, a.Day), slices.Compare(b.ID[:], a.ID[:]))
	})
	o.Total = len(list)
	offset = max(0, min(offset, len(list)))
	o.Cases = list[offset:min(len(list), offset+limit)]
	return o, complete(ctx, tx, o.Cases)
}

// addend is a sum that a figure is made of.
type addend struct{ metric, name string }

// sums gives how a metric is made, and of which sums: a quotient of two.
func (r *Report) sums(m Metric) (Way, []addend) {
	d := definitions[r.Name]
	way, num, over := WaySum, m.ID, ""
	switch step := slices.Index(adjustedMetrics[:], m.ID); {
	case d.targets:
		if num = r.Columns[atActual+1].Metric; m.ID != num {
			way = WayBasis
		}
	case step >= 0: // the own cases, whose mix of channels the figure sets right
		way, num, over = WayBasis, fairMetrics[stepEnds[step][1]], fairMetrics[stepEnds[step][0]]
	case m.Ratio():
		way, num, over = WayQuotient, m.Num, m.Over
		if d.models { // what campaigns cost is divided by what they brought, and nobody else
			num, over = paid+num, paid+over
		}
	case m.Median || m.Unit == "days":
		way = WayMedian
	}
	if over == "" {
		return way, []addend{{metric: num}}
	}
	return way, []addend{{num, PartNum}, {over, PartOver}}
}

// open reads the cases of sums.
func (r *Report) open(ctx context.Context, tx *op.Tx, sums []addend, at Place) (out []Counted, err error) {
	cases := definitions[r.Name].cases
	if r.shared() {
		cases = ofPromotion
	}
	for _, s := range sums {
		list, err := cases(ctx, tx, r, wanted{at, s.metric})
		if err != nil {
			return nil, err
		}
		for i := range list {
			list[i].Part = s.name
		}
		out = append(out, list...)
	}
	return out, nil
}

// complete names the persons of enquiries, and leaves out records and persons that the viewer does not see.
func complete(ctx context.Context, tx *op.Tx, list []Counted) error {
	persons, err := personsOf(ctx, tx, list)
	if err != nil {
		return err
	}
	var all []id.ID
	for i := range list {
		if list[i].Person.IsNone() {
			list[i].Person = persons[list[i].ID]
		}
		all = append(all, list[i].Person)
	}
	seen, err := people.InScope(ctx, tx, all)
	if p, ok := problem.As(err); ok && p.Status == 403 {
		seen, err = nil, nil
	}
	if err != nil {
		return err
	}
	open, err := openable(ctx, tx, list)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		if _, ok := seen[c.Person]; !ok {
			c.Person = id.None
		}
		if c.Kind != kindPromotion && !open[record{c.Kind, c.ID}] { // the report has promotions in scope only
			c.ID, c.Person = id.None, id.None
			if c.Kind == kindContract || c.Kind == kindPayment {
				c.Beyond, c.Value = true, 0
			}
		}
		if !open[record{kindEnquiry, c.Enquiry}] {
			c.Enquiry = id.None
		}
	}
	return nil
}

type record struct {
	kind string
	id   id.ID
}

// recordTables say of each kind of record as which resource, in which table, its records are seen.
var recordTables = map[string]struct{ resource, table string }{
	kindEnquiry: {"enquiry", "enquiries"}, kindAppointment: {"appointment", "appointments"}, kindVisit: {"visit", "visits"}, kindContract: {"contract", "contracts"},
	kindPayment: {"payment", "payments"}, kindCost: {"campaign-cost", "campaign_costs"},
}

// openable are the records behind cases that the viewer sees now, wherever they stood when they were counted.
func openable(ctx context.Context, tx *op.Tx, list []Counted) (map[record]bool, error) {
	asked := map[string][]id.ID{}
	for _, c := range list {
		asked[c.Kind] = append(asked[c.Kind], c.ID)
		if !c.Enquiry.IsNone() {
			asked[kindEnquiry] = append(asked[kindEnquiry], c.Enquiry)
		}
	}
	out := map[record]bool{}
	for kind, keys := range asked {
		of, ok := recordTables[kind]
		if !ok || !tx.Viewer.May(of.resource+":read") {
			continue
		}
		seen, err := op.All[id.ID](ctx, tx, "SELECT x.id FROM "+of.table+" x WHERE {scope:"+of.resource+" x} AND x.id IN (?)", keys)
		if err != nil {
			return nil, fmt.Errorf("look for records of cases: %w", err)
		}
		for _, key := range seen {
			out[record{kind, key}] = true
		}
	}
	return out, nil
}

// personsOf reads whose enquiries those cases are that do not say it.
func personsOf(ctx context.Context, tx *op.Tx, list []Counted) (map[id.ID]id.ID, error) {
	var enquiries []id.ID
	for _, c := range list {
		if c.Kind == kindEnquiry && c.Person.IsNone() {
			enquiries = append(enquiries, c.ID)
		}
	}
	out := map[id.ID]id.ID{}
	if len(enquiries) == 0 {
		return out, nil
	}
	type row struct {
		ID     id.ID `db:"id"`
		Person id.ID `db:"person"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT e.id, e.person FROM enquiries e WHERE e.id IN (?)", enquiries)
	if err != nil {
		return nil, fmt.Errorf("read persons of cases: %w", err)
	}
	for _, r := range rows {
		out[r.ID] = r.Person
	}
	return out, nil
}

// Kinds of the records behind figures.
const (
	kindEnquiry     = "enquiry"
	kindAppointment = "appointment"
	kindVisit       = "visit"
	kindContract    = "contract"
	kindPayment     = "payment"
	kindCost        = "cost"
	kindPromotion   = "promotion"
)

// counted is the case of a journey.
func (j journey) counted(value float64) Counted {
	return Counted{Kind: kindEnquiry, ID: j.enquiry, Person: j.person, Consultant: j.consultant, Center: j.center, Day: j.day, Value: value}
}

package insight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// records are where the records of a roll-up lie: a SELECT of what Counted and the dimensions need.
type records struct{ kind, text, day string }

// Of contracts and payments the kind is their own; of appointments and visits that of the enquiry.
const (
	ofEnquiry = "e.channel AS channel, e.campaign AS campaign, e.course AS course, e.kind AS matter_kind"
	fromDesk  = "JOIN enquiries e ON e.id = x.enquiry WHERE "
	enquired  = "SELECT x.id AS id, x.enquiry AS enquiry, x.person AS person, x.center AS center, x.consultant AS consultant, x.day AS day, 1 AS n, " + ofEnquiry + " FROM "
	signed    = "SELECT x.id AS id, x.student AS person, x.center AS center, x.consultant AS consultant, x.signed_day AS day, #n AS n, x.channel AS channel, e.campaign AS campaign, x.course AS course, x.kind AS matter_kind FROM contracts x LEFT JOIN enquiries e ON e.id = x.enquiry WHERE x.signed_day > 0 AND "
	taken     = "SELECT x.id AS id, x.person AS person, x.center AS center, x.consultant AS consultant, x.day AS day, x.amount AS n, x.channel AS channel, x.campaign AS campaign, x.course AS course, x.contract_kind AS matter_kind FROM (SELECT p.*, NULL AS course FROM payments p) x WHERE "
	isFresh   = "IN ('new', 'return')"
	isRenewal = "IN ('renewal', 'upgrade')"
)

// recordsOf are the records of each roll-up that a report shows, but those of leads and first contacts, which the log tells.
var recordsOf = map[string]records{
	"appointments":      {kindAppointment, enquired + "appointments x " + fromDesk + "x.state NOT IN ('moved', 'cancelled') AND ", "x.day"},
	"arrived":           {kindAppointment, enquired + "appointments x " + fromDesk + "x.state = 'arrived' AND ", "x.day"},
	"no_shows":          {kindAppointment, enquired + "appointments x " + fromDesk + "x.state = 'no-show' AND ", "x.day"},
	"visits":            {kindVisit, enquired + "visits x " + fromDesk + "x.withdrawn_at IS NULL AND ", "x.day"},
	"visits_new":        {kindVisit, enquired + "visits x " + fromDesk + "x.withdrawn_at IS NULL AND e.kind " + isFresh + " AND ", "x.day"},
	"contracts":         {kindContract, strings.Replace(signed, "#n", "1", 1), "x.signed_day"},
	"contracts_new":     {kindContract, strings.Replace(signed, "#n", "1", 1) + "x.kind " + isFresh + " AND ", "x.signed_day"},
	"contracts_renewal": {kindContract, strings.Replace(signed, "#n", "1", 1) + "x.kind " + isRenewal + " AND ", "x.signed_day"},
	"contract_amount":   {kindContract, strings.Replace(signed, "#n", "x.payable", 1), "x.signed_day"},
	"cash_in":           {kindPayment, taken, "x.day"},
	"cash_in_new":       {kindPayment, taken + "x.contract_kind " + isFresh + " AND ", "x.day"},
	"cash_in_renewal":   {kindPayment, taken + "x.contract_kind " + isRenewal + " AND ", "x.day"},
	"cash_in_other":     {kindPayment, taken + "x.contract_kind NOT IN ('new', 'return', 'renewal', 'upgrade') AND ", "x.day"},
}

// countedRow is a record of a roll-up.
type countedRow struct {
	ID         id.ID        `db:"id"`
	Enquiry    id.ID        `db:"enquiry"`
	Person     id.ID        `db:"person"`
	Center     id.ID        `db:"center"`
	Consultant id.ID        `db:"consultant"`
	Day        bizdate.Date `db:"day"`
	N          int64        `db:"n"`
	Channel    id.ID        `db:"channel"`
	Campaign   id.ID        `db:"campaign"`
	Course     id.ID        `db:"course"`
	Kind       string       `db:"matter_kind"`
	Payload    string       `db:"payload"`
}

var errNoRecords = errors.New("no records are known of a sum")

// casesOfSums are the records behind a figure from roll-ups.
func casesOfSums(ctx context.Context, tx *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	p := r.Params
	kind := kindEnquiry
	var list []countedRow
	switch w.metric {
	case "leads":
		list, err = enteredIn(ctx, tx, p)
	case "first_contact_minutes":
		list, err = contactedIn(ctx, tx, p)
	default:
		from, ok := recordsOf[w.metric]
		if !ok {
			return nil, fmt.Errorf("%w: %s", errNoRecords, w.metric)
		}
		kind = from.kind
		list, err = from.all(ctx, tx, p, w)
	}
	dims := dimensionsOf(tx)
	for _, c := range list {
		if w.in(dims.row(p.By, matter{c.Center, c.Consultant, c.Channel, c.Campaign, c.Course, c.Kind}, c.Day)) {
			out = append(out, c.counted(kind))
		}
	}
	return out, err
}

// counted is the case of a record of a kind.
func (c countedRow) counted(kind string) Counted {
	return Counted{Kind: kind, ID: c.ID, Enquiry: c.Enquiry, Person: c.Person, Consultant: c.Consultant, Center: c.Center, Day: c.Day, Value: float64(c.N)}
}

// logged reads enquiries with a fact v of theirs: sums say who had them then. Only facts of the viewer's scope and of the asked centers are read
// (TRU-14): their keys stand in the fact, whose fields within looks at.
func logged(ctx context.Context, tx *op.Tx, p Params, text string, args ...any) ([]countedRow, error) {
	seen := tx.Viewer.Scope("report:read")
	if !ownOnly(tx.Viewer) { // sums of centers are those of all who have the records
		seen.Staff = nil
	}
	if !seen.All {
		text, args = naming(text, args, append(slices.Clone(seen.Centers), seen.Staff...))
	}
	if len(p.Centers) > 0 {
		text, args = naming(text, args, p.Centers)
	}
	list, err := op.AllOf[countedRow](ctx, tx.Unscoped("figures are counted in the scope of report:read"), text, args...)
	if err != nil {
		return nil, fmt.Errorf("read log of figures: %w", err)
	}
	return list, nil
}

// naming adds the condition that a fact v names one of some keys.
func naming(text string, args []any, keys []id.ID) (string, []any) {
	parts := []string{"1 = 0"}
	for _, key := range keys {
		parts, args = append(parts, "v.payload LIKE ?"), append(args, "%"+key.String()+"%")
	}
	return text + " AND (" + strings.Join(parts, " OR ") + ")", args
}

// enteredIn are the leads of a span, at the center and with the consultant of their entry.
func enteredIn(ctx context.Context, tx *op.Tx, p Params) (out []countedRow, err error) {
	list, err := logged(ctx, tx, p, `SELECT e.id AS id, e.person AS person, e.entered_day AS day, 1 AS n, e.channel AS channel, e.course AS course, e.kind AS matter_kind, v.payload AS payload
		FROM enquiries e JOIN events v ON v.subject = e.id AND v.kind = ? WHERE e.entered_day >= ? AND e.entered_day <= ? AND e.kind `+isFresh, facts.EnquiryEntered{}.Kind(), int64(p.From), int64(p.Until))
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		var f facts.EnquiryEntered
		if err := json.Unmarshal([]byte(c.Payload), &f); err != nil {
			return nil, fmt.Errorf("read fact of enquiry %s: %w", c.ID, err)
		}
		if c.Center, c.Consultant, c.Campaign = f.Center, f.Consultant, f.Campaign; c.within(tx.Viewer, p) {
			out = append(out, c)
		}
	}
	return out, nil
}

// contactedIn are the leads first contacted in a span, with their minutes.
func contactedIn(ctx context.Context, tx *op.Tx, p Params) (out []countedRow, err error) {
	list, err := logged(ctx, tx, p, `SELECT e.id AS id, e.person AS person, v.day AS day, e.channel AS channel, e.course AS course, e.kind AS matter_kind, v.payload AS payload
		FROM enquiries e JOIN touches t ON t.enquiry = e.id JOIN events v ON v.subject = t.id AND v.kind = ?
		WHERE t.withdrawn_at IS NULL AND e.kind `+isFresh+" AND e.first_touch_at >= ? AND e.first_touch_at < ? AND v.day >= ? AND v.day <= ?",
		facts.TouchRecorded{}.Kind(), (p.From - 1).UTC().UnixMicro(), (p.Until + 2).UTC().UnixMicro(), int64(p.From), int64(p.Until))
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		var f facts.TouchRecorded
		if err := json.Unmarshal([]byte(c.Payload), &f); err != nil {
			return nil, fmt.Errorf("read fact of touch of %s: %w", c.ID, err)
		}
		if f.First == nil {
			continue
		}
		c.N, c.Center, c.Consultant, c.Campaign = f.First.Minutes, f.First.Center, f.First.Consultant, f.First.Campaign
		if c.within(tx.Viewer, p) {
			out = append(out, c)
		}
	}
	return out, nil
}

// within tells whether a sum of the viewer's scope and of some centers counts it.
func (c countedRow) within(v *policy.Viewer, p Params) bool {
	s := v.Scope("report:read")
	own := ownOnly(v) && slices.Contains(s.Staff, c.Consultant)
	return (s.All || own || slices.Contains(s.Centers, c.Center)) && (len(p.Centers) == 0 || slices.Contains(p.Centers, c.Center))
}

package sales

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// MatterFilter chooses appointments and visits by the enquiry that they belong to; empty fields hold for all.
type MatterFilter struct {
	Channel, Course, Campaign id.ID
	Kind                      string // one or several, comma separated
}

// where is a condition on the column that names the enquiry; "" where nothing is chosen. It only narrows what is in scope.
func (f MatterFilter) where(column string) (text string, args []any) {
	var conds []string
	for _, c := range []struct {
		column string
		value  id.ID
	}{{"channel", f.Channel}, {"course", f.Course}, {"campaign", f.Campaign}} {
		if !c.value.IsNone() {
			conds, args = append(conds, "m."+c.column+" = ?"), append(args, c.value)
		}
	}
	if f.Kind != "" {
		conds, args = append(conds, "m.kind IN (?)"), append(args, strings.Split(f.Kind, ","))
	}
	if len(conds) == 0 {
		return "", nil
	}
	return column + " IN (SELECT m.id FROM enquiries m WHERE " + strings.Join(conds, " AND ") + ")", args
}

// VisitFilter chooses visits; empty fields hold for all.
type VisitFilter struct {
	Consultant    id.ID
	Centers       []id.ID // any of them
	Of            MatterFilter
	From, Until   bizdate.Date
	After         string // cursor
	Limit, Offset int
}

// VisitList is a page of visits and how many there are.
type VisitList struct {
	Items []Visit
	Total int64
	Next  string // cursor of the next page; "" at the end
}

// ListVisits lists visits in scope, newest first, with their exact number.
func ListVisits(ctx context.Context, tx *op.Tx, f VisitFilter) (out VisitList, err error) {
	where, args := " FROM visits v WHERE {scope:visit v} AND v.withdrawn_at IS NULL", []any{}
	add := func(cond string, values ...any) { where, args = where+" AND "+cond, append(args, values...) }
	if len(f.Centers) > 0 {
		add("v.center IN (?)", f.Centers)
	}
	if !f.Consultant.IsNone() {
		add("v.consultant = ?", f.Consultant)
	}
	if text, values := f.Of.where("v.enquiry"); text != "" {
		add(text, values...)
	}
	if !f.From.IsZero() {
		add("v.day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		add("v.day <= ?", int64(f.Until))
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+where, args...); err != nil {
		return out, fmt.Errorf("count visits: %w", err)
	}
	offset, err := offsetOf(f.After, f.Offset)
	if err != nil {
		return out, err
	}
	out.Items, err = op.All[Visit](ctx, tx, `SELECT v.id, v.enquiry, v.appointment, v.person, v.center, v.consultant, v.arrived_at, v.day, v.received_at, v.received_by, v.finished_at, v.outcome, v.lost_reason, v.withdrawn_at, v.needs, v.placement, v.version`+
		where+" ORDER BY v.arrived_at DESC, v.id DESC LIMIT ? OFFSET ?", append(args, f.Limit, offset)...)
	if err != nil {
		return out, fmt.Errorf("list visits: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), f.Limit, out.Total)
	return out, nil
}

// Visits lists the visits of a center and days in scope, newest first; a zero center or day holds for all.
func Visits(ctx context.Context, tx *op.Tx, center id.ID, from, until bizdate.Date, limit, offset int) ([]Visit, int64, error) {
	f := VisitFilter{From: from, Until: until, Limit: limit, Offset: offset}
	if !center.IsNone() {
		f.Centers = []id.ID{center}
	}
	list, err := ListVisits(ctx, tx, f)
	return list.Items, list.Total, err
}

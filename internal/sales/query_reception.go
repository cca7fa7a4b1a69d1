package sales

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// AppointmentFilter chooses appointments; empty fields hold for all.
type AppointmentFilter struct {
	Center, Consultant, Enquiry, Person id.ID
	Inviter                             id.ID
	Centers                             []id.ID // any of them
	Of                                  MatterFilter
	From, Until                         bizdate.Date
	State                               AppointmentState
	Open                                bool    // booked or confirmed
	Due                                 bool    // counted as an appointment of its day: neither moved nor cancelled
	Persons                             []id.ID // found by a search; nil: no search
	After                               string
	Limit, Offset                       int
}

// AppointmentList is a page of appointments and how many there are.
type AppointmentList struct {
	Items []Appointment
	Total int64
	Next  string
}

// Appointments lists appointments in scope by time, with their exact number.
func Appointments(ctx context.Context, tx *op.Tx, f AppointmentFilter) (out AppointmentList, err error) {
	var b strings.Builder
	var args []any
	b.WriteString(" FROM appointments a WHERE {scope:appointment a}")
	add := func(cond string, values ...any) {
		b.WriteString(" AND " + cond)
		args = append(args, values...)
	}
	for _, c := range []struct {
		column string
		value  id.ID
	}{{"center", f.Center}, {"consultant", f.Consultant}, {"enquiry", f.Enquiry}, {"person", f.Person}, {"inviter", f.Inviter}} {
		if !c.value.IsNone() {
			add("a."+c.column+" = ?", c.value)
		}
	}
	if len(f.Centers) > 0 {
		add("a.center IN (?)", f.Centers)
	}
	if text, values := f.Of.where("a.enquiry"); text != "" {
		add(text, values...)
	}
	if !f.From.IsZero() {
		add("a.day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		add("a.day <= ?", int64(f.Until))
	}
	if f.State != "" {
		add("a.state = ?", string(f.State))
	}
	if f.Open {
		add("a.state IN ('booked', 'confirmed')")
	}
	if f.Due {
		add("a.state NOT IN ('moved', 'cancelled')")
	}
	if f.Persons != nil {
		add("a.person IN (?)", f.Persons)
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+b.String(), args...); err != nil {
		return out, fmt.Errorf("count appointments: %w", err)
	}
	offset, err := offsetOf(f.After, f.Offset)
	if err != nil {
		return out, err
	}
	out.Items, err = op.All[Appointment](ctx, tx, `SELECT a.id, a.enquiry, a.person, a.center, a.consultant, a.inviter, a.starts_at, a.day, a.state, a.moved_to, a.reminded, a.was, a.version`+
		b.String()+" ORDER BY a.starts_at, a.id LIMIT ? OFFSET ?", append(args, f.Limit, offset)...)
	if err != nil {
		return out, fmt.Errorf("list appointments: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), f.Limit, out.Total)
	return out, nil
}

// AppointmentByID gives one appointment in scope.
func AppointmentByID(ctx context.Context, tx *op.Tx, key id.ID) (a Appointment, err error) {
	err = tx.Select(&a).Where("id = ?", key).Scan(ctx)
	return a, problem.Found(err, "appointment")
}

// VisitByID gives one visit in scope, with the answers of its needs analysis.
func VisitByID(ctx context.Context, tx *op.Tx, key id.ID) (v Visit, err error) {
	err = tx.Select(&v).Where("id = ?", key).Scan(ctx)
	return v, problem.Found(err, "visit")
}

// VisitsOf lists the visits of an enquiry in scope, newest first.
func VisitsOf(ctx context.Context, tx *op.Tx, enquiry id.ID) (list []Visit, err error) {
	if err := tx.Select(&list).Where("enquiry = ? AND withdrawn_at IS NULL", enquiry).Order("id DESC").Limit(50).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list visits of enquiry: %w", err)
	}
	return list, nil
}

// QuotesOf lists the quotes of an enquiry in scope, newest first.
func QuotesOf(ctx context.Context, tx *op.Tx, enquiry id.ID) (list []Quote, err error) {
	if err := tx.Select(&list).Where("enquiry = ?", enquiry).Order("id DESC").Limit(50).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list quotes: %w", err)
	}
	return list, nil
}

// QuoteByID gives one quote in scope.
func QuoteByID(ctx context.Context, tx *op.Tx, key id.ID) (q Quote, err error) {
	err = tx.Select(&q).Where("id = ?", key).Scan(ctx)
	return q, problem.Found(err, "quote")
}

// Rules lists the rules of assignment in scope, in their order.
func Rules(ctx context.Context, tx *op.Tx) (list []AssignmentRule, err error) {
	if err := tx.Select(&list).Order("no, id").Limit(200).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list assignment rules: %w", err)
	}
	return list, nil
}

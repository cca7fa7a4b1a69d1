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

// EnquiryFilter chooses enquiries; empty fields hold for all.
type EnquiryFilter struct {
	Center, Consultant, Channel, Course, Person, Campaign, Organization, Referrer id.ID
	Centers                                                                       []id.ID // any of them
	Referred                                                                      bool    // by anybody (MKT-12)
	Stage                                                                         Stage
	Kind                                                                          string // one or several, comma separated
	Outcome                                                                       string
	From, Until                                                                   bizdate.Date // business date of entry
	NextFrom, NextUntil                                                           bizdate.Date // next step due from, by
	Breached                                                                      bool
	Pool                                                                          bool    // without a consultant
	Persons                                                                       []id.ID // found by a search; nil: no search
	Sort                                                                          string  // see enquiryOrders
	After                                                                         string  // cursor
	Limit, Offset                                                                 int
}

// enquiryOrders are the orders of a list: the text and the columns of its cursor.
var enquiryOrders = map[string]string{
	"-moved":   "e.moved_at DESC, e.id DESC",
	"moved":    "e.moved_at, e.id",
	"-entered": "e.entered_at DESC, e.id DESC",
	"entered":  "e.entered_at, e.id",
	"next":     "CASE WHEN e.next_day = 0 THEN 1 ELSE 0 END, e.next_day, e.id",
}

// order is the text of the order. Refused: another one.
func (f EnquiryFilter) order() (string, error) {
	if f.Sort == "" {
		return enquiryOrders["-moved"], nil
	}
	order, ok := enquiryOrders[f.Sort]
	if !ok {
		return "", problem.Refuse("", "invalid", problem.Field{Location: "sort", Code: "not-one-of", Value: f.Sort, Args: map[string]any{"list": "-moved, moved, -entered, entered, next"}})
	}
	return order, nil
}

func (f EnquiryFilter) where() (text string, args []any) {
	var b strings.Builder
	b.WriteString("{scope:enquiry e}")
	add := func(cond string, values ...any) {
		b.WriteString(" AND " + cond)
		args = append(args, values...)
	}
	for _, c := range []struct {
		column string
		value  id.ID
	}{{"center", f.Center}, {"consultant", f.Consultant}, {"channel", f.Channel}, {"course", f.Course}, {"person", f.Person}, {"campaign", f.Campaign}, {"organization", f.Organization}, {"referrer", f.Referrer}} {
		if !c.value.IsNone() {
			add("e."+c.column+" = ?", c.value)
		}
	}
	if len(f.Centers) > 0 {
		add("e.center IN (?)", f.Centers)
	}
	if f.Kind != "" {
		add("e.kind IN (?)", strings.Split(f.Kind, ","))
	}
	if f.Stage != "" {
		add("e.stage = ?", string(f.Stage))
	}
	if f.Outcome != "" {
		add("e.stage IN (?)", stagesOf(f.Outcome))
	}
	if !f.From.IsZero() {
		add("e.entered_day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		add("e.entered_day <= ?", int64(f.Until))
	}
	if !f.NextFrom.IsZero() {
		add("e.next_day >= ?", int64(f.NextFrom))
	}
	if !f.NextUntil.IsZero() {
		add("e.next_day > 0 AND e.next_day <= ?", int64(f.NextUntil))
	}
	if f.Referred {
		add("e.referrer IS NOT NULL")
	}
	if f.Breached {
		add("e.breached = TRUE")
	}
	if f.Pool {
		add("e.consultant IS NULL")
	}
	if f.Persons != nil {
		add("e.person IN (?)", f.Persons)
	}
	return b.String(), args
}

// stagesOf gives the stages of an outcome. The indexes of enquiries hold the stage: what is counted by it reads no record.
func stagesOf(outcome string) []string {
	var list []string
	for _, s := range Stages {
		if s.outcome() == outcome {
			list = append(list, string(s))
		}
	}
	return list
}

// EnquiryList is a page of enquiries and how many there are.
type EnquiryList struct {
	Items []Enquiry
	Total int64
	Next  string // cursor of the next page; "" at the end
}

// Enquiries lists enquiries in scope with their exact number. The cursor is the position of the last row in the order.
func Enquiries(ctx context.Context, tx *op.Tx, f EnquiryFilter) (out EnquiryList, err error) {
	order, err := f.order()
	if err != nil {
		return out, err
	}
	where, args := f.where()
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM enquiries e WHERE "+where, args...); err != nil {
		return out, fmt.Errorf("count enquiries: %w", err)
	}
	offset, err := offsetOf(f.After, f.Offset)
	if err != nil {
		return out, err
	}
	text := "SELECT " + enquiryColumns + " FROM enquiries e WHERE " + where + " ORDER BY " + order + " LIMIT ? OFFSET ?"
	if out.Items, err = op.All[Enquiry](ctx, tx, text, append(args, f.Limit, offset)...); err != nil {
		return out, fmt.Errorf("list enquiries: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), f.Limit, out.Total)
	return out, nil
}

const enquiryColumns = `e.id, e.person, e.center, e.consultant, e.channel, e.course, e.campaign, e.kind, e.stage, e.reached, e.lang, e.external_key, e.outcome, e.outcome_day,
	e.lost_reason, e.entered_at, e.entered_day, e.moved_at, e.first_touch_at, e.last_touch_at, e.contact_due_at, e.breached, e.next_step, e.next_day, e.walk_in, e.grade, e.owned_at,
	e.pooled_at, e.last_owner, e.organization, e.worth, e.version`

// nextCursor is the cursor after a page of rows from an offset on; "" at the end.
func nextCursor(offset, rows, limit int, total int64) string {
	if end := offset + rows; int64(end) < total && rows == limit {
		return fmt.Sprintf("o%d", end)
	}
	return ""
}

// offsetOf reads a cursor.
func offsetOf(cursor string, offset int) (int, error) {
	if cursor == "" {
		return offset, nil
	}
	var n int
	if _, err := fmt.Sscanf(cursor, "o%d", &n); err != nil || n < 0 {
		return 0, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "bad-cursor", Value: cursor})
	}
	return n, nil
}

// EnquiryByID gives one enquiry in scope.
func EnquiryByID(ctx context.Context, tx *op.Tx, key id.ID) (e Enquiry, err error) {
	err = tx.Select(&e).Where("id = ?", key).Scan(ctx)
	return e, problem.Found(err, "enquiry")
}

// EnquiriesOf lists a person's enquiries in scope, newest first.
func EnquiriesOf(ctx context.Context, tx *op.Tx, person id.ID) (list []Enquiry, err error) {
	if err := tx.Select(&list).Where("person = ?", person).Order("id DESC").Limit(100).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list enquiries of person: %w", err)
	}
	return list, nil
}

// StageCount is how many enquiries stand at a stage.
type StageCount struct {
	Stage Stage `db:"stage" json:"stage"`
	N     int64 `db:"n" json:"count"`
}

// StageCounts counts enquiries in scope by stage, with the other filters of f.
func StageCounts(ctx context.Context, tx *op.Tx, f EnquiryFilter) ([]StageCount, error) {
	f.Stage = ""
	where, args := f.where()
	list, err := op.All[StageCount](ctx, tx, "SELECT e.stage AS stage, COUNT(*) AS n FROM enquiries e WHERE "+where+" GROUP BY e.stage", args...)
	if err != nil {
		return nil, fmt.Errorf("count stages: %w", err)
	}
	return list, nil
}

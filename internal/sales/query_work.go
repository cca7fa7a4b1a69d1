package sales

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// WorkRow is one thing to do on a consultant's list (SAL-3).
type WorkRow struct {
	Enquiry
	Worth
	Why       string     `json:"why" db:"why"`           // code: first-overdue, first, visit, back, overdue, due, no-step
	NextVisit id.ID      `json:"-" db:"appointment"`     // open appointment, if any
	Quote     *OpenQuote `json:"quote,omitempty" db:"-"` // the latest that is open
}

// OpenQuote is what was offered and not answered yet.
type OpenQuote struct {
	Enquiry    id.ID        `json:"-" db:"enquiry"`
	Payable    money.Fen    `json:"payable_fen" db:"payable"`
	Made       time.Time    `json:"made_at" db:"made_at"`
	ValidUntil bizdate.Date `json:"valid_until" db:"valid_until"`
}

// WorkPage is a page of a work list.
type WorkPage struct {
	Items    []WorkRow
	Total    int64
	Expected money.Fen // of all rows, on this page or not
	Next     string    // cursor of the next page; "" at the end
}

// workRow is a row with the number and the worth of all.
type workRow struct {
	WorkRow
	Of  int64     `db:"of_all"`
	Sum money.Fen `db:"sum_all"`
}

// WorkAfter is the page of a work list after a cursor, from its beginning for "".
func WorkAfter(ctx context.Context, tx *op.Tx, staff id.ID, cursor string, limit int) (out WorkPage, err error) {
	offset, err := offsetOf(cursor, 0)
	if err != nil {
		return out, err
	}
	return WorkList(ctx, tx, staff, limit, offset)
}

// WorkList gives a page of the open enquiries of a consultant that want something done by today: first contacts, who comes today and has not confirmed, what returns to the pool within a day, next steps that are due or late, and
// matters without one. They stand in the order of expected value: odds × amount × urgency, then of what presses more (SAL-3). A visitor who
// walked in has had the first contact.
func WorkList(ctx context.Context, tx *op.Tx, staff id.ID, limit, offset int) (out WorkPage, err error) {
	rows, args := worthOf(tx, "e.consultant = ? AND e.outcome = 'open'", staff)
	list, err := op.All[workRow](ctx, tx, "WITH w AS MATERIALIZED (SELECT * FROM ("+rows+") w WHERE w.why <> '') SELECT "+enquiryColumns+", w.why, "+worthColumns+`,
		(SELECT a.id FROM appointments a WHERE a.enquiry = e.id AND a.state IN ('booked', 'confirmed') LIMIT 1) AS appointment,
		t.of_all, t.sum_all FROM (SELECT * FROM w ORDER BY w.expected * w.urgency DESC, w.urgency DESC, w.contact_due_at, w.next_day, w.id LIMIT ? OFFSET ?) w
		JOIN enquiries e ON e.id = w.id CROSS JOIN (SELECT COUNT(*) AS of_all, CAST(COALESCE(SUM(expected), 0) AS BIGINT) AS sum_all FROM w) t
		ORDER BY w.expected * w.urgency DESC, w.urgency DESC, w.contact_due_at, w.next_day, w.id`, append(args, limit, offset)...)
	if err != nil {
		return out, fmt.Errorf("list work: %w", err)
	}
	for _, row := range list {
		out.Items, out.Total, out.Expected = append(out.Items, row.WorkRow), row.Of, row.Sum
	}
	if len(list) == 0 && offset > 0 { // beyond the end: how much there is
		first, err := WorkList(ctx, tx, staff, 1, 0)
		out.Total, out.Expected = first.Total, first.Expected
		if err != nil {
			return out, err
		}
	}
	out.Next = nextCursor(offset, len(out.Items), limit, out.Total)
	return out, addQuotes(ctx, tx, out.Items)
}

// WorthOf says what an open enquiry in scope is worth; found is false where it has ended.
func WorthOf(ctx context.Context, tx *op.Tx, enquiry id.ID) (w Worth, found bool, err error) {
	rows, args := worthOf(tx, "e.id = ? AND e.outcome = 'open'", enquiry)
	w, err = op.One[Worth](ctx, tx, "SELECT "+worthColumns+" FROM ("+rows+") w", args...)
	if errors.Is(err, sql.ErrNoRows) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("read worth: %w", err)
	}
	return w, true, nil
}

const worthColumns = "w.odds, w.odds_by, w.amount, w.amount_by, w.expected, w.urgency"

// worthRows gives of enquiries what they are worth and why they want work today; why is empty where they do not. The braces stand for whole
// numbers and for a condition.
const worthRows = `SELECT w.*, w.odds * w.amount / 10000 AS expected,
	CASE w.why WHEN 'first-overdue' THEN {first} WHEN 'first' THEN {first} - COALESCE({first} / 2 * (w.contact_due_at - {now}) / NULLIF(w.contact_due_at - w.entered_at, 0), {first} / 2)
		WHEN 'visit' THEN {visit} WHEN 'back' THEN {pool} WHEN 'overdue' THEN {overdue} WHEN 'due' THEN {due} ELSE 100 END AS urgency
	FROM (SELECT e.id, e.contact_due_at, e.entered_at, e.next_day,
		CASE WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE AND e.contact_due_at < {now} THEN 'first-overdue'
			WHEN e.first_touch_at IS NULL AND e.walk_in = FALSE THEN 'first'
			WHEN EXISTS (SELECT 1 FROM appointments a WHERE a.enquiry = e.id AND a.state = 'booked' AND a.day = {today}) THEN 'visit'
			WHEN {idle} THEN 'back'
			WHEN e.next_day = 0 THEN 'no-step' WHEN e.next_day < {today} THEN 'overdue' WHEN e.next_day = {today} THEN 'due' ELSE '' END AS why,
		COALESCE(s.probability, o.odds, 0) AS odds,
		CASE WHEN s.probability IS NOT NULL THEN 'score' WHEN o.odds IS NOT NULL THEN 'stage' ELSE 'none' END AS odds_by,
		COALESCE(e.quoted, u.amount, (SELECT CAST(COALESCE(SUM(contracts * amount) / NULLIF(SUM(contracts), 0), SUM(amount) / NULLIF(COUNT(*), 0), 0) AS BIGINT) FROM usual_amounts)) AS amount,
		CASE WHEN e.quoted IS NOT NULL THEN 'quote' WHEN u.amount IS NOT NULL THEN 'course' ELSE 'company' END AS amount_by
		FROM (SELECT e.id, e.consultant, e.outcome, e.stage, e.course, e.entered_at, e.moved_at, e.first_touch_at, e.last_touch_at, e.owned_at, e.contact_due_at, e.next_day, e.walk_in,
			{back} AS back_at,
			CASE WHEN e.stage = 'quoted' THEN (SELECT q.payable FROM quotes q WHERE q.enquiry = e.id AND q.state = 'open' ORDER BY q.made_at DESC, q.id DESC LIMIT 1) END AS quoted
			FROM enquiries e WHERE {scope:enquiry e} AND {where}) e
		LEFT JOIN enquiry_scores s ON s.enquiry = e.id LEFT JOIN usual_odds o ON o.stage = e.stage LEFT JOIN usual_amounts u ON u.course = e.course) w`

// worthOf is worthRows for the enquiries of a condition.
func worthOf(tx *op.Tx, where string, args ...any) (string, []any) {
	dir, center := organization.Of(tx), tx.Viewer.Center
	back, backArgs := backAt(tx, dir)
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	text := strings.NewReplacer(
		"{idle}", strings.ReplaceAll(idle, "?1", "e.back_at"), "{back}", back, "{where}", where,
		"{now}", number(tx.Now.UnixMicro()), "{today}", number(int64(tx.Today(center))),
		"{first}", number(dir.Number(center, organization.UrgencyFirst)), "{visit}", number(dir.Number(center, organization.UrgencyVisit)),
		"{pool}", number(dir.Number(center, organization.UrgencyPool)), "{overdue}", number(dir.Number(center, organization.UrgencyOverdue)),
		"{due}", number(dir.Number(center, organization.UrgencyDue)),
	).Replace(worthRows)
	return text, append(backArgs, args...)
}

// backAt is the instant since which somebody must have been in contact with an enquiry lest it returns to the pool within a day (PPL-8), by
// center and grade of intention; 0 where it never does.
func backAt(tx *op.Tx, dir *organization.Directory) (text string, args []any) {
	grades := append([]string{""}, people.Grades...)
	byDays := map[string][]id.ID{}
	for _, c := range dir.Centers(tx.Viewer) {
		var b strings.Builder
		for _, grade := range grades {
			at := int64(0)
			if days := daysToPool(dir, c.ID, grade); days > 0 {
				at = daysBefore(tx.Now, days-1).UnixMicro()
			}
			fmt.Fprintf(&b, " WHEN '%s' THEN %d", grade, at)
		}
		byDays[b.String()] = append(byDays[b.String()], c.ID)
	}
	var b strings.Builder
	for _, days := range slices.Sorted(maps.Keys(byDays)) {
		if len(byDays) > 1 {
			b.WriteString(" WHEN e.center IN (?)")
			args = append(args, byDays[days])
		} else {
			b.WriteString(" WHEN e.center IS NOT NULL")
		}
		b.WriteString(" THEN CASE e.grade" + days + " ELSE 0 END")
	}
	if b.Len() == 0 {
		return "0", nil
	}
	return "CASE" + b.String() + " ELSE 0 END", args
}

// addQuotes adds the latest open quotes of the rows that were quoted.
func addQuotes(ctx context.Context, tx *op.Tx, rows []WorkRow) error {
	at := map[id.ID]int{}
	var ids []id.ID
	for i, row := range rows {
		if row.AmountBy == "quote" {
			at[row.ID], ids = i, append(ids, row.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := op.All[OpenQuote](ctx, tx, `SELECT q.enquiry, q.payable, q.made_at, q.valid_until FROM quotes q
		WHERE {scope:quote q} AND q.state = 'open' AND q.enquiry IN (?) ORDER BY q.made_at, q.id`, ids)
	if err != nil {
		return fmt.Errorf("read open quotes: %w", err)
	}
	for i, q := range list {
		rows[at[q.Enquiry]].Quote = &list[i]
	}
	return nil
}

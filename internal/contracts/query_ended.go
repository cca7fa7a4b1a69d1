package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Ended is a contract that ended, after which its student has none (PPL-8).
type Ended struct {
	ID         id.ID        `db:"id"`
	Student    id.ID        `db:"student"`
	Center     id.ID        `db:"center"`
	Consultant id.ID        `db:"consultant"`
	Course     id.ID        `db:"course"`
	Day        bizdate.Date `db:"ended"`
}

// EndedFilter chooses contracts that ended.
type EndedFilter struct {
	Centers     []id.ID
	From, Until bizdate.Date // the day on which they ended
	Student     id.ID        // none: of all
	After       Ended        // those that follow it; none: from the first
	Limit       int
}

// EndedBetween lists contracts that ended in a span, the earliest first: of students who have no other contract that runs or ended later. A
// contract ends with the last day of its validity, or with its last hour where none is left; one that was terminated or transferred ended by
// somebody's decision.
func EndedBetween(ctx context.Context, tx *op.Tx, f EndedFilter) ([]Ended, error) {
	of, from, until := "", int64(f.From), int64(f.Until)
	contract, use := []any{f.Centers, from, until}, []any{from, until}
	if !f.Student.IsNone() {
		of = " AND n.student = ?"
		contract, use = append(contract, f.Student), append(use, f.Student)
	}
	last := []any{f.Centers, from, until, int64(f.After.Day), int64(f.After.Day), f.After.ID, f.Limit}
	list, err := op.AllOf[Ended](ctx, tx.Unscoped("work of the system"), `WITH who AS (SELECT n.student FROM contracts n WHERE n.center IN (?) AND n.signed_day > 0 AND n.valid_until BETWEEN ? AND ?`+of+`
			UNION SELECT n.student FROM hour_entries u JOIN contract_lines i ON i.id = u.line JOIN contracts n ON n.id = i.contract WHERE u.kind = 'consumed' AND u.day BETWEEN ? AND ?`+of+`),
		used AS (SELECT l.contract AS contract, CAST(SUM(e.hours + e.gift) AS BIGINT) AS still, MAX(CASE WHEN e.kind = 'consumed' THEN e.day ELSE 0 END) AS last
			FROM who JOIN contracts k ON k.student = who.student JOIN contract_lines l ON l.contract = k.id JOIN hour_entries e ON e.line = l.id GROUP BY l.contract),
		e AS (SELECT c.id, c.student, c.center, c.consultant, c.course, c.state, CASE WHEN used.still <= 0 AND used.last > 0 AND used.last < c.valid_until THEN used.last ELSE c.valid_until END AS ended
			FROM who JOIN contracts c ON c.student = who.student LEFT JOIN used ON used.contract = c.id WHERE c.signed_day > 0)
		SELECT e.id, e.student, e.center, e.consultant, e.course, e.ended FROM e WHERE e.center IN (?) AND e.ended BETWEEN ? AND ? AND e.state NOT IN ('terminated', 'transferred')
			AND NOT EXISTS (SELECT 1 FROM e o WHERE o.student = e.student AND o.id <> e.id AND (o.ended > e.ended OR o.ended = e.ended AND o.id > e.id))
			AND (e.ended > ? OR e.ended = ? AND e.id > ?)
		ORDER BY e.ended, e.id LIMIT ?`, append(append(contract, use...), last...)...)
	if err != nil {
		return nil, fmt.Errorf("read ended contracts: %w", err)
	}
	return list, nil
}

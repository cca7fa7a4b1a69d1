package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// HourAccount is the hour account of a line in sums (课时账户, CON-3, CON-10).
type HourAccount struct {
	Line       id.ID        `json:"line_id" db:"line"`
	Contract   id.ID        `json:"contract_id" db:"contract"`
	ContractNo string       `json:"contract_no" db:"contract_no"`
	Student    id.ID        `json:"student_id" db:"student"`
	Course     id.ID        `json:"course_id" db:"course"`
	NameZH     string       `json:"name_zh" db:"name_zh"` // of the package
	NameEN     string       `json:"name_en" db:"name_en"`
	Bought     hours.Centi  `json:"bought_hours_x100" db:"bought"`
	Gift       hours.Centi  `json:"gift_hours_x100" db:"given"`
	Used       hours.Centi  `json:"used_hours_x100" db:"used"` // paid and gift, reversals taken off
	Left       hours.Centi  `json:"left_hours_x100" db:"hours_left"`
	LeftGift   hours.Centi  `json:"left_gift_hours_x100" db:"gift_left"` // part of Left
	Until      bizdate.Date `json:"valid_until" db:"valid_until"`
}

// Name gives the name of the package in a language.
func (a HourAccount) Name(lang string) string { return named(lang, a.NameZH, a.NameEN) }

const hourAccounts = `SELECT l.id AS line, c.id AS contract, c.no AS contract_no, c.student, l.course, p.name_zh, p.name_en, c.valid_until,
	CAST(COALESCE(SUM(CASE WHEN e.kind = 'bought' THEN e.hours END), 0) AS BIGINT) AS bought,
	CAST(COALESCE(SUM(CASE WHEN e.kind = 'gift' OR e.kind = 'reversed' AND e.gift < 0 THEN e.gift END), 0) AS BIGINT) AS given,
	CAST(COALESCE(-SUM(CASE WHEN e.kind = 'consumed' OR e.kind = 'reversed' AND e.hours + e.gift > 0 THEN e.hours + e.gift END), 0) AS BIGINT) AS used,
	CAST(COALESCE(SUM(e.hours + e.gift), 0) AS BIGINT) AS hours_left,
	CAST(COALESCE(SUM(e.gift), 0) AS BIGINT) AS gift_left
	FROM contract_lines l JOIN contracts c ON c.id = l.contract JOIN packages p ON p.id = l.package LEFT JOIN hour_entries e ON e.line = l.id
	WHERE {scope:contract c} AND `

const hourAccountsOrder = ` GROUP BY l.id, l.no, c.id, c.no, c.student, l.course, p.name_zh, p.name_en, c.valid_until, c.drafted_at ORDER BY c.drafted_at, l.no`

// Hours gives the hour accounts of a contract, one a line.
func Hours(ctx context.Context, tx *op.Tx, contract id.ID) ([]HourAccount, error) {
	list, err := op.All[HourAccount](ctx, tx, hourAccounts+"c.id = ?"+hourAccountsOrder, contract)
	if err != nil {
		return nil, fmt.Errorf("read hour accounts: %w", err)
	}
	if len(list) == 0 {
		return nil, problem.NotFound("contract")
	}
	return list, nil
}

// HoursOf gives the hour accounts of a student's signed contracts in scope, oldest first.
func HoursOf(ctx context.Context, tx *op.Tx, student id.ID) ([]HourAccount, error) {
	list, err := op.All[HourAccount](ctx, tx, hourAccounts+"c.student = ? AND c.signed_day > 0"+hourAccountsOrder, student)
	if err != nil {
		return nil, fmt.Errorf("read hour accounts: %w", err)
	}
	return list, nil
}

// HourEntries lists the entries of a contract's hour accounts, oldest first; at most limit.
func HourEntries(ctx context.Context, tx *op.Tx, contract id.ID, limit int) ([]HourEntry, error) {
	list, err := op.All[HourEntry](ctx, tx, `SELECT e.id, e.line, e.contract, e.student, e.center, e.kind, e.hours, e.gift, e.cause, e.day, e.at
		FROM hour_entries e JOIN contracts c ON c.id = e.contract
		WHERE {scope:contract c} AND e.line IN (SELECT id FROM contract_lines WHERE contract = ?) ORDER BY e.at, e.id LIMIT ?`, contract, limit)
	if err != nil {
		return nil, fmt.Errorf("read hour entries: %w", err)
	}
	return list, nil
}

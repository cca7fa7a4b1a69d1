package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Account is the hour account of a contract's line (CON-3).
type Account struct {
	Line       id.ID `db:"line"`
	Contract   id.ID `db:"contract"`
	Student    id.ID `db:"student"`
	Center     id.ID `db:"center"`
	Consultant id.ID `db:"consultant"`
	Course     id.ID `db:"course"`
	Package    id.ID `db:"package"`
}

const accounts = "SELECT l.id AS line, c.id AS contract, c.student, c.center, c.consultant, l.course, l.package FROM contracts c JOIN contract_lines l ON l.contract = c.id WHERE "

// AccountOf gives the hour account to which one of some students is given hours on a day: of the contract signed last that still runs, of
// the student who is named first. False where none has such a contract.
func AccountOf(ctx context.Context, tx *op.Tx, students []id.ID, day bizdate.Date) (Account, bool, error) {
	list, err := op.AllOf[Account](ctx, tx.Unscoped("hours are given to whom a rule names"), accounts+"c.student IN (?) AND c.state IN ('signed', 'active', 'paused') AND c.valid_until >= ? ORDER BY c.signed_at DESC, l.no",
		students, int64(day))
	if err != nil {
		return Account{}, false, fmt.Errorf("read hour accounts of students: %w", err)
	}
	for _, s := range students {
		for _, a := range list {
			if a.Student == s {
				return a, true, nil
			}
		}
	}
	return Account{}, false, nil
}

// GiveHours enters gift hours into an account; cause is the record for which they are given.
func GiveHours(ctx context.Context, tx *op.Tx, a Account, cause id.ID, n hours.Centi) error {
	return a.enter(ctx, tx, cause, Gift, n)
}

// TakeBackHours takes gift hours that were given for a record back from the account of a line, at most those that are left, and tells how many.
func TakeBackHours(ctx context.Context, tx *op.Tx, line, cause id.ID, n hours.Centi) (a Account, taken hours.Centi, err error) {
	a, err = op.OneOf[Account](ctx, tx.Unscoped("hours are taken back from whom a rule gave them to"), accounts+"l.id = ?", line)
	if err != nil {
		return a, 0, fmt.Errorf("read hour account: %w", err)
	}
	if err := tx.Lock(ctx, "contract_lines", line); err != nil {
		return a, 0, fmt.Errorf("lock hour account: %w", err)
	}
	left, err := balancesOf(ctx, tx, a.Contract)
	if err != nil {
		return a, 0, err
	}
	if taken = min(n, left[line].Gift); taken <= 0 {
		return a, 0, nil
	}
	return a, taken, a.enter(ctx, tx, cause, Reversed, -taken)
}

// AccountsIn gives the accounts in scope of lines.
func AccountsIn(ctx context.Context, tx *op.Tx, lines []id.ID) (map[id.ID]Account, error) {
	out := map[id.ID]Account{}
	if len(lines) == 0 {
		return out, nil
	}
	list, err := op.All[Account](ctx, tx, accounts+"{scope:contract c} AND l.id IN (?)", lines)
	if err != nil {
		return nil, fmt.Errorf("read hour accounts of lines: %w", err)
	}
	for _, a := range list {
		out[a.Line] = a
	}
	return out, nil
}

func (a Account) enter(ctx context.Context, tx *op.Tx, cause id.ID, kind EntryKind, gift hours.Centi) error {
	c := Contract{ID: a.Contract, Student: a.Student, Center: a.Center}
	return enterHours(ctx, tx, c, cause, []HourEntry{{Line: a.Line, Kind: kind, Gift: gift}})
}

// Purchase is a contract as rules read it that give something for it.
type Purchase struct {
	Contract id.ID `db:"contract"`
	Enquiry  id.ID `db:"enquiry"`
	Center   id.ID `db:"center"`
}

// PaidFor gives the contracts of enquiries of which something is paid, those signed first before.
func PaidFor(ctx context.Context, tx *op.Tx, enquiries []id.ID) ([]Purchase, error) {
	list, err := op.AllOf[Purchase](ctx, tx.Unscoped("the rule decides, nobody reads it"), "SELECT id AS contract, enquiry, center FROM contracts WHERE enquiry IN (?) AND paid > 0 ORDER BY signed_at, id", enquiries)
	if err != nil {
		return nil, fmt.Errorf("read paid contracts: %w", err)
	}
	return list, nil
}

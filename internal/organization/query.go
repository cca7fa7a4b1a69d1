package organization

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Recipient is where somebody gets mail, and what that person may see.
type Recipient struct {
	Account id.ID
	Address string
	Viewer  *policy.Viewer
}

// RecipientOf gives the mail address and the viewer of a staff member; the account is none where there is no active one.
func RecipientOf(ctx context.Context, tx *op.Tx, staff id.ID) (Recipient, error) {
	var acc Account
	err := tx.Unscoped("addresses of colleagues are for mailing reports").Select(&acc).Where("staff = ? AND active = TRUE", staff).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Recipient{}, nil
	}
	if err != nil {
		return Recipient{}, fmt.Errorf("load recipient: %w", err)
	}
	m, _ := Of(tx).Staff(staff)
	return Recipient{Account: acc.ID, Address: m.Email, Viewer: Of(tx).Viewer(acc)}, nil
}

// ViewerOf gives the viewer of an account, for jobs that show what its holder may see.
func ViewerOf(ctx context.Context, tx *op.Tx, account id.ID) (*policy.Viewer, Account, error) {
	var acc Account
	if err := tx.Unscoped("jobs act for the account").Select(&acc).Where("id = ? AND active = TRUE", account).Scan(ctx); err != nil {
		return nil, acc, fmt.Errorf("load account: %w", err)
	}
	return Of(tx).Viewer(acc), acc, nil
}

// Colleagues lists the active staff members in scope who can get reports by mail, by code: with an open account, an address and the
// rights that the report needs (INS-6).
func Colleagues(ctx context.Context, tx *op.Tx, rights ...string) ([]Staff, error) {
	var staff []Staff
	if err := tx.Select(&staff).Where("active = TRUE AND email <> ''").Order("code").Limit(500).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	var accounts []Account
	err := tx.Unscoped("addresses of colleagues are for mailing reports").Select(&accounts).Where("active = TRUE AND staff IN (SELECT id FROM staff WHERE active = TRUE AND email <> '')").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts of colleagues: %w", err)
	}
	reads := map[id.ID]bool{}
	for _, a := range accounts {
		missing := func(right string) bool { return !Of(tx).Viewer(a).May(right) }
		reads[a.Staff] = reads[a.Staff] || !slices.ContainsFunc(rights, missing)
	}
	return slices.DeleteFunc(staff, func(s Staff) bool { return !reads[s.ID] }), nil
}

// NameInScope names a staff member that the viewer may see; others have no name.
func NameInScope(ctx context.Context, tx *op.Tx, staff id.ID) (string, error) {
	var m []Staff
	if err := tx.Select(&m).Where("id = ?", staff).Scan(ctx); err != nil {
		return "", fmt.Errorf("name staff member: %w", err)
	}
	if len(m) == 0 {
		return "", nil
	}
	return m[0].Name, nil
}

// Lookers names who looked at records, whose accounts need not be in scope: whoever may read what was looked at may know by whom.
func Lookers(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]string, error) {
	names := map[id.ID]string{}
	if len(keys) == 0 {
		return names, nil
	}
	var list []Account
	if err := tx.Unscoped("who looked at a record").Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("name accounts: %w", err)
	}
	for _, a := range list {
		names[a.ID] = cmp.Or(Of(tx).StaffName(a.Staff), a.Login)
	}
	return names, nil
}

// AccountNames names the holders of accounts in scope, by their logins where they are nobody of the staff.
func AccountNames(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]string, error) {
	names := map[id.ID]string{}
	if len(keys) == 0 {
		return names, nil
	}
	var list []Account
	if err := tx.Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("name accounts: %w", err)
	}
	for _, a := range list {
		names[a.ID] = cmp.Or(Of(tx).StaffName(a.Staff), a.Login)
	}
	return names, nil
}

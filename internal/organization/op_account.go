package organization

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhike/internal/facts"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

const minPassword = 8

// OpenAccount opens the account of a staff member with a one-time password (ORG-9). Refused: login-taken.
var OpenAccount = op.Op[OpenAccountInput, OpenedAccount]{
	Name: "organization.open-account", Rule: "ORG-9", Needs: "account:create", Fact: facts.AccountOpened{}, Do: openAccount,
	Subject: func(in OpenAccountInput) op.Ref { return op.Ref{Kind: "staff", ID: in.StaffID} },
}

// OpenAccountInput names the login and whose it is.
type OpenAccountInput struct {
	Login    string `json:"login" minLength:"2" maxLength:"200" doc:"e-mail, phone or a name"`
	StaffID  id.ID  `json:"staff_id"`
	Password string `json:"-"` // chosen by the program; only the demo sets it
	Settled  bool   `json:"-"` // past the forced change
	Lang     string `json:"lang,omitempty" enum:"zh,en" doc:"of its pages; that of the browser at the first sign-in if left out"`
}

// OpenedAccount is the new account. The one-time password is never kept: it is not part of the answer of a repeated key.
type OpenedAccount struct {
	ID       id.ID  `json:"id"`
	Password string `json:"-"`
}

func openAccount(ctx context.Context, tx *op.Tx, in OpenAccountInput) (OpenedAccount, error) {
	login := strings.ToLower(strings.TrimSpace(in.Login))
	var bad problem.Invalid
	if utf8.RuneCountInString(login) < 2 || len(login) > 200 || strings.ContainsAny(login, " \t\r\n") {
		bad.Add("login", "bad-login", in.Login)
	}
	if err := bad.Err("ORG-9"); err != nil {
		return OpenedAccount{}, err
	}
	out := OpenedAccount{ID: tx.NewID(), Password: in.Password}
	if out.Password == "" {
		out.Password = oneTimePassword()
	}
	h, err := hash(out.Password)
	if err != nil {
		return OpenedAccount{}, err
	}
	acc := Account{ID: out.ID, Login: login, Staff: in.StaffID, Password: h, MustChange: !in.Settled, Active: true, Lang: in.Lang, Density: "comfortable", Letters: true}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM accounts WHERE login = ?", []any{login}, &n); err != nil {
		return OpenedAccount{}, fmt.Errorf("look for login: %w", err)
	}
	if n > 0 {
		return OpenedAccount{}, problem.Refuse("ORG-9", "login-taken", problem.Field{Location: "login", Value: login})
	}
	if err := tx.Insert(ctx, acc); err != nil {
		if db.Duplicate(err) {
			return OpenedAccount{}, problem.Refuse("ORG-9", "login-taken", problem.Field{Location: "login", Value: login})
		}
		return OpenedAccount{}, err
	}
	tx.Record(acc.ID, facts.AccountOpened{AccountRef: facts.AccountRef{Account: acc.ID}, Staff: in.StaffID})
	return out, nil
}

// ChangePassword lets the holder choose another password; all other sessions end (TRU-22). Refused: password-wrong, password-short.
var ChangePassword = op.Op[ChangePasswordInput, Done]{
	Name: "organization.change-password", Rule: "ORG-9", Needs: "notice:read", Fact: facts.PasswordChanged{}, Do: changePassword,
}

// ChangePasswordInput proves the old password.
type ChangePasswordInput struct {
	Old     string `json:"old" maxLength:"1000"`
	New     string `json:"new" maxLength:"1000" doc:"at least 8 characters"`
	Session id.ID  `json:"-"` // stays
	hashed  string
}

// Done is the answer of an operation that makes nothing new.
type Done struct {
	ID id.ID `json:"id"`
}

// ChangePassword checks the old password outside the transaction (it takes tens of milliseconds), then runs the operation. Whoever finds a
// session open guesses no faster than at the sign-in (TRU-22).
func (a *Access) ChangePassword(ctx context.Context, acc Account, in ChangePasswordInput) error {
	sys, keys := op.WithViewer(ctx, policy.System()), delayKeys(acc.Login, "")
	if err := a.try(sys, keys); err != nil {
		return err
	}
	ok, err := a.matches(ctx, in.Old, acc.Password)
	if ok {
		err = a.proved(sys, keys)
	}
	if err != nil {
		return err
	}
	var bad problem.Invalid
	if !ok {
		bad.Add("old", "password-wrong", nil)
	}
	switch {
	case utf8.RuneCountInString(in.New) < minPassword:
		bad.Add("new", "password-short", nil, "min", minPassword)
	case in.New == in.Old:
		bad.Add("new", "password-same", nil)
	case strings.EqualFold(in.New, acc.Login):
		bad.Add("new", "password-weak", nil)
	}
	if err := bad.Err("ORG-9"); err != nil {
		return err
	}
	if in.hashed, err = hash(in.New); err != nil {
		return err
	}
	_, err = ChangePassword.Run(ctx, a.Run, in)
	return err
}

func changePassword(ctx context.Context, tx *op.Tx, in ChangePasswordInput) (Done, error) {
	if in.hashed == "" {
		return Done{}, errors.New("change password: the new one was not checked")
	}
	who := tx.Viewer.Account
	_, err := tx.Exec(ctx, "UPDATE accounts SET password = ?, must_change = FALSE, version = version + 1 WHERE id = ?", in.hashed, who)
	if err != nil {
		return Done{}, fmt.Errorf("change password: %w", err)
	}
	if err := endSessions(ctx, tx, who, in.Session); err != nil {
		return Done{}, err
	}
	tx.Record(who, facts.PasswordChanged{AccountRef: facts.AccountRef{Account: who}})
	return Done{ID: who}, nil
}

// ResetPassword gives an account a new one-time password, asks for no time-based code any more (the phone may be lost as well), and ends
// its sessions.
var ResetPassword = op.Op[ResetPasswordInput, OpenedAccount]{
	Name: "organization.reset-password", Rule: "ORG-9", Needs: "account:update", Fact: facts.PasswordReset{}, Do: resetPassword,
	Subject: func(in ResetPasswordInput) op.Ref { return op.Ref{Kind: "account", ID: in.AccountID} },
}

// ResetPasswordInput names the account.
type ResetPasswordInput struct {
	AccountID id.ID `json:"account_id" path:"id"`
}

func resetPassword(ctx context.Context, tx *op.Tx, in ResetPasswordInput) (OpenedAccount, error) {
	out := OpenedAccount{ID: in.AccountID, Password: oneTimePassword()}
	h, err := hash(out.Password)
	if err != nil {
		return OpenedAccount{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE accounts SET password = ?, must_change = TRUE, totp = NULL, totp_on = FALSE, version = version + 1 WHERE id = ?", h, in.AccountID); err != nil {
		return OpenedAccount{}, fmt.Errorf("reset password: %w", err)
	}
	if err := endSessions(ctx, tx, in.AccountID, id.None); err != nil {
		return OpenedAccount{}, err
	}
	tx.Record(in.AccountID, facts.PasswordReset{AccountRef: facts.AccountRef{Account: in.AccountID}})
	return out, nil
}

// SetAccount closes or opens an account; closing ends its sessions (TRU-22).
var SetAccount = op.Op[SetAccountInput, Done]{
	Name: "organization.set-account", Rule: "ORG-9", Needs: "account:update", Fact: facts.AccountChanged{}, Do: setAccount,
	Subject: func(in SetAccountInput) op.Ref { return op.Ref{Kind: "account", ID: in.AccountID} },
}

// SetAccountInput says what holds from now on.
type SetAccountInput struct {
	AccountID id.ID `json:"account_id" path:"id"`
	Active    bool  `json:"active"`
}

func setAccount(ctx context.Context, tx *op.Tx, in SetAccountInput) (Done, error) {
	if in.AccountID == tx.Viewer.Account && !in.Active {
		return Done{}, problem.Refuse("ORG-9", "own-account", problem.Field{Location: "account_id", Value: in.AccountID})
	}
	if _, err := tx.Exec(ctx, "UPDATE accounts SET active = ?, version = version + 1 WHERE id = ?", in.Active, in.AccountID); err != nil {
		return Done{}, fmt.Errorf("set account: %w", err)
	}
	if !in.Active {
		if err := endSessions(ctx, tx, in.AccountID, id.None); err != nil {
			return Done{}, err
		}
	}
	tx.Record(in.AccountID, facts.AccountChanged{AccountRef: facts.AccountRef{Account: in.AccountID}, Fields: []string{"active"}})
	return Done{ID: in.AccountID}, nil
}

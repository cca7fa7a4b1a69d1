package organizationdoor

import (
	"net/http"

	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// postOpenAccount opens an account; the answer shows its one-time password, which nobody sees again.
func (p pages) postOpenAccount(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "staff")
	if err != nil {
		return err
	}
	in, err := web.Decode[organization.OpenAccountInput](r)
	in.StaffID = key
	var opened organization.OpenedAccount
	if err == nil {
		opened, err = organization.OpenAccount.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getStaff)
	}
	return p.showSecret(w, r, key, opened)
}

// accountFields is what the buttons of an account send.
type accountFields struct {
	Staff  id.ID `json:"staff"`
	Active bool  `json:"active"`
}

func (p pages) postResetPassword(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "account")
	if err != nil {
		return err
	}
	f, err := web.Decode[accountFields](r)
	if err != nil {
		return err
	}
	reset, err := organization.ResetPassword.Run(r.Context(), p.Ops, organization.ResetPasswordInput{AccountID: key})
	if err != nil {
		return err
	}
	return p.showSecret(w, r, f.Staff, reset)
}

// showSecret shows the page of the staff member with a one-time password. A form that is sent twice gets none the second time.
func (p pages) showSecret(w http.ResponseWriter, r *http.Request, staff id.ID, opened organization.OpenedAccount) error {
	var v memberView
	if err := p.memberOf(r, staff, &v); err != nil {
		return err
	}
	v.Secret = &oneTime{Password: opened.Password}
	for _, a := range v.Accounts {
		if a.ID == opened.ID {
			v.Secret.Login = a.Login
		}
	}
	return p.showMember(w, r, v)
}

func (p pages) postAccountState(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "account")
	if err != nil {
		return err
	}
	f, err := web.Decode[accountFields](r)
	if err != nil {
		return err
	}
	if _, err := organization.SetAccount.Run(r.Context(), p.Ops, organization.SetAccountInput{AccountID: key, Active: f.Active}); err != nil {
		return err
	}
	said := "account-of.now-closed"
	if f.Active {
		said = "account-of.now-open"
	}
	return web.Redirect(w, r, "/staff/"+f.Staff.String(), web.Status{Text: t(r.Context(), said), Tone: web.Good})
}

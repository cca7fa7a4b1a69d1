package facts

import "zhike/internal/kernel/id"

// AccountRef names the account that an account fact is about.
type AccountRef struct {
	Account id.ID `json:"account_id"`
}

// About implements event.Fact.
func (AccountRef) About() (center, person id.ID) { return id.None, id.None }

// AccountOpened says that an account was opened for a staff member.
type AccountOpened struct {
	AccountRef
	Staff id.ID `json:"staff_id"`
}

// Kind implements event.Fact.
func (AccountOpened) Kind() string { return "organization.account-opened.1" }

// AccountChanged says that an account was changed, closed or opened again.
type AccountChanged struct {
	AccountRef
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (AccountChanged) Kind() string { return "organization.account-changed.1" }

// PasswordChanged says that the holder of an account chose another password.
type PasswordChanged struct {
	AccountRef
}

// Kind implements event.Fact.
func (PasswordChanged) Kind() string { return "organization.password-changed.1" }

// PasswordReset says that an account was given a one-time password.
type PasswordReset struct {
	AccountRef
}

// Kind implements event.Fact.
func (PasswordReset) Kind() string { return "organization.password-reset.1" }

// TOTPEnabled says that an account asks for a time-based code at sign-in.
type TOTPEnabled struct {
	AccountRef
}

// Kind implements event.Fact.
func (TOTPEnabled) Kind() string { return "organization.totp-enabled.1" }

// TOTPDisabled says that an account no longer asks for a time-based code.
type TOTPDisabled struct {
	AccountRef
}

// Kind implements event.Fact.
func (TOTPDisabled) Kind() string { return "organization.totp-disabled.1" }

// FeedRenewed says that somebody made a new secret address of the own calendar feed.
type FeedRenewed struct {
	AccountRef
	Session id.ID `json:"session_id"`
}

// Kind implements event.Fact.
func (FeedRenewed) Kind() string { return "organization.feed-renewed.1" }

// TokenIssued says that a long-lived token was issued.
type TokenIssued struct {
	AccountRef
	Session id.ID `json:"session_id"`
}

// Kind implements event.Fact.
func (TokenIssued) Kind() string { return "organization.token-issued.1" }

// TokenRevoked says that a long-lived token was revoked.
type TokenRevoked struct {
	AccountRef
	Session id.ID `json:"session_id"`
}

// Kind implements event.Fact.
func (TokenRevoked) Kind() string { return "organization.token-revoked.1" }

// SessionEnded says that a session of an account was ended by hand.
type SessionEnded struct {
	AccountRef
	Session id.ID `json:"session_id"`
}

// Kind implements event.Fact.
func (SessionEnded) Kind() string { return "organization.session-ended.1" }

// PreferencesChanged says that the holder of an account changed how the program looks.
type PreferencesChanged struct {
	AccountRef
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (PreferencesChanged) Kind() string { return "organization.preferences-changed.1" }

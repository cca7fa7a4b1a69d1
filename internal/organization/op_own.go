package organization

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
)

// own is the right that everybody who may sign in has.
const own = "notice:read"

func self(tx *op.Tx) (facts.AccountRef, error) {
	if tx.Viewer.Account.IsNone() {
		return facts.AccountRef{}, problem.Forbidden(own)
	}
	return facts.AccountRef{Account: tx.Viewer.Account}, nil
}

// SetPreferences keeps how the program looks for its viewer.
var SetPreferences = op.Op[PreferencesInput, Done]{
	Name: "organization.set-preferences", Rule: "UI-S1", Needs: own, Fact: facts.PreferencesChanged{}, Do: setPreferences,
}

// PreferencesInput names what changes; what is left out stays.
type PreferencesInput struct {
	Lang    *string `json:"lang,omitempty" enum:"zh,en"`
	Theme   *string `json:"theme,omitempty" enum:",light,dark"`
	Density *string `json:"density,omitempty" enum:"comfortable,compact"`
	Letters *bool   `json:"letters,omitempty" doc:"single-letter keys"`
	Center  *id.ID  `json:"center_id,omitempty" doc:"the one chosen in the switch; empty: all in scope"`
}

func setPreferences(ctx context.Context, tx *op.Tx, in PreferencesInput) (Done, error) {
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	var a Account
	if err := problem.Found(tx.Unscoped("one's own account").Select(&a).Where("id = ?", me.Account).Scan(ctx), "account"); err != nil {
		return Done{}, err
	}
	var fields []string
	var bad problem.Invalid
	for _, c := range []struct {
		name     string
		to, from *string
		list     []string
	}{{"lang", &a.Lang, in.Lang, []string{"zh", "en"}}, {"theme", &a.Theme, in.Theme, []string{"", "light", "dark"}}, {"density", &a.Density, in.Density, []string{"comfortable", "compact"}}} {
		if c.from != nil && !slices.Contains(c.list, *c.from) {
			bad.Add(c.name, "not-one-of", *c.from, "list", strings.Join(c.list, ", "))
		}
		set(&fields, c.name, c.to, c.from)
	}
	set(&fields, "letters", &a.Letters, in.Letters)
	if in.Center != nil && !in.Center.IsNone() && !slices.ContainsFunc(Of(tx).Centers(tx.Viewer), func(c Center) bool { return c.ID == *in.Center }) {
		bad.Add("center_id", "unknown", *in.Center)
	}
	set(&fields, "center", &a.Center, in.Center)
	if err := bad.Err("UI-S1"); err != nil {
		return Done{}, err
	}
	if err := tx.Save(ctx, &a, "lang", "theme", "density", "letters", "center"); err != nil {
		return Done{}, err
	}
	tx.Record(a.ID, facts.PreferencesChanged{AccountRef: me, Fields: fields})
	return Done{ID: a.ID}, nil
}

// IssueToken makes a long-lived token of the viewer's account (ORG-11); it is shown once. Refused: a name that is missing, more than
// a year, rights that one does not have.
var IssueToken = op.Op[IssueTokenInput, IssuedToken]{
	Name: "organization.issue-token", Rule: "ORG-11", Needs: own, Fact: facts.TokenIssued{}, Do: issueToken,
}

// IssueTokenInput names the token and how long it lives.
type IssueTokenInput struct {
	Name      string   `json:"name" maxLength:"100"`
	Days      int      `json:"days,omitempty" minimum:"1" maximum:"365" doc:"90 if left out"`
	Rights    []string `json:"rights,omitempty" maxItems:"200" doc:"only these of one's rights, each as resource:action; all of them if left out"`
	AccountID id.ID    `json:"-"` // another one's, at the command line only
}

// IssuedToken is the new token. It is never kept in clear, nor is it the answer of a repeated key.
type IssuedToken struct {
	ID      id.ID     `json:"id"`
	Expires time.Time `json:"expires_at"`
	Token   string    `json:"-"`
}

func issueToken(ctx context.Context, tx *op.Tx, in IssueTokenInput) (IssuedToken, error) {
	account := tx.Viewer.Account
	if tx.Viewer.System {
		account = in.AccountID
	}
	if in.Days == 0 {
		in.Days = 90
	}
	in.Name = strings.TrimSpace(in.Name)
	var bad problem.Invalid
	if in.Name == "" {
		bad.Add("name", "required", nil)
	}
	if in.Days < 1 || in.Days > 365 {
		bad.Add("days", "token-days", in.Days)
	}
	if account.IsNone() {
		bad.Add("account_id", "required", nil)
	}
	for i, right := range in.Rights {
		if !tx.Viewer.May(right) {
			bad.Add(fmt.Sprintf("rights.%d", i), "unknown", right)
		}
	}
	if err := bad.Err("ORG-11"); err != nil {
		return IssuedToken{}, err
	}
	if full := Of(tx).Viewer(Account{Staff: tx.Viewer.Staff}); len(in.Rights) == 0 && !tx.Viewer.System && len(tx.Viewer.Rights) < len(full.Rights) {
		in.Rights = slices.Sorted(maps.Keys(tx.Viewer.Rights)) // a token with some rights issues none with more
	}
	token, digest := newToken()
	s := Session{ID: tx.NewID(), Token: digest, Account: account, Kind: "token", Name: in.Name, Rights: in.Rights, Created: tx.Now, Seen: tx.Now, Expires: tx.Now.AddDate(0, 0, in.Days)}
	if err := tx.Insert(ctx, s); err != nil {
		return IssuedToken{}, err
	}
	tx.Record(account, facts.TokenIssued{AccountRef: facts.AccountRef{Account: account}, Session: s.ID})
	return IssuedToken{ID: s.ID, Expires: s.Expires, Token: token}, nil
}

// EndSession ends a session or revokes a token: one's own, or another's with the right to (ORG-9, ORG-11).
var EndSession = op.Op[EndSessionInput, Done]{
	Name: "organization.end-session", Rule: "ORG-9", Needs: own, Fact: facts.SessionEnded{}, Do: endSession,
	Subjects: func(in EndSessionInput) []op.Ref { return []op.Ref{{Kind: "session", ID: in.SessionID}} },
}

// EndSessionInput names the session.
type EndSessionInput struct {
	SessionID id.ID `json:"session_id" path:"id"`
}

func endSession(ctx context.Context, tx *op.Tx, in EndSessionInput) (Done, error) {
	var s Session
	if err := problem.Found(tx.Select(&s).Where("id = ?", in.SessionID).Scan(ctx), "session"); err != nil {
		return Done{}, err
	}
	if s.Account != tx.Viewer.Account && !tx.Viewer.May("session:end") {
		return Done{}, problem.Forbidden("session:end")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM sessions WHERE id = ?", s.ID); err != nil {
		return Done{}, fmt.Errorf("end session: %w", err)
	}
	tx.Record(s.Account, facts.SessionEnded{AccountRef: facts.AccountRef{Account: s.Account}, Session: s.ID})
	return Done{ID: s.ID}, nil
}

// NewTOTP makes a secret for time-based codes (RFC 6238) with the address of its QR code. Nothing is kept until EnableTOTP.
func NewTOTP(login string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Zhike", AccountName: login})
	if err != nil {
		return "", "", fmt.Errorf("make secret: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// EnableTOTP asks for a time-based code at each sign-in from now on, once a code of the secret proves that it was taken over
// (ORG-9). Refused: code-wrong.
var EnableTOTP = op.Op[EnableTOTPInput, Done]{
	Name: "organization.enable-totp", Rule: "ORG-9", Needs: own, Fact: facts.TOTPEnabled{}, Do: enableTOTP,
}

// EnableTOTPInput proves the secret.
type EnableTOTPInput struct {
	Secret string `json:"secret" maxLength:"100"`
	Code   string `json:"code" maxLength:"10"`
}

func enableTOTP(ctx context.Context, tx *op.Tx, in EnableTOTPInput) (Done, error) {
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	ok, err := totp.ValidateCustom(strings.TrimSpace(in.Code), in.Secret, tx.Now, totp.ValidateOpts{Period: 30, Skew: 1, Digits: 6})
	if err != nil || !ok {
		return Done{}, problem.Refuse("ORG-9", "invalid", problem.Field{Location: "code", Code: "code-wrong"})
	}
	v, ok := tx.Vault().(*vault.Vault)
	if !ok {
		return Done{}, errors.New("keep secret: no vault")
	}
	sealed, err := v.Seal(ctx, tx.Tx, me.Account, "totp", []byte(in.Secret))
	if err != nil {
		return Done{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE accounts SET totp = ?, totp_on = TRUE, totp_last = ?, version = version + 1 WHERE id = ?", sealed, tx.Now.Unix()/30, me.Account); err != nil {
		return Done{}, fmt.Errorf("keep secret: %w", err)
	}
	tx.Record(me.Account, facts.TOTPEnabled{AccountRef: me})
	return Done{ID: me.Account}, nil
}

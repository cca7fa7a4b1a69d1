package organization_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

const password = "correct horse"

func signIn(t *testing.T, s *testkit.School, login string) string {
	t.Helper()
	token, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: password, Kind: "api", Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func accepted(t *testing.T, s *testkit.School, token string) bool {
	t.Helper()
	_, _, _, err := s.App.Access.Identify(t.Context(), token)
	if p, ok := problem.As(err); err != nil && (!ok || p.Status != 401) {
		t.Fatal(err)
	}
	return err == nil
}

func accountOf(t *testing.T, s *testkit.School, login string) (acc organization.Account) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		acc, err = organization.AccountByLogin(ctx, tx, login)
		return err
	})
	return acc
}

// TestORG9_SameAnswer: a wrong password, an unknown login and a closed account read the same.
func TestORG9_SameAnswer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		closed := accountOf(t, s, s.Login("teacher", s.HD))
		ok[organization.Done](t)(organization.SetAccount.Run(s.IT(), s.Ops, organization.SetAccountInput{AccountID: closed.ID}))
		for what, in := range map[string]organization.SignIn{
			"wrong":   {Login: s.Login("it", id.None), Password: "x"},
			"unknown": {Login: "nobody", Password: password},
			"closed":  {Login: closed.Login, Password: password},
			"empty":   {},
		} {
			token, acc, err := s.App.Access.SignIn(t.Context(), in)
			if token != "" || !acc.ID.IsNone() {
				t.Errorf("%s: an account is given away", what)
			}
			if got, want := err.Error(), problem.Unauthorized("sign-in-failed").Error(); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		if token := signIn(t, s, " IT@COMPANY "); !accepted(t, s, token) {
			t.Error("a login is not told by its case")
		}
	})
}

// TestTRU22_Throttled: guesses wait longer and longer, per account and per network; one that waited may try again.
func TestTRU22_Throttled(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		guess := func(login, address string) *problem.Problem {
			_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: "guess", Address: address})
			p, _ := problem.As(err)
			return p
		}
		login := s.Login("it", id.None)
		for range 5 {
			if p := guess(login, "192.0.2.1"); p.Status != 401 {
				t.Fatalf("an early guess: %v", p)
			}
		}
		before := 0
		for range 4 {
			p := guess(login, "198.51.100.7")
			wait, _ := p.Args["seconds"].(int)
			if p.Status != 429 || wait <= before {
				t.Fatalf("after a wait of %d s: %v %v", before, p, p.Args)
			}
			_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: password, Address: "192.0.2.1"})
			refused(t, err, "sign-in-delayed") // the right one waits too
			before = wait
			s.Clock.Set(s.Clock.Now().Add(time.Duration(wait) * time.Second))
			if p := guess(login, "198.51.100.7"); p.Status != 401 {
				t.Fatalf("after waiting: %v", p)
			}
		}
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		signIn(t, s, login)
		if p := guess(login, "192.0.2.1"); p.Status != 401 {
			t.Errorf("a sign-in does not forget the guesses: %v", p)
		}
	})
}

// TestTRU22_SessionsEnd: another password, account or role ends sessions and tokens at once.
func TestTRU22_SessionsEnd(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		login := s.Login("front-desk", s.HD)
		acc := accountOf(t, s, login)
		staff := s.StaffID(s.FrontDesk(s.HD))
		position := s.Dir.Positions(staff)[0].ID
		for what, end := range map[string]func() error{
			"reset password": func() error {
				_, err := organization.ResetPassword.Run(s.IT(), s.Ops, organization.ResetPasswordInput{AccountID: acc.ID})
				s.Exec(t, "UPDATE accounts SET password = (SELECT password FROM accounts WHERE login = ?), must_change = FALSE WHERE id = ?", s.Login("it", id.None), acc.ID)
				return err
			},
			"closed account": func() error {
				_, err := organization.SetAccount.Run(s.IT(), s.Ops, organization.SetAccountInput{AccountID: acc.ID})
				_, again := organization.SetAccount.Run(s.IT(), s.Ops, organization.SetAccountInput{AccountID: acc.ID, Active: true})
				return errors.Join(err, again)
			},
			"further position": func() error {
				_, err := organization.GivePosition.Run(s.IT(), s.Ops, organization.PositionInput{StaffID: staff, Role: "teacher", CenterID: s.HD})
				return err
			},
			"ended position": func() error {
				_, err := organization.EndPosition.Run(s.IT(), s.Ops, organization.EndPositionInput{PositionID: position})
				return err
			},
			"eight hours without use": func() error { s.Clock.Set(s.Clock.Now().Add(8*time.Hour + time.Second)); return nil },
		} {
			token := signIn(t, s, login)
			key := ok[organization.IssuedToken](t)(organization.IssueToken.Run(s.FrontDesk(s.HD), s.Ops, organization.IssueTokenInput{Name: what})).Token
			if !accepted(t, s, token) || !accepted(t, s, key) {
				t.Fatalf("%s: the session is refused before", what)
			}
			if err := end(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if accepted(t, s, token) {
				t.Errorf("%s: the session goes on", what)
			}
			if what != "eight hours without use" && accepted(t, s, key) { // a long-lived token is not idle
				t.Errorf("%s: the token goes on", what)
			}
		}
		token, begun := signIn(t, s, login), s.Clock.Now()
		for s.Clock.Now().Sub(begun) < organization.AbsoluteTime {
			if !accepted(t, s, token) {
				t.Fatalf("a session in use ended after %s", s.Clock.Now().Sub(begun))
			}
			s.Clock.Set(s.Clock.Now().Add(7 * time.Hour))
		}
		s.Clock.Set(begun.Add(organization.AbsoluteTime + time.Second))
		if accepted(t, s, token) {
			t.Error("a session lives longer than seven days")
		}
	})
}

// TestORG9_OwnPassword: choosing another password ends all other sessions, not the one that chose.
func TestORG9_OwnPassword(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		login := s.Login("it", id.None)
		mine, other := signIn(t, s, login), signIn(t, s, login)
		v, acc, session, err := s.App.Access.Identify(t.Context(), mine)
		if err != nil {
			t.Fatal(err)
		}
		ctx := op.WithViewer(t.Context(), v)
		for code, in := range map[string]organization.ChangePasswordInput{
			"password-wrong": {Old: "x", New: "battery staple"}, "password-short": {Old: password, New: "1234567"}, "password-same": {Old: password, New: password},
			"password-weak": {Old: password, New: "IT@company"},
		} {
			refused(t, s.App.Access.ChangePassword(ctx, acc, in), code)
		}
		if err := s.App.Access.ChangePassword(ctx, acc, organization.ChangePasswordInput{Old: password, New: "battery staple", Session: session.ID}); err != nil {
			t.Fatal(err)
		}
		if !accepted(t, s, mine) || accepted(t, s, other) {
			t.Errorf("own session %v, other session %v", accepted(t, s, mine), accepted(t, s, other))
		}
	})
}

// TestORG9_TOTP: the secret proves itself before it holds, a code is taken once, and the secret is not kept in clear.
func TestORG9_TOTP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		login, me := s.Login("it", id.None), s.IT()
		secret, address, err := organization.NewTOTP(login)
		if err != nil || address == "" {
			t.Fatal(err)
		}
		code := func() string {
			c, err := totp.GenerateCode(secret, s.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		_, err = organization.EnableTOTP.Run(me, s.Ops, organization.EnableTOTPInput{Secret: secret, Code: "000000"})
		refused(t, err, "code-wrong")
		first := code()
		ok[organization.Done](t)(organization.EnableTOTP.Run(me, s.Ops, organization.EnableTOTPInput{Secret: secret, Code: first}))
		if got := accountOf(t, s, login); string(got.TOTP) == secret || !got.TOTPOn {
			t.Error("the secret is kept in clear, or not kept")
		}
		try := func(code string) error {
			_, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: password, Code: code, Kind: "api"})
			return err
		}
		refused(t, try(""), "code-required")
		refused(t, try(first), "code-wrong") // it proved the secret
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		if err := try(code()); err != nil {
			t.Fatal(err)
		}
		refused(t, try(code()), "code-wrong")
		off := func(in organization.DisableTOTPInput) error {
			return s.App.Access.DisableTOTP(me, accountOf(t, s, login), in)
		}
		_, err = organization.DisableTOTP.Run(me, s.Ops, organization.DisableTOTPInput{Password: password})
		refused(t, err, "required")
		refused(t, off(organization.DisableTOTPInput{}), "required")
		refused(t, off(organization.DisableTOTPInput{Password: "guess"}), "password-wrong")
		refused(t, off(organization.DisableTOTPInput{Code: "000000"}), "code-wrong")
		if !accountOf(t, s, login).TOTPOn {
			t.Error("the second step is off without a proof")
		}
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		if err := off(organization.DisableTOTPInput{Code: code()}); err != nil {
			t.Fatal(err)
		}
		if err := try(""); err != nil {
			t.Errorf("without codes: %v", err)
		}
		for range 6 {
			err = off(organization.DisableTOTPInput{Password: "guess"})
		}
		refused(t, err, "sign-in-delayed")
	})
}

func TestORG9_Accounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		staff := s.StaffID(s.Consultant(s.HD))
		for code, in := range map[string]organization.OpenAccountInput{
			"login-taken": {Login: s.Login("it", id.None), StaffID: staff}, "bad-login": {Login: "a b", StaffID: staff}, "not-found": {Login: "new", StaffID: s.HD},
		} {
			_, err := organization.OpenAccount.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		me := accountOf(t, s, s.Login("it", id.None))
		_, err := organization.SetAccount.Run(s.IT(), s.Ops, organization.SetAccountInput{AccountID: me.ID})
		refused(t, err, "own-account")
		added := ok[organization.OpenedAccount](t)(organization.AddUser(s.System(), s.Ops, organization.AddUserInput{Login: "wang@school.example", Role: "it"}))
		if _, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: "wang@school.example", Password: added.Password}); err != nil {
			t.Errorf("the one-time password: %v", err)
		}
		before := len(s.Facts(t))
		_, err = organization.AddUser(s.System(), s.Ops, organization.AddUserInput{Login: "li", Role: "wizard"})
		refused(t, err, "unknown")
		if len(s.Facts(t)) != before {
			t.Error("half a user was added")
		}
	})
}

func TestORG11_TokensOfOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for code, in := range map[string]organization.IssueTokenInput{"required": {Days: 1}, "token-days": {Name: "x", Days: 366}} {
			_, err := organization.IssueToken.Run(s.Finance(s.HD), s.Ops, in)
			refused(t, err, code)
		}
		made := ok[organization.IssuedToken](t)(organization.IssueToken.Run(s.Finance(s.HD), s.Ops, organization.IssueTokenInput{Name: "sync", Days: 30}))
		if !made.Expires.Equal(s.Clock.Now().AddDate(0, 0, 30)) {
			t.Errorf("expires = %s", made.Expires)
		}
		v, _, _, err := s.App.Access.Identify(t.Context(), made.Token)
		if err != nil || v.Login != strings.ToLower(s.Login("finance", s.HD)) {
			t.Fatalf("the token's viewer = %v, %v", v, err)
		}
		_, err = organization.IssueToken.Run(s.Finance(s.HD), s.Ops, organization.IssueTokenInput{Name: "x", Rights: []string{"account:create"}})
		refused(t, err, "unknown")
		narrow := ok[organization.IssuedToken](t)(organization.IssueToken.Run(s.Finance(s.HD), s.Ops, organization.IssueTokenInput{Name: "read", Rights: []string{"payment:read"}}))
		v, _, _, err = s.App.Access.Identify(t.Context(), narrow.Token)
		if err != nil || !v.May("payment:read") || v.May("payment:reverse") || len(v.Rights) != 1 {
			t.Errorf("the narrow token's viewer = %v, %v", v, err)
		}
		some := ok[organization.IssuedToken](t)(organization.IssueToken.Run(s.Finance(s.HD), s.Ops, organization.IssueTokenInput{Name: "some", Rights: []string{"payment:read", "notice:read"}}))
		v, _, _, err = s.App.Access.Identify(t.Context(), some.Token)
		if err != nil {
			t.Fatal(err)
		}
		more := ok[organization.IssuedToken](t)(organization.IssueToken.Run(op.WithViewer(t.Context(), v), s.Ops, organization.IssueTokenInput{Name: "more"}))
		if v, _, _, err := s.App.Access.Identify(t.Context(), more.Token); err != nil || len(v.Rights) != 2 {
			t.Errorf("a token of two rights issued one with %v, %v", v, err)
		}
		_, err = organization.EndSession.Run(s.Finance(s.CY), s.Ops, organization.EndSessionInput{SessionID: made.ID})
		refused(t, err, "not-found")
		ok[organization.Done](t)(organization.EndSession.Run(s.IT(), s.Ops, organization.EndSessionInput{SessionID: made.ID}))
		if accepted(t, s, made.Token) {
			t.Error("a revoked token is accepted")
		}
	})
}

// TestORG9_TOTPOff: the password turns the second step off too, and so does IT's reset where the phone is lost.
func TestORG9_TOTPOff(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		login, me := s.Login("principal", s.HD), s.Principal(s.HD)
		enable := func() {
			secret, _, err := organization.NewTOTP(login)
			if err != nil {
				t.Fatal(err)
			}
			code, err := totp.GenerateCode(secret, s.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			ok[organization.Done](t)(organization.EnableTOTP.Run(me, s.Ops, organization.EnableTOTPInput{Secret: secret, Code: code}))
		}
		enable()
		if err := s.App.Access.DisableTOTP(me, accountOf(t, s, login), organization.DisableTOTPInput{Password: password}); err != nil || accountOf(t, s, login).TOTPOn {
			t.Errorf("with the password: %v", err)
		}
		enable()
		reset := ok[organization.OpenedAccount](t)(organization.ResetPassword.Run(s.IT(), s.Ops, organization.ResetPasswordInput{AccountID: accountOf(t, s, login).ID}))
		if _, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: reset.Password}); err != nil {
			t.Errorf("after a reset: %v", err)
		}
	})
}

// TestORG9_Language: a new account speaks the language of the browser at its first sign-in, and keeps it; one that was given a language
// keeps that.
func TestORG9_Language(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		staff := s.StaffID(s.Consultant(s.HD))
		for _, c := range []struct{ login, given, first, want string }{{"anna", "", "en", "en"}, {"li", "zh", "en", "zh"}, {"wang", "", "zh", "zh"}, {"bot", "", "", ""}} {
			opened := ok[organization.OpenedAccount](t)(organization.OpenAccount.Run(s.IT(), s.Ops, organization.OpenAccountInput{Login: c.login, StaffID: staff, Lang: c.given}))
			for _, browser := range []string{c.first, "zh"} {
				if c.first == "" {
					browser = ""
				}
				if _, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: c.login, Password: opened.Password, Lang: browser}); err != nil {
					t.Fatal(err)
				}
			}
			if got := accountOf(t, s, c.login).Lang; got != c.want {
				t.Errorf("%s speaks %q, want %q", c.login, got, c.want)
			}
		}
	})
}

package organization

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// DisableTOTP asks for no code any more, for who proves to be the holder: see Access.DisableTOTP. Refused: without a proof.
var DisableTOTP = op.Op[DisableTOTPInput, Done]{
	Name: "organization.disable-totp", Rule: "ORG-9", Needs: own, Fact: facts.TOTPDisabled{}, Do: disableTOTP,
}

// DisableTOTPInput proves who asks: by the password, or by a code.
type DisableTOTPInput struct {
	Password string `json:"password,omitempty" maxLength:"1000"`
	Code     string `json:"code,omitempty" maxLength:"10"`
	proven   bool
}

// DisableTOTP checks the password, or a code, then runs the operation: whoever finds a session open must not take the second step away.
// Failures delay further tries as at the sign-in (TRU-22). Refused: password-wrong, code-wrong, neither of them.
func (a *Access) DisableTOTP(ctx context.Context, acc Account, in DisableTOTPInput) error {
	sys, keys := op.WithViewer(ctx, policy.System()), delayKeys(acc.Login, "")
	if in.Password == "" && (in.Code == "" || !acc.TOTPOn) {
		return problem.Refuse("ORG-9", "invalid", problem.Field{Location: "password", Code: "required"})
	}
	if err := a.try(sys, keys); err != nil {
		return err
	}
	field, wrong := "password", "password-wrong"
	var err error
	if in.Password != "" {
		in.proven, err = a.matches(ctx, in.Password, acc.Password)
	} else {
		field, wrong = "code", "code-wrong"
		_, err = a.checkCode(sys, acc, in.Code)
		if _, refused := problem.As(err); refused {
			err = nil
		} else {
			in.proven = err == nil
		}
	}
	if err != nil {
		return err
	}
	if !in.proven {
		return problem.Refuse("ORG-9", "invalid", problem.Field{Location: field, Code: wrong})
	}
	if err := a.proved(sys, keys); err != nil {
		return err
	}
	_, err = DisableTOTP.Run(ctx, a.Run, in)
	return err
}

func disableTOTP(ctx context.Context, tx *op.Tx, in DisableTOTPInput) (Done, error) {
	if !in.proven {
		return Done{}, problem.Refuse("ORG-9", "invalid", problem.Field{Location: "password", Code: "required"})
	}
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE accounts SET totp = NULL, totp_on = FALSE, version = version + 1 WHERE id = ?", me.Account); err != nil {
		return Done{}, fmt.Errorf("forget secret: %w", err)
	}
	tx.Record(me.Account, facts.TOTPDisabled{AccountRef: me})
	return Done{ID: me.Account}, nil
}

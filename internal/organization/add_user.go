package organization

import (
	"context"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// AddUserInput is a person at the command line: staff member, position and account in one go.
type AddUserInput struct {
	Login, Role, Name string
	CenterID          id.ID
}

// AddUser enters a staff member with a position and an account, in one transaction; it gives the one-time password.
func AddUser(ctx context.Context, r *op.Runner, in AddUserInput) (out OpenedAccount, err error) {
	if in.Name == "" {
		in.Name = in.Login
	}
	err = r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		staff := StaffInput{Code: in.Login, Name: in.Name}
		if strings.Contains(in.Login, "@") {
			staff.Email = in.Login
		}
		s, err := AddStaff.In(ctx, tx, staff)
		if err != nil {
			return err
		}
		if _, err := GivePosition.In(ctx, tx, PositionInput{StaffID: s.ID, Role: in.Role, CenterID: in.CenterID}); err != nil {
			return err
		}
		out, err = OpenAccount.In(ctx, tx, OpenAccountInput{Login: in.Login, StaffID: s.ID})
		return err
	})
	return out, err
}

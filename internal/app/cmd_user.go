package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

type userCmd struct {
	Add   userAddCmd   `cmd:"" help:"Open an account; prints a one-time password. Example: zhike user add anna --role it"`
	Reset userResetCmd `cmd:"" help:"Give an account a new one-time password."`
	List  userListCmd  `cmd:"" help:"List accounts with positions and last use. Example: zhike user list --json"`
	Close userCloseCmd `cmd:"" help:"Close an account and end its sessions. Example: zhike user close anna"`
	Token userTokenCmd `cmd:"" help:"Make a long-lived token. Example: zhike user token anna --name sync --expires 90d"`
}

type userListCmd struct{}

// userLine is an account as the list shows it.
type userLine struct {
	Login     string    `json:"login"`
	Name      string    `json:"name"`
	Positions []string  `json:"positions"` // role@center, valid today
	Active    bool      `json:"active"`
	TwoSteps  bool      `json:"two_steps"`
	UsedAt    time.Time `json:"used_at,omitzero"` // UTC
}

// Run implements kong.
func (c *userListCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(true, "")
	if err != nil {
		return err
	}
	defer done()
	var list []organization.Account
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Select(&list).Order("login").Scan(ctx)
	})
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	lines := make([]userLine, 0, len(list))
	for _, acc := range list {
		lines = append(lines, userLine{
			Login: acc.Login, Name: a.Dir.StaffName(acc.Staff), Positions: a.positions(acc.Staff), Active: acc.Active, TwoSteps: acc.TOTPOn, UsedAt: acc.UsedAt,
		})
	}
	if s.JSON {
		return s.print(lines)
	}
	w := tabwriter.NewWriter(s.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "LOGIN\tNAME\tPOSITIONS\tSTATE\tLAST USED")
	for _, l := range lines {
		state := "open"
		if !l.Active {
			state = "closed"
		}
		used := "never"
		if !l.UsedAt.IsZero() {
			used = l.UsedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Login, l.Name, cmp.Or(strings.Join(l.Positions, " "), "-"), state, used)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// positions lists what a staff member holds today, as role@center.
func (a *App) positions(staff id.ID) []string {
	var out []string
	for _, p := range a.Dir.Positions(staff) {
		if !p.ValidOn(bizdate.Of(a.Clock.Now(), a.Dir.Zone(p.Center))) {
			continue
		}
		text := p.Role
		if c, ok := a.Dir.Center(p.Center); ok {
			text += "@" + c.Code
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

type userCloseCmd struct {
	Login string `arg:"" help:"Login."`
	Open  bool   `name:"open" help:"Open it again instead."`
}

// Run implements kong.
func (c *userCloseCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	acc, err := a.account(ctx, c.Login)
	if err != nil {
		return err
	}
	if _, err := organization.SetAccount.Run(ctx, a.Run, organization.SetAccountInput{AccountID: acc, Active: c.Open}); err != nil {
		return err
	}
	state := "closed"
	if c.Open {
		state = "open"
	}
	if s.JSON {
		return s.print(map[string]any{"id": acc, "state": state})
	}
	fmt.Fprintln(s.Out, c.Login, state)
	return nil
}

type userAddCmd struct {
	Login  string `arg:"" help:"Login: e-mail, phone or a name."`
	Role   string `name:"role" required:"" help:"Role, e.g. it."`
	Center string `name:"center" help:"Code of the center; the whole company if left out."`
	Name   string `name:"name" help:"Name of the staff member; the login if left out."`
}

// Run implements kong.
func (c *userAddCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	in := organization.AddUserInput{Login: c.Login, Role: c.Role, Name: c.Name}
	if c.Center != "" {
		center, ok := a.Dir.CenterByCode(c.Center)
		if !ok {
			return problem.NotFound("center")
		}
		in.CenterID = center.ID
	}
	out, err := organization.AddUser(ctx, a.Run, in)
	if err != nil {
		return err
	}
	return s.secret(map[string]any{"id": out.ID, "password": out.Password}, out.Password)
}

// secret prints something that is shown once.
func (s *Session) secret(doc map[string]any, text string) error {
	if s.JSON {
		return s.print(doc)
	}
	fmt.Fprintln(s.Out, text)
	return nil
}

type userResetCmd struct {
	Login string `arg:"" help:"Login."`
}

// Run implements kong.
func (c *userResetCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	acc, err := a.account(ctx, c.Login)
	if err != nil {
		return err
	}
	out, err := organization.ResetPassword.Run(ctx, a.Run, organization.ResetPasswordInput{AccountID: acc})
	if err != nil {
		return err
	}
	return s.secret(map[string]any{"id": out.ID, "password": out.Password}, out.Password)
}

func (a *App) account(ctx context.Context, login string) (key id.ID, err error) {
	err = a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		var acc organization.Account
		err := tx.Select(&acc).Where("login = ?", strings.ToLower(login)).Scan(ctx)
		key = acc.ID
		return problem.Found(err, "account")
	})
	return key, err
}

type userTokenCmd struct {
	Login   string `arg:"" help:"Login."`
	Name    string `name:"name" required:"" help:"What it is for."`
	Expires string `name:"expires" default:"90d" help:"How long it lives, in days: 90d."`
}

// Run implements kong.
func (c *userTokenCmd) Run(s *Session) error {
	var days int
	if _, err := fmt.Sscanf(c.Expires, "%dd", &days); err != nil {
		return fmt.Errorf("%w: --expires wants days, such as 90d", errUsage)
	}
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	acc, err := a.account(ctx, c.Login)
	if err != nil {
		return err
	}
	out, err := organization.IssueToken.Run(ctx, a.Run, organization.IssueTokenInput{Name: c.Name, Days: days, AccountID: acc})
	if err != nil {
		return err
	}
	return s.secret(map[string]any{"id": out.ID, "token": out.Token, "expires_at": out.Expires}, out.Token)
}

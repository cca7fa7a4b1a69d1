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
	"zhike/internal/organization"
)

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

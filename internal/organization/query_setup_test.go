package organization_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

var june = bizdate.New(2026, 6, 3)

// TestORG2_StaffRows: the list is cut to the viewer's centers, each filter narrows it, and the total is that of the filter.
func TestORG2_StaffRows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, c := range []struct {
			name   string
			viewer context.Context
			filter organization.StaffFilter
			want   int64
		}{
			{"a center", s.Principal(s.HD), organization.StaffFilter{}, 8},
			{"the company", s.IT(), organization.StaffFilter{}, 19},
			{"another center", s.Principal(s.HD), organization.StaffFilter{Center: s.CY}, 0},
			{"a center of the company", s.IT(), organization.StaffFilter{Center: s.CY}, 8},
			{"a role", s.IT(), organization.StaffFilter{Role: "consultant"}, 4},
			{"a text", s.IT(), organization.StaffFilter{Text: "CONSULTANT2@"}, 2},
			{"a text is no pattern", s.IT(), organization.StaffFilter{Text: "%"}, 0},
			{"before anybody was there", s.IT(), organization.StaffFilter{Role: "it", Day: bizdate.New(2001, 1, 1)}, 0},
			{"accounts", s.IT(), organization.StaffFilter{Account: "open"}, 19},
			{"closed accounts", s.IT(), organization.StaffFilter{Account: "closed"}, 0},
			{"no accounts", s.IT(), organization.StaffFilter{Account: "none"}, 0},
			{"who left", s.IT(), organization.StaffFilter{Left: true}, 0},
		} {
			f := c.filter
			f.Limit = 5
			if f.Day.IsZero() {
				f.Day = june
			}
			s.Read(t, c.viewer, func(ctx context.Context, tx *op.Tx) error {
				rows, total, err := organization.StaffRows(ctx, tx, f)
				if err != nil {
					return err
				}
				if total != c.want || len(rows) != min(5, int(c.want)) {
					t.Errorf("%s: %d rows of %d, want %d", c.name, len(rows), total, c.want)
				}
				return nil
			})
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			n, err := organization.CountHolders(ctx, tx, june)
			if n["consultant"] != 2 || n["it"] != 0 {
				t.Errorf("holders = %v", n)
			}
			return err
		})
	})
}

func TestORG9_OwnSessions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, login := range []string{s.Login("finance", s.HD), s.Login("finance", s.HD), s.Login("finance", s.CY)} {
			if _, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: login, Password: "correct horse", Kind: "web"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := organization.IssueToken.Run(s.Finance(s.HD), s.Ops, organization.IssueTokenInput{Name: "x"}); err != nil {
			t.Fatal(err)
		}
		own := func(want int) {
			t.Helper()
			s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
				list, err := organization.OwnSessions(ctx, tx)
				if len(list) != want {
					t.Errorf("%d sessions, want %d", len(list), want)
				}
				return err
			})
		}
		own(3)
		s.Clock.Set(s.Clock.Now().Add(organization.IdleTime + time.Minute))
		own(1) // the token has no idle time
	})
}

func TestORG10_LastChange(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		city := "北京"
		if _, err := organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.HD, City: &city}); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.IT(), func(ctx context.Context, tx *op.Tx) error {
			c, err := organization.LastChange(ctx, tx, s.HD)
			if c.By != "it@company" || !c.At.Equal(s.Clock.Now()) {
				t.Errorf("last change = %+v", c)
			}
			if err != nil {
				return err
			}
			none, err := organization.LastChange(ctx, tx, s.Web)
			if !none.At.IsZero() {
				t.Errorf("change of what nobody changed = %+v", none)
			}
			return err
		})
	})
}

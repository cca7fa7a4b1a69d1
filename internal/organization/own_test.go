package organization_test

import (
	"context"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// One's preferences are one's own: what is left out stays, a center beyond one's scope is not there (ORG-4).
func TestUIS1_Preferences(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Consultant(s.HD)
		ok[organization.Done](t)(organization.SetPreferences.Run(ctx, s.Ops, organization.PreferencesInput{Lang: new("en"), Center: &s.HD}))
		ok[organization.Done](t)(organization.SetPreferences.Run(ctx, s.Ops, organization.PreferencesInput{Theme: new("dark")}))
		_, err := organization.SetPreferences.Run(ctx, s.Ops, organization.PreferencesInput{Center: &s.CY, Density: new("compact")})
		if err == nil {
			t.Error("another center was chosen")
		}
		for _, who := range []struct {
			ctx  context.Context
			want organization.Account
		}{
			{ctx, organization.Account{Lang: "en", Theme: "dark", Density: "comfortable", Center: s.HD}},
			{s.Consultant2(s.HD), organization.Account{Lang: "zh", Density: "comfortable", Center: id.None}},
		} {
			v, _ := op.ViewerOf(who.ctx)
			var got organization.Account
			s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
				return tx.Select(&got).Where("id = ?", v.Account).Scan(ctx)
			})
			if got.Lang != who.want.Lang || got.Theme != who.want.Theme || got.Density != who.want.Density || got.Center != who.want.Center {
				t.Errorf("%s: lang %q, theme %q, density %q, center %s; want %+v", got.Login, got.Lang, got.Theme, got.Density, got.Center, who.want)
			}
		}
		if facts := s.Facts(t); !slices.Equal(facts, []string{"organization.preferences-changed.1", "organization.preferences-changed.1"}) {
			t.Errorf("facts = %v", facts)
		}
	})
}

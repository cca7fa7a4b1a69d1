package marketing_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

func code(err error) string {
	p, ok := problem.As(err)
	switch {
	case err == nil:
		return ""
	case !ok:
		return err.Error()
	case len(p.Fields) > 0 && p.Fields[0].Code != "":
		return p.Fields[0].Code
	}
	return p.Code
}

func TestSAL2_Channels(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		minutes, off := int64(120), false
		added, err := marketing.AddChannel.Run(s.Marketing(), s.Ops, marketing.ChannelInput{Code: "web-ads", ParentID: s.Web, NameZH: "网络广告", FirstContactMinutes: 15})
		if err != nil {
			t.Fatal(err)
		}
		changed, err := marketing.ChangeChannel.Run(s.IT(), s.Ops, marketing.ChangeChannelInput{ChannelID: added.ID, FirstContactMinutes: &minutes, Active: &off, Version: &added.Version})
		if err != nil || changed.Version != added.Version+1 {
			t.Fatalf("changed = %+v, %v", changed, err)
		}
		if got := s.Facts(t); !slices.Equal(got, []string{"marketing.channel-added.1", "marketing.channel-changed.1"}) {
			t.Errorf("facts = %v", got)
		}
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			c, err := marketing.ChannelByID(ctx, tx, added.ID)
			if err != nil || c.FirstContactMinutes != 120 || c.Active || c.Parent != s.Web {
				t.Errorf("channel = %+v, %v", c, err)
			}
			tree, err := marketing.Channels(ctx, tx)
			if err != nil || !slices.Contains(tree.Under(s.Web), added.ID) {
				t.Errorf("tree lacks the channel: %v", err)
			}
			walkIn, err := marketing.WalkInChannel(ctx, tx)
			if err != nil || walkIn.Code != "walk-in" {
				t.Errorf("walk-in channel = %+v, %v", walkIn, err)
			}
			if _, err := marketing.ChannelByName(ctx, tx, "fax"); code(err) != "not-found" {
				t.Errorf("unknown channel: %v", err)
			}
			return nil
		})
		other := s.Clock.NewID()
		for name, tt := range map[string]struct {
			as   context.Context
			in   marketing.ChannelInput
			want string
		}{
			"code taken":     {s.Marketing(), marketing.ChannelInput{Code: "web", NameZH: "网"}, "code-taken"},
			"unknown parent": {s.Marketing(), marketing.ChannelInput{Code: "x", NameZH: "网", ParentID: other}, "unknown"},
			"no right":       {s.FrontDesk(s.HD), marketing.ChannelInput{Code: "x", NameZH: "网"}, "forbidden"},
		} {
			if _, err := marketing.AddChannel.Run(tt.as, s.Ops, tt.in); code(err) != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
		none := id.None
		for name, tt := range map[string]struct {
			in   marketing.ChangeChannelInput
			want string
		}{
			"stale":     {marketing.ChangeChannelInput{ChannelID: added.ID, ParentID: &none, Version: &added.Version}, "stale"},
			"loop":      {marketing.ChangeChannelInput{ChannelID: s.Web, ParentID: &added.ID}, "channel-loop"},
			"not there": {marketing.ChangeChannelInput{ChannelID: other, ParentID: &none}, "not-found"},
		} {
			if _, err := marketing.ChangeChannel.Run(s.Marketing(), s.Ops, tt.in); code(err) != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
		if _, err := marketing.ChangeChannel.Run(s.Marketing(), s.Ops, marketing.ChangeChannelInput{ChannelID: added.ID, ParentID: &none}); err != nil {
			t.Error(err)
		}
	})
}

// TestSAL2_SeedKeepsChanges: seeding again neither doubles nor undoes.
func TestSAL2_SeedKeepsChanges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		minutes := int64(5)
		if _, err := marketing.ChangeChannel.Run(s.IT(), s.Ops, marketing.ChangeChannelInput{ChannelID: s.Web, FirstContactMinutes: &minutes}); err != nil {
			t.Fatal(err)
		}
		count := func() (n int, web marketing.Channel) {
			s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
				tree, err := marketing.Channels(ctx, tx)
				web, _ = tree.ByID(s.Web)
				n = len(tree.Nodes())
				return err
			})
			return n, web
		}
		before, _ := count()
		if err := marketing.Seed(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if after, web := count(); after != before || web.FirstContactMinutes != 5 {
			t.Errorf("%d channels, were %d; web within %d minutes", after, before, web.FirstContactMinutes)
		}
	})
}

func TestMKT11_RecordLead(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		lead := marketing.Lead{Enquiry: s.Clock.NewID(), Person: s.Clock.NewID(), Channel: s.Web, Source: "Google", ExternalKey: "L-1", Row: 7}
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			lead.ID, err = marketing.RecordLead(ctx, tx, lead)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		lead.At = testkit.Morning
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			var got marketing.Lead
			if err := tx.Select(&got).Where("id = ?", lead.ID).Scan(ctx); err != nil {
				return err
			}
			lead.UTM = nil
			if !reflect.DeepEqual(got, lead) {
				t.Errorf("lead = %+v, want %+v", got, lead)
			}
			return nil
		})
	})
}

// place is where the first thing is wrong.
func place(err error) string {
	if p, ok := problem.As(err); ok && len(p.Fields) > 0 {
		return p.Fields[0].Location
	}
	return ""
}

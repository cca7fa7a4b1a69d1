package organization_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// refused demands a refusal with a code, of the whole or of a field.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok {
		t.Fatalf("error = %v, want the refusal %s", err, code)
	}
	if p.Code != code && !slices.ContainsFunc(p.Fields, func(f problem.Field) bool { return f.Code == code }) {
		t.Errorf("refused with %v, want %s", p, code)
	}
}

func ok[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func center(t *testing.T, s *testkit.School, key id.ID) (c organization.Center) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		c, err = organization.CenterByID(ctx, tx, key)
		return err
	})
	return c
}

func TestORG1_Centers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		hours := []organization.OpenHours{{Weekday: 1, From: 540, Until: 720}}
		made := ok[organization.Done](t)(organization.OpenCenter.Run(s.IT(), s.Ops, organization.CenterInput{Code: " ZJ ", NameZH: "之江", Hours: hours}))
		c := center(t, s, made.ID)
		if c.Code != "ZJ" || c.Zone != organization.DefaultZone || c.Status != "open" || !slices.Equal(c.Hours, hours) {
			t.Errorf("center = %+v", c)
		}
		changed := ok[organization.Changed](t)(organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: made.ID, Version: &c.Version, City: new("杭州")}))
		if got := center(t, s, made.ID); got.City != "杭州" || got.NameZH != "之江" || got.Version != changed.Version {
			t.Errorf("changed = %+v", got)
		}
		if want := []string{"organization.center-opened.1", "organization.center-changed.1"}; !slices.Equal(s.Facts(t), want) {
			t.Errorf("facts = %v", s.Facts(t))
		}
	})
}

func TestORG1_CentersRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for code, in := range map[string]organization.CenterInput{
			"required":   {Code: "A"},
			"code-taken": {Code: "HD", NameZH: "又一个"},
			"bad-zone":   {Code: "A", NameZH: "甲", Zone: "Asia/Nowhere"},
			"not-one-of": {Code: "A", NameZH: "甲", Status: "ajar"},
			"bad-hours":  {Code: "A", NameZH: "甲", Hours: []organization.OpenHours{{Weekday: 7, From: 0, Until: 60}}},
		} {
			_, err := organization.OpenCenter.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		_, err := organization.OpenCenter.Run(s.Principal(s.HD), s.Ops, organization.CenterInput{Code: "A", NameZH: "甲"})
		refused(t, err, "forbidden")
		_, err = organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.Course, City: new("x")})
		refused(t, err, "not-found")
		if got := s.Facts(t); len(got) != 0 {
			t.Errorf("facts = %v", got)
		}
	})
}

func TestORG1_Rooms(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		room := ok[organization.Changed](t)(organization.AddRoom.Run(s.IT(), s.Ops, organization.RoomInput{CenterID: s.HD, Name: "201", Seats: 12}))
		ok[organization.Changed](t)(organization.AddRoom.Run(s.IT(), s.Ops, organization.RoomInput{CenterID: s.CY, Name: "201", Seats: 8})) // another center's
		ok[organization.Changed](t)(organization.ChangeRoom.Run(s.IT(), s.Ops, organization.ChangeRoomInput{RoomID: room.ID, Seats: new(int64(14)), Active: new(false)}))
		for code, in := range map[string]organization.RoomInput{
			"room-taken": {CenterID: s.HD, Name: "201", Seats: 1}, "bad-seats": {CenterID: s.HD, Name: "202"}, "required": {CenterID: s.HD, Name: " ", Seats: 1},
		} {
			_, err := organization.AddRoom.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		s.Read(t, s.IT(), func(ctx context.Context, tx *op.Tx) error {
			list, err := organization.ListRooms(ctx, tx, organization.RoomFilter{Center: s.HD})
			if len(list.Items) != 1 || list.Total != 1 || list.Items[0].Seats != 14 || list.Items[0].Active {
				t.Errorf("rooms = %+v", list)
			}
			return err
		})
	})
}

// TestORG2_Positions: rights follow the positions valid today, at several centers at once.
func TestORG2_Positions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it, today := s.IT(), bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		staff := ok[organization.Done](t)(organization.AddStaff.Run(it, s.Ops, organization.StaffInput{Code: "W1", Name: "王芳", Phone: "138 0000 9001", Email: "wang@school.example"}))
		acc := organization.Account{Staff: staff.ID, Login: "wang"}
		give := func(role string, center id.ID, from, until bizdate.Date) id.ID {
			return ok[organization.Done](t)(organization.GivePosition.Run(it, s.Ops, organization.PositionInput{StaffID: staff.ID, Role: role, CenterID: center, From: from, Until: until})).ID
		}
		give("front-desk", s.HD, today-10, today-1) // over
		give("finance", s.CY, today, today)
		desk := give("consultant", s.HD, today, 0)
		give("principal", s.CY, today+1, 0) // tomorrow
		refresh := func() {
			if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
				t.Fatal(err)
			}
		}
		refresh()
		v := s.Dir.Viewer(acc)
		if !v.May("payment:reverse") || !v.May("quote:create") || v.May("visit:create") || v.May("enquiry:assign") {
			t.Errorf("rights = %v", v.Rights)
		}
		if got := v.Scope("payment:read"); !slices.Equal(got.Centers, []id.ID{s.CY}) || got.All {
			t.Errorf("payments of %v", got)
		}
		if got := v.Scope("enquiry:read"); len(got.Centers) != 0 || !slices.Equal(got.Staff, []id.ID{staff.ID}) {
			t.Errorf("enquiries of %v", got)
		}
		ok[organization.Changed](t)(organization.EndPosition.Run(it, s.Ops, organization.EndPositionInput{PositionID: desk, Until: today - 1}))
		refresh()
		if s.Dir.Viewer(acc).May("quote:create") {
			t.Error("a position that ended gives rights")
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 1))
		if v := s.Dir.Viewer(acc); !v.May("enquiry:assign") || v.May("payment:reverse") && !slices.Equal(v.Scope("payment:reverse").Centers, []id.ID{s.CY}) {
			t.Errorf("tomorrow's rights = %v", v.Rights)
		}
		ok[organization.Changed](t)(organization.ChangeStaff.Run(it, s.Ops, organization.ChangeStaffInput{StaffID: staff.ID, Active: new(false)}))
		refresh()
		if got := s.Dir.Viewer(acc).Rights; len(got) != 0 {
			t.Errorf("who left has the rights %v", got)
		}
	})
}

func TestORG2_Refused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		staff := s.StaffID(s.Consultant(s.HD))
		for code, in := range map[string]organization.PositionInput{
			"unknown":     {StaffID: staff, Role: "wizard"},
			"before-from": {StaffID: staff, Role: "it", From: 20_000, Until: 19_999},
			"not-found":   {StaffID: s.HD, Role: "it"},
		} {
			_, err := organization.GivePosition.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		for code, in := range map[string]organization.StaffInput{
			"code-taken": {Code: "it@company", Name: "x"}, "required": {Code: "x"}, "bad-phone": {Code: "x", Name: "x", Phone: "12"}, "bad-email": {Code: "x", Name: "x", Email: "x@"},
		} {
			_, err := organization.AddStaff.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		_, err := organization.AddStaff.Run(s.Consultant(s.HD), s.Ops, organization.StaffInput{Code: "x", Name: "x"})
		refused(t, err, "forbidden")
		if got := s.Facts(t); len(got) != 0 {
			t.Errorf("facts = %v", got)
		}
	})
}

// TestORG10_Stale: the second of two changes is refused.
func TestORG10_Stale(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := center(t, s, s.HD).Version
		ok[organization.Changed](t)(organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.HD, Version: &base, City: new("北京")}))
		_, err := organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.HD, Version: &base, City: new("上海")})
		refused(t, err, "stale")
		if got := center(t, s, s.HD).City; got != "北京" {
			t.Errorf("city = %s", got)
		}
	})
}

func TestORG1_Settings(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for code, in := range map[string]organization.SettingInput{
			"unknown": {Key: "pool.days", Value: "14"}, "setting-range": {Key: "appointment.reminder-minutes", Value: "0"}, "not-found": {Key: "appointment.reminder-minutes", Value: "30", CenterID: s.Course},
		} {
			_, err := organization.SetSetting.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		ok[organization.Done](t)(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: "appointment.reminder-minutes", Value: "60"}))
		ok[organization.Done](t)(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: "appointment.reminder-minutes", Value: "30", CenterID: s.HD}))
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		for center, want := range map[id.ID]string{s.HD: "30", s.CY: "60", id.None: "60"} {
			i := slices.IndexFunc(s.Dir.SettingValues(center), func(v organization.SettingValue) bool { return v.Key == "appointment.reminder-minutes" })
			if got := s.Dir.SettingValues(center)[i].Value; got != want {
				t.Errorf("minutes of %s = %s, want %s", center, got, want)
			}
		}
	})
}

// TestORG4_Lists: what a viewer lists is what its scope holds.
func TestORG4_Lists(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			centers, err := organization.ListCenters(ctx, tx, organization.CenterFilter{})
			if err != nil || centers.Total != 1 || centers.Items[0].ID != s.HD {
				t.Errorf("centers = %+v, %v", centers, err)
			}
			staff, err := organization.ListStaff(ctx, tx, "", nil, page.Request{Limit: 200})
			if err != nil {
				return err
			}
			for _, m := range staff.Items {
				if strings.HasSuffix(m.Code, "@CY") {
					t.Errorf("the principal of another center lists %s", m.Code)
				}
			}
			_, err = organization.CenterByID(ctx, tx, s.CY)
			refused(t, err, "not-found")
			return nil
		})
	})
}

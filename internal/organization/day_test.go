package organization_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// special enters special days and reads the directory again.
func special(t *testing.T, s *testkit.School, in organization.SpecialDayInput) organization.Changed {
	t.Helper()
	made := ok[organization.Changed](t)(organization.AddSpecialDay.Run(s.IT(), s.Ops, in))
	reread(t, s)
	return made
}

func reread(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

// openAt says at which whole hours of a day a center is open: the first, and how many.
func openAt(s *testkit.School, center id.ID, day bizdate.Date) [2]int {
	c := s.Dir.Calendar(center)
	out := [2]int{-1, 0}
	for h := range 24 {
		if c.Open(day.In(c.Zone).Add(time.Duration(h) * time.Hour)) {
			if out[0] < 0 {
				out[0] = h
			}
			out[1]++
		}
	}
	return out
}

// The shipped public holidays are days of the company with name and kind, and working time unless the company or a center says otherwise;
// a center's days go before the company's.
func TestORG1_SpecialDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		shut, usual := [2]int{-1, 0}, [2]int{9, 12}
		dragon := bizdate.New(2026, 6, 19)
		expect := func(what string, center id.ID, day bizdate.Date, want [2]int) {
			t.Helper()
			if got := openAt(s, center, day); got != want {
				t.Errorf("%s: open from %d for %d hours, want %v", what, got[0], got[1], want)
			}
		}
		if d, found := s.Dir.SpecialDay(s.HD, dragon); !found || d.Kind != organization.DayHoliday || d.NameZH != "端午节" || d.NameEN == "" {
			t.Errorf("19 June = %+v", d)
		}
		expect("a public holiday, as shipped", s.HD, dragon, usual)
		ok[organization.Done](t)(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{CenterID: s.HD, Key: organization.HolidaysWork, Value: "0"}))
		reread(t, s)
		expect("a public holiday where it closes", s.HD, dragon, shut)
		expect("at the other center", s.CY, dragon, usual)
		special(t, s, organization.SpecialDayInput{CenterID: s.HD, From: dragon, Kind: organization.DayOther, NameZH: "端午体验课", Hours: []organization.DayHours{{From: 600, Until: 720}}})
		expect("the center's day before the company's", s.HD, dragon, [2]int{10, 2})
		made := special(t, s, organization.SpecialDayInput{From: dragon + 10, Until: dragon + 12, Kind: organization.DayClosed, NameZH: "台风"})
		for d := dragon + 10; d <= dragon+12; d++ {
			expect("the company closed", s.HD, d, shut)
			expect("the company closed, other center", s.CY, d, shut)
		}
		expect("the day after", s.CY, dragon+13, usual)
		ok[organization.Changed](t)(organization.ChangeSpecialDay.Run(s.IT(), s.Ops, organization.ChangeSpecialDayInput{DayID: made.ID, Version: &made.Version, From: new(dragon + 20)}))
		reread(t, s)
		expect("moved away", s.CY, dragon+12, usual)
		expect("moved to", s.CY, dragon+22, shut)
		ok[organization.Done](t)(organization.RemoveSpecialDay.Run(s.IT(), s.Ops, organization.RemoveSpecialDayInput{DayID: made.ID}))
		reread(t, s)
		expect("removed", s.CY, dragon+22, usual)
		want := []string{"organization.setting-changed.1", "organization.special-day-added.1", "organization.special-day-added.1", "organization.special-day-changed.1", "organization.special-day-removed.1"}
		if got := s.Facts(t); !slices.Equal(got, want) {
			t.Errorf("facts = %v", got)
		}
		s.Check(t)
	})
}

// A make-up working day has the hours of the weekday that it stands for, where public holidays close.
func TestORG1_MakeUpDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		hours := []organization.OpenHours{{Weekday: 1, From: 9 * 60, Until: 10 * 60}, {Weekday: 3, From: 14 * 60, Until: 18 * 60}}
		ok[organization.Changed](t)(organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.HD, Hours: &hours}))
		sunday, saturday := bizdate.New(2026, 9, 20), bizdate.New(2026, 10, 10) // shipped: both make up for National Day
		made := special(t, s, organization.SpecialDayInput{CenterID: s.HD, From: sunday, Kind: organization.DayWorkday, NameZH: "补周三", Weekday: new(3)})
		for _, c := range []struct {
			holidays         string
			sunday, saturday [2]int
		}{{"1", [2]int{-1, 0}, [2]int{-1, 0}}, {"0", [2]int{14, 4}, [2]int{9, 1}}} {
			ok[organization.Done](t)(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: organization.HolidaysWork, Value: c.holidays}))
			reread(t, s)
			if a, b := openAt(s, s.HD, sunday), openAt(s, s.HD, saturday); a != c.sunday || b != c.saturday {
				t.Errorf("holidays %s: sunday %v, saturday %v", c.holidays, a, b)
			}
		}
		ok[organization.Changed](t)(organization.ChangeSpecialDay.Run(s.IT(), s.Ops, organization.ChangeSpecialDayInput{DayID: made.ID, Weekday: new(-1)}))
		reread(t, s)
		if got := openAt(s, s.HD, sunday); got != [2]int{9, 1} {
			t.Errorf("without a weekday: %v, want Monday's hours", got)
		}
	})
}

func TestORG1_SpecialDaysRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.New(2026, 6, 19)
		good := organization.SpecialDayInput{CenterID: s.HD, From: day + 30, Until: day + 32, Kind: organization.DayClosed, NameZH: "装修"}
		made := special(t, s, good)
		for code, edit := range map[string]func(in *organization.SpecialDayInput){
			"required":   func(in *organization.SpecialDayInput) { in.NameZH = "  " },
			"day-span":   func(in *organization.SpecialDayInput) { in.From, in.Until = day+50, day+49 },
			"not-one-of": func(in *organization.SpecialDayInput) { in.Kind = "half" },
			"day-taken":  func(in *organization.SpecialDayInput) { in.From, in.Until = day+32, 0 },
			"bad-hours": func(in *organization.SpecialDayInput) {
				in.From, in.Until, in.Kind, in.Hours = day+60, 0, organization.DayOther, []organization.DayHours{{From: 600, Until: 700}, {From: 690, Until: 800}}
			},
		} {
			in := good
			edit(&in)
			_, err := organization.AddSpecialDay.Run(s.IT(), s.Ops, in)
			refused(t, err, code)
		}
		_, err := organization.AddSpecialDay.Run(s.IT(), s.Ops, organization.SpecialDayInput{From: day, Kind: organization.DayClosed, NameZH: "又一个端午"})
		refused(t, err, "day-taken") // the shipped one
		_, err = organization.AddSpecialDay.Run(s.FrontDesk(s.HD), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: day, Kind: organization.DayClosed, NameZH: "x"})
		refused(t, err, "forbidden")
		_, err = organization.ChangeSpecialDay.Run(s.IT(), s.Ops, organization.ChangeSpecialDayInput{DayID: made.ID, Version: new(made.Version + 1), NameZH: new("y")})
		refused(t, err, "stale")
		_, err = organization.RemoveSpecialDay.Run(s.Principal(s.CY), s.Ops, organization.RemoveSpecialDayInput{DayID: made.ID})
		refused(t, err, "not-found")
		company := special(t, s, organization.SpecialDayInput{From: day + 80, Kind: organization.DayClosed, NameZH: "全公司"})
		_, err = organization.RemoveSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.RemoveSpecialDayInput{DayID: company.ID})
		refused(t, err, "forbidden")
		// a principal sets the days of the own center, not the company's, nor another's
		_, err = organization.AddSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.SpecialDayInput{From: day + 70, Kind: organization.DayClosed, NameZH: "全公司"})
		refused(t, err, "forbidden")
		_, err = organization.AddSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.SpecialDayInput{CenterID: s.CY, From: day + 70, Kind: organization.DayClosed, NameZH: "别人的"})
		refused(t, err, "not-found")
		own := ok[organization.Changed](t)(organization.AddSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: day + 70, Kind: organization.DayClosed, NameZH: "自己的"}))
		ok[organization.Changed](t)(organization.ChangeSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.ChangeSpecialDayInput{DayID: own.ID, NameZH: new("装修")}))
		ok[organization.Done](t)(organization.RemoveSpecialDay.Run(s.Principal(s.HD), s.Ops, organization.RemoveSpecialDayInput{DayID: own.ID}))
	})
}

// What was added, changed or removed by mistake is taken back by one click (UI-B2).
func TestUIB2_SpecialDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.New(2026, 7, 1)
		undo := func(do func(ctx context.Context) error) {
			t.Helper()
			ctx := op.WithUndo(s.IT())
			if err := do(ctx); err != nil {
				t.Fatal(err)
			}
			if err := s.Ops.Undo(s.IT(), op.Offered(ctx)); err != nil {
				t.Error(err)
			}
			reread(t, s)
		}
		undo(func(ctx context.Context) error {
			_, err := organization.AddSpecialDay.Run(ctx, s.Ops, organization.SpecialDayInput{From: day, Kind: organization.DayClosed, NameZH: "错的"})
			return err
		})
		if _, found := s.Dir.SpecialDay(s.HD, day); found {
			t.Error("the added day is still there")
		}
		made := special(t, s, organization.SpecialDayInput{From: day, Until: day + 1, Kind: organization.DayOther, NameZH: "半天", Hours: []organization.DayHours{{From: 540, Until: 720}}})
		before, _ := s.Dir.SpecialDay(s.HD, day)
		undo(func(ctx context.Context) error {
			_, err := organization.ChangeSpecialDay.Run(ctx, s.Ops, organization.ChangeSpecialDayInput{DayID: made.ID, Kind: new(organization.DayClosed), Until: new(day)})
			return err
		})
		undo(func(ctx context.Context) error {
			_, err := organization.RemoveSpecialDay.Run(ctx, s.Ops, organization.RemoveSpecialDayInput{DayID: made.ID})
			return err
		})
		after, _ := s.Dir.SpecialDay(s.HD, day+1)
		if after.Kind != before.Kind || after.Until != before.Until || !slices.Equal(after.Hours, before.Hours) || !after.Active {
			t.Errorf("after undoing: %+v, was %+v", after, before)
		}
	})
}

// What a company changed or removed of the shipped days stays so when the program writes them again.
func TestORG1_ShippedDaysStayAsChanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		dragon, national := bizdate.New(2026, 6, 19), bizdate.New(2026, 10, 1)
		a, _ := s.Dir.SpecialDay(id.None, dragon)
		b, _ := s.Dir.SpecialDay(id.None, national)
		ok[organization.Done](t)(organization.RemoveSpecialDay.Run(s.IT(), s.Ops, organization.RemoveSpecialDayInput{DayID: a.ID}))
		ok[organization.Changed](t)(organization.ChangeSpecialDay.Run(s.IT(), s.Ops, organization.ChangeSpecialDayInput{DayID: b.ID, From: new(national + 1), Until: new(national + 2)}))
		if err := organization.Seed(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		reread(t, s)
		if d, found := s.Dir.SpecialDay(id.None, dragon); found {
			t.Errorf("the removed day is back: %+v", d)
		}
		if d, found := s.Dir.SpecialDay(id.None, national); found {
			t.Errorf("the moved day is back: %+v", d)
		}
	})
}

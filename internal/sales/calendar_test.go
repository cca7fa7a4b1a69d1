package sales_test

import (
	"testing"
	"time"

	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// shut closes days of a center, or of the company, by hand of who sets it up.
func shut(t *testing.T, s *testkit.School, in organization.SpecialDayInput) {
	t.Helper()
	in.NameZH = "停课"
	must(organization.AddSpecialDay.Run(s.IT(), s.Ops, in))(t)
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

// Nobody is invited to a day on which the center is closed, nor to hours of a special day that are none.
func TestSAL4_ClosedDayRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day, own, key := today(s)+5, s.Consultant(s.HD), touched(t, s)
		shut(t, s, organization.SpecialDayInput{CenterID: s.HD, From: day, Until: day + 1, Kind: organization.DayClosed})
		shut(t, s, organization.SpecialDayInput{From: day + 2, Kind: organization.DayOther, Hours: []organization.DayHours{{From: 7 * 60, Until: 8 * 60}}})
		book := func(at time.Time) func() error {
			return func() error { return second(sales.Book.Run(own, s.Ops, sales.BookInput{EnquiryID: key, Starts: at})) }
		}
		refuse(t, s, map[string]refused{
			"closed day":      {book(at(s, day+1, 15, 0)), "422 invalid starts_at:center-closed-day"},
			"hours of others": {book(at(s, day+2, 15, 0)), "422 invalid starts_at:center-closed"},
		})
		a := must(sales.Book.Run(own, s.Ops, sales.BookInput{EnquiryID: key, Starts: at(s, day+2, 7, 30)}))(t)
		refuse(t, s, map[string]refused{
			"moved there": {func() error {
				return second(sales.Move.Run(own, s.Ops, sales.MoveInput{AppointmentID: a.ID, Starts: at(s, day, 15, 0)}))
			}, "422 invalid starts_at:center-closed-day"},
		})
	})
}

// The time for the first contact stands still on closed days: on those known when the enquiry was entered, and on those that were closed
// since; opening a day takes nobody's time.
func TestSAL2_ClosedDayStopsTheClock(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := today(s)
		usual := enquiry(t, s, s.Enquiry(t, s.HD).ID)
		wait := s.Dir.Calendar(s.HD).Working(usual.Entered, usual.ContactDue)
		shut(t, s, organization.SpecialDayInput{CenterID: s.HD, From: day + 1, Until: day + 2, Kind: organization.DayClosed})
		s.Clock.Set(at(s, day+1, 10, 0))
		late := enquiry(t, s, s.Enquiry(t, s.HD).ID)
		if want := at(s, day+3, 9, 0).Add(wait); !late.ContactDue.Equal(want) {
			t.Errorf("entered on a closed day: due %s, want %s", late.ContactDue, want)
		}
		if other := enquiry(t, s, s.Enquiry(t, s.CY).ID); !other.ContactDue.Equal(at(s, day+1, 10, 0).Add(wait)) {
			t.Errorf("the other center's clock stands still: %s", other.ContactDue)
		}
		shut(t, s, organization.SpecialDayInput{CenterID: s.HD, From: day + 3, Kind: organization.DayClosed})
		s.Clock.Set(late.ContactDue.Add(time.Minute))
		run(t, s)
		e := enquiry(t, s, late.ID)
		if want := at(s, day+4, 9, 0).Add(wait); e.Breached || !e.ContactDue.Equal(want) {
			t.Errorf("closed since: breached %t, due %s, want %s", e.Breached, e.ContactDue, want)
		}
		if u := enquiry(t, s, usual.ID); !u.Breached || !u.ContactDue.Equal(usual.ContactDue) {
			t.Errorf("the enquiry of the open day: breached %t, due %s", u.Breached, u.ContactDue)
		}
		s.Clock.Set(e.ContactDue.Add(time.Minute))
		run(t, s)
		if !enquiry(t, s, late.ID).Breached {
			t.Error("the postponed deadline passed unnoticed")
		}
		s.Check(t)
	})
}

// A step of the ladder waits for working days: closed ones do not count.
func TestSAL2_LadderSkipsClosedDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := today(s)
		e := s.Enquiry(t, s.HD)
		shut(t, s, organization.SpecialDayInput{From: day + 1, Until: day + 4, Kind: organization.DayClosed})
		told := func() (n int) {
			for _, kind := range s.Facts(t) {
				if kind == "sales.contact-escalated.1" {
					n++
				}
			}
			return n
		}
		s.Clock.Set(at(s, day+4, 12, 0))
		run(t, s)
		run(t, s)
		if n := told(); n != 0 {
			t.Errorf("%d steps were done on closed days", n)
		}
		s.Clock.Set(at(s, day+7, 12, 0))
		run(t, s)
		if n := told(); n != 1 {
			t.Errorf("after three working days %d steps were done for %s", n, e.ID)
		}
	})
}

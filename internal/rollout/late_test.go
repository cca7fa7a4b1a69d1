package rollout_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// An old list of 50 rows: nobody is late at the import, whose time is the beginning of each first contact and of the ladder; what the list
// tells of as signed or lost has no first contact. Whoever watches the center hears once of each thing, with how often, not row by row.
func TestSAL2_ImportOfAnOldList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, owner := s.As("supervisor", s.HD), s.Consultant(s.HD)
		lines := []string{"编号,姓名,手机号,来源,登记日期,结果"}
		for i := range 50 {
			lines = append(lines, fmt.Sprintf("k%d,何%c,138%08d,web,%s,", i, rune('一'+i), i, testkit.Morning.AddDate(0, 0, -10-i).Format(time.DateOnly)))
		}
		lines = append(lines, "k50,何甲,13900000050,web,2025-01-05,signed", "k51,何乙,13900000051,web,2025-01-05,lost")
		if r := bring(t, s, rollout.Options{Path: write(t, lines...), Center: s.HD}); r.Accepted != 52 {
			t.Fatalf("%+v", r)
		}
		came := told(t, s, owner)
		due(t, s)
		if got := told(t, s, boss); len(got) > 0 {
			t.Errorf("at the import the supervisor is told %v", got)
		}
		list := newOnes(t, s)
		if len(list) != 50 {
			t.Fatalf("%d enquiries wait for a first contact, want 50", len(list))
		}
		first := list[0].ContactDue
		for _, e := range list {
			if !e.ContactDue.Equal(first) || !first.After(s.Clock.Now()) || e.Entered.After(testkit.Morning.AddDate(0, 0, -9)) {
				t.Fatalf("entered %s, first contact due %s", e.Entered, e.ContactDue)
			}
		}
		owners := map[id.ID]id.ID{}
		for _, e := range list {
			owners[e.ID] = e.Consultant
		}
		s.Clock.Set(first.Add(time.Minute))
		due(t, s)
		due(t, s)
		if got := told(t, s, boss); !slices.Equal(got, []string{"breach × 50 /enquiries?outcome=open&breached=true"}) {
			t.Errorf("when they are late the supervisor is told %v", got)
		}
		if got := told(t, s, owner); !slices.Equal(got, came) {
			t.Errorf("the owner is told %v", got)
		}
		for _, e := range newOnes(t, s) {
			if e.Consultant != owners[e.ID] {
				t.Fatal("the ladder moved a row by its age before the import")
			}
		}
		s.Clock.Set(testkit.Morning.AddDate(0, 0, 14)) // the shipped steps: day 3, 5, 7
		for range 3 {
			due(t, s)
		}
		if got := told(t, s, boss); len(got) != 2 || !strings.HasPrefix(got[1], "contact-late-days × 50 ") {
			t.Errorf("by the ladder the supervisor is told %v", got)
		}
		for _, n := range told(t, s, owner) {
			if !strings.Contains(n, " × ") {
				t.Errorf("the owner is told row by row: %s", n)
			}
		}
		s.Check(t)
	})
}

// A row that is not old keeps the time of its entry.
func TestSAL2_ImportOfToday(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		bring(t, s, rollout.Options{Path: write(t, "编号,姓名,手机号,来源,登记日期", "k1,何甲,13900000001,web,"+testkit.Morning.Format(time.DateOnly)+" 09:00"), Center: s.HD})
		s.Enquiry(t, s.HD) // entered by hand, now
		list := newOnes(t, s)
		if len(list) != 2 || list[0].ContactDue.Equal(list[1].ContactDue) {
			t.Errorf("%+v", list)
		}
	})
}

// A day that is closed after the import gives what was imported more time too (ORG-1, SAL-2).
func TestSAL2_ImportedBeforeAClosedDay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		bring(t, s, rollout.Options{Path: write(t, "编号,姓名,手机号,来源,登记日期", "k1,何甲,13900000001,web,2026-01-05"), Center: s.HD})
		list := newOnes(t, s)
		at := list[0].ContactDue
		day := bizdate.Of(at, s.Dir.Zone(s.HD))
		if _, err := organization.AddSpecialDay.Run(s.IT(), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: day, Kind: organization.DayClosed, NameZH: "停电"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(at.Add(time.Minute))
		due(t, s)
		got := newOnes(t, s)[0]
		if got.Breached || bizdate.Of(got.ContactDue, s.Dir.Zone(s.HD)) <= day {
			t.Errorf("breached %t, due %s, was %s", got.Breached, got.ContactDue, at)
		}
		s.Clock.Set(got.ContactDue.Add(time.Minute))
		due(t, s)
		if !newOnes(t, s)[0].Breached {
			t.Error("the postponed deadline passed unnoticed")
		}
	})
}

func due(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := sales.DueWork(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

// newOnes lists the open enquiries without a first contact.
func newOnes(t *testing.T, s *testkit.School) []sales.Enquiry {
	t.Helper()
	var list sales.EnquiryList
	s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = sales.Enquiries(ctx, tx, sales.EnquiryFilter{Stage: sales.New, Limit: 100})
		return err
	})
	return list.Items
}

// told lists what somebody was told, oldest first: kind, how often, link if it was more than once.
func told(t *testing.T, s *testkit.School, ctx context.Context) (out []string) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		list, _, err := process.Notices(ctx, tx, id.None, 100)
		for _, n := range slices.Backward(list) {
			text := n.Kind
			if n.Times > 1 {
				text += fmt.Sprintf(" × %d %s", n.Times, n.Link)
			}
			out = append(out, text)
		}
		return err
	})
	return out
}

package sales_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

const day = 24 * time.Hour

func later(s *testkit.School, d time.Duration) { s.Clock.Set(s.Clock.Now().Add(d)) }

func returnIdle(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := sales.ReturnIdle(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, s *testkit.School, key, value string) {
	t.Helper()
	must(organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{CenterID: s.HD, Key: key, Value: value}))(t)
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

func pool(t *testing.T, s *testkit.School, ctx context.Context) (keys []id.ID) {
	t.Helper()
	list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.PoolList, error) {
		return sales.Pool(ctx, tx, sales.PoolFilter{Limit: 100})
	})
	for _, e := range list.Items {
		keys = append(keys, e.ID)
	}
	if int64(len(keys)) != list.Total {
		t.Errorf("%d entries, total %d", len(keys), list.Total)
	}
	return keys
}

func claim(ctx context.Context, s *testkit.School, key id.ID) error {
	return second(sales.Claim.Run(ctx, s.Ops, sales.EnquiryInput{EnquiryID: key}))
}

// pooledOne is an enquiry that returned to the pool of Haidian.
func pooledOne(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	e := s.Enquiry(t, s.HD)
	later(s, 31*day)
	returnIdle(t, s)
	if got := enquiry(t, s, e.ID); got.Stage != sales.Pooled {
		t.Fatalf("stage %s", got.Stage)
	}
	return e.ID
}

// An enquiry returns to the pool after the days of its grade without a contact, and not a moment before; its owner and the supervisor are
// told once, its reached stage stays, and the log leads to the same.
func TestPPL8_Return(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		owner, boss := s.Consultant(s.HD), s.As("supervisor", s.HD)
		called, graded, expected := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		touch(t, s, called.ID, "")
		touch(t, s, expected.ID, "")
		must(people.RecordTouch.Run(owner, s.Ops, people.TouchInput{EnquiryID: graded.ID, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1, Grade: "A"}))(t)
		if got := enquiry(t, s, graded.ID).Grade; got != "A" {
			t.Errorf("grade %q", got)
		}
		later(s, 15*day-time.Second)
		returnIdle(t, s)
		same(t, "stage before the time", []string{string(enquiry(t, s, graded.ID).Stage)}, []string{"contacted"})
		later(s, 2*time.Second)
		must(sales.Book.Run(owner, s.Ops, sales.BookInput{EnquiryID: expected.ID, Starts: s.Clock.Now().Add(40 * day)}))(t)
		before := len(notices(t, s, owner))
		got := since(t, s, func() { returnIdle(t, s); returnIdle(t, s) })
		same(t, "facts", got, []string{"sales.enquiry-pooled.1"})
		e := enquiry(t, s, graded.ID)
		if e.Stage != sales.Pooled || e.Reached != sales.Contacted || !e.Consultant.IsNone() || e.LastOwner != s.StaffID(owner) || e.Outcome != "open" {
			t.Errorf("enquiry = %+v", e)
		}
		same(t, "owner was told", notices(t, s, owner)[before:], []string{"pooled"})
		told := notices(t, s, boss)
		same(t, "supervisor was told", told[len(told)-1:], []string{"pooled-team"})
		set(t, s, "pool.days-none", "0")
		later(s, 30*day)
		if got := since(t, s, func() { returnIdle(t, s) }); len(got) != 0 {
			t.Errorf("where it never returns: %v", got)
		}
		set(t, s, "pool.days-none", "30")
		same(t, "without a grade, nobody expected", since(t, s, func() { returnIdle(t, s) }), []string{"sales.enquiry-pooled.1"})
		if got := enquiry(t, s, called.ID).Stage; got != sales.Pooled {
			t.Errorf("called: %s", got)
		}
		if got := refusal(second(sales.ReturnToPool.Run(s.System(), s.Ops, sales.EnquiryInput{EnquiryID: expected.ID}))); got != "422 not-idle enquiry_id:" {
			t.Errorf("somebody is expected: %s", got)
		}
		s.Check(t)
	})
}

// A claim makes it one's own and open again where it had come to; who had it waits, the limits of a day hold, another center sees nothing.
func TestPPL8_Claim(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		owner, other := s.Consultant(s.HD), s.Consultant2(s.HD)
		keys := []id.ID{s.Enquiry(t, s.HD).ID, s.Enquiry(t, s.HD).ID, s.Enquiry(t, s.HD).ID, s.Enquiry(t, s.HD).ID}
		own := s.StaffID(owner)
		s.Exec(t, "UPDATE enquiries SET consultant = ?", own)
		s.Exec(t, "UPDATE assignment_turns SET open_count = CASE WHEN staff = ? THEN 4 ELSE 0 END", own)
		touch(t, s, keys[0], "")
		later(s, 31*day)
		returnIdle(t, s)
		if n := len(pool(t, s, other)); n != 4 {
			t.Fatalf("%d in the pool", n)
		}
		if n := len(pool(t, s, s.Consultant(s.CY))); n != 0 {
			t.Errorf("another center sees %d", n)
		}
		set(t, s, "pool.claims-per-day", "2")
		refuse(t, s, map[string]refused{
			"last owner":   {func() error { return claim(owner, s, keys[0]) }, "422 own-return enquiry_id:"},
			"other center": {func() error { return claim(s.Consultant(s.CY), s, keys[0]) }, "404 not-found"},
			"front desk":   {func() error { return claim(s.FrontDesk(s.HD), s, keys[0]) }, "403 forbidden"},
			"supervisor":   {func() error { return claim(s.As("supervisor", s.HD), s, keys[0]) }, "403 forbidden"},
		})
		same(t, "facts", since(t, s, func() { must(0, claim(other, s, keys[0]))(t) }), []string{"sales.enquiry-claimed.1"})
		e := enquiry(t, s, keys[0])
		if e.Stage != sales.Contacted || e.Consultant != s.StaffID(other) || e.NextDay != today(s) {
			t.Errorf("claimed: %+v", e)
		}
		must(0, claim(other, s, keys[1]))(t)
		refuse(t, s, map[string]refused{
			"limit of the day": {func() error { return claim(other, s, keys[2]) }, "422 claim-limit enquiry_id:"},
			"claimed already":  {func() error { return claim(owner, s, keys[1]) }, "422 already-claimed enquiry_id:"},
		})
		must(sales.Assign.Run(s.As("supervisor", s.HD), s.Ops, sales.AssignInput{EnquiryID: keys[3], ConsultantID: own, Reason: "by-hand"}))(t)
		if got := enquiry(t, s, keys[3]); got.Stage != sales.New || got.Consultant != own {
			t.Errorf("given by the supervisor: %+v", got)
		}
		later(s, 30*day)
		must(0, claim(owner, s, keys[2]))(t)
		s.Check(t)
	})
}

// Of fifty consultants who claim one enquiry at once, one has it and the others are told.
func TestPPL8_ClaimRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := pooledOne(t, s)
		viewer, _ := op.ViewerOf(s.Consultant2(s.HD))
		var racers []context.Context
		for i := range 50 {
			name := "racer" + strconv.Itoa(i)
			staff := must(organization.AddStaff.Run(s.System(), s.Ops, organization.StaffInput{Code: name, Name: name}))(t).ID
			must(organization.GivePosition.Run(s.System(), s.Ops, organization.PositionInput{StaffID: staff, Role: "consultant", CenterID: s.HD, From: bizdate.New(2020, 1, 1)}))(t)
			v := *viewer
			v.Account, v.Staff = s.Clock.NewID(), staff
			racers = append(racers, op.WithViewer(t.Context(), &v))
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		results := make([]error, len(racers))
		var all sync.WaitGroup
		for i, ctx := range racers {
			all.Go(func() { results[i] = claim(ctx, s, key) })
		}
		all.Wait()
		won := 0
		for i, err := range results {
			switch {
			case err == nil:
				won++
				if v, _ := op.ViewerOf(racers[i]); enquiry(t, s, key).Consultant != v.Staff {
					t.Error("who won has it not")
				}
			case refusal(err) != "422 already-claimed enquiry_id:":
				t.Errorf("another one: %s", refusal(err))
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE kind = 'sales.enquiry-claimed.1'"); n != 1 {
			t.Errorf("%d facts", n)
		}
		s.Check(t)
	})
}

// A claim is taken back while nothing else happened; it counts for the day all the same.
func TestPPL8_ClaimUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := pooledOne(t, s)
		last := enquiry(t, s, key).LastOwner
		who := s.Consultant2(s.HD)
		if s.StaffID(who) == last {
			who = s.Consultant(s.HD)
		}
		ctx := op.WithUndo(who)
		must(0, claim(ctx, s, key))(t)
		if got := undo(s, ctx); got != "<nil>" {
			t.Fatalf("undo: %s", got)
		}
		if e := enquiry(t, s, key); e.Stage != sales.Pooled || !e.Consultant.IsNone() || e.LastOwner != last {
			t.Errorf("after the undo: %+v", e)
		}
		used := ask(t, s, who, sales.PoolUsed)
		if used.Claims != 1 {
			t.Errorf("used %+v", used)
		}
		ctx = op.WithUndo(who)
		must(0, claim(ctx, s, key))(t)
		must(people.RecordTouch.Run(who, s.Ops, people.TouchInput{EnquiryID: key, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: today(s) + 1}))(t)
		if got := undo(s, ctx); got != "422 undo-changed undo:" {
			t.Errorf("after a call: %s", got)
		}
		refuse(t, s, map[string]refused{
			"by API": {func() error { return second(sales.WithdrawClaim.Run(who, s.Ops, sales.EnquiryInput{EnquiryID: key})) }, "422 undo-changed undo:"},
		})
		s.Check(t)
	})
}

// The pool shows what an enquiry is about; who asks is read after asking for it, which is counted, and no phone is shown.
func TestPPL8_View(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b := s.Enquiry(t, s.HD).ID, s.Enquiry(t, s.HD).ID
		later(s, 31*day)
		returnIdle(t, s)
		who := s.Consultant2(s.HD)
		view := func(key id.ID) error {
			return second(sales.ViewPoolEntry.Run(who, s.Ops, sales.EnquiryInput{EnquiryID: key}))
		}
		read := func(key id.ID) (out sales.Viewed, err error) {
			err = s.Ops.Read(who, func(ctx context.Context, tx *op.Tx) error {
				out, err = sales.ViewedEntry(ctx, tx, key)
				return err
			})
			return out, err
		}
		if got := refusal(second(read(a))); got != "422 view-first enquiry_id:" {
			t.Errorf("unasked: %s", got)
		}
		set(t, s, "pool.views-per-day", "1")
		same(t, "facts", since(t, s, func() { must(0, view(a))(t) }), []string{"sales.pool-entry-viewed.1"})
		must(0, view(a))(t) // again counts once
		if v := must(read(a))(t); v.Name == "" {
			t.Errorf("viewed %+v", v)
		}
		before := len(s.Facts(t))
		for range 2 { // it is reported once a day (PPL-10)
			if got := refusal(view(b)); got != "422 view-limit enquiry_id:" {
				t.Errorf("limit of the day: %s", got)
			}
		}
		same(t, "facts of the refusals", s.Facts(t)[before:], []string{"people.reveal-limit-reached.1"})
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'pool-limit'"); n == 0 {
			t.Error("nobody who watches the center is told")
		}
		later(s, 11*time.Minute)
		if got := refusal(second(read(a))); got != "422 view-first enquiry_id:" {
			t.Errorf("ten minutes later: %s", got)
		}
	})
}

// The grade of intention is set by hand too, and that is taken back.
func TestPPL8_Grade(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, b, bad := s.Enquiry(t, s.HD), "B", "Z"
		ctx := op.WithUndo(s.Principal(s.HD))
		must(sales.ChangeEnquiry.Run(ctx, s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, Grade: &b}))(t)
		if got := enquiry(t, s, e.ID).Grade; got != "B" {
			t.Errorf("grade %q", got)
		}
		if got := undo(s, ctx); got != "<nil>" || enquiry(t, s, e.ID).Grade != "" {
			t.Errorf("undo: %s", got)
		}
		refuse(t, s, map[string]refused{
			"no grade": {func() error {
				return second(sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, Grade: &bad}))
			}, "422 invalid grade:not-one-of"},
		})
	})
}

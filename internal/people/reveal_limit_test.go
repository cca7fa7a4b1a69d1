package people_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// told lists what somebody was told, newest first.
func told(t *testing.T, s *testkit.School, ctx context.Context) (kinds []string) {
	t.Helper()
	for _, n := range ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]process.Notice, error) {
		list, _, err := process.Notices(ctx, tx, id.None, 50)
		return list, err
	}) {
		kinds = append(kinds, n.Kind+" "+n.Params["staff"])
	}
	return kinds
}

func limit(t *testing.T, s *testkit.School, role string, n int) {
	t.Helper()
	s.Exec(t, "UPDATE role_fields SET reveals_per_day = ? WHERE role = ?", n, role)
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

// More reveals than the role's limit are refused and reported: once a day, as a fact, to who watches the center. Nothing is shown,
// and the refused one leaves no fact of its own (PPL-10).
func TestPPL10_RefusalIsReported(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss := s.FrontDesk(s.HD), s.As("supervisor", s.HD)
		limit(t, s, "front-desk", 2)
		list := []id.ID{s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)}
		n := len(s.Facts(t))
		reveal := func(ctx context.Context, key id.ID) string {
			return refusal(second(people.Reveal.Run(op.WithKey(ctx, key.String()), s.Ops, people.RevealInput{PersonID: key})))
		}
		for i, want := range []string{"<nil>", "<nil>", "422 reveal-limit person_id:", "422 reveal-limit person_id:"} {
			if got := reveal(desk, list[i]); got != want {
				t.Errorf("reveal %d: %s, want %s", i, got, want)
			}
		}
		reveal(desk, list[3]) // the same again, with the same key
		want := []string{"people.phone-revealed.1", "people.phone-revealed.1", "people.reveal-limit-reached.1"}
		if got := s.Facts(t)[n:]; !slices.Equal(got, want) {
			t.Errorf("facts = %v, want %v", got, want)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE kind = 'people.reveal-limit-reached.1' AND by_login = 'system' AND center = ? AND payload LIKE ? AND payload LIKE '%\"shown\":2%'",
			s.HD, "%"+s.StaffID(desk).String()+"%"); n != 1 {
			t.Error("the fact does not say who was refused after how many")
		}
		if got := told(t, s, boss); !slices.Equal(got, []string{"reveal-limit " + s.Login("front-desk", s.HD)}) {
			t.Errorf("supervisor was told %v", got)
		}
		for name, ctx := range map[string]context.Context{"front desk": desk, "principal": s.Principal(s.HD), "other supervisor": s.As("supervisor", s.CY)} {
			if got := told(t, s, ctx); len(got) != 0 {
				t.Errorf("%s was told %v", name, got)
			}
		}
		if got := ask(t, s, desk, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
			return people.Revealed(ctx, tx, list[2])
		}); len(got) != 0 {
			t.Errorf("shown all the same: %+v", got)
		}
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		for _, key := range []id.ID{s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)} {
			reveal(desk, key)
		}
		if got := told(t, s, boss); len(got) != 2 {
			t.Errorf("the next day supervisor was told %v", got)
		}
		s.Check(t)
	})
}

// Who watches is not the one to be told of oneself: of a supervisor the principal hears, of a principal the supervisor, of a general
// manager another one.
func TestPPL10_WhoWatchesIsReportedToo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss, principal := s.As("supervisor", s.HD), s.Principal(s.HD)
		limit(t, s, "supervisor", 0)
		if got := refusal(second(people.Reveal.Run(boss, s.Ops, people.RevealInput{PersonID: s.Person(t, s.HD)}))); got != "422 reveal-limit person_id:" {
			t.Error(got)
		}
		if a, b := told(t, s, boss), told(t, s, principal); len(a) != 0 || len(b) != 1 {
			t.Errorf("supervisor was told %v, principal %v", a, b)
		}
	})
}

// What was looked up as a likely duplicate counts as well, and its refusal is reported (PPL-4, PPL-10).
func TestPPL10_DuplicatesBeyondTheLimitAreReported(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		limit(t, s, "front-desk", 0)
		register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "何静", Phones: phones("13800138000")})
		list, err := people.FindDuplicates(s.FrontDesk(s.HD), s.Ops, people.Candidate{Name: "何静", Phones: []string{"+8613800138000"}})
		if err != nil || len(list) != 1 || list[0].Revealed {
			t.Errorf("duplicates = %+v, %v", list, err)
		}
		if got := told(t, s, s.As("supervisor", s.HD)); len(got) != 1 {
			t.Errorf("supervisor was told %v", got)
		}
	})
}

// Nobody reports by hand, and other refusals are no report.
func TestPPL10_ReportRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, key := s.FrontDesk(s.HD), s.Person(t, s.HD)
		n := len(s.Facts(t))
		v, _ := op.ViewerOf(desk)
		in := people.NoteRevealLimitInput{AccountID: v.Account, StaffID: v.Staff, CenterID: s.HD, PersonID: key, Field: "phone"}
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"front desk": {second(people.NoteRevealLimit.Run(desk, s.Ops, in)), "403 forbidden"},
			"it":         {second(people.NoteRevealLimit.Run(s.IT(), s.Ops, in)), "403 forbidden"},
			"finance":    {second(people.Reveal.Run(s.Finance(s.HD), s.Ops, people.RevealInput{PersonID: key})), "403 forbidden"},
			"elsewhere":  {second(people.Reveal.Run(s.FrontDesk(s.CY), s.Ops, people.RevealInput{PersonID: key})), "404 not-found"},
		} {
			if refusal(c.err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(c.err), c.want)
			}
		}
		if got := s.Facts(t)[n:]; len(got) != 0 {
			t.Errorf("facts = %v", got)
		}
		if _, err := people.NoteRevealLimit.Run(s.System(), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		if err := second(people.NoteRevealLimit.Run(s.System(), s.Ops, in)); refusal(err) != "422 limit-noted account_id:" {
			t.Errorf("twice a day: %s", refusal(err))
		}
	})
}

// How a phone is shown follows from the role (PPL-10): as the roles are shipped.
func TestPPL10_MaskByRole(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		full := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
			return people.Contacts(ctx, tx, e.PersonID)
		})[0].Value
		masked := full[3:6] + "****" + full[10:]
		for name, c := range map[string]struct {
			ctx  context.Context
			want []string
		}{
			"owner": {s.Consultant(s.HD), []string{full}}, "front desk": {s.FrontDesk(s.HD), []string{masked}}, "principal": {s.Principal(s.HD), []string{masked}},
			"finance": {s.Finance(s.HD), []string{masked}}, "general manager": {s.GM(), []string{masked}}, "colleague": {s.Consultant2(s.HD), nil},
			"other desk": {s.FrontDesk(s.CY), nil}, "teacher": {s.As("teacher", s.HD), nil}, "marketing": {s.Marketing(), nil}, "it": {s.IT(), nil},
		} {
			var got []string
			for _, k := range ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
				return people.Contacts(ctx, tx, e.PersonID)
			}) {
				got = append(got, k.Value)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s reads %v, want %v", name, got, c.want)
			}
		}
	})
}

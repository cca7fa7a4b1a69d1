package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func register(t *testing.T, s *testkit.School, ctx context.Context, in people.RegisterInput) id.ID {
	t.Helper()
	a, err := people.Register.Run(ctx, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func phones(list ...string) []people.ContactInput {
	out := make([]people.ContactInput, len(list))
	for i, p := range list {
		out[i] = people.ContactInput{Value: p}
	}
	return out
}

// ask runs a query and ends the test on an error.
func ask[T any](t *testing.T, s *testkit.School, ctx context.Context, query func(ctx context.Context, tx *op.Tx) (T, error)) (out T) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = query(ctx, tx)
		return err
	})
	return out
}

func count(t *testing.T, s *testkit.School, text string, args ...any) int64 {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (int64, error) {
		return op.OneOf[int64](ctx, tx.Unscoped("test"), text, args...)
	})
}

// refusal words a refusal: status, code, and each field with its code.
func refusal(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	out := []string{fmt.Sprint(p.Status), p.Code}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return strings.Join(out, " ")
}

func ids(list []people.Brief) []id.ID {
	out := make([]id.ID, len(list))
	for i, b := range list {
		out[i] = b.ID
	}
	return out
}

func TestPPL1_Register(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.FrontDesk(s.HD)
		key := register(t, s, ctx, people.RegisterInput{
			Name: "  欧阳  娜娜 ", NameLatin: "Nana Ouyang", Gender: "female", Birth: bizdate.New(2016, 5, 1), Phones: phones("１３８-0013-8000", "+86 13800138000"),
			Emails: phones("He@Example.COM"), WeChat: phones("nana_2016"), District: "海淀区",
		})
		p := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.Person, error) { return people.ByID(ctx, tx, key) })
		if p.Name != "欧阳 娜娜" || p.Center != s.HD || p.Birth != bizdate.New(2016, 5, 1) || p.District != "海淀区" || !p.Created.Equal(s.Clock.Now()) {
			t.Errorf("person = %+v", p)
		}
		got := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) { return people.Contacts(ctx, tx, key) })
		var values []string
		for _, c := range got {
			values = append(values, c.Kind+" "+c.Value)
		}
		if want := []string{"phone +8613800138000", "email He@example.com", "wechat nana_2016"}; !slices.Equal(values, want) {
			t.Errorf("contact points = %v, want %v", values, want)
		}
		if got := s.Facts(t); !slices.Equal(got, []string{"people.person-registered.1"}) {
			t.Errorf("facts = %v", got)
		}
		s.Check(t)
	})
}

func TestPPL1_RegisterRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for name, c := range map[string]struct {
			in   people.RegisterInput
			want string
		}{
			"nobody":       {people.RegisterInput{Gender: "male"}, "422 invalid name:nobody"},
			"blanks":       {people.RegisterInput{Name: " \u3000 "}, "422 invalid name:nobody"},
			"phone":        {people.RegisterInput{Name: "何", Phones: phones("138001380001")}, "422 invalid phones.0.value:bad-phone"},
			"second phone": {people.RegisterInput{Name: "何", Phones: phones("13800138000", "abc")}, "422 invalid phones.1.value:bad-phone"},
			"email":        {people.RegisterInput{Name: "何", Emails: phones("not an address")}, "422 invalid emails.0.value:bad-email"},
			"tomorrow":     {people.RegisterInput{Name: "何", Birth: today + 1}, "422 invalid birth:bad-birth"},
			"long ago":     {people.RegisterInput{Name: "何", Birth: bizdate.New(1850, 1, 1)}, "422 invalid birth:bad-birth"},
			"gender":       {people.RegisterInput{Name: "何", Gender: "f"}, "422 invalid gender:not-one-of"},
			"long name":    {people.RegisterInput{Name: strings.Repeat("长", 101)}, "422 invalid name:too-long"},
			"5000":         {people.RegisterInput{Name: "何", District: strings.Repeat("x", 5000)}, "422 invalid district:too-long"},
			"control":      {people.RegisterInput{Name: "a\x00b"}, "422 invalid name:bad-text"},
			"many phones":  {people.RegisterInput{Name: "何", Phones: make([]people.ContactInput, 11)}, "422 invalid phones:too-many"},
			"all at once":  {people.RegisterInput{Gender: "f", Phones: phones("1")}, "422 invalid gender:not-one-of phones.0.value:bad-phone name:nobody"},
			"other center": {people.RegisterInput{Name: "何", CenterID: s.CY}, "404 not-found"},
			"no household": {people.RegisterInput{Name: "何", HouseholdOf: s.CY}, "404 not-found"},
		} {
			if _, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, c.in); refusal(err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(err), c.want)
			}
		}
		if _, err := people.Register.Run(s.Finance(s.HD), s.Ops, people.RegisterInput{Name: "何"}); refusal(err) != "403 forbidden" {
			t.Errorf("finance: %s", refusal(err))
		}
		if n := count(t, s, "SELECT COUNT(*) FROM persons") + count(t, s, "SELECT COUNT(*) FROM search_terms"); n != 0 {
			t.Errorf("%d rows of refused persons", n)
		}
	})
}

func TestPPL1_EmojiAndKeyOnly(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "小明🎈"})
		key := register(t, s, s.System(), people.RegisterInput{ExternalKey: "L-0007"})
		got := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[id.ID]people.Brief, error) {
			return people.Briefs(ctx, tx, []id.ID{key})
		})
		if b := got[key]; b.Shown() != "L-0007" {
			t.Errorf("shown as %q", b.Shown())
		}
		byKey := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[string]id.ID, error) {
			return people.ByKeys(ctx, tx, []string{"L-0007", "L-0008", ""})
		})
		if len(byKey) != 1 || byKey["L-0007"] != key {
			t.Errorf("by key = %v", byKey)
		}
		s.Check(t)
	})
}

func states(t *testing.T, s *testkit.School, ctx context.Context, person id.ID) []string {
	t.Helper()
	return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (map[id.ID][]string, error) {
		return people.States(ctx, tx, []id.ID{person})
	})[person]
}

func TestPPL1_States(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		gm := s.GM()
		lone := s.Person(t, s.HD)
		if got := states(t, s, gm, lone); len(got) != 0 {
			t.Errorf("states of somebody without a matter = %v", got)
		}
		e := s.Enquiry(t, s.HD)
		if got := states(t, s, gm, e.PersonID); !slices.Equal(got, []string{people.Prospect}) {
			t.Errorf("states with an open enquiry = %v", got)
		}
		if _, err := people.RecordTouch.Run(s.Consultant(s.HD), s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Direction: "out", Result: "not-interested", Closed: "price"}); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s, gm, e.PersonID); len(got) != 0 {
			t.Errorf("states with a closed enquiry = %v", got)
		}
		c := s.Contract(t, s.HD)
		student := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			return op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT student FROM contracts WHERE id = ?", c.ID)
		})
		if got := states(t, s, gm, student); !slices.Equal(got, []string{people.Student}) {
			t.Errorf("states with a signed contract = %v", got)
		}
		s.Exec(t, "UPDATE person_links SET state = 'ended' WHERE kind = 'contract'")
		if got := states(t, s, gm, student); !slices.Equal(got, []string{people.Former}) {
			t.Errorf("states with an ended contract = %v", got)
		}
		if got := states(t, s, s.Principal(s.CY), student); len(got) != 0 {
			t.Errorf("another center sees %v", got)
		}
		if _, err := people.LinkGuardian.Run(s.FrontDesk(s.HD), s.Ops, people.LinkGuardianInput{PersonID: student, GuardianID: lone, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s, gm, lone); !slices.Equal(got, []string{people.Guardian}) {
			t.Errorf("states of the mother = %v", got)
		}
	})
}

func TestPPL3_Household(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.FrontDesk(s.HD)
		mother := register(t, s, ctx, people.RegisterInput{Name: "何静", Phones: phones("13800138000")})
		child := register(t, s, ctx, people.RegisterInput{Name: "何雨桐", Phones: phones("13800138000"), HouseholdOf: mother})
		brother := s.Person(t, s.HD)
		if _, err := people.JoinHousehold.Run(ctx, s.Ops, people.JoinHouseholdInput{PersonID: brother, WithID: child}); err != nil {
			t.Fatal(err)
		}
		p := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.Person, error) { return people.ByID(ctx, tx, child) })
		family := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Relative, error) { return people.Relatives(ctx, tx, p) })
		if len(family) != 2 {
			t.Errorf("family = %+v", family)
		}
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"oneself": {second(people.JoinHousehold.Run(ctx, s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: child})), "422 with-oneself with_id:"},
			"again":   {second(people.JoinHousehold.Run(ctx, s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: mother})), "422 same-household with_id:"},
			"unseen":  {second(people.JoinHousehold.Run(ctx, s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: s.Person(t, s.CY)})), "404 not-found"},
			"self":    {second(people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: child, Relation: "mother"})), "422 invalid guardian_id:with-oneself"},
			"word":    {second(people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "aunt"})), "422 invalid relation:not-one-of"},
			"first":   {second(people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"})), "<nil>"},
			"finance": {second(people.JoinHousehold.Run(s.Finance(s.HD), s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: mother})), "403 forbidden"},
		} {
			if refusal(c.err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(c.err), c.want)
			}
		}
		err := second(people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: mother, GuardianID: child, Relation: "other"}))
		if refusal(err) != "422 invalid guardian_id:both-ways" {
			t.Errorf("both ways: %s", refusal(err))
		}
		leave := func() string {
			return refusal(second(people.LeaveHousehold.Run(ctx, s.Ops, people.LeaveHouseholdInput{PersonID: brother})))
		}
		if got := leave(); got != "<nil>" {
			t.Errorf("leaving: %s", got)
		}
		if got := leave(); got != "422 no-household person_id:" {
			t.Errorf("leaving twice: %s", got)
		}
		s.Check(t)
	})
}

func second[T any](_ T, err error) error { return err }

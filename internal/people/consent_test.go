package people_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func mayContact(t *testing.T, s *testkit.School, person id.ID, purpose, channel string) (ok bool) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		ok, err = people.MayContact(ctx, tx, person, purpose, channel)
		return err
	})
	return ok
}

func consents(t *testing.T, s *testkit.School, person id.ID) (list []people.Consent) {
	t.Helper()
	s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = people.Consents(ctx, tx, person)
		return err
	})
	return list
}

// Without a consent nothing may go out; one holds for its purpose and channel only, with its source and day, until it is withdrawn.
func TestPPL9_Consent(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		adult := register(t, s, desk, people.RegisterInput{Name: "李芳", CenterID: s.HD, Phones: phones("13900139000"), Birth: bizdate.New(1985, 3, 1)})
		in := people.ConsentInput{PersonID: adult, Purpose: "marketing", Channel: "sms", Source: "paper", Day: bizdate.New(2026, 1, 5)}
		if mayContact(t, s, adult, "marketing", "sms") {
			t.Error("without a consent")
		}
		if err := second(people.GiveConsent.Run(desk, s.Ops, in)); err != nil {
			t.Fatal(err)
		}
		if !mayContact(t, s, adult, "marketing", "sms") || mayContact(t, s, adult, "marketing", "email") || mayContact(t, s, adult, "survey", "sms") {
			t.Error("a consent holds for its purpose and channel")
		}
		if list := consents(t, s, adult); len(list) != 1 || !list[0].Given || list[0].Source != "paper" || list[0].Day != in.Day || list[0].Staff != s.StaffID(desk) {
			t.Errorf("consents %+v", list)
		}
		if err := second(people.WithdrawConsent.Run(desk, s.Ops, in)); err != nil {
			t.Fatal(err)
		}
		if list := consents(t, s, adult); mayContact(t, s, adult, "marketing", "sms") || len(list) != 1 || list[0].Given {
			t.Errorf("after it was withdrawn: %+v", list)
		}
		if err := second(people.GiveConsent.Run(desk, s.Ops, in)); err != nil || !mayContact(t, s, adult, "marketing", "sms") {
			t.Errorf("given again: %v", err)
		}
		got := s.Facts(t)
		if n := len(got); got[n-3] != "people.consent-given.1" || got[n-2] != "people.consent-withdrawn.1" || got[n-1] != "people.consent-given.1" {
			t.Errorf("facts %v", got)
		}
		s.Check(t)
	})
}

// A minor's consent is a guardian's, and ends when the minor comes of age; a child of unknown age with a guardian is one.
func TestPPL9_Minor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		born := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)).AddMonths(-18*12) + 3
		child := register(t, s, desk, people.RegisterInput{Name: "李小明", CenterID: s.HD, Birth: born})
		mother := register(t, s, desk, people.RegisterInput{Name: "李芳", CenterID: s.HD, Phones: phones("13900139000")})
		in := people.ConsentInput{PersonID: child, Purpose: "photos", Channel: "publication", Source: "paper"}
		wants := func(what string, in people.ConsentInput, want string) {
			t.Helper()
			err := second(people.GiveConsent.Run(desk, s.Ops, in))
			if got := at(err); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		wants("nobody consents for the minor", in, "guardian_id:guardian-consent")
		in.GuardianID = mother
		wants("who is no guardian", in, "guardian_id:no-guardian")
		if err := second(people.LinkGuardian.Run(desk, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"})); err != nil {
			t.Fatal(err)
		}
		wants("the guardian", in, "")
		if !mayContact(t, s, child, "photos", "publication") {
			t.Error("the guardian consented")
		}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 4))
		if mayContact(t, s, child, "photos", "publication") {
			t.Error("of age, and the guardian's consent still holds")
		}
		s.Exec(t, "UPDATE persons SET birth = 0 WHERE id = ?", child)
		in.GuardianID = id.None
		wants("of unknown age with a guardian", in, "guardian_id:guardian-consent")
		for what, edit := range map[string]func(in *people.ConsentInput){
			"channel:no-such-use": func(in *people.ConsentInput) { in.Channel = "sms" }, "purpose:not-one-of": func(in *people.ConsentInput) { in.Purpose = "x" },
			"day:consent-later": func(in *people.ConsentInput) { in.Day = bizdate.New(2030, 1, 1) },
		} {
			bad := in
			edit(&bad)
			wants(what, bad, what)
		}
		if got := at(second(people.WithdrawConsent.Run(desk, s.Ops, people.ConsentInput{PersonID: mother, Purpose: "survey", Channel: "sms", Source: "phone"}))); got != "purpose:" {
			t.Errorf("nothing to withdraw: %s", got)
		}
		for name, viewer := range map[string]context.Context{"another center": s.FrontDesk(s.CY), "teacher": s.As("teacher", s.HD)} {
			if err := second(people.GiveConsent.Run(viewer, s.Ops, in)); err == nil {
				t.Errorf("%s notes a consent", name)
			}
		}
		s.Check(t)
	})
}

// at is the first field of a refusal with its code; "" for none.
func at(err error) string {
	p, ok := problem.As(err)
	if !ok || len(p.Fields) == 0 {
		return ""
	}
	return p.Fields[0].Location + ":" + p.Fields[0].Code
}

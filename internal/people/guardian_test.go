package people_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// relatives are the words of a person's family, as a viewer sees it.
func relatives(t *testing.T, s *testkit.School, viewer context.Context, key id.ID) (out []string) {
	t.Helper()
	s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) error {
		p, err := people.ByID(ctx, tx, key)
		if err != nil {
			return err
		}
		list, err := people.Relatives(ctx, tx, p)
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s %s %s beyond:%t pinyin:%t", r.Relation, r.Name, r.Phone, r.Beyond, r.Pinyin != ""))
		}
		return err
	})
	return out
}

// Who sees a child sees whom to talk to about it: the guardian's name and masked phone, though the guardian's own record is not in scope
// (PPL-3, PPL-10, ORG-4). Others of the household, and who does not see the child, see nothing more than before.
func TestPPL3_GuardianIsNamedToWhoSeesTheChild(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, owner := s.FrontDesk(s.HD), s.Consultant(s.HD)
		child := s.Enquiry(t, s.HD).PersonID
		mother := register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "李芳", CenterID: s.CY, Phones: phones("13900139000")})
		aunt := register(t, s, desk, people.RegisterInput{Name: "李梅", CenterID: s.HD, Phones: phones("13900139001")})
		if err := second(people.LinkGuardian.Run(s.System(), s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"})); err != nil {
			t.Fatal(err)
		}
		if err := second(people.JoinHousehold.Run(desk, s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: aunt})); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Join(relatives(t, s, owner, child), "; "), "mother 李芳 139****9000 beyond:true pinyin:false"; got != want {
			t.Errorf("owner sees %q, want %q", got, want)
		}
		s.Exec(t, "UPDATE role_fields SET rule = 'full' WHERE role = 'consultant'") // who reads phones in full reads those of records in scope
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Join(relatives(t, s, s.Consultant(s.HD), child), "; "), "mother 李芳 139****9000 beyond:true pinyin:false"; got != want {
			t.Errorf("who reads phones in full sees %q, want %q", got, want)
		}
		if got := strings.Join(relatives(t, s, s.Principal(s.HD), child), "; "); !strings.Contains(got, "李芳 139****9000 beyond:true") || !strings.Contains(got, "household 李梅") {
			t.Errorf("principal sees %q", got)
		}
		for name, do := range map[string]func(ctx context.Context, tx *op.Tx) error{
			"the guardian's own record": func(ctx context.Context, tx *op.Tx) error { return second(people.ByID(ctx, tx, mother)) },
			"the guardian's contacts": func(ctx context.Context, tx *op.Tx) error {
				if list, err := people.Contacts(ctx, tx, mother); err != nil || len(list) > 0 {
					return fmt.Errorf("%d contacts, %w", len(list), err)
				}
				return second(people.ByID(ctx, tx, mother))
			},
		} {
			if err := s.Ops.Read(owner, do); refusal(err) != "404 not-found" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Ops.Read(s.Consultant2(s.HD), func(ctx context.Context, tx *op.Tx) error { return second(people.ByID(ctx, tx, child)) }); refusal(err) != "404 not-found" {
			t.Errorf("a colleague sees the child: %v", err)
		}
	})
}

// A guardian is unlinked, with an undo; so are linking and the household (PPL-3, UI-B2).
func TestPPL3_UnlinkGuardian(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		child := register(t, s, desk, people.RegisterInput{Name: "何雨桐", CenterID: s.HD})
		mother := register(t, s, desk, people.RegisterInput{Name: "李芳", CenterID: s.HD})
		family := func() string {
			p, _ := known(t, s, child)
			return fmt.Sprint(!p.Household.IsNone(), relatives(t, s, desk, child))
		}
		for _, step := range []struct {
			name string
			do   func(ctx context.Context) error
			fact string
		}{
			{"link", func(ctx context.Context) error {
				return second(people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"}))
			}, "people.guardian-unlinked.1"},
			{"join", func(ctx context.Context) error {
				return second(people.JoinHousehold.Run(ctx, s.Ops, people.JoinHouseholdInput{PersonID: child, WithID: mother}))
			}, "people.household-left.1"},
			{"unlink", func(ctx context.Context) error {
				return second(people.UnlinkGuardian.Run(ctx, s.Ops, people.UnlinkGuardianInput{PersonID: child, GuardianID: mother}))
			}, "people.guardian-linked.1"},
			{"leave", func(ctx context.Context) error {
				return second(people.LeaveHousehold.Run(ctx, s.Ops, people.LeaveHouseholdInput{PersonID: child}))
			}, "people.household-joined.1"},
		} {
			was := family()
			ctx := op.WithUndo(desk)
			if err := step.do(ctx); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if family() == was {
				t.Errorf("%s changed nothing: %s", step.name, was)
			}
			if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
				t.Fatalf("undo of %s: %v", step.name, err)
			}
			if facts := s.Facts(t); family() != was || facts[len(facts)-1] != step.fact {
				t.Errorf("after the undo of %s: %s, was %s; last fact %s", step.name, family(), was, facts[len(facts)-1])
			}
			if err := step.do(desk); err != nil {
				t.Fatalf("%s again: %v", step.name, err)
			}
		}
		in := people.UnlinkGuardianInput{PersonID: child, GuardianID: mother}
		for name, row := range map[string]struct {
			viewer context.Context
			want   string
		}{"none": {desk, "422 no-guardian guardian_id:"}, "another center": {s.FrontDesk(s.CY), "404 not-found"}, "marketing": {s.Marketing(), "403 forbidden"}} {
			if got := refusal(second(people.UnlinkGuardian.Run(row.viewer, s.Ops, in))); got != row.want {
				t.Errorf("%s: %s, want %s", name, got, row.want)
			}
		}
	})
}

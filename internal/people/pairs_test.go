package people_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func pairs(t *testing.T, s *testkit.School, viewer context.Context) (out []string) {
	t.Helper()
	list := ask(t, s, viewer, func(ctx context.Context, tx *op.Tx) (people.PairList, error) { return people.Pairs(ctx, tx, 0, 50) })
	for _, p := range list.Items {
		out = append(out, fmt.Sprintf("%s/%s %s %t", p.First.Name, p.Then.Name, p.Why, p.Sure))
	}
	if list.Total != len(out) || list.More {
		t.Errorf("%d of %d, more: %t", len(out), list.Total, list.More)
	}
	return out
}

// The list holds pairs of which both are in scope, those that bear compatible or similar names with one phone, or one name and birth date;
// families and guardians are no pairs, and whoever was merged is gone (PPL-4, PPL-5, ORG-3).
func TestPPL5_LikelyDuplicates(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss, birth := s.FrontDesk(s.HD), s.Principal(s.HD), bizdate.New(2016, 5, 1)
		child := register(t, s, desk, people.RegisterInput{Name: "王小明", Birth: birth, Phones: phones("13800138000")})
		again := register(t, s, desk, people.RegisterInput{Name: "王晓明", Phones: phones("13800138000")})
		register(t, s, desk, people.RegisterInput{Name: "王小红", Phones: phones("13800138000")}) // the sister
		register(t, s, desk, people.RegisterInput{Name: "王女士", Phones: phones("13800138000")})
		register(t, s, desk, people.RegisterInput{Name: "王小明", Birth: birth, Phones: phones("13900139000")})
		register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "王小明", Birth: birth, Phones: phones("13800138000")})
		want := []string{"王晓明/王女士 phone true", "王小红/王女士 phone true", "王小明/王晓明 phone true", "王小明/王小明 name-birth false"}
		got := pairs(t, s, boss)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("pairs\n%q, want\n%q", got, want)
		}
		if got := pairs(t, s, s.GM()); len(got) != 7 {
			t.Errorf("of both centers: %d %q", len(got), got)
		}
		if got := pairs(t, s, s.FrontDesk(s.CY)); len(got) != 0 {
			t.Errorf("at the other center: %q", got)
		}
		apart := people.TellApartInput{PersonID: again, WithID: find(t, s, boss, "王女士")[0]}
		if _, err := people.TellApart.Run(boss, s.Ops, apart); err != nil {
			t.Fatal(err)
		}
		if got := pairs(t, s, boss); len(got) != 3 || slices.Contains(got, "王晓明/王女士 phone true") {
			t.Errorf("after two were told apart: %q", got)
		}
		for want, try := range map[string]func() error{
			"422 told-apart with_id:": func() error { return second(people.TellApart.Run(boss, s.Ops, apart)) },
			"422 with-oneself with_id:": func() error {
				return second(people.TellApart.Run(boss, s.Ops, people.TellApartInput{PersonID: child, WithID: child}))
			},
			"404 not-found": func() error { return second(people.TellApart.Run(s.FrontDesk(s.CY), s.Ops, apart)) },
			"403 forbidden": func() error { return second(people.TellApart.Run(s.Finance(s.HD), s.Ops, apart)) },
		} {
			if err := try(); refusal(err) != want {
				t.Errorf("%s, want %s", refusal(err), want)
			}
		}
		lady := find(t, s, boss, "王女士")[0]
		for _, ward := range find(t, s, boss, "wangxiao") {
			if _, err := people.LinkGuardian.Run(boss, s.Ops, people.LinkGuardianInput{PersonID: ward, GuardianID: lady, Relation: "mother"}); err != nil {
				t.Fatal(err)
			}
		}
		merge(t, s, people.MergeInput{PersonID: child, WithID: again})
		if got := pairs(t, s, boss); !slices.Equal(got, []string{"王小明/王小明 name-birth false"}) {
			t.Errorf("after the family is known and one was merged: %q", got)
		}
	})
}

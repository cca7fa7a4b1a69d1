package people_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// Somebody who was merged goes along when the other one is merged in turn; undone in turn, everything is as it was at each stage (PPL-5).
func TestPPL5_MergedInTurn(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	a, _ := student(t, s)
	b := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "王小明", Phones: phones("13800138000")})
	c := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "王晓明", Phones: phones("13900139000")})
	was := dump(t, s)
	first := merge(t, s, people.MergeInput{PersonID: b, WithID: a, Fields: people.MergeFields{Name: people.FromMerged}})
	between := dump(t, s)
	then := merge(t, s, people.MergeInput{PersonID: c, WithID: b})
	for _, typed := range []string{"何雨桐", "王小明", "王晓明", "8000", "9000"} {
		if got := find(t, s, s.System(), typed); !slices.Equal(got, []id.ID{c}) {
			t.Errorf("%s finds %v", typed, got)
		}
	}
	for _, old := range []id.ID{a, b} {
		if p := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (people.Person, error) { return people.Opened(ctx, tx, old) }); p.ID != c {
			t.Errorf("%s opens %s", old, p.ID)
		}
	}
	if got := len(timeline(t, s, c).Items); got < 9 {
		t.Errorf("timeline of all three: %d items", got)
	}
	s.Check(t)
	unmerge(t, s, then)
	same(t, "after the second was undone", dump(t, s), between)
	s.Check(t)
	unmerge(t, s, first)
	same(t, "after both were undone", dump(t, s), was)
	s.Check(t)
}

func same(t *testing.T, when string, now, was map[string]bool) {
	t.Helper()
	for line := range was {
		if !now[line] {
			t.Errorf("%s: was %s", when, line)
		}
	}
	for line := range now {
		if !was[line] {
			t.Errorf("%s: is %s", when, line)
		}
	}
}

// An import finds the person by either external key, and so does the list; the offer below the page undoes the merge at once.
func TestPPL5_KeysOfBoth(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		kept := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "王小明", ExternalKey: "K1"})
		gone := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "王晓明", ExternalKey: "K2", District: "海淀"})
		ctx := op.WithUndo(boss)
		if _, err := people.Merge.Run(ctx, s.Ops, people.MergeInput{PersonID: kept, WithID: gone}); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"K1", "K2"} {
			known := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[string]people.KnownPerson, error) {
				return people.PersonsByKey(ctx, tx, []string{key, "K3"})
			})
			if len(known) != 1 || known[key].ID != kept {
				t.Errorf("%s finds %+v", key, known)
			}
			if _, differs := known[key].Change(people.RegisterInput{Name: "王小明", District: "海淀"}); differs {
				t.Errorf("%s: what the person has by now is nothing new", key)
			}
			list := ask(t, s, boss, func(ctx context.Context, tx *op.Tx) (people.List, error) {
				return people.Persons(ctx, tx, people.Filter{ExternalKey: key})
			})
			if !slices.Equal(ids(list.Items), []id.ID{kept}) || list.Total != 1 {
				t.Errorf("the list of %s: %+v", key, list)
			}
		}
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		if p, _ := known(t, s, kept); p.District != "" {
			t.Errorf("after the undo: %+v", p)
		}
		if p, _ := known(t, s, gone); p.Name != "王晓明" {
			t.Errorf("after the undo: %+v", p)
		}
		s.Check(t)
	})
}

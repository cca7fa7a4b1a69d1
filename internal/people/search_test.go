package people_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/search"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func find(t *testing.T, s *testkit.School, ctx context.Context, typed string) []id.ID {
	t.Helper()
	return ids(ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Brief, error) { return people.Search(ctx, tx, typed, 20) }))
}

func TestPPL2_Search(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		zhang := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "张伟", Phones: phones("13812345678")})
		older := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "张三", Phones: phones("13900001111")})
		other := register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "张伟", Phones: phones("13812345678")})
		for typed, want := range map[string][]id.ID{
			"张": {older, zhang}, "zhang": {older, zhang}, "zw": {zhang}, "zhangwei": {zhang}, "wei zhang": {zhang}, "ZHANG San": {older},
			"5678": {zhang}, "138 1234 5678": {zhang}, "+8613812345678": {zhang}, "138": nil, "1234": nil, "李": nil, "": nil, "😀": nil, "%": nil, "_": nil,
		} {
			if got := find(t, s, s.FrontDesk(s.HD), typed); !slices.Equal(got, want) {
				t.Errorf("front desk, %q: %v, want %v", typed, got, want)
			}
		}
		for _, ctx := range []context.Context{s.System(), s.GM(), s.FrontDesk(s.HD)} { // a list that does not fit counts what the search finds
			for _, typed := range []string{"张", "zhang", "zw", "234", "5678", "李", "13812345678"} {
				list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.List, error) {
					return people.Persons(ctx, tx, people.Filter{Query: typed, Limit: 1})
				})
				if want := int64(len(find(t, s, ctx, typed))); list.Total != want {
					t.Errorf("%q: a list of one says %d, found are %d", typed, list.Total, want)
				}
			}
		}
		if got := find(t, s, s.System(), "234"); !slices.Equal(got, []id.ID{other, zhang}) {
			t.Errorf("who sees phones in full finds %v by 234", got)
		}
		for name, ctx := range map[string]context.Context{"marketing": s.Marketing(), "it": s.IT(), "consultant": s.Consultant(s.HD)} {
			if got := find(t, s, ctx, "张"); len(got) != 0 {
				t.Errorf("%s finds %v", name, got)
			}
		}
	})
}

// A consultant finds the own customers by any three digits, and nobody else's; a hand-over moves that too.
func TestPPL2_OwnPhones(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Consultant(s.HD)
		e, err := sales.Enter.Run(ctx, s.Ops, sales.EnterInput{
			Person: &people.RegisterInput{Name: "何雨桐", Phones: phones("13912344321")}, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course, ConsultantID: s.StaffID(ctx),
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(t, s, ctx, "234"); !slices.Equal(got, []id.ID{e.PersonID}) {
			t.Errorf("the owner finds %v", got)
		}
		if got := find(t, s, s.Consultant2(s.HD), "何"); len(got) != 0 {
			t.Errorf("a colleague finds %v", got)
		}
		_, err = sales.Assign.Run(s.Principal(s.HD), s.Ops, sales.AssignInput{EnquiryID: e.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "load"})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(t, s, s.Consultant2(s.HD), "1234"); !slices.Equal(got, []id.ID{e.PersonID}) {
			t.Errorf("the new owner finds %v", got)
		}
		if got := find(t, s, ctx, "何"); len(got) != 0 {
			t.Errorf("the former owner, who registered the person, finds %v", got)
		}
	})
}

// Both plans of a search find what the terms of the persons in scope say, whoever asks.
func TestPPL2_SearchOracle(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		r := rand.New(rand.NewPCG(1, 2))
		type known struct {
			key    id.ID
			center id.ID
			owner  id.ID
			terms  []search.Term
		}
		var all []known
		owners := []context.Context{s.Consultant(s.HD), s.Consultant2(s.HD), s.Consultant(s.CY), s.FrontDesk(s.HD), s.FrontDesk(s.CY)}
		centers := []id.ID{s.HD, s.HD, s.CY, s.HD, s.CY}
		for range 60 {
			i := r.IntN(len(owners))
			name := []string{"张伟", "张薇", "章伟", "王伟", "欧阳娜", "李小伟", "Zhang Wei"}[r.IntN(7)]
			number := fmt.Sprintf("138%04d%04d", r.IntN(30), r.IntN(30))
			k := register(t, s, owners[i], people.RegisterInput{Name: name, CenterID: centers[i], Phones: phones(number)})
			all = append(all, known{k, centers[i], s.StaffID(owners[i]), search.Terms(name, "", []string{"+86" + number})})
		}
		slices.Reverse(all)
		viewers := append(owners, s.Principal(s.HD), s.Finance(s.CY), s.GM(), s.IT(), s.System())
		typed := []string{"张", "z", "zw", "zhangwei", "wei", "伟", "138", "380", "0001", "1380", "0000", "13800010002", "000", "ouyang", "李", "x"}
		for _, v := range all[:10] {
			typed = append(typed, v.terms[r.IntN(len(v.terms))].Text)
		}
		for vi, ctx := range viewers {
			v, _ := op.ViewerOf(ctx)
			for _, text := range typed {
				var want []id.ID
				for _, k := range all {
					scope := v.Scope("person:read")
					mine := k.owner == v.Staff && !v.Staff.IsNone()
					if !scope.All && !slices.Contains(scope.Centers, k.center) && !slices.Contains(scope.Staff, k.owner) {
						continue
					}
					q := search.ParseQuery(text)
					if rule := v.Field("phone"); q.Kind == search.Phone && rule != policy.Full && (rule != policy.FullOwn || !mine) {
						masked, ok := q.Masked()
						if q = masked; !ok || rule == policy.Hidden {
							continue
						}
					}
					if slices.ContainsFunc(k.terms, q.Matches) && len(want) < 7 {
						want = append(want, k.key)
					}
				}
				for _, few := range []int64{0, 1000} {
					got := ids(ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Brief, error) {
						return people.Find(ctx, tx, text, 7, few)
					}))
					if !slices.Equal(got, want) {
						t.Fatalf("viewer %d (%s), %q, few %d: %v, want %v", vi, v.Login, text, few, got, want)
					}
				}
			}
		}
	})
}

// The search of a form is a few queries, however many persons there are.
func TestPPL2_Queries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 5 {
			s.Person(t, s.HD)
		}
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			if _, err := people.Search(ctx, tx, "何", 20); err != nil {
				return err
			}
			if tx.Queries != 2 {
				t.Errorf("%d queries", tx.Queries)
			}
			return nil
		})
	})
}

func TestORG4_AnotherCentersPerson(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		theirs, mine := s.Person(t, s.CY), s.Person(t, s.HD)
		for name, ctx := range map[string]context.Context{"front desk": s.FrontDesk(s.HD), "principal": s.Principal(s.HD), "finance": s.Finance(s.HD)} {
			list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.List, error) {
				return people.Persons(ctx, tx, people.Filter{})
			})
			if list.Total != 1 || len(list.Items) != 1 || list.Items[0].ID != mine {
				t.Errorf("%s lists %+v", name, list)
			}
			if got := find(t, s, ctx, "何雨桐"); !slices.Equal(got, []id.ID{mine}) {
				t.Errorf("%s finds %v", name, got)
			}
			err := s.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return second(people.ByID(ctx, tx, theirs)) })
			if refusal(err) != "404 not-found" {
				t.Errorf("%s by link: %s", name, refusal(err))
			}
			err = s.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
				return second(people.Timeline(ctx, tx, theirs, people.TimelineFilter{}))
			})
			if refusal(err) != "404 not-found" {
				t.Errorf("%s by timeline: %s", name, refusal(err))
			}
			for _, got := range []int{
				len(ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
					return people.Contacts(ctx, tx, theirs)
				})),
				len(ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Link, error) { return people.Links(ctx, tx, theirs) })),
				len(ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
					return people.Revealed(ctx, tx, theirs)
				})),
			} {
				if got != 0 {
					t.Errorf("%s reads %d rows", name, got)
				}
			}
		}
		name, base := "x", int64(0)
		desk := s.FrontDesk(s.HD)
		for what, err := range map[string]error{
			"change": second(people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: theirs, Base: &base, Name: &name})),
			"reveal": second(people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: theirs})),
			"touch":  second(people.RecordTouch.Run(desk, s.Ops, people.TouchInput{PersonID: theirs, Channel: "call", Result: "discuss"})),
			"absent": second(people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: s.HD})),
		} {
			if refusal(err) != "404 not-found" {
				t.Errorf("%s: %s", what, refusal(err))
			}
		}
	})
}

func TestPersons_FiltersAndPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var all []id.ID
		for range 5 {
			all = append([]id.ID{s.Person(t, s.HD)}, all...)
		}
		e := s.Enquiry(t, s.HD)
		list := func(ctx context.Context, f people.Filter) people.List {
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.List, error) { return people.Persons(ctx, tx, f) })
		}
		for _, ctx := range []context.Context{s.Principal(s.HD), s.GM()} {
			first := list(ctx, people.Filter{Limit: 4})
			rest := list(ctx, people.Filter{Limit: 4, After: first.Next})
			got := append(ids(first.Items), ids(rest.Items)...)
			if first.Total != 6 || rest.Total != 6 || rest.Next != "" || !slices.Equal(got, append([]id.ID{e.PersonID}, all...)) {
				t.Errorf("pages = %v, totals %d %d", got, first.Total, rest.Total)
			}
			if got := list(ctx, people.Filter{State: people.Prospect}); got.Total != 1 || got.Items[0].ID != e.PersonID {
				t.Errorf("prospects = %+v", got)
			}
			if got := list(ctx, people.Filter{Owner: s.StaffID(s.Consultant(s.HD))}); got.Total != 1 {
				t.Errorf("of the consultant = %+v", got)
			}
			if got := list(ctx, people.Filter{Query: "heyutong"}); got.Total != 6 {
				t.Errorf("found = %d", got.Total)
			}
			if got := list(ctx, people.Filter{Center: s.CY}); got.Total != 0 {
				t.Errorf("of the other center = %+v", got)
			}
			if got := list(ctx, people.Filter{Sort: "created", Limit: 1}); got.Items[0].ID != all[4] {
				t.Errorf("oldest first = %+v", got)
			}
		}
		for want, f := range map[string]people.Filter{
			"422 invalid sort:not-one-of": {Sort: "phone"}, "422 invalid state:not-one-of": {State: "rich"}, "422 invalid cursor:invalid": {After: "xyz"},
		} {
			err := s.Ops.Read(s.GM(), func(ctx context.Context, tx *op.Tx) error { return second(people.Persons(ctx, tx, f)) })
			if refusal(err) != want {
				t.Errorf("%s, want %s", refusal(err), want)
			}
		}
	})
}

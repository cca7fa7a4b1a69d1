package people_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// merge merges two persons as the principal.
func merge(t *testing.T, s *testkit.School, in people.MergeInput) people.MergeAnswer {
	t.Helper()
	a, err := people.Merge.Run(s.Principal(s.HD), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func unmerge(t *testing.T, s *testkit.School, a people.MergeAnswer) {
	t.Helper()
	if _, err := people.Unmerge.Run(s.Principal(s.HD), s.Ops, people.UnmergeInput{PersonID: a.ID, MergeID: a.MergeID}); err != nil {
		t.Fatal(err)
	}
}

// student is somebody with a signed contract, half of it paid, and a child.
func student(t *testing.T, s *testkit.School) (person id.ID, contract contracts.DraftAnswer) {
	t.Helper()
	c := s.Contract(t, s.HD)
	d := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (contracts.Details, error) { return contracts.ByID(ctx, tx, c.ID) })
	pay(t, s, d.Contract, money.Yuan(100))
	return d.Student, c
}

func pay(t *testing.T, s *testkit.School, c contracts.Contract, sum money.Fen) finance.PaymentAnswer {
	t.Helper()
	a, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{PersonID: c.Payer, ContractID: c.ID, CenterID: s.HD, Method: "cash", Amount: sum})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// All that was the merged person's is the person's: matters, touches, money, hours, family; both names and phones find it; the record of
// each field's source is in the fact, without a value; the old id leads to it (PPL-5).
func TestPPL5_Merge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss := s.FrontDesk(s.HD), s.Principal(s.HD)
		kept := register(t, s, desk, people.RegisterInput{Name: "王小明", Birth: bizdate.New(2016, 5, 1), Phones: phones("13800138000"), District: "海淀区"})
		gone, contract := student(t, s)
		mother := register(t, s, desk, people.RegisterInput{Name: "刘芳", Phones: phones("13900139000")})
		sister := register(t, s, desk, people.RegisterInput{Name: "王小红", HouseholdOf: gone})
		if _, err := people.LinkGuardian.Run(boss, s.Ops, people.LinkGuardianInput{PersonID: gone, GuardianID: mother, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		before := len(timeline(t, s, gone).Items) + len(timeline(t, s, kept).Items)
		a := merge(t, s, people.MergeInput{PersonID: kept, WithID: gone, Fields: people.MergeFields{Name: people.FromMerged}})
		p, contacts := known(t, s, kept)
		if p.Name != "何雨桐" || p.Birth != bizdate.New(2016, 5, 1) || len(contacts) != 2 || contacts[0].Value != "+8613800138000" {
			t.Errorf("merged: %+v %+v", p, contacts)
		}
		for _, typed := range []string{"王小明", "何雨桐", "wxm", "8000", contacts[1].Value[3:]} {
			if got := find(t, s, s.System(), typed); !slices.Contains(got, kept) || slices.Contains(got, gone) {
				t.Errorf("%s finds %v", typed, got)
			}
		}
		c := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (contracts.Details, error) {
			return contracts.ByID(ctx, tx, contract.ID)
		})
		if c.Student != kept || c.Payer != kept {
			t.Errorf("contract of %s and %s", c.Student, c.Payer)
		}
		if got := len(timeline(t, s, kept).Items); got != before+1 {
			t.Errorf("timeline of %d, want that of both and the merge: %d", got, before+1)
		}
		if got := relatives(t, s, boss, kept); len(got) != 2 {
			t.Errorf("family: %v", got)
		}
		if q, _ := known(t, s, sister); q.Household != p.Household {
			t.Error("the household is not kept")
		}
		if got := states(t, s, boss, kept); !slices.Contains(got, people.Student) {
			t.Errorf("states %v", got)
		}
		opened := ask(t, s, boss, func(ctx context.Context, tx *op.Tx) (people.Person, error) { return people.Opened(ctx, tx, gone) })
		if opened.ID != kept {
			t.Errorf("the old id opens %s", opened.ID)
		}
		f := lastFact[facts.PersonsMerged](t, s)
		if f.From["name"] != people.FromMerged || f.From["birth"] != people.FromKept || f.From["phones"] != people.FromBoth || !slices.Equal(f.Fields, []string{"name", "phones"}) || f.Merge != a.MergeID {
			t.Errorf("fact %+v", f)
		}
		s.Check(t)
	})
}

func timeline(t *testing.T, s *testkit.School, person id.ID) people.TimelinePage {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
		return people.Timeline(ctx, tx, person, people.TimelineFilter{Limit: 500})
	})
}

// What was added since to a matter of the merged person goes back with the matter; what was added or changed of the person stays there.
func TestPPL5_UnmergeLeavesWhatWasAddedSince(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		gone, contract := student(t, s)
		e := s.Enquiry(t, s.HD)
		kept := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Enquiry, error) { return sales.EnquiryByID(ctx, tx, e.ID) }).Person
		was := timeline(t, s, gone)
		a := merge(t, s, people.MergeInput{PersonID: kept, WithID: gone})
		s.Clock.Set(s.Clock.Now().Add(29 * 24 * time.Hour))
		s.Touch(t, s.HD, e)
		c := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (contracts.Details, error) {
			return contracts.ByID(ctx, tx, contract.ID)
		})
		paid := pay(t, s, c.Contract, money.Yuan(50))
		if _, err := people.Change.Run(s.Principal(s.HD), s.Ops, people.ChangeInput{PersonID: kept, District: new("朝阳区")}); err != nil {
			t.Fatal(err)
		}
		unmerge(t, s, a)
		if got := count(t, s, "SELECT COUNT(*) FROM payments WHERE person = ?", gone); got != 2 {
			t.Errorf("%d payments of the contract that went back, want 2", got)
		}
		if got := count(t, s, "SELECT COUNT(*) FROM person_links WHERE person = ? AND kind = 'payment' AND ref = ?", gone, paid.ID); got != 1 {
			t.Error("the payment's link did not go with it")
		}
		if got := count(t, s, "SELECT COUNT(*) FROM touches WHERE person = ?", kept); got != 1 {
			t.Errorf("%d touches stay, want 1", got)
		}
		if p, _ := known(t, s, kept); p.District != "朝阳区" {
			t.Errorf("changed since: %+v", p)
		}
		if now := timeline(t, s, gone); len(now.Items) != len(was.Items)+1 || now.Items[0].Subject != paid.ID || now.Counts[""] != len(now.Items) {
			t.Errorf("timeline of who went back: %d items, had %d", len(now.Items), len(was.Items))
		}
		for _, i := range timeline(t, s, kept).Items {
			if i.Subject == paid.ID {
				t.Error("the payment is on both timelines")
			}
		}
		s.Check(t)
	})
}

func TestPPL5_Refused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss := s.FrontDesk(s.HD), s.Principal(s.HD)
		a := register(t, s, desk, people.RegisterInput{Name: "王小明", Phones: phones("13800138000")})
		b := register(t, s, desk, people.RegisterInput{Name: "王晓明", Phones: phones("13800138000", "13800138001")})
		mother := register(t, s, desk, people.RegisterInput{Name: "刘芳"})
		other := register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "王小明"})
		many := register(t, s, desk, people.RegisterInput{Name: "陈多", Phones: phones("13700000001", "13700000002", "13700000003", "13700000004", "13700000005", "13700000006", "13700000007", "13700000008", "13700000009")})
		if _, err := people.LinkGuardian.Run(boss, s.Ops, people.LinkGuardianInput{PersonID: a, GuardianID: mother, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			viewer context.Context
			in     people.MergeInput
			want   string
		}{
			"oneself":          {boss, people.MergeInput{PersonID: a, WithID: a}, "422 with-oneself with_id:"},
			"guardian":         {boss, people.MergeInput{PersonID: mother, WithID: a}, "422 one-guards-the-other with_id:"},
			"ward":             {boss, people.MergeInput{PersonID: a, WithID: mother}, "422 one-guards-the-other with_id:"},
			"another center's": {boss, people.MergeInput{PersonID: a, WithID: other}, "404 not-found"},
			"too many phones":  {boss, people.MergeInput{PersonID: b, WithID: many}, "422 invalid phones:too-many"},
			"no right":         {s.Finance(s.HD), people.MergeInput{PersonID: a, WithID: b}, "403 forbidden"},
			"not one's own":    {s.Consultant(s.HD), people.MergeInput{PersonID: a, WithID: b}, "404 not-found"},
		} {
			if _, err := people.Merge.Run(c.viewer, s.Ops, c.in); refusal(err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(err), c.want)
			}
		}
		first := merge(t, s, people.MergeInput{PersonID: a, WithID: b})
		later := merge(t, s, people.MergeInput{PersonID: a, WithID: register(t, s, desk, people.RegisterInput{Name: "王小名"})})
		undo := func(a people.MergeAnswer) string {
			return refusal(second(people.Unmerge.Run(boss, s.Ops, people.UnmergeInput{PersonID: a.ID, MergeID: a.MergeID})))
		}
		if got := undo(first); got != "422 merged-since merge_id:" {
			t.Errorf("before the later one: %s", got)
		}
		if got := undo(people.MergeAnswer{ID: mother, MergeID: first.MergeID}); got != "404 not-found" {
			t.Errorf("of another person: %s", got)
		}
		unmerge(t, s, later)
		if got := undo(later); got != "422 unmerged merge_id:" {
			t.Errorf("twice: %s", got)
		}
		s.Clock.Set(s.Clock.Now().Add(people.MergeTime + time.Second))
		if got := undo(first); got != "422 unmerge-late merge_id:" {
			t.Errorf("after 30 days: %s", got)
		}
		s.Check(t)
	})
}

func lastFact[F any](t *testing.T, s *testkit.School) (f F) {
	t.Helper()
	type row struct {
		Payload F `db:"payload,json"`
	}
	kind := fmt.Sprintf("%v", any(f).(interface{ Kind() string }).Kind())
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (row, error) {
		return op.OneOf[row](ctx, tx.Unscoped("test"), "SELECT payload FROM events WHERE kind = ? ORDER BY id DESC LIMIT 1", kind)
	}).Payload
}

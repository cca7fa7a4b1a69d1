package contracts_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/testkit"
)

func TestCON1_List(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		var made []contracts.DraftAnswer
		for range 5 {
			made = append(made, draft(t, s, draftInput(t, s, s.HD)))
		}
		draft(t, s, draftInput(t, s, s.CY))
		if _, err := contracts.Sign.Run(s.Principal(s.HD), s.Ops, contracts.SignInput{ContractID: made[0].ID}); err != nil {
			t.Fatal(err)
		}
		list := func(as context.Context, f contracts.Filter) (p page.Page[contracts.Contract], err error) {
			err = s.Ops.Read(as, func(ctx context.Context, tx *op.Tx) (err error) {
				p, err = contracts.List(ctx, tx, f)
				if tx.Queries > 2 {
					t.Errorf("%d queries for a page", tx.Queries)
				}
				return err
			})
			return p, err
		}
		for _, sort := range []string{"", "no", "-no", "-payable", "signed"} {
			var seen []string
			f := contracts.Filter{Request: page.Request{Limit: 2, Sort: sort}}
			for {
				p, err := list(s.Principal(s.HD), f)
				if err != nil {
					t.Fatal(err)
				}
				if p.Total != 5 {
					t.Fatalf("total = %d, want 5", p.Total)
				}
				for _, c := range p.Items {
					seen = append(seen, c.No)
				}
				if f.Cursor = p.Next; p.Next == "" {
					break
				}
			}
			slices.Sort(seen)
			if want := []string{"HD2026-0001", "HD2026-0002", "HD2026-0003", "HD2026-0004", "HD2026-0005"}; !slices.Equal(seen, want) {
				t.Errorf("sorted by %q: %v", sort, seen)
			}
		}
		day := bizdate.New(2026, 6, 3)
		for name, tt := range map[string]struct {
			f    contracts.Filter
			want int64
		}{
			"signed today":     {contracts.Filter{From: day, Until: day}, 1},
			"signed until yet": {contracts.Filter{Until: day - 1}, 0},
			"state":            {contracts.Filter{States: []string{"draft"}}, 4},
			"consultant":       {contracts.Filter{Consultant: s.StaffID(s.Consultant(s.HD))}, 5},
			"another center":   {contracts.Filter{Center: s.CY}, 0},
			"number":           {contracts.Filter{No: "HD2026-0003"}, 1},
		} {
			if p, err := list(s.Principal(s.HD), tt.f); err != nil || p.Total != tt.want {
				t.Errorf("%s: %d, %v, want %d", name, p.Total, err, tt.want)
			}
		}
		for _, r := range []page.Request{{Sort: "name"}, {Cursor: "x"}} {
			if _, err := list(s.Principal(s.HD), contracts.Filter{Request: r}); err == nil {
				t.Errorf("%+v was not refused", r)
			}
		}
	})
}

// TestCON9_NumbersWithoutGaps: many drafts at once, some of them refused, leave no number out and none twice.
func TestCON9_NumbersWithoutGaps(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		in := draftInput(t, s, s.HD)
		as := s.Principal(s.HD)
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				in := in
				if i%4 == 3 {
					in.Kind = "gift"
				}
				if _, err := contracts.Draft.Run(as, s.Ops, in); (err != nil) != (i%4 == 3) {
					t.Errorf("draft %d: %v", i, err)
				}
			})
		}
		all.Wait()
		holds(t, s)
		if next := draft(t, s, in); next.No != "HD2026-0016" {
			t.Errorf("number after 15 contracts = %s", next.No)
		}
	})
}

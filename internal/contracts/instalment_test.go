package contracts_test

import (
	"context"
	"slices"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
)

// The open instalments come page by page, each once and in the order of their days, whichever way round; a cursor of another list and an
// unknown sort are refused.
func TestCTR_InstalmentPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, center := range []id.ID{s.HD, s.HD, s.HD, s.HD, s.HD, s.CY} {
			s.Contract(t, center)
		}
		list := func(r page.Request) (p page.Page[contracts.InstalmentView], err error) {
			err = s.Ops.Read(s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) (err error) {
				p, err = contracts.ListInstalments(ctx, tx, contracts.InstalmentFilter{}, r)
				return err
			})
			return p, err
		}
		whole, err := list(page.Request{Limit: 50})
		if err != nil || len(whole.Items) != 5 || whole.Total != 5 || whole.Next != "" {
			t.Fatalf("%d of %d instalments, next %q: %v", len(whole.Items), whole.Total, whole.Next, err)
		}
		for _, sort := range []string{"due", "-due"} {
			var seen []id.ID
			for r := (page.Request{Limit: 2, Sort: sort}); ; {
				p, err := list(r)
				if err != nil || len(p.Items) > 2 || p.Total != 5 {
					t.Fatalf("%s: %d of %d: %v", sort, len(p.Items), p.Total, err)
				}
				for _, i := range p.Items {
					seen = append(seen, i.ID)
				}
				if r.Cursor = p.Next; p.Next == "" {
					break
				}
			}
			if sort == "-due" {
				slices.Reverse(seen)
			}
			for i, want := range whole.Items {
				if len(seen) != 5 || seen[i] != want.ID {
					t.Fatalf("%s: %v", sort, seen)
				}
			}
		}
		for _, r := range []page.Request{{Sort: "paid"}, {Cursor: "x"}, {Cursor: "eyJ0IjoiYSIsImlkIjoiMDE5ZTY5ZjMtMTk4MC03NzJhLTliMjUtZGYxYjkzMmFlZWM0In0"}} {
			if _, err := list(r); !refusedAs(err, "invalid") {
				t.Errorf("%+v: %v", r, err)
			}
		}
	})
}

func refusedAs(err error, code string) bool {
	p, ok := problem.As(err)
	return ok && p.Code == code
}

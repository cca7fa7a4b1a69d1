package people_test

import (
	"context"
	"slices"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// Who writes by a program reads from what can be chosen: each kind in its order, what is retired as such, a school's own by its own name (PPL-12, SAL-6).
func TestPPL12_Codes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Exec(t, "INSERT INTO codes (kind, code, no, name_zh, name_en, active) VALUES ('loss-reason', 'moved', 99, '搬家', 'Moved away', TRUE)")
		s.Exec(t, "UPDATE codes SET active = FALSE WHERE kind = 'loss-reason' AND code = 'distance'")
		list := ask(t, s, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) ([]people.Code, error) { return people.AllCodes(ctx, tx) })
		find := func(code string) people.Code {
			i := slices.IndexFunc(list, func(c people.Code) bool { return c.Kind == "loss-reason" && c.Code == code })
			if i < 0 {
				t.Fatalf("no %s among %v", code, list)
			}
			return list[i]
		}
		if c := find("moved"); c.Name != "搬家" || !c.Active {
			t.Errorf("a school's own: %+v", c)
		}
		if c := find("distance"); c.Active {
			t.Errorf("a retired one: %+v", c)
		}
		if i := slices.IndexFunc(list, func(c people.Code) bool { return c.Kind == "touch-result" }); list[i].Code != "willing" {
			t.Errorf("the first result is %+v", list[i])
		}
	})
}

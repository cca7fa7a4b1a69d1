package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func TestPRC10_Attributes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := s.Person(t, s.HD)
		set := func(list ...people.Attribute) error {
			return s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error { return people.SetAttributes(ctx, tx, key, list) })
		}
		get := func() (out []string) {
			all := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[id.ID][]people.Attribute, error) {
				return people.Attributes(ctx, tx, []id.ID{key})
			})
			for _, a := range all[key] {
				out = append(out, strings.Join([]string{a.Field, a.Kind, a.Text}, " "))
			}
			return out
		}
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return people.DefineFields(ctx, tx, []people.Field{
				{Code: "school", Resource: "person", Kind: people.FieldChoice, NameZH: "学校", NameEN: "School", Known: "entry", No: 1},
				{Code: "member", Resource: "person", Kind: people.FieldYesNo, NameZH: "会员", NameEN: "Member", Known: "entry", No: 2},
				{Code: "since", Resource: "person", Kind: people.FieldDate, NameZH: "自", NameEN: "Since", Known: "later", No: 3},
				{Code: "phone2", Resource: "person", Kind: people.FieldText, NameZH: "备用", NameEN: "Other", Known: "entry", No: 4},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = set(people.Attribute{Field: "school", Text: "12"}, people.Attribute{Field: "member", Text: "是"}, people.Attribute{Field: "since", Text: "someday"},
			people.Attribute{Field: "phone2", Text: "0012"}, people.Attribute{Field: "visits", Text: "3.50"}, people.Attribute{Field: "first", Text: "2024-02-29"}, people.Attribute{Field: "note", Text: "3 times"})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"first date 2024-02-29", "member yes-no 是", "note text 3 times", "phone2 text 0012", "school choice 12", "since text someday", "visits number 3.50"}
		if got := get(); !slices.Equal(got, want) {
			t.Errorf("attributes = %v, want %v", got, want)
		}
		if n := count(t, s, "SELECT number FROM attributes WHERE field = 'visits'"); n != 35_000 {
			t.Errorf("3.50 is kept as %d", n)
		}
		if err := set(people.Attribute{Field: "visits", Text: ""}, people.Attribute{Field: "note", Text: "x"}, people.Attribute{Field: "note", Text: "y"}); err != nil {
			t.Fatal(err)
		}
		if got := get(); slices.Contains(got, "visits number 3.50") || !slices.Contains(got, "note text y") {
			t.Errorf("attributes = %v", got)
		}
		for _, a := range []people.Attribute{{Text: "x"}, {Field: strings.Repeat("f", 81), Text: "x"}, {Field: "f", Text: strings.Repeat("长", 2001)}} {
			if err := set(a); refusal(err) != "422 invalid attributes.0:too-long" {
				t.Errorf("%d %d: %s", len(a.Field), len(a.Text), refusal(err))
			}
		}
		fields := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Field, error) { return people.Fields(ctx, tx, "person") })
		if len(fields) != 4 || fields[2].Known != "later" {
			t.Errorf("fields = %+v", fields)
		}
	})
}

func TestCodes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Exec(t, "UPDATE codes SET active = FALSE WHERE code = 'later'")
		if err := people.Seed(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		got := ask(t, s, s.IT(), func(ctx context.Context, tx *op.Tx) ([]string, error) { return people.Codes(ctx, tx, "touch-result") })
		if len(got) < 6 || got[0] != "willing" || slices.Contains(got, "later") {
			t.Errorf("results = %v", got)
		}
		for code, want := range map[string]bool{"price": true, "later": false, "": false} {
			if known := ask(t, s, s.IT(), func(ctx context.Context, tx *op.Tx) (bool, error) {
				return people.KnownCode(ctx, tx, "loss-reason", code)
			}); known != want {
				t.Errorf("%q is known: %t", code, known)
			}
		}
	})
}

// SAL-12: a value knows when it was first filled in; another value stands since then too, one that was taken away does not.
func TestSAL12_FirstFilled(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key, began := s.Person(t, s.HD), s.Clock.Now()
		set := func(after time.Duration, text string) time.Time {
			s.Clock.Set(began.Add(after))
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				return people.SetAttributes(ctx, tx, key, []people.Attribute{{Field: "goal", Text: text}})
			})
			if err != nil {
				t.Fatal(err)
			}
			all := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[id.ID][]people.Attribute, error) {
				return people.Attributes(ctx, tx, []id.ID{key})
			})
			if len(all[key]) == 0 {
				return time.Time{}
			}
			return all[key][0].Filled
		}
		for _, step := range []struct {
			after time.Duration
			text  string
			want  time.Time
		}{{0, "a", began}, {time.Hour, "b", began}, {2 * time.Hour, "", time.Time{}}, {3 * time.Hour, "c", began.Add(3 * time.Hour)}} {
			if got := set(step.after, step.text); !got.Equal(step.want) {
				t.Errorf("%q after %s: filled at %s, want %s", step.text, step.after, got, step.want)
			}
		}
	})
}

func TestSAL12_MarkField(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return people.DefineFields(ctx, tx, []people.Field{{Code: "verdict", Resource: "enquiry", Kind: people.FieldText, NameZH: "结论", NameEN: "Verdict", Known: "entry"}})
		})
		if err != nil {
			t.Fatal(err)
		}
		mark := func(ctx context.Context, code, known string) string {
			_, err := people.MarkField.Run(ctx, s.Ops, people.MarkFieldInput{Code: code, Known: known})
			return refusal(err)
		}
		before := len(s.Facts(t))
		for _, c := range []struct {
			who         context.Context
			code, known string
			want        string
		}{
			{s.Principal(s.HD), "verdict", "later", "403 forbidden"},
			{s.GM(), "nothing", "later", "422 invalid code:unknown"},
			{s.GM(), "verdict", "soon", "422 invalid known:not-one-of"},
			{s.GM(), "verdict", "entry", "422 same-known known:"},
			{s.IT(), "verdict", "later", refusal(nil)},
			{s.GM(), "verdict", "later", "422 same-known known:"},
		} {
			if got := mark(c.who, c.code, c.known); got != c.want {
				t.Errorf("%s as %s: %s, want %s", c.code, c.known, got, c.want)
			}
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.field-marked.1"}) {
			t.Errorf("facts = %v", got)
		}
		fields := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Field, error) { return people.Fields(ctx, tx, "enquiry") })
		if len(fields) != 1 || fields[0].Known != "later" {
			t.Errorf("fields = %+v", fields)
		}
	})
}

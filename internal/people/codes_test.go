package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// entries gives what a list holds, as who keeps it reads it.
func entries(t *testing.T, s *testkit.School, list string) []people.Entry {
	t.Helper()
	all := ask(t, s, s.IT(), func(ctx context.Context, tx *op.Tx) ([]people.Entry, error) { return people.Entries(ctx, tx) })
	return slices.DeleteFunc(all, func(e people.Entry) bool { return e.List != list })
}

func entry(t *testing.T, s *testkit.School, list, code string) people.Entry {
	t.Helper()
	all := entries(t, s, list)
	i := slices.IndexFunc(all, func(e people.Entry) bool { return e.Code == code })
	if i < 0 {
		t.Fatalf("no %s in %v", code, all)
	}
	return all[i]
}

func setCode(t *testing.T, s *testkit.School, in people.SetCodeInput) people.SetCodeAnswer {
	t.Helper()
	out, err := people.SetCode.Run(s.IT(), s.Ops, in)
	if err != nil {
		t.Fatalf("%+v: %v", in, err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil { // as the next request does
		t.Fatal(err)
	}
	return out
}

// Who writes by a program reads from what can be chosen: each kind in its order, what is retired as such, a school's own by its own name (PPL-12, SAL-6).
func TestPPL12_Codes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		setCode(t, s, people.SetCodeInput{List: people.ListReasons, Code: "moved", NameZH: new("搬家"), NameEN: new("Moved away")})
		setCode(t, s, people.SetCodeInput{List: people.ListReasons, Code: "distance", Active: new(false)})
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

// An own entry is offered at its place, is taken where one of the list is asked for, and is offered no more once it is retired: who has it
// keeps it (SAL-6, SAL-3).
func TestSAL6_OwnCodes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		made := setCode(t, s, people.SetCodeInput{List: people.ListResults, NameZH: new(" 加了微信 "), NameEN: new("Added on WeChat"), Place: new(int64(2))})
		if made.Code != "own-1" || made.Version != 1 {
			t.Errorf("made %+v", made)
		}
		offered := func() []string {
			return ask(t, s, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) ([]string, error) {
				return people.Codes(ctx, tx, people.ListResults)
			})
		}
		if got := offered(); len(got) != 10 || got[0] != "willing" || got[1] != "own-1" || got[2] != "discuss" {
			t.Errorf("offered are %v", got)
		}
		if e := entry(t, s, people.ListResults, "own-1"); e.NameZH != "加了微信" || e.Place != 2 || !e.Spoken || e.Needed {
			t.Errorf("own entry: %+v", e)
		}
		e := s.Enquiry(t, s.HD)
		touch := func(result string) error {
			_, err := people.RecordTouch.Run(s.Consultant(s.HD), s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "wechat", Result: result, NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1})
			return err
		}
		if err := touch("own-1"); err != nil {
			t.Errorf("an own result is refused: %v", err)
		}
		setCode(t, s, people.SetCodeInput{List: people.ListResults, Code: "own-1", Active: new(false), Version: &made.Version})
		if got := offered(); slices.Contains(got, "own-1") {
			t.Errorf("a retired result is offered: %v", got)
		}
		if err := touch("own-1"); err == nil {
			t.Error("a retired result is taken")
		}
		got := ask(t, s, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) ([]people.Touch, error) {
			return people.Touches(ctx, tx, e.PersonID, 1)
		})
		if len(got) != 1 || got[0].Result != "own-1" {
			t.Errorf("the contact lost its result: %+v", got)
		}
		if name, ok := s.Dir.Name(i18n.EN, "touch-result.own-1"); !ok || name != "Added on WeChat" {
			t.Errorf("a retired result is called %q", name)
		}
		setCode(t, s, people.SetCodeInput{List: people.ListResults, Code: "own-1", Active: new(true)})
		if got := offered(); got[len(got)-1] != "own-1" {
			t.Errorf("offered again are %v", got)
		}
	})
}

// Whether somebody was spoken to is what the list says of a result, for past contacts too (SAL-12).
func TestSAL3_OwnResultSpoken(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		setCode(t, s, people.SetCodeInput{List: people.ListResults, Code: "voicemail", NameZH: new("语音信箱"), NameEN: new("Voicemail"), Spoken: new(false)})
		e := s.Enquiry(t, s.HD)
		for _, result := range []string{"voicemail", "no-answer", "discuss"} {
			_, err := people.RecordTouch.Run(s.Consultant(s.HD), s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: result, NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1})
			if err != nil {
				t.Fatal(err)
			}
		}
		spoken := func() (out []bool) {
			for _, c := range ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[id.ID][]people.Contacted, error) {
				return people.ContactsOf(ctx, tx, []id.ID{e.ID})
			})[e.ID] {
				out = append(out, c.Spoken)
			}
			return out
		}
		if got := spoken(); !slices.Equal(got, []bool{false, false, true}) {
			t.Errorf("spoken to: %v", got)
		}
		setCode(t, s, people.SetCodeInput{List: people.ListResults, Code: "voicemail", Spoken: new(true)})
		if got := spoken(); !slices.Equal(got, []bool{true, false, true}) {
			t.Errorf("spoken to, once the list says so: %v", got)
		}
	})
}

// What would make a list of no use, or the program write what nobody knows, is refused by field (SAL-6).
func TestSAL6_CodeRefusals(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := int64(9)
		setCode(t, s, people.SetCodeInput{List: people.ListReasons, Code: "moved", NameZH: new("搬家"), NameEN: new("Moved away")})
		for name, c := range map[string]struct {
			in   people.SetCodeInput
			want string
		}{
			"no such list":       {people.SetCodeInput{List: "stage", Code: "new", NameZH: new("新")}, "list not-one-of"},
			"one name":           {people.SetCodeInput{List: people.ListReasons, Code: "pets", NameZH: new("宠物")}, "name_en required"},
			"own without names":  {people.SetCodeInput{List: people.ListReasons, Code: "moved", NameZH: new(""), NameEN: new("")}, "name_zh required, name_en required"},
			"half renamed":       {people.SetCodeInput{List: people.ListReasons, Code: "price", NameZH: new("贵")}, "name_en required"},
			"long name":          {people.SetCodeInput{List: people.ListReasons, Code: "pets", NameZH: new(strings.Repeat("长", 41)), NameEN: new("Pets")}, "name_zh too-long"},
			"code":               {people.SetCodeInput{List: people.ListReasons, Code: "Pets!", NameZH: new("宠物"), NameEN: new("Pets")}, "code code-form"},
			"long code":          {people.SetCodeInput{List: people.ListReasons, Code: strings.Repeat("a", 41), NameZH: new("宠物"), NameEN: new("Pets")}, "code too-long"},
			"name of another":    {people.SetCodeInput{List: people.ListReasons, Code: "pets", NameZH: new("搬家"), NameEN: new("moved AWAY")}, "name_zh code-name-taken, name_en code-name-taken"},
			"place":              {people.SetCodeInput{List: people.ListReasons, Code: "moved", Place: new(int64(-1))}, "place place-range"},
			"spoken of a reason": {people.SetCodeInput{List: people.ListReasons, Code: "moved", Spoken: new(false)}, "spoken results-only"},
			"set by a booking":   {people.SetCodeInput{List: people.ListResults, Code: "come", Active: new(false)}, "active code-needed"},
			"set by a form":      {people.SetCodeInput{List: people.ListSteps, Code: "call-back", Active: new(false)}, "active code-needed"},
			"nothing":            {people.SetCodeInput{List: people.ListReasons, Code: "moved", Active: new(true)}, "nothing-changed"},
			"stale":              {people.SetCodeInput{List: people.ListReasons, Code: "moved", NameZH: new("搬走"), Version: &old}, "stale"},
		} {
			_, err := people.SetCode.Run(s.IT(), s.Ops, c.in)
			if got := refusedFor(err); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		if _, err := people.SetCode.Run(s.Principal(s.HD), s.Ops, people.SetCodeInput{List: people.ListReasons, Code: "price", Active: new(false)}); refusedFor(err) != "forbidden" {
			t.Errorf("a principal retires a reason: %v", err)
		}
		left := slices.DeleteFunc(entries(t, s, people.ListReasons), people.Entry.Automatic)
		for i, e := range left {
			_, err := people.SetCode.Run(s.IT(), s.Ops, people.SetCodeInput{List: e.List, Code: e.Code, Active: new(false)})
			if last := i == len(left)-1; last && refusedFor(err) != "active last-code" || !last && err != nil {
				t.Errorf("retire %s, %d of %d: %v", e.Code, i+1, len(left), err)
			}
		}
	})
}

// refusedFor is what was refused: each field with its code, else the problem's own.
func refusedFor(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return "accepted"
	}
	var out []string
	for _, f := range p.Fields {
		out = append(out, f.Location+" "+f.Code)
	}
	if len(out) == 0 {
		return p.Code
	}
	return strings.Join(out, ", ")
}

// A shipped entry is called as the school calls it, in both languages, until it takes its own name back (SAL-6).
func TestSAL6_ShippedRenamed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		name := func() string {
			ctx := i18n.WithCatalogue(t.Context(), s.App.Catalogue, i18n.EN)
			return i18n.T(ctx, "loss-reason.price") + " " + i18n.T(i18n.WithLang(ctx, i18n.ZH), "loss-reason.price")
		}
		shipped := name()
		setCode(t, s, people.SetCodeInput{List: people.ListReasons, Code: "price", NameZH: new("学费贵"), NameEN: new("fees too high")})
		if got := name(); got != "fees too high 学费贵" {
			t.Errorf("renamed: %s", got)
		}
		setCode(t, s, people.SetCodeInput{List: people.ListReasons, Code: "price", NameZH: new(""), NameEN: new("")})
		if got := name(); got != shipped {
			t.Errorf("as it came: %s, want %s", got, shipped)
		}
	})
}

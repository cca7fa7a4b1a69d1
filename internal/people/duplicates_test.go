package people_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func duplicates(t *testing.T, s *testkit.School, ctx context.Context, c people.Candidate) []people.Duplicate {
	t.Helper()
	return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Duplicate, error) { return people.Duplicates(ctx, tx, c) })
}

func whys(list []people.Duplicate) map[id.ID]string {
	out := map[id.ID]string{}
	for _, d := range list {
		out[d.ID] = d.Why
	}
	return out
}

func TestPPL4_DuplicatesInScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx, birth := s.FrontDesk(s.HD), bizdate.New(2015, 4, 17)
		same := register(t, s, ctx, people.RegisterInput{Name: "何雨桐", Phones: phones("13812345678", "13800138000")})
		alike := register(t, s, ctx, people.RegisterInput{Name: "何雨童", Phones: phones("13812345678")})
		mother := register(t, s, ctx, people.RegisterInput{Name: "王静", Phones: phones("13812345678")})
		twin := register(t, s, ctx, people.RegisterInput{Name: "何雨桐", Birth: birth})
		register(t, s, ctx, people.RegisterInput{Name: "何雨桐", Birth: birth + 1})
		register(t, s, ctx, people.RegisterInput{Name: "何雨桐", Phones: phones("13912345678")})
		got := duplicates(t, s, ctx, people.Candidate{Name: " 何雨桐", Birth: birth, Phones: []string{"138 1234 5678", "garbage"}})
		want := map[id.ID]string{same: people.WhyPhone, alike: people.WhyPhone, mother: people.WhyPhone, twin: people.WhyNameBirth}
		if w := whys(got); !maps.Equal(w, want) {
			t.Errorf("duplicates = %v, want %v", w, want)
		}
		if !got[0].Sure || !got[1].Sure || got[2].Sure || got[len(got)-1].ID != mother {
			t.Errorf("the surest first: %+v", got)
		}
		for _, d := range got {
			if !d.Seen || d.Name == "" || d.Phone != "" && d.Phone != "138****5678" && d.ID != twin {
				t.Errorf("in scope: %+v", d)
			}
		}
		for name, c := range map[string]people.Candidate{"nothing": {}, "name only": {Name: "何雨桐"}, "half a phone": {Name: "何雨桐", Phones: []string{"1381234"}}, "birth only": {Birth: birth}} {
			if got := duplicates(t, s, ctx, c); len(got) != 0 {
				t.Errorf("%s: %+v", name, got)
			}
		}
		of := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Duplicate, error) {
			p, err := people.ByID(ctx, tx, same)
			if err != nil {
				return nil, err
			}
			return people.DuplicatesOf(ctx, tx, p)
		})
		if w := whys(of); len(w) != 2 || w[alike] == "" || w[mother] == "" {
			t.Errorf("of a registered one = %v", w)
		}
		if _, err := people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: same, GuardianID: mother, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		of = ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Duplicate, error) {
			p, err := people.ByID(ctx, tx, same)
			if err != nil {
				return nil, err
			}
			return people.DuplicatesOf(ctx, tx, p)
		})
		if w := whys(of); len(w) != 1 || w[alike] == "" {
			t.Errorf("without the family = %v", w)
		}
	})
}

// Beyond the scope only an equal full phone, or an equal name and birth date, tells of anybody, and showing it is a counted reveal.
func TestPPL4_DuplicatesBeyondScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.CY)
		theirs := register(t, s, consultant, people.RegisterInput{Name: "何雨桐", CenterID: s.CY, Birth: bizdate.New(2015, 4, 17), Phones: phones("13800138000", "13812345678")})
		register(t, s, consultant, people.RegisterInput{Name: "何雨童", CenterID: s.CY, Birth: bizdate.New(2015, 4, 17)})
		ctx := s.FrontDesk(s.HD)
		c := people.Candidate{Name: "何雨桐", Phones: []string{"13812345678"}}
		got := duplicates(t, s, ctx, c)
		if want := (people.Duplicate{Brief: people.Brief{ID: theirs}, Why: people.WhyPhone, Sure: true}); len(got) != 1 || got[0] != want {
			t.Fatalf("before it is shown: %+v", got)
		}
		facts := len(s.Facts(t))
		found, err := people.FindDuplicates(ctx, s.Ops, c)
		if err != nil {
			t.Fatal(err)
		}
		want := people.Duplicate{
			Brief: people.Brief{ID: theirs, Name: "何**", Phone: "138****5678"}, Center: s.CY, Owner: s.StaffID(consultant), Revealed: true, Why: people.WhyPhone, Sure: true,
		}
		if len(found) != 1 || found[0] != want {
			t.Errorf("shown: %+v, want %+v", found, want)
		}
		if got := s.Facts(t)[facts:]; !slices.Equal(got, []string{"people.phone-revealed.1"}) {
			t.Errorf("facts = %v", got)
		}
		if _, err := people.FindDuplicates(ctx, s.Ops, c); err != nil || len(s.Facts(t)) != facts+1 {
			t.Errorf("looking again at once: %v, %d facts", err, len(s.Facts(t))-facts)
		}
		s.Clock.Set(s.Clock.Now().Add(3 * time.Minute))
		if got := duplicates(t, s, ctx, c); got[0].Revealed || got[0].Name != "" {
			t.Errorf("some minutes later: %+v", got)
		}
		if got := duplicates(t, s, ctx, people.Candidate{Name: "何雨桐", Birth: bizdate.New(2015, 4, 17)}); len(got) != 1 || got[0].Why != people.WhyNameBirth {
			t.Errorf("by name and birth date: %+v", got)
		}
		for name, err := range map[string]error{
			"another phone": second(people.ShowDuplicate.Run(ctx, s.Ops, people.ShowDuplicateInput{PersonID: theirs, Candidate: people.Candidate{Name: "何雨桐", Phones: []string{"13812345679"}}})),
			"no candidate":  second(people.ShowDuplicate.Run(ctx, s.Ops, people.ShowDuplicateInput{PersonID: theirs})),
			"no person":     second(people.ShowDuplicate.Run(ctx, s.Ops, people.ShowDuplicateInput{PersonID: s.HD, Candidate: c})),
		} {
			if refusal(err) != "404 not-found" {
				t.Errorf("%s: %s", name, refusal(err))
			}
		}
		if err := second(people.ShowDuplicate.Run(s.Finance(s.HD), s.Ops, people.ShowDuplicateInput{PersonID: theirs, Candidate: c})); refusal(err) != "403 forbidden" {
			t.Errorf("finance: %s", refusal(err))
		}
		if got := duplicates(t, s, s.Finance(s.HD), c); len(got) != 0 {
			t.Errorf("who enters nobody finds %+v", got)
		}
		s.Exec(t, "UPDATE reveal_days SET n = 60")
		s.Exec(t, "DELETE FROM reveals")
		if err := second(people.ShowDuplicate.Run(ctx, s.Ops, people.ShowDuplicateInput{PersonID: theirs, Candidate: c})); refusal(err) != "422 reveal-limit person_id:" {
			t.Errorf("beyond the limit: %s", refusal(err))
		}
		if found, err := people.FindDuplicates(ctx, s.Ops, c); err != nil || len(found) != 1 || found[0].Name != "" {
			t.Errorf("beyond the limit: %+v %v", found, err)
		}
	})
}

// memory holds the rows of a dry run.
type memory map[string][]string

func (m memory) Add(phone, name string) error         { m[phone] = append(m[phone], name); return nil }
func (m memory) Names(phone string) ([]string, error) { return m[phone], nil }

func TestPPL4_Matcher(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		he := register(t, s, s.FrontDesk(s.HD), people.RegisterInput{Name: "何雨桐", Phones: phones("13800138000")})
		mother := register(t, s, s.FrontDesk(s.CY), people.RegisterInput{Name: "王静", Phones: phones("13800138000")})
		m := people.NewMatcher(memory{})
		chunk := []people.Candidate{{Name: "何雨桐", Phones: []string{"+8613800138000"}}, {Phones: []string{"+8613900000001"}}}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			if err := m.Load(ctx, tx, chunk); err != nil {
				return err
			}
			if tx.Queries != 1 {
				t.Errorf("%d queries for a chunk", tx.Queries)
			}
			return nil
		})
		for _, c := range []struct {
			in   people.Candidate
			want id.ID
			ok   bool
		}{
			{chunk[0], he, true},
			{people.Candidate{Name: "王女士", Phones: []string{"+8613800138000"}}, mother, true},
			{people.Candidate{Name: "李雷", Phones: []string{"+8613800138000"}}, id.None, false},
			{people.Candidate{Name: "何雨桐"}, id.None, false},
			{chunk[1], id.None, false},
		} {
			if got, ok, err := m.Sure(c.in); got != c.want || ok != c.ok || err != nil {
				t.Errorf("%+v: %v %t %v, want %v %t", c.in, got, ok, err, c.want, c.ok)
			}
		}
		han := people.Candidate{Name: "韩梅", Phones: []string{"+8613900000002"}}
		if err := errors.Join(m.Note(chunk[1], he), m.Note(han, id.None)); err != nil {
			t.Fatal(err)
		}
		if got, ok, _ := m.Sure(people.Candidate{Name: "张三", Phones: chunk[1].Phones}); got != he || !ok {
			t.Errorf("of this chunk: %v %t", got, ok)
		}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error { return m.Load(ctx, tx, chunk[:1]) })
		if _, ok, _ := m.Sure(people.Candidate{Name: "张三", Phones: chunk[1].Phones}); ok {
			t.Error("a row of an earlier chunk is remembered; it is in the database")
		}
		if got, ok, _ := m.Sure(han); !got.IsNone() || !ok {
			t.Errorf("of an earlier chunk of a dry run: %v %t", got, ok)
		}
	})
}

func TestPPL10_Masks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		full := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (map[id.ID]people.Brief, error) {
			return people.Briefs(ctx, tx, []id.ID{e.PersonID})
		})[e.PersonID].Phone
		masked := full[3:6] + "****" + full[10:]
		for role, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"front desk": {s.FrontDesk(s.HD), masked}, "owner": {s.Consultant(s.HD), full}, "finance": {s.Finance(s.HD), masked}, "principal": {s.Principal(s.HD), masked},
			"general manager": {s.GM(), masked}, "colleague": {s.Consultant2(s.HD), masked}, "marketing": {s.Marketing(), ""}, "it": {s.IT(), ""}, "operator": {s.System(), full},
		} {
			got := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) (map[id.ID]people.Brief, error) {
				return people.Briefs(ctx, tx, []id.ID{e.PersonID})
			})
			if got[e.PersonID].Phone != c.want {
				t.Errorf("%s sees %q, want %q", role, got[e.PersonID].Phone, c.want)
			}
			list := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
				return people.Contacts(ctx, tx, e.PersonID)
			})
			for _, p := range list {
				if p.Value != c.want {
					t.Errorf("%s reads %q, want %q", role, p.Value, c.want)
				}
			}
		}
	})
}

func TestPPL10_Reveal(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		person := register(t, s, desk, people.RegisterInput{Name: "何静", Phones: phones("13800138000"), WeChat: phones("何静静静静")})
		revealed := func(ctx context.Context) (out []string) {
			list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Contact, error) {
				return people.Revealed(ctx, tx, person)
			})
			for _, c := range list {
				out = append(out, c.Value)
			}
			return out
		}
		if got := revealed(desk); len(got) != 0 {
			t.Errorf("without a reveal: %v", got)
		}
		if _, err := people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: person}); err != nil {
			t.Fatal(err)
		}
		if got := revealed(desk); !slices.Equal(got, []string{"+8613800138000", "何静静静静"}) {
			t.Errorf("revealed = %v", got)
		}
		if got := revealed(s.Principal(s.HD)); len(got) != 0 {
			t.Errorf("somebody else reads %v", got)
		}
		if got := s.Facts(t); got[len(got)-1] != "people.phone-revealed.1" {
			t.Errorf("facts = %v", got)
		}
		s.Clock.Set(s.Clock.Now().Add(3 * time.Minute))
		if got := revealed(desk); len(got) != 0 {
			t.Errorf("three minutes later: %v", got)
		}
		for role, ctx := range map[string]context.Context{"finance": s.Finance(s.HD), "marketing": s.Marketing(), "it": s.IT()} {
			if err := second(people.Reveal.Run(ctx, s.Ops, people.RevealInput{PersonID: person})); refusal(err) != "403 forbidden" {
				t.Errorf("%s: %s", role, refusal(err))
			}
		}
	})
}

func TestPPL10_RevealLimit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		list := []id.ID{s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)}
		s.Exec(t, "UPDATE role_fields SET reveals_per_day = 2 WHERE role = 'front-desk'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		run := func(key id.ID) error {
			return second(people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: key}))
		}
		for i, want := range []struct {
			key  id.ID
			want string
		}{{list[0], "<nil>"}, {list[0], "<nil>"}, {list[1], "<nil>"}, {list[2], "422 reveal-limit person_id:"}, {list[1], "<nil>"}} {
			if got := refusal(run(want.key)); got != want.want {
				t.Errorf("reveal %d: %s, want %s", i, got, want.want)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM reveals WHERE field = 'phone'"); n != 2 {
			t.Errorf("%d reveals are noted", n)
		}
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		if err := run(list[2]); err != nil {
			t.Errorf("the next day: %v", err)
		}
	})
}

// Ten reveals at once do not pass a limit of three.
func TestPPL10_RevealLimitAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		s.Exec(t, "UPDATE role_fields SET reveals_per_day = 3 WHERE role = 'front-desk'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		answers := make(chan error)
		for range 10 {
			key := s.Person(t, s.HD)
			go func() { answers <- second(people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: key})) }()
		}
		var ok int
		for range 10 {
			switch err := <-answers; refusal(err) {
			case "<nil>":
				ok++
			case "422 reveal-limit person_id:":
			default:
				t.Error(fmt.Errorf("unexpected: %w", err))
			}
		}
		if ok != 3 {
			t.Errorf("%d reveals passed", ok)
		}
	})
}

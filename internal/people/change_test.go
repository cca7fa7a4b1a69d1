package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

func TestORG10_Change(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := register(t, s, desk, people.RegisterInput{Name: "何雨桐", Phones: phones("13800138000")})
		change := func(in people.ChangeInput) (people.Answer, error) {
			in.PersonID = key
			return people.Change.Run(desk, s.Ops, in)
		}
		a, err := change(people.ChangeInput{Base: new(int64(0)), Name: new("何雨彤"), Phones: new(phones("13900000001", "13900000002"))})
		if err != nil || a.Version != 1 {
			t.Fatalf("%+v %v", a, err)
		}
		if got := find(t, s, desk, "0002"); !slices.Equal(got, []id.ID{key}) {
			t.Errorf("not found by the new phone: %v", got)
		}
		if got := append(find(t, s, desk, "8000"), find(t, s, desk, "桐")...); len(got) != 0 {
			t.Errorf("found by what was: %v", got)
		}
		if a, err = change(people.ChangeInput{Base: new(int64(0)), District: new("海淀区")}); err != nil || a.Version != 2 {
			t.Errorf("other fields on the older version: %+v %v", a, err)
		}
		_, err = change(people.ChangeInput{Base: new(int64(0)), Name: new("何小桐"), Phones: new(phones("13900000003")), Lang: new("en")})
		if refusal(err) != "409 stale name:changed-meanwhile phones:changed-meanwhile" {
			t.Errorf("the same fields on the older version: %s", refusal(err))
		}
		if p, _ := problem.As(err); p.Fields[0].Value != "何雨彤" || p.Fields[1].Value != "139****0001\n139****0002" {
			t.Errorf("as they are now: %+v", p.Fields)
		}
		if _, err = change(people.ChangeInput{Base: new(int64(1)), Name: new("何小桐")}); err != nil {
			t.Errorf("after the change of the name: %v", err)
		}
		for name, c := range map[string]struct {
			in   people.ChangeInput
			want string
		}{
			"exact":     {people.ChangeInput{Base: new(int64(2)), Exact: true, Lang: new("en")}, "412 stale"},
			"future":    {people.ChangeInput{Base: new(int64(9)), Lang: new("en")}, "422 invalid base_version:unknown"},
			"nothing":   {people.ChangeInput{Base: new(int64(3)), Name: new("何小桐 ")}, "422 nothing-changed person_id:"},
			"bad phone": {people.ChangeInput{Base: new(int64(3)), Phones: new(phones("12"))}, "422 invalid phones.0.value:bad-phone"},
			"nobody":    {people.ChangeInput{Base: new(int64(3)), Name: new(""), Phones: new(phones())}, "422 invalid name:nobody"},
		} {
			if _, err := change(c.in); refusal(err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(err), c.want)
			}
		}
		if a, err = change(people.ChangeInput{Lang: new("en")}); err != nil || a.Version != 4 {
			t.Errorf("without a base: %+v %v", a, err)
		}
		if _, err := people.Change.Run(s.Finance(s.HD), s.Ops, people.ChangeInput{PersonID: key, Base: new(int64(3)), Lang: new("en")}); refusal(err) != "403 forbidden" {
			t.Errorf("finance: %s", refusal(err))
		}
		s.Check(t)
	})
}

// Old values stand beside the event, sealed; the payload holds their digests and no personal value, and who is forgotten is gone.
func TestTRU24_OldValues(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := register(t, s, desk, people.RegisterInput{Name: "何雨桐", Phones: []people.ContactInput{{Value: "13800138000", Relation: "mother"}}})
		if _, err := people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: key, Base: new(int64(0)), Name: new("何雨彤"), Phones: new(phones("13900000001"))}); err != nil {
			t.Fatal(err)
		}
		events := ask(t, s, desk, func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
			return people.Timeline(ctx, tx, key, people.TimelineFilter{Limit: 1})
		}).Items
		for _, plain := range []string{"何雨", "138001", "139000"} {
			if n := count(t, s, "SELECT COUNT(*) FROM events WHERE payload LIKE ?", "%"+plain+"%"); n != 0 {
				t.Errorf("%d events hold %s", n, plain)
			}
		}
		if !strings.Contains(string(events[0].Payload), `"digests":{"name":"`) {
			t.Errorf("payload = %s", events[0].Payload)
		}
		old := func(ctx context.Context) []people.OldValue {
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.OldValue, error) {
				return people.OldValues(ctx, tx, key, []id.ID{events[0].ID})
			})
		}
		if got := old(desk); len(got) != 2 || got[0].Text != "何雨桐" || got[1].Text != "138****8000\tmother" {
			t.Errorf("front desk reads %+v", got)
		}
		if got := old(s.System()); len(got) != 2 || got[1].Text != "+8613800138000\tmother" {
			t.Errorf("operator reads %+v", got)
		}
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return tx.Vault().(*vault.Vault).Forget(ctx, tx.Tx, key)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := old(s.System()); len(got) != 2 || !got[0].Gone || got[0].Text != "" {
			t.Errorf("after it was forgotten: %+v", got)
		}
	})
}

func TestPPL12_Touch(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		ctx := s.Consultant(s.HD)
		ok := people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: 20607} // 2026-06-03
		for name, c := range map[string]struct {
			edit func(in *people.TouchInput)
			want string
		}{
			"no step, no reason": {func(in *people.TouchInput) { in.NextStep, in.NextDay = "", 0 }, "422 invalid next_step:step-or-reason"},
			"step and reason":    {func(in *people.TouchInput) { in.Closed = "price" }, "422 invalid closed_reason:step-and-reason"},
			"no day":             {func(in *people.TouchInput) { in.NextDay = 0 }, "422 invalid next_day:required"},
			"a day, no step":     {func(in *people.TouchInput) { in.NextStep, in.Closed = "", "price" }, "422 invalid next_step:required"},
			"yesterday":          {func(in *people.TouchInput) { in.NextDay-- }, "422 invalid next_day:day-past"},
			"too far":            {func(in *people.TouchInput) { in.NextDay += 367 }, "422 invalid next_day:day-far"},
			"no result":          {func(in *people.TouchInput) { in.Result = "" }, "422 invalid result:required"},
			"unknown result":     {func(in *people.TouchInput) { in.Result = "great" }, "422 invalid result:unknown"},
			"unknown step":       {func(in *people.TouchInput) { in.NextStep = "何静 13800138000" }, "422 invalid next_step:unknown"},
			"unknown reason":     {func(in *people.TouchInput) { in.NextStep, in.NextDay, in.Closed = "", 0, "rain" }, "422 invalid closed_reason:unknown"},
			"unknown channel":    {func(in *people.TouchInput) { in.Channel = "fax" }, "422 invalid channel:not-one-of"},
			"unknown direction":  {func(in *people.TouchInput) { in.Direction = "up" }, "422 invalid direction:not-one-of"},
			"long note":          {func(in *people.TouchInput) { in.Note = strings.Repeat("长", 5001) }, "422 invalid note:too-long"},
			"no subject":         {func(in *people.TouchInput) { in.EnquiryID = id.None }, "422 invalid person_id:required"},
			"as it should be":    {func(in *people.TouchInput) { in.Note = strings.Repeat("长", 5000) }, "<nil>"},
		} {
			in := ok
			c.edit(&in)
			if _, err := people.RecordTouch.Run(ctx, s.Ops, in); refusal(err) != c.want {
				t.Errorf("%s: %s, want %s", name, refusal(err), c.want)
			}
		}
		for name, ctx := range map[string]context.Context{"colleague": s.Consultant2(s.HD), "other center": s.FrontDesk(s.CY)} {
			if err := second(people.RecordTouch.Run(ctx, s.Ops, ok)); refusal(err) != "404 not-found" {
				t.Errorf("%s: %s", name, refusal(err))
			}
		}
		if err := second(people.RecordTouch.Run(s.Finance(s.HD), s.Ops, ok)); refusal(err) != "403 forbidden" {
			t.Errorf("finance: %s", refusal(err))
		}
		person := people.TouchInput{PersonID: e.PersonID, Channel: "note", Result: "discuss", Note: "生日\n快乐\x07"}
		if err := second(people.RecordTouch.Run(ctx, s.Ops, person)); err != nil {
			t.Errorf("without an enquiry: %v", err)
		}
		list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Touch, error) {
			return people.Touches(ctx, tx, e.PersonID, 10)
		})
		if len(list) != 2 || list[0].Note != "生日\n快乐" || list[0].Center != s.HD || list[1].Staff != s.StaffID(ctx) || list[1].Direction != "out" {
			t.Errorf("touches = %+v", list)
		}
		if list := ask(t, s, s.FrontDesk(s.CY), func(ctx context.Context, tx *op.Tx) ([]people.Touch, error) {
			return people.Touches(ctx, tx, e.PersonID, 10)
		}); len(list) != 0 {
			t.Errorf("another center reads %+v", list)
		}
		s.Check(t)
	})
}

func TestPPL6_Timeline(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, _ := s.Appointment(t, s.HD)
		c := s.Contract(t, s.HD)
		student := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			return op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT student FROM contracts WHERE id = ?", c.ID)
		})
		kinds := func(ctx context.Context, person id.ID, f people.TimelineFilter) (out []string, page people.TimelinePage) {
			page = ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
				return people.Timeline(ctx, tx, person, f)
			})
			for _, i := range page.Items {
				out = append(out, strings.TrimPrefix(i.Name(), "sales."))
			}
			return out, page
		}
		owner := s.Consultant(s.HD)
		got, page := kinds(owner, e.PersonID, people.TimelineFilter{})
		if want := []string{"appointment-booked", "people.touch-recorded", "enquiry-entered", "people.person-registered"}; !slices.Equal(got, want) {
			t.Errorf("owner sees %v, want %v", got, want)
		}
		if page.Counts[""] != 4 || page.Counts["sales"] != 3 || page.Counts["system"] != 1 || page.Items[0].Staff != s.StaffID(owner) {
			t.Errorf("counts = %v, first %+v", page.Counts, page.Items[0])
		}
		if got, _ := kinds(s.Finance(s.HD), e.PersonID, people.TimelineFilter{}); !slices.Equal(got, []string{"people.person-registered"}) {
			t.Errorf("finance sees %v", got)
		}
		if got, _ := kinds(s.Finance(s.HD), student, people.TimelineFilter{Department: "sales"}); !slices.Equal(got, []string{"contracts.contract-signed", "contracts.contract-drafted"}) {
			t.Errorf("finance sees of a student %v", got)
		}
		all, _ := kinds(s.Principal(s.HD), student, people.TimelineFilter{})
		if len(all) < 9 || all[0] != "contracts.contract-signed" {
			t.Errorf("principal sees %v", all)
		}
		first, page := kinds(s.Principal(s.HD), student, people.TimelineFilter{Limit: 3})
		rest, last := kinds(s.Principal(s.HD), student, people.TimelineFilter{Before: page.Items[2].ID})
		if !page.More || last.More || !slices.Equal(append(first, rest...), all) {
			t.Errorf("pages %v and %v", first, rest)
		}
		s.Read(t, owner, func(ctx context.Context, tx *op.Tx) error {
			if _, err := people.Timeline(ctx, tx, e.PersonID, people.TimelineFilter{}); err != nil {
				return err
			}
			if tx.Queries > 4 {
				t.Errorf("%d queries", tx.Queries)
			}
			return nil
		})
	})
}

// Who owns one matter of a person does not see a colleague's other matter of the same person.
func TestPPL6_OtherMatterOfTheSamePerson(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		mine, theirs := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		other := s.StaffID(s.Consultant2(s.HD))
		s.Exec(t, "UPDATE enquiries SET person = ?, consultant = ? WHERE id = ?", mine.PersonID, other, theirs.ID)
		s.Exec(t, "UPDATE person_links SET person = ?, owner = ? WHERE ref = ?", mine.PersonID, other, theirs.ID)
		s.Exec(t, "UPDATE events SET person = ?, actor = NULL WHERE subject = ?", mine.PersonID, theirs.ID)
		in := people.TouchInput{EnquiryID: theirs.ID, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: 20608, Note: "secret"}
		if _, err := people.RecordTouch.Run(s.Consultant2(s.HD), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			ctx     context.Context
			entered int
			note    bool
		}{"owner of one": {s.Consultant(s.HD), 1, false}, "owner of the other": {s.Consultant2(s.HD), 1, true}, "principal": {s.Principal(s.HD), 2, true}} {
			page := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
				return people.Timeline(ctx, tx, mine.PersonID, people.TimelineFilter{})
			})
			entered, note := 0, false
			for _, i := range page.Items {
				if i.Name() == "sales.enquiry-entered" {
					entered++
				}
				note = note || i.Note == "secret"
			}
			if entered != c.entered || note != c.note {
				t.Errorf("%s sees %d enquiries, the note %t", name, entered, note)
			}
		}
	})
}

func faults(t *testing.T, s *testkit.School, name string) (out []string) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		found, err := check.Run(ctx, tx, people.Checks())
		for _, f := range found {
			if f.Check == name {
				out = append(out, f.What)
			}
		}
		return err
	})
	return out
}

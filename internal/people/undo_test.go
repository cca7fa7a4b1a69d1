package people_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/vault"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// known is all that is known of a person, but for its version.
func known(t *testing.T, s *testkit.School, key id.ID) (p people.Person, contacts []people.Contact) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		if p, err = people.ByID(ctx, tx, key); err != nil {
			return err
		}
		p.Version = 0
		contacts, err = people.Contacts(ctx, tx, key)
		for i := range contacts {
			contacts[i].ID = id.None
		}
		return err
	})
	return p, contacts
}

// A change of a person is set back from the sealed values beside it: the offer and the log hold none of them (UI-B2, TRU-24). Names and
// phones are found again, the change that takes back says which one it was.
func TestUIB2_ChangeOfAPersonTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := register(t, s, desk, people.RegisterInput{
			Name: "何雨桐", NameLatin: "He Yutong", Gender: "female", Birth: bizdate.New(2017, 4, 5), District: "海淀区", Lang: "zh", CenterID: s.HD,
			Phones: []people.ContactInput{{Value: "13800138000", Relation: "mother"}, {Value: "13800138001"}}, WeChat: phones("heyutong"),
		})
		was, had := known(t, s, key)
		all := people.ChangeInput{
			PersonID: key, Name: new("王小明"), NameLatin: new("Wang"), Gender: new("male"), Birth: new(bizdate.New(2018, 1, 1)), District: new("朝阳区"), Lang: new("en"),
			Phones: new(phones("13900139000")), Emails: new(phones("a@example.com")), WeChat: new(phones()),
		}
		for name, in := range map[string]people.ChangeInput{"everything": all, "the birth alone": {PersonID: key, Birth: new(bizdate.Date(0))}} {
			ctx := op.WithUndo(desk)
			if _, err := people.Change.Run(ctx, s.Ops, in); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
				t.Fatalf("undo of %s: %v", name, err)
			}
			is, have := known(t, s, key)
			if is != was || len(have) != len(had) {
				t.Errorf("%s: %+v %+v, was %+v %+v", name, is, have, was, had)
			}
			for i := range have {
				if have[i] != had[i] {
					t.Errorf("%s: %+v, was %+v", name, have[i], had[i])
				}
			}
		}
		if found := find(t, s, desk, "heyutong"); len(found) != 1 || len(find(t, s, desk, "wangxiaoming")) != 0 || len(find(t, s, s.System(), "9000")) != 0 {
			t.Errorf("found = %v", found)
		}
		for _, table := range []string{"undos WHERE input", "events WHERE payload"} {
			for _, plain := range []string{"何雨", "王小明", "1380013", "1390013", "海淀", "朝阳", "2017-04", "Yutong", "heyutong"} {
				if n := count(t, s, "SELECT COUNT(*) FROM "+table+" LIKE ?", "%"+plain+"%"); n != 0 {
					t.Errorf("%d of %s hold %s", n, table, plain)
				}
			}
		}
		reverts := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]string, error) {
			return op.AllOf[string](ctx, tx.Unscoped("test"), "SELECT payload FROM events WHERE subject = ? AND kind = 'people.person-changed.1' ORDER BY id", key)
		})
		if len(reverts) != 4 || strings.Contains(reverts[0], "reverts_event") || !strings.Contains(reverts[1], `"reverts_event":"`) {
			t.Errorf("facts = %v", reverts)
		}
		s.Check(t)
	})
}

func TestUIB2_ChangeOfAPersonRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := register(t, s, desk, people.RegisterInput{Name: "何雨桐", CenterID: s.HD})
		back := func(ctx context.Context) string {
			return refusal(second(people.RevertChange.Run(ctx, s.Ops, people.RevertInput{PersonID: key})))
		}
		if got := back(desk); got != "422 undo-changed undo:" {
			t.Errorf("nothing was changed: %s", got)
		}
		if _, err := people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: key, Name: new("何雨彤")}); err != nil {
			t.Fatal(err)
		}
		if got := back(s.Finance(s.HD)); got != "403 forbidden" {
			t.Errorf("finance: %s", got)
		}
		if got := back(s.FrontDesk(s.CY)); got != "404 not-found" {
			t.Errorf("another center: %s", got)
		}
		s.Clock.Set(s.Clock.Now().Add(op.UndoTime + time.Second))
		if got := back(desk); got != "422 undo-late undo:" {
			t.Errorf("late: %s", got)
		}
		s.Clock.Set(s.Clock.Now().Add(-op.UndoTime))
		if err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return tx.Vault().(*vault.Vault).Forget(ctx, tx.Tx, key)
		}); err != nil {
			t.Fatal(err)
		}
		if got := back(desk); got != "422 undo-changed undo:" {
			t.Errorf("whoever is forgotten: %s", got)
		}
	})
}

// A touch that was taken back is seen no more, neither among the contacts nor on the timeline, where a line says that it was taken back
// without what it said. One that belongs to no enquiry is taken back alike.
func TestUIB2_TouchTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Consultant(s.HD)
		e := s.Enquiry(t, s.HD)
		for name, in := range map[string]people.TouchInput{
			"of an enquiry": {EnquiryID: e.ID, Channel: "call", Result: "discuss", Note: "奶奶接的电话", NextStep: "call-back", NextDay: 20607},
			"of a person":   {PersonID: e.PersonID, Channel: "note", Result: "discuss", Note: "奶奶接的电话"},
		} {
			page := op.WithUndo(ctx)
			a, err := people.RecordTouch.Run(page, s.Ops, in)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := s.Ops.Undo(page, op.Offered(page)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]people.Touch, error) {
				return people.Touches(ctx, tx, e.PersonID, 10)
			}); len(list) != 0 {
				t.Errorf("%s: contacts = %+v", name, list)
			}
			line := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (people.TimelinePage, error) {
				return people.Timeline(ctx, tx, e.PersonID, people.TimelineFilter{})
			})
			seen := 0
			for _, i := range line.Items {
				switch {
				case i.Name() == "people.touch-recorded", i.Note != "", strings.Contains(string(i.Payload), "奶奶"):
					t.Errorf("%s: the timeline shows %+v", name, i)
				case i.Name() == "people.touch-withdrawn" && i.Subject == a.ID:
					seen++
				}
			}
			if seen != 1 {
				t.Errorf("%s: %d lines say that it was taken back", name, seen)
			}
		}
		s.Check(t)
		s.Exec(t, "UPDATE touches SET withdrawn_at = NULL")
		if found := faults(t, s, "people.facts"); len(found) != 2 {
			t.Errorf("a touch that counts again behind the log: %v", found)
		}
	})
}

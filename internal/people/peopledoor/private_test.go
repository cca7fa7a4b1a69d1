package peopledoor_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestPPL10_IDNumbersAndAddresses: ID numbers and addresses among the custom values are masked as phones are, also those whose field says nothing
// of it; one reveal shows them with the phones, with one fact, counted once; roles without the right see the mask only, also of old values.
func TestPPL10_IDNumbersAndAddresses(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		if err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			return people.DefineFields(ctx, tx, []people.Field{
				{Code: "f1", Resource: "person", Kind: "text", NameZH: "家庭地址", NameEN: "Home", Known: "entry"},
				{Code: "f2", Resource: "person", Kind: "text", NameZH: "学校", NameEN: "School", Known: "entry"},
				{Code: "email_address", Resource: "person", Kind: "text", NameZH: "邮箱地址", NameEN: "E-mail address", Known: "entry"},
			})
		}); err != nil {
			t.Fatal(err)
		}
		const card, passport, home = "110108199001011234", "E123456789012", "北京市海淀区中关村大街一号"
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000", Relation: "mother"}}, Attributes: []people.Attribute{
			{Field: "备注", Text: "证：" + card}, {Field: "Passport No", Text: passport}, {Field: "f1", Text: home}, {Field: "f2", Text: "中关村第一小学"}, {Field: "email_address", Text: "he@example.org"},
		}})
		if _, err := people.Change.Run(s.FrontDesk(s.HD), s.Ops, people.ChangeInput{PersonID: key, Attributes: []people.Attribute{{Field: "f1", Text: home + "甲"}}}); err != nil {
			t.Fatal(err)
		}
		secrets := []string{card, passport, "海淀区中关村大街"}
		hides := func(what, page string) {
			t.Helper()
			for _, w := range secrets {
				if strings.Contains(page, w) {
					t.Errorf("%s shows %s", what, w)
				}
			}
		}
		desk := open(t, s, s.FrontDesk(s.HD))
		page := desk.get(personPath(key, ""), http.StatusOK)
		desk.wants(page, "证：1****1234", "E12****9012", "北京市****", "中关村第一小学", "he@example.org")
		hides("the page", page)
		hides("the merge", desk.get(personPath(key, "/merge?with="+s.Person(t, s.HD).String()), http.StatusOK))
		before := len(s.Facts(t))
		_, page = desk.post(personPath(key, "/reveal"), http.StatusOK, nil)
		desk.wants(page, card, passport, home, "138 0013 8000")
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.phone-revealed.1"}) {
			t.Errorf("facts = %v", got)
		}
		if n := s.Count(t, `SELECT COUNT(*) FROM events WHERE kind = 'people.phone-revealed.1' AND payload LIKE '%"private":[%id-number%address%]%'`) + s.Count(t, `SELECT COUNT(*) FROM events WHERE kind = 'people.phone-revealed.1' AND payload LIKE '%"private":[%address%id-number%]%'`); n != 1 {
			t.Errorf("%d facts say what was shown", n)
		}
		books := open(t, s, s.Finance(s.HD))
		page = books.get(personPath(key, ""), http.StatusOK)
		books.wants(page, "北京市****")
		hides("the page of finance", page)
		s.Read(t, s.Finance(s.HD), func(ctx context.Context, tx *op.Tx) error {
			if list, err := people.RevealedAttributes(ctx, tx, key); err != nil || len(list) > 0 {
				t.Errorf("another's reveal shows %v, %v", list, err)
			}
			timeline, err := people.Timeline(ctx, tx, key, people.TimelineFilter{Limit: 50})
			if err != nil {
				return err
			}
			for _, item := range timeline.Items {
				old, err := people.OldValues(ctx, tx, key, []id.ID{item.ID})
				if err != nil {
					return err
				}
				for _, o := range old {
					hides("an old value", o.Text)
				}
			}
			return nil
		})
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			list, err := condition.Of(tx).Fields(ctx, tx)
			for _, f := range list {
				if f.Code == "person.f1" {
					t.Error("a segment may ask for addresses")
				}
			}
			return err
		})
		s.Exec(t, "UPDATE role_fields SET reveals_per_day = 1 WHERE role = 'front-desk'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		other := register(t, s, s.HD, people.RegisterInput{Name: "马晓", CenterID: s.HD, Attributes: []people.Attribute{{Field: "f1", Text: home}}})
		_, page = desk.post(personPath(other, "/reveal"), http.StatusUnprocessableEntity, nil)
		hides("the refused reveal", page)
		desk.wants(page, "北京市****", "显示")
	})
}

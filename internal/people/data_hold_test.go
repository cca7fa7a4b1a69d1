package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// A person whom the law or a contract keeps is not anonymized, and the refusal names why and until which day: a contract that has not ended, and the
// years for which vouchers are kept, counted from the last payment. After them the person is among those whose retention is over (PPL-11).
func TestPPL11_LegalHold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := s.Contract(t, s.HD).ID
		c := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (contracts.Details, error) { return contracts.ByID(ctx, tx, key) })
		pay(t, s, c.Contract, c.Payable)
		paid := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		held := func(what, code string, until bizdate.Date) {
			t.Helper()
			err := second(people.FileDataRequest.Run(s.FrontDesk(s.HD), s.Ops, people.DataRequestInput{PersonID: c.Payer, Kind: "anonymize", By: "retention", Identity: "none"}))
			wantCode(t, what, err, code)
			if p, ok := problem.As(err); !ok || fmt.Sprint(p.Args["day"]) != fmt.Sprint(until) {
				t.Errorf("%s: %+v, want day %s", what, p, until)
			}
		}
		over := func() bool {
			list := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]people.Kept, error) {
				list, err := people.RetentionOver(ctx, tx, app.Personal(), app.Holds(), 0, 50)
				return list.Items, err
			})
			return slices.ContainsFunc(list, func(k people.Kept) bool { return k.ID == c.Payer })
		}
		s.Clock.Set(s.Clock.Now().Add(10 * 366 * 24 * time.Hour))
		held("a contract", "contract-open", c.ValidUntil)
		s.Exec(t, "UPDATE contracts SET state = 'completed' WHERE id = ?", key)
		held("vouchers", "books-kept", paid.AddMonths(12*30))
		if over() {
			t.Error("retention is over while the law keeps")
		}
		s.Clock.Set(paid.AddMonths(12 * 30).In(s.Dir.Zone(s.HD)).Add(24 * time.Hour))
		if !over() {
			t.Error("retention is not over after the years of the vouchers")
		}
		file(t, s, c.Payer, people.RequestAnonymize)
	})
}

// In the words of an export others are not to be told: names of persons whom the program knows, and phones and addresses that are not the person's
// own, are masked; what is the person's own is not (PPL-11).
func TestPPL11_ExportMasksOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss := s.FrontDesk(s.HD), s.Principal(s.HD)
		key := canary(t, s)
		register(t, s, desk, people.RegisterInput{Name: "Leo", CenterID: s.HD})
		register(t, s, desk, people.RegisterInput{Name: "欧阳小明", CenterID: s.HD, Phones: phones("13700001111")})
		register(t, s, desk, people.RegisterInput{Name: "欧阳", NameLatin: "Mary Smith", CenterID: s.HD})
		const note = "欧阳小明的妈妈 137-0000-1111 和 Mary Smith（mary@example.org）介绍来的；金丝雀丙本人 13912345678，canary@example.org，订单 20260603001234，身份证 110108199001011234，Leo 的"
		if err := second(people.RecordTouch.Run(desk, s.Ops, people.TouchInput{PersonID: key, Channel: "call", Direction: "out", Result: "discuss", Note: note, Closed: "no-need"})); err != nil {
			t.Fatal(err)
		}
		got := exported(t, s, key)
		all := fmt.Sprint(got.Parts)
		for _, w := range []string{"欧阳小明", "137-0000-1111", "13700001111", "Mary Smith", "mary@example.org", "110108199001011234"} {
			if strings.Contains(all, w) {
				t.Errorf("the export tells %s", w)
			}
		}
		const masked = "欧**的妈妈 137****1111 和 M**（m***@example.org）介绍来的；金丝雀丙本人 13912345678，canary@example.org，订单 20260603001234，身份证 110****1234，L** 的"
		if !strings.Contains(all, masked) {
			t.Errorf("the export does not hold %s: %s", masked, all)
		}
		kept := ask(t, s, boss, func(ctx context.Context, tx *op.Tx) (string, error) {
			return op.OneOf[string](ctx, tx.Unscoped("test"), "SELECT note FROM touches WHERE person = ? AND note LIKE '%137-0000-1111%'", key)
		})
		if kept != note {
			t.Errorf("the note itself is %s", kept)
		}
	})
}

// What a field said before of others is masked as its words are; the person's own ID number is whole (PPL-11).
func TestPPL11_ExportMasksOldValuesOfOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		register(t, s, desk, people.RegisterInput{Name: "欧阳小明", CenterID: s.HD})
		const own, others = "11010819900101123X", "110108196001011234"
		key := register(t, s, desk, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Birth: bizdate.New(1990, 1, 1), Attributes: []people.Attribute{
			{Field: "remark", Kind: "text", Text: "欧阳小明 137-0000-1111 介绍"}, {Field: "id_no", Kind: "text", Text: own}, {Field: "mother_id_no", Kind: "text", Text: others},
		}})
		if err := second(people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: key, Attributes: []people.Attribute{{Field: "remark", Kind: "text", Text: "无"}}})); err != nil {
			t.Fatal(err)
		}
		got := exported(t, s, key)
		if len(got.Old) != 1 || got.Old[0].Text != "欧** 137****1111 介绍" {
			t.Errorf("old values %+v", got.Old)
		}
		all := fmt.Sprint(got.Parts)
		if !strings.Contains(all, own) || strings.Contains(all, others) || !strings.Contains(all, "110****1234") {
			t.Errorf("numbers in %s", all)
		}
	})
}

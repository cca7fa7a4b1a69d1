package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func company(t *testing.T, s *testkit.School, ctx context.Context, in people.OrganizationInput) id.ID {
	t.Helper()
	a, err := people.RegisterOrganization.Run(ctx, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// An organization is registered with what an invoice says, is found by name, pinyin and initials, is in the list of company customers and
// in no list of people; changes are taken back, and an archived one pays nothing new.
func TestPPL13_Organization(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := company(t, s, desk, people.OrganizationInput{Name: "星河科技", TaxNumber: "9135 0100 m000100y43", Bank: "招商银行", Phones: []people.ContactInput{{Value: "021-62345678"}}, CenterID: s.HD})
		child := company(t, s, desk, people.OrganizationInput{Name: "星河软件", ParentID: key, CenterID: s.HD})
		s.Read(t, desk, func(ctx context.Context, tx *op.Tx) error {
			for _, typed := range []string{"星河科", "xinghekeji", "xhkj", "5678"} {
				found, err := people.Search(ctx, tx, typed, 10)
				if err != nil || !slices.ContainsFunc(found, func(b people.Brief) bool { return b.ID == key && b.Organization }) {
					t.Errorf("%q finds %v, %v", typed, found, err)
				}
				if human, _ := people.SearchHumans(ctx, tx, typed, 10); slices.ContainsFunc(human, func(b people.Brief) bool { return b.Organization }) {
					t.Errorf("%q finds a human being %v", typed, human)
				}
			}
			list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Parent: key})
			if err != nil || list.Total != 1 || list.Items[0].ID != child {
				t.Errorf("subsidiaries %+v, %v", list, err)
			}
			humans, err := people.Persons(ctx, tx, people.Filter{Query: "星河"})
			if err != nil || humans.Total != 0 || len(humans.Items) != 0 {
				t.Errorf("people %+v, %v", humans, err)
			}
			_, o, err := people.OrganizationByID(ctx, tx, key)
			if o.TaxNumber != "91350100M000100Y43" || o.InvoiceTitle("星河科技") != "星河科技" || err != nil {
				t.Errorf("%+v, %v", o, err)
			}
			return err
		})
		renamed, stale := "星河教育科技", int64(0)
		_, err := people.ChangeOrganization.Run(desk, s.Ops, people.ChangeOrganizationInput{OrganizationID: key, Name: &renamed, ParentID: &child})
		if got := refusal(err); got != "422 invalid subsidiary_of:parent-circle" {
			t.Errorf("a circle: %s", got)
		}
		bank := "工商银行"
		if _, err := people.ChangeOrganization.Run(desk, s.Ops, people.ChangeOrganizationInput{OrganizationID: key, Name: &renamed, Bank: &bank}); err != nil {
			t.Fatal(err)
		}
		other := "建设银行"
		_, err = people.ChangeOrganization.Run(desk, s.Ops, people.ChangeOrganizationInput{OrganizationID: key, Base: &stale, Bank: &other})
		if got := refusal(err); !strings.HasPrefix(got, "409 stale") {
			t.Errorf("a stale change: %s", got)
		}
		if _, err := people.RevertOrganization.Run(desk, s.Ops, people.RevertOrganizationInput{OrganizationID: key}); err != nil {
			t.Fatal(err)
		}
		s.Read(t, desk, func(ctx context.Context, tx *op.Tx) error {
			p, o, err := people.OrganizationByID(ctx, tx, key)
			if p.Name != "星河科技" || o.Bank != "招商银行" {
				t.Errorf("taken back: %s, %s", p.Name, o.Bank)
			}
			return err
		})
		s.Check(t)
	})
}

// What an organization cannot be is refused: a student, a guardian, a merged person, somebody whose fields are a person's.
func TestPPL13_OrganizationRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, boss := s.FrontDesk(s.HD), s.Principal(s.HD)
		key := company(t, s, desk, people.OrganizationInput{Name: "云杉贸易", TaxNumber: "91350100M000100Y43", CenterID: s.HD})
		elsewhere := company(t, s, s.System(), people.OrganizationInput{Name: "白榆 贸易（北京）", CenterID: s.CY})
		who, err := people.Register.Run(desk, s.Ops, people.RegisterInput{Name: "何联系", Phones: []people.ContactInput{{Value: "13800138123"}}, CenterID: s.HD})
		if err != nil {
			t.Fatal(err)
		}
		e := s.Enquiry(t, s.HD)
		offer := s.Quote(t, s.HD, e)
		name := "x"
		for _, c := range []struct {
			what, want string
			err        error
		}{
			{"no name", "422 invalid name:required", second(people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{CenterID: s.HD}))},
			{"tax number", "422 invalid tax_number:bad-tax-number", second(people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "甲", TaxNumber: "91350100M000100Y44"}))},
			{"same tax number", "422 known-organization name:known-organization", second(people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "乙", TaxNumber: "91350100M000100Y43", Ask: true}))},
			{"same name elsewhere", "422 known-organization name:known-organization", second(people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "白榆贸易(北京)", Ask: true}))},
			{"person's change", "422 invalid person_id:an-organization", second(people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: key, Gender: &name}))},
			{"guardian", "422 invalid guardian_id:an-organization", second(people.LinkGuardian.Run(desk, s.Ops, people.LinkGuardianInput{PersonID: who.ID, GuardianID: key, Relation: "other"}))},
			{"household", "422 invalid with_id:an-organization", second(people.JoinHousehold.Run(desk, s.Ops, people.JoinHouseholdInput{PersonID: who.ID, WithID: key}))},
			{"merge", "422 invalid with_id:an-organization", second(people.Merge.Run(boss, s.Ops, people.MergeInput{PersonID: who.ID, WithID: key}))},
			{"contact", "422 invalid person_id:an-organization", second(people.AddOrganizationContact.Run(desk, s.Ops, people.OrganizationContactInput{OrganizationID: key, PersonID: key, Role: "hr"}))},
			{"role", "422 invalid role:not-one-of", second(people.AddOrganizationContact.Run(desk, s.Ops, people.OrganizationContactInput{OrganizationID: key, PersonID: who.ID, Role: "boss"}))},
			{"enquiry of it", "422 invalid person_id:an-organization", second(sales.Enter.Run(desk, s.Ops, sales.EnterInput{PersonID: key, CenterID: s.HD}))},
			{"student", "422 invalid student_id:an-organization", second(contracts.Draft.Run(boss, s.Ops, contracts.DraftInput{
				StudentID: key, CenterID: s.HD, EnquiryID: e.ID, QuoteID: offer, Lines: []contracts.LineInput{{PackageID: s.Package}},
			}))},
			{"for a person", "422 invalid organization_id:unknown", second(sales.Enter.Run(desk, s.Ops, sales.EnterInput{PersonID: who.ID, CenterID: s.HD, OrganizationID: who.ID}))},
			{"beyond scope", "404 not-found", second(people.ArchiveOrganization.Run(desk, s.Ops, people.OrganizationRef{OrganizationID: elsewhere}))},
			{"not archived", "422 organization-active organization_id:", second(people.RestoreOrganization.Run(desk, s.Ops, people.OrganizationRef{OrganizationID: key}))},
		} {
			if got := refusal(c.err); got != c.want {
				t.Errorf("%s: %s, want %s", c.what, got, c.want)
			}
		}
		s.Read(t, desk, func(ctx context.Context, tx *op.Tx) error {
			list, err := people.OrganizationDuplicates(ctx, tx, "白榆贸易（北京）", "")
			if len(list) != 1 || list[0].Seen || list[0].Name != "" || list[0].Center != s.CY {
				t.Errorf("beyond scope: %+v", list)
			}
			return err
		})
		s.Check(t)
	})
}

// paidBy signs the contract of an enquiry, paid by somebody else.
func paidBy(t *testing.T, s *testkit.School, e sales.Entered, payer id.ID) contracts.Contract {
	t.Helper()
	ctx := s.Consultant(s.HD)
	q := s.Quote(t, s.HD, e)
	c, err := sales.DraftContract.Run(ctx, s.Ops, sales.DraftContractInput{QuoteID: q, PayerID: payer})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contracts.Sign.Run(ctx, s.Ops, contracts.SignInput{ContractID: c.ID}); err != nil {
		t.Fatal(err)
	}
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (contracts.Contract, error) {
		d, err := contracts.ByID(ctx, tx, c.ID)
		return d.Contract, err
	})
}

// A company pays for its people: the quote of an enquiry that is for it becomes its contract, it pays, and all of it is on its timeline.
func TestPPL13_OrganizationPays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		key := company(t, s, desk, people.OrganizationInput{Name: "星河科技", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13900139001"}}})
		hr, err := people.Register.Run(desk, s.Ops, people.RegisterInput{Name: "何人事", CenterID: s.HD})
		if err != nil {
			t.Fatal(err)
		}
		contact := people.OrganizationContactInput{OrganizationID: key, PersonID: hr.ID, Role: "hr"}
		if _, err := people.AddOrganizationContact.Run(desk, s.Ops, contact); err != nil {
			t.Fatal(err)
		}
		e := s.Enquiry(t, s.HD)
		worth := money.Yuan(20_000)
		if _, err := sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, OrganizationID: &key, Value: &worth}); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) error { // who has the enquiry sees the company, masked as the role says
			_, _, err := people.OrganizationByID(ctx, tx, key)
			return err
		})
		d := paidBy(t, s, e, key)
		if d.Payer != key || d.Student != e.PersonID {
			t.Errorf("contract of %s, paid by %s", d.Student, d.Payer)
		}
		paid, err := finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: d.ID, Method: "bank", Amount: d.Payable + money.Yuan(500)})
		if err != nil || paid.Balance != money.Yuan(500) {
			t.Fatalf("%+v, %v", paid, err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			page, err := people.Timeline(ctx, tx, key, people.TimelineFilter{})
			if err != nil {
				return err
			}
			var kinds []string
			for _, i := range page.Items {
				kinds = append(kinds, i.Name())
			}
			for _, want := range []string{"people.organization-registered", "people.organization-contact-added", "sales.enquiry-changed", "contracts.contract-signed", "finance.payment-taken"} {
				if !slices.Contains(kinds, want) {
					t.Errorf("no %s in %v", want, kinds)
				}
			}
			balance, err := finance.Balance(ctx, tx, key)
			if err != nil {
				return err
			}
			if balance != money.Yuan(500) {
				t.Errorf("balance %s", balance)
			}
			sent, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Organization: key, Limit: 5})
			if err != nil || len(sent.Items) != 1 || sent.Items[0].Value != worth || sent.Items[0].Organization != key {
				t.Errorf("enquiries for it: %+v, %v", sent, err)
			}
			list, err := contracts.List(ctx, tx, contracts.Filter{Person: key})
			if len(list.Items) != 1 {
				t.Errorf("%d contracts", len(list.Items))
			}
			return err
		})
		ref := people.OrganizationRef{OrganizationID: key}
		if _, err := people.ArchiveOrganization.Run(desk, s.Ops, ref); err != nil {
			t.Fatal(err)
		}
		later := s.Enquiry(t, s.HD)
		_, err = sales.DraftContract.Run(s.Consultant(s.HD), s.Ops, sales.DraftContractInput{QuoteID: s.Quote(t, s.HD, later), PayerID: key})
		if got := refusal(err); got != "422 invalid payer_id:organization-archived" {
			t.Errorf("an archived payer: %s", got)
		}
		if _, err := people.RestoreOrganization.Run(desk, s.Ops, ref); err != nil {
			t.Fatal(err)
		}
		remove := people.RemoveOrganizationContactInput{OrganizationID: key, PersonID: hr.ID}
		_, err = people.RemoveOrganizationContact.Run(desk, s.Ops, remove)
		if again := second(people.RemoveOrganizationContact.Run(desk, s.Ops, remove)); err != nil || refusal(again) != "422 no-contact person_id:" {
			t.Errorf("%v, %v", err, again)
		}
		s.Check(t)
	})
}

// A company customer is seen by whoever sees people at its center, also by a consultant who has nothing with it, with its phone masked; to
// change it takes a matter of one's own, and another center sees it by a matter only.
func TestPPL13_OrganizationScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := company(t, s, s.FrontDesk(s.HD), people.OrganizationInput{Name: "星河科技", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13900139001"}}})
		sees := func(ctx context.Context) (found bool, phone string) {
			s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
				list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Query: "xhkj"})
				if found = len(list.Items) == 1; found {
					phone = list.Items[0].Phone
				}
				if hits, _ := people.Search(ctx, tx, "星河", 5); len(hits) == 1 != found {
					t.Errorf("list %v, search %v", found, hits)
				}
				return err
			})
			return found, phone
		}
		for what, c := range map[string]struct {
			ctx   context.Context
			found bool
			phone string
		}{
			"consultant": {s.Consultant(s.HD), true, "139****9001"}, "finance": {s.Finance(s.HD), true, "139****9001"}, "general manager": {s.GM(), true, "139****9001"},
			"elsewhere": {s.FrontDesk(s.CY), false, ""}, "consultant elsewhere": {s.Consultant(s.CY), false, ""}, "marketing": {s.Marketing(), false, ""},
		} {
			if found, phone := sees(c.ctx); found != c.found || !strings.HasSuffix(strings.ReplaceAll(phone, "+86", ""), c.phone) {
				t.Errorf("%s: %v, %q", what, found, phone)
			}
		}
		name := "x"
		if got := refusal(second(people.ChangeOrganization.Run(s.Consultant(s.HD), s.Ops, people.ChangeOrganizationInput{OrganizationID: key, Name: &name}))); got != "403 forbidden" {
			t.Errorf("a colleague's: %s", got)
		}
		if _, err := sales.Enter.Run(s.FrontDesk(s.CY), s.Ops, sales.EnterInput{PersonID: s.Person(t, s.CY), CenterID: s.CY, OrganizationID: key}); err == nil {
			t.Error("another center's company is named")
		}
		s.Check(t)
	})
}

// Where a human being is chosen, organizations of the name take nobody's place in the list, however it is searched (PPL-13).
func TestPPL13_SearchHumansBeyondOrganizations(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		human := register(t, s, desk, people.RegisterInput{Name: "星河明", CenterID: s.HD, Phones: phones("13800005678")})
		for i := range 4 {
			company(t, s, desk, people.OrganizationInput{Name: fmt.Sprintf("星河%d", i), Phones: []people.ContactInput{{Value: "021-6234567" + fmt.Sprint(i)}}, CenterID: s.HD})
		}
		for name, who := range map[string]context.Context{"desk": desk, "general manager": s.GM()} {
			for _, few := range []int64{2000, 0} {
				got := ask(t, s, who, func(ctx context.Context, tx *op.Tx) ([]people.Brief, error) {
					return people.FindHumans(ctx, tx, "星河", 3, few)
				})
				if len(got) != 1 || got[0].ID != human {
					t.Errorf("%s, few %d: %+v", name, few, got)
				}
			}
		}
	})
}

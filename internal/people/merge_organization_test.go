package people_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

const tax = "91350100M000100Y43"

// twoCompanies are a company of a name and a phone, and the same one entered again with what an invoice says, a contact, a subsidiary, an
// enquiry for it and a contract that it paid.
func twoCompanies(t *testing.T, s *testkit.School) (kept, gone, hr, child id.ID, e sales.Entered, c contracts.Contract) {
	t.Helper()
	desk := s.FrontDesk(s.HD)
	kept = company(t, s, desk, people.OrganizationInput{Name: "星河科技", Address: "海淀", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13900139001"}}})
	gone = company(t, s, desk, people.OrganizationInput{Name: "星河科技有限公司", TaxNumber: tax, Address: "朝阳", Bank: "招商银行", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13900139002"}}})
	child = company(t, s, desk, people.OrganizationInput{Name: "星河软件", ParentID: gone, CenterID: s.HD})
	hr = register(t, s, desk, people.RegisterInput{Name: "何人事", CenterID: s.HD})
	for _, at := range []id.ID{kept, gone} {
		if err := second(people.AddOrganizationContact.Run(desk, s.Ops, people.OrganizationContactInput{OrganizationID: at, PersonID: hr, Role: "hr"})); err != nil {
			t.Fatal(err)
		}
	}
	e = s.Enquiry(t, s.HD)
	if err := second(sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, OrganizationID: &gone})); err != nil {
		t.Fatal(err)
	}
	c = paidBy(t, s, e, gone)
	if err := second(finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "bank", Amount: c.Payable + money.Yuan(500)})); err != nil {
		t.Fatal(err)
	}
	return kept, gone, hr, child, e, c
}

// belongs tells whose contacts, contracts, payments, enquiry and subsidiary all are.
func belongs(t *testing.T, s *testkit.School, what string, to, hr, child id.ID, e sales.Entered, c contracts.Contract) {
	t.Helper()
	s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
		d, err := contracts.ByID(ctx, tx, c.ID)
		if err != nil || d.Payer != to {
			t.Errorf("%s: paid by %s, want %s, %v", what, d.Payer, to, err)
		}
		if balance, err := finance.Balance(ctx, tx, to); err != nil || balance != money.Yuan(500) {
			t.Errorf("%s: balance %v, %v", what, balance, err)
		}
		list, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Organization: to, Limit: 9})
		if err != nil || len(list.Items) != 1 || list.Items[0].ID != e.ID {
			t.Errorf("%s: enquiries %+v, %v", what, list.Items, err)
		}
		staff, err := people.ContactsAt(ctx, tx, to)
		if err != nil || len(staff) != 1 || staff[0].ID != hr {
			t.Errorf("%s: contacts %+v, %v", what, staff, err)
		}
		_, o, err := people.OrganizationByID(ctx, tx, child)
		if err != nil || o.Parent != to {
			t.Errorf("%s: subsidiary of %s, want %s, %v", what, o.Parent, to, err)
		}
		return nil
	})
	s.Check(t)
}

// Two company customers become one: all that was the other's is its own, each field says whose it is, both names find it, the old id leads to it,
// nobody is told of the merged one as a duplicate; undone, each has what it had, but what was changed since stays (PPL-13, PPL-5).
func TestPPL13_MergeOrganizations(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		kept, gone, hr, child, e, c := twoCompanies(t, s)
		in := people.MergeOrganizationsInput{OrganizationID: kept, WithID: gone, Fields: people.OrganizationMergeFields{Name: people.FromMerged, Address: people.FromKept}}
		a, err := people.MergeOrganizations.Run(boss, s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		belongs(t, s, "merged", kept, hr, child, e, c)
		s.Read(t, boss, func(ctx context.Context, tx *op.Tx) error {
			p, o, err := people.OpenedOrganization(ctx, tx, gone)
			if err != nil || p.ID != kept || p.Name != "星河科技有限公司" || o.TaxNumber != tax || o.Address != "海淀" || o.Bank != "招商银行" {
				t.Errorf("merged: %+v %+v, %v", p, o, err)
			}
			merges, err := people.MergesOf(ctx, tx, kept)
			if err != nil || len(merges) != 1 || !merges[0].Last || merges[0].Sources["tax_number"] != people.FromMerged || merges[0].Sources["address"] != people.FromKept || merges[0].Sources["phones"] != people.FromBoth {
				t.Errorf("merges %+v, %v", merges, err)
			}
			for _, name := range []string{"星河科技", "星河科技有限公司"} {
				list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Query: name})
				if err != nil || len(list.Items) != 1 || list.Items[0].ID != kept {
					t.Errorf("%s finds %+v, %v", name, list.Items, err)
				}
			}
			same, err := people.OrganizationDuplicates(ctx, tx, "星河科技有限公司", tax)
			if err != nil || len(same) != 1 || same[0].ID != kept {
				t.Errorf("duplicates %+v, %v", same, err)
			}
			page, err := people.Timeline(ctx, tx, kept, people.TimelineFilter{})
			if err != nil || page.Items[0].Name() != "people.persons-merged" || !slices.ContainsFunc(page.Items, func(i people.Item) bool { return i.Name() == "finance.payment-taken" }) {
				t.Errorf("timeline %+v, %v", page.Items, err)
			}
			byKey, byName, err := people.OrganizationsKnown(ctx, tx, nil, []string{"星河科技", "星河科技有限公司"})
			if err != nil || len(byKey) != 0 || byName[people.NameKey("星河科技有限公司")].ID != kept {
				t.Errorf("an import knows %+v, %v", byName, err)
			}
			return nil
		})
		bank := "工商银行"
		if err := second(people.ChangeOrganization.Run(boss, s.Ops, people.ChangeOrganizationInput{OrganizationID: kept, Bank: &bank})); err != nil {
			t.Fatal(err)
		}
		if err := second(people.UnmergeOrganizations.Run(boss, s.Ops, people.UnmergeOrganizationsInput{OrganizationID: kept, MergeID: a.MergeID})); err != nil {
			t.Fatal(err)
		}
		belongs(t, s, "undone", gone, hr, child, e, c)
		s.Read(t, boss, func(ctx context.Context, tx *op.Tx) error {
			p, o, err := people.OrganizationByID(ctx, tx, kept)
			if err != nil || p.Name != "星河科技" || o.TaxNumber != "" || o.Address != "海淀" || o.Bank != bank {
				t.Errorf("undone, the one that stood: %+v %+v, %v", p, o, err)
			}
			p, o, err = people.OrganizationByID(ctx, tx, gone)
			if err != nil || p.Name != "星河科技有限公司" || o.TaxNumber != tax || o.Address != "朝阳" {
				t.Errorf("undone, the other: %+v %+v, %v", p, o, err)
			}
			staff, err := people.ContactsAt(ctx, tx, kept)
			if err != nil || len(staff) != 1 {
				t.Errorf("contacts of the one that stood: %+v, %v", staff, err)
			}
			return nil
		})
	})
}

// What is no merge of two companies is refused, and so is an undo after 30 days (PPL-13).
func TestPPL13_MergeOrganizationsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		kept, gone, hr, child, _, _ := twoCompanies(t, s)
		elsewhere := company(t, s, s.System(), people.OrganizationInput{Name: "白榆贸易", CenterID: s.CY})
		grandchild := company(t, s, boss, people.OrganizationInput{Name: "星河数据", ParentID: child, CenterID: s.HD})
		merge := func(who context.Context, a, b id.ID) error {
			return second(people.MergeOrganizations.Run(who, s.Ops, people.MergeOrganizationsInput{OrganizationID: a, WithID: b}))
		}
		for what, c := range map[string]struct {
			want string
			err  error
		}{
			"itself":            {"422 with-itself with_id:", merge(boss, kept, kept)},
			"a human being":     {"404 not-found", merge(boss, kept, hr)},
			"into one":          {"404 not-found", merge(boss, hr, kept)},
			"as persons":        {"422 invalid with_id:an-organization", second(people.Merge.Run(boss, s.Ops, people.MergeInput{PersonID: kept, WithID: gone}))},
			"parent":            {"422 subsidiary-of-the-other with_id:", merge(boss, child, gone)},
			"over another":      {"422 subsidiary-of-the-other with_id:", merge(boss, gone, grandchild)},
			"beyond scope":      {"404 not-found", merge(boss, kept, elsewhere)},
			"without the right": {"403 forbidden", merge(s.Finance(s.HD), kept, gone)},
		} {
			if got := refusal(c.err); got != c.want {
				t.Errorf("%s: %s, want %s", what, got, c.want)
			}
		}
		a, err := people.MergeOrganizations.Run(boss, s.Ops, people.MergeOrganizationsInput{OrganizationID: kept, WithID: gone})
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.Clock.Now().Add(people.MergeTime + time.Hour))
		late := second(people.UnmergeOrganizations.Run(boss, s.Ops, people.UnmergeOrganizationsInput{OrganizationID: kept, MergeID: a.MergeID}))
		if got := refusal(late); got != "422 unmerge-late merge_id:" {
			t.Errorf("after 30 days: %s", got)
		}
		if err := second(people.ArchiveOrganization.Run(boss, s.Ops, people.OrganizationRef{OrganizationID: kept})); err != nil {
			t.Fatal(err)
		}
		if got := refusal(merge(boss, kept, child)); got != "422 organization-archived organization_id:" {
			t.Errorf("into an archived one: %s", got)
		}
		s.Check(t)
	})
}

//go:build e2e

package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// company is a company customer with invoice data, a contact, a subsidiary, and an enquiry that is for it.
func company(t *testing.T, s *testkit.School, contact, enquiry id.ID) id.ID {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	desk := s.FrontDesk(s.HD)
	a, err := people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{
		Name: "星河软件有限公司", TaxNumber: "91350100M000100Y43", Industry: "软件", Bank: "招商银行", BankAccount: "6222000011112222", Address: "科技路 1 号", CenterID: s.HD,
		Phones: []people.ContactInput{{Value: "13900139001"}}, Emails: []people.ContactInput{{Value: "hr@xinghe.example"}},
	})
	must(err)
	_, err = people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "星河云", ParentID: a.ID, CenterID: s.HD})
	must(err)
	_, err = people.AddOrganizationContact.Run(desk, s.Ops, people.OrganizationContactInput{OrganizationID: a.ID, PersonID: contact, Role: "training"})
	must(err)
	worth := money.Yuan(30_000)
	_, err = sales.ChangeEnquiry.Run(s.Consultant(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: enquiry, OrganizationID: &a.ID, Value: &worth})
	must(err)
	return a.ID
}

// TestPPL13_CompanyInTheBrowser: the front desk registers a company, is told of one with the same tax number, and adds a contact; a consultant
// makes a contract of a quote that the company pays, and its page shows it.
func TestPPL13_CompanyInTheBrowser(t *testing.T) {
	s, st := desked(t)
	e := s.Enquiry(t, s.HD)
	quote := s.Quote(t, s.HD, e)
	f := st.as(t, "front-desk", s.HD)
	testkit.Act(f.tab, t, chromedp.Navigate(st.base+"/organizations/new"))
	f.typed("name", "云杉制造")
	f.typed("tax_number", "91350100M000100Y44") // a wrong check character
	f.press("person-page.register")
	f.reads("税号不对")
	testkit.Complaints(f.tab, t)
	f.typed("tax_number", "91350100M000100Y43")
	f.typed("bank", "工商银行")
	f.typed("phones.0.value", "13900139001")
	f.press("person-page.register")
	f.sees("organization-page.registered")
	f.reads("云杉制造", "91350100M000100Y43", "工商银行")
	page, key := f.path(), f.last()

	testkit.Act(f.tab, t, chromedp.Navigate(st.base+"/organizations/new"))
	f.typed("name", "云杉")
	f.typed("tax_number", "91350100M000100Y43")
	f.press("person-page.register")
	f.sees("organization-page.known-title")

	testkit.Act(f.tab, t, chromedp.Navigate(st.base+page+"/contacts"))
	f.typed("person.name", "何采购")
	f.typed("person.phones.0.value", "13900139002")
	f.choose("role", "purchasing")
	f.pressIn("[aria-labelledby=new-contact]", "organization-page.contact-add")
	f.sees("organization-page.contact-added")
	f.reads("何采购", "采购")
	f.calm()

	// the consultant names the company on the enquiry, sees it by that, and it pays
	if _, err := sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, OrganizationID: &key}); err != nil {
		t.Fatal(err)
	}
	c := st.as(t, "consultant", s.HD)
	testkit.Act(c.tab, t, chromedp.Navigate(st.base+"/quotes/"+quote.String()))
	c.reads("云杉制造", "默认由它付款")
	c.press("sales.quote.contract")
	c.reads("云杉制造")
	c.calm()
	testkit.Act(f.tab, t, chromedp.Navigate(st.base+page))
	f.reads("合同 1", "拟定合同")
	f.calm()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		found, err := people.Search(ctx, tx, "yszz", 10)
		if len(found) != 1 || found[0].ID != key {
			t.Errorf("found %v", found)
		}
		return err
	})
}

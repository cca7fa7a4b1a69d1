package sim

import (
	"context"
	"fmt"
	"math/rand/v2"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// firm is a company that sends its people, and what it pays for them.
type firm struct{ name, number, industry, bank string }

// firms become customers in this order, one a month.
var firms = []firm{
	{"星河软件有限公司", "91310115MA1K3XRH1E", "软件", "招商银行张江支行"},
	{"云杉精密制造有限公司", "91320594MA1MWJ6L26", "制造", "工商银行园区支行"},
	{"白榆国际贸易有限公司", "91440300MA5DHQ2G7L", "贸易", "中国银行福田支行"},
	{"远山酒店管理有限公司", "91330106MA27WB4P08", "酒店", "建设银行西湖支行"},
	{"青禾会计师事务所", "91110105MA01BF8T71", "会计", "农业银行朝阳支行"},
}

const (
	firmDay   = 6   // of each month a company becomes a customer
	firmSends = 2   // of its people at first
	firmWorth = 300 // of a matter, in hundreds of yuan
)

// companies plans that a company becomes a customer of the largest center (PPL-13): the desk registers it with a contact, and consultants have
// enquiries that are for its people. It has its own chance, so that nothing else changes by it.
func (a *agenda) companies(ctx context.Context, tx *op.Tx) error {
	if a.place.code != places[0][0] || a.day != a.day.MonthStart()+firmDay-1 && !a.eve() {
		return nil
	}
	known, err := people.Organizations(ctx, tx, people.OrganizationFilter{Archived: "all", Limit: 1})
	if err != nil || int(known.Total) >= len(firms) {
		return err
	}
	open, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: a.place.center, Outcome: "open", Sort: "-entered", Limit: 20})
	if err != nil {
		return err
	}
	at := a.minute(150)
	if at.Before(a.l.lived) {
		return nil
	}
	next, r := firms[known.Total], a.l.chance(a.day, 1<<16)
	a.at(at, func(ctx context.Context) error { return a.customer(ctx, next, r, open.Items) })
	return nil
}

func (a *agenda) customer(ctx context.Context, f firm, r *rand.Rand, open []sales.Enquiry) error {
	desk := a.l.as(ctx, of(r, a.place.desk))
	names := &names{r}
	company, err := people.RegisterOrganization.Run(desk, a.l.run, people.OrganizationInput{
		Name: f.name, TaxNumber: f.number, Industry: f.industry, Bank: f.bank, BankAccount: fmt.Sprintf("6222%012d", r.Int64N(1e12)), CenterID: a.place.center,
		Address: of(r, district) + fmt.Sprintf("科技路 %d 号", 1+r.IntN(300)), Phones: []people.ContactInput{{Value: names.phone()}},
	})
	if err != nil {
		return err
	}
	name, gender := names.person()
	contact, err := people.Register.Run(desk, a.l.run, people.RegisterInput{Name: name, Gender: gender, CenterID: a.place.center, Phones: []people.ContactInput{{Value: names.phone()}}})
	if err != nil {
		return err
	}
	_, err = people.AddOrganizationContact.Run(desk, a.l.run, people.OrganizationContactInput{OrganizationID: company.ID, PersonID: contact.ID, Role: of(r, people.ContactRoles[:4])})
	if err != nil {
		return err
	}
	return a.sends(ctx, company.ID, r, open)
}

// sends names the company on enquiries of the center that are open and for nobody else.
func (a *agenda) sends(ctx context.Context, company id.ID, r *rand.Rand, open []sales.Enquiry) error {
	sent := 0
	for _, e := range open {
		if sent == firmSends {
			break
		}
		var now sales.Enquiry
		err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			now, err = sales.EnquiryByID(ctx, tx, e.ID)
			return err
		})
		if err != nil {
			return err
		}
		if now.Consultant.IsNone() || !now.Stage.Open() || !now.Organization.IsNone() {
			continue
		}
		worth := money.Yuan(int64(firmWorth+r.IntN(100)) * 100)
		_, err = sales.ChangeEnquiry.Run(a.l.as(ctx, now.Consultant), a.l.run, sales.ChangeEnquiryInput{EnquiryID: now.ID, OrganizationID: &company, Value: &worth})
		if err != nil {
			return err
		}
		sent++
	}
	return nil
}

// payerOf is who pays for an enquiry's contract: the company for which it is, else the student.
func (a *agenda) payerOf(ctx context.Context, quote id.ID) (payer id.ID, err error) {
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		q, err := sales.QuoteByID(ctx, tx, quote)
		if err != nil {
			return err
		}
		payer, err = sales.OrganizationOf(ctx, tx, q.Enquiry)
		return err
	})
	return payer, err
}

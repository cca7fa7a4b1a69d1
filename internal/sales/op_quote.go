package sales

import (
	"context"
	"fmt"
	"strconv"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// MakeQuote offers a price built from packages (SAL-7): what is shown is exactly what the contract will say. Refused: unknown
// package, discount-limit, a plan that does not add up.
var MakeQuote = op.Op[MakeQuoteInput, QuoteAnswer]{
	Name: "sales.make-quote", Rule: "SAL-7", Needs: "quote:create", Fact: facts.QuoteMade{}, Do: makeQuote,
	Subject: func(in MakeQuoteInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// MakeQuoteInput names packages and a discount on the whole.
type MakeQuoteInput struct {
	EnquiryID  id.ID                       `json:"enquiry_id"`
	Packages   []id.ID                     `json:"package_ids" minItems:"1" maxItems:"10"`
	Discount   money.Fen                   `json:"discount_fen,omitempty"`
	Plan       []contracts.InstalmentInput `json:"plan,omitempty" doc:"all at once if left out"`
	ValidUntil bizdate.Date                `json:"valid_until,omitempty" doc:"14 days if left out"`
}

// QuoteAnswer is the price.
type QuoteAnswer struct {
	ID       id.ID     `json:"id"`
	No       string    `json:"no"`
	List     money.Fen `json:"list_fen"`
	Discount money.Fen `json:"discount_fen"`
	Payable  money.Fen `json:"payable_fen"`
	Version  int64     `json:"version"`
}

func makeQuote(ctx context.Context, tx *op.Tx, in MakeQuoteInput) (QuoteAnswer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return QuoteAnswer{}, err
	}
	packages, err := contracts.PackagesByID(ctx, tx, in.Packages)
	if err != nil {
		return QuoteAnswer{}, err
	}
	lines, err := contracts.PriceLines(packages, in.Discount)
	if err != nil {
		return QuoteAnswer{}, named(err, "lines", "package_ids")
	}
	q := Quote{
		ID: tx.NewID(), Enquiry: e.ID, Person: e.Person, Center: e.Center, Consultant: e.Consultant, State: "open",
		Discount: in.Discount, Lines: lines, ValidUntil: in.ValidUntil, Made: tx.Now,
	}
	for _, l := range lines {
		q.List += l.List
		q.Payable += l.Payable
	}
	today := tx.Today(e.Center)
	if q.ValidUntil.IsZero() {
		q.ValidUntil = today + 14
	}
	if q.Plan, err = contracts.Plan(in.Plan, q.Payable, today); err != nil {
		return QuoteAnswer{}, err
	}
	if err := q.check(tx, today); err != nil {
		return QuoteAnswer{}, err
	}
	center, _ := organization.Of(tx).Center(e.Center)
	if q.No, err = numbers.Take(ctx, tx, "quote", "Q-"+center.Code, 6); err != nil {
		return QuoteAnswer{}, err
	}
	if err := tx.Insert(ctx, q); err != nil {
		return QuoteAnswer{}, err
	}
	f := facts.QuoteMade{Matter: e.matter(), Quote: q.ID, Payable: q.Payable, Discount: q.Discount}
	e.NextStep, e.NextDay = "follow-quote", today+2
	if err := move(ctx, tx, &e, e.after(f), "next_step", "next_day"); err != nil {
		return QuoteAnswer{}, err
	}
	tx.Record(q.ID, f)
	return QuoteAnswer{ID: q.ID, No: q.No, List: q.List, Discount: q.Discount, Payable: q.Payable}, nil
}

// named gives a field of a refusal the name that it has in the input.
func named(err error, field, name string) error {
	if p, ok := problem.As(err); ok {
		for i := range p.Fields {
			if p.Fields[i].Location == field {
				p.Fields[i].Location = name
			}
		}
	}
	return err
}

// check refuses a quote of the past and a discount beyond one's limit: the setting quote.discount-limit, in hundredths of a
// per cent of the list price.
func (q Quote) check(tx *op.Tx, today bizdate.Date) error {
	var bad problem.Invalid
	if q.ValidUntil < today {
		bad.Add("valid_until", "in-past", q.ValidUntil)
	}
	limit, err := strconv.ParseInt(organization.Of(tx).Setting(q.Center, "quote.discount-limit", "500"), 10, 64)
	if err != nil {
		return fmt.Errorf("read setting quote.discount-limit: %w", err)
	}
	if most := q.List.Share(limit, 10_000); q.Discount > most && !tx.Viewer.System {
		bad.Add("discount_fen", "discount-limit", q.Discount, "most", most)
	}
	return bad.Err("SAL-7")
}

// DraftContract makes the contract that a quote promised: nothing is typed again (SAL-7, CON-1). Refused: quote-expired, quote-used.
var DraftContract = op.Op[DraftContractInput, contracts.DraftAnswer]{
	Name: "sales.draft-contract", Rule: "SAL-7", Needs: "contract:create", Fact: facts.QuoteAccepted{}, Do: draftContract,
	Subject: func(in DraftContractInput) op.Ref { return op.Ref{Kind: "quote", ID: in.QuoteID} },
}

// DraftContractInput names the quote; the payer is the student if left out, the whole credit the consultant's.
type DraftContractInput struct {
	QuoteID id.ID                  `json:"quote_id"`
	PayerID id.ID                  `json:"payer_id,omitempty"`
	Shares  []contracts.ShareInput `json:"shares,omitempty" doc:"signing consultants with shares in hundredths of a per cent, together 10,000"`
}

func draftContract(ctx context.Context, tx *op.Tx, in DraftContractInput) (contracts.DraftAnswer, error) {
	var q Quote
	if err := problem.Found(tx.Select(&q).Where("id = ?", in.QuoteID).Scan(ctx), "quote"); err != nil {
		return contracts.DraftAnswer{}, err
	}
	e, err := loadEnquiry(ctx, tx, q.Enquiry)
	if err != nil {
		return contracts.DraftAnswer{}, err
	}
	if q.State != "open" {
		return contracts.DraftAnswer{}, problem.Refuse("SAL-7", "quote-used", problem.Field{Location: "quote_id", Value: q.No})
	}
	if q.ValidUntil < tx.Today(q.Center) {
		return contracts.DraftAnswer{}, problem.Refuse("SAL-7", "quote-expired", problem.Field{Location: "quote_id", Value: q.No}).With("day", q.ValidUntil)
	}
	shares := in.Shares
	if len(shares) == 0 && !e.Consultant.IsNone() {
		shares = []contracts.ShareInput{{StaffID: e.Consultant, Share: 10_000}}
	}
	out, err := contracts.Draft.In(ctx, tx, contracts.DraftInput{
		StudentID: q.Person, PayerID: in.PayerID, CenterID: q.Center, Kind: e.Kind, EnquiryID: e.ID, QuoteID: q.ID, ConsultantID: e.Consultant,
		ChannelID: e.Channel, CourseID: e.Course, Shares: shares, Lines: q.Lines, Discount: q.Discount, Plan: q.Plan,
	})
	if err != nil {
		return out, err
	}
	q.State = "accepted"
	if err := tx.Save(ctx, &q, "state"); err != nil {
		return out, err
	}
	tx.Record(q.ID, facts.QuoteAccepted{Matter: e.matter(), Quote: q.ID, Contract: out.ID})
	return out, nil
}

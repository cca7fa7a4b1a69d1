package sales

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/process"
)

// MakeQuote offers a price built from packages and promotions (SAL-7): what is shown is exactly what the contract will say. Refused: already-ended
// of a signed enquiry, as what comes after a contract is a matter of its own; unowned of one in the public pool (PPL-8); unknown package, a promotion outside its rule (SAL-8), a discount beyond one's limit without a reason, a plan that does not add up. With a reason the quote waits for approval (PRC-6).
var MakeQuote = op.Op[MakeQuoteInput, QuoteAnswer]{
	Name: "sales.make-quote", Rule: "SAL-7", Needs: "quote:create", Fact: facts.QuoteMade{}, Do: makeQuote,
	Subject: func(in MakeQuoteInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// MakeQuoteInput names packages, promotions and a discount on the whole.
type MakeQuoteInput struct {
	EnquiryID  id.ID                       `json:"enquiry_id"`
	Packages   []id.ID                     `json:"package_ids" minItems:"1" maxItems:"10"`
	Promotions []id.ID                     `json:"promotion_ids,omitempty" maxItems:"10" doc:"open to the enquiry (SAL-8)"`
	Discount   money.Fen                   `json:"discount_fen,omitempty" doc:"by hand, beside the promotions"`
	Reason     string                      `json:"reason,omitempty" maxLength:"500" doc:"why a discount beyond one's limit: it is asked for"`
	Plan       []contracts.InstalmentInput `json:"plan,omitempty" doc:"all at once if left out"`
	ValidUntil bizdate.Date                `json:"valid_until,omitempty" doc:"14 days if left out, no longer than the promotions"`
}

// QuoteAnswer is the price.
type QuoteAnswer struct {
	ID       id.ID     `json:"id"`
	No       string    `json:"no"`
	List     money.Fen `json:"list_fen"`
	Discount money.Fen `json:"discount_fen"`
	Payable  money.Fen `json:"payable_fen"`
	Approval id.ID     `json:"approval_id,omitzero"` // that the quote waits for
	Version  int64     `json:"version"`
}

func makeQuote(ctx context.Context, tx *op.Tx, in MakeQuoteInput) (QuoteAnswer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return QuoteAnswer{}, err
	}
	if e.Stage == Signed {
		return QuoteAnswer{}, problem.Refuse("SAL-7", "already-ended", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	if err := e.owned("SAL-7"); err != nil {
		return QuoteAnswer{}, err
	}
	today := tx.Today(e.Center)
	o := Offer{Occasion: Occasion{Center: e.Center, Kind: e.Kind, Day: today}, Discount: in.Discount}
	if o.Packages, err = contracts.PackagesByID(ctx, tx, in.Packages); err != nil {
		return QuoteAnswer{}, err
	}
	if o.Promotions, err = promotionsByID(ctx, tx, in.Promotions); err != nil {
		return QuoteAnswer{}, err
	}
	price, err := o.Price()
	if err != nil {
		return QuoteAnswer{}, problem.Relocate(err, "lines", "package_ids")
	}
	q := Quote{
		ID: tx.NewID(), Enquiry: e.ID, Person: e.Person, Center: e.Center, Consultant: e.Consultant, State: QuoteOpen, List: price.List, Discount: price.List - price.Payable,
		Payable: price.Payable, ByHand: in.Discount, Reason: strings.TrimSpace(in.Reason), Granted: price.Granted, Lines: price.Lines, ValidUntil: in.ValidUntil, Made: tx.Now,
	}
	if err := o.hold(&q); err != nil {
		return QuoteAnswer{}, err
	}
	if q.Plan, err = contracts.Plan(in.Plan, q.Payable, today); err != nil {
		return QuoteAnswer{}, err
	}
	if err := q.check(ctx, tx, today); err != nil {
		return QuoteAnswer{}, err
	}
	center, _ := organization.Of(tx).Center(e.Center)
	if q.No, err = numbers.Take(ctx, tx, "quote", "Q-"+center.Code, 6); err != nil {
		return QuoteAnswer{}, err
	}
	f := facts.QuoteMade{Matter: e.matter(), Quote: q.ID, Payable: q.Payable, Discount: q.Discount, Promotions: in.Promotions}
	if q.State == QuoteWaiting {
		if f.Approval, err = askDiscount(ctx, tx, q); err != nil {
			return QuoteAnswer{}, err
		}
	}
	if err := tx.Insert(ctx, q); err != nil {
		return QuoteAnswer{}, err
	}
	e.NextStep, e.NextDay = "follow-quote", today+2
	if err := move(ctx, tx, &e, e.after(f), "next_step", "next_day"); err != nil {
		return QuoteAnswer{}, err
	}
	tx.Record(q.ID, f)
	return QuoteAnswer{ID: q.ID, No: q.No, List: q.List, Discount: q.Discount, Payable: q.Payable, Approval: f.Approval}, nil
}

// hold says how long a quote holds: 14 days, and no longer than its promotions. Refused: promotion-ends.
func (o Offer) hold(q *Quote) error {
	var bad problem.Invalid
	asked := !q.ValidUntil.IsZero()
	if !asked {
		q.ValidUntil = o.Day + 14
	}
	for _, p := range o.Promotions {
		if asked && q.ValidUntil > p.Until {
			bad.Add("valid_until", "promotion-ends", q.ValidUntil, "name", p.Name, "day", p.Until)
			break
		}
		q.ValidUntil = min(q.ValidUntil, p.Until)
	}
	return bad.Err("SAL-8")
}

// check refuses a quote of the past. One with a discount beyond one's limit waits for approval, which needs a reason.
func (q *Quote) check(ctx context.Context, tx *op.Tx, today bizdate.Date) error {
	var bad problem.Invalid
	if q.ValidUntil < today {
		bad.Add("valid_until", "in-past", q.ValidUntil)
	}
	most, err := DiscountLimit(ctx, tx, q.Center, q.List)
	if err != nil {
		return err
	}
	switch {
	case q.ByHand <= most:
		q.Reason = ""
	case q.Reason == "":
		bad.Add("discount_fen", "discount-limit", q.ByHand, "most", most)
	default:
		q.State = QuoteWaiting
	}
	return bad.Err("SAL-7")
}

// DiscountLimit is the largest discount on a list price that the viewer gives alone at a center: by the setting quote.discount-limit, which
// holds for whoever quotes there, or by the limit of approval of a role, both in hundredths of a per cent (SAL-7).
func DiscountLimit(ctx context.Context, tx *op.Tx, center id.ID, list money.Fen) (money.Fen, error) {
	if tx.Viewer.System {
		return list, nil
	}
	share, err := strconv.ParseInt(organization.Of(tx).Setting(center, "quote.discount-limit", "500"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read setting quote.discount-limit: %w", err)
	}
	own, err := process.OwnLimit(ctx, tx, discount, center)
	if err != nil {
		return 0, err
	}
	if own < 0 {
		return list, nil
	}
	return list.Share(max(share, own), 10_000), nil
}

// discount is the matter of approvals of discounts; its size is the share of the list price in hundredths of a per cent, rounded up.
const discount = "discount"

func askDiscount(ctx context.Context, tx *op.Tx, q Quote) (id.ID, error) {
	size := (int64(q.ByHand)*10_000 + int64(q.List) - 1) / int64(q.List)
	a, err := process.AskApproval(ctx, tx, process.Approval{
		Matter: discount, SubjectKind: "quote", Subject: q.ID, Person: q.Person, Center: q.Center, Staff: tx.Viewer.Staff, Size: size, Cost: q.ByHand, Reason: q.Reason,
		Params: map[string]string{"no": q.No, "list": strconv.FormatInt(int64(q.List), 10), "payable": strconv.FormatInt(int64(q.Payable), 10)},
	}, "discount_fen")
	return a.ID, err
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
	if q.State == QuoteWaiting || q.State == QuoteRefused {
		return contracts.DraftAnswer{}, problem.Refuse("SAL-7", "quote-"+q.State, problem.Field{Location: "quote_id", Value: q.No})
	}
	if q.State != QuoteOpen {
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
		ChannelID: e.Channel, CampaignID: e.Campaign, CourseID: e.Course, Shares: shares, Lines: q.Lines, Granted: q.Granted, Discount: q.ByHand, Plan: q.Plan,
	})
	if err != nil {
		return out, err
	}
	q.State = QuoteAccepted
	if err := tx.Save(ctx, &q, "state"); err != nil {
		return out, err
	}
	tx.Record(q.ID, facts.QuoteAccepted{Matter: e.matter(), Quote: q.ID, Contract: out.ID})
	return out, nil
}

package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// Draft makes a contract that is not yet signed (CON-1): numbered without gaps, priced by PriceLines, with signing consultants,
// instalments and the terms of its packages' editions. Refused: shares that do not sum to 100 %, a plan that does not add up,
// price-differs (SAL-7), unknown or inactive packages, a center or consultant beyond one's right. It has no door of its own: who sells
// goes through a quote, which knows the customer's matter and the limit of discounts (sales.DraftContract).
var Draft = op.Op[DraftInput, DraftAnswer]{
	Name: "contracts.draft", Rule: "CON-1", Needs: "contract:create", Fact: facts.ContractDrafted{}, Do: draft,
	Subject: func(in DraftInput) op.Ref {
		if in.EnquiryID.IsNone() {
			return op.Ref{Kind: "center", ID: in.CenterID}
		}
		return op.Ref{Kind: "enquiry", ID: in.EnquiryID}
	},
	Subjects: func(in DraftInput) []op.Ref {
		var refs []op.Ref
		for _, ref := range []op.Ref{{Kind: "center", ID: in.CenterID, Reached: true}, {Kind: "person", ID: in.StudentID}, {Kind: "person", ID: in.PayerID}} {
			if !ref.ID.IsNone() {
				refs = append(refs, ref)
			}
		}
		return refs
	},
}

// DraftInput is what is agreed before the signature. sales fills it from a quote.
type DraftInput struct {
	StudentID    id.ID             `json:"student_id"`
	PayerID      id.ID             `json:"payer_id,omitempty" doc:"the student if left out"`
	CenterID     id.ID             `json:"center_id"`
	Kind         string            `json:"kind,omitempty" enum:"new,renewal,upgrade,return" doc:"new if left out"`
	EnquiryID    id.ID             `json:"enquiry_id,omitempty"`
	QuoteID      id.ID             `json:"quote_id,omitempty"`
	ConsultantID id.ID             `json:"consultant_id,omitempty" doc:"the first of the shares, else oneself, if left out"`
	ChannelID    id.ID             `json:"channel_id,omitempty"`
	CampaignID   id.ID             `json:"campaign_id,omitempty"`
	CourseID     id.ID             `json:"course_id,omitempty" doc:"the matter's; it holds where the lines are of several courses, and the first line's if left out"`
	Shares       []ShareInput      `json:"shares,omitempty" maxItems:"10" doc:"together 10000; all to the consultant if left out"`
	Lines        []LineInput       `json:"lines" minItems:"1" maxItems:"20"`
	Granted      []Granted         `json:"granted,omitempty" maxItems:"10" doc:"what promotions give (SAL-8)"`
	Discount     money.Fen         `json:"discount_fen,omitempty" minimum:"0" doc:"by hand, beside the promotions"`
	Plan         []InstalmentInput `json:"plan,omitempty" maxItems:"60" doc:"all today if left out"`
}

// DraftAnswer is the contract.
type DraftAnswer struct {
	ID       id.ID     `json:"id"`
	No       string    `json:"no"`
	State    State     `json:"state"`
	List     money.Fen `json:"list_fen"`
	Discount money.Fen `json:"discount_fen"`
	Payable  money.Fen `json:"payable_fen"`
	Version  int64     `json:"version"`
}

func draft(ctx context.Context, tx *op.Tx, in DraftInput) (DraftAnswer, error) {
	if in = in.filled(tx.Viewer.Staff); in.CenterID.IsNone() {
		return DraftAnswer{}, problem.Refuse("CON-1", "invalid", problem.Field{Location: "center_id", Code: "required"})
	}
	if !reaches(tx.Viewer.Scope("contract:create"), in.CenterID, in.ConsultantID) {
		return DraftAnswer{}, problem.Forbidden("contract:create")
	}
	if err := people.Human(ctx, tx, "student_id", in.StudentID); err != nil {
		return DraftAnswer{}, err
	}
	if err := people.Payable(ctx, tx, in.PayerID); err != nil {
		return DraftAnswer{}, err
	}
	terms, err := termsOf(ctx, tx, in.Lines, !in.QuoteID.IsNone())
	if err != nil {
		return DraftAnswer{}, err
	}
	today := tx.Today(in.CenterID)
	d, err := in.decide(terms, today, func(staff id.ID) bool { _, ok := organization.Of(tx).Staff(staff); return ok })
	if err != nil {
		return DraftAnswer{}, err
	}
	center, ok := organization.Of(tx).Center(in.CenterID)
	if !ok {
		return DraftAnswer{}, problem.NotFound("center")
	}
	year, _, _ := today.UTC().Date()
	c := d.contract
	c.ID, c.DraftedAt = tx.NewID(), tx.Now
	if c.No, err = numbers.Take(ctx, tx, "contract", fmt.Sprintf("%s%d", center.Code, year), 4); err != nil {
		return DraftAnswer{}, err
	}
	if err := insertDraft(ctx, tx, c, d); err != nil {
		return DraftAnswer{}, err
	}
	tx.Record(c.ID, facts.ContractDrafted{Matter: c.Matter(), Contract: c.ID, Quote: c.Quote, Payer: c.Payer, Payable: c.Payable})
	return DraftAnswer{ID: c.ID, No: c.No, State: c.State, List: c.List, Discount: c.Discount, Payable: c.Payable, Version: c.Version}, nil
}

// filled adds what is left out and follows from the rest; me is the staff member who drafts.
func (in DraftInput) filled(me id.ID) DraftInput {
	if in.PayerID.IsNone() {
		in.PayerID = in.StudentID
	}
	if in.Kind = strings.TrimSpace(in.Kind); in.Kind == "" {
		in.Kind = Kinds[0]
	}
	if in.ConsultantID.IsNone() {
		in.ConsultantID = me
		if len(in.Shares) > 0 {
			in.ConsultantID = in.Shares[0].StaffID
		}
	}
	if len(in.Shares) == 0 && !in.ConsultantID.IsNone() {
		in.Shares = []ShareInput{{StaffID: in.ConsultantID, Share: wholeShare}}
	}
	return in
}

// drafted is a contract as it will be written.
type drafted struct {
	contract Contract
	lines    []LineInput
	granted  []Granted
	plan     []InstalmentInput
	shares   []ShareInput
}

// decide checks the whole and names everything that is wrong with it at once.
func (in DraftInput) decide(terms []Package, today bizdate.Date, known func(staff id.ID) bool) (drafted, error) {
	var bad problem.Invalid
	if in.StudentID.IsNone() {
		bad.Add("student_id", "required", nil)
	}
	bad = append(append(bad, checkKind(in.Kind)...), checkShares(in.Shares)...)
	for i, s := range in.Shares {
		if !known(s.StaffID) {
			bad.Add(fmt.Sprintf("shares.%d.staff_id", i), "unknown", s.StaffID)
		}
	}
	if !in.ConsultantID.IsNone() && !known(in.ConsultantID) {
		bad.Add("consultant_id", "unknown", in.ConsultantID)
	}
	d := drafted{shares: in.Shares}
	var err error
	if d.lines, err = PriceLines(terms, in.Granted, in.Discount); err != nil {
		return d, append(bad, fieldsOf(err)...).Err("CON-1")
	}
	bad = append(bad, agreed(in.Lines, d.lines)...)
	c := Contract{
		Kind: in.Kind, State: Drafted, Student: in.StudentID, Payer: in.PayerID, Center: in.CenterID, Consultant: in.ConsultantID,
		Enquiry: in.EnquiryID, Quote: in.QuoteID, Channel: in.ChannelID, Campaign: in.CampaignID, Course: courseOf(d.lines, in.CourseID),
	}
	for _, l := range d.lines {
		c.List += l.List
		c.Payable += l.Payable
	}
	c.Discount = c.List - c.Payable
	d.contract, d.granted = c, in.Granted
	if d.plan, err = Plan(in.Plan, c.Payable, today); err != nil {
		bad = append(bad, fieldsOf(err)...)
	}
	return d, bad.Err("CON-1")
}

// courseOf is what a contract is about: the course of its lines; where they are of several, that of the matter, else of the first line.
func courseOf(lines []LineInput, matter id.ID) id.ID {
	first := lines[0].CourseID
	several := slices.ContainsFunc(lines, func(l LineInput) bool { return l.CourseID != first })
	if several && !matter.IsNone() || first.IsNone() {
		return matter
	}
	return first
}

// fieldsOf gives the fields of a rule's refusal.
func fieldsOf(err error) problem.Invalid {
	if p, ok := problem.As(err); ok {
		return p.Fields
	}
	return nil
}

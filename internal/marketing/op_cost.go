package marketing

import (
	"context"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// BookCostInput is what was spent on a campaign, with the document that shows it.
type BookCostInput struct {
	CampaignID  id.ID        `json:"campaign_id" path:"id"`
	Day         bizdate.Date `json:"day,omitempty" doc:"today if left out"`
	Category    string       `json:"category" enum:"media,print,venue,gift,people,agency,other"`
	Amount      money.Fen    `json:"amount_fen" minimum:"1"`
	Document    string       `json:"document" maxLength:"100" doc:"number of the invoice, receipt or statement"`
	Note        string       `json:"note,omitempty" maxLength:"200"`
	ExternalKey string       `json:"external_key,omitempty" maxLength:"200" doc:"of an import: the same key is booked once"`
	Files       []id.ID      `json:"file_ids,omitempty" maxItems:"10" doc:"scans of the document, handed in before"`
	Beyond      bool         `json:"beyond_budget,omitempty" doc:"go beyond the budget of the month (MKT-8)"`
}

// CostAnswer names a cost line, and what is left of the plan.
type CostAnswer struct {
	ID   id.ID     `json:"id"`
	Left money.Fen `json:"left_fen"` // of the approved plan; below 0: overspent
}

// BookCost books a cost on a campaign (MKT-2, MKT-3). Refused: a campaign that is not approved or is closed, with the next step; no document;
// a day to come or before the campaign was registered (of one of the past: a year before its first day); beyond-plan where it would cost more than was approved; key-taken; what goes beyond the
// budget unless it says so, or with the next step where that needs an approval (MKT-8).
var BookCost = op.Op[BookCostInput, CostAnswer]{
	Name: "marketing.book-cost", Rule: "MKT-2", Needs: "campaign-cost:create", Fact: facts.CostBooked{}, Do: bookCost,
	Subject: func(in BookCostInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
}

func bookCost(ctx context.Context, tx *op.Tx, in BookCostInput) (CostAnswer, error) {
	c, err := CampaignByID(ctx, tx, in.CampaignID)
	if err != nil {
		return CostAnswer{}, err
	}
	if err := c.bookCost(); err != nil {
		return CostAnswer{}, err
	}
	l := CostLine{
		ID: tx.NewID(), Campaign: c.ID, Center: c.Center, Day: in.Day, Category: in.Category, Amount: in.Amount, Document: strings.TrimSpace(in.Document),
		Note: strings.TrimSpace(in.Note), Staff: tx.Viewer.Staff, Created: tx.Now,
	}
	today := tx.Today(c.Center)
	if l.Day.IsZero() {
		l.Day = today
	}
	if key := strings.TrimSpace(in.ExternalKey); key != "" {
		l.ExternalKey = &key
	}
	left, err := leftOf(ctx, tx, c.ID)
	if err != nil {
		return CostAnswer{}, err
	}
	if err := l.check(c.earliest(tx.Zone(c.Center)), today, left); err != nil {
		return CostAnswer{}, err
	}
	if err := c.within(ctx, tx, spending{day: l.Day, cost: l.Amount}, in.Beyond, true); err != nil {
		return CostAnswer{}, err
	}
	if err := tx.Insert(ctx, l); err != nil {
		if db.Duplicate(err) {
			return CostAnswer{}, problem.Refuse("MKT-3", "key-taken", problem.Field{Location: "external_key", Value: in.ExternalKey})
		}
		return CostAnswer{}, err
	}
	if err := attach.Tie(ctx, tx, "file_ids", costFiles, l.ID, in.Files); err != nil {
		return CostAnswer{}, err
	}
	tx.Record(l.ID, facts.CostBooked{CampaignAbout: c.fact(), Cost: l.ID, Day: l.Day, Category: l.Category, Amount: l.Amount, Files: in.Files})
	return CostAnswer{ID: l.ID, Left: left - l.Amount}, c.tellShare(ctx, tx, l.Day)
}

// costFiles is the kind of record of the documents of cost lines.
const costFiles = "campaign-cost"

// AttachCostFilesInput names documents that were handed in, and the cost that they show.
type AttachCostFilesInput struct {
	CostID id.ID   `json:"cost_id" path:"id"`
	Files  []id.ID `json:"file_ids" minItems:"1" maxItems:"10"`
}

// CostFiles names a cost line and how many documents it has.
type CostFiles struct {
	ID    id.ID `json:"id"`
	Files int   `json:"files"`
}

// AttachCostFiles puts documents to a cost that is booked (MKT-3), of a closed campaign too: the invoice comes late. Refused: no document, and
// what attach.Tie refuses. None is taken away again: what is wrong is reversed with its line.
var AttachCostFiles = op.Op[AttachCostFilesInput, CostFiles]{
	Name: "marketing.attach-cost-files", Rule: "MKT-3", Needs: "campaign-cost:create", Fact: facts.CostDocumented{}, Do: attachCostFiles,
	Subject: func(in AttachCostFilesInput) op.Ref { return op.Ref{Kind: "campaign-cost", ID: in.CostID} },
}

func attachCostFiles(ctx context.Context, tx *op.Tx, in AttachCostFilesInput) (CostFiles, error) {
	l, err := CostLineByID(ctx, tx, in.CostID)
	if err != nil {
		return CostFiles{}, err
	}
	if len(in.Files) == 0 {
		return CostFiles{}, problem.Refuse("MKT-3", "invalid", problem.Field{Location: "file_ids", Code: "required"})
	}
	if err := attach.Tie(ctx, tx, "file_ids", costFiles, l.ID, in.Files); err != nil {
		return CostFiles{}, err
	}
	c, err := campaignOf(ctx, tx, l.Campaign)
	if err != nil {
		return CostFiles{}, err
	}
	all, err := FilesOfCosts(ctx, tx, []CostLine{l})
	if err != nil {
		return CostFiles{}, err
	}
	tx.Record(l.ID, facts.CostDocumented{CampaignAbout: c.fact(), Cost: l.ID, Files: in.Files})
	return CostFiles{ID: l.ID, Files: len(all[l.ID])}, nil
}

// check refuses a cost without document, of a day before the first or that is not over, or beyond what is left of the plan.
func (l CostLine) check(first, today bizdate.Date, left money.Fen) error {
	var bad problem.Invalid
	wrongCosts(&bad, []PlannedCost{{Category: l.Category, Amount: l.Amount}})
	for i := range bad {
		bad[i].Location = strings.TrimPrefix(bad[i].Location, "costs.0.")
	}
	if l.Document == "" {
		bad.Add("document", "required", nil)
	}
	switch {
	case l.Day > today:
		bad.Add("day", "in-future", l.Day)
	case l.Day < first:
		bad.Add("day", "before-registered", l.Day, "first", first)
	}
	if len(bad) == 0 && l.Amount > left {
		bad.Add("amount_fen", "beyond-plan", l.Amount, "left", left)
	}
	return bad.Err("MKT-2")
}

// ReverseCostInput takes a cost line back.
type ReverseCostInput struct {
	CostID id.ID  `json:"cost_id" path:"id"`
	Reason string `json:"reason" maxLength:"200"`
}

// ReverseCost books the negative amount of a line that was wrong; both stay (MKT-3). Refused: a closed campaign with the next step, to open it again; cost-reversed-already, no reason.
var ReverseCost = op.Op[ReverseCostInput, CostAnswer]{
	Name: "marketing.reverse-cost", Rule: "MKT-3", Needs: "campaign-cost:create", Fact: facts.CostReversed{}, Do: reverseCost,
	Subject: func(in ReverseCostInput) op.Ref { return op.Ref{Kind: "campaign-cost", ID: in.CostID} },
}

func reverseCost(ctx context.Context, tx *op.Tx, in ReverseCostInput) (CostAnswer, error) {
	var was CostLine
	if err := problem.Found(tx.Select(&was).Where("id = ?", in.CostID).Scan(ctx), "campaign-cost"); err != nil {
		return CostAnswer{}, err
	}
	c, err := campaignOf(ctx, tx, was.Campaign)
	if err != nil {
		return CostAnswer{}, err
	}
	if err := c.bookCost(); err != nil {
		return CostAnswer{}, err
	}
	reason := strings.TrimSpace(in.Reason)
	switch {
	case !was.ReversedBy.IsNone() || !was.Reverses.IsNone():
		return CostAnswer{}, problem.Refuse("MKT-3", "cost-reversed-already", problem.Field{Location: "cost_id", Value: was.Document})
	case reason == "":
		return CostAnswer{}, problem.Refuse("MKT-3", "invalid", problem.Field{Location: "reason", Code: "required"})
	}
	l := was
	l.ID, l.Amount, l.Note, l.ExternalKey, l.Staff, l.Reverses, l.Created, l.Version = tx.NewID(), -was.Amount, reason, nil, tx.Viewer.Staff, was.ID, tx.Now, 0
	if err := tx.Insert(ctx, l); err != nil {
		return CostAnswer{}, err
	}
	was.ReversedBy = l.ID
	if err := tx.Save(ctx, &was, "reversed_by"); err != nil {
		return CostAnswer{}, err
	}
	left, err := leftOf(ctx, tx, c.ID)
	if err != nil {
		return CostAnswer{}, err
	}
	tx.Record(l.ID, facts.CostReversed{CampaignAbout: c.fact(), Cost: l.ID, Reverses: was.ID, Day: l.Day, Category: l.Category, Amount: was.Amount})
	return CostAnswer{ID: l.ID, Left: left}, nil
}

package marketing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ExtendCampaignInput asks for a further planned cost or a longer period of a campaign that is approved, or for both.
type ExtendCampaignInput struct {
	CampaignID id.ID        `json:"campaign_id" path:"id"`
	Category   string       `json:"category,omitempty" enum:"media,print,venue,gift,people,agency,other" doc:"with an amount"`
	Amount     money.Fen    `json:"amount_fen,omitempty" minimum:"0"`
	Until      bizdate.Date `json:"until_day,omitempty" doc:"a later last day; it stays if left out"`
	Reason     string       `json:"reason" maxLength:"500"`
	Beyond     bool         `json:"beyond_budget,omitempty" doc:"go beyond the budget of its channel (MKT-8)"`
}

// ExtendCampaign asks for more money or a longer period of an approved campaign, by the limit of the whole amount; it goes on with what was approved
// until then (MKT-1, PRC-6). Refused: a campaign that is not approved, with the next step; campaign-extends while another one waits; nothing asked
// for; a last day that is no later; what goes beyond the budget as SubmitCampaign does (MKT-8).
var ExtendCampaign = op.Op[ExtendCampaignInput, CampaignAnswer]{
	Name: "marketing.extend-campaign", Rule: "MKT-1", Needs: "campaign:update", Fact: facts.CampaignExtended{}, Do: extendCampaign,
	Subject: func(in ExtendCampaignInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
}

func extendCampaign(ctx context.Context, tx *op.Tx, in ExtendCampaignInput) (CampaignAnswer, error) {
	c, err := CampaignByID(ctx, tx, in.CampaignID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if err := c.bookCost(); err != nil {
		return CampaignAnswer{}, err
	}
	had, waits, err := plannedCost(ctx, tx, c.ID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if waits > 0 || !c.UntilAsked.IsZero() {
		return CampaignAnswer{}, c.refuse("campaign-extends")
	}
	if err := in.check(c); err != nil {
		return CampaignAnswer{}, err
	}
	c.UntilAsked = in.Until
	if err := c.asked().within(ctx, tx, spending{plan: in.Amount}, in.Beyond, true); err != nil {
		return CampaignAnswer{}, err
	}
	f := facts.CampaignExtended{CampaignAbout: c.fact(), Category: in.Category, Amount: in.Amount, Until: in.Until}
	if in.Amount > 0 {
		if f.Line, err = c.addLine(ctx, tx, in); err != nil {
			return CampaignAnswer{}, err
		}
	}
	if err := tx.Save(ctx, &c, "until_asked"); err != nil {
		return CampaignAnswer{}, err
	}
	if f.Approval, err = c.ask(ctx, tx, had+in.Amount, in.Reason); err != nil {
		return CampaignAnswer{}, err
	}
	tx.Record(c.ID, f)
	out := c.answer()
	out.Approval = f.Approval
	return out, nil
}

// check refuses to ask for nothing, for an amount without its category, and for a last day that is no later or too late.
func (in ExtendCampaignInput) check(c Campaign) error {
	var bad problem.Invalid
	switch until := in.Until; {
	case until.IsZero() && in.Amount == 0 && in.Category == "":
		bad.Add("amount_fen", "extend-nothing", nil)
	case until.IsZero():
	case until <= c.Until:
		bad.Add("until_day", "extend-earlier", until)
	case until-c.From > c.longest():
		bad.Add("until_day", "span-too-long", until, "most", int64(c.longest()))
	}
	if len(bad) == 0 && (in.Amount != 0 || in.Category != "") {
		wrongCosts(&bad, []PlannedCost{{Category: in.Category, Amount: in.Amount}})
		for i := range bad {
			bad[i].Location = strings.TrimPrefix(bad[i].Location, "costs.0.")
		}
	}
	return bad.Err("MKT-1")
}

// addLine adds a line to the plan of an approved campaign; it waits for its approval.
func (c Campaign) addLine(ctx context.Context, tx *op.Tx, in ExtendCampaignInput) (id.ID, error) {
	no, err := op.OneOf[int64](ctx, tx.Unscoped("the next number of a line"), "SELECT COALESCE(MAX(no), 0) + 1 FROM campaign_plan WHERE campaign = ?", c.ID)
	if err != nil {
		return id.None, fmt.Errorf("number line of plan: %w", err)
	}
	line := PlanLine{ID: tx.NewID(), Campaign: c.ID, Center: c.Center, No: no, Category: in.Category, Amount: in.Amount, Note: strings.TrimSpace(in.Reason)}
	return line.ID, tx.Insert(ctx, line)
}

// asked is the campaign with the longer period that it asks for.
func (c Campaign) asked() Campaign {
	if !c.UntilAsked.IsZero() {
		c.Until = c.UntilAsked
	}
	return c
}

// ReopenCampaignInput opens a closed campaign again.
type ReopenCampaignInput struct {
	CampaignID id.ID  `json:"campaign_id" path:"id"`
	Reason     string `json:"reason" maxLength:"500" doc:"what is to be corrected"`
	Beyond     bool   `json:"beyond_budget,omitempty" doc:"go beyond the budget with what was not spent (MKT-8)"`
}

// ReopenCampaign opens a closed campaign again, so that a cost or its lesson can be corrected (MKT-2): what was approved and not spent may be spent
// again; its review is written anew when it is closed. Refused: campaign-settled, no reason, what goes beyond the budget as SubmitCampaign does (MKT-8).
var ReopenCampaign = op.Op[ReopenCampaignInput, CampaignAnswer]{
	Name: "marketing.reopen-campaign", Rule: "MKT-2", Needs: "campaign:update", Fact: facts.CampaignReopened{},
	Subject: func(in ReopenCampaignInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
	Do: func(ctx context.Context, tx *op.Tx, in ReopenCampaignInput) (CampaignAnswer, error) {
		c, err := CampaignByID(ctx, tx, in.CampaignID)
		if err != nil {
			return CampaignAnswer{}, err
		}
		reason := strings.TrimSpace(in.Reason)
		switch {
		case c.State != Closed:
			return CampaignAnswer{}, c.refuse("campaign-settled")
		case reason == "":
			return CampaignAnswer{}, problem.Refuse("MKT-2", "invalid", problem.Field{Location: "reason", Code: "required"})
		}
		plan, err := planOf(ctx, tx, c.ID)
		if err != nil {
			return CampaignAnswer{}, err
		}
		var cost money.Fen
		for _, l := range plan {
			cost += l.Amount
		}
		if err := c.within(ctx, tx, spending{plan: cost}, in.Beyond, true); err != nil {
			return CampaignAnswer{}, err
		}
		c.State, c.Review, c.ClosedAt = Approved, nil, time.Time{}
		if err := tx.Save(ctx, &c, "state", "review", "closed_at"); err != nil {
			return CampaignAnswer{}, err
		}
		tx.Record(c.ID, facts.CampaignReopened{CampaignAbout: c.fact(), Reason: reason})
		return c.answer(), nil
	},
}

package marketing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
)

// campaignMatter is the matter of approvals of campaigns; its size is the planned cost in fen (MKT-1).
const campaignMatter = "campaign"

// SubmitCampaignInput asks for approval of a campaign.
type SubmitCampaignInput struct {
	CampaignID id.ID  `json:"campaign_id" path:"id"`
	Reason     string `json:"reason" maxLength:"500" doc:"why it is worth it"`
	Beyond     bool   `json:"beyond_budget,omitempty" doc:"go beyond the budget of its channel (MKT-8)"`
}

// SubmitCampaign asks for approval of a draft with its planned cost, by the limits of amounts (MKT-1, PRC-6). Refused: campaign-settled,
// campaign-begun for one whose first day is over and that is none of the past, no reason, nobody-may-approve, and what goes beyond the budget unless it says so, or with the next step where that needs an approval (MKT-8).
var SubmitCampaign = op.Op[SubmitCampaignInput, CampaignAnswer]{
	Name: "marketing.submit-campaign", Rule: "MKT-1", Needs: "campaign:update", Fact: facts.CampaignSubmitted{},
	Subject: func(in SubmitCampaignInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
	Do: func(ctx context.Context, tx *op.Tx, in SubmitCampaignInput) (CampaignAnswer, error) {
		c, err := CampaignByID(ctx, tx, in.CampaignID)
		if err != nil {
			return CampaignAnswer{}, err
		}
		if c.State != Draft && c.State != Rejected {
			return CampaignAnswer{}, c.refuse("campaign-settled")
		}
		var bad problem.Invalid
		c.begun(&bad, tx.Today(c.Center))
		if err := bad.Err("MKT-1"); err != nil {
			return CampaignAnswer{}, err
		}
		_, cost, err := plannedCost(ctx, tx, c.ID)
		if err != nil {
			return CampaignAnswer{}, err
		}
		if err := c.within(ctx, tx, spending{plan: cost}, in.Beyond, true); err != nil {
			return CampaignAnswer{}, err
		}
		a, err := c.ask(ctx, tx, cost, in.Reason)
		if err != nil {
			return CampaignAnswer{}, err
		}
		c.State = Submitted
		if err := tx.Save(ctx, &c, "state"); err != nil {
			return CampaignAnswer{}, err
		}
		tx.Record(c.ID, facts.CampaignSubmitted{CampaignAbout: c.fact(), Approval: a, Cost: cost})
		out := c.answer()
		out.Approval = a
		return out, nil
	},
}

// ask asks for approval of a planned cost.
func (c Campaign) ask(ctx context.Context, tx *op.Tx, cost money.Fen, reason string) (id.ID, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return id.None, problem.Refuse("PRC-6", "invalid", problem.Field{Location: "reason", Code: "required"})
	}
	params := map[string]string{"no": c.No, "leads": strconv.FormatInt(c.PlanLeads, 10), "contracts": strconv.FormatInt(c.PlanContracts, 10)}
	if c.Past {
		params["past"] = "1"
	}
	if !c.UntilAsked.IsZero() {
		params["until"] = c.UntilAsked.String()
	}
	a, err := process.AskApproval(ctx, tx, process.Approval{
		Matter: campaignMatter, SubjectKind: "campaign", Subject: c.ID, Center: c.Center, Staff: tx.Viewer.Staff, Size: int64(cost), Cost: cost, Reason: reason,
		Params: params,
	}, "campaign_id")
	return a.ID, err
}

// ApproveCampaign consents to the approval that waits for a campaign; it is process.Approve by the campaign's name (MKT-1, contract.md).
// Refused: campaign-settled where none waits, as process.Approve, and what went beyond the budget since it was submitted (MKT-8).
var ApproveCampaign = op.Op[CampaignInput, process.ApprovalAnswer]{
	Name: "marketing.approve-campaign", Rule: "PRC-6", Needs: "approval:decide", Fact: facts.ApprovalGiven{}, Subject: CampaignInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in CampaignInput) (out process.ApprovalAnswer, err error) {
		c, err := CampaignByID(ctx, tx, in.CampaignID)
		if err != nil {
			return out, err
		}
		a, err := process.WaitingFor(ctx, tx, c.ID)
		if p, ok := problem.As(err); ok && p.Code == "not-found" {
			return out, c.refuse("campaign-settled")
		}
		if err != nil {
			return out, err
		}
		return process.Approve.Do(ctx, tx, process.ApprovalInput{ApprovalID: a.ID})
	},
}

// Reactions lists what marketing does about facts of others: an approval settles a campaign.
func Reactions() []op.Reaction {
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalGiven, _ event.Event) error {
			return decided(ctx, tx, f.Asked, Approved)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalRefused, _ event.Event) error {
			return decided(ctx, tx, f.Asked, Rejected)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ApprovalWithdrawn, _ event.Event) error {
			return decided(ctx, tx, f.Asked, Draft)
		}),
		op.On(reviewed),
	}
}

// decided brings a campaign that waited to a state, and what waited of its plan with it. Of one that runs only the additional line falls. Refused
// is a plan beyond the budget, with the next step, where that needs an approval of its own (MKT-8); so is the decision that brings it.
func decided(ctx context.Context, tx *op.Tx, f facts.Asked, to CampaignState) error {
	switch f.SubjectKind {
	case "campaign":
	case "budget-raise":
		return raised(ctx, tx, f.Subject, to)
	default:
		return nil
	}
	c, err := campaignOf(ctx, tx, f.Subject)
	if err != nil {
		return err
	}
	if to == Approved {
		if err := c.asked().withinStill(ctx, tx); err != nil {
			return err
		}
	}
	lines := "UPDATE campaign_plan SET approved = TRUE WHERE campaign = ?"
	switch {
	case to == Approved:
	case c.State == Approved:
		lines = "DELETE FROM campaign_plan WHERE campaign = ? AND approved = FALSE"
	default:
		lines = ""
	}
	if lines != "" {
		if _, err := tx.Exec(ctx, lines, c.ID); err != nil {
			return fmt.Errorf("settle plan of campaign: %w", err)
		}
	}
	switch {
	case c.State == Submitted:
		c.State = to
		err = tx.Save(ctx, &c, "state")
	case !c.UntilAsked.IsZero():
		if to == Approved {
			c = c.asked()
		}
		c.UntilAsked = 0
		err = tx.Save(ctx, &c, "until_day", "until_asked")
	}
	if err != nil {
		return err
	}
	if to != Approved {
		return nil
	}
	return c.tellShare(ctx, tx, 0)
}

// CloseCampaignInput ends a campaign.
type CloseCampaignInput struct {
	CampaignID id.ID  `json:"campaign_id" path:"id"`
	Lesson     string `json:"lesson" maxLength:"2000" doc:"what was learnt"`
	Release    bool   `json:"release,omitempty" doc:"what was planned and not spent is not needed any more"`
}

// CloseCampaign ends a campaign with its review: insight writes what it brought, the owner what was learnt (MKT-7). Refused: no lesson,
// campaign-settled, campaign-extends while an approval waits, costs-open while less than planned of a category is booked, unless released.
var CloseCampaign = op.Op[CloseCampaignInput, CampaignAnswer]{
	Name: "marketing.close-campaign", Rule: "MKT-7", Needs: "campaign:update", Fact: facts.CampaignClosed{}, Do: closeCampaign,
	Subject: func(in CloseCampaignInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
}

func closeCampaign(ctx context.Context, tx *op.Tx, in CloseCampaignInput) (CampaignAnswer, error) {
	c, err := CampaignByID(ctx, tx, in.CampaignID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if err := c.book(); err != nil {
		return CampaignAnswer{}, err
	}
	var bad problem.Invalid
	if c.Lesson = strings.TrimSpace(in.Lesson); c.Lesson == "" {
		bad.Add("lesson", "required", nil)
	}
	lines, err := planOf(ctx, tx, c.ID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	booked, err := bookedCost(ctx, tx, c.ID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if !c.UntilAsked.IsZero() || slices.ContainsFunc(lines, func(l PlanLine) bool { return !l.Approved }) {
		return CampaignAnswer{}, c.refuse("campaign-extends")
	}
	open := unspent(lines, booked)
	if open > 0 && !in.Release {
		bad.Add("release", "costs-open", nil, "amount", open)
	}
	if err := bad.Err("MKT-7"); err != nil {
		return CampaignAnswer{}, err
	}
	c.State, c.ClosedAt = Closed, tx.Now
	if err := tx.Save(ctx, &c, "state", "closed_at", "lesson"); err != nil {
		return CampaignAnswer{}, err
	}
	tx.Record(c.ID, facts.CampaignClosed{CampaignAbout: c.fact()})
	return c.answer(), nil
}

// unspent is what of a plan has no document, category by category: what one costs more does not pay for another (MKT-7).
func unspent(plan []PlanLine, booked map[string]money.Fen) (open money.Fen) {
	planned := map[string]money.Fen{}
	for _, l := range plan {
		planned[l.Category] += l.Amount
	}
	for category, n := range planned {
		open += max(0, n-max(0, booked[category]))
	}
	return open
}

// reviewed keeps what a campaign had brought when it was closed.
func reviewed(ctx context.Context, tx *op.Tx, f facts.CampaignClosed, e event.Event) error {
	c, err := campaignOf(ctx, tx, f.Campaign)
	if err != nil {
		return err
	}
	c.Review = &Review{Day: e.Day, Leads: f.Leads, Visits: f.Visits, Contracts: f.Contracts, Cash: f.Cash, Link: f.Link, Reach: f.Reach, Model: f.Model, Links: f.Links}
	c.ReviewCost = f.Cost
	return tx.Save(ctx, &c, "review", "review_cost")
}

// DropCampaign gives a campaign up that was not approved. Refused: campaign-settled.
var DropCampaign = op.Op[CampaignInput, CampaignAnswer]{
	Name: "marketing.drop-campaign", Rule: "MKT-1", Needs: "campaign:update", Fact: facts.CampaignDropped{}, Subject: CampaignInput.ref,
	Do: func(ctx context.Context, tx *op.Tx, in CampaignInput) (CampaignAnswer, error) {
		c, err := CampaignByID(ctx, tx, in.CampaignID)
		if err != nil {
			return CampaignAnswer{}, err
		}
		if c.State != Draft && c.State != Rejected {
			return CampaignAnswer{}, c.refuse("campaign-settled")
		}
		c.State = Dropped
		if err := tx.Save(ctx, &c, "state"); err != nil {
			return CampaignAnswer{}, err
		}
		tx.Record(c.ID, facts.CampaignDropped{CampaignAbout: c.fact()})
		return c.answer(), nil
	},
}

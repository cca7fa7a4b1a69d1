package sales

import (
	"context"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
)

// AddLeadInput says what else brought the person of an enquiry.
type AddLeadInput struct {
	EnquiryID  id.ID  `json:"enquiry_id" path:"id"`
	CampaignID id.ID  `json:"campaign_id,omitempty" doc:"an approved one, whose channel holds if none is named (MKT-2)"`
	ChannelID  id.ID  `json:"channel_id,omitempty"`
	Source     string `json:"source,omitempty" maxLength:"200"`

	Submitted *marketing.Submission `json:"-"` // by which it came; gets the lead (MKT-11)
}

// AddLead adds a further source record to an open enquiry: what else brought the person counts too, by the model of attribution (MKT-4). Refused:
// already-ended, neither channel nor campaign, a campaign on which nothing may be booked (MKT-2).
var AddLead = op.Op[AddLeadInput, Answer]{
	Name: "sales.add-lead", Rule: "MKT-4", Needs: "enquiry:create", Fact: facts.LeadMerged{}, Do: addLead,
	Subject: func(in AddLeadInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

func addLead(ctx context.Context, tx *op.Tx, in AddLeadInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if !e.Stage.Open() {
		return Answer{}, problem.Refuse("MKT-4", "already-ended", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	if in.ChannelID.IsNone() && in.CampaignID.IsNone() {
		return Answer{}, problem.Refuse("MKT-4", "invalid", problem.Field{Location: "campaign_id", Code: "required"})
	}
	from := EnterInput{CenterID: e.Center, ChannelID: in.ChannelID, CampaignID: in.CampaignID}
	if err := from.booked(ctx, tx); err != nil {
		return Answer{}, err
	}
	if _, err := channelOf(ctx, tx, from.ChannelID); err != nil {
		return Answer{}, err
	}
	lead, err := marketing.RecordLead(ctx, tx, marketing.Lead{
		Enquiry: e.ID, Person: e.Person, Channel: from.ChannelID, Campaign: from.CampaignID, Center: e.Center, Source: strings.TrimSpace(in.Source),
	}.By(in.Submitted))
	if err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.LeadMerged{Matter: e.matter(), Lead: lead})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

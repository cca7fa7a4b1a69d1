package marketing

import (
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Channel is a way by which prospects come (渠道 in the glossary): a node of the channel tree.
type Channel struct {
	ID                  id.ID  `json:"id" db:"id"`
	Code                string `json:"code" db:"code"`
	Parent              id.ID  `json:"parent_id" db:"parent"`
	NameZH              string `json:"name_zh" db:"name_zh"`
	NameEN              string `json:"name_en" db:"name_en"`
	FirstContactMinutes int64  `json:"first_contact_minutes" db:"first_contact_minutes"` // working time until the first contact is due (SAL-2)
	WalkIn              bool   `json:"walk_in" db:"walk_in"`                             // who comes this way stands at the desk
	WindowDays          int64  `json:"window_days" db:"window_days"`                     // how long it may count for what follows (MKT-4)
	Active              bool   `json:"active" db:"active"`
	Version             int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Channel) TableName() string { return "channels" }

// Name gives the name in a language.
func (c Channel) Name(lang string) string {
	if lang == "en" && c.NameEN != "" {
		return c.NameEN
	}
	return c.NameZH
}

// Lead is the immutable source record of one submission or imported row; it belongs to one enquiry.
type Lead struct {
	ID          id.ID     `json:"id" db:"id"`
	Enquiry     id.ID     `json:"enquiry_id" db:"enquiry"`
	Person      id.ID     `json:"person_id" db:"person"`
	Channel     id.ID     `json:"channel_id" db:"channel"`
	Campaign    id.ID     `json:"campaign_id" db:"campaign"`
	Center      id.ID     `json:"center_id" db:"center"` // of the enquiry
	Source      string    `json:"source" db:"source"`    // as it was written where it came from
	ExternalKey string    `json:"external_key" db:"external_key"`
	Run         id.ID     `json:"run_id" db:"run"` // bulk run, if any
	Row         int64     `json:"row" db:"row_no"`
	At          time.Time `json:"at" db:"at"`

	Point    id.ID             `json:"point_id" db:"point"`    // where it was submitted, if it was (MKT-11)
	UTM      map[string]string `json:"utm" db:"utm,json"`      // parameters of the link
	Referrer string            `json:"referrer" db:"referrer"` // page that the form stood on or came from

	by *Submission
}

// TableName implements op.Record.
func (Lead) TableName() string { return "leads" }

// Resources lists this domain's kinds of records. Channels belong to the whole company; what a campaign is planned to cost is read by the
// right to its costs.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "channel", Table: "channels"},
		{Name: "lead", Table: "leads", Center: "center"},
		{Name: "campaign", Table: "campaigns", Center: "center"},
		{Name: "campaign-cost", Table: "campaign_costs", Center: "center"},
		{Name: "budget", Table: "budgets", Center: "center"},
		{Name: "budget-line", Table: "budget_lines", Where: ofBudget},
		{Name: "budget-change", Table: "budget_changes", Where: ofBudget},
		{Name: "budget-raise", Table: "budget_raises", Where: ofBudget},
		{Name: "capture-point", Table: "capture_points", Center: "center"},
		{Name: "submission", Table: "submissions", Center: "center"},
		{Name: "segment", Table: "segments", Center: "center"},
		{Name: "segment-member", Table: "segment_members", Center: "center"}, // also cuts the records that conditions ask about
		{Name: "campaign-plan", Table: "campaign_plan", Where: func(v *policy.Viewer, _, alias string) policy.Frag {
			return policy.Cut(v.Scope("campaign-cost:read"), alias, "center", "")
		}},
	}
}

// ofBudget is the scope of what belongs to a budget.
func ofBudget(v *policy.Viewer, _, alias string) policy.Frag {
	return policy.Cut(v.Scope("budget:read"), alias, "center", "")
}

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{
		AddChannel, ChangeChannel, SetFormat, PlanCampaign, ChangeCampaign, SubmitCampaign, ApproveCampaign, ExtendCampaign, BookCost, AttachCostFiles, ReverseCost, CloseCampaign, ReopenCampaign, DropCampaign,
		SetBudget, FillBudget, AskBudget, SetCapturePoint, ReceiveSubmission, RejectSubmission,
		SetSegment, HoldControl, ExportSegment,
	}
}

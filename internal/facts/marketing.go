package facts

import (
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// ChannelAdded says that there is a further channel.
type ChannelAdded struct {
	Channel id.ID  `json:"channel_id"`
	Code    string `json:"code"`
}

// Kind implements event.Fact.
func (ChannelAdded) Kind() string { return "marketing.channel-added.1" }

// About implements event.Fact.
func (ChannelAdded) About() (center, person id.ID) { return id.None, id.None }

// ChannelChanged says which fields of a channel changed.
type ChannelChanged struct {
	Channel id.ID    `json:"channel_id"`
	Fields  []string `json:"fields"`
}

// Kind implements event.Fact.
func (ChannelChanged) Kind() string { return "marketing.channel-changed.1" }

// About implements event.Fact.
func (ChannelChanged) About() (center, person id.ID) { return id.None, id.None }

// CampaignAbout names a campaign in facts about it.
type CampaignAbout struct {
	Campaign id.ID  `json:"campaign_id"`
	Center   id.ID  `json:"center_id"`
	No       string `json:"no"`
}

// About implements event.Fact.
func (f CampaignAbout) About() (center, person id.ID) { return f.Center, id.None }

// CampaignFormatSet says that a kind of campaigns was added or changed.
type CampaignFormatSet struct {
	Format id.ID  `json:"format_id"`
	Code   string `json:"code"`
}

// Kind implements event.Fact.
func (CampaignFormatSet) Kind() string { return "marketing.campaign-format-set.1" }

// About implements event.Fact.
func (CampaignFormatSet) About() (center, person id.ID) { return id.None, id.None }

// CampaignPlanned says that a campaign was registered (MKT-1).
type CampaignPlanned struct{ CampaignAbout }

// Kind implements event.Fact.
func (CampaignPlanned) Kind() string { return "marketing.campaign-planned.1" }

// CampaignChanged says which fields of a campaign changed.
type CampaignChanged struct {
	CampaignAbout
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (CampaignChanged) Kind() string { return "marketing.campaign-changed.1" }

// CampaignSubmitted says that somebody asks for approval of a campaign with its planned cost (MKT-1, PRC-6).
type CampaignSubmitted struct {
	CampaignAbout
	Approval id.ID     `json:"approval_id"`
	Cost     money.Fen `json:"cost_fen"`
}

// Kind implements event.Fact.
func (CampaignSubmitted) Kind() string { return "marketing.campaign-submitted.1" }

// CampaignExtended says that somebody asks for more money or a longer period of a campaign that is approved.
type CampaignExtended struct {
	CampaignAbout
	Approval id.ID        `json:"approval_id"`
	Line     id.ID        `json:"line_id"`
	Category string       `json:"category"`
	Amount   money.Fen    `json:"amount_fen"`
	Until    bizdate.Date `json:"until_day,omitzero"` // the longer period
}

// Kind implements event.Fact.
func (CampaignExtended) Kind() string { return "marketing.campaign-extended.1" }

// CostBooked says what a campaign cost, with the document that shows it (MKT-3).
type CostBooked struct {
	CampaignAbout
	Cost     id.ID        `json:"cost_id"`
	Day      bizdate.Date `json:"day"`
	Category string       `json:"category"`
	Amount   money.Fen    `json:"amount_fen"`
	Files    []id.ID      `json:"file_ids,omitempty"` // of the document
}

// Kind implements event.Fact.
func (CostBooked) Kind() string { return "marketing.cost-booked.1" }

// CostDocumented says that documents were put to a cost that was booked before.
type CostDocumented struct {
	CampaignAbout
	Cost  id.ID   `json:"cost_id"`
	Files []id.ID `json:"file_ids"`
}

// Kind implements event.Fact.
func (CostDocumented) Kind() string { return "marketing.cost-documented.1" }

// CostReversed says that a cost was booked by mistake.
type CostReversed struct {
	CampaignAbout
	Cost     id.ID        `json:"cost_id"`
	Reverses id.ID        `json:"reversed_cost_id"`
	Day      bizdate.Date `json:"day"`
	Category string       `json:"category"`
	Amount   money.Fen    `json:"amount_fen"` // of the line that is reversed
}

// Kind implements event.Fact.
func (CostReversed) Kind() string { return "marketing.cost-reversed.1" }

// CampaignClosed says that a campaign ended (MKT-7), with what it had brought by first touch; insight counts it.
type CampaignClosed struct {
	CampaignAbout
	Leads     int64     `json:"leads"`
	Visits    int64     `json:"visits"`
	Contracts int64     `json:"contracts"`
	Cash      money.Fen `json:"cash_fen"`
	Link      string    `json:"link,omitempty"` // the link that failed (MKT-6)

	Cost  money.Fen    `json:"cost_fen"`
	Reach *int64       `json:"reach,omitempty"` // counted; nil: nothing counts it
	Model string       `json:"model,omitempty"` // of attribution
	Links []ReviewLink `json:"links,omitempty"` // the evidence, step by step
}

// ReviewLink is a step of a campaign as it was judged when the campaign was closed (MKT-7).
type ReviewLink struct {
	Link     string  `json:"link"`
	Unit     string  `json:"unit"` // n, % in parts of 1, fen
	Expected float64 `json:"expected"`
	Actual   float64 `json:"actual"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"` // 0: too few cases for an interval
	N        int64   `json:"n"`
	Share    float64 `json:"share"` // of what was lost on the way
	Failed   bool    `json:"failed,omitempty"`
}

// Kind implements event.Fact.
func (CampaignClosed) Kind() string { return "marketing.campaign-closed.1" }

// CampaignReopened says that a closed campaign was opened again, to correct it (MKT-2).
type CampaignReopened struct {
	CampaignAbout
	Reason string `json:"reason"`
}

// Kind implements event.Fact.
func (CampaignReopened) Kind() string { return "marketing.campaign-reopened.1" }

// CampaignDropped says that a campaign was given up before it was approved.
type CampaignDropped struct{ CampaignAbout }

// Kind implements event.Fact.
func (CampaignDropped) Kind() string { return "marketing.campaign-dropped.1" }

// CapturePointSet says that a capture point was added or changed (MKT-11).
type CapturePointSet struct {
	Point    id.ID    `json:"point_id"`
	Center   id.ID    `json:"center_id"`
	Campaign id.ID    `json:"campaign_id"`
	Channel  id.ID    `json:"channel_id"`
	Active   bool     `json:"active"`
	Fields   []string `json:"fields"` // those that changed; none: it is new
}

// Kind implements event.Fact.
func (CapturePointSet) Kind() string { return "marketing.capture-point-set.1" }

// About implements event.Fact.
func (f CapturePointSet) About() (center, person id.ID) { return f.Center, id.None }

// SubmissionAbout names a submission in facts about it.
type SubmissionAbout struct {
	Submission id.ID `json:"submission_id"`
	Point      id.ID `json:"point_id"`
	Center     id.ID `json:"center_id"`
}

// About implements event.Fact.
func (f SubmissionAbout) About() (center, person id.ID) { return f.Center, id.None }

// SubmissionReceived says that something was submitted at a capture point: it waits for its lead, is a repeat, or was refused (MKT-11).
type SubmissionReceived struct {
	SubmissionAbout
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	Times  int64  `json:"times"` // how often it came by now
}

// Kind implements event.Fact.
func (SubmissionReceived) Kind() string { return "marketing.submission-received.1" }

// SubmissionRejected says that no lead could be made of a submission.
type SubmissionRejected struct {
	SubmissionAbout
	Reason string `json:"reason"`
}

// Kind implements event.Fact.
func (SubmissionRejected) Kind() string { return "marketing.submission-rejected.1" }

// SubmissionAccepted says that a submission which was rejected is taken all the same; it waits for its lead.
type SubmissionAccepted struct {
	SubmissionAbout
	Was      string `json:"was"` // why it was rejected, a code
	Reason   string `json:"reason"`
	Referrer id.ID  `json:"referrer_id,omitzero"` // who recommended the school, as the review named (MKT-12)
}

// Kind implements event.Fact.
func (SubmissionAccepted) Kind() string { return "marketing.submission-accepted.1" }

// SubmissionEntered says which enquiry and lead became of a submission.
type SubmissionEntered struct {
	SubmissionAbout
	Person     id.ID  `json:"person_id"`
	Enquiry    id.ID  `json:"enquiry_id"`
	Lead       id.ID  `json:"lead_id"`
	Joined     bool   `json:"joined"`               // the open enquiry of somebody who is known
	Consultant id.ID  `json:"consultant_id"`        // who has it; none: nobody yet
	PointName  string `json:"point_name,omitempty"` // of the capture point, as it was called then
	Keeper     id.ID  `json:"keeper_id,omitzero"`   // who hears of it besides the consultant: whose point or campaign it is
}

// Kind implements event.Fact.
func (SubmissionEntered) Kind() string { return "marketing.submission-entered.1" }

// About implements event.Fact.
func (f SubmissionEntered) About() (center, person id.ID) { return f.Center, f.Person }

// BudgetSet says which months of which channels an annual plan changed (MKT-8); none: it was confirmed as it stands.
type BudgetSet struct {
	Budget id.ID        `json:"budget_id"`
	Center id.ID        `json:"center_id"`
	Year   int64        `json:"year"`
	Cells  []BudgetCell `json:"cells"`
}

// BudgetCell is a month of a channel that changed.
type BudgetCell struct {
	Channel id.ID     `json:"channel_id"`
	Month   int64     `json:"month"`
	Was     money.Fen `json:"was_fen"`
	Now     money.Fen `json:"now_fen"`
}

// Kind implements event.Fact.
func (BudgetSet) Kind() string { return "marketing.budget-set.1" }

// About implements event.Fact.
func (f BudgetSet) About() (center, person id.ID) { return f.Center, id.None }

// BudgetExported says that an annual plan left the program as a file (PPL-10).
type BudgetExported struct {
	Export id.ID  `json:"export_id"` // stands in each row of the file
	Center id.ID  `json:"center_id"`
	Year   int64  `json:"year"`
	Format string `json:"format"`
}

// Kind implements event.Fact.
func (BudgetExported) Kind() string { return "marketing.budget-exported.1" }

// About implements event.Fact.
func (f BudgetExported) About() (center, person id.ID) { return f.Center, id.None }

// BudgetRaiseAsked says that more was asked for than a month of a channel has (MKT-8, PRC-6).
type BudgetRaiseAsked struct {
	Raise    id.ID     `json:"raise_id"`
	Budget   id.ID     `json:"budget_id"`
	Center   id.ID     `json:"center_id"`
	Approval id.ID     `json:"approval_id"`
	Channel  id.ID     `json:"channel_id"`
	Month    int64     `json:"month"`
	Amount   money.Fen `json:"amount_fen"`
}

// Kind implements event.Fact.
func (BudgetRaiseAsked) Kind() string { return "marketing.budget-raise-asked.1" }

// About implements event.Fact.
func (f BudgetRaiseAsked) About() (center, person id.ID) { return f.Center, id.None }

// SegmentAbout names a segment in facts about it.
type SegmentAbout struct {
	Segment id.ID `json:"segment_id"`
	Center  id.ID `json:"center_id"`
}

// About implements event.Fact.
func (f SegmentAbout) About() (center, person id.ID) { return f.Center, id.None }

// SegmentSet says that a segment was added or changed (MKT-10).
type SegmentSet struct {
	SegmentAbout
	Rows   int64    `json:"rows"` // groups and conditions
	Active bool     `json:"active"`
	Fields []string `json:"fields"` // those that changed; none: it is new
}

// Kind implements event.Fact.
func (SegmentSet) Kind() string { return "marketing.segment-set.1" }

// ControlHeld says that persons of a segment were drawn: a share of them is held back as control group.
type ControlHeld struct {
	SegmentAbout
	Share   int64 `json:"share"` // per cent
	Drawn   int64 `json:"drawn"` // this time
	Control int64 `json:"control"`
}

// Kind implements event.Fact.
func (ControlHeld) Kind() string { return "marketing.control-held.1" }

// SegmentExported says that a list of persons left the program; the control group was not on it (PPL-10).
type SegmentExported struct {
	SegmentAbout
	Export id.ID  `json:"export_id"` // stands in each row of the file
	Format string `json:"format"`
	Rows   int64  `json:"rows"`
	Drawn  int64  `json:"drawn"`

	Purpose string `json:"purpose,omitempty"` // marketing, survey, internal (PPL-9)
	Channel string `json:"channel,omitempty"`
	LeftOut int64  `json:"left_out,omitempty"` // who did not agree to it
}

// Kind implements event.Fact.
func (SegmentExported) Kind() string { return "marketing.segment-exported.1" }

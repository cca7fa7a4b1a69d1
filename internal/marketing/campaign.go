package marketing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Format is a kind of campaign: open day, demo lesson, online advertisement (MKT-1). A company adds its own.
type Format struct {
	ID      id.ID  `json:"id" db:"id"`
	Code    string `json:"code" db:"code"`
	NameZH  string `json:"name_zh" db:"name_zh"`
	NameEN  string `json:"name_en" db:"name_en"`
	Active  bool   `json:"active" db:"active"`
	Version int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Format) TableName() string { return "campaign_formats" }

// Name gives the name in a language.
func (f Format) Name(lang string) string {
	if lang == "en" && f.NameEN != "" {
		return f.NameEN
	}
	return f.NameZH
}

// CampaignState is where a campaign stands.
type CampaignState string

// The states of a campaign. It runs from its first to its last day while it is approved; leads may come later.
const (
	Draft     CampaignState = "draft"
	Submitted CampaignState = "submitted" // waits for approval (PRC-6)
	Rejected  CampaignState = "rejected"  // may be changed and submitted again
	Approved  CampaignState = "approved"
	Closed    CampaignState = "closed"
	Dropped   CampaignState = "dropped" // given up before it was approved
)

// CampaignStates lists the states.
var CampaignStates = []CampaignState{Draft, Submitted, Rejected, Approved, Closed, Dropped}

// Campaign is an activity that is to bring prospects (市场活动, MKT-1), with what it is planned to bring. What it is planned to cost and cost
// is read by its own queries, which need a right of their own.
type Campaign struct {
	ID            id.ID         `json:"id" db:"id"`
	No            string        `json:"no" db:"no"`
	Name          string        `json:"name" db:"name"`
	Format        id.ID         `json:"format_id" db:"format"`
	Center        id.ID         `json:"center_id" db:"center"`          // whose it is; none: the whole company's
	Centers       []id.ID       `json:"center_ids" db:"centers,json"`   // for which it is; none: all
	Channels      []id.ID       `json:"channel_ids" db:"channels,json"` // by which its prospects come
	Owner         id.ID         `json:"owner_id" db:"owner"`
	From          bizdate.Date  `json:"from_day" db:"from_day"`
	Until         bizdate.Date  `json:"until_day" db:"until_day"`
	UntilAsked    bizdate.Date  `json:"until_asked,omitzero" db:"until_asked"` // the longer period that waits for approval
	Past          bool          `json:"past" db:"past"`                        // held before it was registered here
	Segment       id.ID         `json:"segment_id" db:"segment"`               // whom it is for, by conditions (MKT-10)
	Audience      string        `json:"audience" db:"audience"`                // whom it is for, in words
	Promise       string        `json:"promise" db:"promise"`                  // what those who come are promised (MKT-13)
	State         CampaignState `json:"state" db:"state"`
	PlanReach     int64         `json:"plan_reach" db:"plan_reach"` // people; 0: not planned
	PlanLeads     int64         `json:"plan_leads" db:"plan_leads"`
	PlanVisits    int64         `json:"plan_visits" db:"plan_visits"`
	PlanContracts int64         `json:"plan_contracts" db:"plan_contracts"`
	PlanCash      money.Fen     `json:"plan_cash_fen" db:"plan_cash"`
	Created       time.Time     `json:"created_at" db:"created_at"`
	ClosedAt      time.Time     `json:"closed_at,omitzero" db:"closed_at"`
	Lesson        string        `json:"lesson" db:"lesson"` // what was learnt, by the owner (MKT-7)
	Review        *Review       `json:"review,omitempty" db:"review,json"`
	ReviewCost    money.Fen     `json:"-" db:"review_cost"` // what it had cost then, for who sees costs
	Version       int64         `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Campaign) TableName() string { return "campaigns" }

// Review is what a campaign had brought when it was closed (MKT-7), by first touch.
type Review struct {
	Day       bizdate.Date `json:"day"`
	Leads     int64        `json:"leads"`
	Visits    int64        `json:"visits"`
	Contracts int64        `json:"contracts"`
	Cash      money.Fen    `json:"cash_fen"`
	Link      string       `json:"link"` // code of the failed link (MKT-6); empty: none
	Reach     *int64       `json:"reach,omitempty"` // counted; none where nothing counts it
	Model     string       `json:"model"`           // of attribution; empty in reviews without evidence

	Links []facts.ReviewLink `json:"links,omitempty"` // the evidence
}

// CostCategories lists what campaigns spend money on.
var CostCategories = []string{"media", "print", "venue", "gift", "people", "agency", "other"}

// PlanLine is a planned cost. One that was added after the approval waits for its own.
type PlanLine struct {
	ID       id.ID     `json:"id" db:"id"`
	Campaign id.ID     `json:"campaign_id" db:"campaign"`
	Center   id.ID     `json:"center_id" db:"center"`
	No       int64     `json:"no" db:"no"`
	Category string    `json:"category" db:"category"`
	Amount   money.Fen `json:"amount_fen" db:"amount"`
	Note     string    `json:"note" db:"note"`
	Approved bool      `json:"approved" db:"approved"`
}

// TableName implements op.Record.
func (PlanLine) TableName() string { return "campaign_plan" }

// CostLine is a cost with its document (MKT-3). A mistake is reversed by a line of the negative amount.
type CostLine struct {
	ID          id.ID        `json:"id" db:"id"`
	Campaign    id.ID        `json:"campaign_id" db:"campaign"`
	Center      id.ID        `json:"center_id" db:"center"`
	Day         bizdate.Date `json:"day" db:"day"`
	Category    string       `json:"category" db:"category"`
	Amount      money.Fen    `json:"amount_fen" db:"amount"`
	Document    string       `json:"document" db:"document"`
	Note        string       `json:"note" db:"note"`
	ExternalKey *string      `json:"external_key,omitempty" db:"external_key"`
	Staff       id.ID        `json:"staff_id" db:"staff"`
	Reverses    id.ID        `json:"reverses,omitzero" db:"reverses"`
	ReversedBy  id.ID        `json:"reversed_by,omitzero" db:"reversed_by"`
	Created     time.Time    `json:"created_at" db:"created_at"`
	Version     int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (CostLine) TableName() string { return "campaign_costs" }

// Running tells whether the campaign is approved and its period holds a day.
func (c Campaign) Running(day bizdate.Date) bool {
	return c.State == Approved && c.From <= day && day <= c.Until
}

// For tells whether the campaign is for a center.
func (c Campaign) For(center id.ID) bool {
	return center.IsNone() || len(c.Centers) == 0 || slices.Contains(c.Centers, center)
}

// book refuses to book anything on a campaign that is not approved, or is closed; the refusal names the next step (MKT-2).
func (c Campaign) book() error {
	step := map[CampaignState]string{
		Draft: "submit-campaign", Rejected: "submit-campaign", Submitted: "approve-campaign", Closed: "plan-campaign", Dropped: "plan-campaign",
	}[c.State]
	if step == "" {
		return nil
	}
	link := "/campaigns/" + c.ID.String()
	if step == "plan-campaign" {
		link = "/campaigns/new?from=" + c.ID.String()
	}
	p := problem.StepMissing(step, link)
	p.Rule = "MKT-2"
	return p
}

// bookCost refuses as book does; of a closed campaign the next step is to open it again, as its figures may need a correction (MKT-2).
func (c Campaign) bookCost() error {
	if c.State != Closed {
		return c.book()
	}
	p := problem.StepMissing("reopen-campaign", "/campaigns/"+c.ID.String())
	p.Rule = "MKT-2"
	return p
}

// begun refuses a campaign whose first day is over, but one of the past (MKT-1).
func (c Campaign) begun(bad *problem.Invalid, today bizdate.Date) {
	if !c.Past && !c.From.IsZero() && c.From < today {
		bad.Add("from_day", "campaign-begun", c.From)
	}
}

// earliest is the first day of which a cost may be: that on which the campaign was registered; of one of the past, a year before its first day.
func (c Campaign) earliest(zone *time.Location) bizdate.Date {
	if c.Past {
		return c.From - longestCampaign
	}
	return bizdate.Of(c.Created, zone)
}

// longest is how many days a campaign may last: a year and a day; one of the past may stand for what was done in ten years.
func (c Campaign) longest() bizdate.Date {
	if c.Past {
		return longestPast
	}
	return longestCampaign
}

// Bookable gives the campaign on which a lead of a center may be booked. Refused (MKT-2): one that is not approved or is closed, with the next
// step; an unknown one, and one for other centers, naming the field.
func Bookable(ctx context.Context, tx *op.Tx, key, center id.ID, field string) (Campaign, error) {
	c, err := campaignOf(ctx, tx, key)
	if p, ok := problem.As(err); ok && p.Code == "not-found" {
		return c, problem.Refuse("MKT-2", "invalid", problem.Field{Location: field, Code: "unknown", Value: key})
	}
	if err != nil {
		return c, err
	}
	if err := c.book(); err != nil {
		return c, err
	}
	if !c.For(center) {
		return c, problem.Refuse("MKT-2", "invalid", problem.Field{Location: field, Code: "campaign-center", Value: key, Args: map[string]any{"name": c.Name}})
	}
	return c, nil
}

// campaignOf reads a campaign for the rules, whoever asks: names of campaigns are no secret, and a lead by the program's own door has no viewer.
func campaignOf(ctx context.Context, tx *op.Tx, key id.ID) (c Campaign, err error) {
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&c).Where("id = ?", key).Scan(ctx)
	return c, problem.Found(err, "campaign")
}

// plannedCost sums the planned lines: those approved, and those that wait.
func plannedCost(ctx context.Context, tx *op.Tx, campaign id.ID) (approved, waiting money.Fen, err error) {
	var list []PlanLine
	if err := tx.Unscoped("a sum that the rules compare").Select(&list).Where("campaign = ?", campaign).Scan(ctx); err != nil {
		return 0, 0, fmt.Errorf("read plan of campaign: %w", err)
	}
	for _, l := range list {
		if l.Approved {
			approved += l.Amount
		} else {
			waiting += l.Amount
		}
	}
	return approved, waiting, nil
}

// bookedCost sums what was booked, by category.
func bookedCost(ctx context.Context, tx *op.Tx, campaign id.ID) (by map[string]money.Fen, err error) {
	type row struct {
		Category string    `db:"category"`
		N        money.Fen `db:"n"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("a sum that the rules compare"), "SELECT category, CAST(SUM(amount) AS BIGINT) AS n FROM campaign_costs WHERE campaign = ? GROUP BY category", campaign)
	if err != nil {
		return nil, fmt.Errorf("sum costs of campaign: %w", err)
	}
	by = map[string]money.Fen{}
	for _, r := range list {
		by[r.Category] = r.N
	}
	return by, nil
}

// leftOf is what is left of the approved plan of a campaign; below 0: overspent.
func leftOf(ctx context.Context, tx *op.Tx, campaign id.ID) (money.Fen, error) {
	left, _, err := plannedCost(ctx, tx, campaign)
	if err != nil {
		return 0, err
	}
	booked, err := bookedCost(ctx, tx, campaign)
	for _, n := range booked {
		left -= n
	}
	return left, err
}

func (c Campaign) fact() facts.CampaignAbout {
	return facts.CampaignAbout{Campaign: c.ID, Center: c.Center, No: c.No}
}

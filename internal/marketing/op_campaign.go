package marketing

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
)

// CampaignAnswer names a campaign and where it stands.
type CampaignAnswer struct {
	ID       id.ID         `json:"id"`
	No       string        `json:"no"`
	State    CampaignState `json:"state"`
	Approval id.ID         `json:"approval_id,omitzero"`
	Version  int64         `json:"version"`
}

func (c Campaign) answer() CampaignAnswer {
	return CampaignAnswer{ID: c.ID, No: c.No, State: c.State, Version: c.Version}
}

// CampaignInput names a campaign.
type CampaignInput struct {
	CampaignID id.ID `json:"campaign_id" path:"id"`
}

func (in CampaignInput) ref() op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} }

// PlannedCost is a line of the planned cost.
type PlannedCost struct {
	Category string    `json:"category" enum:"media,print,venue,gift,people,agency,other"`
	Amount   money.Fen `json:"amount_fen" minimum:"1"`
	Note     string    `json:"note,omitempty" maxLength:"200"`
}

// PlanCampaignInput is a campaign as it is registered (MKT-1).
type PlanCampaignInput struct {
	Name          string        `json:"name" maxLength:"100"`
	FormatID      id.ID         `json:"format_id"`
	CenterID      id.ID         `json:"center_id,omitempty" doc:"whose it is; none: the whole company's"`
	CenterIDs     []id.ID       `json:"center_ids,omitempty" maxItems:"200" doc:"for which centers; all if left out, or the one whose it is"`
	ChannelIDs    []id.ID       `json:"channel_ids" minItems:"1" maxItems:"20"`
	OwnerID       id.ID         `json:"owner_id,omitempty" doc:"oneself if left out"`
	From          bizdate.Date  `json:"from_day"`
	Until         bizdate.Date  `json:"until_day"`
	Past          bool          `json:"past,omitempty" doc:"it was held before it was registered here: a record of earlier years"`
	SegmentID     id.ID         `json:"segment_id,omitempty" doc:"whom it is for, by conditions (MKT-10)"`
	Audience      string        `json:"audience,omitempty" maxLength:"300"`
	Promise       string        `json:"promise,omitempty" maxLength:"500" doc:"what those who come are promised"`
	PlanReach     int64         `json:"plan_reach,omitempty" minimum:"0" maximum:"10000000" doc:"people that it is to reach; 0: not planned"`
	PlanLeads     int64         `json:"plan_leads" minimum:"1" maximum:"1000000"`
	PlanVisits    int64         `json:"plan_visits" minimum:"0" maximum:"1000000"`
	PlanContracts int64         `json:"plan_contracts" minimum:"0" maximum:"1000000"`
	PlanCash      money.Fen     `json:"plan_cash_fen" minimum:"0"`
	Costs         []PlannedCost `json:"costs,omitempty" maxItems:"50"`
	Beyond        bool          `json:"beyond_budget,omitempty" doc:"go beyond the budget of its channel (MKT-8)"`
}

// PlanCampaign registers a campaign before it runs (MKT-1). It is a draft until it is submitted. Refused: what is missing or impossible, each
// field by its name: a first day that is over unless it says that it is one of the past (which needs the right to import), a period that ends before it
// begins, more visits planned than leads, unknown channels, an amount of nothing, and what goes beyond the budget unless it says so (MKT-8).
var PlanCampaign = op.Op[PlanCampaignInput, CampaignAnswer]{
	Name: "marketing.plan-campaign", Rule: "MKT-1", Needs: "campaign:create", Fact: facts.CampaignPlanned{}, Do: planCampaign,
	Subjects: func(in PlanCampaignInput) []op.Ref { return append(ofCenter(in.CenterID), ofSegment(in.SegmentID)...) },
}

// ofCenter is the center that the operation's right has to reach, if any.
func ofCenter(center id.ID) []op.Ref {
	if center.IsNone() {
		return nil
	}
	return []op.Ref{{Kind: "center", ID: center, Reached: true}}
}

// ofSegment is the segment that must be seen, if any.
func ofSegment(segment id.ID) []op.Ref {
	if segment.IsNone() {
		return nil
	}
	return []op.Ref{{Kind: "segment", ID: segment}}
}

func planCampaign(ctx context.Context, tx *op.Tx, in PlanCampaignInput) (CampaignAnswer, error) {
	c := Campaign{
		ID: tx.NewID(), Name: strings.TrimSpace(in.Name), Format: in.FormatID, Center: in.CenterID, Centers: in.CenterIDs, Channels: in.ChannelIDs, Owner: in.OwnerID,
		From: in.From, Until: in.Until, Past: in.Past, Segment: in.SegmentID, Audience: strings.TrimSpace(in.Audience), Promise: strings.TrimSpace(in.Promise), State: Draft,
		PlanReach: in.PlanReach, PlanLeads: in.PlanLeads, PlanVisits: in.PlanVisits, PlanContracts: in.PlanContracts, PlanCash: in.PlanCash, Created: tx.Now,
	}
	if c.Owner.IsNone() {
		c.Owner = tx.Viewer.Staff
	}
	if len(c.Centers) == 0 && !c.Center.IsNone() {
		c.Centers = []id.ID{c.Center}
	}
	bad, err := c.wrong(ctx, tx)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if in.CenterID.IsNone() && !tx.Viewer.Scope("campaign:create").All {
		bad.Add("center_id", "required", nil)
	}
	c.begun(&bad, tx.Today(c.Center))
	wrongPast(tx, &bad, in.Past)
	wrongCosts(&bad, in.Costs)
	if err := bad.Err("MKT-1"); err != nil {
		return CampaignAnswer{}, err
	}
	var cost money.Fen
	for _, l := range in.Costs {
		cost += l.Amount
	}
	if err := c.within(ctx, tx, spending{plan: cost}, in.Beyond, false); err != nil {
		return CampaignAnswer{}, err
	}
	if c.No, err = numbers.Take(ctx, tx, "campaign", "M-"+c.From.String()[:4], 4); err != nil {
		return CampaignAnswer{}, err
	}
	if err := tx.Insert(ctx, c); err != nil {
		return CampaignAnswer{}, err
	}
	if err := c.plan(ctx, tx, in.Costs); err != nil {
		return CampaignAnswer{}, err
	}
	tx.Record(c.ID, facts.CampaignPlanned{CampaignAbout: c.fact()})
	return c.answer(), nil
}

// wrongPast refuses a record of the past by who may not import any.
func wrongPast(tx *op.Tx, bad *problem.Invalid, past bool) {
	if past && !tx.Viewer.System && !tx.Viewer.May("import:create") {
		bad.Add("past", "past-import", nil)
	}
}

// mostAmount bounds an amount: ten billion yuan.
const mostAmount = money.Fen(1e12)

func wrongCosts(bad *problem.Invalid, costs []PlannedCost) {
	for i, l := range costs {
		at := fmt.Sprintf("costs.%d.", i)
		if !slices.Contains(CostCategories, l.Category) {
			bad.Add(at+"category", "not-one-of", l.Category, "list", strings.Join(CostCategories, ", "))
		}
		if l.Amount < 1 || l.Amount > mostAmount {
			bad.Add(at+"amount_fen", "amount-range", l.Amount, "max", mostAmount)
		}
	}
}

// plan writes the lines of the planned cost anew.
func (c Campaign) plan(ctx context.Context, tx *op.Tx, costs []PlannedCost) error {
	if _, err := tx.Exec(ctx, "DELETE FROM campaign_plan WHERE campaign = ?", c.ID); err != nil {
		return fmt.Errorf("clear plan of campaign: %w", err)
	}
	for i, l := range costs {
		line := PlanLine{ID: tx.NewID(), Campaign: c.ID, Center: c.Center, No: int64(i + 1), Category: l.Category, Amount: l.Amount, Note: strings.TrimSpace(l.Note)}
		if err := tx.Insert(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// wrong collects what is missing or impossible in a campaign.
func (c Campaign) wrong(ctx context.Context, tx *op.Tx) (bad problem.Invalid, err error) {
	if c.Name == "" {
		bad.Add("name", "required", nil)
	}
	if err := c.wrongRefs(ctx, tx, &bad); err != nil {
		return bad, err
	}
	switch {
	case c.From.IsZero():
		bad.Add("from_day", "required", nil)
	case c.Until.IsZero():
		bad.Add("until_day", "required", nil)
	case c.Until < c.From:
		bad.Add("until_day", "before-from", c.Until)
	case c.Until-c.From > c.longest():
		bad.Add("until_day", "span-too-long", c.Until, "most", int64(c.longest()))
	}
	for _, n := range []struct {
		field string
		value int64
		least int64
	}{{"plan_leads", c.PlanLeads, 1}, {"plan_visits", c.PlanVisits, 0}, {"plan_contracts", c.PlanContracts, 0}} {
		if n.value < n.least || n.value > 1_000_000 {
			bad.Add(n.field, "out-of-range", n.value, "from", n.least, "until", 1_000_000)
		}
	}
	if c.PlanReach != 0 && (c.PlanReach < c.PlanLeads || c.PlanReach > mostReach) { // each lead was reached
		bad.Add("plan_reach", "out-of-range", c.PlanReach, "from", c.PlanLeads, "until", mostReach)
	}
	if c.PlanVisits > c.PlanLeads {
		bad.Add("plan_visits", "plan-more", c.PlanVisits, "most", c.PlanLeads)
	}
	if c.PlanContracts > c.PlanLeads {
		bad.Add("plan_contracts", "plan-more", c.PlanContracts, "most", c.PlanLeads)
	}
	if c.PlanCash < 0 || c.PlanCash > mostAmount {
		bad.Add("plan_cash_fen", "amount-range", c.PlanCash, "max", mostAmount)
	}
	return bad, nil
}

// mostReach is the most people that a plan may name.
const mostReach = 10_000_000

// How many days a campaign may last (longest).
const (
	longestCampaign = bizdate.Date(366)
	longestPast     = bizdate.Date(3_660)
)

// wrongRefs collects what a campaign names that there is not.
func (c Campaign) wrongRefs(ctx context.Context, tx *op.Tx, bad *problem.Invalid) error {
	formats, err := Formats(ctx, tx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(formats, func(f Format) bool { return f.ID == c.Format }); c.Format.IsNone() {
		bad.Add("format_id", "required", nil)
	} else if i < 0 {
		bad.Add("format_id", "unknown", c.Format)
	}
	tree, err := Channels(ctx, tx)
	if err != nil {
		return err
	}
	if len(c.Channels) == 0 {
		bad.Add("channel_ids", "required", nil)
	}
	for i, k := range c.Channels {
		if _, ok := tree.ByID(k); !ok {
			bad.Add(fmt.Sprintf("channel_ids.%d", i), "unknown", k)
		}
	}
	dir := organization.Of(tx)
	if _, ok := dir.Staff(c.Owner); !ok {
		bad.Add("owner_id", "unknown", c.Owner)
	}
	for i, k := range c.Centers {
		switch _, ok := dir.Center(k); {
		case !ok:
			bad.Add(fmt.Sprintf("center_ids.%d", i), "unknown", k)
		case !c.Center.IsNone() && k != c.Center:
			bad.Add(fmt.Sprintf("center_ids.%d", i), "campaign-center", k, "name", c.Name)
		}
	}
	return nil
}

// ChangeCampaign changes a campaign; what is left out stays. What was approved stays as it was approved: an approved one keeps its plan, cost,
// channels, centers and segment, and may only end earlier (ExtendCampaign asks for more money and a longer period). Refused: campaign-settled,
// campaign-longer, campaign-ended for a last day that is over, stale (ORG-10), what PlanCampaign refuses; that a shorter period brings more into a
// month than its budget unless it says so (MKT-8).
var ChangeCampaign = op.Op[ChangeCampaignInput, CampaignAnswer]{
	Name: "marketing.change-campaign", Rule: "MKT-1", Needs: "campaign:update", Fact: facts.CampaignChanged{}, Do: changeCampaign,
	Subject: func(in ChangeCampaignInput) op.Ref { return op.Ref{Kind: "campaign", ID: in.CampaignID} },
}

// ChangeCampaignInput names the fields that change.
type ChangeCampaignInput struct {
	CampaignID    id.ID          `json:"campaign_id" path:"id"`
	Version       *int64         `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	Name          *string        `json:"name,omitempty" maxLength:"100"`
	FormatID      *id.ID         `json:"format_id,omitempty"`
	CenterIDs     *[]id.ID       `json:"center_ids,omitempty" maxItems:"200"`
	ChannelIDs    *[]id.ID       `json:"channel_ids,omitempty" maxItems:"20"`
	OwnerID       *id.ID         `json:"owner_id,omitempty"`
	From          *bizdate.Date  `json:"from_day,omitempty"`
	Until         *bizdate.Date  `json:"until_day,omitempty"`
	Past          *bool          `json:"past,omitempty" doc:"it was held before it was registered here"`
	SegmentID     *id.ID         `json:"segment_id,omitempty" doc:"whom it is for, by conditions (MKT-10)"`
	Audience      *string        `json:"audience,omitempty" maxLength:"300"`
	Promise       *string        `json:"promise,omitempty" maxLength:"500"`
	PlanReach     *int64         `json:"plan_reach,omitempty" minimum:"0" maximum:"10000000" doc:"people that it is to reach; 0: not planned"`
	PlanLeads     *int64         `json:"plan_leads,omitempty" minimum:"1" maximum:"1000000"`
	PlanVisits    *int64         `json:"plan_visits,omitempty" minimum:"0" maximum:"1000000"`
	PlanContracts *int64         `json:"plan_contracts,omitempty" minimum:"0" maximum:"1000000"`
	PlanCash      *money.Fen     `json:"plan_cash_fen,omitempty" minimum:"0"`
	Costs         *[]PlannedCost `json:"costs,omitempty" maxItems:"50"`
	Beyond        bool           `json:"beyond_budget,omitempty" doc:"go beyond the budget of a month with a shorter period (MKT-8)"`
}

// apply sets the given fields and tells which ones changed.
func (in ChangeCampaignInput) apply(c *Campaign) (changed []string) {
	if in.Version != nil {
		c.Version = *in.Version
	}
	trim(in.Name)
	trim(in.Audience)
	trim(in.Promise)
	set(&changed, "name", &c.Name, in.Name)
	set(&changed, "format", &c.Format, in.FormatID)
	if in.CenterIDs != nil && !slices.Equal(*in.CenterIDs, c.Centers) {
		c.Centers, changed = *in.CenterIDs, append(changed, "centers")
	}
	if in.ChannelIDs != nil && !slices.Equal(*in.ChannelIDs, c.Channels) {
		c.Channels, changed = *in.ChannelIDs, append(changed, "channels")
	}
	set(&changed, "owner", &c.Owner, in.OwnerID)
	set(&changed, "from_day", &c.From, in.From)
	set(&changed, "until_day", &c.Until, in.Until)
	set(&changed, "past", &c.Past, in.Past)
	set(&changed, "segment", &c.Segment, in.SegmentID)
	set(&changed, "audience", &c.Audience, in.Audience)
	set(&changed, "promise", &c.Promise, in.Promise)
	set(&changed, "plan_reach", &c.PlanReach, in.PlanReach)
	set(&changed, "plan_leads", &c.PlanLeads, in.PlanLeads)
	set(&changed, "plan_visits", &c.PlanVisits, in.PlanVisits)
	set(&changed, "plan_contracts", &c.PlanContracts, in.PlanContracts)
	set(&changed, "plan_cash", &c.PlanCash, in.PlanCash)
	return changed
}

// settled are the fields that an approval was about; of the last day see shorter.
var settled = []string{"format", "centers", "channels", "from_day", "past", "segment", "plan_reach", "plan_leads", "plan_visits", "plan_contracts", "plan_cash"}

func changeCampaign(ctx context.Context, tx *op.Tx, in ChangeCampaignInput) (CampaignAnswer, error) {
	c, err := CampaignByID(ctx, tx, in.CampaignID)
	if err != nil {
		return CampaignAnswer{}, err
	}
	if in.SegmentID != nil && *in.SegmentID != c.Segment && !in.SegmentID.IsNone() {
		if _, err := SegmentByID(ctx, tx, *in.SegmentID); err != nil {
			return CampaignAnswer{}, err
		}
	}
	was := c
	changed := in.apply(&c)
	fixed := in.Costs != nil || slices.ContainsFunc(changed, func(f string) bool { return slices.Contains(settled, f) })
	if open := c.State == Draft || c.State == Rejected; !open && (c.State != Approved || fixed) {
		return CampaignAnswer{}, c.refuse("campaign-settled")
	}
	if err := in.check(ctx, tx, was, c); err != nil {
		return CampaignAnswer{}, err
	}
	if was.State == Approved && c.Until != was.Until {
		if err := c.within(ctx, tx, spending{}, in.Beyond, true); err != nil {
			return CampaignAnswer{}, err
		}
	}
	if err := tx.Save(ctx, &c, "name", "format", "centers", "channels", "owner", "from_day", "until_day", "past", "segment", "audience", "promise", "plan_reach", "plan_leads", "plan_visits", "plan_contracts", "plan_cash"); err != nil {
		return CampaignAnswer{}, err
	}
	if in.Costs != nil {
		changed = append(changed, "costs")
		if err := c.plan(ctx, tx, *in.Costs); err != nil {
			return CampaignAnswer{}, err
		}
	}
	tx.Record(c.ID, facts.CampaignChanged{CampaignAbout: c.fact(), Fields: changed})
	return c.answer(), nil
}

// check refuses what a change would make of a campaign.
func (in ChangeCampaignInput) check(ctx context.Context, tx *op.Tx, was, c Campaign) error {
	bad, err := c.wrong(ctx, tx)
	if err != nil {
		return err
	}
	if in.Costs != nil {
		wrongCosts(&bad, *in.Costs)
	}
	if c.From != was.From {
		c.begun(&bad, tx.Today(c.Center))
	}
	wrongPast(tx, &bad, c.Past && !was.Past)
	if was.State == Approved && c.Until != was.Until {
		was.shorter(&bad, c.Until, tx.Today(c.Center))
	}
	return bad.Err("MKT-1")
}

// shorter refuses another last day of an approved campaign that is later, over, or changes while a longer period waits for approval.
func (c Campaign) shorter(bad *problem.Invalid, until, today bizdate.Date) {
	switch {
	case until.IsZero():
	case until > c.Until:
		bad.Add("until_day", "campaign-longer", until)
	case !c.UntilAsked.IsZero():
		bad.Add("until_day", "campaign-extends", until)
	case until < today:
		bad.Add("until_day", "campaign-ended", until)
	}
}

// refuse refuses what a campaign's state does not allow.
func (c Campaign) refuse(code string) error {
	return problem.Refuse("MKT-1", code, problem.Field{Location: "campaign_id", Value: c.No})
}

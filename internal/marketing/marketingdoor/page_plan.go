package marketingdoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// planView is the form of a campaign: a new one, from a similar one, or one that changes.
type planView struct {
	names
	marketing.Campaign
	From    id.ID // the similar one
	Costs   []marketing.PlanLine
	Fixed   bool // approved: plan and cost stay
	Similar []similarCampaign
	centers []organization.Center
	segment []marketing.Segment // that it may be for
}

// similarCampaign is a closed one with what it achieved (MKT-7).
type similarCampaign struct {
	marketing.Campaign
	Got   insight.Tally
	Spent money.Fen
}

type planQuery struct {
	From   id.ID `json:"from"`
	Format id.ID `json:"format"`
}

// costRows is how many lines of cost the form has: those that there are, and some to fill.
func (v planView) costRows() []marketing.PlanLine {
	rows := v.Costs
	for len(rows) < max(3, len(v.Costs)+2) && len(rows) < mostCosts {
		rows = append(rows, marketing.PlanLine{})
	}
	return rows
}

const mostCosts = 50

func (p pages) getNewCampaign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "campaign:create") {
		return problem.Forbidden("campaign:create")
	}
	get := r.Clone(ctx)
	get.Method = http.MethodGet
	q, err := web.Decode[planQuery](get)
	if err != nil {
		return err
	}
	v := planView{From: q.From}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		v.Center = tx.Viewer.Home("campaign:create")
		v.Format = q.Format
		if !q.From.IsNone() {
			like, err := marketing.CampaignByID(ctx, tx, q.From)
			if err != nil {
				return err
			}
			v.copyOf(tx, like)
			costs, err := marketing.CostsOf(ctx, tx, []id.ID{like.ID})
			if err != nil {
				return err
			}
			v.Costs = costs[like.ID].Plan
		}
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: c(ctx, "new"), Lead: web.Text(c(ctx, "new-lead"))}, planPage(v)))
}

// copyOf takes over what a similar campaign planned; it begins today and lasts as long.
func (v *planView) copyOf(tx *op.Tx, like marketing.Campaign) {
	today := tx.Today(tx.Viewer.Center)
	center := v.Center
	v.Campaign = marketing.Campaign{
		Name: like.Name, Format: like.Format, Center: like.Center, Centers: like.Centers, Channels: like.Channels, From: today, Until: today + like.Until - like.From,
		Segment: like.Segment, Audience: like.Audience, Promise: like.Promise, PlanReach: like.PlanReach, PlanLeads: like.PlanLeads, PlanVisits: like.PlanVisits, PlanContracts: like.PlanContracts, PlanCash: like.PlanCash,
	}
	if !tx.Viewer.Scope("campaign:create").All && like.Center != center {
		v.Center, v.Centers = center, nil
	}
}

// read adds what the form offers, and what similar campaigns achieved.
func (v *planView) read(ctx context.Context, tx *op.Tx) error {
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	v.centers = v.dir.Centers(tx.Viewer)
	if err := v.segments(ctx, tx); err != nil {
		return err
	}
	list, err := insight.Similar(ctx, tx, v.Campaign)
	if err != nil {
		return err
	}
	if len(list) > shownSimilar {
		list = list[:shownSimilar]
	}
	var keys []id.ID
	for _, k := range list {
		keys = append(keys, k.ID)
	}
	costs, err := marketing.CostsOf(ctx, tx, keys)
	if err != nil {
		return err
	}
	got, err := insight.CampaignTallies(ctx, tx, keys, insight.FirstTouch)
	for _, k := range list {
		if got[k.ID].Part { // what it achieved is more than what is seen of it
			continue
		}
		v.Similar = append(v.Similar, similarCampaign{k, got[k.ID], costs[k.ID].Spent})
	}
	return err
}

const shownSimilar = 5

// centerOptions are the centers whose campaign it may be.
func (v planView) centerOptions(ctx context.Context) (list []web.Option) {
	for _, k := range v.centers {
		list = append(list, web.Option{Value: k.ID.String(), Label: k.Name(lang(ctx)), On: k.ID == v.Center})
	}
	return list
}

// choosesCenters tells whether the form asks for which centers the campaign is: a center's own is for that center, and what was approved stays.
func (v planView) choosesCenters(ctx context.Context) bool {
	return !v.Fixed && anyCenter(ctx) != "" && (v.ID.IsNone() || v.Center.IsNone())
}

// forOptions are the centers for which it may be.
func (v planView) forOptions(ctx context.Context) (list []web.Option) {
	for _, k := range v.centers {
		list = append(list, web.Option{Value: k.ID.String(), Label: k.Name(lang(ctx)), On: slices.Contains(v.Centers, k.ID)})
	}
	return list
}

// ownerOptions are the colleagues who may look after it; of a new one oneself is chosen.
func (v planView) ownerOptions(ctx context.Context) (list []web.Option) {
	chosen := v.Owner
	if viewer, ok := op.ViewerOf(ctx); ok && chosen.IsNone() {
		chosen = viewer.Staff
	}
	for _, m := range v.dir.Members() {
		if m.Active || m.ID == chosen {
			list = append(list, web.Option{Value: m.ID.String(), Label: m.Name, On: m.ID == chosen})
		}
	}
	return list
}

func (v planView) untilHint(ctx context.Context) string {
	if !v.Fixed {
		return ""
	}
	return c(ctx, "until-shorter")
}

// anyCenter is the label of a campaign of the whole company; "" where one may only plan for a center.
func anyCenter(ctx context.Context) string {
	if v, ok := op.ViewerOf(ctx); ok && v.Scope("campaign:create").All {
		return c(ctx, "all-centers")
	}
	return ""
}

// planForm is the form of a campaign; fixed is sent where plan and cost were approved, and not asked for.
type planForm struct {
	marketing.PlanCampaignInput
	Fixed        bool     `json:"fixed"`
	SegmentGiven *id.ID   `json:"-"`
	AsksCenters  bool     `json:"asks_centers"` // a campaign of a center is not asked for which it is
	CentersGiven *[]id.ID `json:"-"`
}

// plan reads the form; lines of cost that were left empty are left out.
func plan(r *http.Request) (planForm, error) {
	in, err := web.Decode[planForm](r)
	if r.PostForm.Has("segment_id") { // who sees no segments is not asked for one
		in.SegmentGiven = &in.SegmentID
	}
	if in.AsksCenters {
		in.CentersGiven = &in.CenterIDs
	}
	var costs []marketing.PlannedCost
	for _, l := range in.Costs {
		if l.Amount != 0 || l.Category != "" || l.Note != "" {
			costs = append(costs, l)
		}
	}
	in.Costs = costs
	return in, err
}

func (p pages) postNewCampaign(w http.ResponseWriter, r *http.Request) error {
	in, err := plan(r)
	var out marketing.CampaignAnswer
	if err == nil {
		out, err = marketing.PlanCampaign.Run(r.Context(), p.ops, in.PlanCampaignInput)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewCampaign)
	}
	return web.Redirect(w, r, "/campaigns/"+out.ID.String(), web.Status{Text: c(r.Context(), "planned", "no", out.No), Tone: web.Good})
}

func (p pages) getEditCampaign(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "campaign:update") {
		return problem.Forbidden("campaign:update")
	}
	var v planView
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if v.Campaign, err = marketing.CampaignByID(ctx, tx, key); err != nil {
			return err
		}
		costs, err := marketing.CostsOf(ctx, tx, []id.ID{key})
		if err != nil {
			return err
		}
		v.Costs, v.Fixed = costs[key].Plan, v.State == marketing.Approved
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: c(ctx, "edit"), H1: v.Name, Sub: v.No}, planPage(v)))
}

func (p pages) postEditCampaign(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign")
	if err != nil {
		return err
	}
	in, err := plan(r)
	if err == nil {
		_, err = marketing.ChangeCampaign.Run(r.Context(), p.ops, in.change(key))
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditCampaign)
	}
	return web.Redirect(w, r, "/campaigns/"+key.String(), web.Status{Text: c(r.Context(), "saved"), Tone: web.Good})
}

// change is what the form of a campaign changes: of an approved one, not what was approved but a shorter period.
func (in planForm) change(key id.ID) marketing.ChangeCampaignInput {
	out := marketing.ChangeCampaignInput{CampaignID: key, Name: &in.Name, OwnerID: &in.OwnerID, Until: &in.Until, Audience: &in.Audience, Promise: &in.Promise, Beyond: in.Beyond}
	if !in.Fixed {
		out.ChannelIDs, out.CenterIDs, out.SegmentID, out.Past = &in.ChannelIDs, in.CentersGiven, in.SegmentGiven, &in.Past
		out.FormatID, out.From, out.PlanReach, out.PlanLeads, out.PlanVisits, out.PlanContracts, out.PlanCash, out.Costs = &in.FormatID, &in.From, &in.PlanReach, &in.PlanLeads, &in.PlanVisits, &in.PlanContracts, &in.PlanCash, &in.Costs
	}
	return out
}

// segments reads those that are offered, and the one that the campaign has, if the viewer sees it.
func (v *planView) segments(ctx context.Context, tx *op.Tx) error {
	if !tx.Viewer.May("segment:read") {
		return nil
	}
	list, err := marketing.Segments(ctx, tx, marketing.SegmentFilter{Active: new(true)}, page.Request{Limit: page.Most})
	if err != nil {
		return err
	}
	v.segment = list.Items
	if slices.ContainsFunc(v.segment, func(s marketing.Segment) bool { return s.ID == v.Segment }) {
		return nil
	}
	s, err := segmentFor(ctx, tx, v.Campaign)
	if !v.Segment.IsNone() {
		s.ID = v.Segment
		v.segment = append(v.segment, s)
	}
	return err
}

func (v planView) segmentOptions() (list []web.Option) {
	for _, s := range v.segment {
		list = append(list, web.Option{Value: s.ID.String(), Label: orNone(s.Name), On: s.ID == v.Segment})
	}
	return list
}

// segmentFor gives the segment of a campaign; one that the viewer does not see has no name.
func segmentFor(ctx context.Context, tx *op.Tx, c marketing.Campaign) (s marketing.Segment, err error) {
	if c.Segment.IsNone() || !tx.Viewer.May("segment:read") {
		return s, nil
	}
	s, err = marketing.SegmentByID(ctx, tx, c.Segment)
	if p, refused := problem.As(err); refused && p.Status == http.StatusNotFound {
		return s, nil
	}
	return s, err
}

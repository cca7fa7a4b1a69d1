package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/process"
)

// activity is a kind of campaign that this company repeats: by which channel its prospects come, and what it costs.
type activity struct {
	format, channel, name string
	leads                 int64 // planned of each center
	share                 float64
	costs                 []marketing.PlannedCost
}

// activities are repeated in this order, one a month. share is how many of the channel's leads come by it while it runs.
var activities = []activity{
	{"open-day", "event", "开放日", 6, 0.8, []marketing.PlannedCost{{Category: "venue", Amount: money.Yuan(6_000)}, {Category: "print", Amount: money.Yuan(1_500)}, {Category: "gift", Amount: money.Yuan(2_000)}}},
	{"online-ad", "web", "线上投放", 14, 0.5, []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(24_000)}}},
	{"referral-week", "referral", "老带新活动", 5, 0.7, []marketing.PlannedCost{{Category: "gift", Amount: money.Yuan(4_000)}}},
	{"street", "street", "地推", 5, 0.6, []marketing.PlannedCost{{Category: "people", Amount: money.Yuan(5_000)}, {Category: "print", Amount: money.Yuan(1_200)}}},
}

const (
	planningDay = 3  // of each month the next campaign is planned
	runsFor     = 20 // days, from a week after it
	closesAfter = 25 // days after its end
)

// lessons are what was learnt.
var lessons = []string{"周末来的人多，接待要加人。", "传单离学校近的点有效。", "线上的线索要当天联系，过夜就凉。", "礼品不是关键，免费测评才是。"}

// campaigns reads the campaigns of the company as a day begins: those by which prospects come today, by channel.
func (a *agenda) campaigns(ctx context.Context, tx *op.Tx) error {
	list, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Approved}, page.Request{})
	if err != nil {
		return err
	}
	a.running = map[id.ID]marketing.Campaign{}
	for _, c := range list.Items {
		if c.Running(a.day) && len(c.Channels) > 0 {
			a.running[c.Channels[0]] = c
		}
	}
	if a.place.center != a.l.world.centers[0].center {
		return nil
	}
	return a.market(ctx, tx, list.Items)
}

// market plans what the marketing of the company does on a day; it has its own chance, so that nothing else changes by it.
func (a *agenda) market(ctx context.Context, tx *op.Tx, approved []marketing.Campaign) error {
	who := a.l.dir.Holders("marketing", id.None)
	if len(who) == 0 {
		return nil
	}
	r := a.l.chance(a.day, 1<<15)
	do := func(minute int, what func(ctx context.Context) error) {
		at := a.minute(minute)
		if at.Before(a.l.lived) {
			return
		}
		a.at(at, func(ctx context.Context) error { return what(a.l.as(ctx, who[0].ID)) })
	}
	if a.day == a.day.MonthStart()+planningDay-1 || a.eve() {
		do(90, a.planYear)
		do(100, func(ctx context.Context) error { return a.planCampaign(ctx, r) })
	}
	a.promotions(do)
	if err := a.pending(ctx, tx, r); err != nil {
		return err
	}
	var keys []id.ID
	for _, c := range approved {
		keys = append(keys, c.ID)
	}
	costs, err := marketing.CostsOf(ctx, tx, keys)
	if err != nil {
		return err
	}
	for i, c := range approved {
		switch cost := costs[c.ID]; {
		case a.day == c.From || a.day == c.From+runsFor/2:
			for n, l := range cost.Plan {
				part := l.Amount.Share(int64(35+r.IntN(13)), 100)
				do(200+10*i+n, func(ctx context.Context) error { return a.spend(ctx, c, l.Category, part, n) })
			}
		case a.day >= c.Until+closesAfter:
			do(300+i, func(ctx context.Context) error {
				_, err := marketing.CloseCampaign.Run(ctx, a.l.run, marketing.CloseCampaignInput{CampaignID: c.ID, Lesson: of(r, lessons), Release: true})
				return err
			})
		}
	}
	return nil
}

// planYear sets the budget of the year for what is done each month, where there is none yet: a bit more than it costs, but in the summer.
func (a *agenda) planYear(ctx context.Context) error {
	year := a.day.UTC().Year()
	var had marketing.BudgetView
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		had, err = marketing.BudgetOf(ctx, tx, year, id.None)
		return err
	})
	if err != nil || !had.ID.IsNone() {
		return err
	}
	in := marketing.SetBudgetInput{Year: int64(year), Why: "年度计划"}
	for m := range int64(12) {
		which := activities[(int(m)+1+int(a.l.Seed))%len(activities)]
		var cost money.Fen
		for _, c := range which.costs {
			cost += c.Amount * money.Fen(len(a.l.world.centers)) / 4
		}
		share := int64(110)
		if m == 6 || m == 7 {
			share = 90
		}
		in.Cells = append(in.Cells, marketing.BudgetCellInput{ChannelID: a.l.world.channels[which.channel], Month: m + 1, Amount: cost.Share(share, 100) / 10_000 * 10_000})
	}
	_, err = marketing.SetBudget.Run(ctx, a.l.run, in)
	return err
}

// planCampaign registers the next campaign, and asks for approval.
func (a *agenda) planCampaign(ctx context.Context, r *rand.Rand) error {
	which := activities[(int(a.day.UTC().Month())+int(a.l.Seed))%len(activities)]
	centers := int64(len(a.l.world.centers))
	leads := which.leads * centers
	in := marketing.PlanCampaignInput{
		Name: fmt.Sprintf("%s · %s", which.name, (a.day + 7).String()[:7]), ChannelIDs: []id.ID{a.l.world.channels[which.channel]}, From: a.day + 7, Until: a.day + 7 + runsFor,
		Audience: "6–12 岁，校区三公里内", Promise: "免费测评，体验课一节", PlanLeads: leads, PlanVisits: max(1, leads*35/100), PlanContracts: max(1, leads/8), PlanCash: money.Yuan(15_000) * money.Fen(max(1, leads/8)), Beyond: true,
	}
	for _, c := range which.costs {
		c.Amount = c.Amount * money.Fen(centers) / 4
		in.Costs = append(in.Costs, c)
	}
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		formats, err := marketing.Formats(ctx, tx)
		if i := slices.IndexFunc(formats, func(f marketing.Format) bool { return f.Code == which.format }); i >= 0 {
			in.FormatID = formats[i].ID
		}
		return err
	})
	if err != nil {
		return err
	}
	if in.SegmentID, err = a.segments(ctx); err != nil {
		return err
	}
	if err := a.hold(ctx, in.SegmentID); err != nil {
		return err
	}
	c, err := marketing.PlanCampaign.Run(ctx, a.l.run, in)
	if err != nil {
		return err
	}
	out, err := marketing.SubmitCampaign.Run(ctx, a.l.run, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "每月一场，按去年同期的规模", Beyond: true})
	if err != nil {
		return err
	}
	if !a.eve() { // that of the eve waits, for whoever looks at the company
		a.at(a.l.Clock.Now().Add(time.Duration(60+r.IntN(240))*time.Minute), func(ctx context.Context) error { return a.consent(ctx, out.Approval) })
	}
	return nil
}

// pending plans the consent to campaigns that waited when the life was left.
func (a *agenda) pending(ctx context.Context, tx *op.Tx, r *rand.Rand) error {
	if a.l.lived.IsZero() {
		return nil
	}
	list, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Submitted}, page.Request{})
	for _, c := range list.Items {
		it, absent := process.WaitingFor(ctx, tx, c.ID)
		if absent == nil {
			a.at(a.minute(120+r.IntN(300)), func(ctx context.Context) error { return a.consent(ctx, it.ID) })
		}
	}
	return err
}

// spend books a cost with its receipt; what is beyond the plan is not spent.
func (a *agenda) spend(ctx context.Context, c marketing.Campaign, category string, amount money.Fen, n int) error {
	no := fmt.Sprintf("FP-%s-%d", a.day, n+1)
	scan, err := a.receipt(ctx, no, c.Name, amount)
	if err != nil {
		return err
	}
	_, err = marketing.BookCost.Run(ctx, a.l.run, marketing.BookCostInput{CampaignID: c.ID, Category: category, Amount: amount, Document: no, Files: []id.ID{scan.ID}, Beyond: true})
	if _, refused := problem.As(err); refused {
		return nil
	}
	return err
}

// by is the campaign by which a lead of a channel comes, if one runs: its own chance, as market.
func (a *agenda) by(channel string) id.ID {
	c, ok := a.running[a.l.world.channels[channel]]
	if !ok {
		return id.None
	}
	i := slices.IndexFunc(activities, func(x activity) bool { return x.channel == channel })
	if i < 0 || a.luck.Float64() >= activities[i].share {
		return id.None
	}
	return c.ID
}

// consent approves a campaign as the general manager.
func (a *agenda) consent(ctx context.Context, approval id.ID) error {
	who := a.l.dir.Holders("general-manager", id.None)
	if len(who) == 0 {
		return nil
	}
	_, err := process.Approve.Run(a.l.as(ctx, who[0].ID), a.l.run, process.ApprovalInput{ApprovalID: approval})
	return err
}

package marketingdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/insight"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/sales"
)

// API registers the channel tree.
func API(a *api.API) {
	api.Whole(a, "/channels", "marketing.channels", "channel:read", channels)
	api.Get(a, "/channels/{id}", "marketing.channel", "channel:read", func(ctx context.Context, tx *op.Tx, q channelID) (marketing.Channel, error) {
		return marketing.ChannelByID(ctx, tx, q.ID)
	})
	api.Post(a, "/channels", marketing.AddChannel)
	api.Patch(a, "/channels/{id}", marketing.ChangeChannel)
	api.Whole(a, "/campaign-formats", "marketing.campaign-formats", "campaign:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]marketing.Format, error) {
		return marketing.Formats(ctx, tx)
	})
	api.Post(a, "/campaign-formats", marketing.SetFormat)
	apiCampaigns(a)
	apiPoints(a)
	apiBudgets(a)
	apiSegments(a)
}

func apiPoints(a *api.API) {
	api.List(a, "/capture-points", "marketing.capture-points", "capture-point:read", func(ctx context.Context, tx *op.Tx, q pointsQuery) (page.Page[marketing.CapturePoint], error) {
		return marketing.CapturePoints(ctx, tx, marketing.CapturePointFilter{Campaign: q.CampaignID}, q.Request())
	})
	api.Get(a, "/capture-points/{id}", "marketing.capture-point", "capture-point:read", func(ctx context.Context, tx *op.Tx, q pointID) (marketing.CapturePoint, error) {
		return marketing.CapturePointByID(ctx, tx, q.ID)
	})
	api.Get(a, "/capture-points/{id}/counts", "marketing.capture-counts", "capture-point:read", func(ctx context.Context, tx *op.Tx, q pointID) (marketing.CaptureCounts, error) {
		p, err := marketing.CapturePointByID(ctx, tx, q.ID)
		if err != nil {
			return marketing.CaptureCounts{}, err
		}
		counts, err := marketing.CountCaptures(ctx, tx, []id.ID{p.ID})
		out := counts[p.ID]
		out.Point = p.ID
		return out, err
	})
	api.Post(a, "/capture-points", marketing.SetCapturePoint)
	api.List(a, "/submissions", "marketing.submissions", "submission:read", func(ctx context.Context, tx *op.Tx, q submissionsQuery) (page.Page[marketing.Submission], error) {
		return marketing.Submissions(ctx, tx, marketing.SubmissionFilter{Point: q.PointID, State: q.State}, q.Request())
	})
	api.Post(a, "/submissions/{id}/accept", marketing.AcceptSubmission)
}

func apiBudgets(a *api.API) {
	api.List(a, "/budgets", "marketing.budgets", "budget:read", func(ctx context.Context, tx *op.Tx, q api.Paging) (page.Page[marketing.Budget], error) {
		return marketing.Budgets(ctx, tx, q.Request())
	})
	api.Get(a, "/budgets/{id}", "marketing.budget", "budget:read", func(ctx context.Context, tx *op.Tx, q budgetID) (marketing.BudgetView, error) {
		return marketing.BudgetByID(ctx, tx, q.ID)
	})
	api.List(a, "/budgets/{id}/changes", "marketing.budget-changes", "budget:read", func(ctx context.Context, tx *op.Tx, q budgetChanges) (page.Page[marketing.BudgetChange], error) {
		return marketing.BudgetChanges(ctx, tx, q.ID, q.Request())
	})
	api.Get(a, "/budgets/{id}/season", "marketing.budget-season", "budget:read", func(ctx context.Context, tx *op.Tx, q budgetID) (marketing.Season, error) {
		v, err := marketing.BudgetByID(ctx, tx, q.ID)
		if err != nil {
			return marketing.Season{}, err
		}
		return marketing.Seasons(ctx, tx, int(v.Year), v.Center)
	})
	api.Post(a, "/budgets", marketing.SetBudget)
	api.Post(a, "/budgets/fill", marketing.FillBudget)
	api.Post(a, "/budgets/raises", marketing.AskBudget)
}

type budgetID struct {
	ID id.ID `path:"id" json:"budget_id"`
}

type budgetChanges struct {
	api.Paging
	ID id.ID `path:"id" json:"budget_id"`
}

type pointID struct {
	ID id.ID `path:"id" json:"capture-point_id"`
}

type pointsQuery struct {
	api.Paging
	CampaignID id.ID `query:"campaign_id"`
}

type submissionsQuery struct {
	api.Paging
	PointID id.ID  `query:"point_id"`
	State   string `query:"state" enum:"waiting,entered,rejected"`
}

func apiCampaigns(a *api.API) {
	api.List(a, "/campaigns", "marketing.campaigns", "campaign:read", campaigns)
	api.Get(a, "/campaigns/{id}", "marketing.campaign", "campaign:read", func(ctx context.Context, tx *op.Tx, in marketing.CampaignInput) (marketing.Campaign, error) {
		return marketing.CampaignByID(ctx, tx, in.CampaignID)
	})
	api.Post(a, "/campaigns", marketing.PlanCampaign)
	api.Patch(a, "/campaigns/{id}", marketing.ChangeCampaign)
	api.Post(a, "/campaigns/{id}/submit", marketing.SubmitCampaign)
	api.Post(a, "/campaigns/{id}/approve", marketing.ApproveCampaign)
	api.Post(a, "/campaigns/{id}/extend", marketing.ExtendCampaign)
	api.Post(a, "/campaigns/{id}/close", marketing.CloseCampaign)
	api.Post(a, "/campaigns/{id}/reopen", marketing.ReopenCampaign)
	api.Post(a, "/campaigns/{id}/drop", marketing.DropCampaign)
	api.List(a, "/campaigns/{id}/costs", "marketing.campaign-costs", "campaign-cost:read", func(ctx context.Context, tx *op.Tx, q campaignList) (page.Page[marketing.CostLine], error) {
		return marketing.CostLines(ctx, tx, q.ID, q.Request())
	})
	api.Get(a, "/campaigns/{id}/plan", "marketing.campaign-plan", "campaign-cost:read", costs)
	api.Post(a, "/campaigns/{id}/costs", marketing.BookCost)
	api.Post(a, "/campaign-costs/{id}/reverse", marketing.ReverseCost)
	api.Post(a, "/campaign-costs/{id}/files", marketing.AttachCostFiles)
	api.Whole(a, "/campaign-costs/{id}/files", "marketing.cost-files", "campaign-cost:read", costFiles)
	api.Get(a, "/campaign-costs/{id}/files/{file}", "marketing.cost-file", "campaign-cost:read", costFile)
	api.List(a, "/campaigns/{id}/leads", "marketing.campaign-leads", "lead:read", func(ctx context.Context, tx *op.Tx, q campaignList) (page.Page[sales.Prospect], error) {
		return sales.Prospects(ctx, tx, q.ID, q.Request())
	})
	api.Get(a, "/campaigns/{id}/results", "marketing.campaign-results", "report:read", results)
}

type campaignList struct {
	api.Paging
	ID id.ID `path:"id" json:"campaign_id"`
}

type campaignsQuery struct {
	api.Paging
	State     string       `query:"state" enum:"draft,submitted,rejected,approved,closed,dropped"`
	FormatID  id.ID        `query:"format_id"`
	ChannelID id.ID        `query:"channel_id"`
	CenterID  id.ID        `query:"center_id" doc:"for which it is"`
	From      bizdate.Date `query:"from" doc:"still running on it or later"`
	Until     bizdate.Date `query:"to" doc:"begun by it"`
}

func campaigns(ctx context.Context, tx *op.Tx, q campaignsQuery) (page.Page[marketing.Campaign], error) {
	f := marketing.CampaignFilter{Text: q.Q, State: marketing.CampaignState(q.State), Format: q.FormatID, Channel: q.ChannelID, Center: q.CenterID, From: q.From, Until: q.Until}
	return marketing.Campaigns(ctx, tx, f, q.Request())
}

// Costs is what a campaign is planned to cost and cost.
type Costs struct {
	Lines   []marketing.PlanLine `json:"lines" nullable:"false"`
	Planned money.Fen            `json:"planned_fen"`
	Waiting money.Fen            `json:"waiting_fen" doc:"asked for"`
	Spent   money.Fen            `json:"spent_fen"`
	Left    money.Fen            `json:"left_fen"`
}

func costs(ctx context.Context, tx *op.Tx, in marketing.CampaignInput) (out Costs, err error) {
	if _, err := marketing.CampaignByID(ctx, tx, in.CampaignID); err != nil {
		return out, err
	}
	all, err := marketing.CostsOf(ctx, tx, []id.ID{in.CampaignID})
	c := all[in.CampaignID]
	return Costs{Lines: append([]marketing.PlanLine{}, c.Plan...), Planned: c.Planned, Waiting: c.Waiting, Spent: c.Spent, Left: c.Left()}, err
}

type costID struct {
	api.Paging
	ID id.ID `path:"id" json:"cost_id"`
}

func costFiles(ctx context.Context, tx *op.Tx, in costID) ([]attach.File, error) {
	l, err := marketing.CostLineByID(ctx, tx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := marketing.FilesOfCosts(ctx, tx, []marketing.CostLine{l})
	return all[in.ID], err
}

type costFileID struct {
	ID   id.ID `path:"id" json:"cost_id"`
	File id.ID `path:"file" json:"file_id"`
}

// Document is a file with its bytes.
type Document struct {
	attach.File

	Content []byte `json:"content" doc:"base64 (RFC 4648)"`
}

func costFile(ctx context.Context, tx *op.Tx, in costFileID) (d Document, err error) {
	if d.File, err = marketing.FileOfCost(ctx, tx, in.ID, in.File); err != nil {
		return d, err
	}
	d.Content, err = d.Bytes(ctx, tx)
	return d, err
}

// Results is what a campaign brought until now by first touch, and which link failed (MKT-3, MKT-6).
type Results struct {
	Leads        float64        `json:"leads"`
	Qualified    float64        `json:"qualified"`
	Appointments float64        `json:"appointments"`
	Visits       float64        `json:"visits"`
	Contracts    float64        `json:"contracts"`
	Amount       money.Fen      `json:"contract_amount_fen"`
	Cash         money.Fen      `json:"cash_in_fen"`
	Met          bool           `json:"met" doc:"the goal is reached"`
	Immature     bool           `json:"immature" doc:"still inside the usual time to sign"`
	Failed       string         `json:"failed_link" enum:"reach,lead,qualified,appointment,visit,contract,amount" doc:"empty: none, or too few cases to say"`
	Links        []insight.Link `json:"links" nullable:"false"`
	Returns      []Return       `json:"returns" nullable:"false" doc:"what it brought for what it cost; empty without a cost, or where you may not see costs (MKT-5)"`
	Similar      int            `json:"similar" doc:"closed campaigns of the same kind that it is compared with"`
	Reach        *int64         `json:"reach" doc:"people reached, as far as forms and exported lists count them; null where nothing does"`
	Part         bool           `json:"part" doc:"only the part in your scope of figures: nothing is said of the campaign"`
}

func results(ctx context.Context, tx *op.Tx, in marketing.CampaignInput) (out Results, err error) {
	c, err := marketing.CampaignByID(ctx, tx, in.CampaignID)
	if err != nil {
		return out, err
	}
	d, t, err := insight.Diagnose(ctx, tx, c)
	if err != nil {
		return out, err
	}
	costs, err := marketing.CostsOf(ctx, tx, []id.ID{c.ID})
	var reach *int64
	if d.Reach.Known {
		reach = new(d.Reach.N())
	}
	return Results{
		Reach: reach,
		Leads: t.N(insight.StepLead), Qualified: t.N(insight.StepQualified), Appointments: t.N(insight.StepAppointment), Visits: t.N(insight.StepVisit), Contracts: t.N(insight.StepContract),
		Amount: t.Payable, Cash: t.Cash, Met: d.Met, Immature: d.Young, Failed: d.Failed, Links: append([]insight.Link{}, d.Links...), Similar: d.Similar, Part: d.Part,
		Returns: returnsOf(costs[c.ID].Spent, t),
	}, err
}

// Return is what a case of a step cost, or the cash for each yuan that was spent, with its interval and the cases that it rests on.
type Return struct {
	Per   string   `json:"per" enum:"lead,visit,contract,yuan"`
	Value *float64 `json:"value" doc:"fen for a case; of yuan the cash for each; null without a case"`
	Low   float64  `json:"low" doc:"of the 95 % interval"`
	High  float64  `json:"high" doc:"0: there is no upper bound"`
	N     int64    `json:"n" doc:"cases; of yuan contracts"`
	Thin  bool     `json:"thin" doc:"too few cases to go by"`
}

// returnsOf are the ratios of a campaign's page (MKT-5).
func returnsOf(cost money.Fen, t insight.Tally) []Return {
	out := []Return{}
	if cost <= 0 || t.Part {
		return out
	}
	for _, per := range []struct {
		name string
		step int
	}{{"lead", insight.StepLead}, {"visit", insight.StepVisit}, {"contract", insight.StepContract}} {
		n, low, high := insight.PerCase(cost, t, per.step)
		r := Return{Per: per.name, Low: float64(low), High: max(0, float64(high)), N: int64(t.N(per.step) + 0.5), Thin: n == 0 || high < 0 || high > tooWide*low}
		if n > 0 {
			r.Value = new(float64(n))
		}
		out = append(out, r)
	}
	f := insight.PerYuan(cost, t)
	return append(out, Return{Per: "yuan", Value: &f.V, Low: f.Low, High: f.High, N: f.N, Thin: tooFew(f.N)})
}

type channelID struct {
	ID id.ID `path:"id" json:"channel_id"`
}

// channels lists the whole tree, parents before their children.
func channels(ctx context.Context, tx *op.Tx, _ api.Paging) (out []marketing.Channel, err error) {
	tree, err := marketing.Channels(ctx, tx)
	if err != nil {
		return out, err
	}
	for _, n := range tree.Nodes() {
		out = append(out, n.Channel)
	}
	return out, nil
}

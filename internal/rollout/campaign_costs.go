package rollout

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
)

// importCost books a row as a cost line of a campaign (MKT-3): its amount rounded half-even to the fen. What names the line, its key or document,
// is booked once. Rejected: a campaign that is unknown, not approved or closed; a spend of nothing, which is no cost; one below nothing, which is
// a reversal and made in the program; what the operation refuses.
func importCost(ctx context.Context, r *op.Runner, v map[string]string) error {
	refuse := func(field, code string) error {
		return problem.Refuse("MKT-3", "invalid", problem.Field{Location: field, Code: code, Value: v[field]})
	}
	in := marketing.BookCostInput{Category: strings.ToLower(v["category"]), Document: v["document"], Note: v["note"]}
	if in.Category == "" {
		in.Category = "media"
	}
	var err error
	if in.Amount, err = money.Round(width.Fold.String(v["amount"])); err != nil {
		return refuse("amount", "bad-amount")
	}
	switch {
	case in.Amount == 0:
		return refuse("amount", "cost-nothing")
	case in.Amount < 0:
		return refuse("amount", "cost-negative")
	}
	if v["day"] != "" {
		if in.Day, err = day(v["day"]); err != nil {
			return refuse("day", "bad-date")
		}
	}
	c, err := campaignNamed(ctx, r, v["campaign"])
	if err != nil {
		return err
	}
	in.CampaignID = c.ID
	name := v["external_key"]
	if name == "" {
		name = strings.Trim(v["document"]+" "+v["day"], " ")
	}
	if name == "" {
		return refuse("external_key", "cost-nameless")
	}
	if in.Document == "" {
		in.Document = name
	}
	in.ExternalKey = c.No + ":" + in.Category + ":" + name
	_, err = marketing.BookCost.Run(ctx, r, in)
	p, refused := problem.As(err)
	switch {
	case !refused:
		return err
	case p.Step != nil:
		return refuse("campaign", "cost-"+p.Step.Code)
	case is(err, "key-taken"):
		return sameCost(ctx, r, in, err)
	}
	return err
}

// sameCost tells a line that is booked already from another one of the same name, which is refused.
func sameCost(ctx context.Context, r *op.Runner, in marketing.BookCostInput, taken error) error {
	return r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		l, err := marketing.CostByKey(ctx, tx, in.ExternalKey)
		if err == nil && (l.Amount != in.Amount || !in.Day.IsZero() && l.Day != in.Day) {
			return problem.Refuse("MKT-3", "invalid", problem.Field{Location: "external_key", Code: "cost-differs", Value: l.Amount})
		}
		return errors.Join(err, taken)
	})
}

// campaignNamed finds a campaign by its number or name. Refused: an unknown one, a name that several have.
func campaignNamed(ctx context.Context, r *op.Runner, name string) (c marketing.Campaign, err error) {
	err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		c, err = marketing.CampaignNamed(ctx, tx, name)
		return err
	})
	return c, err
}

// importBudget sets a row of an annual plan, twelve months of a channel (MKT-8): months that have no cell stay.
func importBudget(ctx context.Context, r *op.Runner, v map[string]string) error {
	var bad problem.Invalid
	in := marketing.SetBudgetInput{}
	year, err := strconv.ParseInt(width.Fold.String(v["year"]), 10, 64)
	if err != nil {
		bad.Add("year", "bad-number", v["year"])
	}
	in.Year = year
	if v["center"] != "" {
		c, ok := r.Org.(*organization.Directory).CenterByCode(v["center"])
		if !ok {
			bad.Add("center", "unknown", v["center"])
		}
		in.CenterID = c.ID
	}
	var channel id.ID
	err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		tree, err := marketing.Channels(ctx, tx)
		if c, ok := tree.ByName(v["channel"]); ok {
			channel = c.ID
		} else {
			bad.Add("channel", "unknown", v["channel"])
		}
		return err
	})
	if err != nil {
		return err
	}
	for m := range 12 {
		field := "m" + strconv.Itoa(m+1)
		text := strings.Trim(width.Fold.String(v[field]), "¥ ")
		if text == "" {
			continue
		}
		n, err := money.Parse(text)
		if err != nil {
			bad.Add(field, "bad-amount", v[field])
			continue
		}
		in.Cells = append(in.Cells, marketing.BudgetCellInput{ChannelID: channel, Month: int64(m + 1), Amount: n})
	}
	if err := bad.Err("MKT-8"); err != nil {
		return err
	}
	out, err := marketing.SetBudget.Run(ctx, r, in)
	if err == nil && out.Changed == 0 {
		return problem.Refuse("MKT-8", "budget-taken", problem.Field{Location: "channel"})
	}
	return err
}

package salesdoor

import (
	"context"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// campaignOptions are the campaigns on which a lead may be booked (MKT-2).
func (n names) campaignOptions(chosen id.ID) (out []web.Option) {
	for _, c := range n.running {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name, On: c.ID == chosen})
	}
	return out
}

// viaCampaign marks a campaign in the field that asks how a visitor came: a channel or a campaign, in one field (SAL-5: at most six).
const viaCampaign = "campaign:"

// viaOptions are the campaigns that a visitor may have come to, then the channels.
func (n names) viaOptions(ctx context.Context) (out []web.Option) {
	for _, o := range n.campaignOptions(id.None) {
		out = append(out, web.Option{Value: viaCampaign + o.Value, Label: t(ctx, "walk-in.campaign", "name", o.Label)})
	}
	return append(out, n.channelOptions(ctx, id.None)...)
}

// recommended tells whether the chosen way, a channel or a campaign, is that of who was recommended (转介绍, MKT-12).
func (n names) recommended(via string) bool {
	key, isCampaign := strings.CutPrefix(via, viaCampaign)
	at, err := id.Parse(key)
	if err != nil || !isCampaign {
		return err == nil && n.channels.Recommends(at)
	}
	i := slices.IndexFunc(n.running, func(c marketing.Campaign) bool { return c.ID == at })
	return i >= 0 && slices.ContainsFunc(n.running[i].Channels, n.channels.Recommends)
}

// visitorForm is what the form of a walk-in sends.
type visitorForm struct {
	sales.WalkInInput
	Via string `json:"via" maxLength:"50"`
}

// visitorOf reads the form of a walk-in.
func visitorOf(f visitorForm, err error) (sales.WalkInInput, error) {
	in := f.WalkInInput
	key, isCampaign := strings.CutPrefix(f.Via, viaCampaign)
	if err != nil || key == "" {
		return in, err
	}
	at, bad := id.Parse(key)
	if bad != nil {
		return in, problem.Refuse("SAL-5", "invalid", problem.Field{Location: "via", Code: "unknown", Value: f.Via})
	}
	if isCampaign {
		in.CampaignID = at
	} else {
		in.ChannelID = at
	}
	return in, nil
}

// campaignFact says which campaign brought a prospect, and what was promised (MKT-13).
func campaignFacts(ctx context.Context, c marketing.Campaign) []web.Fact {
	if c.ID.IsNone() {
		return nil
	}
	out := []web.Fact{{Term: t(ctx, "field.campaign"), Value: web.RecordLink("/campaigns/"+c.ID.String(), c.Name)}}
	if c.Promise != "" {
		out = append(out, web.Fact{Term: t(ctx, "field.promise"), Value: web.Text(c.Promise)})
	}
	return out
}

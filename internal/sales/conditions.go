package sales

import (
	"context"
	"fmt"

	"zhike/internal/contracts"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

const (
	asked   = "SELECT e.person FROM enquiries e WHERE {scope:segment-member e}"
	visited = "SELECT v.person FROM visits v WHERE {scope:segment-member v} AND v.withdrawn_at IS NULL"
	kept    = asked + " AND e.channel IS NOT NULL"
	missed  = "SELECT a.person FROM appointments a WHERE {scope:segment-member a} AND a.state = 'no-show'"
	offered = "SELECT q.person FROM quotes q JOIN enquiries e ON e.id = q.enquiry AND e.outcome = 'open' WHERE {scope:segment-member q} AND q.state = 'open' AND q.valid_until >= ?"
	brought = "SELECT e.referrer FROM enquiries e WHERE {scope:segment-member e} AND e.referrer IS NOT NULL"
)

// Conditions contributes what can be asked about enquiries, appointments, visits and quotes: one of somebody's enquiries is as asked (MKT-10). A quote is open until
// it is accepted, refused or past its last day, or its enquiry ends. Whom somebody recommended counts once, however many enquiries name the recommender (MKT-12).
func Conditions(ctx context.Context, tx *op.Tx) ([]condition.Field, error) {
	today := int64(tx.Today(id.None))
	out := []condition.Field{
		{Code: "stage", Kind: condition.Choice, From: asked, Column: "e.stage", Options: condition.Codes("stage", Stages)},
		{Code: "enquiry-kind", Kind: condition.Choice, From: asked, Column: "e.kind", Options: condition.Codes("enquiry-kind", contracts.Kinds)},
		{Code: "course", Kind: condition.Choice, From: asked + " AND e.course IS NOT NULL", Column: "e.course", Options: courses},
		{Code: "channel", Kind: condition.Choice, From: kept, Column: "e.channel", Options: channels, Wider: underChannels},
		{Code: "grade", Kind: condition.Choice, From: asked + " AND e.grade <> ''", Column: "e.grade", Options: condition.Codes("grade", []string{"A", "B", "C"})},
		{Code: "lost-reason", Kind: condition.Choice, From: asked + " AND e.lost_reason <> ''", Column: "e.lost_reason", Options: people.CodeOptions("loss-reason")},
		{Code: "entered", Kind: condition.Day, From: asked, Column: "e.entered_day"},
		{Code: "enquiries", Kind: condition.Number, From: asked, Column: "COUNT(*)", Sum: true},
		{Code: "visits", Kind: condition.Number, From: visited, Column: "COUNT(*)", Sum: true},
		{Code: "last-visit", Kind: condition.Day, From: visited, Column: "v.day"},
		{Code: "no-shows", Kind: condition.Number, From: missed, Column: "COUNT(*)", Sum: true},
		{Code: "last-no-show", Kind: condition.Day, From: missed, Column: "a.day"},
		{Code: "open-quote", Kind: condition.YesNo, From: offered, Args: []any{today}},
		{Code: "quote-days", Kind: condition.Number, From: offered, Args: []any{today}, Column: fmt.Sprintf("q.valid_until - %d", today)},
		{Code: "recommended", Kind: condition.Number, From: brought, Column: "COUNT(DISTINCT e.person)", Sum: true},
		{Code: "recommended-signed", Kind: condition.Number, From: brought + " AND e.outcome = 'signed'", Column: "COUNT(DISTINCT e.person)", Sum: true},
	}
	for i := range out {
		out[i].Part, out[i].Key = "enquiry", "condition."+out[i].Code
	}
	own, err := people.AttributeConditions(ctx, tx, "enquiry", "SELECT e.person FROM attributes a JOIN enquiries e ON e.id = a.subject WHERE {scope:segment-member e} AND a.field = ?")
	return append(out, own...), err
}

func courses(ctx context.Context, tx *op.Tx) (out []condition.Option, err error) {
	list, err := contracts.Courses(ctx, tx, false)
	for _, c := range list {
		out = append(out, condition.Option{Value: c.ID.String(), ZH: c.Name("zh"), EN: c.Name("en")})
	}
	return out, err
}

func channels(ctx context.Context, tx *op.Tx) (out []condition.Option, err error) {
	tree, err := marketing.Channels(ctx, tx)
	for _, n := range tree.Nodes() {
		out = append(out, condition.Option{Value: n.ID.String(), ZH: n.Name("zh"), EN: n.Name("en")})
	}
	return out, err
}

// underChannels are channels and all that lie below them.
func underChannels(ctx context.Context, tx *op.Tx, values []string) (out []string, err error) {
	tree, err := marketing.Channels(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		key, err := id.Parse(v)
		if err != nil {
			return nil, err
		}
		for _, below := range tree.Under(key) {
			out = append(out, below.String())
		}
	}
	return out, nil
}

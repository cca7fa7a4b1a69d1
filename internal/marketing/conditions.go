package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/op"
)

// Conditions contributes what can be asked about the campaigns that brought somebody (MKT-10).
func Conditions(context.Context, *op.Tx) ([]condition.Field, error) {
	return []condition.Field{{
		Code: "campaign", Key: "condition.campaign", Part: "enquiry", Kind: condition.Choice, Column: "l.campaign", Options: campaignChoices,
		From: "SELECT l.person FROM leads l WHERE {scope:segment-member l} AND l.campaign IS NOT NULL",
	}}, nil
}

func campaignChoices(ctx context.Context, tx *op.Tx) (out []condition.Option, err error) {
	list, err := op.All[Campaign](ctx, tx, "SELECT c.id, c.no, c.name FROM campaigns c WHERE {scope:campaign c} ORDER BY c.no DESC")
	if err != nil {
		return nil, fmt.Errorf("list campaigns to choose: %w", err)
	}
	for _, c := range list {
		out = append(out, condition.Option{Value: c.ID.String(), ZH: c.No + " " + c.Name, EN: c.No + " " + c.Name})
	}
	return out, nil
}

package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/op"
)

// Conditions contributes what can be asked about the campaigns and capture points that brought somebody (MKT-10).
func Conditions(context.Context, *op.Tx) ([]condition.Field, error) {
	out := []condition.Field{
		{Code: "campaign", Column: "l.campaign", Options: campaignChoices, From: "SELECT l.person FROM leads l WHERE {scope:segment-member l} AND l.campaign IS NOT NULL"},
		{Code: "capture-point", Column: "l.point", Options: pointChoices, From: "SELECT l.person FROM leads l WHERE {scope:segment-member l} AND l.point IS NOT NULL"},
	}
	for i := range out {
		out[i].Key, out[i].Part, out[i].Kind = "condition."+out[i].Code, "enquiry", condition.Choice
	}
	return out, nil
}

func pointChoices(ctx context.Context, tx *op.Tx) (out []condition.Option, err error) {
	list, err := op.All[CapturePoint](ctx, tx, "SELECT p.id, p.name FROM capture_points p WHERE {scope:capture-point p} ORDER BY p.id DESC")
	if err != nil {
		return nil, fmt.Errorf("list capture points to choose: %w", err)
	}
	for _, p := range list {
		out = append(out, condition.Option{Value: p.ID.String(), ZH: p.Name, EN: p.Name})
	}
	return out, nil
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

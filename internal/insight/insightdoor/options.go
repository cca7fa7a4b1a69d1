package insightdoor

import (
	"context"
	"net/url"
	"slices"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

func centerOptions(ctx context.Context, v view) []web.Option {
	var out []web.Option
	for _, c := range v.centers {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(string(i18n.LangOf(ctx))), On: slices.Contains(v.report.Params.Centers, c.ID)})
	}
	return out
}

func byOptions(ctx context.Context, v view) []web.Option {
	var out []web.Option
	viewer, ok := op.ViewerOf(ctx)
	if !ok {
		return nil
	}
	for _, dim := range insight.DimensionsOf(viewer, v.report.Name) {
		out = append(out, web.Option{Value: dim, Label: i18n.T(ctx, "dimension."+dim), On: dim == v.report.Params.By})
	}
	return out
}

// query writes the parameters of a report as those of an address.
func query(p insight.Params) string {
	q := url.Values{"from": {p.From.String()}, "to": {p.Until.String()}, "by": {p.By}}
	for _, c := range p.Centers {
		q.Add("center", c.String())
	}
	if p.Metric != "" {
		q.Set("metric", p.Metric)
	}
	if p.Basis != "" {
		q.Set("basis", string(p.Basis))
	}
	if p.Model != "" {
		q.Set("model", string(p.Model))
	}
	return q.Encode()
}

func modelOptions(ctx context.Context, v view) []web.Option {
	var out []web.Option
	for _, m := range insight.Models {
		out = append(out, web.Option{Value: string(m), Label: i18n.T(ctx, "insight.model-"+string(m)), On: m == v.report.Params.Model})
	}
	return out
}

func basisOptions(ctx context.Context, v view) []web.Option {
	var out []web.Option
	for _, b := range insight.Bases {
		out = append(out, web.Option{Value: string(b), Label: i18n.T(ctx, "insight.basis-"+string(b)), On: b == v.report.Params.Basis})
	}
	return out
}

func metricOptions(ctx context.Context, v view) []web.Option {
	var out []web.Option
	for _, m := range sales.TargetMetrics {
		out = append(out, web.Option{Value: m.ID, Label: i18n.T(ctx, "metric."+m.ID), On: m.ID == v.report.Params.Metric})
	}
	return out
}

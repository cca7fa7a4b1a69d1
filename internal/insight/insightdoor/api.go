package insightdoor

import (
	"context"
	"fmt"
	"net/http"

	"zhike/internal/api"
	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// API registers reports and the catalogue of metrics.
func API(a *api.API) {
	api.Get(a, "/reports/{name}", "insight.report", "report:read", report)
	api.Get(a, "/reports/{name}/cases", "insight.cases", "report:read", casesOf)
	api.Post(a, "/reports/{name}/mail", insight.MailReport, api.Status(http.StatusAccepted))
	api.Whole(a, "/reports", "insight.reports", "report:read", func(context.Context, *op.Tx, api.Paging) ([]string, error) {
		return insight.Names(), nil
	})
	api.Whole(a, "/metrics-catalog", "insight.metrics", "report:read", metrics)
}

type reportQuery struct {
	Name    string       `path:"name" json:"report" maxLength:"40"`
	From    bizdate.Date `query:"from" doc:"first business date"`
	Until   bizdate.Date `query:"to" doc:"last business date"`
	Centers []string     `query:"center" doc:"ids or codes, separated by commas; all in scope if left out"`
	By      string       `query:"by" maxLength:"40" doc:"dimension of the rows: center, consultant, channel, day; of campaigns and channels also campaign, format, month; of promotions, daily-sales and funnel: promotion, by which a contract with two of them counts in both rows, and once in the totals"`
	Basis   string       `query:"basis" enum:"step,cohort" doc:"of the funnel: by the date of each step, or of the entry; step if left out"`
	Metric  string       `query:"metric" enum:"contract_amount,contracts,cash_in,visits,appointments,leads,contracts_new,contracts_renewal" doc:"of the targets; contract_amount if left out"`
	Model   string       `query:"model" enum:"first,last,linear,position" doc:"of attribution, for campaigns and channels; first if left out"`
}

func report(ctx context.Context, tx *op.Tx, q reportQuery) (Answer, error) {
	p, err := q.params(tx)
	if err != nil {
		return Answer{}, err
	}
	return JSON(At(ctx, tx.Now, tx.Zone(tx.Viewer.Center)), tx, q.Name, p)
}

// params reads the parameters of a report; centers by id, code or name.
func (q reportQuery) params(tx *op.Tx) (insight.Params, error) {
	p := insight.Params{From: q.From, Until: q.Until, By: q.By, Model: insight.Model(q.Model), Basis: insight.Basis(q.Basis), Metric: q.Metric}
	var bad problem.Invalid
	for i, text := range q.Centers {
		key, err := id.Parse(text)
		if err != nil {
			c, ok := organization.Of(tx).CenterByCode(text)
			if !ok {
				bad.Add(fmt.Sprintf("center.%d", i), "unknown", text)
			}
			key = c.ID
		}
		p.Centers = append(p.Centers, key)
	}
	return p, bad.Err("INS-5")
}

// MetricShown is a line of the catalogue of metrics (INS-1).
type MetricShown struct {
	ID         string   `json:"id"`
	Key        string   `json:"key" doc:"in reports: with the unit where it is fen or hours"`
	Name       Both     `json:"name"`
	Unit       string   `json:"unit" enum:"n,fen,%,ratio,h100,min,days"`
	Better     int      `json:"better" doc:"1 more is better, -1 less is better, 0 neither"`
	Dimensions []string `json:"dimensions" nullable:"false"`
	Numerator  string   `json:"numerator,omitempty"`
	Over       string   `json:"denominator,omitempty"`
}

func metrics(ctx context.Context, _ *op.Tx, _ api.Paging) (out []MetricShown, err error) {
	for _, m := range insight.Catalogue {
		out = append(out, MetricShown{
			ID: m.ID, Key: m.Key(), Unit: m.Unit, Better: m.Better, Dimensions: append([]string{"center", "day"}, m.Dims...), Numerator: m.Num, Over: m.Over,
			Name: both(ctx, func(ctx context.Context) string { return i18n.T(ctx, "metric."+m.ID) }),
		})
	}
	return out, nil
}

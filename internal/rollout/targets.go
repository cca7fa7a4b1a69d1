package rollout

import (
	"context"
	"strings"

	"golang.org/x/text/width"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/sales"
)

// importTarget sets the target of a row: of a center by its code, or of a consultant there by code or name (SAL-14). A month is any day of it, or
// year and month; without a metric it is the main one. A target that is there already is merged.
func importTarget(ctx context.Context, r *op.Runner, v map[string]string) error {
	dir := r.Org.(*organization.Directory)
	var bad problem.Invalid
	var cell sales.TargetInput
	c, ok := dir.CenterByCode(v["center"])
	if !ok {
		bad.Add("center", "unknown", v["center"])
	}
	cell.Center = c.ID
	if v["consultant"] != "" {
		s, ok := staffOf(dir, v["consultant"])
		if !ok {
			bad.Add("consultant", "unknown", v["consultant"])
		}
		cell.Staff = s.ID
	}
	var err error
	if cell.Month, err = month(v["month"]); err != nil {
		bad.Add("month", "bad-date", v["month"])
	}
	metric, known := targetMetric(v["metric"])
	if !known {
		bad.Add("metric", "unknown", v["metric"])
	}
	amount, ok := metric.ParseTarget(width.Fold.String(v["value"]))
	if !ok || amount == sales.NoTarget {
		bad.Add("value", "bad-number", v["value"])
	}
	if err := bad.Err("SAL-14"); err != nil {
		return err
	}
	cell.Value = &amount
	_, err = sales.SetTargets.Run(ctx, r, sales.SetTargetsInput{Metric: metric.ID, Targets: []sales.TargetInput{cell}})
	return err
}

func staffOf(dir *organization.Directory, text string) (organization.Staff, bool) {
	for _, s := range dir.Members() {
		if strings.EqualFold(s.Code, text) {
			return s, true
		}
	}
	return dir.StaffByName(text)
}

// month reads a day, or a year with its month.
func month(v string) (bizdate.Date, error) {
	if d, err := day(v); err == nil {
		return d.MonthStart(), nil
	}
	v = strings.TrimSuffix(strings.NewReplacer("/", "-", ".", "-", "\u5e74", "-", "\u6708", "").Replace(width.Fold.String(v)), "-")
	return day(v + "-01")
}

// targetMetric finds a metric by its id or one of the words of words.csv.
func targetMetric(text string) (sales.TargetMetric, bool) {
	text = strings.ToLower(text)
	if text == "" {
		return sales.TargetMetrics[0], true
	}
	if word := words()["target-metric"][text]; word != "" {
		text = word
	}
	return sales.TargetMetricByID(text)
}

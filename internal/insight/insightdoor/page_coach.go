package insightdoor

import (
	"context"
	"net/http"
	"net/url"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/web"
)

// coachDays is how long a coaching task has, if nobody says otherwise.
const coachDays = 14

// toned colours a figure only where it differs beyond chance (SAL-11).
func toned(f insight.Figure) web.Tone {
	switch f.Better {
	case 1:
		return web.Good
	case -1:
		return web.Bad
	}
	return ""
}

func mayCoach(ctx context.Context) bool { return viewerMay(ctx, "task:assign") }

func mayOpen(ctx context.Context) bool { return viewerMay(ctx, "enquiry:read") }

func viewerMay(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

// fairLines says what is strong and which one step to coach, with the evidence.
func (v view) fairLines(ctx context.Context, row insight.Row) (lines []string) {
	line := func(key, code string) {
		s := row.Fair.Step(code)
		word := func(x float64) string { return i18n.Percent(ctx, &x) }
		lines = append(lines, i18n.T(ctx, "insight."+key, "step", i18n.T(ctx, "metric."+insight.StepMetric(code)), "value", word(s.Rate), "low", word(s.Low), "high", word(s.High),
			"base", word(s.Usual), "n", i18n.Count(ctx, s.N)))
	}
	if row.Fair.Coach != "" {
		line("coach-step", row.Fair.Coach)
		if lost := int64(row.Fair.Lost + 0.5); lost > 0 {
			lines = append(lines, i18n.T(ctx, "insight.coach-lost", "count", i18n.Count(ctx, lost)))
		}
	}
	for _, code := range row.Fair.Strong {
		line("strong-step", code)
	}
	switch {
	case row.Fair.Thin():
		return []string{i18n.T(ctx, "insight.too-few")}
	case len(lines) == 0:
		return []string{i18n.T(ctx, "insight.nothing-beyond")}
	}
	return lines
}

// openEnquiries is the list from which they are given to others (UI-L3).
func (v view) openEnquiries(row insight.Row) string {
	return "/enquiries?" + url.Values{"outcome": {"open"}, "consultant": {row.Value}, "center": {""}}.Encode()
}

// coachAddress is the page with the form filled in for a consultant.
func (v view) coachAddress(row insight.Row) string {
	return "/reports/consultants?" + query(v.report.Params) + "&" + url.Values{"coach": {row.Value}}.Encode()
}

func (v view) coachWhom(ctx context.Context) (out []web.Option) {
	for _, row := range v.report.Rows {
		if row.Value != "" {
			out = append(out, web.Option{Value: row.Value, Label: v.name(ctx, row.Value), On: row.Value == v.coach})
		}
	}
	return out
}

func (v view) coachWhich(ctx context.Context) (out []web.Option) {
	step := ""
	for _, row := range v.report.Rows {
		if row.Value == v.coach {
			step = row.Fair.Coach
		}
	}
	for _, kind := range process.CoachTasks {
		out = append(out, web.Option{Value: kind, Label: i18n.T(ctx, "task."+kind), On: kind == "coach-"+step})
	}
	return out
}

func (p pages) postCoach(w http.ResponseWriter, r *http.Request) error {
	if !mayCoach(r.Context()) {
		return problem.Forbidden("task:assign")
	}
	in, err := web.Decode[process.GiveTaskInput](r)
	if err == nil {
		_, err = process.GiveTask.Run(r.Context(), p.run, in)
	}
	if err != nil {
		r.SetPathValue("name", "consultants")
		return web.Again(w, r, err, p.getReport)
	}
	name := ""
	if err := p.run.Read(r.Context(), func(_ context.Context, tx *op.Tx) error {
		name = organization.Of(tx).StaffName(in.StaffID)
		return nil
	}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/reports/consultants?"+r.URL.RawQuery, web.Status{Text: i18n.T(r.Context(), "insight.coach-given", "name", name), Tone: web.Good})
}

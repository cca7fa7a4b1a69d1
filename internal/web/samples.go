package web

import (
	"context"
	"net/http"
	"net/url"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
)

// ComponentsPage shows every component with sample data, for people who build pages and for the tests that look at them (UI-V).
// Parameters: lang, theme, density, and show: "work" for a home page, "errors" for a refused form, "403", "404", "500".
func ComponentsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	p := PreferencesOf(ctx)
	p.take(q)
	ctx = WithPreferences(i18n.WithLang(ctx, p.Lang), p)
	ctx = WithFrame(ctx, sampleFrame)
	page, body := Page{H1: sample(ctx, "title"), Own: true}, samplePage()
	switch q.Get("show") {
	case "work":
		page = Page{H1: sample(ctx, "h1"), Lead: sampleText("h1-lead")}
		body = sampleWork()
	case "errors":
		ctx = WithProblem(ctx, sampleProblem(), url.Values{"phone": {"12"}, "amount": {"38x"}, "result": {"talk"}})
	case "403":
		return problem.Forbidden("visit:create")
	case "404":
		return problem.NotFound("visit")
	case "500":
		page, body = Page{H1: i18n.T(ctx, "web.error.internal")}, ServerError()
	}
	return Render(w, r.WithContext(ctx), Shell(page, body))
}

func sampleProblem() *problem.Problem {
	return &problem.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Fields: []problem.Field{
		{Location: "phone", Code: "too-short", Args: map[string]any{"limit": 5}},
		{Location: "amount", Code: "bad-amount", Args: map[string]any{"value": "38x"}},
		{Location: "next", Code: "required"},
	}}
}

func sampleFrame(ctx context.Context) Frame {
	t := func(key string) string { return sample(ctx, key) }
	item := func(key, path string, count int) NavItem { return NavItem{Label: t(key), Href: path, Count: count} }
	work := item("place-1", "#work", 0)
	work.Current, work.Go = true, "h"
	return Frame{
		Viewer: Viewer{Account: "sample", Name: t("viewer"), Role: t("role")},
		Nav: []NavGroup{
			{t("group-1"), []NavItem{work, item("place-2", "#visits", 5), item("place-3", "#enquiries", 86)}},
			{t("group-2"), []NavItem{item("place-4", "#students", 142), item("place-5", "#renewals", 9)}},
			{t("group-3"), []NavItem{item("place-6", "#results", 0)}},
		},
		Bottom: []NavItem{
			{Label: t("group-1"), Href: "#work", Current: true},
			item("bottom-2", "#customers", 0),
			{Label: i18n.T(ctx, "web.new"), Href: "#new"},
			item("bottom-4", "#messages", 3), item("bottom-5", "#me", 0),
		},
		New:     []NavItem{item("place-3", "#new-enquiry", 0), item("tab-visits", "#new-visit", 0)},
		Centers: []Center{{"all", t("all-centers")}, {"hd", t("center-1")}, {"cy", t("center-2")}}, Center: "hd",
		Ask: true, Messages: "#messages", Unread: 3, Settings: "#settings", Feedback: FeedbackPath,
	}
}

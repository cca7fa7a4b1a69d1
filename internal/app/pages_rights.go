package app

import (
	"net/http"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// pageRights is the right without which no page below a path is opened, the longer path first (ORG-4): the page of a form has the right
// of its operation, so that nobody fills in what is refused (UI-B7), unless its door refuses it after looking for the record. A part in braces stands for any. What of the resource is seen, and what
// else a page needs, its door and its operation decide.
var pageRights = []struct{ path, right string }{
	{"/appointments/{id}/move", "appointment:update"},
	{"/appointments", "appointment:read"},
	{"/approval-limits", "approval-limit:read"},
	{"/approvals/deputies", "delegation:read"},
	{"/approvals", "approval:read"},
	{"/budgets", "budget:read"},
	{"/campaign-costs", "campaign-cost:read"},
	{"/campaigns/new", "campaign:create"},
	{"/campaigns/{id}/edit", "campaign:update"},
	{"/campaigns/{id}/cases", "lead:read"},
	{"/campaigns/{id}/leads", "lead:read"},
	{"/campaigns", "campaign:read"},
	{"/submissions/{id}/accept", "submission:accept"},
	{"/segments/new", "segment:update"},
	{"/segments/build", "segment:update"},
	{"/segments/count", "segment:update"},
	{"/segments/{id}/edit", "segment:update"},
	{"/segments/{id}/control", "segment:update"},
	{"/segments/{id}/export", "segment-member:export"},
	{"/segments", "segment:read"},
	{"/capture-points/new", "capture-point:update"},
	{"/capture-points/{id}/edit", "capture-point:update"},
	{"/capture-points", "capture-point:read"},
	{"/centers/new", "center:create"},
	{"/centers", "center:read"},
	{"/channels/new", "channel:create"},
	{"/channels", "channel:read"},
	{"/contracts/{id}/sign", "contract:sign"},
	{"/contracts", "contract:read"},
	{"/courses/new", "course:create"},
	{"/courses", "course:read"},
	{"/desk", "appointment:read"},
	{"/enquiries/new", "enquiry:create"},
	{"/enquiries/{id}/assign", "enquiry:assign"},
	{"/enquiries/{id}/book", "appointment:create"},
	{"/enquiries/{id}/call", "touch:create"},
	{"/enquiries/{id}/cells/{field}", "enquiry:update"},
	{"/enquiries/{id}/edit", "enquiry:update"},
	{"/enquiries/{id}/referrer", "enquiry:update"},
	{"/enquiries/{id}/lose", "enquiry:update"},
	{"/enquiries/{id}/quote", "quote:create"},
	{"/enquiries", "enquiry:read"},
	{"/feedback/new", "feedback:create"},
	{"/feedback", "feedback:read"},
	{"/imports/new", "import:create"},
	{"/imports", "import:read"},
	{"/instalments", "contract:read"},
	{"/organizations/new", "person:create"},
	{"/organizations/{id}/contacts", "person:update"},
	{"/organizations/{id}/edit", "person:update"},
	{"/organizations", "organization:read"},
	{"/outbox", "mail:read"},
	{"/packages/new", "package:create"},
	{"/packages", "package:read"},
	{"/payments/new", "payment:create"},
	{"/payments/{id}/reverse", "payment:reverse"},
	{"/payments", "payment:read"},
	{"/people/new", "person:create"},
	{"/people/duplicates", "person:merge"},
	{"/people/{id}/consent", "person:update"},
	{"/people/{id}/data-request", "data-request:create"},
	{"/data-requests/retention", "data-request:finish"},
	{"/data-requests", "data-request:read"},
	{"/people/{id}/family", "person:update"},
	{"/people/{id}/merge", "person:merge"},
	{"/organizations/{id}/merge", "person:merge"},
	{"/people", "person:read"},
	{"/promotions/new", "promotion:create"},
	{"/promotions/{id}/edit", "promotion:update"},
	{"/promotions/{id}/start", "promotion:update"},
	{"/promotions/{id}/stop", "promotion:update"},
	{"/promotions", "promotion:read"},
	{"/referrers", "person:read"},
	{"/rewards/{id}/reverse", "reward:reverse"},
	{"/rewards", "reward:read"},
	{"/playbooks/edit", "playbook:update"},
	{"/playbooks", "playbook:read"},
	{"/pool/{id}/claim", "pool:claim"},
	{"/pool", "pool:read"},
	{"/quotes", "quote:read"},
	{"/reports/consultants/coach", "task:assign"},
	{"/reports", "report:read"},
	{"/record-views", "record-view:read"},
	{"/reveals", "reveal:read"},
	{"/regions", "region:read"},
	{"/roles", "role:read"},
	{"/rooms", "room:read"},
	{"/scores", "score-model:read"},
	{"/settings/assignment", "assignment:read"},
	{"/settings/lists", "setting:read"},
	{"/settings", "setting:read"},
	{"/special-days", "center:read"},
	{"/staff/new", "staff:create"},
	{"/staff", "staff:read"},
	{"/targets", "target:read"},
	{"/task-series", "task-series:read"},
	{"/tasks/new", "task:update"},
	{"/tasks/{id}", "task:read"},
	{"/team-tasks", "task:assign"},
	{"/visits", "visit:read"},
	{"/walk-ins", "visit:create"},
	{"/work", "enquiry:read"},
}

// rightOf gives the right that the pages below a path need; none for one's own pages.
func rightOf(path string) string {
	for _, p := range pageRights {
		if below(strings.Split(path, "/"), strings.Split(p.path, "/")) {
			return p.right
		}
	}
	return ""
}

// below tells whether a path is that of a pattern, or below it.
func below(path, pattern []string) bool {
	if len(path) < len(pattern) {
		return false
	}
	for i, part := range pattern {
		if part != path[i] && !strings.HasPrefix(part, "{") {
			return false
		}
	}
	return true
}

// rightful refuses a page of a resource that the viewer has no right to, instead of showing it empty (ORG-4).
func rightful(next http.Handler) http.Handler {
	return web.Func(func(w http.ResponseWriter, r *http.Request) error {
		right := rightOf(r.URL.Path)
		if v, ok := op.ViewerOf(r.Context()); ok && r.Method == http.MethodGet && right != "" && !v.May(right) {
			return problem.Forbidden(right)
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

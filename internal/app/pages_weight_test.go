package app_test

import (
	"net/http"
	"regexp"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
)

const kB = 1000

var asset = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)

// TestPRF11_PageWeight: the first page with all its files weighs at most 150 kB compressed, further pages, also full lists, at most 30 kB.
func TestPRF11_PageWeight(t *testing.T) {
	t.Parallel()
	s := school(t)
	for range 60 {
		s.Enquiry(t, s.HD)
	}
	base := serve(t, s, app.PageOptions{})
	compressed := map[string]string{"Accept-Encoding": "gzip"}
	for role, pages := range map[string][]string{
		"consultant": {"/", "/enquiries", "/enquiries?as=board", "/enquiries?as=calendar", "/people", "/account", "/tasks"}, "front-desk": {"/", "/desk", "/appointments", "/payments", "/enquiries/new"},
		"principal": {"/", "/reports/daily-sales", "/approvals", "/staff", "/enquiries"}, "general-manager": {"/", "/people", "/enquiries"},
		"it": {"/", "/staff", "/settings", "/special-days", "/roles/it"},
	} {
		center := s.HD
		if role == "general-manager" || role == "it" {
			center = id.None
		}
		v := signedIn(t, s, base, role, center)
		first := v.get(pages[0])
		weight := len(v.request(http.MethodGet, pages[0], "", compressed).body)
		for _, m := range asset.FindAllStringSubmatch(first.body, -1) {
			weight += len(v.request(http.MethodGet, m[1], "", compressed).body)
		}
		if weight < 15*kB || weight > 150*kB {
			t.Errorf("%s: the first page weighs %d bytes with its files", role, weight)
		}
		for _, path := range pages {
			a := v.request(http.MethodGet, path, "", compressed)
			if a.status != http.StatusOK || len(a.body) > 30*kB || len(a.body) < kB/2 {
				t.Errorf("%s %s: %d, %d bytes", role, path, a.status, len(a.body))
			}
		}
	}
}

package app

import (
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/web"
)

// everyCenter is the value of a list's center that means all of them; an empty one means so too.
const everyCenter = "all"

// lists are the pages that the center switch filters (UI-S1).
var lists = []string{"/enquiries", "/appointments", "/visits", "/contracts", "/instalments", "/payments", "/people", "/staff"}

func isList(path string) bool {
	return slices.Contains(lists, path) || strings.HasPrefix(path, "/reports/")
}

// ofCenter puts the center of the switch into the address of a list that names none, so that the address says what is shown (UI-S4).
// A figure that counts every center says so in its link.
func (p *pages) ofCenter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, ok := op.ViewerOf(r.Context())
		if !ok || !isList(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		to, query := *r.URL, r.URL.Query()
		if query.Get("center") == everyCenter {
			query.Del("center")
			to.RawQuery = query.Encode()
			r = r.WithContext(r.Context())
			r.URL = &to
			next.ServeHTTP(w, r)
			return
		}
		chosen := organizationdoor.Center(r.Context(), p.Dir, v)
		if r.Method != http.MethodGet || query.Has("center") || web.IsFragment(r) || chosen.IsNone() || len(p.Dir.Centers(v)) < 2 {
			next.ServeHTTP(w, r)
			return
		}
		query.Set("center", chosen.String())
		to.RawQuery = query.Encode()
		http.Redirect(w, r, to.RequestURI(), http.StatusSeeOther) //nolint:gosec // the path that was asked for, on this server, with one parameter more
	})
}

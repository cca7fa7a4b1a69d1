package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
)

// ownOrder are the lists whose order is what they are for, so that they are neither searched nor sorted: what is to be done first, what
// happened last.
var ownOrder = []string{"/playbooks/{id}/uses", "/work-list", "/visits", "/tasks", "/notices", "/imports", "/events", "/record-views", "/feedback", "/approvals", "/delegations", "/people/likely-duplicates", "/enquiry-scores", "/pool", "/targets", "/target-changes", "/data-requests", "/people/retention-over", "/reveals", "/reveals/by-staff"}

// TestCTR_ListParameters: every list of the API takes limit and cursor, and but for those with an order of their own sort and q.
func TestCTR_ListParameters(t *testing.T) {
	t.Parallel()
	_, raw := readDocument(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
			Responses  map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(raw), &doc); err != nil {
		t.Fatal(err)
	}
	lists := 0
	for path, methods := range doc.Paths {
		get, ok := methods["get"]
		if !ok || !strings.Contains(string(get.Responses["200"]), "next_cursor") && !strings.Contains(string(get.Responses["200"]), "Page") {
			continue
		}
		lists++
		short := strings.TrimPrefix(path, "/api/v1")
		want := []string{"limit", "cursor", "sort", "q"}
		if slices.Contains(ownOrder, short) {
			want = want[:1]
		}
		for _, name := range want {
			if !slices.ContainsFunc(get.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name && p.In == "query" }) {
				t.Errorf("%s has no %s", short, name)
			}
		}
	}
	if lists < 25 {
		t.Errorf("only %d lists were found", lists)
	}
}

// TestCTR_WholeLists: lists that are kept in memory are cut, searched and sorted like the others.
func TestCTR_WholeLists(t *testing.T) {
	t.Parallel()
	s := school(t)
	it := apiClient(t, s, apiServer(t, s), "it", id.None)
	for _, path := range []string{"/courses", "/packages", "/channels", "/settings", "/roles", "/assignment-rules", "/contact-ladder", "/views", "/sessions"} {
		all := it.get(path).want(http.StatusOK)
		total, _ := all.body["total"].(float64)
		first := it.get(path + "?limit=1").want(http.StatusOK)
		items, _ := first.body["items"].([]any)
		if int(total) > 0 && len(items) != 1 || first.body["total"] != all.body["total"] {
			t.Errorf("%s: %d of %v items of one page", path, len(items), total)
		}
		next, _ := first.body["next_cursor"].(string)
		if (next != "") != (total > 1) {
			t.Errorf("%s: next_cursor %q of %v", path, next, total)
		}
		if next != "" {
			second := it.get(path + "?limit=1&cursor=" + next).want(http.StatusOK)
			if rest, _ := second.body["items"].([]any); len(rest) != 1 || string(mustJSON(t, rest[0])) == string(mustJSON(t, items[0])) {
				t.Errorf("%s: the second page is the first", path)
			}
		}
		it.get(path + "?q=nothing-is-called-so").want(http.StatusOK)
		it.get(path+"?cursor=x").want(http.StatusUnprocessableEntity, "invalid")
		it.get(path+"?offset=1").want(http.StatusUnprocessableEntity, "invalid")
	}
	down := it.get("/roles?sort=-code&limit=2").want(http.StatusOK)
	list, _ := down.body["items"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["code"].(string) <= list[1].(map[string]any)["code"].(string) {
		t.Errorf("roles from the end: %v", list)
	}
	it.get("/roles?sort=color").want(http.StatusUnprocessableEntity, "invalid")
	if n := it.get("/roles?q=CONSULT").want(http.StatusOK).body["total"]; n != 1.0 {
		t.Errorf("roles called consult: %v", n)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

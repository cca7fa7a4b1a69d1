package app_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// looks lists what somebody looked at, by the API, the latest first.
func looks(t *testing.T, it client, filter string) (kinds []string) {
	t.Helper()
	for _, item := range it.get("/record-views?" + filter).want(http.StatusOK).items() {
		kinds = append(kinds, item.(map[string]any)["kind"].(string)) //nolint:forcetypeassert // the test fails otherwise
	}
	return kinds
}

func writeViews(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := s.App.WriteViews(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestTRU19_Views: who looks at a record, by page or API, is noted, in batches and apart from the event log; looking at what one may not see
// notes nothing.
func TestTRU19_Views(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		person, base := s.Person(t, s.HD), apiServer(t, s)
		desk, there, it := apiClient(t, s, base, "front-desk", s.HD), apiClient(t, s, base, "front-desk", s.CY), apiClient(t, s, base, "it", id.None)
		facts := len(s.Facts(t))
		desk.get("/people/" + person.String()).want(http.StatusOK)
		there.get("/people/" + person.String()).want(http.StatusNotFound)
		desk.get("/people").want(http.StatusOK)
		writeViews(t, s)
		if a := signedIn(t, s, serve(t, s, app.PageOptions{}), "front-desk", s.HD).get("/people/" + person.String()); a.status != http.StatusOK {
			t.Errorf("page: %d", a.status)
		}
		writeViews(t, s)
		writeViews(t, s) // nothing waits: no block
		if got := looks(t, it, "record_id="+person.String()); !slices.Equal(got, []string{"people", "people"}) {
			t.Errorf("looked at the person: %v", got)
		}
		if got := looks(t, it, "account_id="+s.Clock.NewID().String()); len(got) != 0 {
			t.Errorf("nobody's views: %v", got)
		}
		desk.get("/record-views").want(http.StatusForbidden, "forbidden")
		if n := len(s.Facts(t)); n != facts {
			t.Errorf("looking recorded %d facts", n-facts)
		}
		if blocks := numbersOf(t, s, "SELECT n FROM view_blocks ORDER BY no"); !slices.Equal(blocks, []int64{1, 1}) {
			t.Errorf("blocks of %v views", blocks)
		}
		s.Check(t)
	})
}

// TestTRU19_ViewsPage: who looked at a record is read on a page, of the record, of a colleague, of a period; a person is named to whoever sees
// it, and to nobody else.
func TestTRU19_ViewsPage(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	person, day := s.Person(t, s.HD), bizdate.Of(s.Clock.Now(), s.Dir.Zone(id.None))
	name := strings.TrimSpace(between(signedIn(t, s, base, "front-desk", s.HD).get("/people/"+person.String()).body, "<h1>", "<"))
	writeViews(t, s)
	gm, it := signedIn(t, s, base, "general-manager", id.None), signedIn(t, s, base, "it", id.None)
	of, desk := "/record-views?record="+person.String(), s.StaffID(s.FrontDesk(s.HD)).String()
	gm.get("/people/"+person.String()).want(t, http.StatusOK, of)
	gm.get(of).want(t, http.StatusOK, name, s.Login("front-desk", s.HD), "共 1 条")
	gm.get(of+"&staff="+desk+"&from="+day.String()+"&until="+day.String()).want(t, http.StatusOK, "共 1 条")
	for _, none := range []string{"&from=" + (day + 1).String(), "&until=" + (day - 1).String(), "&staff=" + s.StaffID(s.FrontDesk(s.CY)).String()} {
		gm.get(of+none).want(t, http.StatusOK, "没有符合条件的记录")
	}
	if a := it.get(of); a.status != http.StatusOK || strings.Contains(a.body, name) {
		t.Errorf("who sets the program up is told whom: %d", a.status)
	}
	signedIn(t, s, base, "principal", s.HD).get("/record-views").want(t, http.StatusForbidden)
}

// TestTRU19_ViewsAreChained: a view that is changed, taken away or added by SQL is found, and by the anchors the end that is gone.
func TestTRU19_ViewsAreChained(t *testing.T) {
	const last = "(SELECT MAX(no) FROM view_blocks)"
	tests := map[string]struct{ text, want string }{
		"changed":         {"UPDATE record_views SET account = record WHERE block = 2", "views block of views 2"},
		"when":            {"UPDATE record_views SET at = at + 1 WHERE block = 3", "views block of views 3"},
		"one is gone":     {"DELETE FROM record_views WHERE block = 1", "views block of views 1"},
		"added":           {"INSERT INTO record_views (id, block, at, account, kind, record) SELECT record, 9, at, account, kind, record FROM record_views WHERE block = 1", "views block of views 9"},
		"the end is gone": {"DELETE FROM view_blocks WHERE no = " + last, "anchors anchor of"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
				for range 3 {
					view := event.View{ID: s.Clock.NewID(), At: s.Clock.Now(), Account: s.Clock.NewID(), Kind: "people", Record: s.Clock.NewID()}
					err := s.App.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						return event.WriteViews(ctx, tx, []event.View{view}, s.Clock.Now())
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				_, list := anchored(t, s)
				if test.want == "anchors anchor of" {
					s.Exec(t, "DELETE FROM record_views WHERE block = "+last)
				}
				s.Exec(t, test.text)
				found, err := s.App.CheckAgainst(s.System(), list)
				if err != nil {
					t.Fatal(err)
				}
				var all []string
				for _, f := range found {
					all = append(all, f.Check+" "+f.What)
				}
				if !slices.ContainsFunc(all, func(f string) bool { return strings.HasPrefix(f, test.want) }) {
					t.Errorf("found %v, want %q", all, test.want)
				}
			})
		})
	}
}

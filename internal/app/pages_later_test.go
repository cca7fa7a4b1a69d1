package app_test

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

var taskLink = regexp.MustCompile(`href="/tasks/([0-9a-f-]{36})"`)

// A later page of the own tasks and of the team's has exactly the rows that come next, due first, many of them at one time; by page and by API (PRC-5, UI-L2).
func TestPRC5_LaterPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		const rows, given = 50, 107
		type task struct {
			due bizdate.Date
			key string
		}
		var list []task
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		two := s.StaffID(s.Consultant2(s.HD))
		for i := range given {
			due := day + 1 + bizdate.Date(i*7%3)
			done, err := process.GiveTask.Run(s.Principal(s.HD), s.Ops, process.GiveTaskInput{StaffID: two, Task: process.OtherTask, Title: "回访 " + strconv.Itoa(i), Due: due})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, task{due, done.ID.String()})
		}
		slices.SortFunc(list, func(a, b task) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.key, b.key)) })
		var want []string
		for _, x := range list {
			want = append(want, x.key)
		}
		base := serve(t, s, app.PageOptions{})
		api := apiServer(t, s)
		for path, c := range map[string]struct{ role, query string }{"/tasks": {"consultant2", ""}, "/team-tasks": {"principal", "&team=true"}} {
			v, called := signedIn(t, s, base, c.role, s.HD), apiClient(t, s, api, c.role, s.HD)
			cursor := ""
			for page := range 3 {
				next := want[page*rows : min((page+1)*rows, given)]
				body := v.get(path + "?page=" + strconv.Itoa(page+1)).body
				var got []string
				for _, m := range taskLink.FindAllStringSubmatch(body, -1) {
					if !slices.Contains(got, m[1]) {
						got = append(got, m[1])
					}
				}
				if !slices.Equal(got, next) {
					t.Errorf("page %d of %s has %d rows: %v, want %d: %v", page+1, path, len(got), got, len(next), next)
				}
				r := called.get("/tasks?limit=" + strconv.Itoa(rows) + c.query + "&cursor=" + cursor).want(http.StatusOK)
				got = nil
				for _, item := range r.items() {
					row, _ := item.(map[string]any)
					key, _ := row["id"].(string)
					got = append(got, key)
				}
				if !slices.Equal(got, next) {
					t.Errorf("part %d of %s by API: %v, want %v", page+1, path, got, next)
				}
				if cursor, _ = r.body["next_cursor"].(string); (cursor == "") != (page == 2) {
					t.Errorf("part %d of %s by API goes on at %q", page+1, path, cursor)
				}
			}
		}
	})
}

// The API says of the effect of a promotion what it is compared with, as a code and in words (SAL-8).
func TestSAL8_BaselineByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		key := s.Promotion(t, "秋季优惠")
		s.Plant(t, testkit.Bought{Kind: "new", Day: day - 9, Until: day + 300})
		c := apiClient(t, s, apiServer(t, s), "general-manager", id.None)
		r := c.get("/promotions/" + key.String() + "/effect").want(http.StatusOK)
		if r.text("baseline") != "before-no-season" || !strings.Contains(r.text("baseline_words"), "compared with the days before alone") {
			t.Errorf("said: %s", r.raw)
		}
	})
}

package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// feedOf makes the address of a visitor's calendar.
func feedOf(t *testing.T, v visitor, site string) string {
	t.Helper()
	a := v.post("/tasks/calendar")
	token := between(a.body, site+"/calendar/", ".ics")
	if token == "" {
		t.Fatalf("no address: %d %s", a.status, a.body)
	}
	return "/calendar/" + token + ".ics"
}

// TestPRC5_FeedEnds: a new password, another role and a reset by IT each end the calendar at once: it shows what the account was then.
func TestPRC5_FeedEnds(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		const site = "https://kag.example"
		base := serve(t, s, app.PageOptions{Public: site})
		me, anybody := s.Consultant(s.HD), newVisitor(t, base)
		v := signedIn(t, s, base, "consultant", s.HD)
		feed := feedOf(t, v, site)
		anybody.get(feed).want(t, http.StatusOK)
		v.post("/password", "old", "correct horse", "new", "battery staple", "repeat", "battery staple").wantTo(t, "/")
		anybody.get(feed).want(t, http.StatusNotFound)

		feed = feedOf(t, v, site)
		anybody.get(feed).want(t, http.StatusOK)
		given := organization.PositionInput{StaffID: s.StaffID(me), Role: "front-desk", CenterID: s.CY}
		if _, err := organization.GivePosition.Run(s.IT(), s.Ops, given); err != nil {
			t.Fatal(err)
		}
		anybody.get(feed).want(t, http.StatusNotFound)

		v = newVisitor(t, base)
		v.post("/sign-in", "login", s.Login("consultant", s.HD), "password", "battery staple").wantTo(t, "/")
		feed = feedOf(t, v, site)
		who, _ := op.ViewerOf(me)
		if _, err := organization.ResetPassword.Run(s.IT(), s.Ops, organization.ResetPasswordInput{AccountID: who.Account}); err != nil {
			t.Fatal(err)
		}
		anybody.get(feed).want(t, http.StatusNotFound)
	})
}

// TestTRU19_FeedAddress: whatever Host a request names, it is in no address that is shown, and in none that a calendar keeps.
func TestTRU19_FeedAddress(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, site := range []string{"https://kag.example", "https://kag.example/", ""} {
			base := serve(t, s, app.PageOptions{Public: site})
			v := signedIn(t, s, base, "consultant", s.HD)
			today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
			in := process.GiveTaskInput{Task: process.OtherTask, Title: "写周报", Due: today + 1}
			if _, err := process.GiveTask.Run(s.Consultant(s.HD), s.Ops, in); err != nil {
				t.Fatal(err)
			}
			ask := func(method, path string) answer {
				t.Helper()
				r, err := http.NewRequestWithContext(t.Context(), method, base+path, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range v.c.Jar.Cookies(r.URL) {
					r.AddCookie(c)
				}
				r.Host = "evil.example"
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return v.do(r)
			}
			site = strings.TrimSuffix(site, "/")
			made := ask(http.MethodPost, "/tasks/calendar")
			token := between(made.body, "<code>"+site+"/calendar/", ".ics")
			calendar := ask(http.MethodGet, "/calendar/"+token+".ics")
			if token == "" {
				t.Errorf("%q: no address: %d", site, made.status)
			}
			if calendar.status != http.StatusOK || !strings.Contains(calendar.body, "URL:"+site+"/tasks/") {
				t.Errorf("%q: %d\n%s", site, calendar.status, calendar.body)
			}
			if strings.Contains(made.body+calendar.body, "evil.example") {
				t.Errorf("%q: an address has the Host of the request", site)
			}
		}
	})
}

// TestPRC5_FeedHoldsWhatComes: a calendar shows what is to come however much is late, and of what is late that of the last weeks.
func TestPRC5_FeedHoldsWhatComes(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{Public: "https://kag.example"})
		me := s.StaffID(s.Consultant(s.HD))
		zone, today := s.Dir.Zone(s.HD), bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		rows := func(n int, title string, day bizdate.Date) {
			t.Helper()
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				for i := range n {
					task := process.Task{
						ID: tx.NewID(), Staff: me, Center: s.HD, TaskKind: process.OtherTask, SubjectKind: "staff", Subject: me, Person: id.None, Title: fmt.Sprint(title, i), Priority: 3,
						Due: (day + 1).In(zone).UTC(), Created: tx.Now,
					}
					if err := tx.Insert(ctx, task); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		rows(600, "拖着的", today-20)
		rows(1, "太久以前的", today-60)
		rows(1, "今天的", today)
		rows(1, "下个月的", today+30)
		rows(1, "明年的", today+300)
		v := signedIn(t, s, base, "consultant", s.HD)
		body := strings.ReplaceAll(newVisitor(t, base).get(feedOf(t, v, "https://kag.example")).body, "\r\n ", "")
		for title, want := range map[string]bool{"今天的0": true, "下个月的0": true, "明年的0": false, "太久以前的0": false, "拖着的599": true} {
			if strings.Contains(body, title) != want {
				t.Errorf("%s in the calendar: %t", title, !want)
			}
		}
		if n := strings.Count(body, "BEGIN:VEVENT"); n != 502 {
			t.Errorf("%d entries", n)
		}
	})
}

package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestPRC5_Feed: the secret address gives one's own open tasks and appointments, without phones and with masked names; the same again is not
// sent again. It opens nothing else, and a new address, a stop or a closed account ends it at once.
func TestPRC5_Feed(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base := serve(t, s, app.PageOptions{Public: "https://kag.example"})
		me := s.Consultant(s.HD)
		_, booked := s.Appointment(t, s.HD)
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		give := func(ctx context.Context, title string) {
			if _, err := process.GiveTask.Run(ctx, s.Ops, process.GiveTaskInput{Task: process.OtherTask, Title: title, Due: today + 1}); err != nil {
				t.Fatal(err)
			}
		}
		give(me, "写周报, 发给校长")
		give(s.Consultant2(s.HD), "别人的事")
		v := signedIn(t, s, base, "consultant", s.HD)
		address := func() string {
			a := v.post("/tasks/calendar")
			token := between(a.body, "https://kag.example/calendar/", ".ics")
			if token == "" {
				t.Fatalf("no address: %d %s", a.status, a.body)
			}
			return "/calendar/" + token + ".ics"
		}
		first := address()
		anybody := newVisitor(t, base)
		a := anybody.get(first)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/calendar") || a.header.Get("Set-Cookie") != "" {
			t.Fatalf("%d %v", a.status, a.header)
		}
		day := (today + 1).UTC().Format("20060102")
		for _, want := range []string{"BEGIN:VCALENDAR\r\n", `SUMMARY:写周报\, 发给校长`, "DTSTART;VALUE=DATE:" + day, "UID:" + booked.ID.String() + "@zhike"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the calendar lacks %q:\n%s", want, a.body)
			}
		}
		s.Exec(t, "UPDATE persons SET name = '何雨桐'")
		shown := anybody.get(first).body
		phone := ""
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			phone, err = op.OneOf[string](ctx, tx.Unscoped("test"), "SELECT value FROM contact_points WHERE kind = 'phone' LIMIT 1")
			return err
		})
		for _, no := range []string{"别人的事", "何雨桐", phone, strings.TrimPrefix(phone, "+86")} {
			if strings.Contains(strings.ReplaceAll(shown, "\r\n ", ""), no) {
				t.Errorf("the calendar says %q", no)
			}
		}
		if !strings.Contains(shown, "何**") {
			t.Errorf("the name is not masked:\n%s", shown)
		}
		tag := anybody.get(first).header.Get("ETag")
		if again := anybody.request(http.MethodGet, first, "", map[string]string{"If-None-Match": tag}); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("the same again: %d", again.status)
		}
		token := strings.TrimSuffix(strings.TrimPrefix(first, "/calendar/"), ".ics")
		if _, _, _, err := s.App.Access.Identify(t.Context(), token); err == nil {
			t.Error("the secret of the feed signs in")
		}
		second := address()
		anybody.get(first).want(t, http.StatusNotFound)
		anybody.get(second).want(t, http.StatusOK)
		v.post("/tasks/calendar/revoke").wantTo(t, "/tasks/calendar")
		anybody.get(second).want(t, http.StatusNotFound)
		third := address()
		s.Exec(t, "UPDATE accounts SET active = FALSE WHERE staff = ?", s.StaffID(me))
		s.Exec(t, "UPDATE versions SET n = n + 1 WHERE id = 'organization'")
		if _, err := organization.RenewFeed.Run(s.Finance(s.HD), s.Ops, organization.RenewFeedInput{}); err != nil { // what is known of sessions is asked again
			t.Fatal(err)
		}
		anybody.get(third).want(t, http.StatusNotFound)
		anybody.get("/calendar/zk_unknown.ics").want(t, http.StatusNotFound)
	})
}

// TestPRC5_FeedRate: one calendar is not read without end.
func TestPRC5_FeedRate(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		v := newVisitor(t, serve(t, s, app.PageOptions{}))
		last := 0
		for range 12 {
			last = v.get("/calendar/zk_x.ics").status
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("the twelfth time: %d", last)
		}
		v.get("/calendar/zk_y.ics").want(t, http.StatusNotFound)
	})
}

// TestPRC5_TeamPage: a principal gives a task, sees the load of the team, whose figures open lists of as many, and hands tasks over; a colleague
// without the right has no such page.
func TestPRC5_TeamPage(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base := serve(t, s, app.PageOptions{})
		v, from, to := signedIn(t, s, base, "principal", s.HD), s.StaffID(s.Consultant(s.HD)), s.StaffID(s.Consultant2(s.HD))
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for _, title := range []string{"整理资料", "打电话给学校"} {
			a := v.post("/tasks/new", "task_title", title, "staff_id", from.String(), "due", today.String(), "priority", "2", "every", "once")
			if a.status != http.StatusSeeOther {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		v.post("/tasks/new", "task_title", "周报", "due", today.String(), "every", "week").wantTo(t, "/task-series")
		v.get("/task-series").want(t, http.StatusOK, "周报", "每周", "暂停")
		v.get("/team-tasks").want(t, http.StatusOK, "团队有 2 件未完成的任务", "整理资料", "staff="+from.String())
		v.get("/team-tasks?due=today&staff="+from.String()).want(t, http.StatusOK, "整理资料", "打电话给学校")
		v.get("/team-tasks?due=late&staff="+from.String()).want(t, http.StatusOK, "没有符合条件的任务")
		v.post("/team-tasks", "_all", "true", "_total", "3", "staff_ids", to.String(), "reason", "absence").want(t, http.StatusUnprocessableEntity, "选择时是 3 条")
		v.post("/team-tasks", "_all", "true", "_total", "2", "staff_ids", to.String(), "reason", "absence").want(t, http.StatusOK, "已转交 2 件任务")
		if n := s.Count(t, "SELECT COUNT(*) FROM tasks WHERE staff = ? AND kind = 'other'", to); n != 2 {
			t.Errorf("%d tasks were handed over", n)
		}
		mine := signedIn(t, s, base, "consultant2", s.HD)
		mine.get("/tasks").want(t, http.StatusOK, "整理资料")
		mine.get("/messages").want(t, http.StatusOK, "有 2 个任务转给了你（请假）")
		mine.get("/team-tasks").want(t, http.StatusForbidden)
		key := between(mine.get("/tasks").body, `action="/tasks/`, `/done"`)
		mine.get("/tasks/"+key).want(t, http.StatusOK, "评论", "完成")
		mine.post("/tasks/"+key+"/comment", "text", "明天做").wantTo(t, "/tasks/"+key)
		v.get("/tasks/"+key).want(t, http.StatusOK, "明天做", "收回任务", "转交给别人")
		v.post("/tasks/"+key+"/change", "task_title", "整理全部资料", "due", (today+1).String(), "priority", "1").wantTo(t, "/tasks/"+key)
		v.get("/tasks/"+key).want(t, http.StatusOK, "整理全部资料", "马上")
		v.post("/tasks/"+key+"/withdraw").wantTo(t, "/tasks/"+key)
		mine.get("/tasks/"+key).want(t, http.StatusOK, "已收回")
		signedIn(t, s, base, "consultant", s.HD).get("/tasks/"+key).want(t, http.StatusNotFound)
	})
}

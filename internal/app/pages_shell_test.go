package app_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// posts are a center's and the company's roles.
func posts(s *testkit.School) map[string]id.ID {
	list := map[string]id.ID{"marketing": id.None, "general-manager": id.None, "it": id.None}
	for _, role := range []string{"front-desk", "consultant", "supervisor", "principal", "finance", "assistant", "teacher"} {
		list[role] = s.HD
	}
	return list
}

var (
	navPart = regexp.MustCompile(`(?s)<nav class="nav".*?</nav>`)
	botPart = regexp.MustCompile(`(?s)<nav class="bot".*?</nav>`)
	newPart = regexp.MustCompile(`(?s)data-key="n".*?</details>`)
	groups  = regexp.MustCompile(`(?s)<ul>.*?</ul>`)
	links   = regexp.MustCompile(`href="(/[^"#]*)"`)
)

func linksOf(part string) (list []string) {
	for _, found := range links.FindAllStringSubmatch(part, -1) {
		list = append(list, found[1])
	}
	return list
}

// TestUIS1_Frame: each role has at most three groups of six, five places at the bottom, and every one of them opens.
func TestUIS1_Frame(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	for role, center := range posts(s) {
		t.Run(role, func(t *testing.T) {
			v := signedIn(t, s, base, role, center)
			home := v.get("/")
			home.want(t, http.StatusOK, `<nav class="nav"`, `<nav class="bot"`, `role="search"`, "/messages", "/account")
			nav := navPart.FindString(home.body)
			if n := len(groups.FindAllString(nav, -1)); n == 0 || n > 3 {
				t.Errorf("%d groups", n)
			}
			for _, g := range groups.FindAllString(nav, -1) {
				if n := len(linksOf(g)); n == 0 || n > 6 {
					t.Errorf("%d places in a group: %v", n, linksOf(g))
				}
			}
			if n := len(linksOf(botPart.FindString(home.body))); n != 5 {
				t.Errorf("%d places at the bottom", n)
			}
			all := slices.Concat(linksOf(nav), linksOf(botPart.FindString(home.body)), linksOf(newPart.FindString(home.body)))
			slices.Sort(all)
			for _, path := range slices.Compact(all) {
				a := v.get(path)
				if a.want(t, http.StatusOK); a.status != http.StatusOK {
					t.Errorf("%s does not open", path)
				}
				if n := strings.Count(a.body, "<h1"); n != 1 {
					t.Errorf("%s has %d h1 (UI-S2)", path, n)
				}
			}
			if n := strings.Count(home.body, `data-dialog="feedback"`); n != 2 || !strings.Contains(home.body, `<dialog id="feedback"`) {
				t.Errorf("feedback is offered %d times: in the menu, and in that of the person on narrow screens (UI-S5)", n)
			}
		})
	}
}

// TestUIS1_Centers: the switch offers the centers in scope, and the choice is remembered by the account.
func TestUIS1_Centers(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	gm := signedIn(t, s, base, "general-manager", id.None)
	gm.get("/").want(t, http.StatusOK, "全部校区", "海淀校区", "朝阳校区")
	gm.post("/preferences", "center", s.CY.String(), "_next", "/tasks").wantTo(t, "/tasks")
	if a := signedIn(t, s, base, "general-manager", id.None).get("/tasks"); !strings.Contains(a.body, `value="`+s.CY.String()+`" aria-current="true"`) && !strings.Contains(a.body, `value="`+s.CY.String()+`" aria-current`) {
		t.Error("another browser of the account does not know the chosen center")
	}
	if a := signedIn(t, s, base, "consultant", s.HD).get("/tasks"); strings.Contains(a.body, "朝阳校区") {
		t.Error("a consultant is offered another center")
	}
	gm.post("/preferences", "lang", "en", "theme", "dark", "density", "compact", "keys", "off", "_next", "/tasks")
	a := gm.get("/tasks")
	for _, want := range []string{`lang="en"`, `data-theme="dark"`, `data-density="compact"`, `data-keys="off"`, "No tasks today"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// TestUIS3_Ask finds people, pages and actions, and only those that may be opened.
func TestUIS3_Ask(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	s.Person(t, s.HD)
	for _, c := range []struct {
		role   string
		center id.ID
		query  string
		want   string // "" nothing but the page of results
	}{
		{"it", id.None, "校区", "/centers"},
		{"it", id.None, "xiaoqu", "/centers"},
		{"it", id.None, "xq", "/centers"},
		{"it", id.None, "centers", "/centers"},
		{"it", id.None, "xinrenyuan", "/staff/new"},
		{"it", id.None, "heyutong", ""},
		{"consultant", s.HD, "xiaoqu", ""},
		{"front-desk", s.HD, "heyutong", "/people/"},
		{"front-desk", s.HD, "hyt", "/people/"},
		{"front-desk", s.HD, "何雨", "/people/"},
		{"front-desk", s.CY, "何雨桐", ""},
		{"front-desk", s.HD, "zzz", ""},
	} {
		v := signedIn(t, s, base, c.role, c.center)
		a := v.get("/ask/suggest?q=" + c.query)
		want := `data-href="` + c.want
		if c.want == "" {
			want = `data-href="/ask?q=`
		}
		a.want(t, http.StatusOK, want)
		if c.want == "" && strings.Count(a.body, "data-href") != 1 {
			t.Errorf("%s asking %s got more: %s", c.role, c.query, a.body)
		}
		v.get("/ask?q="+c.query).want(t, http.StatusOK, "找到")
	}
	v := signedIn(t, s, base, "it", id.None)
	if a := v.get("/ask/suggest?q="); strings.Contains(a.body, "data-href") {
		t.Errorf("nothing asked gives %s", a.body)
	}
	v.get("/ask?q="+strings.Repeat("x", 300)).want(t, http.StatusUnprocessableEntity, "太长")
}

// TestUIS4_Recent: before anything is typed, the ask field names the records that one looked at last, each only to who may see it.
func TestUIS4_Recent(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	e := s.Enquiry(t, s.HD)
	c := s.Contract(t, s.HD)
	paths := []string{"/enquiries/" + e.ID.String(), "/contracts/" + c.ID.String(), "/people/" + e.PersonID.String(), "/people/x", "/staff/" + e.ID.String(), "//evil.example"}
	ask := "/ask/suggest?recent=" + strings.Join(paths, "&recent=")
	a := signedIn(t, s, base, "front-desk", s.HD).get(ask)
	a.want(t, http.StatusOK, "最近看过", "何雨桐", "咨询单", "合同 HD")
	for i, path := range paths {
		if got := strings.Contains(a.body, `data-href="`+path+`"`); got != (i < 3) {
			t.Errorf("%s is offered: %t", path, got)
		}
	}
	if a := signedIn(t, s, base, "front-desk", s.CY).get(ask); strings.Contains(a.body, "data-href") {
		t.Errorf("another center is offered %s", a.body)
	}
}

// TestPRC5_Tasks: a visitor's arrival is a message and a task of the consultant, who finishes it.
func TestPRC5_Tasks(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	checkIn(t, s)
	v := signedIn(t, s, base, "consultant", s.HD)
	list := v.get("/tasks")
	list.want(t, http.StatusOK, "待办 1 件", "接待到访", "何雨桐", "海淀校区")
	v.get("/messages").want(t, http.StatusOK, "条消息未读", "您的客户到了", "何雨桐")
	facts := len(s.Facts(t))
	v.get("/messages")
	if got := len(s.Facts(t)); got != facts {
		t.Error("looking at messages recorded a fact (TRU-19)")
	}
	v.post("/messages/read", "until", v.get("/messages").hidden(t, "until")).wantTo(t, "/messages")
	v.get("/messages").want(t, http.StatusOK, "没有未读消息")
	done := between(list.body, `action="/tasks/`, `"`)
	v.post("/tasks/"+done, "_next", "/tasks").wantTo(t, "/tasks")
	v.get("/tasks").want(t, http.StatusOK, "今天没有待办")
	v.get("/tasks?view=done").want(t, http.StatusOK, "接待到访", "共 1 条")
	signedIn(t, s, base, "consultant2", s.HD).post("/tasks/"+done, "_next", "/tasks").want(t, http.StatusNotFound)
}

// TestUIB2_UndoPage: the page after a task was done offers to undo it, once, and so does the list of what one just did.
func TestUIB2_UndoPage(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	checkIn(t, s)
	v := signedIn(t, s, base, "consultant", s.HD)
	task := between(v.get("/tasks").body, `action="/tasks/`, `"`)
	v.post("/tasks/"+task, "_next", "/tasks").wantTo(t, "/tasks")
	after := v.get("/tasks")
	after.want(t, http.StatusOK, "任务已完成", "撤销")
	undo := "/undo/" + between(after.body, `action="/undo/`, `"`)
	v.get("/messages").want(t, http.StatusOK, "刚才做的", "完成任务", undo)
	signedIn(t, s, base, "consultant2", s.HD).post(undo, "_next", "/tasks").want(t, http.StatusNotFound)
	v.post(undo, "_next", "/tasks").wantTo(t, "/tasks")
	v.get("/tasks").want(t, http.StatusOK, "已撤销", "待办 1 件", "接待到访")
	v.post(undo, "_next", "/tasks").want(t, http.StatusUnprocessableEntity, "已经撤销过了")
	if strings.Contains(v.get("/messages").body, "刚才做的") {
		t.Error("what was undone is still offered")
	}
}

// TestUIB7_WhoGrants: 403 names the right that is missing, the roles that give it, and the page where they do, by its name in the menu.
func TestUIB7_WhoGrants(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	desk := signedIn(t, s, base, "front-desk", s.HD)
	desk.get("/channels/new").want(t, http.StatusForbidden, "“新建渠道”", "请IT或项目小组在“人员”页")
	desk.post("/preferences", "lang", "en", "_next", "/")
	desk.get("/channels/new").want(t, http.StatusForbidden, "ask IT or", "on the page Staff")
	it := signedIn(t, s, base, "it", id.None)
	if nav := it.get("/").body; !strings.Contains(nav, "人员") {
		t.Error("the page that is named is not in the menu of who grants")
	}
}

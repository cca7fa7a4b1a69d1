package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

func TestORG9_SignIn(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v := newVisitor(t, base)
	v.get("/staff?role=it").wantTo(t, "/sign-in?_next=%2Fstaff%3Frole%3Dit")
	v.get("/sign-in").want(t, http.StatusOK, "登录名", "密码")
	for _, c := range []struct{ login, password, words string }{
		{"", "", "必填"},
		{"nobody", "correct horse", "登录名或密码不对"},
		{s.Login("it", id.None), "wrong", "登录名或密码不对"},
		{strings.Repeat("x", 300), "wrong", "太长"},
	} {
		a := v.post("/sign-in", "login", c.login, "password", c.password)
		a.want(t, http.StatusUnprocessableEntity, c.words)
		if strings.Contains(a.body, "correct horse") {
			t.Error("the page repeats the password")
		}
	}
	a := v.post("/sign-in", "login", s.Login("it", id.None), "password", "correct horse", "_next", "/staff?role=it")
	a.wantTo(t, "/staff?role=it")
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"zhike=zk_", "Path=/", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	v.get("/staff").want(t, http.StatusOK, "在职人员")
	v.get("/sign-in?_next=/roles").wantTo(t, "/roles")
	v.post("/sign-out").wantTo(t, "/sign-in")
	v.get("/staff").wantTo(t, "/sign-in?_next=%2Fstaff")
}

// TestTRU19_Next: a sign-in leads to pages of the program and nowhere else.
func TestTRU19_Next(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "/no-such-page", "/sign-in", "/sign-out", "/password", ""} {
		v := newVisitor(t, base)
		a := v.post("/sign-in", "login", s.Login("it", id.None), "password", "correct horse", "_next", next)
		if a.wantTo(t, "/"); t.Failed() {
			t.Fatalf("next was %q", next)
		}
	}
}

func TestTRU19_Cookie(t *testing.T) {
	t.Parallel()
	s := school(t)
	post := func(o app.PageOptions, from string) *httptest.ResponseRecorder {
		body := "login=" + s.Login("it", id.None) + "&password=correct+horse"
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		s.App.Pages(o).ServeHTTP(w, r)
		return w
	}
	w := post(app.PageOptions{HTTPS: true}, "203.0.113.9:5000")
	if c := w.Header().Get("Set-Cookie"); w.Code != http.StatusSeeOther || !strings.HasPrefix(c, "__Host-zhike=") || !strings.Contains(c, "Secure") {
		t.Errorf("over https: %d, cookie %q", w.Code, c)
	}
	w = post(app.PageOptions{}, "203.0.113.9:5000")
	if c := w.Header().Get("Set-Cookie"); w.Code != http.StatusForbidden || c != "" {
		t.Errorf("over plain http from elsewhere: %d, cookie %q", w.Code, c)
	}
}

func TestTRU19_CrossOrigin(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v := signedIn(t, s, base, "it", id.None)
	before := len(s.Facts(t))
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/channels/new", strings.NewReader("code=x&name_zh=x"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header[0], header[1])
		v.do(r).want(t, http.StatusForbidden, "来自别的网站")
	}
	if got := len(s.Facts(t)); got != before {
		t.Errorf("%d facts were recorded", got-before)
	}
}

// TestTRU22_Delay: further guesses wait, and the page says how long.
func TestTRU22_Delay(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := newVisitor(t, serve(t, s, app.PageOptions{}))
	for range 5 {
		v.post("/sign-in", "login", s.Login("it", id.None), "password", "guess").want(t, http.StatusUnprocessableEntity)
	}
	a := v.post("/sign-in", "login", s.Login("it", id.None), "password", "correct horse")
	a.want(t, http.StatusTooManyRequests, "秒后再试")
	if a.header.Get("Retry-After") == "" {
		t.Error("the answer has no Retry-After")
	}
}

// TestORG9_FirstPassword: a one-time password opens nothing but the page of another one.
func TestORG9_FirstPassword(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	it := signedIn(t, s, base, "it", id.None)
	page := it.post("/staff/new", "code", "NEW", "name", "新人").to
	if page != "/staff/"+staffOf(t, s, "NEW") {
		t.Fatalf("after a new staff member comes %q", page)
	}
	it.post(page+"/positions", "role", "front-desk", "center_id", s.HD.String(), "from", "2026-06-01").wantTo(t, page)
	shown := it.post(page+"/account", "login", "new@school.example", "lang", "zh", "_key", "once")
	shown.want(t, http.StatusOK, "new@school.example 的一次性密码")
	password := between(shown.body, "<code>", "</code>")
	if again := it.post(page+"/account", "login", "new@school.example", "lang", "zh", "_key", "once"); strings.Contains(again.body, password) {
		t.Error("the one-time password was shown twice")
	}

	v := newVisitor(t, base)
	v.post("/sign-in", "login", "new@school.example", "password", password, "_next", "/tasks").wantTo(t, "/password")
	for _, path := range []string{"/", "/tasks", "/account", "/ask?q=x"} {
		v.get(path).wantTo(t, "/password")
	}
	v.post("/tasks/"+s.HD.String()+"/done").wantTo(t, "/password")
	v.get("/password").want(t, http.StatusOK, "请设一个自己的密码")
	for _, c := range []struct{ old, new, repeat, words string }{
		{"wrong", "long enough", "long enough", "旧密码不对"},
		{password, "short", "short", "至少 8 个字符"},
		{password, "long enough", "long enougH", "两次输入的新密码不一样"},
		{password, "", "", "必填"},
	} {
		v.post("/password", "old", c.old, "new", c.new, "repeat", c.repeat).want(t, http.StatusUnprocessableEntity, c.words)
	}
	v.post("/password", "old", password, "new", "long enough", "repeat", "long enough").wantTo(t, "/")
	v.get("/tasks").want(t, http.StatusOK)
}

// TestORG9_TwoSteps: with time-based codes on, the password alone opens no session, and no code is taken twice.
func TestORG9_TwoSteps(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v := signedIn(t, s, base, "consultant", s.HD)
	page := v.get("/account/totp")
	page.want(t, http.StatusOK, "data:image/png;base64,")
	secret := page.hidden(t, "secret")
	again := v.post("/account/totp", "secret", secret, "code", "000000")
	again.want(t, http.StatusUnprocessableEntity, "动态验证码不对")
	if again.hidden(t, "secret") != secret {
		t.Error("a wrong code made another secret")
	}
	v.post("/account/totp", "secret", secret, "code", code(t, s.Clock.Now, secret)).wantTo(t, "/account")

	s.Clock.Set(s.Clock.Now().Add(31e9))
	w := newVisitor(t, base)
	first := w.post("/sign-in", "login", s.Login("consultant", s.HD), "password", "correct horse", "_next", "/tasks")
	first.want(t, http.StatusOK, "身份验证器")
	if strings.Contains(first.body, "correct horse") || first.header.Get("Set-Cookie") != "" {
		t.Error("the first step gives the password or a session away")
	}
	step := first.hidden(t, "_step")
	w.post("/sign-in", "_step", step, "code", "123456").want(t, http.StatusUnprocessableEntity, "动态验证码不对")
	good := code(t, s.Clock.Now, secret)
	w.post("/sign-in", "_step", step, "code", good[:3]+" "+good[3:], "_next", "/tasks").wantTo(t, "/tasks")
	newVisitor(t, base).post("/sign-in", "_step", step, "code", good).want(t, http.StatusUnprocessableEntity)
	newVisitor(t, base).post("/sign-in", "_step", "AAAA", "code", good).want(t, http.StatusUnprocessableEntity, "请重新输入")
	s.Clock.Set(s.Clock.Now().Add(6 * 60e9))
	newVisitor(t, base).post("/sign-in", "_step", step, "code", code(t, s.Clock.Now, secret)).want(t, http.StatusUnprocessableEntity, "请重新输入")

	w.post("/account/totp/off", "password", "").want(t, http.StatusUnprocessableEntity, "必填")
	w.post("/account/totp/off", "password", "guess").want(t, http.StatusUnprocessableEntity, "密码不对", "关闭两步验证")
	w.post("/account/totp/off", "password", "correct horse").wantTo(t, "/account")
	newVisitor(t, base).post("/sign-in", "login", s.Login("consultant", s.HD), "password", "correct horse").wantTo(t, "/")
}

// TestORG9_FirstLanguage: a new account's pages are in the language of the browser that signs in first.
func TestORG9_FirstLanguage(t *testing.T) {
	t.Parallel()
	s := school(t)
	opened, err := organization.OpenAccount.Run(s.IT(), s.Ops, organization.OpenAccountInput{Login: "anna", StaffID: s.StaffID(s.IT())})
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, serve(t, s, app.PageOptions{}))
	form := strings.NewReader(url.Values{"login": {"anna"}, "password": {opened.Password}}.Encode())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.base+"/sign-in", form)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en-GB,en;q=0.9")
	res, err := v.c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	v.get("/password").want(t, http.StatusOK, `<html lang="en"`) // the visitor asks for Chinese by now
}

// TestORG11_Tokens: a token is shown once, works without a browser's rights over sessions, and ends when it is revoked.
func TestORG11_Tokens(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v, other := signedIn(t, s, base, "finance", s.HD), signedIn(t, s, base, "finance", s.HD)
	v.post("/account/tokens", "name", "", "days", "900").want(t, http.StatusUnprocessableEntity, "必填", "365")
	shown := v.post("/account/tokens", "name", "取数", "days", "30", "_key", "k1")
	shown.want(t, http.StatusOK, "新令牌“取数”")
	token := between(shown.body, "<code>", "</code>")
	if _, _, session, err := s.App.Access.Identify(t.Context(), token); err != nil || session.Kind != "token" {
		t.Fatalf("the token does not work: %v", err)
	}
	page := v.get("/account")
	if page.want(t, http.StatusOK, "取数", "当前"); strings.Contains(page.body, token) {
		t.Error("the token is shown again")
	}
	for range 2 { // the other session, the token
		path := between(v.get("/account").body, `action="/account/sessions/`, `"`)
		v.post("/account/sessions/"+path).wantTo(t, "/account")
	}
	other.get("/tasks").wantTo(t, "/sign-in?_next=%2Ftasks")
	if _, _, _, err := s.App.Access.Identify(t.Context(), token); err == nil {
		t.Error("the token works after it was revoked")
	}
	v.get("/account").want(t, http.StatusOK, "还没有令牌")
}

func code(t *testing.T, now func() time.Time, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func between(s, from, until string) string {
	_, rest, _ := strings.Cut(s, from)
	out, _, _ := strings.Cut(rest, until)
	return out
}

// staffOf gives the id of the staff member of a code.
func staffOf(t *testing.T, s *testkit.School, code string) string {
	t.Helper()
	var m organization.Staff
	err := s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&m).Where("code = ?", code).Scan(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID.String()
}

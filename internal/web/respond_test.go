package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

func failing(err error) http.Handler {
	return web.Func(func(http.ResponseWriter, *http.Request) error { return err })
}

func TestUIB7_Failures(t *testing.T) {
	around := outer(t, catalogue(t))
	for name, tc := range map[string]struct {
		err    error
		status int
		zh, en string
	}{
		"forbidden":   {problem.Forbidden("visit:create"), 403, "需要权限“visit:create”", "needs the permission “visit:create”"},
		"not found":   {problem.NotFound("visit"), 404, "没有这个visit", "no such visit"},
		"step":        {problem.StepMissing("needs-analysis", "/needs/1"), 409, "还差一步“needs-analysis”", `href="/needs/1"`},
		"stale":       {&problem.Problem{Status: 412, Code: "stale"}, 412, "刚被别人改过", "just changed"},
		"fields":      {problem.Refuse("PPL-1", "invalid", problem.Field{Location: "lines.1.price", Code: "required"}), 422, "第 2 行 · 价格：必填", "Row 2 · Price: required"},
		"later":       {problem.TooMany("too-often", 7), 429, "请 7 秒后再试", "in 7 seconds"},
		"not our own": {errors.New("disk full"), 500, "草稿已保存", "draft is saved"},
	} {
		for lang, want := range map[string]string{"zh": tc.zh, "en": tc.en} {
			r := httptest.NewRequest(http.MethodGet, "/x", nil)
			r.Header.Set("Accept-Language", lang)
			w := ask(t, around(failing(tc.err)), r)
			body := w.Body.String()
			if w.Code != tc.status || !strings.Contains(body, want) || strings.Contains(body, "disk full") {
				t.Errorf("%s in %s: %d, want %d and %q in\n%s", name, lang, w.Code, tc.status, want, body)
			}
			if key := w.Header().Get("X-Request-Id"); tc.status == 500 && !strings.Contains(body, key) {
				t.Errorf("%s: the page lacks the request's id %s", name, key)
			}
		}
	}
}

func TestUIB7_FailuresOfSwaps(t *testing.T) {
	around := outer(t, catalogue(t))
	r := post("/x", "name=a")
	r.Header.Set("HX-Request", "true")
	w := ask(t, around(failing(problem.Refuse("", "invalid", problem.Field{Location: "name", Code: "required"}))), r)
	if w.Code != 422 || w.Header().Get("HX-Retarget") != "#problem" || !strings.HasPrefix(w.Body.String(), `<div class="errs"`) {
		t.Errorf("refused swap: %d %v\n%s", w.Code, w.Header(), w.Body)
	}
	w = ask(t, around(failing(problem.Unauthorized("unauthorized"))), r)
	if w.Code != 401 || w.Header().Get("HX-Redirect") != "/sign-in?_next=%2F" {
		t.Errorf("swap without sign-in: %d %v", w.Code, w.Header())
	}
	w = ask(t, around(failing(problem.Unauthorized("unauthorized"))), httptest.NewRequest(http.MethodGet, "/people?q=a", nil))
	if w.Code != 303 || w.Header().Get("Location") != "/sign-in?_next=%2Fpeople%3Fq%3Da" {
		t.Errorf("page without sign-in: %d %v", w.Code, w.Header())
	}
	w = ask(t, around(web.Func(func(http.ResponseWriter, *http.Request) error { panic("lost") })), httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "lost") {
		t.Errorf("panic: %d", w.Code)
	}
}

func TestUIF2_Again(t *testing.T) {
	around := outer(t, catalogue(t))
	page := func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Shell(web.Page{H1: "Payment"}, web.Join(
			web.MoneyInput{Field: web.Field{Name: "amount", Label: "Amount", Required: true}, Value: "1.00"},
			web.Choices{Field: web.Field{Name: "way", Label: "Way"}, Options: []web.Option{{Value: "cash", Label: "Cash", On: true}, {Value: "card", Label: "Card"}}},
		)))
	}
	h := around(web.Func(func(w http.ResponseWriter, r *http.Request) error {
		_, err := web.Decode[struct {
			Amount int    `json:"amount"`
			Way    string `json:"way"`
		}](r)
		return web.Again(w, r, err, page)
	}))
	r := post("/payments", "amount=<38x>&way=card")
	r.Header.Set("Accept-Language", "en")
	w := ask(t, h, r)
	body := w.Body.String()
	for _, want := range []string{
		"<title>Error: Payment", `value="&lt;38x&gt;"`, `aria-invalid="true"`, `href="#f-amount"`, "Amount: “&lt;38x&gt;” is not a whole number", `value="card" checked`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w.Code != 422 || strings.Contains(body, `value="cash" checked`) || strings.Contains(body, `value="1.00"`) {
		t.Errorf("status %d, or the old values are back:\n%s", w.Code, body)
	}
}

func TestUIB2_StatusAfterRedirect(t *testing.T) {
	around := outer(t, catalogue(t))
	w := ask(t, around(web.Func(func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, "/list", web.Status{Text: "已保存 <b>", Undo: "/undo/1"})
	})), post("/x", ""))
	if w.Code != 303 || w.Header().Get("Location") != "/list" {
		t.Fatalf("redirect: %d %v", w.Code, w.Header())
	}
	r := httptest.NewRequest(http.MethodGet, "/list", nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	list := around(web.Func(func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Shell(web.Page{H1: "x"}, web.Text("")))
	}))
	w = ask(t, list, r)
	if !strings.Contains(w.Body.String(), "已保存 &lt;b&gt;") || !strings.Contains(w.Body.String(), `action="/undo/1"`) {
		t.Errorf("the page does not say what was done:\n%s", w.Body)
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the words are not forgotten: %v", c)
	}
}

func TestPreferences(t *testing.T) {
	around := outer(t, catalogue(t))
	var got web.Preferences
	h := around(web.PostPreferences(nil))
	r := post(web.PreferencesPath, "lang=en&theme=dark&density=compact&keys=loud&_next=//evil.example")
	w := ask(t, h, r)
	if w.Code != 303 || w.Header().Get("Location") != "/" {
		t.Errorf("answer: %d %s", w.Code, w.Header().Get("Location"))
	}
	r = httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	ask(t, around(web.Func(func(_ http.ResponseWriter, r *http.Request) error {
		got = web.PreferencesOf(r.Context())
		return nil
	})), r)
	if want := (web.Preferences{Lang: i18n.EN, Theme: "dark", Density: "compact"}); got != want {
		t.Errorf("preferences = %+v, want %+v", got, want)
	}
	for in, want := range map[string]string{
		"/people?q=a": "/people?q=a", "": "/", "//x": "/", "https://x": "/", `/\x`: "/", "people": "/", "/a\nb": "/", "javascript:x": "/",
	} {
		if got := web.LocalPath(in); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTRU19_RedirectStaysHere: whatever a page leads to, it is on this site.
func TestTRU19_RedirectStaysHere(t *testing.T) {
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "/\r\nX: y", "\x00//evil.example", "evil.example", ""} {
		for _, fragment := range []string{"", "true"} {
			w, r := httptest.NewRecorder(), post("/x", "")
			r.Header.Set("HX-Request", fragment)
			if err := web.Redirect(w, r, to); err != nil {
				t.Fatal(err)
			}
			if got := w.Header().Get("Location") + w.Header().Get("HX-Redirect"); got != "/" {
				t.Errorf("%q leads to %q", to, got)
			}
		}
	}
}

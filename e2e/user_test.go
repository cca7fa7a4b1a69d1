//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/mail"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// site is the whole program, served to browsers.
type site struct {
	s    *testkit.School
	base string
	lang i18n.Lang
}

// open serves a school as `zhike serve` does, with its background work; ready tells what its jobs need before they begin.
func open(t *testing.T, s *testkit.School, lang i18n.Lang) site {
	t.Helper()
	server := httptest.NewServer(s.App.Handler("", false))
	loops, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() { defer close(ended); s.App.Loops(loops) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		<-ended
	})
	return site{s, server.URL, lang}
}

// mails makes the school send its mails to the mail server of the tests.
func (st site) mails(t *testing.T) *testkit.MailServer {
	t.Helper()
	server := testkit.Mailpit(t)
	host, port, err := net.SplitHostPort(server.SMTP)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := mail.New(mail.Config{Host: host, Port: number, TLS: mail.Clear, From: "zhike@school.example"})
	if err != nil {
		t.Fatal(err)
	}
	a := st.s.App
	jobs.Register(a.Jobs, insightdoor.Post{Run: a.Run, Catalogue: a.Catalogue, Server: sender, Public: st.base}.Send)
	st.work(t)
	return server
}

// imports makes the school check and bring in the lists that are handed in.
func (st site) imports(t *testing.T) {
	t.Helper()
	a := st.s.App
	a.Files = t.TempDir()
	files, err := rollout.OpenFiles(a.Files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	jobs.Register(a.Jobs, rollout.Worker{Run: a.Run, Files: files, Catalogue: a.Catalogue}.Do)
	st.work(t)
}

// work begins with the jobs of the school.
func (st site) work(t *testing.T) {
	t.Helper()
	a := st.s.App
	if err := a.Jobs.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Jobs.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// text is what the program calls something in the language of the site.
func (st site) text(key string) string { return st.s.App.Catalogue.Text(st.lang, key) }

// user is somebody at a browser: everything is done by mouse and keys, and clicks are counted (UI-H). Keys of the keyboard and
// typing are not.
type user struct {
	site
	t      *testing.T
	tab    context.Context
	clicks int
}

// signIn opens a browser and signs in by the form, in the language of the site.
func (st site) signIn(t *testing.T, login string) *user {
	t.Helper()
	u := &user{site: st, t: t, tab: testkit.Browser(t)}
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+"/"))
	u.speak()
	u.sees("org.sign-in.title")
	u.typed("login", login)
	u.typed("password", "correct horse")
	u.press("org.sign-in.do")
	u.until(`location.pathname === "/" && document.querySelector("nav.nav") !== null`)
	u.speak() // an account has a language of its own
	u.clicks = 0
	return u
}

// speak changes to the language of the site.
func (u *user) speak() {
	u.t.Helper()
	wanted := fmt.Sprintf("document.documentElement.lang.startsWith(%q)", u.lang)
	if !testkit.Read(u.tab, u.t, chromedp.Evaluate[bool](wanted)) {
		u.clickOn(`header button[name="lang"]`)
		u.until(wanted + ` && document.readyState === "complete"`)
	}
}

// as signs in as who holds a role at a center.
func (st site) as(t *testing.T, role string, center id.ID) *user {
	t.Helper()
	return st.signIn(t, st.s.Login(role, center))
}

// find marks the first thing to click that is seen and reads the words (or begins with them), and tells whether there is one, on a page
// that has its scripts. Within is a selector.
const find = `((words, within) => {
	const plain = s => s.replace(/\s+/g, " ").trim();
	const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
	const all = [...document.querySelectorAll(within)].flatMap(w => [...w.querySelectorAll("a, button, summary, label, [role=option]")]).filter(seen);
	const read = e => plain(e.innerText);
	const it = all.find(e => read(e) === words) ?? all.find(e => read(e).startsWith(words + " "));
	document.querySelectorAll("[data-e2e]").forEach(e => e.removeAttribute("data-e2e"));
	it?.setAttribute("data-e2e", "");
	return it !== undefined && document.readyState === "complete";
})`

// press clicks on the text of a key of the catalogue.
func (u *user) press(key string) {
	u.t.Helper()
	u.click(u.text(key), "body")
}

// pressIn does so within a part of the page.
func (u *user) pressIn(within, key string) {
	u.t.Helper()
	u.click(u.text(key), within)
}

// click clicks on what reads the words, within a part of the page.
func (u *user) click(words, within string) {
	u.t.Helper()
	u.until(fmt.Sprintf("%s(%q, %q)", find, words, within))
	u.clickOn("[data-e2e]")
}

// clickOn clicks on what a selector finds.
func (u *user) clickOn(selector string) {
	u.t.Helper()
	u.clicks++
	testkit.Act(u.tab, u.t, chromedp.Click(selector))
}

// pick chooses a radio button, box or chip: the input lies over its words.
func (u *user) pick(name, value string) {
	u.t.Helper()
	u.clickOn(fmt.Sprintf(`input[name=%q][value=%q]`, name, value))
}

// choose chooses from a list: a click opens it, letters choose the line.
func (u *user) choose(name, value string) {
	u.t.Helper()
	u.clicks++
	u.until(fmt.Sprintf(`(() => { const s = document.querySelector('select[name=%q]'); if (!s) return false; s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true})); return s.value === %q })()`, name, value, value))
}

// typed types into a field in place of what stands there.
func (u *user) typed(name, text string) {
	u.t.Helper()
	field := fmt.Sprintf(`:is(input, textarea)[name=%q]`, name)
	testkit.Act(u.tab, u.t, chromedp.WaitVisible(field), chromedp.Focus(field))
	u.read(fmt.Sprintf(`String(document.querySelector(%q).select())`, field))
	testkit.Act(u.tab, u.t, chromedp.SendKeys(field, text))
}

// sees waits until the page reads the texts of keys.
func (u *user) sees(keys ...string) {
	u.t.Helper()
	for _, key := range keys {
		u.reads(u.text(key))
	}
}

// reads waits until the page reads the words; letters may be capitals there, and blanks are all alike.
func (u *user) reads(words ...string) {
	u.t.Helper()
	for _, w := range words {
		u.until(fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").toLowerCase().includes(%q)`, strings.ToLower(w)))
	}
}

// at waits until the page is one whose path begins so.
func (u *user) at(path string) {
	u.t.Helper()
	u.until(fmt.Sprintf(`location.pathname.startsWith(%q) && document.readyState === "complete"`, path))
}

// path is where the page is.
func (u *user) path() string { return u.read("location.pathname") }

// last is the record that the page is about.
func (u *user) last() id.ID {
	u.t.Helper()
	path := u.path()
	key, err := id.Parse(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		u.t.Fatalf("%s is no page of a record: %v", path, err)
	}
	return key
}

func (u *user) read(expression string) string {
	u.t.Helper()
	return testkit.Read(u.tab, u.t, chromedp.Evaluate[string](expression))
}

// until waits until an expression is true, over pages that come and go meanwhile.
func (u *user) until(expression string) {
	u.t.Helper()
	limited, cancel := context.WithTimeout(u.tab, 15*time.Second)
	defer cancel()
	for {
		_, err := chromedp.Run(limited, chromedp.Poll[bool](expression))
		if err == nil {
			return
		}
		if limited.Err() != nil {
			shot := filepath.Join(testkit.Root(u.t), "shots", "failed", strings.ReplaceAll(u.t.Name(), "/", "_")+".png")
			where, _ := chromedp.Run(u.tab, chromedp.Location())
			u.t.Fatalf("at %s does not come true: %s (see %s, %v)", where, expression, shot, testkit.Screenshot(u.tab, shot))
		}
	}
}

// calm fails the test where the browser complains of the pages seen so far.
func (u *user) calm() {
	u.t.Helper()
	for _, c := range testkit.Complaints(u.tab, u.t) {
		u.t.Errorf("the browser complains: %+v", c)
	}
}

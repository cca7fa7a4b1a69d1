//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestMKT11_FormInPageOfAnotherSite: a parent fills in the form in a frame of another site, by keys alone; the browser proves its work without a word, and
// the lead is there with the page that the frame stood on. A page of the program itself stands in no frame. The form alone passes axe in both languages and at both widths.
func TestMKT11_FormInPageOfAnotherSite(t *testing.T) {
	s := testkit.NewSchool(t, t.TempDir()+"/zhike.db")
	program := httptest.NewServer(s.App.Pages(app.PageOptions{}))
	t.Cleanup(program.Close)
	p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网报名", Kind: "form", CenterID: s.HD, ChannelID: s.Web})
	if err != nil {
		t.Fatal(err)
	}
	form := program.URL + "/c/" + p.Code
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		address := form + "?lang=zh&utm_source=partner"
		if r.URL.Path == "/wrong" {
			address = program.URL + "/sign-in"
		}
		fmt.Fprintf(w, `<!DOCTYPE html><html lang="zh"><title>x</title><meta name="referrer" content="no-referrer-when-downgrade"><iframe src=%q width="100%%" height="900" title="x"></iframe></html>`, address)
	}))
	t.Cleanup(other.Close)
	site := strings.Replace(other.URL, "127.0.0.1", "localhost", 1) // another site, not only another port
	tab := testkit.Browser(t)
	testkit.Act(tab, t, chromedp.Navigate(site+"/promo"), chromedp.WaitVisible("iframe"))
	shown := func() bool {
		return s.Count(t, "SELECT COUNT(*) FROM submissions WHERE state = 'entered'") == 1
	}
	press := func(keys ...string) {
		for _, k := range keys {
			testkit.Act(tab, t, chromedp.KeyEvent(k))
		}
	}
	press(kb.Tab)
	press("何雨桐", kb.Tab, "13800138000", kb.Tab, " ", kb.Tab, "何先生", kb.Tab, "周末班", kb.Tab, " ", kb.Tab, kb.Enter)
	if err := testkit.Screenshot(tab, testkit.Root(t)+"/shots/capture-embedded.png"); err != nil {
		t.Log(err)
	}
	for end := now().Add(20 * time.Second); !shown() && now().Before(end); {
		testkit.Act(tab, t, chromedp.Sleep(200*time.Millisecond))
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE state = 'entered' AND guardian = '何先生' AND consent_by = 'guardian' AND said = '周末班' AND utm LIKE '%partner%' AND referrer = ?", site+"/promo"); n != 1 {
		t.Errorf("%d submissions of the frame became leads, of %d", n, s.Count(t, "SELECT COUNT(*) FROM submissions"))
	}
	for _, c := range testkit.Complaints(tab, t) {
		t.Errorf("the form complains: %+v", c)
	}
	testkit.Act(tab, t, chromedp.Navigate(site+"/wrong"), chromedp.Sleep(time.Second))
	refused := false
	for _, c := range testkit.Complaints(tab, t) {
		refused = refused || strings.Contains(c.Text, "frame-ancestors") || strings.Contains(c.Text, "frame")
	}
	if !refused {
		t.Error("the sign-in stands in a frame of another site")
	}
	for _, width := range []int64{1280, 390} {
		if err := testkit.Viewport(tab, width, 900); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"zh", "en"} {
			testkit.Act(tab, t, chromedp.Navigate(form+"?lang="+lang))
			for _, v := range testkit.Axe(tab, t) {
				t.Errorf("%s at %d: %v", lang, width, v)
			}
			if wide := testkit.Read(tab, t, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth")); wide {
				t.Errorf("%s at %d: the page scrolls sideways", lang, width)
			}
			if err := testkit.Screenshot(tab, fmt.Sprintf("%s/shots/capture-%s-%d.png", testkit.Root(t), lang, width)); err != nil {
				t.Log(err)
			}
		}
	}
}

// captured is a point by which one came, and one was rejected.
func captured(t *testing.T, s *testkit.School) marketing.CapturePointAnswer {
	t.Helper()
	p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网报名", Kind: "form", CenterID: s.HD, ChannelID: s.Web})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []marketing.ReceiveInput{
		{PointID: p.ID, Name: "李小红", Phone: "13900139000", Minor: true, Guardian: "李先生", Consent: true, Proven: true, UTM: map[string]string{"source": "xhs"}}, {PointID: p.ID, Name: "x", Proven: true},
	} {
		if _, err := marketing.ReceiveSubmission.Run(s.System(), s.Ops, in); err != nil {
			t.Fatal(err)
		}
	}
	if err := sales.EnterSubmissions(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMKT11_AcceptAnyway: a submission that was held as spam is taken by marketing with a reason, and the consultant sees the enquiry.
func TestMKT11_AcceptAnyway(t *testing.T) {
	s, st := desked(t)
	p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网报名", Kind: "form", CenterID: s.HD, ChannelID: s.Web, StaffID: s.StaffID(s.Consultant(s.HD))})
	if err != nil {
		t.Fatal(err)
	}
	held := marketing.ReceiveInput{PointID: p.ID, Name: "李小红", Phone: "13900139000", Minor: true, Guardian: "李先生", Consent: true, Proven: true, Trap: "x", Challenge: "c1"}
	if _, err := marketing.ReceiveSubmission.Run(s.System(), s.Ops, held); err != nil {
		t.Fatal(err)
	}
	m := st.as(t, "marketing", id.None)
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/capture-points/"+p.ID.String()+"?state=rejected"))
	m.reads("李小红")
	m.clickOn(`a[href$="/accept"]`)
	m.typed("reason", "电话核实过，是家长")
	m.press("capture.accept-do")
	m.reads("这次登记已成为线索", "人工收下")
	m.calm()
	c := st.as(t, "consultant", s.HD)
	testkit.Act(c.tab, t, chromedp.Navigate(st.base+"/enquiries"))
	c.reads("李小红")
	c.calm()
}

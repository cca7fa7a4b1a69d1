package app_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// prove finds the nonce that a challenge asks for.
func prove(challenge string, zeros int) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(challenge + "." + strconv.Itoa(n)))
		if bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= zeros {
			return strconv.Itoa(n)
		}
	}
}

func newPoint(t *testing.T, s *testkit.School, kind string) marketing.CapturePointAnswer {
	t.Helper()
	p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网报名", Kind: kind, CenterID: s.HD, ChannelID: s.Web})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var hidden = regexp.MustCompile(`name="challenge" value="([^"]+)"`)

// filled is the form of a point as a browser sends it.
func filled(t *testing.T, v visitor, path string, pairs ...string) string {
	t.Helper()
	m := hidden.FindStringSubmatch(v.get(path).body)
	if m == nil {
		t.Fatalf("%s has no challenge", path)
	}
	form := url.Values{"challenge": {m[1]}, "nonce": {prove(m[1], 16)}, "name": {"何雨桐"}, "phone": {"13800138000"}, "consent": {"true"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form.Encode()
}

// TestMKT11_HostedForm: a form needs no sign-in and no cookie, stands in frames of other sites, which no other page does, and speaks the browser's language; what
// it takes is a lead at once, what it refuses it says and keeps.
func TestMKT11_HostedForm(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		p := newPoint(t, s, "form")
		v := newVisitor(t, serve(t, s, app.PageOptions{Public: "https://kag.example"}))
		path := "/c/" + p.Code
		a := v.request(http.MethodGet, path+"?utm_source=xhs&utm_medium=%22%3Cb%3E", "", map[string]string{"Referer": "https://site.example/promo?phone=13800138000"})
		if a.status != 200 || a.header.Get("Set-Cookie") != "" || a.header.Get("X-Frame-Options") != "" || !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors *;") {
			t.Errorf("%d %v", a.status, a.header)
		}
		if !strings.Contains(a.body, `value="https://site.example/promo"`) || !strings.Contains(a.body, `name="utm_source" value="xhs"`) || !strings.Contains(a.body, "<noscript>") {
			t.Errorf("form = %s", a.body)
		}
		if other := v.get("/sign-in").header; other.Get("X-Frame-Options") != "DENY" || !strings.Contains(other.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("the sign-in may stand in a frame: %v", other)
		}
		if en := v.get(path + "?lang=en"); !strings.Contains(en.body, "Ask for advice") || !strings.Contains(en.body, `lang="en"`) {
			t.Error("no English form")
		}
		for body, want := range map[string]struct {
			status int
			said   string
		}{
			"name=x&phone=13800138000&consent=true":                                     {422, "JavaScript"},
			filled(t, v, path, "minor", "true"):                                         {422, "由监护人同意"},
			filled(t, v, path, "consent", ""):                                           {422, "需要您同意"},
			filled(t, v, path, "said", strings.Repeat("想", 501)):                        {422, "501"},
			filled(t, v, path, "website", "x"):                                          {422, "请再发一次"},
			filled(t, v, path, "nonce", "1"):                                            {422, "JavaScript"},
			filled(t, v, "/c/"+newPoint(t, s, "form").Code, "name", "别的"):               {422, "JavaScript"},
			filled(t, v, path, "utm_source", "xhs", "guardian", "何先生", "minor", "true"): {303, ""},
		} {
			if a := v.request(http.MethodPost, path, body, nil); a.status != want.status || !strings.Contains(a.body, want.said) || a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %d %s", body, a.status, a.body)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM leads WHERE point = ? AND utm LIKE '%xhs%'", p.ID); n != 1 {
			t.Errorf("%d leads", n)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE point = ? AND state = 'rejected'", p.ID); n != 7 {
			t.Errorf("%d rejected submissions are kept", n)
		}
		if err := s.App.WriteViews(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := signedIn(t, s, v.base, "marketing", id.None)
		for _, want := range []string{"何雨桐", "防机器检查", "https://kag.example" + path, "监护人 何先生"} {
			if page := m.get("/capture-points/" + p.ID.String()).body; !strings.Contains(page, want) {
				t.Errorf("the page of the point lacks %q: %s", want, page)
			}
		}
		if qr := m.get("/capture-points/" + p.ID.String() + "/qr"); qr.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(qr.body, "<svg") {
			t.Errorf("QR code: %v %.200s", qr.header, qr.body)
		}
		if list := m.get("/capture-points"); !strings.Contains(list.body, "官网报名") {
			t.Errorf("list = %s", list.body)
		}
		if n := s.Count(t, "SELECT n FROM capture_views WHERE point = ?", p.ID); n < 5 {
			t.Errorf("%d views", n)
		}
	})
}

// TestMKT11_CaptureAPI: a program sends without a key, with a proof unless the point is its own; a flood from one address is answered with 429 and kept.
func TestMKT11_CaptureAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base := apiServer(t, s)
		send := func(p marketing.CapturePointAnswer, body map[string]any, address string) (int, map[string]any, http.Header) {
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/capture/"+p.Code, strings.NewReader(string(b)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Forwarded-For", "203.0.113.9, "+address)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			out := map[string]any{}
			if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, out, res.Header
		}
		person := func(n int) map[string]any {
			return map[string]any{"name": fmt.Sprint("何", n), "phone": fmt.Sprintf("138001381%02d", n), "consent": true, "utm_source": "partner"}
		}
		form, own := newPoint(t, s, "form"), newPoint(t, s, "api")
		if status, out, _ := send(form, person(1), "198.51.100.1"); status != 422 || out["code"] != "capture-no-proof" {
			t.Errorf("without a proof: %d %v", status, out)
		}
		res := apiClient(t, s, base, "marketing", id.None).get("/capture/" + form.Code)
		proven := person(2)
		proven["challenge"] = res.body["challenge"]
		proven["nonce"] = prove(fmt.Sprint(res.body["challenge"]), 16)
		if status, out, _ := send(form, proven, "198.51.100.1"); status != 201 || out["state"] != "received" {
			t.Errorf("with a proof: %d %v", status, out)
		}
		if status, out, _ := send(form, proven, "198.51.100.1"); status != 201 || fmt.Sprint(out["repeat"]) != "true" {
			t.Errorf("sent twice: %d %v", status, out)
		}
		if status, out, _ := send(own, map[string]any{"name": "x"}, "198.51.100.1"); status != 422 || len(out["errors"].([]any)) != 2 { //nolint:forcetypeassert // a problem has them
			t.Errorf("incomplete: %d %v", status, out)
		}
		for n := range 45 {
			status, out, header := send(own, person(n), "198.51.100.2")
			if want := map[bool]int{true: 201, false: 429}[n < 40]; status != want || want == 429 && header.Get("Retry-After") == "" {
				t.Fatalf("submission %d: %d %v", n, status, out)
			}
		}
		if status, _, _ := send(own, person(60), "198.51.100.3"); status != 201 {
			t.Errorf("another address: %d", status)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE reason = 'too-often'"); n != 5 {
			t.Errorf("%d of the flood are kept", n)
		}
		s.Check(t)
	})
}

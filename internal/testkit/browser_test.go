package testkit_test

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/testkit"
)

const page = `<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>智课</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style nonce="x">body{margin:0} #tall{height:3000px} @media (prefers-color-scheme: dark){body{background:#000;color:#fff}}</style></head>
<body><main><h1>课程</h1><button type="button" id="b">点</button><p id="tall">%s</p></main></body></html>`

// TestBrowser: one page clicks and reads; another of the same process does not share its cookies.
func TestBrowser(t *testing.T) {
	site := serve(t, "", `<span id="s"></span><script nonce="x">b.onclick=()=>{s.textContent=innerWidth+" "+document.cookie}</script>`)
	for i, width := range []int64{1440, 390} {
		ctx := testkit.Browser(t)
		if err := testkit.Viewport(ctx, width, 800); err != nil {
			t.Fatal(err)
		}
		testkit.Act(ctx, t, chromedp.Navigate(site), chromedp.Click(chromedp.CSS("#b")))
		got := testkit.Read(ctx, t, chromedp.TextContent(chromedp.CSS("#s")))
		if want := fmt.Sprintf("%d visitor=%d", width, i+1); got != want {
			t.Errorf("page says %q, want %q", got, want)
		}
		if c := testkit.Complaints(ctx, t); len(c) > 0 {
			t.Errorf("complaints = %+v", c)
		}
	}
}

// TestScreenshot shows the whole page, in the asked colours.
func TestScreenshot(t *testing.T) {
	ctx := testkit.Browser(t)
	testkit.Act(ctx, t, chromedp.Navigate(serve(t, "", "")))
	if err := testkit.Media(ctx, "screen", "dark"); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "deep", "page.png")
	if err := testkit.Screenshot(ctx, name); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 1440 || size.Y < 3000 {
		t.Errorf("size = %v, want 1440 wide and at least 3000 high", size)
	}
	if r, _, _, _ := img.At(1400, 2000).RGBA(); r != 0 {
		t.Errorf("the ground is not black")
	}
}

// TestComplaints: each kind of trouble is told once.
func TestComplaints(t *testing.T) {
	ctx := testkit.Browser(t)
	testkit.Act(ctx, t, chromedp.Navigate(serve(t, "script-src 'nonce-x'",
		`<script>console.error("inline ran")</script>
		<script nonce="x">console.log("fine"); console.error("oops", 1); nosuch()</script>`)))
	found := testkit.Complaints(ctx, t)
	var kinds []string
	for _, c := range found {
		kinds = append(kinds, c.Kind)
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []string{"console", "csp", "exception"}) {
		t.Errorf("complaints = %+v", found)
	}
	if again := testkit.Complaints(ctx, t); len(again) > 0 {
		t.Errorf("told twice: %+v", again)
	}
}

// TestComplaintsNetwork: a file that is missing.
func TestComplaintsNetwork(t *testing.T) {
	ctx := testkit.Browser(t)
	testkit.Act(ctx, t, chromedp.Navigate(serve(t, "", `<img src="/missing.png" alt="">`)))
	found := testkit.Complaints(ctx, t)
	if len(found) != 1 || found[0].Kind != "network" || !strings.HasSuffix(found[0].URL, "/missing.png") {
		t.Errorf("complaints = %+v", found)
	}
}

// TestAxe finds what is wrong and nothing where all is well, under a strict policy too.
func TestAxe(t *testing.T) {
	ctx := testkit.Browser(t)
	const policy = "default-src 'none'; style-src 'nonce-x'; img-src data:"
	testkit.Act(ctx, t, chromedp.Navigate(serve(t, policy, "")))
	if v := testkit.Axe(ctx, t); len(v) > 0 {
		t.Errorf("violations = %v", v)
	}
	testkit.Act(ctx, t, chromedp.Navigate(serve(t, policy, `<img src="data:,">`)))
	v := testkit.Axe(ctx, t)
	if len(v) != 1 || v[0].ID != "image-alt" || v[0].Impact != "critical" || v[0].Nodes[0].Target != "img" {
		t.Errorf("violations = %v, want image-alt", v)
	}
}

// serve gives the address of a page with the body, which numbers its visitors in a cookie.
func serve(t *testing.T, policy, body string) string {
	t.Helper()
	visitors := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		if _, err := r.Cookie("visitor"); err != nil {
			visitors++
			http.SetCookie(w, &http.Cookie{Name: "visitor", Value: fmt.Sprint(visitors)})
		}
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		fmt.Fprintf(w, page, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

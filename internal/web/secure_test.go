package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/web"
)

func TestTRU18_Headers(t *testing.T) {
	w := ask(t, outer(t, catalogue(t))(web.Assets()), httptest.NewRequest(http.MethodGet, web.Asset("app.css"), nil))
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != 200 || !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestSameOrigin(t *testing.T) {
	h := outer(t, catalogue(t))(web.Func(func(http.ResponseWriter, *http.Request) error { return nil }))
	r := post("/x", "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := ask(t, h, r); w.Code != 403 || !strings.Contains(w.Body.String(), "别的网站") {
		t.Errorf("another site's form: %d %s", w.Code, w.Body)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := ask(t, h, r); w.Code != 200 {
		t.Errorf("our own form: %d", w.Code)
	}
}

func TestAssets(t *testing.T) {
	for _, name := range []string{"app.css", "app.js", "htmx.min.js", "icon.svg"} {
		r := httptest.NewRequest(http.MethodGet, web.Asset(name), nil)
		plain := ask(t, web.Assets(), r)
		r.Header.Set("Accept-Encoding", "gzip")
		packed := ask(t, web.Assets(), r)
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(b, plain.Body.Bytes()) || !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v, %v", name, err, plain.Header())
		}
	}
	if w := ask(t, web.Assets(), httptest.NewRequest(http.MethodGet, "/assets/app.css", nil)); w.Code != 404 {
		t.Errorf("a name without its content's mark: %d", w.Code)
	}
}

func TestCompress(t *testing.T) {
	text := strings.Repeat("何雨桐 ", 500)
	h := web.Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(text)) }))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "br, gzip")
	w := ask(t, h, r)
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != text || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("unpacked %d bytes, %v", len(b), err)
	}
	h = web.Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	if w := ask(t, h, r); w.Code != 204 || w.Header().Get("Content-Encoding") != "" || w.Body.Len() != 0 {
		t.Errorf("nothing became %d %v %d bytes", w.Code, w.Header(), w.Body.Len())
	}
}

func TestTRU23_RateLimit(t *testing.T) {
	now := monday
	limit := web.RateLimit(web.Rate{PerSecond: 0.1, Burst: 2}, func() time.Time { return now }, web.ByAddress)
	h := web.Chain(web.Func(func(http.ResponseWriter, *http.Request) error { return nil }), web.Speak(catalogue(t), func() time.Time { return now }, cst), limit)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	var codes []string
	for range 3 {
		codes = append(codes, strconv.Itoa(ask(t, h, r).Code))
	}
	if got := strings.Join(codes, " "); got != "200 200 429" {
		t.Errorf("answers = %s", got)
	}
	if w := ask(t, h, r); w.Header().Get("Retry-After") != "10" {
		t.Errorf("Retry-After = %q", w.Header().Get("Retry-After"))
	}
	other := httptest.NewRequest(http.MethodGet, "/", nil)
	other.RemoteAddr = "198.51.100.7:1234"
	if w := ask(t, h, other); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	now = now.Add(10 * time.Second)
	if w := ask(t, h, r); w.Code != 200 {
		t.Errorf("after the wait: %d", w.Code)
	}
}

func TestTRU23_Limits(t *testing.T) {
	var deadline bool
	h := web.Chain(web.Func(func(_ http.ResponseWriter, r *http.Request) error {
		_, deadline = r.Context().Deadline()
		return nil
	}), web.Speak(catalogue(t), func() time.Time { return monday }, cst), web.Limits(web.Limit{Body: 1 << 20, Time: time.Minute}, nil))
	if w := ask(t, h, post("/x", "a="+strings.Repeat("x", 1<<20))); w.Code != 413 || !strings.Contains(w.Body.String(), "最多 1 MB") {
		t.Errorf("a huge body: %d %s", w.Code, w.Body)
	}
	if w := ask(t, h, post("/x", "a=x")); w.Code != 200 || !deadline {
		t.Errorf("a small body: %d, deadline %v", w.Code, deadline)
	}
}

func TestTRU27_AccessLog(t *testing.T) {
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.Handle("GET /people/{name}", web.Func(func(_ http.ResponseWriter, r *http.Request) error {
		web.NoteAccount(r.Context(), "account-1")
		return nil
	}))
	h := web.Chain(mux, web.RequestIDs, web.AccessLog(slog.New(slog.NewJSONHandler(&log, nil)), func() time.Time { return monday }), web.Speak(catalogue(t), func() time.Time { return monday }, cst))
	ask(t, h, httptest.NewRequest(http.MethodGet, "/people/heyutong?q=13800138000", nil))
	line := log.String()
	if !strings.Contains(line, `"route":"GET /people/{name}"`) || !strings.Contains(line, `"account":"account-1"`) || !strings.Contains(line, `"status":200`) {
		t.Errorf("log = %s", line)
	}
	if strings.Contains(line, "heyutong") || strings.Contains(line, "13800138000") {
		t.Errorf("the log holds personal values: %s", line)
	}
}

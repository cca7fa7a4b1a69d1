package web_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/i18n"
	"zhike/internal/web"
)

// TestTRU18_Components: no component has a style attribute, a script or a handler in its HTML, or a text that is missing.
func TestTRU18_Components(t *testing.T) {
	h := outer(t, catalogue(t))(web.Func(web.ComponentsPage))
	forbidden := regexp.MustCompile(`(?i)\sstyle\s*=|\son[a-z]+\s*=|javascript:|<style|<script(?:[^>]*)>[^<]|hx-on`)
	for _, query := range []string{"", "show=work", "show=errors", "show=403", "show=404", "show=500"} {
		for _, lang := range []string{"zh", "en"} {
			w := ask(t, h, httptest.NewRequest(http.MethodGet, "/dev/components?lang="+lang+"&"+query, nil))
			body := w.Body.String()
			if found := forbidden.FindString(body); found != "" {
				t.Errorf("%s %s: %q", query, lang, found)
			}
			if strings.Contains(body, "⟦") {
				t.Errorf("%s %s: a text is missing", query, lang)
			}
			if n := strings.Count(body, "<h1"); n != 1 {
				t.Errorf("%s %s: %d h1", query, lang, n)
			}
			ids := map[string]bool{}
			for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(body, -1) {
				if ids[m[1]] {
					t.Errorf("%s %s: id %s twice", query, lang, m[1])
				}
				ids[m[1]] = true
			}
		}
	}
}

// BenchmarkPage draws a page with its shell and a work list.
func BenchmarkPage(b *testing.B) {
	c, err := i18n.New(web.Texts())
	if err != nil {
		b.Fatal(err)
	}
	h := web.Chain(web.Func(web.ComponentsPage), web.Speak(c, func() time.Time { return monday }, cst))
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/dev/components", nil))
	}
}

// tokens reads the three blocks of the design tokens: light, dark by the system, dark by choice.
func tokens(t *testing.T) (light, bySystem, byChoice map[string]string) {
	t.Helper()
	b, err := os.ReadFile("assets/src/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile(`\bcolor-scheme: (?:light|dark);`).Split(string(b), -1)
	if len(parts) != 4 {
		t.Fatalf("tokens.css has %d blocks", len(parts)-1)
	}
	read := func(s string) map[string]string {
		m := map[string]string{}
		for _, f := range regexp.MustCompile(`(--[a-z0-9-]+):\s*([^;]+);`).FindAllStringSubmatch(s, -1) {
			m[strings.TrimPrefix(f[1], "--")] = f[2]
		}
		return m
	}
	narrow := strings.Index(parts[3], "max-width")
	return read(parts[1]), read(parts[2]), read(parts[3][:narrow])
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("colour %q", hex)
	}
	channel := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

// TestUIV_Contrast computes the contrast of text on its grounds (4.5) and of controls and chart marks (3), in both themes.
func TestUIV_Contrast(t *testing.T) {
	light, dark, chosen := tokens(t)
	for name, v := range chosen {
		if dark[name] != v {
			t.Errorf("dark blocks differ in --%s: %s, %s", name, dark[name], v)
		}
	}
	type pair struct {
		front, back string
		least       float64
	}
	pairs := []pair{
		{"on-brand", "brand", 4.5},
		{"on-brand", "brand-2", 4.5},
		{"on-seal", "seal", 4.5},
		{"surface", "c4", 4.5},
		{"surface", "c1", 4.5},
		{"bad", "bad-wash", 4.5},
		{"good", "good-wash", 4.5},
		{"warn", "warn-wash", 4.5},
		{"brand", "wash", 4.5},
		{"ink", "wash", 4.5},
		{"ink-2", "wash", 4.5},
		{"ink-3", "wash", 4.5},
		{"ink", "bad-wash", 4.5},
		{"ink", "warn-wash", 4.5},
		{"surface", "bad", 4.5},
	}
	for _, ground := range []string{"bg", "surface", "sunken"} {
		for _, ink := range []string{"ink", "ink-2", "ink-3", "brand", "bad", "good", "warn"} {
			pairs = append(pairs, pair{ink, ground, 4.5})
		}
		pairs = append(pairs, pair{"control", ground, 3})
	}
	for _, mark := range []string{"c1", "c2", "c3", "c4", "c5", "c6", "seal"} {
		pairs = append(pairs, pair{mark, "surface", 3})
	}
	for theme, values := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs {
			a, b := luminance(t, values[p.front]), luminance(t, values[p.back])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < p.least {
				t.Errorf("%s: --%s on --%s is %.2f, want %.1f", theme, p.front, p.back, ratio, p.least)
			}
		}
	}
}

// TestUIG2_Weight: what a first load fetches besides the page itself stays far below the budget of 60 kB.
func TestUIG2_Weight(t *testing.T) {
	total := 0
	for _, name := range []string{"app.css", "app.js", "htmx.min.js"} {
		r := httptest.NewRequest(http.MethodGet, web.Asset(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		total += ask(t, web.Assets(), r).Body.Len()
	}
	if total > 36_000 {
		t.Errorf("the assets weigh %d bytes", total)
	}
}

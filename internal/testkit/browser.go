package testkit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"zhike/internal/testkit/child"
)

// stepLimit is how long one call of Act may take. A click waits for its element, so that a missing one would wait forever.
const stepLimit = 20 * time.Second

var errNoBrowser = errors.New("no chromium in PATH (scripts/setup.sh installs it)")

// Browser is a new page of a real Chromium, in a profile of its own without cookies, 1440 px wide. Give it to Act, the
// other functions of this file, or chromedp's. The browser is one per process and ends with it, the page with the test.
func Browser(tb testing.TB) context.Context {
	tb.Helper()
	browser, err := chromium()
	if errors.Is(err, errNoBrowser) {
		absent(tb, err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tab, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	tb.Cleanup(cancel)
	if err := Viewport(tab, 1440, 900); err != nil {
		tb.Fatalf("open a page: %v", err)
	}
	next, stop := iter.Pull2(chromedp.Console(tab))
	tb.Cleanup(stop)
	return context.WithValue(tab, consoleKey{}, &console{next: next})
}

// Act does the steps in the page, one after the other. Where one fails, or an element does not come, the test ends; what
// the page showed is in shots/failed.
func Act(ctx context.Context, tb testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	tb.Helper()
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	err := chromedp.Do(limited, steps...)
	if err == nil {
		return
	}
	file := filepath.Join(Root(tb), "shots", "failed", strings.NewReplacer("/", "_", " ", "_").Replace(tb.Name())+".png")
	if shot := Screenshot(ctx, file); shot != nil {
		tb.Logf("no screenshot: %v", shot)
	}
	tb.Fatalf("in the browser: %v (see %s)", err, file)
}

// Read gives what the action reads from the page, such as chromedp.Text or chromedp.Title. It has the limits of Act.
func Read[T any](ctx context.Context, tb testing.TB, what chromedp.Action[T]) (value T) {
	tb.Helper()
	Act(ctx, tb, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		var err error
		value, err = what(ctx, tab)
		return chromedp.Void{}, err
	})
	return value
}

// Viewport sets the size of the page in CSS pixels.
func Viewport(ctx context.Context, width, height int64) error {
	return chromedp.Do(ctx, chromedp.EmulateViewport(width, height))
}

// Media sets what the page is told of its medium ("screen" or "print") and of the person's colour scheme ("light" or
// "dark").
func Media(ctx context.Context, medium, scheme string) error {
	return chromedp.Do(ctx, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media:    medium,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	})
}

// Screenshot writes the whole page, beyond the viewport too, as a PNG file; the folder is made where it is missing.
func Screenshot(ctx context.Context, file string) error {
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	shot, err := chromedp.Run(limited, chromedp.FullScreenshot(100))
	if err != nil {
		return fmt.Errorf("take a screenshot: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, shot, 0o600)
}

// Complaint is something that the browser had to say against the page: an error on the console, an exception that
// nothing caught, a file that did not load, a breach of the content security policy.
type Complaint struct {
	Kind string // "console", "exception", "network" or "csp"
	Text string
	URL  string
}

// Complaints are the complaints since the last call, oldest first.
func Complaints(ctx context.Context, tb testing.TB) (found []Complaint) {
	tb.Helper()
	c, ok := ctx.Value(consoleKey{}).(*console)
	if !ok {
		tb.Fatal("the context is not one of testkit.Browser")
	}
	// The console is read up to a mark of our own, so that nothing that was written before is missed.
	c.marks++
	mark := fmt.Sprintf("testkit mark %d", c.marks)
	Read(ctx, tb, chromedp.Evaluate[*chromedp.Void](fmt.Sprintf("console.debug(%q)", mark)))
	for {
		m, err, ok := c.next()
		if !ok || err != nil {
			tb.Fatalf("read the console of the page: %v", err)
		}
		if m.Type == chromedp.ConsoleDebug && m.Text == mark {
			return found
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException {
			found = append(found, Complaint{Kind: kind(m), Text: m.Text, URL: m.URL})
		}
	}
}

type consoleKey struct{}

type console struct {
	next  func() (chromedp.ConsoleMessage, error, bool)
	marks int
}

func kind(m chromedp.ConsoleMessage) string {
	switch {
	case strings.Contains(m.Text, "Content Security Policy"):
		return "csp"
	case m.Type == chromedp.ConsoleException:
		return "exception"
	case m.Source == "network":
		return "network"
	default:
		return "console"
	}
}

// chromium starts the browser of this process at the first call.
var chromium = sync.OnceValues(func() (context.Context, error) {
	program := child.Find([]string{"chromium", "chromium-browser", "google-chrome"}, nil)
	if program == "" {
		return nil, errNoBrowser
	}
	var profile string
	c, err := child.Start(child.Spec{Name: "chromium", Stop: "KILL", Program: func(dir string) []string {
		profile = filepath.Join(dir, "profile")
		return append([]string{program}, flags(profile)...)
	}})
	if err != nil {
		return nil, err
	}
	var address string
	err = c.Until(30*time.Second, func() bool {
		// The browser writes its port and its path there when it listens.
		text, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		port, path, found := strings.Cut(strings.TrimSpace(string(text)), "\n")
		address = "ws://127.0.0.1:" + port + path
		return err == nil && found
	})
	if err != nil {
		return nil, fmt.Errorf("start chromium: %w", err)
	}
	// The browser is there until the process ends, so nothing is cancelled.
	ctx, _ := remote.NewAllocator(context.Background(), address, remote.NoModifyURL)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
})

func flags(profile string) []string {
	return []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-dev-shm-usage", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
		"--disable-features=Translate,OptimizationHints,MediaRouter", "--disable-domain-reliability", "--metrics-recording-only",
		"--password-store=basic", "--no-pings",
		// The same pixels on every machine, and nothing that moves while it is looked at.
		"--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none", "--force-prefers-reduced-motion",
		"--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank",
	}
}

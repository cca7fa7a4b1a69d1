package testkit

import (
	"context"
	_ "embed" // axe-core
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeScript is axe-core 4.14.1 as released (internal/testkit/axe, MPL-2.0).
//
//go:embed axe/axe.min.js
var axeScript string

// axeRun runs the rules of WCAG 2.2 to level AA and axe's best practices, and flattens what they found.
const axeRun = `axe.run(document, {
	resultTypes: ["violations"],
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}).then(r => r.violations.map(v => ({
	id: v.id, impact: v.impact || "", help: v.help, url: v.helpUrl,
	nodes: v.nodes.map(n => ({target: n.target.flat(9).join(" "), html: n.html, summary: n.failureSummary || ""})),
})))`

// AxeViolation is a rule of accessibility that the page breaks.
type AxeViolation struct {
	ID     string    `json:"id"`     // such as color-contrast
	Impact string    `json:"impact"` // minor, moderate, serious, critical
	Help   string    `json:"help"`
	URL    string    `json:"url"` // the page that explains the rule
	Nodes  []AxeNode `json:"nodes"`
}

// AxeNode is a place that breaks a rule.
type AxeNode struct {
	Target  string `json:"target"` // a CSS selector
	HTML    string `json:"html"`
	Summary string `json:"summary"` // how to mend it
}

// String is the violation with its places, for the message of a test.
func (v AxeViolation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, "\n  %s  %s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n    "))
	}
	return b.String()
}

// Axe looks at the page with axe-core, as it is now. The page's content security policy does not hinder it.
func Axe(ctx context.Context, tb testing.TB) []AxeViolation {
	tb.Helper()
	if !Read(ctx, tb, chromedp.Evaluate[bool]("typeof axe !== 'undefined'")) {
		Read(ctx, tb, chromedp.Evaluate[bool](axeScript+";true"))
	}
	return Read(ctx, tb, chromedp.Evaluate[[]AxeViolation](axeRun, func(p *runtime.EvaluateParams) {
		chromedp.EvalAwaitPromise(p)
		chromedp.EvalAsValue(p)
	}))
}

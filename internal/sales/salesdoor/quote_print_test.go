package salesdoor_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestPRC6_WaitingQuoteIsNotPrinted: a quote whose discount waits for approval says on paper that it is not approved and nothing else, not even
// its amount in the title; one that holds prints as it is.
func TestPRC6_WaitingQuoteIsNotPrinted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		quoteOf := func(discount money.Fen) string {
			t.Helper()
			e, visit := visited(t, s)
			p := open(s.Consultant(s.HD), t, s)
			p.post("/visits/"+visit.ID.String()+"/finish", http.StatusSeeOther, "course_id", s.Course.String(), "needs.goal", "口语", "outcome", "quote")
			q, err := sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: discount, Reason: "团购"})
			if err != nil {
				t.Fatal(err)
			}
			return p.get("/quotes/"+q.ID.String(), http.StatusOK)
		}
		waits, holds := quoteOf(money.Yuan(3456)), quoteOf(0)
		title, _, _ := strings.Cut(waits, "</title>")
		if !strings.Contains(waits, "unprinted") || !strings.Contains(waits, "没有批准，不能打印") || strings.Contains(waits, "data-print") || strings.Contains(title, "15,744") {
			t.Errorf("a waiting quote can be printed: %s", title)
		}
		if strings.Contains(holds, "unprinted") || !strings.Contains(holds, "data-print") {
			t.Error("a quote that holds cannot be printed")
		}
		style, err := os.ReadFile("../../web/assets/dist/app.css")
		if err != nil || !strings.Contains(string(style), ".main:has(>.unprinted)>:not(.unprinted)") {
			t.Errorf("paper shows what waits for approval: %v", err)
		}
	})
}

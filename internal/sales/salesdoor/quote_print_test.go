package salesdoor_test

import (
	"net/http"
	"net/http/httptest"
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

// TestSAL7_ExpiredQuoteIsCalledSo: on its last day a quote is in force and leads to the contract; the day after it is called expired, on its
// page and on the enquiry's, and makes none.
func TestSAL7_ExpiredQuoteIsCalledSo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, visit := visited(t, s)
		p := open(s.Consultant(s.HD), t, s)
		p.post("/visits/"+visit.ID.String()+"/finish", http.StatusSeeOther, "course_id", s.Course.String(), "needs.goal", "口语", "outcome", "quote")
		q, err := sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}})
		if err != nil {
			t.Fatal(err)
		}
		pages := []string{"/quotes/" + q.ID.String(), "/enquiries/" + e.ID.String()}
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 14))
		for _, page := range pages {
			if text := p.get(page, http.StatusOK); !strings.Contains(text, ">有效<") || strings.Contains(text, "已过有效期") {
				t.Errorf("%s does not call a quote in force so", page)
			}
		}
		p.wants(p.get(pages[0], http.StatusOK), "做合同")
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 1))
		for _, page := range pages {
			if text := p.get(page, http.StatusOK); !strings.Contains(text, "已过有效期") || strings.Contains(text, ">有效<") || strings.Contains(text, "做合同") {
				t.Errorf("%s calls an expired quote one in force", page)
			}
		}
		p.wants(p.get(pages[1], http.StatusOK), "报价已过有效期：重新报价")
		if to := p.do(httptest.NewRequestWithContext(t.Context(), http.MethodGet, pages[1]+"/step/contract", nil)).Header().Get("Location"); to != pages[1]+"/quote" {
			t.Errorf("the next step leads to %s", to)
		}
	})
}

package insightdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/finance"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// homeOf draws the home page of a role for a viewer.
func homeOf(t *testing.T, s *testkit.School, role string, viewer context.Context, path string) string {
	t.Helper()
	page, ok := insightdoor.Home(s.Ops, role)
	if !ok {
		t.Fatalf("no home of %s", role)
	}
	who, _ := op.ViewerOf(viewer)
	handler := web.Chain(page, web.Speak(s.App.Catalogue, s.Clock.Now, s.Dir.Zone(s.HD)))
	var out string
	for _, lang := range []string{"en", "zh"} {
		r := httptest.NewRequestWithContext(op.WithViewer(t.Context(), who), http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if out = w.Body.String(); w.Code != http.StatusOK || strings.Contains(out, "⟦") {
			t.Fatalf("GET %s (%s) = %d\n%s", path, lang, w.Code, textOf(out))
		}
	}
	return out
}

var (
	markup = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

func textOf(page string) string {
	return blanks.ReplaceAllString(markup.ReplaceAllString(page, " "), " ")
}

// TestUIH_Principal: the day's figures with their lists, whom the center kept waiting, and who has how much to do.
func TestUIH_Principal(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		late, old := s.Enquiry(t, s.HD), s.Enquiry(t, s.CY)
		s.Exec(t, "UPDATE enquiries SET breached = TRUE WHERE id = ?", late.ID)
		s.Exec(t, "UPDATE enquiries SET breached = TRUE, center = ?, consultant = NULL, entered_day = entered_day - 14 WHERE id = ?", s.HD, old.ID)
		s.Contract(t, s.CY)
		_, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(200)})
		if err != nil {
			t.Fatal(err)
		}
		page := homeOf(t, s, "principal", s.Principal(s.HD), "/")
		shown := textOf(page)
		for _, want := range []string{"海淀校区", "打开销售日报", "线索 2", "到访 1", "签约 1", "现金收入 ¥200", "consultant@HD"} {
			if !strings.Contains(shown, want) {
				t.Errorf("the page lacks %q: %s", want, shown)
			}
		}
		for _, link := range []string{
			"/payments?center=&amp;from=2026-06-03&amp;until=2026-06-03", "/contracts?center=&amp;signed_from=2026-06-03&amp;signed_until=2026-06-03", "/reports/daily-sales?",
			"/enquiries?consultant=" + s.StaffID(s.Consultant(s.HD)).String() + "&amp;outcome=open",
		} {
			if !strings.Contains(page, link) {
				t.Errorf("no figure leads to %s", link)
			}
		}
		if !strings.Contains(page, "/enquiries/"+late.ID.String()) || strings.Contains(page, "/enquiries/"+old.ID.String()) {
			t.Errorf("late first contacts are those of 14 days: %s", shown)
		}
		if strings.Contains(page, s.StaffID(s.Consultant(s.CY)).String()) {
			t.Error("another center's consultant is shown")
		}
	})
}

// TestUIH_GeneralManager: the month beside the one before, and a row a center whose figures open its own records.
func TestUIH_GeneralManager(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		if page := textOf(homeOf(t, s, "general-manager", s.GM(), "/")); !strings.Contains(page, "2026 年 5 月还没有数据。") {
			t.Errorf("the last whole month: %s", page)
		}
		c := s.Contract(t, s.HD)
		s.Contract(t, s.CY)
		_, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(9_200)})
		if err != nil {
			t.Fatal(err)
		}
		page := homeOf(t, s, "general-manager", s.GM(), "/?month=2026-06-01")
		shown := textOf(page)
		for _, want := range []string{"签约 2 单，比上月多 2", "海淀校区", "朝阳校区", "全部校区"} {
			if !strings.Contains(shown, want) {
				t.Errorf("the page lacks %q: %s", want, shown)
			}
		}
		for _, center := range []fmt.Stringer{s.HD, s.CY} {
			if link := "/contracts?center=" + center.String() + "&amp;signed_from=2026-06-01&amp;signed_until=2026-06-03"; !strings.Contains(page, link) {
				t.Errorf("no figure leads to %s", link)
			}
		}
	})
}

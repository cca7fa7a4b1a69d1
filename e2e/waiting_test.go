//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestUIB3_Waiting: what takes long says so: busy at once, the shape of what comes after a second, a way to stop it after two; stopped, the
// page is as it was.
func TestUIB3_Waiting(t *testing.T) {
	s, st := desked(t)
	_, a := s.Appointment(t, s.HD)
	v, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}); err != nil {
		t.Fatal(err)
	}
	behind, err := url.Parse(st.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(behind)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/price") {
			select { // as long as the test looks at it
			case <-r.Context().Done():
				return
			case <-time.After(30 * time.Second):
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(slow.Close)
	st.base = slow.URL
	u := st.as(t, "consultant", s.HD)
	testkit.Act(u.tab, t, chromedp.Navigate(st.base+"/enquiries/"+v.Enquiry.String()+"/quote"))
	u.reads("¥19,200.00")
	u.typed("discount_fen", "100")
	u.until(`document.querySelector("#price").getAttribute("aria-busy") === "true"`)
	u.until(`document.querySelector("#price").matches(".waiting") && getComputedStyle(document.querySelector("#price b")).visibility === "hidden"`)
	u.until(`document.querySelector("#status [data-waiting] button") !== null`)
	u.clickOn("#status [data-waiting] button")
	u.until(`!document.querySelector("#price").matches(".waiting, [aria-busy]") && document.querySelector("#status [data-waiting]") === null`)
	u.reads("¥19,200.00")
}

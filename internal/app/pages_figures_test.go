package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

var (
	reportPart = regexp.MustCompile(`(?s)<div class="report">.*?</table>`)
	figureLink = regexp.MustCompile(`(?s)<a class="n[^"]*" href="([^"]*)">\s*([^<\s]+)`)
	listCount  = regexp.MustCompile(`共 ([\d,]+) 条`)
)

// Whoever sees a figure of the report and may see its records opens as many of them as it says; who may not see them is offered no link.
func TestUIG10_FiguresOpenToTheirCount(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		aDay(t, s)
		base := serve(t, s, app.PageOptions{})
		for _, c := range []struct {
			role   string
			center id.ID
			opens  []string // lists that figures lead to
		}{
			{"general-manager", id.None, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments"}},
			{"principal", s.HD, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments"}},
			{"front-desk", s.CY, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments"}},
			{"consultant", s.HD, []string{"/appointments", "/visits", "/contracts"}},
			{"finance", s.HD, []string{"/contracts", "/payments"}},
			{"marketing", id.None, nil},
		} {
			v := signedIn(t, s, base, c.role, c.center)
			opened := map[string]bool{}
			for _, by := range []string{"center", "consultant", "channel", "day"} {
				page := v.get("/reports/daily-sales?by=" + by)
				if c.role == "consultant" && by == "channel" { // the own figures are not kept by channel
					page.want(t, http.StatusUnprocessableEntity)
					continue
				}
				page.want(t, http.StatusOK)
				v.openFigures(t, c.role+" by "+by, reportPart.FindString(page.body), opened)
			}
			for _, path := range c.opens {
				if !opened[path] {
					t.Errorf("%s: no figure opens %s", c.role, path)
				}
				delete(opened, path)
			}
			if len(opened) > 0 {
				t.Errorf("%s: figures open %v", c.role, opened)
			}
		}
	})
}

// openFigures opens each figure of a table and compares it with the list that it leads to.
func (v visitor) openFigures(t *testing.T, who, table string, opened map[string]bool) {
	t.Helper()
	for _, m := range figureLink.FindAllStringSubmatch(table, -1) {
		path, _, _ := strings.Cut(m[1], "?")
		opened[path] = true
		list := v.get(m[1])
		list.want(t, http.StatusOK)
		count := listCount.FindStringSubmatch(list.body)
		switch {
		case !strings.HasPrefix(m[2], "¥") && (count == nil || count[1] != m[2]):
			t.Errorf("%s: %s says %s, the list %v", who, m[1], m[2], count)
		case strings.HasPrefix(m[2], "¥") && !strings.Contains(list.body, m[2]):
			t.Errorf("%s: %s says %s, not so the list", who, m[1], m[2])
		}
	}
}

// aDay brings some of everything that the daily report counts, at both centers and from two consultants of one.
func aDay(t *testing.T, s *testkit.School) {
	t.Helper()
	for center, yuan := range map[id.ID]int64{s.HD: 9_000, s.CY: 7_200} {
		c := s.Contract(t, center)
		if _, err := finance.TakePayment.Run(s.FrontDesk(center), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(yuan)}); err != nil {
			t.Fatal(err)
		}
		s.Enquiry(t, center)
		_, a := s.Appointment(t, center)
		if _, err := sales.CheckIn.Run(s.FrontDesk(center), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
			t.Fatal(err)
		}
	}
	other := s.Enquiry(t, s.HD)
	in := sales.AssignInput{EnquiryID: other.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "by-hand"}
	if _, err := sales.Assign.Run(s.Principal(s.HD), s.Ops, in); err != nil {
		t.Fatal(err)
	}
}

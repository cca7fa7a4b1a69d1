package app_test

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

var (
	reportPart   = regexp.MustCompile(`(?s)<div class="report">.*?</table>`)
	figureLink   = regexp.MustCompile(`(?s)<a class="n[^"]*" href="([^"]*)">\s*([^<\s]+)`)
	closedFigure = regexp.MustCompile(`<span class="n[^"]*">\s*[^<\s—–-][^<]*`)
	pageHeading  = regexp.MustCompile(`(?s)<h1.*?</h1>`)
	listCount    = regexp.MustCompile(`共 ([\d,]+) 条`)
)

// Whoever sees a figure of the report and may see its records opens as many of them as it says; who may not see them is offered no link.
func TestUIG10_FiguresOpenToTheirCount(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		aDay(t, s)
		base := serve(t, s, app.PageOptions{})
		const cases = "/reports/daily-sales/cases"
		for _, c := range []struct {
			role   string
			center id.ID
			opens  []string // lists that figures lead to, besides the cases of a cell
		}{
			{"general-manager", id.None, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments", cases}},
			{"principal", s.HD, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments", cases}},
			{"front-desk", s.CY, []string{"/enquiries", "/appointments", "/visits", "/contracts", "/payments", cases}},
			{"consultant", s.HD, []string{"/appointments", "/visits", "/contracts", cases}},
			{"finance", s.HD, []string{"/contracts", "/payments", cases}},
			{"marketing", id.None, []string{cases}},
		} {
			v := signedIn(t, s, base, c.role, c.center)
			opened := map[string]bool{}
			for _, by := range []string{"center", "region", "consultant", "channel", "kind", "day"} {
				page := v.get("/reports/daily-sales?by=" + by)
				if c.role == "consultant" && (by == "channel" || by == "kind") { // the own figures are not kept by channel
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

// Each figure of each report opens: to a list that states the same, or to its cases, which state it in their heading.
func TestUIG10_EveryReportOpens(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		aDay(t, s)
		aCampaign(t, s)
		v := signedIn(t, s, serve(t, s, app.PageOptions{}), "general-manager", id.None)
		for _, path := range []string{
			"/reports/campaigns", "/reports/campaigns?by=channel&model=linear", "/reports/channels?model=position&by=month", "/reports/funnel", "/reports/funnel?by=campaign", "/reports/funnel?basis=cohort&by=kind",
			"/reports/consultants", "/reports/targets", "/reports/targets?metric=leads&by=consultant", "/reports/referrals", "/reports/referrals?by=region", "/reports/promotions",
		} {
			page := v.get(path)
			page.want(t, http.StatusOK)
			table := reportPart.FindString(page.body)
			closed := slices.DeleteFunc(closedFigure.FindAllString(table, -1), func(s string) bool { return strings.HasSuffix(s, "例数太少") }) // no figure
			if len(closed) > 0 {
				t.Errorf("%s: %d figures open nothing: %q", path, len(closed), closed[:min(len(closed), 5)])
			}
			v.openFigures(t, path, table, map[string]bool{})
		}
	})
}

// aCampaign is a campaign with a cost, whose prospect came by another one too, signed and brought somebody.
func aCampaign(t *testing.T, s *testkit.School) {
	t.Helper()
	var keys []id.ID
	for _, name := range []string{"开放日", "公开课"} {
		in := testkit.Campaign(t, s, id.None)
		in.Name = name
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		s.Approve(t, c.ID)
		if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "venue", Amount: money.Yuan(1_001), Document: "票-" + name}); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, c.ID)
	}
	e, err := sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{
		Person: &people.RegisterInput{Name: "何雨桐"}, CenterID: s.HD, ConsultantID: s.StaffID(s.Consultant(s.HD)), ChannelID: s.Web, CourseID: s.Course, CampaignID: keys[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	if _, err := sales.AddLead.Run(s.FrontDesk(s.HD), s.Ops, sales.AddLeadInput{EnquiryID: e.ID, CampaignID: keys[1]}); err != nil {
		t.Fatal(err)
	}
	s.Sign(t, s.HD, e)
	s.Reward(t, s.HD, e.PersonID)
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
}

// openFigures opens each figure of a table and compares it with the list that it leads to.
func (v visitor) openFigures(t *testing.T, who, table string, opened map[string]bool) {
	t.Helper()
	for _, m := range figureLink.FindAllStringSubmatch(table, -1) {
		path, _, _ := strings.Cut(m[1], "?")
		opened[path] = true
		list := v.get(html.UnescapeString(m[1]))
		list.want(t, http.StatusOK)
		if strings.HasSuffix(path, "/cases") { // what they add up to is the figure: insight.TestUIB1_EveryFigureOpens
			if h1 := pageHeading.FindString(list.body); !strings.Contains(h1, m[2]) {
				t.Errorf("%s: %s says %s, its cases %s", who, m[1], m[2], h1)
			}
			continue
		}
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

package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// busier gives every list of the school one row more, each time another number.
func busier(t *testing.T, s *testkit.School, n int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	desk, consultant, code := s.FrontDesk(s.HD), s.Consultant(s.HD), fmt.Sprint("Q", n)
	e := s.Enquiry(t, s.HD)
	_, err := people.LinkGuardian.Run(consultant, s.Ops, people.LinkGuardianInput{PersonID: e.PersonID, GuardianID: s.Enquiry(t, s.HD).PersonID, Relation: "mother"})
	must(err)
	_, err = sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: s.Enquiry(t, s.HD).ID, Reason: "price"})
	must(err)
	s.Appointment(t, s.HD)
	signed := s.Contract(t, s.HD)
	paid, err := finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: signed.ID, Method: "wechat", Amount: 100_000})
	must(err)
	_, err = finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: paid.ID, Reason: "x"})
	must(err)
	_, a := s.Appointment(t, s.HD)
	v, err := sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	must(err)
	if n%2 == 0 {
		_, err = sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"})
		must(err)
		_, err = sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: v.Enquiry, Packages: []id.ID{s.Package}, Discount: 345_600, Reason: "团购"})
		must(err)
	}
	_, err = sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{Name: "何雨桐", CourseID: s.Course, CenterID: s.HD})
	must(err)
	_, err = organization.AddStaff.Run(s.IT(), s.Ops, organization.StaffInput{Code: code, Name: code})
	must(err)
	_, err = organization.AddRoom.Run(s.IT(), s.Ops, organization.RoomInput{CenterID: s.HD, Name: code, Seats: 12})
	must(err)
	_, err = organization.AddSpecialDay.Run(s.System(), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 30 + bizdate.Date(n), Kind: "closed", NameZH: "装修", NameEN: "Works"})
	must(err)
	_, err = rollout.GiveFeedback.Run(consultant, s.Ops, rollout.GiveFeedbackInput{Category: "unclear", Said: code, Page: "/enquiries"})
	must(err)
	_, err = marketing.AddChannel.Run(s.Marketing(), s.Ops, marketing.ChannelInput{Code: strings.ToLower(code), NameZH: code, NameEN: code, FirstContactMinutes: 30})
	must(err)
}

// pageAsks gives the statements that each page without a record in its path sends, by role and path.
func pageAsks(t *testing.T, s *testkit.School, visitors map[string]visitor) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for role, v := range visitors {
		for _, path := range testkit.PageRoutes(t) {
			path = strings.Replace(path, "{$}", "", 1)
			if strings.Contains(path, "{") || strings.HasPrefix(path, "/assets") || strings.HasPrefix(path, "/dev") {
				continue
			}
			if path == "/ask" {
				path += "?q=何雨桐"
			}
			paths := []string{path}
			if path == "/enquiries" { // drawn in other ways, with the same filters
				paths = append(paths, path+"?as=board", path+"?as=calendar", path+"?as=calendar&span=month")
			}
			askPaths(t, s, v, role, paths, out)
		}
	}
	return out
}

// askPaths notes how many statements some pages send.
func askPaths(t *testing.T, s *testkit.School, v visitor, role string, paths []string, out map[string]int64) {
	t.Helper()
	for _, path := range paths {
		for range 3 { // what is kept in memory is read once, and sessions now and then
			before := s.Asked()
			a := v.get(path)
			if a.status >= http.StatusInternalServerError {
				t.Errorf("%s %s: %d", role, path, a.status)
			}
			if a.status != http.StatusOK {
				break
			}
			if n, known := out[role+" "+path]; !known || s.Asked()-before < n {
				out[role+" "+path] = s.Asked() - before
			}
		}
	}
}

// atOnce is how many statements more a page may send: one for the total of each list that fits on its page no longer.
const atOnce = 2

// TestPRF_NoQueryPerRow: every page without a record in its path, for every role, sends as many statements for three times the rows. Saved
// views count their lists, at most eight of them, which are there from the beginning.
func TestPRF_NoQueryPerRow(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base, visitors := serve(t, s, app.PageOptions{}), map[string]visitor{}
		for _, role := range []string{"principal", "front-desk", "consultant", "finance"} {
			visitors[role] = signedIn(t, s, base, role, s.HD)
		}
		for _, role := range []string{"general-manager", "it", "marketing"} {
			visitors[role] = signedIn(t, s, base, role, id.None)
		}
		for n := range 8 {
			_, err := organization.SaveView.Run(s.Consultant(s.HD), s.Ops, organization.SaveViewInput{List: "/enquiries", Name: fmt.Sprint("Q", n), Query: "due=today", Shared: "center"})
			if err != nil {
				t.Fatal(err)
			}
		}
		for n := range 2 {
			busier(t, s, n)
		}
		s.Clock.Set(s.Clock.Now().Add(2 * time.Hour)) // some are late, some missed
		settle(t, s)
		few := pageAsks(t, s, visitors)
		s.Clock.Set(testkit.Morning)
		for n := range 4 {
			busier(t, s, 2+n)
		}
		s.Clock.Set(s.Clock.Now().Add(2 * time.Hour))
		settle(t, s)
		many := pageAsks(t, s, visitors)
		if len(few) < 100 {
			t.Errorf("only %d pages were shown", len(few))
		}
		for _, page := range slices.Sorted(maps.Keys(few)) {
			if more := many[page] - few[page]; more > atOnce {
				t.Errorf("%s: %d statements, for three times the rows %d", page, few[page], many[page])
			}
		}
		t.Logf("%d pages", len(few))
	})
}

package marketingdoor_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// running is an approved campaign by which some came, of whom as many signed.
func running(t *testing.T, s *testkit.School, came, signed int) id.ID {
	t.Helper()
	c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, s.HD))
	if err != nil {
		t.Fatal(err)
	}
	s.Approve(t, c.ID)
	for n := range came {
		e, err := sales.Enter.Run(s.Principal(s.HD), s.Ops, sales.EnterInput{
			Person: &people.RegisterInput{Name: fmt.Sprintf("何雨桐%d", n)}, CenterID: s.HD, ConsultantID: s.StaffID(s.Consultant(s.HD)), ChannelID: s.Web, CourseID: s.Course, CampaignID: c.ID,
		})
		if err != nil {
			t.Fatal(err)
		}
		if n < signed {
			s.Sign(t, s.HD, e)
		}
	}
	return c.ID
}

// row is the row of a table that reads some words.
func row(page, words string) string {
	for tr := range strings.SplitSeq(page, "<tr ") {
		if tr, _, _ = strings.Cut(tr, "</tr>"); strings.Contains(tr, words) && strings.Contains(tr, "<td") {
			return tr
		}
	}
	return ""
}

// Every figure of the campaign's page opens to as many cases as it counts (UI-B1, MKT-3).
func TestMKT3_FiguresOpen(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := running(t, s, 3, 1)
		p := open(s.Marketing(), t, s)
		page := p.get("/campaigns/"+key.String(), http.StatusOK)
		link := regexp.MustCompile(`href="(/campaigns/[0-9a-f-]+/cases/([a-z]+))"[^>]*>\s*([0-9,]+)`)
		want := map[string]string{"leads": "3", "qualified": "", "appointments": "1", "visits": "1", "contracts": "1"}
		seen := map[string]string{}
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			seen[m[2]] = m[3]
			list := p.get(m[1], http.StatusOK)
			if rows := strings.Count(list, "<tr ") - 2; fmt.Sprint(rows) != m[3] {
				t.Errorf("%s reads %s and opens to %d cases", m[2], m[3], rows)
			}
		}
		for step, n := range want {
			if got, ok := seen[step]; !ok || n != "" && got != n {
				t.Errorf("%s: opens %t, reads %q, want %q", step, ok, got, n)
			}
		}
	})
}

// The links of a campaign stand beside those of comparable ones that have closed; without any the column is empty (MKT-6).
func TestMKT6_ComparableColumn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := running(t, s, 4, 2)
		p := open(s.Marketing(), t, s)
		alone := p.get("/campaigns/"+old.String(), http.StatusOK)
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 30))
		if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: old, Lesson: "海报位置要好", Release: true}); err != nil {
			t.Fatal(err)
		}
		beside := p.get("/campaigns/"+running(t, s, 2, 0).String(), http.StatusOK)
		like := func(page, link string) string {
			cells := strings.Split(row(page, link), "<td")
			if len(cells) < 7 {
				t.Fatalf("no row of %s: %s", link, words(page))
			}
			return strings.TrimSpace(words("<td" + cells[5]))
		}
		if got := like(alone, "线索数量"); got != "–" {
			t.Errorf("without a comparable campaign: %q", got)
		}
		p.wants(beside, "同类")
		if got := like(beside, "线索数量"); !strings.HasPrefix(got, "4") {
			t.Errorf("leads of the comparable campaign read %q, want 4: %s", got, words(beside))
		}
	})
}

// What a yuan brought stands with its interval and its contracts, as what a case cost does, and says so where they are too few (MKT-5).
func TestMKT5_CashPerYuanWithItsInterval(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.Marketing(), t, s)
		for signed, want := range map[int]string{1: "只有 1 例，太少", 20: "，20 例）"} {
			key := running(t, s, signed+1, signed)
			if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: key, Category: "media", Amount: 100_00, Document: "FP-1"}); err != nil {
				t.Fatal(err)
			}
			page := words(p.get("/campaigns/"+key.String(), http.StatusOK))
			_, ratio, found := strings.Cut(page, "每花 1 元收回")
			if ratio, _, _ = strings.Cut(ratio, "还在通常"); !found || !strings.Contains(ratio, want) {
				t.Errorf("%d contracts: %q, want %q", signed, ratio, want)
			}
		}
	})
}

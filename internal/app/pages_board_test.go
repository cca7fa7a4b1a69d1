package app_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

var (
	boardPart = regexp.MustCompile(`(?s)<div class="lanes board".*?</dialog>`)
	moveLink  = regexp.MustCompile(`href="(/enquiries/[0-9a-f-]{36}/to/[a-z]+[^"]*)"`)
)

// The three ways to draw the list are of the same enquiries: filters, search and saved views stay when one goes from one to another, and
// each figure of the board opens the list of as many (SAL-15, UI-G 10).
func TestSAL15_SameViews(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		for range 3 {
			s.Enquiry(t, s.HD)
			s.Appointment(t, s.HD)
		}
		s.Contract(t, s.HD)
		s.Enquiry(t, s.CY)
		settle(t, s)
		_, err := organization.SaveView.Run(s.Principal(s.HD), s.Ops, organization.SaveViewInput{List: "/enquiries", Name: "在谈", Query: "outcome=open", Shared: "center"})
		if err != nil {
			t.Fatal(err)
		}
		gm, principal := signedIn(t, s, base, "general-manager", id.None), signedIn(t, s, base, "principal", s.HD)
		board := gm.get("/enquiries?as=board&center=all")
		opened := map[string]bool{}
		gm.openFigures(t, "board", boardPart.FindString(board.body), opened)
		if !opened["/enquiries"] {
			t.Error("no figure of the board opens")
		}
		for _, as := range []string{"", "board", "calendar"} {
			a := principal.get("/enquiries?outcome=open&as=" + as)
			a.want(t, http.StatusOK, "在跟进")
			href, current, count := a.savedTab(t, "在谈")
			if !current || count != "6" || as != "" && !strings.Contains(href, "as="+as) {
				t.Errorf("%q: the view leads to %q, is current %t, counts %q", as, href, current, count)
			}
			for _, other := range []string{"", "as=board", "as=calendar"} {
				want := "/enquiries?" + strings.Trim(other+"&outcome=open", "&")
				if !strings.Contains(html.UnescapeString(a.body), `href="`+want+`"`) {
					t.Errorf("%q: nothing leads to %s", as, want)
				}
			}
			if kept := a.hidden(t, "query"); kept != "outcome=open" {
				t.Errorf("%q: a view would keep %q", as, kept)
			}
			if _, _, n := principal.get("/enquiries?q=heyutong&as="+as).savedTab(t, "全部"); n != "7" {
				t.Errorf("%q: a search finds %s", as, n)
			}
		}
		principal.get("/enquiries?as=board&q=nobody").want(t, http.StatusOK, "去掉")
		principal.get("/enquiries?as=calendar&day=2020-01-01").want(t, http.StatusOK, "这几天没有安排")
	})
}

// Without script a card is moved by pages: the menu names each stage with its step or why not, the step is a form, and it leads back to the
// board. Where the facts forbid it, or the role has not the right, there is no form.
func TestSAL15_MoveByPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		e := s.Enquiry(t, s.HD)
		consultant, desk := signedIn(t, s, base, "consultant", s.HD), signedIn(t, s, base, "front-desk", s.HD)
		at := "/enquiries/" + e.ID.String()
		menu := consultant.get(at + "/to?back=/enquiries%3Fas%3Dboard")
		menu.want(t, http.StatusOK, "记录一次跟进", "没有约访", "需求分析")
		var links []string
		for _, m := range moveLink.FindAllStringSubmatch(menu.body, -1) {
			links = append(links, strings.TrimPrefix(html.UnescapeString(m[1]), at+"/to/"))
		}
		if got := fmt.Sprint(links); got != "[contacted?back=%2Fenquiries%3Fas%3Dboard invited?back=%2Fenquiries%3Fas%3Dboard lost?back=%2Fenquiries%3Fas%3Dboard]" {
			t.Errorf("the menu leads to %s", got)
		}
		form := consultant.get(at + "/to/contacted?back=/enquiries%3Fas%3Dboard")
		form.want(t, http.StatusOK, `action="`+at+`/call?back=%2Fenquiries%3Fas%3Dboard`)
		consultant.post(at+"/call?back=/enquiries%3Fas%3Dboard", "channel", "call", "result", "discuss", "next_step", "call-back", "next_day", testkit.Morning.AddDate(0, 0, 1).Format(time.DateOnly)).wantTo(t, "/enquiries?as=board")
		consultant.get(at+"/to/contacted").want(t, http.StatusOK, "它已经在“已联系”。")
		consultant.get(at+"/to/visited").want(t, http.StatusOK, "没有约访", "下一步：约到校区看看")
		consultant.get(at+"/to/quoted").want(t, http.StatusOK, "需求分析", "下一步：约到校区看看")
		desk.get(at+"/to/quoted").want(t, http.StatusOK, "需求分析")
		desk.get(at+"/to/x").want(t, http.StatusNotFound)
		consultant.get("/enquiries/"+s.Enquiry(t, s.CY).ID.String()+"/to").want(t, http.StatusNotFound)

		invited, a := s.Appointment(t, s.HD)
		at = "/enquiries/" + invited.ID.String()
		consultant.get(at+"/to/visited").want(t, http.StatusOK, "到访由前台签到")
		desk.get(at+"/to/contacted").want(t, http.StatusOK, "不会退回")
		desk.get(at+"/to/visited?back=/enquiries%3Fas%3Dboard").want(t, http.StatusOK, `value="`+a.ID.String()+`"`)
		desk.post("/visits", "appointment_id", a.ID.String(), "_next", "/enquiries?as=board").wantTo(t, "/enquiries?as=board")
		lost := "/enquiries/" + s.Enquiry(t, s.HD).ID.String() + "/lose?back=/enquiries%3Fas%3Dboard"
		consultant.post(lost, "reason", "price").wantTo(t, "/enquiries?as=board")
		if got := boardPart.FindString(consultant.get("/enquiries?as=board&outcome=lost").body); strings.Count(got, `class="card"`) != 1 {
			t.Error("the lost one is not on the board")
		}
	})
}

// The API has the board too: its numbers are those of the list, and it says what brings an enquiry to each stage, or why nothing does.
func TestSAL15_API(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Enquiry(t, s.HD)
		invited, _ := s.Appointment(t, s.HD)
		far := s.Enquiry(t, s.CY)
		client := apiClient(t, s, apiServer(t, s), "consultant", s.HD)
		counts := map[string]any{}
		for _, item := range client.get("/enquiry-stages?outcome=open").want(http.StatusOK).body["stages"].([]any) { //nolint:forcetypeassert // the test fails where it is none
			row, _ := item.(map[string]any)
			counts[fmt.Sprint(row["stage"])] = row["count"]
		}
		for stage, n := range counts {
			if list := client.get("/enquiries?outcome=open&stage=" + stage).want(http.StatusOK); stage != "pool" && list.body["total"] != n {
				t.Errorf("%s: %v, the list has %v", stage, n, list.body["total"])
			}
		}
		if len(counts) != 5 || counts["invited"] != float64(1) || counts["new"] != float64(1) {
			t.Errorf("counts = %v", counts)
		}
		ways := map[string]string{}
		for _, item := range client.get("/enquiries/" + invited.ID.String() + "/stages").want(http.StatusOK).items() {
			row, _ := item.(map[string]any)
			ways[fmt.Sprint(row["stage"])] = fmt.Sprintf("%v %v %v", row["by"], row["refusal"], row["missing_step"])
		}
		if ways["visited"] != "arrive <nil> <nil>" || ways["contacted"] != "<nil> stage-behind <nil>" || ways["quoted"] != "quote step-missing needs-analysis" {
			t.Errorf("ways = %v", ways)
		}
		client.get("/enquiries/" + far.ID.String() + "/stages").want(http.StatusNotFound)
		tomorrow := testkit.Morning.AddDate(0, 0, 1).Format(time.DateOnly)
		if list := client.get("/enquiries?next_from=" + tomorrow).want(http.StatusOK); list.body["total"] != float64(0) {
			t.Errorf("planned from tomorrow on: %v", list.body["total"])
		}
	})
}

//go:build e2e

package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestMKT1_CampaignInTheBrowser: marketing registers a campaign and asks for it, the general manager approves it from home, the front desk books a
// visitor on it, marketing books a cost beyond the plan, then one within, and closes it with a lesson; the next one begins as a copy of it.
func TestMKT1_CampaignInTheBrowser(t *testing.T) {
	s, st := desked(t)
	today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	m := st.as(t, "marketing", id.None)
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/campaigns/new"))
	m.typed("name", "秋季开放日")
	m.choose("format_id", testkit.Campaign(t, s, id.None).FormatID.String())
	for name, day := range map[string]bizdate.Date{"from_day": today, "until_day": today + 20} {
		m.read(fmt.Sprintf(`document.querySelector("[name=%s]").value = %q`, name, day))
	}
	m.pick("channel_ids", s.Web.String())
	m.typed("promise", "测评免费")
	for name, n := range map[string]int{"plan_leads": 40, "plan_visits": 20, "plan_contracts": 5, "plan_cash_fen": 60_000, "costs.0.amount_fen": 9_000} {
		m.typed(name, strconv.Itoa(n))
	}
	m.choose("costs.0.category", "media")
	m.press("campaigns.save")
	m.sees("campaigns.submit")
	campaign, key := m.path(), m.last()
	m.reads("草稿")
	m.typed("reason", "新校区要人气")
	m.press("campaigns.submit")
	m.reads("待审批")

	g := st.as(t, "general-manager", id.None)
	g.job("approve", 1, func() {
		g.reads("计划 ¥9,000")
		g.pressIn("[aria-labelledby=approvals]", "approvals.approve")
		g.sees("approvals.now-approved")
	})
	g.calm()

	f := st.as(t, "front-desk", s.HD)
	testkit.Act(f.tab, t, chromedp.Navigate(st.base+"/walk-ins/new"))
	f.typed("name", "李开放")
	f.choose("via", "campaign:"+key.String())
	f.press("sales.walk-in.save")
	f.reads("李开放")
	f.calm()

	testkit.Act(m.tab, t, chromedp.Navigate(st.base+campaign))
	m.reads("进行中", "李开放")
	m.press("campaigns.book")
	m.choose("category", "media")
	m.typed("amount_fen", "9001")
	m.typed("document", "FP-77")
	m.pressIn("#book form", "campaigns.book")
	m.reads("超出已批准的计划")
	testkit.Complaints(m.tab, t)
	m.typed("amount_fen", "9000")
	m.pressIn("#book form", "campaigns.book")
	m.sees("campaigns.booked")
	m.reads("FP-77", "还剩 ¥0")
	m.press("campaigns.close")
	m.typed("lesson", "周末来的人多一倍")
	m.pressIn("form[action$='/close']", "campaigns.close")
	m.reads("已结案", "周末来的人多一倍")
	m.press("campaigns.plan-like")
	m.at("/campaigns/new")
	if got := value[string](m, `document.querySelector("[name=promise]").value`); got != "测评免费" {
		t.Errorf("the copy promises %q", got)
	}
	m.calm()
	if _, err := sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: s.Person(t, s.HD), CenterID: s.HD, CampaignID: key}); err == nil {
		t.Error("a lead is booked on a closed campaign")
	}
}

//go:build e2e

package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/id"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestSAL8_QuoteByKeyboard: a consultant quotes with a promotion by keys alone, sees why another is not open and what the price is, and makes
// the contract, which names the promotion and has the same price (SAL-7, SAL-8).
func TestSAL8_QuoteByKeyboard(t *testing.T) {
	s, st := desked(t)
	e := s.Enquiry(t, s.HD)
	s.Quote(t, s.HD, e)
	s.Promotion(t, "秋季优惠")
	renewals := s.Promotion(t, "续费优惠")
	s.Exec(t, `UPDATE promotions SET kinds = '["renewal"]' WHERE id = ?`, renewals)
	c := st.as(t, "consultant", s.HD)
	testkit.Act(c.tab, t, chromedp.Navigate(st.base+"/enquiries/"+e.ID.String()+"/quote"))
	c.reads("秋季优惠", "这些促销不能用 1")
	c.tabTo("promotion_ids")
	c.keys(" ")
	c.reads("¥17,280", "秋季优惠 · 减 ¥1,920")
	c.tabTo("这些促销不能用 1")
	c.keys(kb.Enter)
	c.reads("只给别的客户类型")
	c.tabTo("出报价")
	c.keys(kb.Enter)
	c.until(`/^\/quotes\/[0-9a-f-]{36}$/.test(location.pathname)`)
	c.reads("秋季优惠 · 减 ¥1,920")
	c.tabTo("做合同")
	c.keys(kb.Enter)
	c.until(`/^\/contracts\/[0-9a-f-]{36}/.test(location.pathname)`)
	c.reads("¥17,280", "促销 秋季优惠")
	c.calm()
	if n := s.Count(t, "SELECT COUNT(*) FROM contracts c JOIN contract_promotions g ON g.contract = c.id WHERE c.payable = 1728000 AND g.taken_off = 192000"); n != 1 {
		t.Errorf("%d contracts with it", n)
	}
}

// TestSAL8_Pages: marketing registers a promotion, starts it with a reason and sees that it waits; what is impossible is said at its field.
func TestSAL8_Pages(t *testing.T) {
	s, st := desked(t)
	m := st.as(t, "marketing", id.None)
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/promotions/new"))
	m.typed("name", "店庆八折")
	m.typed("percent", "120")
	m.press("sales.promotion.save")
	m.reads("请填大于 0、小于 100 的百分数")
	m.typed("percent", "20")
	m.press("sales.promotion.save")
	m.reads("店庆八折", "草稿", "减 20%")
	m.typed("reason", "三天人气")
	m.pressIn("form[action$='/start']", "sales.promotion.start")
	m.reads("正等审批")
	for _, c := range testkit.Complaints(m.tab, t) {
		if c.Kind != "network" { // 422 is what was refused
			t.Errorf("the browser complains: %+v", c)
		}
	}
	if n := s.Count(t, "SELECT COUNT(*) FROM promotions WHERE state = ? AND percent = 2000", string(sales.PromotionWaiting)); n != 1 {
		t.Errorf("%d wait", n)
	}
}

// TestSAL8_FormByKeyboard: the form shows the fields of the chosen form alone, by keys too; what was typed under another form is there again
// when that is chosen again, and what is wrong is shown wherever it stands.
func TestSAL8_FormByKeyboard(t *testing.T) {
	_, st := desked(t)
	m := st.as(t, "marketing", id.None)
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/promotions/new"))
	fields := []string{"percent", "amount_fen", "gift_hours_x100", "thing", "thing_cost_fen"}
	shows := func(want ...string) {
		t.Helper()
		for _, f := range fields {
			seen := value[bool](m, `document.querySelector("[name=`+f+`]").checkVisibility()`)
			if seen != slices.Contains(want, f) {
				t.Errorf("%s shown: %v, want %v", f, seen, want)
			}
		}
	}
	m.until(`document.querySelector("[name=percent]") !== null`)
	shows("percent")
	m.typed("name", "店庆")
	m.typed("percent", "12.5")
	testkit.Act(m.tab, t, chromedp.Focus("[name=form]:checked"))
	m.keys(kb.ArrowRight)
	shows("amount_fen")
	m.keys(kb.ArrowRight)
	shows("gift_hours_x100")
	m.keys(kb.ArrowRight)
	shows("thing", "thing_cost_fen")
	m.keys(kb.ArrowRight)
	shows("percent")
	if got := value[string](m, `document.querySelector("[name=percent]").value`); got != "12.5" {
		t.Errorf("typed 12.5, there is %q", got)
	}
	m.keys(kb.ArrowRight)
	m.typed("amount_fen", "much")
	testkit.Act(m.tab, t, chromedp.Focus("[name=form]:checked"))
	m.keys(kb.ArrowLeft)
	m.press("sales.promotion.save")
	m.until(`document.querySelector("[name=amount_fen][aria-invalid=true]") !== null`)
	shows("percent", "amount_fen")
}

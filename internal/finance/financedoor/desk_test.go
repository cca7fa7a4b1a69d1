package financedoor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

const today = "2026-06-03"

// pay takes a payment of a contract at a center's front desk.
func pay(t *testing.T, s *testkit.School, in finance.TakePaymentInput, at context.Context) finance.PaymentAnswer {
	t.Helper()
	out, err := finance.TakePayment.Run(at, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFIN1_CashDesk: what is due is offered, prefilled, reviewed and booked once; its receipt says what it paid.
func TestFIN1_CashDesk(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		p := open(t, s, s.FrontDesk(s.HD))
		page := p.get("/payments/new", http.StatusOK)
		if !strings.Contains(page, "/payments/new?contract_id="+c.ID.String()) {
			t.Fatalf("what is due is not offered: %s", words(page))
		}
		page = p.get("/payments/new?contract_id="+c.ID.String(), http.StatusOK)
		if !strings.Contains(page, `value="19200.00"`) {
			t.Error("the amount due is not prefilled")
		}
		p.wants(page, c.No+" 第 1 期", "微信支付")
		form := url.Values{"contract_id": {c.ID.String()}, "amount_fen": {"１９，２００"}, "method": {"wechat"}, "reference": {""}, "note": {""}}
		_, page = p.post("/payments/review", http.StatusOK, form)
		p.wants(page, "微信支付 ¥19,200.00，核对后入账", "未付 ¥0.00")
		confirmed := hidden(page)
		confirmed.Set("_key", "k1")
		before := len(s.Facts(t))
		to, _ := p.post("/payments", http.StatusSeeOther, confirmed)
		again, _ := p.post("/payments", http.StatusSeeOther, confirmed) // pressed twice
		if to != again {
			t.Errorf("twice sent leads to %s and %s", to, again)
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"finance.payment-taken.1"}) {
			t.Errorf("facts = %v", got)
		}
		page = p.get(to, http.StatusOK)
		p.wants(page, "付了 ¥19,200.00", c.No+" 第 1 期", "打印收据")
		if strings.Contains(page, "借方") {
			t.Error("the front desk sees the journal")
		}
		open(t, s, s.Principal(s.HD)).wants(open(t, s, s.Principal(s.HD)).get(to, http.StatusOK), "借方", "预收账款")
		s.Check(t)
	})
}

// hidden reads the fields of a page that a form sends unseen.
func hidden(page string) url.Values {
	out := url.Values{}
	for part := range strings.SplitSeq(page, `<input type="hidden" name="`) {
		name, rest, ok := strings.Cut(part, `" value="`)
		value, _, ended := strings.Cut(rest, `"`)
		if ok && ended && !strings.ContainsAny(name, "<>") {
			out.Set(name, value)
		}
	}
	return out
}

// TestFIN1_CashDeskRefused: what is wrong is said at its field, with what was typed.
func TestFIN1_CashDeskRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		p := open(t, s, s.FrontDesk(s.HD))
		for _, tt := range []struct{ amount, method, field string }{
			{"0", "cash", "amount_fen"}, {"-5", "cash", "amount_fen"}, {"abc", "cash", "amount_fen"}, {"100", "", "method"}, {"100", "barter", "method"},
		} {
			_, page := p.post("/payments/review", http.StatusUnprocessableEntity, url.Values{"contract_id": {c.ID.String()}, "amount_fen": {tt.amount}, "method": {tt.method}})
			if errorAt(page, tt.field) == "" {
				t.Errorf("amount %q, method %q: nothing is said at %s: %s", tt.amount, tt.method, tt.field, words(page))
			}
		}
		_, page := p.post("/payments/review", http.StatusUnprocessableEntity, url.Values{"contract_id": {c.ID.String()}, "amount_fen": {"100"}, "method": {"cash"}, "note": {strings.Repeat("好", 501)}})
		if errorAt(page, "note") == "" {
			t.Errorf("nothing is said at the note: %s", words(page))
		}
		open(t, s, s.FrontDesk(s.CY)).post("/payments/review", http.StatusNotFound, url.Values{"contract_id": {c.ID.String()}, "amount_fen": {"100"}, "method": {"cash"}})
		open(t, s, s.Consultant(s.HD)).get("/payments/new", http.StatusForbidden)
	})
}

// TestFIN1_Balance: money without a contract goes to the payer's balance, and is found by name.
func TestFIN1_Balance(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		person := s.Person(t, s.HD)
		p := open(t, s, s.FrontDesk(s.HD))
		p.wants(p.get("/payments/new?q=heyutong", http.StatusOK), "何雨桐", "充值")
		p.get("/payments/new?person_id="+person.String(), http.StatusOK)
		form := url.Values{"person_id": {person.String()}, "center_id": {s.HD.String()}, "amount_fen": {"500"}, "method": {"cash"}}
		_, page := p.post("/payments/review", http.StatusOK, form)
		p.wants(page, "电子钱包", "¥500.00")
		to, _ := p.post("/payments", http.StatusSeeOther, hidden(page))
		p.wants(p.get(to, http.StatusOK), "电子钱包", "¥500.00")
	})
}

// TestORG4_Payments: another center's payment does not exist, by page, list, count and sum.
func TestORG4_Payments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		paid := pay(t, s, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(700)}, s.FrontDesk(s.HD))
		other := open(t, s, s.Principal(s.CY))
		for _, path := range []string{"", "/reverse"} {
			other.get("/payments/"+paid.ID.String()+path, http.StatusNotFound)
		}
		other.post("/payments/"+paid.ID.String()+"/reverse", http.StatusNotFound, url.Values{"reason": {"x"}})
		other.wants(other.get("/payments", http.StatusOK), "0 笔收款，合计 ¥0.00")
		other.wants(other.get("/payments?center="+s.HD.String(), http.StatusOK), "0 笔收款，合计 ¥0.00")
		open(t, s, s.Consultant(s.HD)).wants(open(t, s, s.Consultant(s.HD)).get("/payments", http.StatusOK), "0 笔收款")
		own := open(t, s, s.Finance(s.HD))
		own.wants(own.get("/payments", http.StatusOK), "1 笔收款，合计 ¥700.00")
	})
}

// TestFIN2_Reverse: a reversal needs a reason, is not done by who took the money, and takes the sum back.
func TestFIN2_Reverse(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		paid := pay(t, s, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(700)}, s.FrontDesk(s.HD))
		at := "/payments/" + paid.ID.String()
		open(t, s, s.FrontDesk(s.HD)).get(at+"/reverse", http.StatusForbidden)
		p := open(t, s, s.Finance(s.HD))
		p.wants(p.get(at, http.StatusOK), "冲正")
		p.wants(p.get(at+"/reverse", http.StatusOK), "冲正会带来这些变化", "重新未付 ¥700.00")
		_, page := p.post(at+"/reverse", http.StatusUnprocessableEntity, url.Values{"reason": {" "}})
		if errorAt(page, "reason") == "" {
			t.Errorf("nothing is said at the reason: %s", words(page))
		}
		to, _ := p.post(at+"/reverse", http.StatusSeeOther, url.Values{"reason": {"刷错卡"}, "_key": {"r1"}})
		p.wants(p.get(to, http.StatusOK), "刷错卡", "看原收款")
		p.wants(p.get(at, http.StatusOK), "已冲正", "看冲正单")
		_, page = p.post(at+"/reverse", http.StatusUnprocessableEntity, url.Values{"reason": {"再一次"}})
		p.wants(page, "这笔收款已经冲正过了。")
		p.wants(p.get("/payments", http.StatusOK), "2 笔收款，合计 ¥0.00")
		s.Check(t)
	})
}

// TestUIB1_PaymentsOfFigures: the list states the sum that the report's figure of the same filter is.
func TestUIB1_PaymentsOfFigures(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		a := pay(t, s, finance.TakePaymentInput{ContractID: s.Contract(t, s.HD).ID, Method: "cash", Amount: money.Yuan(1_000)}, desk)
		pay(t, s, finance.TakePaymentInput{ContractID: s.Contract(t, s.HD).ID, Method: "wechat", Amount: money.Yuan(2_500)}, desk)
		pay(t, s, finance.TakePaymentInput{PersonID: s.Person(t, s.HD), CenterID: s.HD, Method: "cash", Amount: money.Yuan(40)}, desk)
		pay(t, s, finance.TakePaymentInput{ContractID: s.Contract(t, s.CY).ID, Method: "cash", Amount: money.Yuan(9)}, s.FrontDesk(s.CY))
		if _, err := finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: a.ID, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		p := open(t, s, s.GM())
		consultant := s.StaffID(s.Consultant(s.HD)).String()
		for _, tt := range []struct{ metric, dim, value, filter string }{
			{"cash_in", "", "", ""},
			{"cash_in_new", "", "", "&contract_kind=new,return"},
			{"cash_in_renewal", "", "", "&contract_kind=renewal,upgrade"},
			{"cash_in_other", "", "", "&contract_kind=none"},
			{"cash_in", "consultant", consultant, "&consultant=" + consultant},
			{"cash_in", "method", "cash", "&method=cash"},
			{"cash_in", "channel", s.Web.String(), "&channel=" + s.Web.String()},
		} {
			var sum int64
			s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
				day, err := bizdate.Parse(today)
				if err != nil {
					return err
				}
				cells, err := insight.Figures(ctx, tx, insight.Ask{Metrics: []string{tt.metric}, From: day, Until: day, Dim: tt.dim, Value: tt.value})
				sum = cells.Sum(tt.metric, nil)
				return err
			})
			page := p.get("/payments?from="+today+"&until="+today+tt.filter, http.StatusOK)
			want := strings.TrimSuffix(fmt.Sprint(money.Fen(sum)), ".00")
			if got := strings.ReplaceAll(words(page), ",", ""); !strings.Contains(got, "合计 ¥"+want+".00") {
				t.Errorf("%s %s: the figure is %s, the list says %s", tt.metric, tt.filter, want, got[:min(len(got), 200)])
			}
		}
	})
}

// TestUIH_Finance: the day's cash by center and method, each figure with its list, and what is overdue.
func TestUIH_Finance(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(t, s, s.Finance(s.HD))
		p.wants(p.get("/", http.StatusOK), "今天还没有收款；没有逾期的分期。")
		pay(t, s, finance.TakePaymentInput{ContractID: s.Contract(t, s.HD).ID, Method: "cash", Amount: money.Yuan(1_000)}, s.FrontDesk(s.HD))
		page := p.get("/", http.StatusOK)
		p.wants(page, "今天收 ¥1,000，1 笔；", "海淀校区")
		link := "/payments?center=" + s.HD.String() + "&amp;from=" + today + "&amp;method=cash&amp;until=" + today
		if !strings.Contains(page, link) {
			t.Errorf("no figure leads to %s", link)
		}
		p.wants(p.get(strings.ReplaceAll(link, "&amp;", "&"), http.StatusOK), "1 笔收款，合计 ¥1,000.00")
	})
}

// TestPRF_PaymentQueries: a list asks as much for many rows as for one.
func TestPRF_PaymentQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		take := func() {
			pay(t, s, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(10)}, s.FrontDesk(s.HD))
		}
		take()
		p := open(t, s, s.Finance(s.HD))
		for _, path := range []string{"/payments", "/"} {
			few := p.queries(path)
			take()
			take()
			if many := p.queries(path); many != few || many > 12 {
				t.Errorf("%s: %d statements for one payment, %d for more", path, few, many)
			}
		}
	})
}

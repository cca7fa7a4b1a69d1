package contractsdoor_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

const today = "2026-06-03"

// drafted makes a contract that is not yet signed, in two instalments; the gate of the process has tests of its own.
func drafted(t *testing.T, s *testkit.School, center id.ID) contracts.DraftAnswer {
	t.Helper()
	s.Ops.Gate = nil
	day, err := bizdate.Parse(today)
	if err != nil {
		t.Fatal(err)
	}
	d, err := contracts.Draft.Run(s.Principal(center), s.Ops, contracts.DraftInput{
		StudentID: s.Person(t, center), CenterID: center, ConsultantID: s.StaffID(s.Consultant(center)), ChannelID: s.Web, Lines: []contracts.LineInput{{PackageID: s.Package}},
		Plan: []contracts.InstalmentInput{{Due: day, Amount: money.Yuan(10_000)}, {Due: day + 30, Amount: money.Yuan(9_200)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCON2_SignPage: the review lists what the signature freezes; signed once, its hours stand on the page.
func TestCON2_SignPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := drafted(t, s, s.HD)
		at := "/contracts/" + c.ID.String()
		p := open(t, s, s.Consultant(s.HD))
		p.wants(p.get(at, http.StatusOK), c.No, "草稿", "核对条款，签订合同")
		p.wants(p.get(at+"/sign", http.StatusOK), "签订前请核对", "¥19,200.00", "48 课时", "签订后 365 天")
		before := len(s.Facts(t))
		form := url.Values{"_base": {"0"}, "_key": {"s1"}}
		to, _ := p.post(at+"/sign", http.StatusSeeOther, form)
		p.post(at+"/sign", http.StatusSeeOther, form) // pressed twice
		if got := s.Facts(t)[before:]; to != at || !slices.Equal(got, []string{"contracts.contract-signed.1"}) {
			t.Errorf("leads to %s, facts = %v", to, got)
		}
		page := p.get(at, http.StatusOK)
		p.wants(page, "已签", "52 课时可用", "购买", "赠送", "请客户到前台付第 1 期 ¥10,000")
		_, page = p.post(at+"/sign", http.StatusUnprocessableEntity, url.Values{})
		p.wants(page, "合同已经签订")
		p.wants(p.get(at+"/print", http.StatusOK), "课程服务合同 "+c.No, "监护人：")
		desk := open(t, s, s.FrontDesk(s.HD))
		page = desk.get(at, http.StatusOK)
		if !strings.Contains(page, "/payments/new?contract_id="+c.ID.String()+"&amp;instalment_id=") {
			t.Error("no way to the cash desk")
		}
		desk.get(at+"/sign", http.StatusForbidden)
	})
}

// TestORG4_Contracts: another center's contract does not exist, by page, list, count and paper.
func TestORG4_Contracts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := drafted(t, s, s.HD)
		for _, other := range []site{open(t, s, s.Principal(s.CY)), open(t, s, s.Consultant2(s.HD))} {
			for _, path := range []string{"", "/print", "/sign"} {
				other.get("/contracts/"+c.ID.String()+path, http.StatusNotFound)
			}
			other.post("/contracts/"+c.ID.String()+"/sign", http.StatusNotFound, url.Values{})
			for _, path := range []string{"/contracts", "/contracts?center=" + s.HD.String(), "/contracts?q=" + c.No} {
				other.wants(other.get(path, http.StatusOK), "0 份合同")
			}
		}
		own := open(t, s, s.Principal(s.HD))
		own.wants(own.get("/contracts", http.StatusOK), "1 份合同，应付共 ¥19,200", "草稿 1")
		own.wants(own.get("/contracts?q="+c.No, http.StatusOK), "1 份合同")
		own.wants(own.get("/contracts?q=heyutong", http.StatusOK), "1 份合同")
		own.wants(own.get("/contracts?q=nobody", http.StatusOK), "0 份合同", "去掉")
	})
}

// TestUIB1_ContractsOfFigures: the list states the count that the report's figure of the same filter is.
func TestUIB1_ContractsOfFigures(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		s.Contract(t, s.HD)
		s.Contract(t, s.CY)
		drafted(t, s, s.HD)
		p := open(t, s, s.GM())
		consultant := s.StaffID(s.Consultant(s.HD)).String()
		for _, tt := range []struct{ metric, dim, value, filter string }{
			{"contracts", "", "", ""},
			{"contracts_new", "", "", "&kind=new,return"},
			{"contracts_renewal", "", "", "&kind=renewal,upgrade"},
			{"contracts", "consultant", consultant, "&consultant=" + consultant},
			{"contracts", "channel", s.Web.String(), "&channel=" + s.Web.String()},
		} {
			var n int64
			s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
				day, err := bizdate.Parse(today)
				if err != nil {
					return err
				}
				cells, err := insight.Figures(ctx, tx, insight.Ask{Metrics: []string{tt.metric}, From: day, Until: day, Dim: tt.dim, Value: tt.value})
				n = cells.Sum(tt.metric, nil)
				return err
			})
			p.wants(p.get("/contracts?signed_from="+today+"&signed_until="+today+tt.filter, http.StatusOK), string(rune('0'+n))+" 份合同，")
		}
		both := "&center=" + s.HD.String() + "&center=" + s.CY.String()
		p.wants(p.get("/contracts?signed_from="+today+both, http.StatusOK), "3 份合同，")
	})
}

// TestFIN1_Instalments: what is open is listed with its sum, and leads to the cash desk.
func TestFIN1_Instalments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := drafted(t, s, s.HD)
		p := open(t, s, s.FrontDesk(s.HD))
		p.wants(p.get("/instalments", http.StatusOK), "0 期未付")
		if _, err := contracts.Sign.Run(s.Principal(s.HD), s.Ops, contracts.SignInput{ContractID: c.ID}); err != nil {
			t.Fatal(err)
		}
		p.wants(p.get("/instalments", http.StatusOK), "2 期未付，共 ¥19,200", "收款")
		p.wants(p.get("/instalments?due_until="+today, http.StatusOK), "1 期未付，共 ¥10,000")
		_, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(12_000)})
		if err != nil {
			t.Fatal(err)
		}
		p.wants(p.get("/instalments", http.StatusOK), "1 期未付，共 ¥7,200")
		p.wants(p.get("/contracts/"+c.ID.String(), http.StatusOK), "已付清", "付了一部分", "收款记录", "生效")
		open(t, s, s.Principal(s.CY)).wants(open(t, s, s.Principal(s.CY)).get("/instalments", http.StatusOK), "0 期未付")
	})
}

// TestPRF_ContractQueries: a list asks as much for many rows as for one.
func TestPRF_ContractQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := drafted(t, s, s.HD)
		p := open(t, s, s.Principal(s.HD))
		few := p.queries("/contracts")
		drafted(t, s, s.HD)
		drafted(t, s, s.HD)
		if many := p.queries("/contracts"); many != few || many > 8 {
			t.Errorf("%d statements for one contract, %d for three", few, many)
		}
		if n := p.queries("/contracts/" + c.ID.String()); n > 14 {
			t.Errorf("%d statements for a contract", n)
		}
	})
}

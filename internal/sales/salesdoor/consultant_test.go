package salesdoor_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestSAL3_WorkList: the first contact stands on the list with its panel; saving a result moves on to the next row.
func TestSAL3_WorkList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		first, second := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		page := p.get("/", http.StatusOK)
		p.wants(page, "今天 2 件", "何雨桐", "首次联系", "第 1 / 2 件", "保存，下一位")
		shown := first.ID.String()
		if !strings.Contains(page, `/enquiries/`+shown+`/call?back=%2F&amp;no=0&amp;of=2`) {
			shown = second.ID.String()
		}
		to, _ := p.post("/enquiries/"+shown+"/call?back=/&no=0", http.StatusSeeOther,
			"channel", "call", "direction", "out", "result", "discuss", "next_step", "invite", "next_day", "2026-06-05", "note", "周五再说")
		if !strings.HasPrefix(to, "/?at=") || strings.Contains(to, shown) {
			t.Errorf("after saving the list leads to %s", to)
		}
		p.wants(p.get(to, http.StatusOK), "今天 1 件", "第 1 / 1 件")
		if got := s.Facts(t); got[len(got)-1] != "people.touch-recorded.1" {
			t.Errorf("facts = %v", got)
		}
	})
}

// TestSAL3_WorkListEmpty: a list that is done says so, in both languages.
func TestSAL3_WorkListEmpty(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.Consultant(s.HD), t, s)
		p.wants(p.get("/", http.StatusOK), "今天要做的都做完了", "看在手的咨询单")
		p.lang = i18n.EN
		p.wants(p.get("/", http.StatusOK), "Everything for today is done.")
	})
}

// TestPPL12_CallRefused: what is missing is said at its field, and nothing is recorded.
func TestPPL12_CallRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		before := len(s.Facts(t))
		_, page := p.post("/enquiries/"+e.ID.String()+"/call", http.StatusUnprocessableEntity, "channel", "call", "result", "", "next_step", "invite", "next_day", "2026-06-05")
		if got := errorAt(page, "result"); got != "必填" {
			t.Errorf("at result: %q", got)
		}
		if got := s.Facts(t); len(got) != before {
			t.Errorf("facts = %v", got)
		}
	})
}

// TestSAL4_BookFirstContact: inviting somebody whom nobody called yet records the call with it; what is refused leaves neither.
func TestSAL4_BookFirstContact(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		address := "/enquiries/" + e.ID.String() + "/book"
		p.wants(p.get(address, http.StatusOK), "约何雨桐到访", "同时记一次电话")
		before := len(s.Facts(t))
		_, page := p.post(address, http.StatusUnprocessableEntity, "day", "2026-06-06", "time", "03:00")
		if got := errorAt(page, "time"); got == "" {
			t.Error("nothing is said at the time")
		}
		if got := s.Facts(t); len(got) != before {
			t.Errorf("a refused invitation left %v", got[before:])
		}
		to, _ := p.post(address, http.StatusSeeOther, "day", "2026-06-06", "time", "10:00")
		if to != "/enquiries/"+e.ID.String() {
			t.Errorf("leads to %s", to)
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.touch-recorded.1", "sales.appointment-booked.1"}) {
			t.Errorf("facts = %v", got)
		}
		p.wants(p.get(to, http.StatusOK), "已约访", "6月6日 周六 10:00")
	})
}

// TestSAL1_EnquiryPage: the banner does the process's next missing step all the way to the contract.
func TestSAL1_EnquiryPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		here := "/enquiries/" + e.ID.String()
		p.wants(p.get(here, http.StatusOK), "第一次联系", "打电话")
		s.Touch(t, s.HD, e)
		p.wants(p.get(here, http.StatusOK), "约到校区看看")
		for step, want := range map[string]string{"first-touch": "/call", "invitation": "/book", "quote": "/quote", "needs-analysis": here} {
			w := p.do(request(t, here+"/step/"+step))
			if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), want) {
				t.Errorf("step %s = %d %s, want %s", step, w.Code, w.Header().Get("Location"), want)
			}
		}
		p.get(here+"/step/nothing", http.StatusNotFound)
	})
}

// TestSAL1_Enter: a new enquiry of a new person; the missing name is said at its field.
func TestSAL1_Enter(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.FrontDesk(s.HD), t, s)
		p.wants(p.get("/enquiries/new", http.StatusOK), "录入一张咨询单", "可能是同一个人")
		_, page := p.post("/enquiries/new", http.StatusUnprocessableEntity, "person.name", "", "person.phones.0.value", "12", "center_id", s.HD.String())
		if got := errorAt(page, "person.phones.0.value"); got == "" {
			t.Errorf("nothing is said at the phone: %s", words(page))
		}
		to, _ := p.post("/enquiries/new", http.StatusSeeOther, "person.name", "欧阳慕容雪晴", "person.phones.0.value", "１３９ 0013 8000", "center_id", s.HD.String(), "channel_id", s.Web.String(), "kind", "new")
		if !strings.HasPrefix(to, "/enquiries/") {
			t.Errorf("leads to %s", to)
		}
		p.wants(p.get(to, http.StatusOK), "欧阳慕容雪晴", "139****8000")
		p.wants(p.fragment("/enquiries/new/duplicates?person.name=欧阳慕容雪晴&person.phones.0.value=13900138000&channel_id="+s.Web.String()), "欧阳慕容雪晴", "是同一人")
	})
}

// TestSAL1_Enquiries: filters are in the address, the number is exact, and a list that finds nothing says which filter to drop.
func TestSAL1_Enquiries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 3 {
			s.Enquiry(t, s.HD)
		}
		s.Touch(t, s.HD, s.Enquiry(t, s.HD))
		p := open(s.Consultant(s.HD), t, s)
		p.wants(p.get("/enquiries", http.StatusOK), "共 4 张咨询单，3 张还没有联系过", "全部 4", "新 3", "已联系 1")
		p.wants(p.get("/enquiries?from=2026-06-03&until=2026-06-03&kind=new,return&channel="+s.Web.String(), http.StatusOK), "4 张咨询单符合条件", "渠道", "新签、回流")
		p.wants(p.get("/enquiries?until=2026-06-02", http.StatusOK), "0 张咨询单符合条件", "去掉“录入至 6月2日 周二”")
		p.get("/enquiries?sort=nothing", http.StatusUnprocessableEntity)
		p.get("/enquiries?from=yesterday", http.StatusUnprocessableEntity)
	})
}

// TestUIL3_Assign: a principal gives chosen enquiries to a consultant; what was left out is reported with its reason.
func TestUIL3_Assign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		other := s.StaffID(s.Consultant2(s.HD)).String()
		p := open(s.Principal(s.HD), t, s)
		p.wants(p.get("/enquiries", http.StatusOK), "转给顾问")
		_, page := p.post("/enquiries", http.StatusOK, "ids", a.ID.String(), "ids", b.ID.String(), "consultant_id", other, "reason", "load")
		p.wants(page, "2 张咨询单已转给consultant2@HD。")
		_, page = p.post("/enquiries", http.StatusOK, "ids", a.ID.String(), "consultant_id", other, "reason", "load")
		p.wants(page, "0 张已转给consultant2@HD，1 张没有转。", "已经归这位顾问")
		_, page = p.post("/enquiries", http.StatusUnprocessableEntity, "consultant_id", "", "reason", "load")
		if got := errorAt(page, "consultant_id"); got != "必填" {
			t.Errorf("at the consultant: %q", got)
		}
		consultant := open(s.Consultant2(s.HD), t, s)
		_, page = consultant.post("/enquiries", http.StatusOK, "ids", a.ID.String(), "consultant_id", other, "reason", "load")
		consultant.wants(page, "1 张没有转")
	})
}

// TestUIL3_AssignAll: all that match the list, less those un-ticked, go to a consultant in one run, which is taken back together; where
// another number matches than was seen, nobody is given away.
func TestUIL3_AssignAll(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var all []sales.Entered
		for range 4 {
			all = append(all, s.Enquiry(t, s.HD))
		}
		gone := s.Enquiry(t, s.HD)
		if _, err := sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: gone.ID, Reason: "price"}); err != nil {
			t.Fatal(err)
		}
		other := s.StaffID(s.Consultant2(s.HD))
		p := open(s.Principal(s.HD), t, s)
		list := "/enquiries?outcome=open"
		if page := p.get("/enquiries", http.StatusOK); !strings.Contains(page, `name="_total" value="5"`) {
			t.Error("the list does not say how many match")
		}
		_, page := p.post(list, http.StatusUnprocessableEntity, "_all", "true", "_total", "5", "consultant_id", other.String(), "reason", "load")
		p.wants(page, "选中的行现在有 4 条，选择时是 5 条。")
		owners := func() (n int) {
			s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
				for _, e := range append(all, gone) {
					if found, err := sales.EnquiryByID(ctx, tx, e.ID); err != nil {
						return err
					} else if found.Consultant == other {
						n++
					}
				}
				return nil
			})
			return n
		}
		if n := owners(); n != 0 {
			t.Errorf("%d were given away though the number had changed", n)
		}
		_, page = p.post(list, http.StatusOK, "_all", "true", "_total", "4", "_except", all[1].ID.String(), "consultant_id", other.String(), "reason", "load")
		p.wants(page, "3 张咨询单已转给consultant2@HD。", "撤销")
		if n := owners(); n != 3 {
			t.Errorf("%d were given, want 3: all that match less one", n)
		}
		s.Read(t, s.Consultant2(s.HD), func(ctx context.Context, tx *op.Tx) error {
			list, _, err := process.Notices(ctx, tx, id.None, 10)
			if len(list) != 1 || list[0].Times != 3 || !strings.HasPrefix(list[0].Link, "/enquiries?") {
				t.Errorf("who got three enquiries at once is told %+v", list)
			}
			return err
		})
		_, page = p.post(list, http.StatusOK, "ids", all[0].ID.String(), "consultant_id", other.String(), "reason", "load")
		p.wants(page, "何雨桐 已经归这位顾问。")
		ctx := s.Principal(s.HD)
		var recent []op.Recent
		s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			recent, err = op.RecentActions(ctx, tx)
			return err
		})
		if len(recent) != 1 || recent[0].N != 3 {
			t.Fatalf("what can be undone is %+v, want one run of 3", recent)
		}
		if taken, err := s.Ops.UndoRun(ctx, recent[0].ID); err != nil || taken != 3 || owners() != 0 {
			t.Errorf("taken back %d, %v; %d still lie with the other", taken, err, owners())
		}
		s.Check(t)
	})
}

// TestSAL6_Lose: a lost enquiry needs a reason of the list.
func TestSAL6_Lose(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		address := "/enquiries/" + e.ID.String() + "/lose"
		_, page := p.post(address, http.StatusUnprocessableEntity, "reason", "")
		if got := errorAt(page, "reason"); got != "请从列表中选择流失原因。" {
			t.Errorf("at the reason: %q", got)
		}
		to, _ := p.post(address, http.StatusSeeOther, "reason", "price")
		p.wants(p.get(to, http.StatusOK), "流失")
	})
}

// TestSAL7_Quote: the price shown while choosing is the quote's and the contract's; a discount beyond the limit is refused at its field.
func TestSAL7_Quote(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, visit := visited(t, s)
		p := open(s.Consultant(s.HD), t, s)
		here := "/enquiries/" + e.ID.String()
		to, _ := p.post("/visits/"+visit.ID.String()+"/finish", http.StatusSeeOther, "course_id", s.Course.String(), "needs.goal", "口语", "outcome", "quote")
		if to != here+"/quote" {
			t.Fatalf("a visitor who wants a quote is led to %s", to)
		}
		p.wants(p.get(to, http.StatusOK), "给何雨桐报价", "48 课时", "¥19,200")
		price := p.fragment(here + "/quote/price?package_ids=" + s.Package.String() + "&discount_fen=200&parts=3")
		p.wants(price, "¥19,000.00", "原价 ¥19,200.00，优惠 ¥200.00", "第 3 期 · 8月3日 周一", "¥6,333.33")
		_, page := p.post(here+"/quote", http.StatusUnprocessableEntity, "package_ids", s.Package.String(), "discount_fen", "9000", "parts", "1")
		if got := errorAt(page, "discount_fen"); !strings.Contains(got, "¥960.00") {
			t.Errorf("at the discount: %q", got)
		}
		to, _ = p.post(here+"/quote", http.StatusSeeOther, "package_ids", s.Package.String(), "discount_fen", "200", "parts", "3")
		p.wants(p.get(to, http.StatusOK), "何雨桐的报价 ¥19,000", "做合同", "¥6,333.34")
		contract, _ := p.post(to+"/contract", http.StatusSeeOther)
		if !strings.HasPrefix(contract, "/contracts/") {
			t.Errorf("the contract is at %s", contract)
		}
		_, page = p.post(to+"/contract", http.StatusUnprocessableEntity)
		p.wants(page, "已经生成合同", "看合同")
	})
}

// TestPRC2_QuoteNeedsAnalysis: without the needs analysis the quote is refused with the step and the link to it.
func TestPRC2_QuoteNeedsAnalysis(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, _ := visited(t, s)
		p := open(s.Consultant(s.HD), t, s)
		_, page := p.post("/enquiries/"+e.ID.String()+"/quote", http.StatusConflict, "package_ids", s.Package.String(), "parts", "1")
		p.wants(page, "需求分析")
		if !strings.Contains(page, "/enquiries/"+e.ID.String()+"/step/needs-analysis") {
			t.Error("the page does not lead to the missing step")
		}
	})
}

// visited takes a new enquiry to an open visit.
func visited(t *testing.T, s *testkit.School) (sales.Entered, sales.VisitAnswer) {
	t.Helper()
	e, a := s.Appointment(t, s.HD)
	visit, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	if err != nil {
		t.Fatal(err)
	}
	return e, visit
}

// TestUIR_NextVisit: who was here and comes again is next expected, whatever the process would ask for then.
func TestUIR_NextVisit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, visit := visited(t, s)
		cons := s.Consultant(s.HD)
		if _, err := sales.FinishVisit.Run(cons, s.Ops, sales.FinishVisitInput{VisitID: visit.ID, Outcome: "quote", Needs: map[string]string{"goal": "口语"}}); err != nil {
			t.Fatal(err)
		}
		p := open(cons, t, s)
		p.wants(p.get("/enquiries/"+e.ID.String(), http.StatusOK), "做报价")
		if _, err := sales.Book.Run(cons, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(2 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		p.wants(p.get("/enquiries/"+e.ID.String(), http.StatusOK), "到海淀校区", "看这个约访")
	})
}

// TestSAL4_BookingLeavesOutClosedDays: the form offers no day on which the center is closed, and says which are.
func TestSAL4_BookingLeavesOutClosedDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		tomorrow := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1
		if _, err := organization.AddSpecialDay.Run(s.IT(), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: tomorrow, Kind: organization.DayClosed, NameZH: "台风停课"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		p := open(s.Consultant(s.HD), t, s)
		page := p.get("/enquiries/"+e.ID.String()+"/book", http.StatusOK)
		if strings.Contains(page, `value="`+tomorrow.String()+`"`) || !strings.Contains(page, `value="`+(tomorrow+1).String()+`"`) {
			t.Errorf("the form offers %s, or not the day after", tomorrow)
		}
		p.wants(page, "台风停课", "不营业")
		_, refused := p.post("/enquiries/"+e.ID.String()+"/book", http.StatusUnprocessableEntity, "day", tomorrow.String(), "time", "15:00")
		if got := errorAt(refused, "time"); got != "校区这一天不营业，请换一天。" {
			t.Errorf("at time: %q", got)
		}
	})
}

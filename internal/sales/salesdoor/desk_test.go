package salesdoor_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func request(t *testing.T, path string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
}

// TestSAL5_CheckInFromHome: who comes next is checked in with one click of the front desk's home.
func TestSAL5_CheckInFromHome(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		page := p.get("/", http.StatusOK)
		p.wants(page, "下一位 10:12 何雨桐，是今天最后一位。", "签到", "登记散客", "还没有人到访")
		if !strings.Contains(page, `name="appointment_id" value="`+a.ID.String()+`"`) {
			t.Error("the home does not check in who comes next")
		}
		before := len(s.Facts(t))
		to, _ := p.post("/visits", http.StatusSeeOther, "appointment_id", a.ID.String(), "_next", "/", "_key", "k1")
		if to != "/" {
			t.Errorf("leads to %s", to)
		}
		p.post("/visits", http.StatusSeeOther, "appointment_id", a.ID.String(), "_next", "/", "_key", "k1") // pressed twice
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"sales.visit-checked-in.1"}) {
			t.Errorf("facts = %v", got)
		}
		p.wants(p.get("/", http.StatusOK), "今天 1 人到访", "等候中", "已等")
		p.wants(p.get("/visits", http.StatusOK), "1 次到访")
	})
}

// TestSAL5_CheckInRefused: the refusal says why, and an appointment of another center does not exist.
func TestSAL5_CheckInRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		p.post("/visits", http.StatusSeeOther, "appointment_id", a.ID.String())
		_, page := p.post("/visits", http.StatusUnprocessableEntity, "appointment_id", a.ID.String())
		p.wants(page, "这个约访已经结束")
		_, other := s.Appointment(t, s.CY)
		p.post("/visits", http.StatusNotFound, "appointment_id", other.ID.String())
		p.post("/visits", http.StatusUnprocessableEntity, "appointment_id", "no id")
	})
}

// TestSAL5_Search: a searched visitor is checked in from the result.
func TestSAL5_Search(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		for _, q := range []string{"何雨", "heyutong", "hyt"} {
			page := p.fragment("/desk?q=" + q)
			p.wants(page, "何雨桐", "签到")
			if !strings.Contains(page, a.ID.String()) {
				t.Errorf("%s does not find the appointment", q)
			}
		}
		p.wants(p.fragment("/desk?q=nobody"), "没有找到“nobody”")
	})
}

// TestSAL5_SameNames: people of one name are told apart by age, digits, course and consultant.
func TestSAL5_SameNames(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, in := range []sales.EnterInput{
			{Person: &people.RegisterInput{Name: "李明", Birth: bizdate.New(2015, 4, 17), Phones: []people.ContactInput{{Value: "13712340001"}}}, CourseID: s.Course, ConsultantID: s.StaffID(s.Consultant(s.HD))},
			{Person: &people.RegisterInput{Name: "李明", Birth: bizdate.New(2018, 4, 17), Phones: []people.ContactInput{{Value: "13712349876"}}}, ConsultantID: s.StaffID(s.Consultant2(s.HD))},
		} {
			in.CenterID = s.HD
			if _, err := sales.Enter.Run(s.Principal(s.HD), s.Ops, in); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, people.RegisterInput{Name: "李明"}); err != nil {
			t.Fatal(err)
		}
		p := open(s.FrontDesk(s.HD), t, s)
		p.wants(p.fragment("/desk?q=李明"), "11 岁 · 137****0001 · 少儿英语 · 顾问 consultant@HD", "8 岁 · 137****9876 · 新签 · 顾问 consultant2@HD", "没有电话 · 没有在跟进的咨询单")
	})
}

// TestORG4_NextStepForWhoMay: the banner of an enquiry has a button for who may do the step, and names who does it for others.
func TestORG4_NextStepForWhoMay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, _ := visited(t, s)
		here := "/enquiries/" + e.ID.String()
		p, desk := open(s.Consultant(s.HD), t, s), open(s.FrontDesk(s.HD), t, s)
		if page := p.get(here, http.StatusOK); !strings.Contains(page, here+"/step/needs-analysis") || strings.Contains(page, "由 consultant@HD 办理") {
			t.Error("the consultant cannot do the next step")
		}
		page := desk.get(here, http.StatusOK)
		desk.wants(page, "由 consultant@HD 办理")
		if strings.Contains(page, "/step/") {
			t.Error("the front desk is offered what it may not do")
		}
	})
}

// TestSAL5_WalkIn: at most six fields, one form; what is missing is said at its field.
func TestSAL5_WalkIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.FrontDesk(s.HD), t, s)
		page := p.get("/walk-ins/new", http.StatusOK)
		fields := 0
		for _, name := range []string{"name", "phone", "course_id", "via", "consultant_id", "center_id"} {
			fields += strings.Count(page, ` name="`+name+`"`)
		}
		if all := strings.Count(page, `class="in`); fields > 6 || all != fields {
			t.Errorf("%d fields, %d of them known", all, fields)
		}
		_, page = p.post("/walk-ins", http.StatusUnprocessableEntity, "name", "", "phone", "12345")
		if got := errorAt(page, "phone"); got == "" {
			t.Errorf("nothing is said at the phone: %s", words(page))
		}
		before := len(s.Facts(t))
		to, _ := p.post("/walk-ins", http.StatusSeeOther, "name", "赵敏", "phone", "139 0000 1111", "_next", "/")
		if to != "/" {
			t.Errorf("leads to %s", to)
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.person-registered.1", "sales.enquiry-entered.1", "sales.walked-in.1"}) {
			t.Errorf("facts = %v", got)
		}
		p.wants(p.get("/", http.StatusOK), "赵敏", "自然上门")
	})
}

// TestSAL4_Appointments: the day's list confirms, moves, cancels and notes no-shows.
func TestSAL4_Appointments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		list := "/appointments?from=2026-06-03&until=2026-06-03"
		p.wants(p.get("/appointments", http.StatusOK), "今天 1 个约访，下一位 10:12 何雨桐", "签到", "改约")
		here := "/appointments/" + a.ID.String()
		to, _ := p.post(here+"/confirm", http.StatusSeeOther, "_next", list)
		p.wants(p.get(to, http.StatusOK), "已确认")
		_, page := p.post(here+"/miss", http.StatusUnprocessableEntity)
		p.wants(page, "还没到约定的时间")
		p.wants(p.get(here+"/move", http.StatusOK), "改到什么时候")
		_, page = p.post(here+"/move", http.StatusUnprocessableEntity, "day", "", "time", "")
		if errorAt(page, "day") != "必填" || errorAt(page, "time") != "必填" {
			t.Errorf("day %q, time %q", errorAt(page, "day"), errorAt(page, "time"))
		}
		p.post(here+"/move", http.StatusSeeOther, "day", "2026-06-04", "time", "10:00", "exact", "10:30")
		p.wants(p.get("/appointments?from=2026-06-04&until=2026-06-04", http.StatusOK), "10:30")
		p.wants(p.get(list+"&state=moved", http.StatusOK), "已改约")
		p.wants(p.get(list+"&due=true", http.StatusOK), "今天 0 个约访")
	})
}

// TestSAL6_FinishVisit: required answers are asked for at their fields; a lost visitor needs a reason only.
func TestSAL6_FinishVisit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, visit := visited(t, s)
		p := open(s.Consultant(s.HD), t, s)
		here := "/visits/" + visit.ID.String()
		p.wants(p.get(here, http.StatusOK), "何雨桐的到访", "学习目标 必填", "现有水平 可不填")
		p.wants(p.fragment(here+"?course_id="+s.Course.String()), "学习目标")
		_, page := p.post(here+"/finish", http.StatusUnprocessableEntity, "course_id", s.Course.String(), "needs.goal", "", "needs.level", "零基础", "outcome", "think")
		if got := errorAt(page, "needs.goal"); got != "必填" {
			t.Errorf("at the goal: %q", got)
		}
		if !strings.Contains(page, "零基础") {
			t.Error("what was typed is lost")
		}
		to, _ := p.post(here+"/finish", http.StatusSeeOther, "outcome", "lost", "lost_reason", "price")
		if to != "/enquiries/"+e.ID.String() {
			t.Errorf("leads to %s", to)
		}
		p.wants(p.get(here, http.StatusOK), "没有填写需求分析", "流失")
	})
}

// TestSAL2_Rules: a principal makes a rule for the own center; a consultant may not see them.
func TestSAL2_Rules(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.Principal(s.HD), t, s)
		p.wants(p.get("/settings/assignment", http.StatusOK), "还没有分配规则")
		p.get("/settings/assignment/edit", http.StatusOK)
		_, page := p.post("/settings/assignment", http.StatusUnprocessableEntity, "no", "0", "center_id", s.HD.String(), "strategy", "load", "active", "true")
		if errorAt(page, "no") == "" {
			t.Error("nothing is said at the order")
		}
		to, _ := p.post("/settings/assignment", http.StatusSeeOther, "no", "10", "center_id", s.HD.String(), "channel_id", s.Web.String(), "strategy", "load", "active", "true")
		p.wants(p.get(to, http.StatusOK), "新咨询单按 1 条规则分配", "规则 10", "按在手数量")
		it := open(s.IT(), t, s) // the company's rule holds for the center too, but the principal does not change it
		it.post("/settings/assignment", http.StatusSeeOther, "no", "900", "strategy", "turn", "active", "true")
		rules := it.get("/settings/assignment", http.StatusOK)
		edit := "/settings/assignment/edit?rule_id=" + between(rules[strings.LastIndex(rules, "rule_id="):], "rule_id=", `"`)
		it.get(edit, http.StatusOK)
		page = p.get("/settings/assignment", http.StatusOK)
		p.wants(page, "新咨询单按 2 条规则分配", "规则 900")
		if strings.Count(page, "rule_id=") != 1 {
			t.Error("the principal is led to the company's rule")
		}
		p.get(edit, http.StatusNotFound)
		open(s.Consultant(s.HD), t, s).get("/settings/assignment", http.StatusForbidden)
	})
}

// TestORG4_Pages: another center's records do not exist, on any page.
func TestORG4_Pages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, a := s.Appointment(t, s.CY)
		for _, p := range []site{open(s.Consultant(s.HD), t, s), open(s.FrontDesk(s.HD), t, s), open(s.Principal(s.HD), t, s)} {
			for _, page := range []string{"", "/call", "/book", "/assign", "/lose", "/quote", "/step/quote", "/quote/price"} {
				p.get("/enquiries/"+e.ID.String()+page, http.StatusNotFound)
			}
			p.get("/appointments/"+a.ID.String()+"/move", http.StatusNotFound)
			p.get("/visits/"+a.ID.String(), http.StatusNotFound)
			p.get("/quotes/"+a.ID.String(), http.StatusNotFound)
			p.get("/enquiries/not-an-id", http.StatusNotFound)
			p.get("/enquiries/new?person_id="+e.PersonID.String(), http.StatusNotFound)
			if page := p.get("/appointments?center="+s.CY.String(), http.StatusOK); strings.Contains(words(page), "何雨桐") {
				t.Error("another center's appointment is listed")
			}
		}
	})
}

// TestQueries: a page sends the same number of statements for one row as for many.
func TestQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		pages := []struct {
			site site
			path string
			most int
		}{
			{open(s.Consultant(s.HD), t, s), "/", 13},
			{open(s.Principal(s.HD), t, s), "/enquiries", 7},
			{open(s.FrontDesk(s.HD), t, s), "/appointments", 6},
			{open(s.FrontDesk(s.HD), t, s), "/", 9},
			{open(s.FrontDesk(s.HD), t, s), "/visits", 6},
		}
		grow := func() {
			for range 3 {
				s.Appointment(t, s.HD)
				visited(t, s)
				s.Enquiry(t, s.HD)
			}
		}
		grow()
		few := make([]int, len(pages))
		for i, p := range pages {
			few[i] = p.site.queries(p.path)
		}
		grow()
		for i, p := range pages {
			if n := p.site.queries(p.path); n != few[i] || n > p.most {
				t.Errorf("%s sends %d statements, %d with fewer rows, at most %d", p.path, n, few[i], p.most)
			}
		}
	})
}

// TestUIB1_FigureLinks: the lists that a report's figures open take its dimensions, and state the same count.
func TestUIB1_FigureLinks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Appointment(t, s.HD)
		visited(t, s)
		desk := open(s.FrontDesk(s.HD), t, s)
		desk.post("/walk-ins", http.StatusSeeOther, "name", "赵敏", "phone", "139 0000 1111")
		p := open(s.Principal(s.HD), t, s)
		days := "?from=2026-06-01&until=2026-06-03&center=" + s.HD.String() + "&center=" + s.CY.String()
		consultant := "&consultant=" + s.StaffID(s.Consultant(s.HD)).String()
		for address, want := range map[string]string{
			"/enquiries" + days + "&kind=new,return":                                 "3 张咨询单符合条件",
			"/enquiries" + days + "&kind=renewal,upgrade":                            "0 张咨询单符合条件",
			"/enquiries" + days + "&channel=" + s.Web.String():                       "2 张咨询单符合条件",
			"/appointments" + days + "&due=1":                                        "2 个约访",
			"/appointments" + days + "&state=arrived":                                "1 个约访",
			"/appointments" + days + "&state=no-show":                                "0 个约访",
			"/appointments" + days + "&due=1&channel=" + s.Web.String() + consultant: "2 个约访",
			"/appointments" + days + "&due=1&kind=renewal":                           "0 个约访",
			"/visits" + days: "2 次到访",
			"/visits" + days + "&channel=" + s.Web.String():                              "1 次到访",
			"/visits" + days + "&course=" + s.Course.String() + "&kind=new" + consultant: "1 次到访",
		} {
			p.wants(p.get(address, http.StatusOK), want)
		}
	})
}

// TestSAL5_ReceptionBoard: who waits longest stands first, for whom and since when; one click says who takes care, and the consultant may say it
// on the page of the visit.
func TestSAL5_ReceptionBoard(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, first := visited(t, s)
		s.Clock.Set(s.Clock.Now().Add(7 * time.Minute))
		_, next := visited(t, s)
		s.Clock.Set(s.Clock.Now().Add(5 * time.Minute))
		desk := open(s.FrontDesk(s.HD), t, s)
		page := desk.get("/", http.StatusOK)
		desk.wants(page, "今天到访 2 · 等候 2", "已等 12 分钟 · 等 consultant@HD", "已等 5 分钟")
		if strings.Index(page, "/visits/"+first.ID.String()+"/receive") > strings.Index(page, "/visits/"+next.ID.String()+"/receive") {
			t.Error("who waits longest does not stand first")
		}
		to, _ := desk.post("/visits/"+first.ID.String()+"/receive", http.StatusSeeOther, "staff_id", s.StaffID(s.Consultant2(s.HD)).String(), "_next", "/")
		if to != "/" {
			t.Errorf("leads to %s", to)
		}
		page = desk.get("/", http.StatusOK)
		desk.wants(page, "等候 1 · 接待中 1", "consultant2@HD · 09:24 起")
		if strings.Index(page, "/visits/"+first.ID.String()) < strings.Index(page, "/visits/"+next.ID.String()+"/receive") {
			t.Error("who is in a talk stands before who waits")
		}
		cons := open(s.Consultant(s.HD), t, s)
		here := "/visits/" + next.ID.String()
		cons.wants(cons.get(here, http.StatusOK), "等候中", "开始接待")
		cons.post(here+"/receive", http.StatusSeeOther, "_next", here)
		cons.wants(cons.get(here, http.StatusOK), "接待中", "consultant@HD · 09:24 起")
	})
}

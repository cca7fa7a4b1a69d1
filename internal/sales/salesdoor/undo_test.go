package salesdoor_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestUIB2_WorkListOffersUndo: the strip that goes with the next row of the work list offers to take the call back, and leads to the list.
func TestUIB2_WorkListOffersUndo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		form := url.Values{"channel": {"call"}, "direction": {"out"}, "result": {"discuss"}, "next_step": {"call-back"}, "next_day": {"2026-06-04"}}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/enquiries/"+e.ID.String()+"/call?back=%2Fwork&no=0&of=1", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		body := p.do(r).Body.String()
		if !strings.Contains(body, `action="/undo/`) {
			t.Errorf("no undo in %s", words(body))
		}
	})
}

// TestUIB2_WithdrawnVisit: the visit of a check-in that was taken back says so and asks for no needs analysis; the desk's day is without it.
func TestUIB2_WithdrawnVisit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, visit := visited(t, s)
		desk := open(s.FrontDesk(s.HD), t, s)
		desk.wants(desk.get("/", http.StatusOK), "今天 1 人到访")
		withdraw(t, s, visit.ID)
		page := open(s.Consultant(s.HD), t, s).get("/visits/"+visit.ID.String(), http.StatusOK)
		desk.wants(page, "签到已撤回")
		if strings.Contains(page, `name="outcome"`) {
			t.Error("a visit that was taken back can be finished")
		}
		desk.wants(desk.get("/", http.StatusOK), "还没有人到访", "签到")
	})
}

// TestSAL5_WalkInOfWhoIsExpected: the form of a known person, and the refusal of one who is typed in, offer to check in by the appointment.
func TestSAL5_WalkInOfWhoIsExpected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, a := s.Appointment(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		offers := func(page string) {
			t.Helper()
			p.wants(page, "何雨桐 今天有约访", "签到")
			if !strings.Contains(page, `name="appointment_id" value="`+a.ID.String()+`"`) {
				t.Error("it does not check in by the appointment")
			}
		}
		offers(p.get("/walk-ins/new?person_id="+e.PersonID.String(), http.StatusOK))
		_, page := p.post("/walk-ins", http.StatusUnprocessableEntity, "person_id", e.PersonID.String())
		offers(page)
		p.wants(page, "10:12 已有约访：请直接办理到访签到")
		_, page = p.post("/walk-ins", http.StatusOK, "name", "何雨桐", "phone", phoneOf(t, s, e.PersonID))
		p.wants(page, "今天 10:12 有约访", "同一人：办理签到")
		if strings.Contains(p.get("/walk-ins/new", http.StatusOK), "今天有约访") {
			t.Error("a stranger is expected")
		}
	})
}

// TestSAL2_LadderPage: the steps stand below the rules; a principal sees the company's and makes own ones, IT changes the company's.
func TestSAL2_LadderPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.Principal(s.HD), t, s)
		page := p.get("/settings/assignment", http.StatusOK)
		p.wants(page, "首次联系逾期怎么办", "3 个工作日", "提醒顾问", "5 个工作日", "告知主管", "7 个工作日", "转给别的顾问", "新增一步")
		if strings.Contains(page, "ladder?step_id=") {
			t.Error("a principal is led to change the company's steps")
		}
		p.get("/settings/assignment/ladder", http.StatusOK)
		_, page = p.post("/settings/assignment/ladder", http.StatusUnprocessableEntity, "after", "99", "unit", "days", "action", "reassign", "center_id", s.HD.String(), "active", "true")
		if got := errorAt(page, "after"); got != "“99”不行：请填 1 到 60 之间的整数。" {
			t.Errorf("at the time: %q", got)
		}
		to, _ := p.post("/settings/assignment/ladder", http.StatusSeeOther, "after", "4", "unit", "hours", "action", "tell-supervisor", "center_id", s.HD.String(), "active", "true")
		page = p.get(to, http.StatusOK)
		p.wants(page, "4 个营业小时", "海淀校区")
		edit := "/settings/assignment/ladder?step_id=" + between(page, "ladder?step_id=", `"`)
		p.wants(p.get(edit, http.StatusOK), "4 个营业小时")
		it := open(s.IT(), t, s)
		edit = "/settings/assignment/ladder?step_id=" + between(it.get("/settings/assignment", http.StatusOK), "ladder?step_id=", `"`)
		it.wants(it.get(edit, http.StatusOK), "3 个工作日")
		it.get("/settings/assignment/ladder?step_id=none", http.StatusNotFound)
		open(s.Consultant(s.HD), t, s).get("/settings/assignment/ladder", http.StatusForbidden)
	})
}

func withdraw(t *testing.T, s *testkit.School, visit id.ID) {
	t.Helper()
	if _, err := sales.WithdrawCheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.VisitInput{VisitID: visit}); err != nil {
		t.Fatal(err)
	}
}

func phoneOf(t *testing.T, s *testkit.School, person id.ID) (number string) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		list, err := people.Contacts(ctx, tx, person)
		number = list[0].Value
		return err
	})
	return number
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

// TestSAL6_PlacementIsShown: what was tested in a visit is asked in its form, and shown on the visit, the enquiry's timeline and the quote.
func TestSAL6_PlacementIsShown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, visit := visited(t, s)
		p := open(s.Consultant(s.HD), t, s)
		page := "/visits/" + visit.ID.String()
		p.wants(p.get(page, http.StatusOK), "定级测试（可不填）", "级别", "得分")
		answers := []string{"course_id", s.Course.String(), "needs.goal", "口语", "outcome", "quote"}
		_, refused := p.post(page+"/finish", http.StatusUnprocessableEntity, append(answers, "placement.score", "82")...)
		p.wants(refused, "级别")
		p.post(page+"/finish", http.StatusSeeOther, append(answers, "placement.level", "B1", "placement.score", "82", "placement.note", "听力强")...)
		p.wants(p.get(page, http.StatusOK), "定级测试", "B1（82 分）", "听力强")
		p.wants(p.get("/enquiries/"+e.ID.String(), http.StatusOK), "定级测试 B1（82 分）")
		q, err := sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}})
		if err != nil {
			t.Fatal(err)
		}
		p.wants(p.get("/quotes/"+q.ID.String(), http.StatusOK), "定级测试", "B1（82 分）")
	})
}

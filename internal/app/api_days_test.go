package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/testkit"
)

// Marketing registers, runs and closes a campaign by the API alone; who came by it is counted, what goes beyond the plan and what comes after the end is refused (MKT-1, MKT-2, MKT-3).
func TestMKT1_CampaignByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		m, boss, desk := apiClient(t, s, base, "marketing", id.None), apiClient(t, s, base, "general-manager", id.None), apiClient(t, s, base, "front-desk", s.HD)
		c := m.post("/campaigns", testkit.Campaign(t, s, id.None)).want(http.StatusCreated)
		campaign := "/campaigns/" + c.text("id")
		walkIn := func(name string) reply {
			return desk.post("/walk-ins", map[string]any{"name": name, "campaign_id": c.text("id"), "course_id": s.Course})
		}
		walkIn("李早来").want(http.StatusConflict, "step-missing")
		m.post(campaign+"/submit", map[string]any{"reason": "去年同期有效"}).want(http.StatusOK)
		m.post(campaign+"/approve", map[string]any{}).want(http.StatusForbidden, "forbidden")
		boss.post(campaign+"/approve", map[string]any{}).want(http.StatusOK)
		walkIn("李开放").want(http.StatusCreated)
		cost := map[string]any{"category": "media", "amount_fen": 1_200_100, "document": "FP-77"}
		if r := m.post(campaign+"/costs", cost).want(http.StatusUnprocessableEntity, "invalid"); r.field("amount_fen") != "beyond-plan" {
			t.Errorf("a cost beyond the approved plan: %s", r.raw)
		}
		cost["amount_fen"] = 800_000
		m.post(campaign+"/costs", cost).want(http.StatusCreated)
		results := m.get(campaign + "/results").want(http.StatusOK)
		if got := m.get(campaign + "/leads").want(http.StatusOK).items(); len(got) != 1 {
			t.Errorf("leads %v of %s", got, results.raw)
		}
		m.post(campaign+"/close", map[string]any{"lesson": "周末来的人多一倍"}).want(http.StatusUnprocessableEntity, "invalid") // the venue is open
		m.post(campaign+"/costs", map[string]any{"category": "venue", "amount_fen": 400_000, "document": "FP-78"}).want(http.StatusCreated)
		m.post(campaign+"/close", map[string]any{"lesson": "周末来的人多一倍"}).want(http.StatusOK)
		walkIn("李晚来").want(http.StatusConflict)
		s.Check(t)
	})
}

// A consultant's morning by the API alone: the work list in its order, a call with its guidance, an invitation, a loss that is taken back (SAL-3, SAL-10, UI-B2).
func TestSAL3_MorningByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 3 {
			s.Enquiry(t, s.HD)
		}
		c := apiClient(t, s, apiServer(t, s), "consultant", s.HD)
		due := func() (keys []string) {
			for _, item := range c.get("/work-list").want(http.StatusOK).items() {
				row, _ := item.(map[string]any)
				keys = append(keys, fmt.Sprint(row["id"]))
			}
			return keys
		}
		list := due()
		if len(list) != 3 {
			t.Fatalf("work list %v", list)
		}
		tomorrow := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1
		card := c.get("/enquiries/" + list[0] + "/playbook?lang=zh").want(http.StatusOK)
		touch := c.post("/enquiries/"+list[0]+"/touches", map[string]any{"channel": "call", "result": "discuss", "next_step": "call-back", "next_day": tomorrow}).want(http.StatusCreated)
		c.post("/touches/"+touch.text("id")+"/guidance", map[string]any{"playbook_id": card.body["id"], "no": card.body["version"], "used": true}).want(http.StatusCreated)
		c.post("/enquiries/"+list[1]+"/touches", map[string]any{"channel": "call", "result": "come", "next_step": "invite", "next_day": tomorrow}).want(http.StatusCreated)
		c.post("/appointments", map[string]any{"enquiry_id": list[1], "starts_at": s.Clock.Now().Add(26 * time.Hour)}).want(http.StatusCreated)
		lost := c.post("/enquiries/"+list[2]+"/touches", map[string]any{"channel": "call", "result": "not-interested", "closed_reason": "price"}).want(http.StatusCreated)
		if got := due(); len(got) != 0 {
			t.Errorf("after the morning %v is due", got)
		}
		c.post("/touches/"+lost.text("id")+"/withdraw", map[string]any{}).want(http.StatusCreated)
		if got := due(); len(got) != 1 || got[0] != list[2] {
			t.Errorf("after the loss was taken back %v is due, want %s", got, list[2])
		}
	})
}

// The front desk receives ten visitors by the API alone: six who were expected, one of them checked in by mistake, and four who were not, one of whom is known (SAL-4, SAL-5).
func TestSAL5_TenVisitorsByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := apiClient(t, s, apiServer(t, s), "front-desk", s.HD)
		var first reply
		for n := range 6 {
			_, a := s.Appointment(t, s.HD)
			v := desk.post("/visits", map[string]any{"appointment_id": a.ID}).want(http.StatusCreated)
			if n == 0 {
				desk.post("/visits/"+v.text("id")+"/withdraw", map[string]any{}).want(http.StatusCreated)
				first = desk.post("/visits", map[string]any{"appointment_id": a.ID}).want(http.StatusCreated)
			}
			if desk.post("/visits", map[string]any{"appointment_id": a.ID}).status < 400 {
				t.Error("somebody is checked in twice")
			}
		}
		for _, name := range []string{"赵敏", "钱多", "孙立"} {
			desk.post("/walk-ins", map[string]any{"name": name, "course_id": s.Course}).want(http.StatusCreated)
		}
		desk.post("/walk-ins", map[string]any{"person_id": s.Person(t, s.HD), "course_id": s.Course}).want(http.StatusCreated)
		if r := desk.post("/walk-ins", map[string]any{"name": "周全", "phone": "1390"}).want(http.StatusUnprocessableEntity, "invalid"); r.field("phone") == "" {
			t.Errorf("a phone of four digits is not named: %s", r.raw)
		}
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)).String()
		if got := desk.get("/visits?from=" + day + "&to=" + day).want(http.StatusOK).items(); len(got) != 10 {
			t.Errorf("%d visitors", len(got))
		}
		desk.post("/visits/"+first.text("id")+"/receive", map[string]any{"staff_id": s.StaffID(s.Consultant(s.HD))}).want(http.StatusOK)
		s.Check(t)
	})
}

// A supervisor gives a consultant's enquiries to another and a coaching task, which the consultant finds and ends, by the API alone (SAL-11, PRC-5).
func TestSAL11_ReassignAndCoachByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := apiServer(t, s)
		boss, c := apiClient(t, s, base, "supervisor", s.HD), apiClient(t, s, base, "consultant2", s.HD)
		two := s.StaffID(s.Consultant2(s.HD))
		for range 3 {
			e := s.Enquiry(t, s.HD)
			c.get("/enquiries/"+e.ID.String()).want(http.StatusNotFound, "not-found")
			boss.post("/enquiries/"+e.ID.String()+"/assign", map[string]any{"consultant_id": two, "reason": "absence"}).want(http.StatusOK)
			c.get("/enquiries/" + e.ID.String()).want(http.StatusOK)
		}
		boss.get("/reports/consultants?from=2026-01-01&to=2026-06-03&center=HD").want(http.StatusOK)
		due := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 7
		task := boss.post("/tasks", map[string]any{"staff_id": two, "kind": "coach-visit", "due": due, "note": "听两次到访谈话"}).want(http.StatusOK)
		found := false
		for _, item := range c.get("/tasks").want(http.StatusOK).items() {
			row, _ := item.(map[string]any)
			found = found || row["id"] == task.body["id"]
		}
		if !found {
			t.Error("the consultant does not find the task")
		}
		c.post("/tasks/"+task.text("id")+"/done", map[string]any{}).want(http.StatusOK)
	})
}

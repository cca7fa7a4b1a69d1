package marketingdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// trapped is a submission that was taken for a machine's.
func trapped(t *testing.T, s *testkit.School) (point marketing.CapturePointAnswer, got marketing.Received) {
	t.Helper()
	point, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网报名", Kind: "form", CenterID: s.HD, ChannelID: s.Web})
	if err != nil {
		t.Fatal(err)
	}
	got, err = marketing.ReceiveSubmission.Run(s.System(), s.Ops, marketing.ReceiveInput{
		PointID: point.ID, Name: "何雨桐", Phone: "13800138000", Minor: true, Guardian: "何先生", Consent: true, Proven: true, Trap: "x", Said: "周末班", Challenge: "c1",
	})
	if err != nil || got.State != marketing.SubmissionRejected {
		t.Fatalf("%+v, %v", got, err)
	}
	return point, got
}

// What was rejected wrongly is found by its state and taken with a reason, once: it is a lead with consent and notice as any other. Who does not keep the
// point does not take it (MKT-11).
func TestMKT11_AcceptSubmission(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		point, got := trapped(t, s)
		m := open(s.Marketing(), t, s)
		list, path := "/capture-points/"+point.ID.String()+"?state=", "/submissions/"+got.ID.String()+"/accept"
		if page := m.get(list+"rejected", http.StatusOK); !strings.Contains(page, path) || !strings.Contains(words(page), "何雨桐") {
			t.Errorf("what was rejected is not there: %s", words(page))
		}
		if page := m.get(list+"entered", http.StatusOK); strings.Contains(words(page), "何雨桐") {
			t.Error("the filter shows what was rejected")
		}
		m.wants(m.get(path, http.StatusOK), "仍然收下何雨桐的登记？", "填了人看不见的栏", "周末班")
		_, again := m.post(path, http.StatusUnprocessableEntity, "reason", " ")
		m.wants(again, "必填")
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries"); n != 0 {
			t.Fatalf("%d enquiries before it was taken", n)
		}
		to, _ := m.post(path, http.StatusSeeOther, "reason", "电话核实过，是家长")
		m.wants(m.get(to, http.StatusOK), "何雨桐", "人工收下：电话核实过，是家长")
		for what, text := range map[string]string{
			"enquiry":  "SELECT COUNT(*) FROM enquiries WHERE center = ? AND consultant IS NOT NULL",
			"lead":     "SELECT COUNT(*) FROM leads l JOIN submissions s ON s.lead = l.id WHERE s.state = 'entered' AND s.center = ?",
			"consents": "SELECT COUNT(*) / 2 FROM consents c JOIN persons p ON p.id = c.person WHERE c.source = 'form' AND p.center = ?",
			"notice":   "SELECT COUNT(*) FROM notices n JOIN enquiries e ON e.consultant = n.staff WHERE n.kind = 'enquiry' AND e.center = ?",
		} {
			if n := s.Count(t, text, s.HD); n != 1 {
				t.Errorf("%s: %d, want 1", what, n)
			}
		}
		m.post(path, http.StatusUnprocessableEntity, "reason", "再来一次")
		if _, err := sales.EnterSubmission.Run(s.System(), s.Ops, sales.EnterSubmissionInput{SubmissionID: got.ID}); err == nil {
			t.Error("it was entered twice")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM leads"); n != 1 {
			t.Errorf("%d leads", n)
		}
		s.Check(t)
	})
}

// Refused: what cannot be called, who has no right, another center's (MKT-11, ORG-4).
func TestMKT11_AcceptSubmissionRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		point, got := trapped(t, s)
		blank, err := marketing.ReceiveSubmission.Run(s.System(), s.Ops, marketing.ReceiveInput{PointID: point.ID, Name: "x", Proven: true, Challenge: "c2"})
		if err != nil {
			t.Fatal(err)
		}
		refused := func(want string, _ marketing.SubmissionAnswer, err error) {
			t.Helper()
			if p, ok := problem.As(err); !ok || p.Code != want {
				t.Errorf("want %s: %v", want, err)
			}
		}
		in := marketing.AcceptInput{SubmissionID: got.ID, Reason: "家长"}
		out, err := marketing.AcceptSubmission.Run(s.Marketing(), s.Ops, marketing.AcceptInput{SubmissionID: blank.ID, Reason: "家长"})
		refused("submission-unusable", out, err)
		out, err = marketing.AcceptSubmission.Run(s.Principal(s.CY), s.Ops, in)
		refused("not-found", out, err)
		out, err = marketing.AcceptSubmission.Run(s.GM(), s.Ops, in)
		refused("forbidden", out, err)
		if _, err := marketing.AcceptSubmission.Run(s.Principal(s.HD), s.Ops, in); err != nil {
			t.Errorf("the principal: %v", err)
		}
		if err := sales.EnterSubmissions(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM leads"); n != 1 {
			t.Errorf("the job made %d leads of it", n)
		}
	})
}

// known enters a person of a center.
func known(t *testing.T, s *testkit.School, center id.ID, name, phone string) id.ID {
	t.Helper()
	in := people.RegisterInput{Name: name, CenterID: center}
	if phone != "" {
		in.Phones = []people.ContactInput{{Value: phone}}
	}
	p, err := people.Register.Run(s.Principal(center), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// The review names who recommended the school: the enquiry has it, and a merge of persons finds it. Who is the submitter is refused when the lead is entered, with the
// reason; it is taken with another then. One whom the viewer does not see is none (MKT-11, MKT-12).
func TestMKT12_AcceptNamesReferrer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		point, got := trapped(t, s)
		referrer, self := known(t, s, s.HD, "何姐", ""), known(t, s, s.HD, "何雨桐", "13800138000")
		m := open(s.Principal(s.HD), t, s)
		path := "/submissions/" + got.ID.String() + "/accept"
		m.wants(m.get(path, http.StatusOK), "介绍人", "不选则以采集入口的介绍人为准")
		_, again := m.post(path, http.StatusUnprocessableEntity, "reason", "是老客户介绍的", web.PickerSearch, "何姐")
		m.wants(again, "何姐")
		to, _ := m.post(path, http.StatusSeeOther, "reason", "是老客户介绍的", "referrer_id", self.String())
		m.wants(m.get(to, http.StatusOK), "介绍人是本人")
		if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE state = 'rejected'"); n != 1 {
			t.Fatalf("%d rejected after one named oneself", n)
		}
		m.post(path, http.StatusSeeOther, "reason", "是老客户介绍的", "referrer_id", referrer.String())
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE referrer = ? AND person = ?", referrer, self); n != 1 {
			t.Errorf("%d enquiries name the referrer", n)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE recommended_by = ? AND id = ?", referrer, got.ID); n != 1 {
			t.Errorf("the submission does not name the referrer")
		}
		other, err := marketing.ReceiveSubmission.Run(s.System(), s.Ops, marketing.ReceiveInput{PointID: point.ID, Name: "郑一", Phone: "13900139001", Trap: "x", Challenge: "c3"})
		if err != nil {
			t.Fatal(err)
		}
		far := known(t, s, s.CY, "外中心", "")
		_, err = marketing.AcceptSubmission.Run(s.Principal(s.HD), s.Ops, marketing.AcceptInput{SubmissionID: other.ID, Reason: "家长", ReferrerID: far})
		if p, ok := problem.As(err); !ok || p.Code != "not-found" {
			t.Errorf("a referrer of another center: %v", err)
		}
		s.Check(t)
	})
}

// The referrer whom the review names goes before that of the point (MKT-12).
func TestMKT12_AcceptBeforePoint(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, got := trapped(t, s)
		referrer, byPoint := known(t, s, s.HD, "推荐人", ""), known(t, s, s.HD, "海报上的人", "")
		s.Exec(t, "UPDATE capture_points SET referrer = ?", byPoint)
		if _, err := marketing.AcceptSubmission.Run(s.Principal(s.HD), s.Ops, marketing.AcceptInput{SubmissionID: got.ID, Reason: "家长", ReferrerID: referrer}); err != nil {
			t.Fatal(err)
		}
		if err := sales.EnterSubmissions(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE referrer = ?", referrer); n != 1 {
			t.Errorf("%d enquiries name whom the review named", n)
		}
	})
}

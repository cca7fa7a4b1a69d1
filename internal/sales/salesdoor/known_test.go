package salesdoor_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// enquiryOf enters somebody with a phone and an enquiry at a center.
func enquiryOf(t *testing.T, s *testkit.School, center id.ID, name, number string) sales.Entered {
	t.Helper()
	e, err := sales.Enter.Run(s.FrontDesk(center), s.Ops, sales.EnterInput{
		Person: &people.RegisterInput{Name: name, Phones: []people.ContactInput{{Value: number}}}, CenterID: center,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// anotherOf is the value of the button that enters another person all the same.
func anotherOf(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`name="_another"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="_another"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no way to enter another person:\n%s", words(page))
	}
	return m[1] + m[2]
}

// TestPPL4_WalkInKnown: a walk-in who is known is not entered twice without a word; the one click after that takes up the open enquiry.
func TestPPL4_WalkInKnown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := enquiryOf(t, s, s.HD, "陈同同", "13712340001")
		p := open(s.FrontDesk(s.HD), t, s)
		walkIn := []string{"name", "陈同同", "phone", "137 1234 0001", "course_id", s.Course.String(), "_next", "/"}
		before := len(s.Facts(t))
		_, page := p.post("/walk-ins", http.StatusOK, walkIn...)
		p.wants(page, "是同一个人吗", "陈同同", "137****0001", "consultant@HD", "在跟进的咨询单：新签 · 新", "同一人：登记到访", "是另一个人，照样登记")
		if got := s.Facts(t)[before:]; len(got) != 0 {
			t.Errorf("asking saved %v", got)
		}
		if !strings.Contains(page, `value="137 1234 0001"`) || !strings.Contains(page, `id="known-title" tabindex="-1" autofocus`) {
			t.Error("what was typed is lost, or the notice has no focus")
		}
		if i, j := strings.Index(page, "登记并签到"), strings.Index(page, `name="_same"`); i < 0 || j < i {
			t.Error("Enter in a field would press the button of the notice")
		}
		p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_same", e.PersonID.String())...)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"sales.walked-in.1"}) {
			t.Errorf("the same person: facts = %v", got)
		}
		before = len(s.Facts(t))
		to, _ := p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_another", anotherOf(t, page), "_key", "k1")...)
		p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_another", anotherOf(t, page), "_key", "k1")...) // pressed twice
		if got := s.Facts(t)[before:]; to != "/" || !slices.Equal(got, []string{"people.person-registered.1", "sales.enquiry-entered.1", "sales.walked-in.1"}) {
			t.Errorf("another person: to %s, facts = %v", to, got)
		}
		// who appeared meanwhile was not called another one
		_, page = p.post("/walk-ins", http.StatusOK, append(walkIn, "_another", anotherOf(t, page))...)
		p.wants(page, "是同一个人吗")
	})
}

// TestPPL4_WalkInSentTwice: the second press of a walk-in that was saved is no duplicate of the first (TRU-2).
func TestPPL4_WalkInSentTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := open(s.FrontDesk(s.HD), t, s)
		for range 2 {
			p.post("/walk-ins", http.StatusSeeOther, "name", "赵敏", "phone", "13900001111", "_key", "twice")
		}
	})
}

// TestPPL4_WalkInExpected: somebody known with an appointment of today is checked in; another person may still be entered.
func TestPPL4_WalkInExpected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, a := s.Appointment(t, s.HD)
		person := personOf(t, s, a.ID)
		if _, err := people.Change.Run(s.FrontDesk(s.HD), s.Ops, people.ChangeInput{PersonID: person, Phones: &[]people.ContactInput{{Value: "13712340002"}}}); err != nil {
			t.Fatal(err)
		}
		p := open(s.FrontDesk(s.HD), t, s)
		walkIn := []string{"name", "何雨桐", "phone", "13712340002"}
		_, page := p.post("/walk-ins", http.StatusOK, walkIn...)
		p.wants(page, "今天 10:12 有约访", "同一人：办理签到")
		p.wants(p.swap("/walk-ins/duplicates", walkIn...), "今天 10:12 有约访", "同一人：办理签到")
		p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_another", anotherOf(t, page))...)
		before := len(s.Facts(t))
		p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_same", person.String())...)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"sales.visit-checked-in.1"}) {
			t.Errorf("facts = %v", got)
		}
	})
}

// TestPPL4_WalkInBeyondScope: another center's person is named masked with its owner, counts as a reveal, and cannot be taken.
func TestPPL4_WalkInBeyondScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := enquiryOf(t, s, s.CY, "陈同同", "13712340003")
		p := open(s.FrontDesk(s.HD), t, s)
		before := len(s.Facts(t))
		walkIn := []string{"name", "陈同同", "phone", "13712340003"}
		_, page := p.post("/walk-ins", http.StatusOK, walkIn...)
		p.wants(page, "陈** 137****0003", "consultant@CY", "不在您的权限范围内")
		if strings.Contains(page, "_same") || strings.Contains(page, "在跟进的咨询单") {
			t.Error("a person beyond the scope can be taken")
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.phone-revealed.1"}) {
			t.Errorf("facts = %v", got)
		}
		p.post("/walk-ins", http.StatusNotFound, append(walkIn, "_same", e.PersonID.String())...)
		p.post("/walk-ins", http.StatusSeeOther, append(walkIn, "_another", anotherOf(t, page))...)
	})
}

// TestPPL4_EnquiryKnown: the form of a new enquiry asks before it enters a known person again, and carries what was typed to that person,
// the birth date with it (UI-F4).
func TestPPL4_EnquiryKnown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		known, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, people.RegisterInput{Name: "陈同同", Phones: []people.ContactInput{{Value: "13712340004"}}})
		if err != nil {
			t.Fatal(err)
		}
		p := open(s.FrontDesk(s.HD), t, s)
		form := []string{"person.name", "陈同同", "person.phones.0.value", "13712340004", "person.birth", "2015-04-17", "course_id", s.Course.String(), "center_id", s.HD.String(), "kind", "new"}
		before := len(s.Facts(t))
		_, page := p.post("/enquiries/new", http.StatusOK, form...)
		p.wants(page, "是同一个人吗", "137****0004", "是同一人")
		if got := s.Facts(t)[before:]; len(got) != 0 {
			t.Errorf("asking saved %v", got)
		}
		m := regexp.MustCompile(`href="(/enquiries/new\?[^"]*person_id=` + known.ID.String() + `[^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatal("no way to the known person")
		}
		page = p.get(strings.ReplaceAll(m[1], "&amp;", "&"), http.StatusOK)
		p.wants(page, "给陈同同录入一张咨询单", "来自刚才填写的内容")
		if !strings.Contains(page, `value="2015-04-17"`) {
			t.Error("the birth date is not carried over")
		}
		p.post("/enquiries/new", http.StatusSeeOther, "person_id", known.ID.String(), "birth", "2015-04-17", "center_id", s.HD.String(), "kind", "new")
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			person, err := people.ByID(ctx, tx, known.ID)
			if person.Birth != bizdate.New(2015, 4, 17) {
				t.Errorf("birth = %s", person.Birth)
			}
			return err
		})
		before = len(s.Facts(t))
		_, page = p.post("/enquiries/new", http.StatusOK, form...)
		p.post("/enquiries/new", http.StatusSeeOther, append(form, "_another", anotherOf(t, page))...)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.person-registered.1", "sales.enquiry-entered.1"}) {
			t.Errorf("another person: facts = %v", got)
		}
	})
}

// TestSAL1_OpenEnquiryPage: the form for somebody with an open enquiry leads to it, and a second one is refused at the course.
func TestSAL1_OpenEnquiryPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		_, page := p.post("/enquiries/new", http.StatusUnprocessableEntity, "person_id", e.PersonID.String(), "center_id", s.HD.String(), "kind", "new")
		p.wants(page, "给何雨桐录入一张咨询单", "接着跟进这一张")
		if got := errorAt(page, "course_id"); !strings.Contains(got, "已有同类的咨询单在跟进（顾问 consultant@HD") {
			t.Errorf("at the course: %q", got)
		}
		if !strings.Contains(page, `href="/enquiries/`+e.ID.String()+`"`) {
			t.Error("no way to the open enquiry")
		}
	})
}

// personOf is whose appointment it is.
func personOf(t *testing.T, s *testkit.School, appointment id.ID) (person id.ID) {
	t.Helper()
	s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
		a, err := sales.AppointmentByID(ctx, tx, appointment)
		person = a.Person
		return err
	})
	return person
}

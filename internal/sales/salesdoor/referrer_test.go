package salesdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// referralChannel is the shipped channel of who was recommended.
func referralChannel(t *testing.T, s *testkit.School) string {
	t.Helper()
	var key id.ID
	s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
		tree, err := marketing.Channels(ctx, tx)
		for _, n := range tree.Nodes() {
			if n.Code == marketing.ReferralCode {
				key = n.ID
			}
		}
		return err
	})
	return key.String()
}

// fieldsOf counts what somebody fills in: the search of a person and its choices are one field.
func fieldsOf(form string) int {
	return strings.Count(form, `<div class="f">`) + strings.Count(form, `<fieldset class="f"`)
}

// The walk-in asks who recommended us only of who was recommended, offers those in scope with a masked number, and names who was chosen; with a
// search and no choice it comes back. It never has more than six fields (MKT-12, SAL-5).
func TestMKT12_WalkIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old, beyond := s.Enquiry(t, s.HD), s.Enquiry(t, s.CY)
		p, channel := open(s.FrontDesk(s.HD), t, s), referralChannel(t, s)
		page := p.get("/walk-ins/new", http.StatusOK)
		if strings.Contains(page, "_person_q") {
			t.Error("everybody is asked who recommended us")
		}
		part := p.fragment("/walk-ins/new?via=" + channel)
		p.wants(part, "介绍人")
		if n := fieldsOf(page) + fieldsOf(part) - fieldsOf(p.fragment("/walk-ins/new")); n > 6 {
			t.Errorf("%d fields for who was recommended", n)
		}
		found := p.fragment("/referrers?_person_q=heyutong")
		p.wants(found, "何雨桐", "****")
		if strings.Contains(found, beyond.PersonID.String()) || !strings.Contains(found, old.PersonID.String()) {
			t.Errorf("offered are %s", words(found))
		}
		form := []string{"name", "林小满", "phone", "13733330001", "via", channel, "_person_q", "heyutong"}
		_, again := p.post("/walk-ins", http.StatusUnprocessableEntity, form...)
		p.wants(again, "请在找到的人里选一位", "何雨桐")
		p.post("/walk-ins", http.StatusSeeOther, append(form, "referrer_id", old.PersonID.String())...)
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE referrer = ? AND walk_in = TRUE", old.PersonID); n != 1 {
			t.Errorf("enquiries with the referrer = %d", n)
		}
		_, again = p.post("/walk-ins", http.StatusUnprocessableEntity, "name", "林大满", "phone", "13733330002", "via", channel, "referrer_id", beyond.PersonID.String())
		p.wants(again, "没有")
	})
}

// A new enquiry names the referrer who was found (MKT-12).
func TestMKT12_EnterWithReferrer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := s.Enquiry(t, s.HD)
		p := open(s.FrontDesk(s.HD), t, s)
		form := []string{"person.name", "林小满", "person.phones.0.value", "13733330001", "channel_id", referralChannel(t, s), "center_id", s.HD.String(), "kind", "new", "_person_q", "heyutong"}
		_, again := p.post("/enquiries/new", http.StatusUnprocessableEntity, form...)
		p.wants(again, "请在找到的人里选一位")
		p.post("/enquiries/new", http.StatusSeeOther, append(form, "referrer_id", old.PersonID.String())...)
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE referrer = ?", old.PersonID); n != 1 {
			t.Errorf("enquiries with the referrer = %d", n)
		}
	})
}

// A known visitor's open enquiry gets the referrer, unless it names one; a circle is refused, and nobody is received (MKT-12).
func TestMKT12_WalkInOfKnown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		first, second, e := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		come := func(e sales.Entered, referrer id.ID) error {
			_, err := sales.WalkIn.Run(s.FrontDesk(s.HD), s.Ops, sales.WalkInInput{PersonID: e.PersonID, CenterID: s.HD, ReferrerID: referrer})
			return err
		}
		for _, referrer := range []id.ID{first.PersonID, second.PersonID} {
			if err := come(e, referrer); err != nil {
				t.Fatal(err)
			}
			if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE id = ? AND referrer = ?", e.ID, first.PersonID); n != 1 {
				t.Error("the enquiry does not name who was named first")
			}
		}
		visits := s.Count(t, "SELECT COUNT(*) FROM visits")
		if err := come(first, e.PersonID); err == nil || s.Count(t, "SELECT COUNT(*) FROM visits") != visits {
			t.Errorf("a circle: %v", err)
		}
		s.Check(t)
	})
}

// The form of the referrer says which version it showed, and is refused when the enquiry has changed since (ORG-10, MKT-12).
func TestORG10_ReferrerStale(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old, e := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		path := "/enquiries/" + e.ID.String() + "/referrer"
		m := regexp.MustCompile(`name="version" value="([0-9]+)"`).FindStringSubmatch(p.get(path+"?q=heyutong", http.StatusOK))
		if m == nil {
			t.Fatal("the form does not say which version it shows")
		}
		grade := "A"
		if _, err := sales.ChangeEnquiry.Run(s.Consultant(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, Grade: &grade}); err != nil {
			t.Fatal(err)
		}
		p.post(path, http.StatusPreconditionFailed, "referrer_id", old.PersonID.String(), "version", m[1], "q", "heyutong")
		if n := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE referrer IS NOT NULL"); n != 0 {
			t.Error("a stale form named the referrer")
		}
		p.post(path, http.StatusSeeOther, "referrer_id", old.PersonID.String(), "version", fmt.Sprint(e.Version+1))
	})
}

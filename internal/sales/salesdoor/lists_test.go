package salesdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestSAL6_OwnNamesAreShown: the panel of a call offers a school's own result, step and reason by their names and no retired one; the timeline
// calls an own result by its name also after it was retired, and a shipped one as the school renamed it.
func TestSAL6_OwnNamesAreShown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		set := func(in people.SetCodeInput) {
			t.Helper()
			if _, err := people.SetCode.Run(s.IT(), s.Ops, in); err != nil {
				t.Fatal(err)
			}
			if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
				t.Fatal(err)
			}
		}
		set(people.SetCodeInput{List: people.ListResults, NameZH: new("加了企业微信"), NameEN: new("Added on WeCom")})
		set(people.SetCodeInput{List: people.ListSteps, NameZH: new("寄样书"), NameEN: new("Post a sample book")})
		set(people.SetCodeInput{List: people.ListReasons, NameZH: new("搬去外地"), NameEN: new("Moved away")})
		set(people.SetCodeInput{List: people.ListReasons, Code: "distance", Active: new(false)})
		set(people.SetCodeInput{List: people.ListResults, Code: "willing", NameZH: new("很想来"), NameEN: new("Keen")})
		e := s.Enquiry(t, s.HD)
		p := open(s.Consultant(s.HD), t, s)
		call := p.get("/enquiries/"+e.ID.String()+"/call", http.StatusOK)
		p.wants(call, "加了企业微信", "寄样书", "搬去外地", "很想来")
		if strings.Contains(call, `value="distance"`) {
			t.Error("a retired reason is offered")
		}
		_, err := people.RecordTouch.Run(s.Consultant(s.HD), s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "wechat", Result: "own-1", NextStep: "own-1", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1})
		if err != nil {
			t.Fatal(err)
		}
		set(people.SetCodeInput{List: people.ListResults, Code: "own-1", Active: new(false)})
		for _, page := range []string{"/enquiries/" + e.ID.String(), "/enquiries?outcome=open"} {
			if text := p.get(page, http.StatusOK); !strings.Contains(text, "寄样书") || strings.Contains(text, "own-1<") {
				t.Errorf("%s does not name an own step", page)
			}
		}
		p.wants(p.get("/enquiries/"+e.ID.String(), http.StatusOK), "加了企业微信")
	})
}

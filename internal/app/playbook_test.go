package app_test

import (
	"net/http"
	"testing"

	"zhike/internal/app"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestSAL10_CardBesideEnquiry: beside an enquiry stands the card that fits best, with its material to be opened and others that fit; a line that names no page is plain.
func TestSAL10_CardBesideEnquiry(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		_, err := sales.WritePlaybook.Run(s.Principal(s.HD), s.Ops, sales.PlaybookInput{
			Name: "少儿首联", Lang: "zh", Stage: "new", CourseID: s.Course, Short: "先说来处", Material: "课程介绍：https://school.example/kids?a=1\n路线图\n看 https:// 吧", Active: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		v := signedIn(t, s, serve(t, s, app.PageOptions{}), "consultant", s.HD)
		v.get("/enquiries/"+e.ID.String()).want(t, http.StatusOK, "少儿首联", `<a href="https://school.example/kids?a=1" target="_blank" rel="noopener noreferrer">课程介绍</a>`, "路线图", "看 https:// 吧", "也适用", "首次联系")
		card := apiClient(t, s, apiServer(t, s), "consultant", s.HD).get("/enquiries/" + e.ID.String() + "/playbook").want(http.StatusOK)
		others, _ := card.body["others"].([]any)
		if card.body["name"] != "少儿首联" || len(others) == 0 {
			t.Errorf("by API: %s", card.raw)
		}
	})
}

package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
)

// TestUIS1_CenterSwitch: the center that was chosen filters every list, stays chosen, and stands in the address; without its filter a
// list shows all again, and a figure of all centers leads to all.
func TestUIS1_CenterSwitch(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.Enquiry(t, s.HD)
	s.Enquiry(t, s.HD)
	s.Enquiry(t, s.CY)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "general-manager", id.None)
	v.get("/enquiries").want(t, http.StatusOK, "共 3 条")
	hd := s.HD.String()
	v.post("/preferences", "center", hd, "_next", "/enquiries?kind=new").wantTo(t, "/enquiries?kind=new")
	for _, list := range []string{"/enquiries", "/appointments", "/visits", "/contracts", "/instalments", "/payments", "/people", "/reports/daily-sales"} {
		v.get(list).wantTo(t, list+"?center="+hd)
		v.get(list+"?center="+hd).want(t, http.StatusOK)
		v.get(list+"?center=").want(t, http.StatusOK)
		v.get(list+"?center=all").want(t, http.StatusOK)
	}
	v.get("/enquiries?kind=new").wantTo(t, "/enquiries?center="+hd+"&kind=new")
	page := v.get("/enquiries?center=" + hd)
	page.want(t, http.StatusOK, "共 2 条", "海淀校区", "center=all")
	v.get("/enquiries?center=all").want(t, http.StatusOK, "共 3 条")
	v.get("/enquiries?center=").want(t, http.StatusOK, "共 3 条")
	// The menu counts what its link shows.
	nav := navPart.FindString(page.body)
	for _, to := range linksOf(nav) {
		if path, query, _ := strings.Cut(to, "?"); path == "/enquiries" {
			if values, err := url.ParseQuery(query); err != nil || values.Get("center") != hd || values.Get("outcome") != "open" {
				t.Errorf("the menu leads to %s", to)
			}
			v.get(to).want(t, http.StatusOK, "共 2 条")
		}
	}
	if !strings.Contains(nav, "<small>2</small>") {
		t.Error("the menu does not count the two open enquiries")
	}
	v.post("/preferences", "center", "all").wantTo(t, "/")
	v.get("/enquiries").want(t, http.StatusOK, "共 3 条")
}

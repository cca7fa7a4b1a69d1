package marketingdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// A point names who recommends by it, of those whom its keeper sees; who may not read persons changes the point and does not lose them (MKT-11, MKT-12).
func TestMKT12_PointReferrer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		old := s.Enquiry(t, s.HD)
		k, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "老带新", Kind: "link", CenterID: s.HD, ChannelID: s.Web})
		if err != nil {
			t.Fatal(err)
		}
		path := "/capture-points/" + k.ID.String() + "/edit"
		named := func(who id.ID) bool {
			if who.IsNone() {
				return s.Count(t, "SELECT COUNT(*) FROM capture_points WHERE id = ? AND referrer IS NULL", k.ID) == 1
			}
			return s.Count(t, "SELECT COUNT(*) FROM capture_points WHERE id = ? AND referrer = ?", k.ID, who) == 1
		}
		form := func(more ...string) []string {
			return append([]string{"name", "老带新", "kind", "link", "center_id", s.HD.String(), "channel_id", s.Web.String(), "active", "true"}, more...)
		}
		principal, keeper := open(s.Principal(s.HD), t, s), open(s.Marketing(), t, s)
		_, again := principal.post(path, http.StatusUnprocessableEntity, form("_person_q", "heyutong")...)
		principal.wants(again, "请在找到的人里选一位", "何雨桐", "介绍人")
		principal.post(path, http.StatusSeeOther, form("_person_q", "heyutong", "referrer_id", old.PersonID.String())...)
		if !named(old.PersonID) {
			t.Error("the point does not name who was chosen")
		}
		if page := keeper.get(path, http.StatusOK); strings.Contains(page, "何雨桐") || strings.Contains(page, old.PersonID.String()) {
			t.Error("who may not read persons sees the referrer")
		}
		keeper.post(path, http.StatusSeeOther, form()...)
		if !named(old.PersonID) {
			t.Error("the point lost its referrer")
		}
		if page := principal.get(path, http.StatusOK); !strings.Contains(page, `value="`+old.PersonID.String()+`" checked`) {
			t.Errorf("the form does not name who recommends: %s", words(page))
		}
		principal.post(path, http.StatusSeeOther, form("referrer_id", "")...)
		if !named(id.None) {
			t.Error("the referrer was not withdrawn")
		}
	})
}

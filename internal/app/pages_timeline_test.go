package app_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/app"
)

// TestPPL6_OneWording: the pages of a person and of an enquiry tell what happened in the same words and marks.
func TestPPL6_OneWording(t *testing.T) {
	t.Parallel()
	s := school(t)
	e, _ := s.Appointment(t, s.HD)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "consultant", s.HD)
	for _, lang := range []string{"zh", "en"} {
		if lang == "en" {
			v.post("/preferences", "lang", "en")
		}
		var told []string
		for _, path := range []string{"/people/" + e.PersonID.String(), "/enquiries/" + e.ID.String()} {
			a := v.get(path)
			a.want(t, http.StatusOK)
			_, rest, _ := strings.Cut(a.body, `<div class="tl">`)
			timeline, _, _ := strings.Cut(rest, `</div></section>`)
			if strings.Count(timeline, "<li>") < 3 {
				t.Errorf("%s shows %d events:\n%s", path, strings.Count(timeline, "<li>"), timeline)
			}
			if i := strings.LastIndex(timeline, "</ol>"); i > 0 {
				timeline = timeline[:i]
			}
			told = append(told, timeline)
		}
		if told[0] != told[1] {
			t.Errorf("in %s the person's page tells\n%s\nthe enquiry's\n%s", lang, told[0], told[1])
		}
	}
}

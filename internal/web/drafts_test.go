package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhike/internal/web"
)

// TestUIF3_EveryForm: a form keeps its draft under the address that it is sent to unless it names another key; only what is secret is kept
// nowhere.
func TestUIF3_EveryForm(t *testing.T) {
	around := outer(t, catalogue(t))
	for name, c := range map[string]struct {
		form web.Form
		key  string
	}{
		"its page":    {web.Form{}, "/page?x=1"},
		"its action":  {web.Form{Action: "/walk-ins?back=%2Fdesk"}, "/walk-ins"},
		"its own key": {web.Form{Action: "/call", Draft: "call-1"}, "call-1"},
		"secret":      {web.Form{Secret: true}, ""},
	} {
		page := web.Func(func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, c.form.With()) })
		html := ask(t, around(page), httptest.NewRequest(http.MethodGet, "/page?x=1", nil)).Body.String()
		if got := strings.Contains(html, `data-draft="`+c.key+`"`); got != (c.key != "") || strings.Contains(html, "data-draft-notice") != got || strings.Contains(html, "data-draft-saved") != got {
			t.Errorf("%s: %s", name, html)
		}
	}
}

// TestUIF3_Claim: a page of what went wrong claims no draft by itself: the script shows the words where this browser keeps one.
func TestUIF3_Claim(t *testing.T) {
	body := ask(t, outer(t, catalogue(t))(failing(errors.New("disk full"))), post("/x", "name=a")).Body.String()
	if !strings.Contains(body, `data-draft-kept hidden>`) || strings.Count(body, "草稿已保存")+strings.Count(body, "draft is saved") != 1 {
		t.Error(body)
	}
}

package rollout

import (
	"testing"

	"zhike/internal/kernel/id"
)

// A page that is kept holds no whole phone and no mail address; other numbers stay.
func TestPPL10_MaskPage(t *testing.T) {
	for text, want := range map[string]string{
		"13800138000":                          "138****8000",
		"138 0013 8000":                        "138 **** 8000",
		"138&nbsp;0013&nbsp;8000":              "138&nbsp;****&nbsp;8000",
		"138\u00a00013\u00a08000,":             "138\u00a0****\u00a08000,",
		"+86 138 0013 8000":                    "+86 138 **** 8000",
		`href="tel:+8613800138000"`:            `href="tel:+86138****8000"`,
		"010-62345678":                         "010-****5678",
		"138****8000":                          "138****8000",
		"he.yutong@mail.example":               "h***@mail.example",
		"¥38,400.00 2026-06-03":                "¥38,400.00 2026-06-03",
		"HD2026-0119":                          "HD2026-0119",
		"0190a1b2-1380-7138-8000-138001380001": "0190a1b2-1380-7138-8000-138001380001",
	} {
		if got := maskPage(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestROL8_RecordOf(t *testing.T) {
	key := id.ID{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80}
	for page, want := range map[string]string{
		"/": "", "/enquiries": "", "/enquiries?center=" + key.String(): "", "/" + key.String(): "",
		"/people/" + key.String(): "people", "/visits/" + key.String() + "/finish?x=1": "visits",
	} {
		kind, record := recordOf(page)
		if kind != want || (record == key) != (want != "") {
			t.Errorf("%s is of %q %s", page, kind, record)
		}
	}
}

//go:build e2e

package e2e

import (
	"strconv"
	"testing"

	"zhike/internal/sales"
)

// TestSAL5_BoardKeepsUp: who arrives appears on the board of the reception without a reload; nothing is fetched while somebody has the focus in it or
// a dialog is open, or while the tab is hidden; it says when the server could not be reached, and no more once it was.
func TestSAL5_BoardKeepsUp(t *testing.T) {
	s, st := desked(t)
	_, first := s.Appointment(t, s.HD)
	_, second := s.Appointment(t, s.HD)
	u := st.as(t, "front-desk", s.HD)
	visit(t, u, "/desk")
	arrive := func(a sales.BookedAppointment, rows int) {
		t.Helper()
		if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
			t.Fatal(err)
		}
		u.read(lookAgain)
		u.until(`document.querySelector("main .lead").innerText.includes("` + strconv.Itoa(rows) + ` 人已到")`)
		u.until(`document.querySelectorAll("#board section:last-child tbody tr").length === ` + strconv.Itoa(rows))
	}
	u.until(`document.documentElement.classList.contains("js")`)
	u.read(`(() => { window.reads = 0; window.real = window.fetch; window.fetch = (...all) => { window.reads++; return window.real(...all); }; return ""; })()`)
	arrive(first, 1)
	for what, prepare := range map[string]string{
		"focus in it":   `document.querySelector("#board a").focus()`,
		"a dialog":      `document.querySelector("#walk-in").showModal()`,
		"a hidden page": `Object.defineProperty(document, "hidden", {value: true, configurable: true})`,
	} {
		u.read(`(() => { document.activeElement.blur(); window.reads = 0; ` + prepare + `; return ""; })()`)
		if n := u.read(lookAgain + `, String(window.reads)`); n != "0" {
			t.Errorf("with %s the board was fetched %s times", what, n)
		}
		u.read(`(() => { document.querySelector("#walk-in").close(); document.activeElement.blur(); delete document.hidden; return ""; })()`)
	}
	u.read(`(() => { window.fetch = () => Promise.reject(new Error("away")); return ""; })()`)
	u.read(lookAgain)
	u.until(`document.querySelector("[data-live-note]").innerText.includes("没有连上服务器")`)
	u.read(`(() => { window.fetch = window.real; return ""; })()`)
	arrive(second, 2)
	u.until(`document.querySelector("[data-live-note]").hidden`)
	u.calm()
}

// lookAgain is what the browser tells a page when its tab is looked at again.
const lookAgain = `String(document.dispatchEvent(new Event("visibilitychange")))`

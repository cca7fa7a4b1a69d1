//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// laned is somebody at the board or the calendar, who uses the keyboard alone.
type laned struct{ *user }

// keys presses keys, one after the other.
func (u laned) keys(text string) {
	u.t.Helper()
	testkit.Act(u.tab, u.t, chromedp.KeyEvent(text))
}

// shifted presses a key with Shift.
func (u laned) shifted(key string) {
	u.t.Helper()
	testkit.Act(u.tab, u.t, chromedp.KeyEvent(key, chromedp.KeyModifiers(kb.ModifierShift)))
}

// tabTo presses Tab until what the selector finds has the focus.
func (u laned) tabTo(selector string) {
	u.t.Helper()
	for range 60 {
		if value[bool](u.user, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", selector)) {
			return
		}
		u.keys(kb.Tab)
	}
	u.t.Fatalf("Tab does not lead to %s", selector)
}

// holds waits until a card has the focus, in a lane.
func (u laned) holds(card, lane string) {
	u.t.Helper()
	u.until(fmt.Sprintf(`document.readyState === "complete" && !document.querySelector("dialog[open]") && document.activeElement?.id === %q && document.activeElement.closest("[data-to]").dataset.to === %q`, card, lane))
}

// asked waits until the dialog asks something, and looks at it.
func (u laned) asked(words string) {
	u.t.Helper()
	u.until(fmt.Sprintf(`document.querySelector("dialog#step[open]")?.innerText.includes(%q) && document.querySelector("dialog#step").contains(document.activeElement)`, words))
	for _, v := range testkit.Axe(u.tab, u.t) {
		u.t.Error(v)
	}
}

// stands is where an enquiry stands.
func (u laned) stands(key id.ID) (e sales.Enquiry) {
	u.t.Helper()
	u.s.Read(u.t, u.s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		e, err = sales.EnquiryByID(ctx, tx, key)
		return err
	})
	return e
}

// TestSAL15_BoardByKeyboard: a consultant takes an enquiry over the board by keys alone: each stage asks its step in place, what the facts
// do not allow is refused with a sentence and the next step, and the card has the focus again afterwards (UI-L6, UI-B4).
func TestSAL15_BoardByKeyboard(t *testing.T) {
	s, st := desked(t)
	other := s.Enquiry(t, s.HD)
	s.Touch(t, s.HD, other)
	e := s.Enquiry(t, s.HD)
	card := "card-" + e.ID.String()
	u := laned{st.as(t, "consultant", s.HD)}
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/enquiries?as=board&sort=entered"), chromedp.WaitVisible("#"+card))

	u.keys("l") // the first card, of the new ones
	u.holds(card, "new")
	u.keys("l")
	u.holds("card-"+other.ID.String(), "contacted")
	u.keys(kb.ArrowLeft)
	u.holds(card, "new")

	u.shifted(kb.ArrowRight) // contacted: what came of it is asked
	u.asked("下一次联系")
	u.keys("1")
	u.keys(kb.Enter)
	u.holds(card, "contacted")
	if got := u.stands(e.ID); got.Stage != sales.Contacted || got.FirstTouch.IsZero() {
		t.Fatalf("it stands at %s", got.Stage)
	}

	u.shifted(kb.ArrowRight) // invited: when is asked; without a time it is said in place
	u.asked("哪一天")
	u.tabTo("dialog .acts2 button")
	u.keys(kb.Enter)
	u.until(`document.querySelector("dialog#step[open] .errs") !== null`)
	testkit.Complaints(u.tab, t) // of the refusal
	u.tabTo(`dialog input[name="day"]`)
	u.keys(" " + kb.ArrowRight) // tomorrow
	u.tabTo(`dialog input[name="time"]`)
	u.keys(" ")
	u.keys(kb.Enter)
	u.holds(card, "invited")

	u.shifted(kb.ArrowRight) // a consultant checks nobody in, and that day has not come
	u.asked("约访在")
	u.keys(kb.Escape)
	u.holds(card, "invited")

	u.keys("m") // the menu says what leads where
	u.asked(u.text("sales.to.by-lose"))
	u.reads("需求分析") // what a quote needs first
	u.tabTo(`dialog a[href*="/to/lost"]`)
	u.keys(kb.Enter)
	u.asked(u.text("sales.lose.note"))
	u.tabTo(`dialog input[name="reason"]`)
	u.keys(" ")
	u.keys(kb.Enter)
	u.holds(card, "lost")
	if got := u.stands(e.ID); got.Stage != sales.Lost || got.LostReason == "" {
		t.Errorf("it stands at %s for %q", got.Stage, got.LostReason)
	}
	u.keys("z") // taken back
	u.until(fmt.Sprintf(`document.readyState === "complete" && document.getElementById(%q)?.closest("[data-to]").dataset.to === "invited"`, card))
	u.calm()
}

// TestSAL15_BoardByMouse: a card that is dragged to a stage asks the step of the stage; the desk checks the visitor in by it.
func TestSAL15_BoardByMouse(t *testing.T) {
	s, st := desked(t)
	e, _ := s.Appointment(t, s.HD)
	card := "card-" + e.ID.String()
	u := laned{st.as(t, "front-desk", s.HD)}
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/enquiries?as=board"), chromedp.WaitVisible("#"+card))
	drag := func(to string) {
		t.Helper()
		at := value[[]float64](u.user, fmt.Sprintf(`[document.getElementById(%q), document.querySelector('[data-to=%s]')].flatMap(e => { const r = e.getBoundingClientRect(); return [r.x + 40, r.y + 50]; })`, card, to))
		mouse := func(kind input.DispatchMouseEventType, x, y float64) chromedp.Action[chromedp.Void] {
			return chromedp.MouseEvent(kind, x, y, chromedp.ButtonLeft)
		}
		testkit.Act(u.tab, t, mouse(chromedp.MousePressed, at[0], at[1]), mouse(chromedp.MouseMoved, at[0]+10, at[1]+5), mouse(chromedp.MouseMoved, at[2], at[3]), mouse(chromedp.MouseMoved, at[2]+2, at[3]+2), mouse(chromedp.MouseReleased, at[2]+2, at[3]+2))
	}
	drag("contacted") // against the facts
	u.asked("不会退回")
	u.press("sales.board.close")
	u.until(`!document.querySelector("dialog[open]")`)
	drag("visited")
	u.asked(u.text("sales.appointments.check-in"))
	u.pressIn("dialog", "sales.appointments.check-in")
	u.holds(card, "visited")
	if got := u.stands(e.ID); got.Stage != sales.Visited {
		t.Errorf("it stands at %s", got.Stage)
	}
	u.calm()
}

// TestSAL15_QuoteOnTheBoard: the quote is made over the board, priced while it is filled in; a contract follows on its own page.
func TestSAL15_QuoteOnTheBoard(t *testing.T) {
	s, st := desked(t)
	e, a := s.Appointment(t, s.HD)
	v, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	if err != nil {
		t.Fatal(err)
	}
	card := "card-" + e.ID.String()
	u := laned{st.as(t, "consultant", s.HD)}
	board := func() {
		t.Helper()
		testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/enquiries?as=board"), chromedp.WaitVisible("#"+card))
		u.keys("j")
	}
	board()
	u.shifted(kb.ArrowRight) // the process wants the needs analysis first, and leads to it
	u.asked("需求分析")
	u.tabTo("dialog a.btn.p")
	u.keys(kb.Enter)
	u.at("/visits/" + v.ID.String())
	if _, err := sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}); err != nil {
		t.Fatal(err)
	}
	board()
	u.shifted(kb.ArrowRight)
	u.asked("¥19,200.00")
	u.tabTo(`dialog [name="discount_fen"]`)
	u.keys("20000")
	u.asked("也不能达到原价")
	u.keys(kb.Backspace + kb.Backspace)
	u.asked("¥19,000.00")
	u.keys(kb.Enter)
	u.holds(card, "quoted")
	u.reads("Q-")
	u.shifted(kb.ArrowRight)
	u.asked(u.text("sales.to.contract"))
	u.tabTo("dialog a.btn.p")
	u.keys(kb.Enter)
	u.at("/quotes/")
	board()
	u.keys("gh") // these two lead home, from a card too
	u.until(`location.pathname === "/"`)
	u.calm()
}

// TestSAL15_CalendarByKeyboard: a consultant moves an appointment to another day by keys, where the new time is asked in place, and gives a
// next step another date by a contact.
func TestSAL15_CalendarByKeyboard(t *testing.T) {
	s, st := desked(t)
	e := s.Enquiry(t, s.HD)
	s.Touch(t, s.HD, e)
	monday := testkit.Morning.In(s.Dir.Zone(s.HD))
	b, err := sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: time.Date(monday.Year(), monday.Month(), monday.Day(), 15, 30, 0, 0, monday.Location())})
	if err != nil {
		t.Fatal(err)
	}
	due := s.Enquiry(t, s.HD)
	s.Touch(t, s.HD, due)
	u := laned{st.as(t, "consultant", s.HD)}
	day := func(after int) string { return monday.AddDate(0, 0, after).Format(time.DateOnly) }
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/enquiries?as=calendar"), chromedp.WaitVisible("#visit-"+b.ID.String()))

	u.keys("j")
	u.holds("visit-"+b.ID.String(), day(0))
	u.shifted(kb.ArrowRight)
	u.asked("改到什么时候")
	if at := u.read(`[document.querySelector("dialog [name=day]:checked")?.value, document.querySelector("dialog [name=exact]").value].join(" ")`); at != day(1)+" 15:30" {
		t.Errorf("the form is filled with %q", at)
	}
	u.tabTo("dialog .acts2 button")
	u.keys(kb.Enter)
	u.until(fmt.Sprintf(`document.querySelector('[data-to="%s"] [id^="visit-"]') !== null && document.querySelector('[data-to="%s"] [id^="visit-"]') === null && document.readyState === "complete"`, day(1), day(0)))
	if got := u.stands(e.ID); got.NextDay.String() != day(1) {
		t.Errorf("the visit is on %s", got.NextDay)
	}

	step := "step-" + due.ID.String()
	u.keys("j")
	u.until(`document.activeElement?.matches("[data-row]") ?? false`)
	u.keys("j")
	u.holds(step, day(1))
	u.shifted(kb.ArrowRight)
	u.asked("下一次联系")
	u.keys("1")
	u.keys(kb.Enter)
	u.holds(step, day(2))
	u.keys(kb.Enter)
	u.at("/enquiries/" + due.ID.String())
	u.calm()
}

// TestSAL15_Narrow: without room the lanes stand below each other and nothing is scrolled sideways; without script the same steps are pages.
func TestSAL15_Narrow(t *testing.T) {
	s, st := desked(t)
	for range 7 {
		s.Enquiry(t, s.HD)
	}
	e, _ := s.Appointment(t, s.HD)
	for _, lang := range i18n.Langs {
		st.lang = lang
		u := laned{st.as(t, "consultant", s.HD)}
		if err := testkit.Viewport(u.tab, 390, 844); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/enquiries?as=board", "/enquiries?as=calendar", "/enquiries?as=calendar&span=month", "/enquiries?as=board&q=nobody", "/enquiries?as=calendar&day=2020-01-01", "/enquiries/" + e.ID.String() + "/to", "/enquiries/" + e.ID.String() + "/to/contacted?back=/enquiries%3Fas%3Dboard"} {
			testkit.Act(u.tab, t, chromedp.Navigate(u.base+path))
			if got := u.read(`String(document.documentElement.scrollWidth)`); got != "390" {
				t.Errorf("%s is %s px wide", path, got)
			}
			for _, v := range testkit.Axe(u.tab, t) {
				t.Errorf("%s: %s", path, v)
			}
		}
		testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/enquiries?as=board"))
		if n := value[int](u.user, `[...document.querySelectorAll('[data-to="new"] .card')].filter(c => c.checkVisibility()).length`); n != 5 {
			t.Errorf("%d of 7 cards are shown", n)
		}
		shown := value[[]string](u.user, `[...document.querySelectorAll("[data-lane] h2")].map(h => h.innerText.replace(/\s+/g, " ").trim())`)
		if !slices.Contains(shown, u.text("stage.new")+" 7") && !slices.Contains(shown, "New 7") {
			t.Errorf("columns = %q", shown)
		}
		u.calm()
	}
}

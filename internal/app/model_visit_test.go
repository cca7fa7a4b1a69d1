package app_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/sales"
)

func (w *walk) book() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	starts, past := w.starts()
	var bad []string
	if e.stage == "signed" {
		bad = append(bad, "already-ended")
	}
	if w.expected(e) != nil {
		bad = append(bad, "already-booked")
	}
	if past {
		bad = append(bad, "in-past")
	}
	want := ""
	if len(bad) > 0 {
		want = wordsOf("invalid", bad)
	}
	if !w.did("touch", e) && !w.did("walk-in", e) {
		want = "step-missing"
	}
	out, ok := attempt(w, sales.Book, w.seller(e), "/appointments", sales.BookInput{EnquiryID: e.id, Starts: starts}, want)
	if !ok {
		return
	}
	e.undoable(out.ID)
	e.reach("invited")
	e.next = "visit"
	w.made++
	w.appointments = append(w.appointments, &mAppointment{id: out.ID, of: e, starts: starts, state: "booked", fact: w.note("booked"), made: w.made})
}

// starts draws a time for an appointment, now and then one that is over.
func (w *walk) starts() (at time.Time, past bool) {
	if w.chance(8, "in the past") {
		return w.now.Add(-2 * time.Hour), true
	}
	return w.ahead(w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 60, 25 * 60}).Draw(w.r, "in minutes")) * time.Minute)), false
}

// change does a step of an appointment that has to be open.
func (w *walk) change(to, next string, do func(a *mAppointment, want string) bool, want func(a *mAppointment) string) {
	a, ok := anyOf(w, w.appointments, "appointment")
	if !ok {
		return
	}
	refused := ""
	if !a.open() {
		refused = "not-open"
	}
	if want != nil && want(a) != "" {
		refused = want(a)
	}
	if do(a, refused) {
		a.was, a.state, a.fact = a.state, to, w.note(to)
		if next != "" {
			a.of.comes(a.id, next)
		}
	}
}

func (w *walk) confirm() {
	w.change("confirmed", "", func(a *mAppointment, want string) bool {
		_, ok := attempt(w, sales.Confirm, "front-desk", "/appointments/{id}/confirm", sales.AppointmentInput{AppointmentID: a.id}, want)
		return ok
	}, nil)
}

func (w *walk) cancel() {
	w.change("cancelled", "invite", func(a *mAppointment, want string) bool {
		_, ok := attempt(w, sales.Cancel, "front-desk", "/appointments/{id}/cancel", sales.AppointmentInput{AppointmentID: a.id}, want)
		return ok
	}, nil)
}

func (w *walk) miss() {
	w.change("no-show", "ask-no-show", func(a *mAppointment, want string) bool {
		_, ok := attempt(w, sales.Miss, "front-desk", "/appointments/{id}/miss", sales.AppointmentInput{AppointmentID: a.id}, want)
		return ok
	}, func(a *mAppointment) string {
		if a.starts.After(w.now) {
			return "not-due"
		}
		for _, v := range w.visits {
			if v.day == w.dayOf(a.starts).String() && v.made > a.made && !v.withdrawn {
				return "was-received"
			}
		}
		return ""
	})
}

func (w *walk) moveAppointment() {
	a, ok := anyOf(w, w.appointments, "appointment")
	if !ok {
		return
	}
	starts, past := w.starts()
	want := ""
	switch {
	case !a.open():
		want = "not-open"
	case past:
		want = "invalid in-past"
	}
	out, ok := attempt(w, sales.Move, "front-desk", "/appointments/{id}/move", sales.MoveInput{AppointmentID: a.id, Starts: starts}, want)
	if !ok {
		return
	}
	a.state, a.fact = "moved", w.note("moved")
	a.of.comes(a.id, "visit")
	w.made++
	w.appointments = append(w.appointments, &mAppointment{id: out.ID, of: a.of, starts: starts, state: "booked", made: w.made})
}

func (w *walk) withdrawAppointment() {
	a, ok := anyOf(w, w.appointments, "appointment")
	if !ok {
		return
	}
	want := w.late(a.fact, "booked")
	if want == "" && (a.state != "booked" || !a.of.last(a.id)) {
		want = "undo-changed"
	}
	if _, ok := attempt(w, sales.WithdrawAppointment, "front-desk", "/appointments/{id}/withdraw", sales.AppointmentInput{AppointmentID: a.id}, want); ok {
		a.of.takesBack(a.id)
		a.state, a.was, a.fact = "cancelled", "", w.note("withdrawn")
	}
}

func (w *walk) restore() {
	a, ok := anyOf(w, w.appointments, "appointment")
	if !ok {
		return
	}
	open, want := a.of.open(), "undo-changed"
	if slices.Contains([]string{"confirmed", "cancelled", "no-show"}, a.state) {
		want = w.late(a.fact, a.state)
	}
	switch {
	case want != "":
	case a.was == "":
		want = "undo-changed"
	case a.state == "cancelled" && !a.starts.After(w.now):
		want = "invalid in-past"
	case a.state == "confirmed":
	case open && !a.of.last(a.id), w.expected(a.of) != nil, a.state == "cancelled" && !open:
		want = "undo-changed"
	}
	if _, ok := attempt(w, sales.RestoreAppointment, "front-desk", "/appointments/{id}/restore", sales.AppointmentInput{AppointmentID: a.id}, want); !ok {
		return
	}
	if a.state != "confirmed" && open {
		a.of.takesBack(a.id)
	}
	a.state, a.was, a.fact = a.was, "", w.note("restored")
}

func (w *walk) checkIn() {
	a, ok := anyOf(w, w.appointments, "appointment")
	if !ok {
		return
	}
	want := ""
	switch {
	case !a.open():
		want = "not-open"
	case w.dayOf(a.starts) > w.dayOf(w.now):
		want = "other-day"
	}
	out, ok := attempt(w, sales.CheckIn, "front-desk", "/visits", sales.CheckInInput{AppointmentID: a.id}, want)
	if !ok {
		return
	}
	a.was, a.state = a.state, "arrived"
	w.received(a.of, out, a)
}

// received is a visitor who came.
func (w *walk) received(e *mEnquiry, out sales.VisitAnswer, a *mAppointment) {
	e.undoable(out.ID)
	e.reach("visited")
	e.next = "finish-visit"
	w.made++
	w.visits = append(w.visits, &mVisit{id: out.ID, of: e, appointment: a, day: w.dayOf(w.now).String(), fact: w.note("here"), made: w.made})
}

func (w *walk) walkInPerson() {
	want := ""
	for _, a := range w.appointments {
		if a.open() && w.dayOf(a.starts) == w.dayOf(w.now) {
			want = "invalid has-appointment"
		}
	}
	out, ok := attempt(w, sales.WalkIn, "front-desk", "/walk-ins", sales.WalkInInput{PersonID: w.person, CourseID: w.s.Course, CenterID: w.s.HD}, want)
	if !ok {
		return
	}
	e := w.openOf()
	if e == nil {
		e = &mEnquiry{standing: standing{stage: "new", reached: "new"}, id: out.Enquiry, owner: out.Consultant, walkIn: true, fact: w.note("entered")}
		w.enquiries = append(w.enquiries, e)
	}
	w.received(e, out, nil)
}

func (w *walk) withdrawCheckIn() {
	v, ok := anyOf(w, w.visits, "visit")
	if !ok {
		return
	}
	want := w.late(v.fact, "here")
	if want == "" && (!v.of.last(v.id) || v.appointment != nil && v.appointment.state != "arrived") {
		want = "undo-changed"
	}
	if v.finished {
		want = "visit-finished"
	}
	if _, ok := attempt(w, sales.WithdrawCheckIn, "front-desk", "/visits/{id}/withdraw", sales.VisitInput{VisitID: v.id}, want); !ok {
		return
	}
	v.of.takesBack(v.id)
	if v.appointment != nil {
		v.appointment.state, v.appointment.was = v.appointment.was, ""
	}
	if v.of.walkIn && v.of.stage == "new" && v.of.next == "" {
		v.of.comes(v.id, "first-contact")
	}
	v.withdrawn, v.fact = true, w.note("withdrawn")
}

func (w *walk) finish() {
	v, ok := anyOf(w, w.visits, "visit")
	if !ok {
		return
	}
	in := sales.FinishVisitInput{VisitID: v.id, Outcome: rapid.SampledFrom(sales.Outcomes).Draw(w.r, "outcome"), Needs: map[string]string{"goal": "口语"}}
	want := ""
	if in.Outcome == lost {
		in.LostReason, in.Needs = "price", nil
	} else if w.chance(8, "unanswered") {
		in.Needs, want = nil, "invalid required"
	}
	switch {
	case v.withdrawn:
		want = "visit-withdrawn"
	case v.finished:
		want = "visit-finished"
	}
	if _, ok := attempt(w, sales.FinishVisit, "principal", "/visits/{id}/finish", in, want); !ok {
		return
	}
	e := v.of
	e.undoable(v.id)
	v.analysed = in.Outcome != lost
	v.finished, v.fact, v.ends = true, w.note("finished"), nil
	if in.Outcome == lost {
		v.ends = w.lose(e, "price")
	} else {
		e.reach("visited")
	}
	if e.stage != "signed" {
		e.next = map[string]string{"quote": "make-quote", "think": "call-back"}[in.Outcome]
	}
}

func (w *walk) reopenVisit() {
	v, ok := anyOf(w, w.visits, "visit")
	if !ok {
		return
	}
	want := w.late(v.fact, "finished")
	if want == "" && !v.of.last(v.id) {
		want = "undo-changed"
	}
	if _, ok := attempt(w, sales.ReopenVisit, "principal", "/visits/{id}/reopen", sales.VisitInput{VisitID: v.id}, want); ok {
		v.of.takesBack(v.id)
		v.finished, v.fact = false, w.note("reopened")
		w.again(v.ends)
	}
}

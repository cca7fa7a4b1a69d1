package app_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// The plain model of the way from a lead to its cash: what there is of one person, in memory, and what each deed makes of it. It is written
// from the rules (SAL-1, SAL-4 to SAL-7, CON-2, FIN-1, FIN-2, UI-B2), without SQL, and knows nothing of how the program keeps things.

// track lists the stages that lead to a contract; what is lost stands beside them.
var track = []string{"new", "contacted", "invited", "visited", "quoted", "signed"}

const lost = "lost"

// standing is what people see of an enquiry.
type standing struct {
	stage, reached, reason, next string
}

type mEnquiry struct {
	standing
	id      id.ID
	owner   id.ID
	walkIn  bool
	changes int
	back    *back
	fact    fact // last about itself
	ends    *mAppointment
}

// back is what an enquiry was before a deed; it holds until something else happens to the enquiry.
type back struct {
	cause   id.ID
	changes int
	was     standing
}

// fact is the last that was recorded about something, to be taken back for ten minutes.
type fact struct {
	kind string
	at   time.Time
}

type mAppointment struct {
	id         id.ID
	of         *mEnquiry
	starts     time.Time
	state, was string
	fact       fact
	made       int
}

type mVisit struct {
	id                  id.ID
	of                  *mEnquiry
	appointment         *mAppointment
	day                 string
	finished, withdrawn bool
	analysed            bool // with answers; who was lost at reception gave none
	fact                fact
	made                int
	ends                *mAppointment
}

type mTouch struct {
	id        id.ID
	of        *mEnquiry
	by        string
	withdrawn bool
	fact      fact
	ends      *mAppointment
}

type mQuote struct {
	id    id.ID
	of    *mEnquiry
	state string
	until time.Time // its last day is over
	plan  []money.Fen
}

type mContract struct {
	id     id.ID
	of     *mEnquiry
	signed bool
	plan   []part
}

type part struct{ amount, paid money.Fen }

type mPayment struct {
	id                 id.ID
	of                 *mContract
	amount             money.Fen
	paid               []money.Fen // of each instalment
	reversed, reversal bool
}

// model is all that there is of one person.
type model struct {
	now          time.Time
	person       id.ID
	enquiries    []*mEnquiry
	appointments []*mAppointment
	visits       []*mVisit
	touches      []*mTouch
	quotes       []*mQuote
	contracts    []*mContract
	payments     []*mPayment
	made         int
}

func (s standing) open() bool { return s.stage != "signed" && s.stage != lost }

// comesTo brings an enquiry to a stage; what leaves the lost ones has no reason of its loss any more.
func (e *mEnquiry) comesTo(stage string) {
	e.stage = stage
	if slices.Index(track, stage) > slices.Index(track, e.reached) {
		e.reached = stage
	}
	if stage != lost {
		e.reason = ""
	}
}

// reach: a stage only rises, a signature is for good, what was lost is open again where it had come to (SAL-1).
func (e *mEnquiry) reach(stage string) {
	if e.stage == lost {
		e.comesTo(e.reached)
	}
	if slices.Index(track, stage) > slices.Index(track, e.stage) {
		e.comesTo(stage)
	}
}

// lose ends an enquiry that has not signed, with its expected visit, and gives that (SAL-4, SAL-6).
func (m *model) lose(e *mEnquiry, reason string) *mAppointment {
	if e.stage == "signed" {
		return nil
	}
	e.comesTo(lost)
	e.reason = reason
	a := m.expected(e)
	if a == nil || !a.starts.After(m.now) {
		return nil
	}
	a.was, a.state = a.state, "cancelled"
	return a
}

// change notes that something happened to an enquiry that cannot be taken back.
func (e *mEnquiry) change() { e.changes++ }

// undoable notes what an enquiry is, before a deed that may be taken back.
func (e *mEnquiry) undoable(cause id.ID) {
	e.changes++
	e.back = &back{cause, e.changes, e.standing}
}

// takesBack tells whether a deed is the last that happened to the enquiry, and makes it what it was.
func (e *mEnquiry) takesBack(cause id.ID) bool {
	if !e.last(cause) {
		return false
	}
	e.standing, e.back = e.back.was, nil
	e.changes++
	return true
}

func (e *mEnquiry) last(cause id.ID) bool {
	return e.back != nil && e.back.cause == cause && e.back.changes == e.changes
}

// expected gives the open appointment of an enquiry (SAL-4: there is one at most).
func (m *model) expected(e *mEnquiry) *mAppointment {
	for _, a := range m.appointments {
		if a.of == e && a.open() {
			return a
		}
	}
	return nil
}

func (a *mAppointment) open() bool { return a.state == "booked" || a.state == "confirmed" }

// again opens an appointment that ended with its matter, if its time is ahead and nobody else is expected.
func (m *model) again(a *mAppointment) {
	if a != nil && a.state == "cancelled" && a.was != "" && a.starts.After(m.now) && m.expected(a.of) == nil {
		a.state, a.was = a.was, ""
	}
}

// comes says what is next with an enquiry that is open.
func (e *mEnquiry) comes(cause id.ID, next string) {
	if e.open() {
		e.undoable(cause)
		e.next = next
	}
}

// late refuses to take back what is not the last, or older than ten minutes (UI-B2).
func (m *model) late(f fact, kinds ...string) string {
	switch {
	case !slices.Contains(kinds, f.kind):
		return "undo-changed"
	case m.now.Sub(f.at) > 10*time.Minute:
		return "undo-late"
	}
	return ""
}

func (m *model) note(kind string) fact { return fact{kind, m.now} }

// openOf gives the newest open enquiry.
func (m *model) openOf() *mEnquiry {
	for _, e := range slices.Backward(m.enquiries) {
		if e.open() {
			return e
		}
	}
	return nil
}

// did tells whether a step of the process was done (PRC-2).
func (m *model) did(step string, e *mEnquiry) bool {
	switch step {
	case "touch":
		return slices.ContainsFunc(m.touches, func(t *mTouch) bool { return t.of == e && !t.withdrawn })
	case "walk-in":
		return slices.ContainsFunc(m.visits, func(v *mVisit) bool { return v.of == e && v.appointment == nil && !v.withdrawn })
	case "needs":
		return slices.ContainsFunc(m.visits, func(v *mVisit) bool { return v.of == e && v.finished && v.analysed })
	}
	return false
}

// pays divides an amount over the instalments, the oldest due first (FIN-1).
func (c *mContract) pays(amount money.Fen) (paid []money.Fen, sum money.Fen) {
	for i := range c.plan {
		one := min(amount-sum, c.plan[i].amount-c.plan[i].paid)
		paid, sum = append(paid, one), sum+one
		c.plan[i].paid += one
	}
	return paid, sum
}

// String writes down what the tables have to say; see rows.
func (m *model) String() string {
	var b strings.Builder
	for _, e := range m.enquiries {
		fmt.Fprintf(&b, "enquiry %s %s %s reason=%s next=%s owner=%s\n", e.id, e.stage, e.reached, e.reason, e.next, e.owner)
	}
	for _, a := range m.appointments {
		fmt.Fprintf(&b, "appointment %s %s was=%s\n", a.id, a.state, a.was)
	}
	for _, v := range m.visits {
		fmt.Fprintf(&b, "visit %s finished=%t withdrawn=%t\n", v.id, v.finished, v.withdrawn)
	}
	for _, t := range m.touches {
		fmt.Fprintf(&b, "touch %s withdrawn=%t\n", t.id, t.withdrawn)
	}
	for _, q := range m.quotes {
		fmt.Fprintf(&b, "quote %s %s\n", q.id, q.state)
	}
	var cash, balance money.Fen
	for _, c := range m.contracts {
		fmt.Fprintf(&b, "contract %s signed=%t", c.id, c.signed)
		for _, p := range c.plan {
			fmt.Fprintf(&b, " %d/%d", p.paid, p.amount)
			balance -= p.paid
		}
		b.WriteByte('\n')
	}
	for _, p := range m.payments {
		fmt.Fprintf(&b, "payment %s %d reversed=%t\n", p.id, p.amount, p.reversed)
		cash += p.amount
	}
	fmt.Fprintf(&b, "cash %d, balance %d\n", cash, balance+cash)
	return b.String()
}

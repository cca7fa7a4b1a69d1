package salesdoor

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// What the calendar lists; the rest is counted and opens the day, or the list.
const (
	calendarRows = 20 // consultants of a page
	mostOfWeek   = 4  // of each kind, of a day and consultant
	mostOfMonth  = 3  // of each kind, of a day
	mostOfDay    = 50 // of each kind, of a consultant
)

const daysOfWeek = 7

// calendarView is the list of enquiries by days: their appointments and next steps (SAL-15). A week or a day is by consultant.
type calendarView struct {
	enquiriesView
	First, Last bizdate.Date
	Calendar    sales.Calendar
	Back        string // address of the calendar, to come back to
}

// span is how much the calendar shows: a week unless another is asked for.
func (q enquiryQuery) span() string {
	if q.Span == "day" || q.Span == "month" {
		return q.Span
	}
	return "week"
}

// shown are the first and last day of the calendar around its day. A month is whole weeks.
func (q enquiryQuery) shown(today bizdate.Date) (first, last bizdate.Date) {
	day := q.Day
	if day.IsZero() {
		day = today
	}
	monday := func(d bizdate.Date) bizdate.Date { return d - bizdate.Date((int(d.Weekday())+daysOfWeek-1)%daysOfWeek) }
	switch q.span() {
	case "day":
		return day, day
	case "month":
		return monday(day.MonthStart()), monday(day.MonthStart().AddMonths(1)-1) + daysOfWeek - 1
	}
	return monday(day), monday(day) + daysOfWeek - 1
}

func (p door) getCalendar(w http.ResponseWriter, r *http.Request, q enquiryQuery) error {
	v := calendarView{enquiriesView: enquiriesView{Query: q}, Back: web.Address(r.Context())}
	v.First, v.Last = q.shown(web.Today(r.Context()))
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.readCalendar(ctx, tx, &v) })
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(v.page(r.Context(), v.sentence(r.Context())), calendarPage(v)))
}

func (p door) readCalendar(ctx context.Context, tx *op.Tx, v *calendarView) error {
	f := sales.CalendarFilter{Of: v.Query.filter(web.Today(ctx)), First: v.First, Last: v.Last, ByConsultant: true, Rows: calendarRows, Page: v.Query.Page, Most: mostOfWeek}
	switch v.Query.span() {
	case "month":
		f.ByConsultant, f.Most = false, mostOfMonth
	case "day":
		f.Most = mostOfDay
	}
	var err error
	if f.Of.Persons, err = found(ctx, tx, v.Query.Search); err != nil {
		return err
	}
	counts, err := sales.StageCounts(ctx, tx, f.Of)
	if err != nil {
		return err
	}
	v.Stages = map[sales.Stage]int64{}
	for _, c := range counts {
		v.Stages[c.Stage] = c.N
	}
	if v.Calendar, err = sales.CalendarOf(ctx, tx, f); err != nil {
		return err
	}
	persons := make([]id.ID, len(v.Calendar.Entries))
	for i, e := range v.Calendar.Entries {
		persons[i] = e.Person
	}
	v.names, err = p.load(ctx, tx, persons...)
	return err
}

// sum counts what days of a consultant hold; no consultant for all.
func (v calendarView) sum(first, last bizdate.Date, of ...id.ID) (appointments, steps int) {
	for _, c := range v.Calendar.Counts {
		if c.Day >= first && c.Day <= last && (len(of) == 0 || c.Consultant == of[0]) {
			appointments, steps = appointments+int(c.Appointments), steps+int(c.Steps)
		}
	}
	return appointments, steps
}

func (v calendarView) sentence(ctx context.Context) string {
	appointments, steps := v.sum(v.First, v.Last)
	return t(ctx, "calendar.h1", "count", appointments, "steps", i18n.Count(ctx, steps), "days", v.title(ctx))
}

// title names the days that are shown.
func (v calendarView) title(ctx context.Context) string {
	if v.Query.span() == "month" {
		return i18n.Month(ctx, v.First+daysOfWeek-1)
	}
	return rangeText(ctx, v.First, v.Last)
}

// at is the address of the calendar around another day.
func (v calendarView) at(ctx context.Context, span string, day bizdate.Date) string {
	return web.Address(ctx, "span", span, "day", day.String(), "page", "")
}

// turn is the address of the calendar before or after this one.
func (v calendarView) turn(ctx context.Context, by int) string {
	span := v.Query.span()
	if span == "month" {
		return v.at(ctx, span, (v.First + daysOfWeek - 1).MonthStart().AddMonths(by))
	}
	return v.at(ctx, span, v.First+bizdate.Date(by)*(v.Last-v.First+1))
}

// spans are how much can be shown.
func (v calendarView) spans(ctx context.Context) []web.Tab {
	day := v.Query.Day
	if day.IsZero() {
		day = web.Today(ctx)
	}
	var out []web.Tab
	for _, s := range []string{"day", "week", "month"} {
		out = append(out, web.Tab{Label: t(ctx, "calendar."+s), Href: v.at(ctx, s, day), Current: s == v.Query.span()})
	}
	return out
}

func (v calendarView) days(first, last bizdate.Date) (out []bizdate.Date) {
	for d := first; d <= last; d++ {
		out = append(out, d)
	}
	return out
}

// weeks are the first days of the weeks of a month.
func (v calendarView) weeks() (out []bizdate.Date) {
	for d := v.First; d <= v.Last; d += daysOfWeek {
		out = append(out, d)
	}
	return out
}

// lane is the place of a day in the calendar.
func (v calendarView) lane(d bizdate.Date) string { return strconv.Itoa(int(d - v.First)) }

// stride is how many days down leads to, where a day has no more entries: a week of a month.
func (v calendarView) stride() string {
	if v.Query.span() == "month" {
		return strconv.Itoa(daysOfWeek)
	}
	return "0"
}

// entries are those of a day; of a consultant where one is given.
func (v calendarView) entries(day bizdate.Date, of ...id.ID) (out []sales.Entry) {
	for _, e := range v.Calendar.Entries {
		if e.Day == day && (len(of) == 0 || e.Consultant == of[0]) {
			out = append(out, e)
		}
	}
	return out
}

// more says how many a day has beyond those that are listed, and opens them: the day, or in the calendar of a day the list.
func (v calendarView) more(ctx context.Context, day bizdate.Date, of ...id.ID) web.Button {
	appointments, steps := v.sum(day, day, of...)
	n := appointments + steps - len(v.entries(day, of...))
	if n <= 0 {
		return web.Button{}
	}
	b := web.Button{Label: t(ctx, "calendar.more", "count", n), Small: true, Kind: web.Quiet, Hidden: dayLabel(ctx, day), Href: v.at(ctx, "day", day)}
	if v.Query.span() == "day" {
		b.Href = web.Address(ctx, "as", "", "span", "", "day", "", "page", "", "next", day.String(), "consultant", text(of[0]))
	}
	return b
}

// owner is whose row of the calendar it is.
func (v calendarView) owner(ctx context.Context, key id.ID) string {
	if key.IsNone() {
		return t(ctx, "enquiries.nobody")
	}
	return v.staff(key)
}

// head is the heading of a day.
func (v calendarView) head(ctx context.Context, d bizdate.Date) string {
	return i18n.Weekday(ctx, d.Weekday()) + " " + i18n.DateShort(ctx, d)
}

// entryMove is where an entry goes to another day, and what that is called; "" where the viewer may not, or it is over. A next step has
// another day after a contact (PPL-12).
func (v calendarView) entryMove(ctx context.Context, e sales.Entry) (address, label string) {
	switch {
	case e.Appointment.IsNone() && may(ctx, "touch:create"):
		return enquiryPath(e.Enquiry, "call"), t(ctx, "calendar.date")
	case !e.Appointment.IsNone() && e.Open() && mayChange(ctx, sales.Appointment{Center: e.Center, Consultant: e.Consultant}):
		return path("appointments", e.Appointment.String(), "move"), t(ctx, "appointments.move")
	}
	return "", ""
}

// entryID is the id of an entry's element.
func entryID(e sales.Entry) string {
	if e.Appointment.IsNone() {
		return "step-" + e.Enquiry.String()
	}
	return "visit-" + e.Appointment.String()
}

// past tells that an entry waits since a day before today.
func (v calendarView) past(ctx context.Context, e sales.Entry) bool {
	return e.Day < web.Today(ctx) && (e.Appointment.IsNone() || e.Open())
}

// owners leads through the pages of consultants; a month is not by consultant.
func (v calendarView) owners(ctx context.Context) (before, after string) {
	if v.Calendar.Page > 1 {
		before = web.Address(ctx, "page", strconv.Itoa(v.Calendar.Page-1))
	}
	if v.Calendar.Page > 0 && v.Calendar.Page*calendarRows < len(v.Calendar.Consultants) {
		after = web.Address(ctx, "page", strconv.Itoa(v.Calendar.Page+1))
	}
	return before, after
}

func (v calendarView) nothing(ctx context.Context) web.EmptyState {
	if chips := v.chips(ctx).Items; len(chips) > 0 {
		last := chips[len(chips)-1]
		return web.EmptyState{Kind: web.NoMatch, Text: t(ctx, "enquiries.no-match", "filter", last.Label+" "+last.Value), Do: &web.Button{Label: t(ctx, "drop-filter", "filter", last.Label), Href: last.Drop}}
	}
	return web.EmptyState{Title: t(ctx, "calendar.none"), Text: t(ctx, "calendar.none-text"), Do: &web.Button{Label: t(ctx, "calendar.after"), Href: v.turn(ctx, 1)}}
}

// isWeekend tells whether a day is a Saturday or a Sunday.
func isWeekend(d bizdate.Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

func weekdayOf(ctx context.Context, d bizdate.Date) string { return i18n.Weekday(ctx, d.Weekday()) }

// moving are the marks of an entry that can go to another day.
func (v calendarView) moving(ctx context.Context, e sales.Entry) templ.Attributes {
	address, _ := v.entryMove(ctx, e)
	if address == "" {
		return nil
	}
	return templ.Attributes{"draggable": "true", "data-move": address + "?day={to}"}
}

// entryNote is the small text of an entry: what is to be done, or how the appointment stands, and of whom.
func (v calendarView) entryNote(ctx context.Context, e sales.Entry, withOwner bool) string {
	note := code(ctx, "next-step", e.NextStep)
	if !e.Appointment.IsNone() {
		note = code(ctx, "appointment-state", string(e.State))
	}
	if withOwner {
		note = join(note, v.owner(ctx, e.Consultant))
	}
	return note
}

package salesdoor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/worktime"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// slotForm is how a time is chosen: a day and a time of it.
type slotForm struct {
	Day      bizdate.Date `json:"day"`
	Time     string       `json:"time" maxLength:"5"`
	Exact    string       `json:"exact" maxLength:"5"` // instead of one of the times offered
	CenterID id.ID        `json:"center_id"`
}

// starts is the instant of a slot in a zone. Refused: no day, no time, what is no time of day.
func (f slotForm) starts(zone *time.Location) (time.Time, error) {
	var bad problem.Invalid
	if f.Day.IsZero() {
		bad.Add("day", "required", nil)
	}
	if f.Exact != "" {
		f.Time = f.Exact
	}
	clock, err := time.Parse("15:04", f.Time)
	switch {
	case f.Time == "":
		bad.Add("time", "required", nil)
	case err != nil:
		bad.Add("time", "bad-time", f.Time, "value", f.Time)
	}
	if err := bad.Err("SAL-4"); err != nil {
		return time.Time{}, err
	}
	y, m, d := f.Day.UTC().Date()
	return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, zone), nil
}

// bookView is the form of an invitation, or of another time for one.
type bookView struct {
	callView
	Appointment *sales.Appointment // the one that is moved
	Fragment    bool               // in the dialog of the calendar
	Center      id.ID
	Touched     bool // somebody was in contact before: else the invitation is the first contact
}

// getBook asks when somebody comes (SAL-4).
func (p door) getBook(w http.ResponseWriter, r *http.Request) error {
	v, err := p.book(r)
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, bookPanel(v, true))
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "book.h1", "name", v.person(ctx, v.Enquiry.Person))}, bookPage(v)))
}

func (p door) book(r *http.Request) (v bookView, err error) {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Enquiry, err = sales.EnquiryByID(ctx, tx, key); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx, v.Enquiry.Person)
		v.Person = v.persons[v.Enquiry.Person]
		return err
	})
	v.Base, v.No = backOf(r)
	v.Of = lengthOf(r)
	v.Center = v.Enquiry.Center
	if v.Center.IsNone() {
		v.Center = p.centerOf(r.Context())
	}
	v.Touched = !v.Enquiry.FirstTouch.IsZero() || v.Enquiry.WalkIn
	return v, err
}

// postBook invites: where nobody was in contact before, the invitation is the first contact and is recorded with it, both or
// none.
func (p door) postBook(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	v, err := p.book(r)
	if err != nil {
		return err
	}
	in, err := web.Decode[slotForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getBook)
	}
	if in.CenterID.IsNone() {
		in.CenterID = v.Center
	}
	at, err := in.starts(p.Dir.Zone(in.CenterID))
	if err != nil {
		return web.Again(w, r, err, p.getBook)
	}
	err = p.Ops.Batch(r.Context(), func(ctx context.Context) error {
		if !v.Touched {
			_, err := people.RecordTouch.Run(op.WithKey(ctx, formKey(r, "touch")), p.Ops, people.TouchInput{
				EnquiryID: key, Channel: "call", Direction: "out", Result: "come", NextStep: "call-back", NextDay: in.Day,
			})
			if err != nil {
				return err
			}
		}
		_, err := sales.Book.Run(op.WithKey(ctx, formKey(r, "book")), p.Ops, sales.BookInput{EnquiryID: key, Starts: at, CenterID: in.CenterID})
		return err
	})
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "starts_at", "time"), p.getBook)
	}
	return p.goOn(w, r, key.String(), "book.saved")
}

// formKey is the idempotency key of one of several operations of a form (TRU-2).
func formKey(r *http.Request, part string) string {
	key := r.PostForm.Get("_key")
	if key == "" {
		return ""
	}
	return key + "-" + part
}

// times offers the hours of a center's usual day.
func (v bookView) times(_ context.Context) []web.Option {
	from, until := 9, 20
	if c, ok := v.dir.Center(v.Center); ok && len(c.Hours) > 0 {
		from, until = 24, 0
		for _, h := range c.Hours {
			from, until = min(from, (h.From+59)/60), max(until, (h.Until-1)/60)
		}
	}
	var out []web.Option
	for h := from; h <= until; h++ {
		clock := fmt.Sprintf("%02d:00", h)
		out = append(out, web.Option{Value: clock, Label: clock, On: clock == v.usual(v.Day)})
	}
	return out
}

// usual is the time of day of an appointment that is moved to a chosen day; "" else.
func (v bookView) usual(day bizdate.Date) string {
	if v.Appointment == nil || day.IsZero() {
		return ""
	}
	return v.Appointment.Starts.In(v.dir.Zone(v.Center)).Format("15:04")
}

// exact is that time where it is none of the times offered.
func (v bookView) exact(ctx context.Context) string {
	usual := v.usual(v.Day)
	if slices.ContainsFunc(v.times(ctx), func(o web.Option) bool { return o.Value == usual }) {
		return ""
	}
	return usual
}

// days offers the days that are asked for most of those on which the center opens, today while an hour of it is left.
func (v bookView) days(ctx context.Context) []web.Option {
	c, later := v.dir.Calendar(v.Center), days(ctx, 0)
	if !v.Center.IsNone() {
		later = openDays(ctx, c, later)
	}
	times := v.times(ctx)
	today := web.Today(ctx)
	if len(times) > 0 && times[len(times)-1].Value <= clockOf(ctx, web.Now(ctx)) || !v.Center.IsNone() && !c.OpenOn(today) {
		return later
	}
	return append([]web.Option{{Value: today.String(), Label: t(ctx, "today")}}, later...)
}

// offered are the days that the form offers, the chosen one on.
func (v bookView) offered(ctx context.Context) []web.Option {
	out := v.days(ctx)
	for i := range out {
		out[i].On = !v.Day.IsZero() && out[i].Value == v.Day.String()
	}
	return out
}

// soon is how many days ahead the form offers and names.
const soon = 14

// openDays are the offered days without those on which the center is closed, and in their stead the next ones that it opens.
func openDays(ctx context.Context, c worktime.Calendar, offered []web.Option) []web.Option {
	open := slices.DeleteFunc(slices.Clone(offered), func(o web.Option) bool {
		d, err := bizdate.Parse(o.Value)
		return err != nil || !c.OpenOn(d)
	})
	for d := web.Today(ctx) + 1; d <= web.Today(ctx)+soon && len(open) < len(offered); d++ {
		if c.OpenOn(d) && !slices.ContainsFunc(open, func(o web.Option) bool { return o.Value == d.String() }) {
			open = append(open, web.Option{Value: d.String(), Label: dayLabel(ctx, d)})
		}
	}
	slices.SortFunc(open, func(a, b web.Option) int { return strings.Compare(a.Value, b.Value) })
	return open
}

// shutHint names the special days of the next two weeks on which the center is closed.
func (v bookView) shutHint(ctx context.Context) string {
	c := v.dir.Calendar(v.Center)
	var shut []string
	for d := web.Today(ctx); d <= web.Today(ctx)+soon && !v.Center.IsNone(); d++ {
		if s, special := v.dir.SpecialDay(v.Center, d); special && !c.OpenOn(d) {
			shut = append(shut, dayLabel(ctx, d)+" "+s.Name(string(i18n.LangOf(ctx))))
		}
	}
	if len(shut) == 0 {
		return ""
	}
	return t(ctx, "book.closed", "days", join(shut...))
}

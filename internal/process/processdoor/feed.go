package processdoor

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/ical"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// feedPath is where calendars are read, by a secret after it.
const feedPath = "/calendar/"

const (
	mostFeed    = 500 // of what is to come, and of what is over, each of tasks and appointments
	feedBack    = 31  // days before today
	feedAhead   = 180
	feedMinutes = 30 * time.Minute // of an appointment
)

// feedRate is how often one calendar is read: programs do every few minutes.
var feedRate = web.Rate{PerSecond: 0.2, Burst: 10}

// FeedDeps is what the feed needs.
type FeedDeps struct {
	Ops    *op.Runner
	Access *organization.Access
	Site   string // the address under which people reach the pages (TRU-19)
	Now    func() time.Time
}

// Feeds registers the calendar feed (PRC-5). It needs no sign-in: its secret address is the right, and it shows only what that account sees.
func Feeds(mux *http.ServeMux, d FeedDeps) {
	secret := func(r *http.Request) string { return r.PathValue("secret") }
	limited := web.RateLimit(feedRate, d.Now, func(r *http.Request) string { return secret(r) })
	mux.Handle("GET /calendar/{secret}", limited(web.Func(d.getFeed)))
}

func (d FeedDeps) getFeed(w http.ResponseWriter, r *http.Request) error {
	token, _ := strings.CutSuffix(r.PathValue("secret"), ".ics")
	v, acc, err := d.Access.IdentifyFeed(r.Context(), token)
	if p, ok := problem.As(err); ok && p.Status == http.StatusUnauthorized {
		return problem.NotFound("page") // unknown, ended and closed read the same
	}
	if err != nil {
		return err
	}
	ctx := i18n.WithLang(op.WithViewer(r.Context(), v), i18n.Lang(cmp.Or(acc.Lang, string(i18n.ZH))))
	var c ical.Calendar
	err = d.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		c, err = feed{site: strings.TrimSuffix(d.Site, "/")}.calendar(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	body := c.Bytes()
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, err = w.Write(body)
	return err
}

type feed struct{ site string }

// calendar is the viewer's open tasks and appointments, without phones and with masked names: it is kept by programs elsewhere (TRU-15).
func (f feed) calendar(ctx context.Context, tx *op.Tx) (c ical.Calendar, err error) {
	c.Name = tt(ctx, "feed-name", "name", tx.Viewer.Name)
	me := tx.Viewer.Staff
	if me.IsNone() {
		return c, nil
	}
	tasks, err := feedTasks(ctx, tx)
	if err != nil {
		return c, err
	}
	booked, err := feedAppointments(ctx, tx)
	if err != nil {
		return c, err
	}
	names, err := feedNames(ctx, tx, tasks, booked)
	if err != nil {
		return c, err
	}
	for _, t := range tasks {
		c.Events = append(c.Events, f.task(ctx, tx, t, names[t.Person]))
	}
	for _, a := range booked {
		c.Events = append(c.Events, ical.Event{
			UID: a.ID.String() + "@zhike", Stamp: a.ID.Time(), Sequence: a.Version, Starts: a.Starts, Ends: a.Starts.Add(feedMinutes),
			Summary: named(tt(ctx, "feed-appointment"), names[a.Person]), URL: f.site + "/enquiries/" + a.Enquiry.String(),
		})
	}
	return c, nil
}

// feedTasks are the open tasks of the days around today. What is to come is read for itself: whatever is late, it does not take its place.
func feedTasks(ctx context.Context, tx *op.Tx) ([]process.Task, error) {
	if !tx.Viewer.May("task:read") {
		return nil, nil
	}
	here := tx.Viewer.Center
	zone, today := tx.Zone(here), tx.Today(here)
	f := process.TaskFilter{Staff: tx.Viewer.Staff, From: today.In(zone), Until: (today + feedAhead + 1).In(zone), Limit: mostFeed}
	coming, err := process.Tasks(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	f.From, f.Until, f.Late, f.Newest = (today - feedBack).In(zone), time.Time{}, f.From, true
	over, err := process.Tasks(ctx, tx, f)
	return append(coming, over...), err
}

// feedAppointments are those of the same days, both parts by themselves.
func feedAppointments(ctx context.Context, tx *op.Tx) (out []sales.Appointment, err error) {
	if !tx.Viewer.May("appointment:read") {
		return nil, nil
	}
	today := tx.Today(tx.Viewer.Center)
	for _, days := range [][2]bizdate.Date{{today, today + feedAhead}, {today - feedBack, today - 1}} {
		list, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Consultant: tx.Viewer.Staff, From: days[0], Until: days[1], Due: true, Limit: mostFeed})
		if err != nil {
			return nil, err
		}
		out = append(out, list.Items...)
	}
	return out, nil
}

// longNumber may be a phone within a title.
var longNumber = regexp.MustCompile(`\+?\d(?:[ -]?\d){6,}`)

// task is a day where the task is due with it, else the quarter of an hour at which it is due.
func (f feed) task(ctx context.Context, tx *op.Tx, t process.Task, name string) ical.Event {
	e := ical.Event{UID: t.ID.String() + "@zhike", Stamp: t.Created, Sequence: t.Version, Summary: TaskName(ctx, t), URL: f.site + "/tasks/" + t.ID.String(), Free: true}
	if e.Summary = longNumber.ReplaceAllString(e.Summary, "***"); t.Title == "" {
		e.Summary = named(e.Summary, name)
	}
	zone := tx.Zone(t.Center)
	if day := process.DueDay(t.Due, zone); t.Due.Equal((day + 1).In(zone)) {
		e.Day = day
	} else {
		e.Starts, e.Ends = t.Due, t.Due.Add(15*time.Minute)
	}
	return e
}

// feedNames are the masked names of those whom tasks and appointments are about.
func feedNames(ctx context.Context, tx *op.Tx, tasks []process.Task, booked []sales.Appointment) (map[id.ID]string, error) {
	var keys []id.ID
	for _, t := range tasks {
		if !t.Person.IsNone() {
			keys = append(keys, t.Person)
		}
	}
	for _, a := range booked {
		keys = append(keys, a.Person)
	}
	briefs, err := people.Briefs(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]string, len(briefs))
	for key, b := range briefs {
		out[key] = maskedName(b.Shown())
	}
	return out, nil
}

// maskedName leaves the first character of a name, which is a Chinese family name, and the first letter of the words of another.
func maskedName(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		if i > 0 {
			b.WriteByte(' ')
		}
		r := []rune(word)
		b.WriteRune(r[0])
		if len(r) > 1 && unicode.Is(unicode.Han, r[0]) {
			b.WriteString(strings.Repeat("*", len(r)-1))
		} else if len(r) > 1 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func named(what, name string) string {
	if name == "" {
		return what
	}
	return what + " · " + name
}

package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// callView is the panel of one enquiry: whom to call, what came of it, and when the next contact is.
type callView struct {
	names
	Enquiry sales.Enquiry
	Person  people.Brief
	Recent  []people.Touch
	Results []string
	Steps   []string
	Reasons []string
	Card    *card        // that fits, where one does (SAL-10)
	Base    string       // page to come back to
	No      int          // place on the work list, from 0
	Of      int64        // length of the work list; 0 beyond it
	First   string       // the part that is wanted first: date; else the panel's beginning
	Day     bizdate.Date // of the next contact, where one was chosen before
}

// panelLink opens a panel beside the list where there is room for it; else the link leads to its own page.
func panelLink(href string) templ.Attributes {
	return templ.Attributes{"data-wide": true, "hx-get": href, "hx-target": "#panel", "hx-swap": "innerHTML"}
}

// backOf is the page that a step comes back to, with the row's place on it.
func backOf(r *http.Request) (base string, no int) {
	q := r.URL.Query()
	if n, err := strconv.Atoi(q.Get("no")); err == nil {
		no = n
	}
	if q.Get("back") == "" {
		return "", no
	}
	return web.LocalPath(q.Get("back")), no
}

// lengthOf is the length of the work list that a panel was opened from; 0 beyond it.
func lengthOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get("of"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// isWork tells whether a page is the work list.
func isWork(base string) bool { return base == "/" || base == "/work" }

// getCall is the panel of an enquiry: a part of the work list, or a page of its own on narrow screens.
func (p door) getCall(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	var v *callView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, key)
		if err != nil {
			return err
		}
		n, err := p.load(ctx, tx, e.Person)
		if err != nil {
			return err
		}
		v, err = p.call(ctx, tx, n, e)
		return err
	})
	if err != nil {
		return err
	}
	v.Base, v.No = backOf(r)
	v.Of, v.First, v.Day = lengthOf(r), r.URL.Query().Get("first"), dayChosen(r)
	if web.IsFragment(r) {
		return web.Render(w, r, callPanel(*v, true))
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: v.person(ctx, v.Enquiry.Person), Sub: step(ctx, v.Enquiry)}, callPage(*v)))
}

// call loads what the panel shows beside the enquiry.
func (p door) call(ctx context.Context, tx *op.Tx, n names, e sales.Enquiry) (*callView, error) {
	v := &callView{names: n, Enquiry: e, Person: n.persons[e.Person]}
	var err error
	if v.Recent, err = people.Touches(ctx, tx, e.Person, 3); err != nil {
		return nil, err
	}
	lists, err := people.Offered(ctx, tx, people.CodeLists...)
	if err != nil {
		return nil, err
	}
	v.Results, v.Steps, v.Reasons = lists[people.ListResults], lists[people.ListSteps], lists[people.ListReasons]
	if v.Card, err = cardFor(ctx, tx, e, v.Recent); err != nil {
		return nil, err
	}
	return v, nil
}

// postCall records what came of a contact and goes on to the next one (PPL-12, SAL-3).
func (p door) postCall(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.TouchInput](r)
	if err == nil {
		in.EnquiryID = key
		if in.Closed != "" { // who closes a matter plans no next step; the suggested one was only suggested
			in.NextStep, in.NextDay = "", 0
		}
		var touch people.TouchAnswer
		if touch, err = people.RecordTouch.Run(r.Context(), p.Ops, in); err == nil {
			err = p.noteCard(r, touch)
		}
	}
	if err != nil {
		return web.Again(w, r, err, p.getCall)
	}
	return p.goOn(w, r, key.String(), "call.saved")
}

// goOn leads from something that was done with an enquiry to the next row of the work list, or back to where it was begun.
func (p door) goOn(w http.ResponseWriter, r *http.Request, done, said string) error {
	ctx := r.Context()
	base, no := backOf(r)
	if !isWork(base) {
		if base == "" {
			base = path("enquiries", done)
		}
		return web.Redirect(w, r, base, web.Status{Text: t(ctx, said), Tone: web.Good})
	}
	v, err := p.work(r, base, "", no)
	if err != nil {
		return err
	}
	if v.Panel != nil && v.Panel.Enquiry.ID.String() == done && v.From+v.At+1 < int(v.Total) { // it stands on today's list still: go past it
		if v, err = p.work(r, base, "", no+1); err != nil {
			return err
		}
	}
	v.Saved = join(t(ctx, said), t(ctx, "call.none-left"))
	to := base
	if v.Panel != nil {
		v.Saved = t(ctx, "call.next", "done", t(ctx, said), "name", v.person(ctx, v.Panel.Enquiry.Person))
		to = query(v.at(v.From), "at", v.Panel.Enquiry.ID.String())
	}
	if web.IsFragment(r) {
		return web.Render(w, r, workSaved(v))
	}
	return web.Redirect(w, r, to, web.Status{Text: v.Saved, Tone: web.Good})
}

// undoPath is where what the request just did is taken back; "" where it cannot be (UI-B2).
func undoPath(ctx context.Context) string {
	offer := op.Offered(ctx)
	if offer.IsNone() {
		return ""
	}
	return web.UndoPath + offer.String()
}

// action is where the panel's form goes.
func (v callView) action(form string) string {
	return query(enquiryPath(v.Enquiry.ID, form), "back", v.Base, "no", strconv.Itoa(v.No), "of", ofText(v.Of))
}

func ofText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// resultOptions are the results of a call, with the keys 1 to 6 for the first ones.
func (v callView) resultOptions(ctx context.Context) []web.Option {
	return keyed(options(ctx, "touch-result", "", v.Results...))
}

// nextSteps are what may come next, the usual one after this stage chosen.
func (v callView) nextSteps(ctx context.Context) []web.Option {
	usual := map[sales.Stage]string{
		sales.New: "invite", sales.Contacted: "invite", sales.Invited: "call-back", sales.Visited: "make-quote", sales.Quoted: "follow-quote",
	}
	chosen := usual[v.Enquiry.Stage]
	if !slices.Contains(v.Steps, chosen) {
		chosen = "call-back"
	}
	return options(ctx, "next-step", chosen, v.Steps...)
}

// dayOptions are the days that are offered for the next contact: the chosen one is on, else the suggested one.
func (v callView) dayOptions(ctx context.Context) []web.Option {
	out := days(ctx, v.suggestedDay(ctx))
	for i := range out {
		if !v.Day.IsZero() {
			out[i].On = out[i].Value == v.Day.String()
		}
		out[i].Focus = v.First == "date" && out[i].On
	}
	return out
}

// dayChosen is the day that a step was begun for, in the calendar; none elsewhere.
func dayChosen(r *http.Request) bizdate.Date {
	day, err := bizdate.Parse(r.URL.Query().Get("day"))
	if err != nil {
		return 0
	}
	return day
}

// days offers tomorrow, two days later (suggested) and the next Saturday.
func days(ctx context.Context, suggested bizdate.Date) []web.Option {
	today := web.Today(ctx)
	saturday := today + bizdate.Date((int(time.Saturday)-int(today.Weekday())+7)%7)
	if saturday <= today+1 {
		saturday += 7
	}
	var out []web.Option
	for _, d := range []bizdate.Date{today + 1, today + 2, saturday} {
		o := web.Option{Value: d.String(), Label: dayLabel(ctx, d)}
		if d == suggested {
			o.On, o.Note = true, t(ctx, "suggested")
		}
		if len(out) == 0 || out[len(out)-1].Value != o.Value {
			out = append(out, o)
		}
	}
	return out
}

// dayLabel names a near day in little space: tomorrow, Fri 5 Jun.
func dayLabel(ctx context.Context, d bizdate.Date) string {
	switch d - web.Today(ctx) {
	case 0:
		return t(ctx, "today")
	case 1:
		return t(ctx, "tomorrow")
	}
	return i18n.Weekday(ctx, d.Weekday()) + " " + i18n.DateShort(ctx, d)
}

// suggestedDay is when the next contact usually is: the day after a first contact, else two days later.
func (v callView) suggestedDay(ctx context.Context) bizdate.Date {
	if v.Enquiry.Stage == sales.New {
		return web.Today(ctx) + 1
	}
	return web.Today(ctx) + 2
}

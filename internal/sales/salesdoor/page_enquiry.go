package salesdoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// enquiryView is everything about one sales matter.
type enquiryView struct {
	names
	Enquiry      sales.Enquiry
	Person       people.Brief
	Steps        []string // done ones of the process
	Appointments []sales.Appointment
	Visits       []sales.Visit
	Quotes       []sales.Quote
	Contracts    []contracts.Contract
	Others       []sales.Enquiry           // the person's other enquiries
	Tests        map[id.ID]sales.Placement // results of placement tests, by visit
	Campaign     marketing.Campaign        // that brought it first, where the viewer sees it
	Score        sales.EnquiryScore        // where it has one
	Scored       bool
	Worth        sales.Worth // while it is open
	Valued       bool
	Fields       []people.Field // custom ones that reasons of the score speak of
	Timeline     people.TimelinePage
	Card         *card
	Brought      []sales.Enquiry      // that the person brought (MKT-12)
	Captured     []marketing.Captured // what the person left at capture points (MKT-11)
	Minor        bool                 // somebody else consents
	tell         timelineWords
}

const (
	timelineRows = 50
	fewRecords   = 50
)

func (p door) getEnquiry(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	var v enquiryView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		v, err = p.enquiry(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: v.person(r.Context(), v.Enquiry.Person), Own: true}, enquiryPage(v)))
}

func (p door) enquiry(ctx context.Context, tx *op.Tx, key id.ID) (v enquiryView, err error) {
	if v, err = p.matter(ctx, tx, key); err != nil {
		return v, err
	}
	person := v.Enquiry.Person
	if v.Quotes, err = sales.QuotesOf(ctx, tx, key); err != nil {
		return v, err
	}
	if v.Tests, err = sales.Placements(ctx, tx, person); err != nil {
		return v, err
	}
	list, err := contracts.List(ctx, tx, contracts.Filter{Enquiry: key})
	if err != nil {
		return v, err
	}
	v.Contracts = list.Items
	if v.Others, err = sales.EnquiriesOf(ctx, tx, person); err != nil {
		return v, err
	}
	v.Others = slices.DeleteFunc(v.Others, func(e sales.Enquiry) bool { return e.ID == key })
	if v.Timeline, err = people.Timeline(ctx, tx, person, people.TimelineFilter{Limit: timelineRows}); err != nil {
		return v, err
	}
	campaigns, err := marketing.CampaignsOf(ctx, tx, []id.ID{v.Enquiry.Campaign})
	if err != nil {
		return v, err
	}
	v.Campaign = campaigns[v.Enquiry.Campaign]
	last, err := people.Touches(ctx, tx, person, 1)
	if err != nil {
		return v, err
	}
	if v.Card, err = cardFor(ctx, tx, v.Enquiry, last); err != nil {
		return v, err
	}
	if err := v.score(ctx, tx); err != nil {
		return v, err
	}
	if err := v.capture(ctx, tx); err != nil {
		return v, err
	}
	if v.Brought, err = sales.Referred(ctx, tx, person, fewRecords); err != nil {
		return v, err
	}
	shown := []id.ID{person, v.Enquiry.Organization, v.Enquiry.Referrer}
	for _, e := range v.Brought {
		shown = append(shown, e.Person)
	}
	v.names, err = p.load(ctx, tx, shown...)
	v.Person, v.tell = v.persons[person], p.Timeline
	return v, err
}

// score reads the score of an open enquiry, with what words its reasons (SAL-12).
func (v *enquiryView) score(ctx context.Context, tx *op.Tx) (err error) {
	if !v.Enquiry.Stage.Open() {
		return nil
	}
	if v.Worth, v.Valued, err = sales.WorthOf(ctx, tx, v.Enquiry.ID); err != nil {
		return err
	}
	if v.Score, v.Scored, err = sales.ScoreOf(ctx, tx, v.Enquiry.ID); err != nil || !v.Scored {
		return err
	}
	v.Fields, err = people.Fields(ctx, tx, "enquiry")
	return err
}

// matter loads an enquiry with what tells its next step.
func (p door) matter(ctx context.Context, tx *op.Tx, key id.ID) (v enquiryView, err error) {
	if v.Enquiry, err = sales.EnquiryByID(ctx, tx, key); err != nil {
		return v, err
	}
	if v.Steps, err = process.StepsOf(ctx, tx, key); err != nil {
		return v, err
	}
	appointments, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Enquiry: key, Limit: fewRecords})
	if err != nil {
		return v, err
	}
	v.Appointments = appointments.Items
	v.Visits, err = sales.VisitsOf(ctx, tx, key)
	return v, err
}

// openAppointment is the appointment that still stands.
func (v enquiryView) openAppointment() (sales.Appointment, bool) {
	for _, a := range v.Appointments {
		if a.State == sales.Booked || a.State == sales.Confirmed {
			return a, true
		}
	}
	return sales.Appointment{}, false
}

// openVisit is the visit that is not yet finished.
func (v enquiryView) openVisit() (sales.Visit, bool) {
	for _, visit := range v.Visits {
		if visit.Finished.IsZero() {
			return visit, true
		}
	}
	return sales.Visit{}, false
}

// missing is the process's next step of the matter: the first that is not done and leads to the contract.
func (v enquiryView) missing() string {
	done := func(step string) bool { return slices.Contains(v.Steps, step) }
	if !v.Enquiry.Stage.Open() {
		if len(v.Contracts) > 0 && !done("payment") {
			return "payment"
		}
		return ""
	}
	if _, here := v.openVisit(); here {
		return "needs-analysis"
	}
	if _, booked := v.openAppointment(); booked { // the first visit or another one
		return "visit"
	}
	walkedIn := done("walk-in")
	for _, step := range []string{"first-touch", "invitation", "visit", "needs-analysis", "quote", "contract", "signature"} {
		if walkedIn && (step == "first-touch" || step == "invitation") {
			continue
		}
		if !done(step) {
			return step
		}
	}
	return ""
}

// stepRights is the right to do each step: who has it not is told who does it (ORG-4).
var stepRights = map[string]string{
	"first-touch": "touch:create", "invitation": "appointment:create", "visit": "appointment:read", "needs-analysis": "visit:update",
	"quote": "quote:create", "contract": "contract:create", "signature": "contract:sign", "payment": "payment:create",
}

// nextStep is the banner: what is missing, why now, and the one button that does it, for who may.
func (v enquiryView) nextStep(ctx context.Context) (web.NextStep, bool) {
	e, missing := v.Enquiry, v.missing()
	if missing == "" {
		return web.NextStep{}, false
	}
	what := missing
	if missing == "contract" && v.quoteInForce(ctx) < 0 {
		what = "requote"
	}
	n := web.NextStep{When: due(ctx, e).Text, Text: t(ctx, "next."+what), Why: v.whyNow(ctx)}
	if a, ok := v.openAppointment(); ok && missing == "visit" {
		n.When, n.Why = "", ""
		n.Text = upper(t(ctx, "next.visit-at", "time", moment(ctx, a.Starts), "center", v.center(ctx, a.Center)))
		if a.Day < web.Today(ctx) {
			n.Text = t(ctx, "next.visit-passed", "time", moment(ctx, a.Starts))
		}
		n.Actions = append(n.Actions, web.Button{Label: t(ctx, "appointments.open"), Href: query("/appointments", "from", a.Day.String(), "until", a.Day.String()) + "#row-" + a.ID.String(), Kind: web.Primary})
		if may(ctx, "appointment:update") {
			n.Actions = append(n.Actions, web.Button{Label: t(ctx, "appointments.move"), Href: path("appointments", a.ID.String(), "move")})
		}
		return n, true
	}
	if may(ctx, stepRights[missing]) {
		n.Actions = append(n.Actions, web.Button{Label: t(ctx, "do."+what), Href: enquiryPath(e.ID, "step", missing), Kind: web.Primary})
	} else {
		n.Text = t(ctx, "next.by", "what", n.Text, "name", v.staff(e.Consultant))
	}
	if missing != "first-touch" && may(ctx, "touch:create") {
		n.Actions = append(n.Actions, web.Button{Label: t(ctx, "call.record"), Href: query(enquiryPath(e.ID, "call"), "back", enquiryPath(e.ID)), Key: "R"})
	}
	return n, true
}

// whyNow gives the reason of the banner, from what is known.
func (v enquiryView) whyNow(ctx context.Context) string {
	e := v.Enquiry
	switch {
	case e.FirstTouch.IsZero() && !e.ContactDue.IsZero() && !e.WalkIn:
		return t(ctx, "next.why-first", "when", moment(ctx, e.Entered), "channel", v.channel(ctx, e.Channel), "due", moment(ctx, e.ContactDue))
	case e.NextStep != "" && !e.NextDay.IsZero():
		return t(ctx, "next.why-planned", "step", code(ctx, "next-step", e.NextStep), "day", i18n.Date(ctx, e.NextDay, web.Today(ctx)))
	case !e.LastTouch.IsZero():
		return t(ctx, "work.last-touch", "ago", i18n.Ago(ctx, e.LastTouch, web.Now(ctx)))
	}
	return ""
}

func (v enquiryView) head(ctx context.Context) web.RecordHead {
	e := v.Enquiry
	h := web.RecordHead{
		Name: v.person(ctx, e.Person), Sub: join(v.Person.Pinyin, genderOf(ctx, v.Person.Gender), age(ctx, v.Person.Birth)),
		Owners: join(t(ctx, "owner", "name", v.staff(e.Consultant)), v.center(ctx, e.Center)),
		Chips: []web.Chip{
			{Text: code(ctx, "enquiry-kind", e.Kind) + " · " + code(ctx, "stage", string(e.Stage)), Tone: stageTone(e.Stage)},
		},
	}
	if _, ok := v.channels.ByID(e.Channel); ok {
		h.Chips = append(h.Chips, web.Chip{Text: v.channel(ctx, e.Channel)})
	}
	if e.Breached {
		h.Chips = append(h.Chips, web.Chip{Text: t(ctx, "enquiries.breached"), Tone: web.Bad})
	}
	h.Actions = v.actions(ctx)
	return h
}

// actions are what can be done besides the next step.
func (v enquiryView) actions(ctx context.Context) []web.Button {
	e := v.Enquiry
	small := func(right, label, href string) []web.Button {
		if !may(ctx, right) {
			return nil
		}
		return []web.Button{{Label: t(ctx, label), Href: href, Small: true, Kind: web.Quiet}}
	}
	var out []web.Button
	if e.Stage.Open() {
		if _, booked := v.openAppointment(); !booked {
			out = append(out, small("appointment:create", "call.invite", query(enquiryPath(e.ID, "book"), "back", enquiryPath(e.ID)))...)
		}
		if !e.Consultant.IsNone() {
			out = append(out, small("quote:create", "do.quote", enquiryPath(e.ID, "quote"))...)
		}
		out = append(out, small("enquiry:assign", "assign.give", enquiryPath(e.ID, "assign"))...)
		out = append(out, small("enquiry:update", "change.do", enquiryPath(e.ID, "edit"))...)
		out = append(out, small("enquiry:update", "referrer.do", enquiryPath(e.ID, "referrer"))...)
		out = append(out, small("enquiry:update", "lose.do", enquiryPath(e.ID, "lose"))...)
	}
	if may(ctx, "task:update") {
		out = append(out, web.Button{Label: i18n.T(ctx, "tasks.new"), Href: query("/tasks/new", "record_kind", "enquiry", "record_id", e.ID.String()), Small: true, Kind: web.Quiet})
	}
	return append(out, web.Button{Label: t(ctx, "person-page"), Href: path("people", e.Person.String()), Small: true, Kind: web.Quiet})
}

func stageTone(s sales.Stage) web.Tone {
	if s == sales.Signed {
		return web.Good
	}
	if s == sales.Lost {
		return web.Neutral
	}
	return web.Info
}

func (v enquiryView) facts(ctx context.Context) web.FactList {
	e, today := v.Enquiry, web.Today(ctx)
	text := func(term, value string) web.Fact { return web.Fact{Term: t(ctx, term), Value: web.Text(value)} }
	out := web.FactList{Facts: []web.Fact{
		{Term: t(ctx, "field.phone"), Value: phoneOf(v.Person, enquiryPath(e.ID))},
		text("field.channel", v.channel(ctx, e.Channel)), text("field.course", v.course(ctx, e.Course)), text("field.grade", gradeOf(ctx, e.Grade)),
		text("field.entered", i18n.DateTime(ctx, e.Entered, web.Zone(ctx), web.Now(ctx))),
		text("field.first-contact", v.firstContact(ctx)),
		text("field.next-step", join(step(ctx, e), dayText(ctx, e.NextDay, today))),
	}}
	if !e.Organization.IsNone() {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "field.organization"), Value: web.RecordLink("/organizations/"+e.Organization.String(), v.person(ctx, e.Organization))})
	}
	if !e.Referrer.IsNone() {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "field.referrer"), Value: web.RecordLink("/people/"+e.Referrer.String(), v.person(ctx, e.Referrer))})
	}
	if e.Value > 0 {
		out.Facts = append(out.Facts, text("field.value", i18n.MoneyWhole(ctx, e.Value)))
	}
	out.Facts = append(out.Facts, campaignFacts(ctx, v.Campaign)...)
	if e.ExternalKey != nil {
		out.Facts = append(out.Facts, text("field.external-key", *e.ExternalKey))
	}
	if e.LostReason != "" {
		out.Facts = append(out.Facts, text("field.lost-reason", code(ctx, "loss-reason", e.LostReason)))
	}
	return out
}

func dayText(ctx context.Context, d, today bizdate.Date) string {
	if d.IsZero() {
		return ""
	}
	return i18n.Date(ctx, d, today)
}

// firstContact says when the first contact was, or until when it is due.
func (v enquiryView) firstContact(ctx context.Context) string {
	e := v.Enquiry
	switch {
	case !e.FirstTouch.IsZero():
		return t(ctx, "first-after", "time", moment(ctx, e.FirstTouch), "span", i18n.Span(ctx, e.FirstTouch.Sub(e.Entered)))
	case e.WalkIn:
		return t(ctx, "walked-in")
	case !e.ContactDue.IsZero():
		return t(ctx, "first-due", "time", moment(ctx, e.ContactDue))
	}
	return i18n.None
}

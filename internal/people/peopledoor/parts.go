package peopledoor

import (
	"context"
	"slices"

	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

func (v personView) head(ctx context.Context) web.RecordHead {
	p := v.Person
	latin := p.NameLatin
	if p.Name == "" {
		latin = ""
	}
	return web.RecordHead{
		Name: shown(ctx, p.Shown()), Sub: dot(p.Pinyin, latin, code(ctx, "gender", p.Gender), age(ctx, p.Birth)),
		Chips: v.chips(ctx), Owners: v.owners(ctx), Actions: v.actions(ctx),
	}
}

// chips are the derived states (PPL-1), the open matter, where the person came from, and the family.
func (v personView) chips(ctx context.Context) []web.Chip {
	var out []web.Chip
	tones := map[string]web.Tone{"student": web.Good, "prospect": web.Info}
	if !v.Person.Anonymized.IsZero() {
		out = append(out, web.Chip{Text: t(ctx, "anonymized-at", "day", moment(ctx, v.Person.Anonymized))})
	}
	for _, s := range v.States {
		out = append(out, web.Chip{Text: i18n.T(ctx, "person-state."+s), Tone: tones[s]})
	}
	if e, ok := v.open(); ok {
		out = append(out, web.Chip{Text: dot(code(ctx, "enquiry-kind", e.Kind), code(ctx, "stage", string(e.Stage))), Tone: web.Info})
		if e.Breached && e.FirstTouch.IsZero() {
			out = append(out, web.Chip{Text: t(ctx, "breached"), Tone: web.Bad})
		}
	}
	if len(v.Enquiries) > 0 {
		if c := v.channel(ctx, v.Enquiries[0].Channel); c != "" {
			out = append(out, web.Chip{Text: c})
		}
	}
	if n := len(v.Relatives); n > 0 {
		out = append(out, web.Chip{Text: t(ctx, "family", "count", n+1)})
	}
	return out
}

// owners says who owns the sale, and where the person is known (PPL-7).
func (v personView) owners(ctx context.Context) string {
	owner, center := "", v.Person.Center
	switch {
	case len(v.Enquiries) > 0:
		owner, center = v.dir.StaffName(v.Enquiries[0].Consultant), v.Enquiries[0].Center
	case len(v.Contracts) > 0:
		owner, center = v.dir.StaffName(v.Contracts[0].Consultant), v.Contracts[0].Center
	}
	if owner != "" {
		owner = t(ctx, "consultant", "name", owner)
	}
	return dot(owner, v.center(ctx, center))
}

// actions are what can be done besides the next step.
func (v personView) actions(ctx context.Context) []web.Button {
	var out []web.Button
	add := func(right string, b web.Button) {
		if may(ctx, right) {
			b.Small = true
			out = append(out, b)
		}
	}
	key := v.Person.ID.String()
	e, open := v.open()
	if open {
		add("touch:create", web.Button{Label: t(ctx, "record-touch"), Href: query("/enquiries/"+e.ID.String()+"/call", "back", personPath(v.Person.ID, "")), Key: "R"})
		add("enquiry:read", web.Button{Label: t(ctx, "open-enquiry"), Href: "/enquiries/" + e.ID.String()})
	} else {
		add("enquiry:create", web.Button{Label: t(ctx, "new-enquiry"), Href: query("/enquiries/new", "person_id", key)})
	}
	if len(v.Contracts) > 0 && (open || len(v.Due) == 0) {
		add("payment:create", web.Button{Label: t(ctx, "take-payment"), Href: v.payment()})
	}
	add("person:update", web.Button{Label: t(ctx, "edit"), Href: personPath(v.Person.ID, "/edit"), Kind: web.Quiet})
	if !v.Person.Anonymized.IsZero() {
		return nil
	}
	add("task:update", web.Button{Label: i18n.T(ctx, "tasks.new"), Href: query("/tasks/new", "record_kind", "person", "record_id", key), Kind: web.Quiet})
	add("data-request:create", web.Button{Label: t(ctx, "request-new"), Href: personPath(v.Person.ID, "/data-request"), Kind: web.Quiet})
	add("person:merge", web.Button{Label: t(ctx, "merge"), Href: personPath(v.Person.ID, "/merge"), Kind: web.Quiet})
	return out
}

// payment is the way to the cash desk: with the instalment that is due first, else for the payer's balance.
func (v personView) payment() string {
	if len(v.Due) == 0 {
		return query("/payments/new", "person_id", v.Person.ID.String())
	}
	return query("/payments/new", "contract_id", v.Due[0].Contract.String(), "instalment_id", v.Due[0].ID.String())
}

// nextStep is what the open enquiry waits for, else the next payment.
func (v personView) nextStep(ctx context.Context) (web.NextStep, bool) {
	if e, ok := v.open(); ok {
		return v.enquiryStep(ctx, e)
	}
	if len(v.Due) == 0 || !may(ctx, "payment:create") {
		return web.NextStep{}, false
	}
	i := v.Due[0]
	return web.NextStep{
		When: date(ctx, i.Due), Text: t(ctx, "next.payment", "no", i.No, "sum", i18n.MoneyWhole(ctx, i.Open())), Why: t(ctx, "why-payment", "contract", i.ContractNo, "day", date(ctx, i.Due)),
		Actions: []web.Button{{Label: t(ctx, "take-payment"), Kind: web.Primary, Href: v.payment()}},
	}, true
}

// stepRights is the right to do each step: who has it not is told who does it (ORG-4).
var stepRights = map[string]string{
	"first-touch": "touch:create", "invitation": "appointment:create", "visit": "appointment:read", "needs-analysis": "visit:update",
	"quote": "quote:create", "contract": "contract:create", "signature": "contract:sign",
}

func (v personView) enquiryStep(ctx context.Context, e sales.Enquiry) (web.NextStep, bool) {
	step := v.missing()
	if step == "" {
		return web.NextStep{}, false
	}
	n := web.NextStep{When: v.when(ctx, e), Text: t(ctx, "next."+step), Why: v.why(ctx, e)}
	if step == "visit" && !v.Visit.Starts.IsZero() {
		n.When, n.Why = moment(ctx, v.Visit.Starts), ""
		n.Text = t(ctx, "visit-at", "center", v.center(ctx, v.Visit.Center))
		if v.Visit.Day < web.Today(ctx) {
			n.Text = t(ctx, "visit-passed", "time", moment(ctx, v.Visit.Starts))
		}
	}
	if may(ctx, stepRights[step]) {
		n.Actions = append(n.Actions, web.Button{Label: t(ctx, "do."+step), Href: query("/enquiries/"+e.ID.String()+"/step/"+step, "back", personPath(v.Person.ID, "")), Kind: web.Primary})
	} else {
		n.Text = t(ctx, "next.by", "what", n.Text, "name", v.staff(e.Consultant))
	}
	if number := v.number(); dial(number) != "" {
		n.Actions = append(n.Actions, web.Button{Label: t(ctx, "dial", "number", i18n.Phone(ctx, number)), Href: dial(number), Key: "C"})
	}
	return n, true
}

// number is the person's first phone, as the viewer may see it.
func (v personView) number() string {
	for _, c := range v.Contacts {
		if c.Kind == "phone" {
			return c.Value
		}
	}
	return ""
}

// when says when the next step is due.
func (v personView) when(ctx context.Context, e sales.Enquiry) string {
	today := web.Today(ctx)
	switch {
	case e.FirstTouch.IsZero() && !e.ContactDue.IsZero() && !e.WalkIn:
		return i18n.Soon(ctx, e.ContactDue, web.Now(ctx))
	case e.NextDay.IsZero():
		return ""
	case e.NextDay < today:
		return t(ctx, "days-late", "count", int(today-e.NextDay))
	case e.NextDay == today:
		return t(ctx, "today")
	}
	return date(ctx, e.NextDay)
}

// why gives the reason of the banner, from what is known.
func (v personView) why(ctx context.Context, e sales.Enquiry) string {
	switch {
	case e.FirstTouch.IsZero() && !e.ContactDue.IsZero() && !e.WalkIn:
		return t(ctx, "why-first", "when", moment(ctx, e.Entered), "due", moment(ctx, e.ContactDue))
	case e.NextStep != "" && !e.NextDay.IsZero():
		return t(ctx, "why-planned", "step", code(ctx, "next-step", e.NextStep), "day", date(ctx, e.NextDay))
	case !e.LastTouch.IsZero():
		return t(ctx, "why-last", "ago", i18n.Ago(ctx, e.LastTouch, web.Now(ctx)))
	}
	return ""
}

// hours is what is left of all the student's contracts.
func (v personView) hours(ctx context.Context) web.HourAccount {
	var left, gift, bought, given, used hours.Centi
	for _, a := range v.Accounts {
		left, gift, bought, given, used = left+a.Left, gift+a.LeftGift, bought+a.Bought, given+a.Gift, used+a.Used
	}
	return web.HourAccount{
		Balance: left.String(), Unit: t(ctx, "hours-left"),
		Note: web.Text(t(ctx, "hours-note", "gift", gift.String(), "bought", bought.String(), "given", given.String(), "used", used.String())),
	}
}

// relation names a relative's place in the family.
func relation(ctx context.Context, r people.Relative) string {
	return code(ctx, "relation", r.Relation)
}

// facts is what is known of the person beyond name and family.
func (v personView) facts(ctx context.Context) web.FactList {
	var out web.FactList
	add := func(term, value string) {
		if value != "" {
			out.Facts = append(out.Facts, web.Fact{Term: term, Value: web.Text(value)})
		}
	}
	p := v.Person
	add(t(ctx, "birth"), date(ctx, p.Birth))
	add(t(ctx, "district"), p.District)
	add(t(ctx, "external-key"), p.ExternalKey)
	add(t(ctx, "entered"), dot(i18n.DateTime(ctx, p.Created, web.Zone(ctx), web.Now(ctx)), v.center(ctx, p.Center)))
	for _, a := range v.Attributes {
		if a.Private == "" {
			add(a.Field, a.Text)
		}
	}
	for _, r := range v.Roles {
		out.Facts = append(out.Facts, web.Fact{Term: code(ctx, "contact-role", r.Role), Value: web.RecordLink(organizationPath(r.Organization, ""), r.Name)})
	}
	if may(ctx, "record-view:read") {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "looks"), Value: web.RecordLink("/record-views?record="+p.ID.String(), t(ctx, "looks-open"))})
	}
	return out
}

// contactTerm names a contact point: whose phone it is, or what it is.
func contactTerm(ctx context.Context, c people.Contact) string {
	if c.Kind == "phone" && c.Relation != "" {
		return code(ctx, "relation", c.Relation)
	}
	return t(ctx, "contact-"+c.Kind)
}

// contactText writes a contact point as the viewer may see it.
func contactText(ctx context.Context, c people.Contact) string {
	switch {
	case c.Value == "":
		return t(ctx, "hidden")
	case c.Kind == "phone":
		return i18n.Phone(ctx, c.Value)
	}
	return c.Value
}

// masked tells whether a contact point is not seen in full.
func (v personView) masked() bool {
	for _, c := range v.Contacts {
		if c.Kind == "phone" && dial(c.Value) == "" {
			return true
		}
	}
	return slices.ContainsFunc(v.Attributes, func(a people.Attribute) bool { return a.Masked })
}

// private are the ID numbers and addresses among the custom values, with those that were just revealed in full (PPL-10).
func (v personView) private() (out []people.Attribute) {
	for _, a := range v.Attributes {
		if a.Private == "" {
			continue
		}
		if i := slices.IndexFunc(v.Opened, func(b people.Attribute) bool { return b.Field == a.Field }); i >= 0 {
			a = v.Opened[i]
		}
		out = append(out, a)
	}
	return out
}

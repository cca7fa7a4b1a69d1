package peopledoor

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// tabs are the departments with their counts; what has nothing is left out.
func (v personView) tabs(ctx context.Context) web.Tabs {
	out := web.Tabs{Label: t(ctx, "by-department")}
	for _, d := range append([]string{""}, people.Departments...) {
		n := v.Timeline.Counts[d]
		if n == 0 && d != v.Query.Department {
			continue
		}
		label := t(ctx, "all")
		if d != "" {
			label = t(ctx, "department."+d)
		}
		out.Items = append(out.Items, web.Tab{Label: label, Count: &n, Current: d == v.Query.Department, Href: query(personPath(v.Person.ID, ""), "tab", d)})
	}
	return out
}

// earlier is the address of the part of the timeline before this one; "" at its end.
func (v personView) earlier() string {
	if n := len(v.Timeline.Items); v.Timeline.More && n > 0 {
		return query(personPath(v.Person.ID, ""), "tab", v.Query.Department, "before", v.Timeline.Items[n-1].ID.String())
	}
	return ""
}

// story is what is told of events, and by which names.
type story struct {
	names
	contracts []contracts.Contract      // whose numbers are told
	tests     map[id.ID]sales.Placement // results of placement tests, by visit
}

// Timeline tells what every department did with a person, newest first, by month (PPL-6, UI-R): in one wording for every page that shows it.
func Timeline(ctx context.Context, dir *organization.Directory, channels marketing.Tree, list []contracts.Contract, tests map[id.ID]sales.Placement, page people.TimelinePage) web.Timeline {
	s := story{names{dir: dir, channels: channels}, list, tests}
	var out web.Timeline
	for _, item := range page.Items {
		day := bizdate.Of(item.At, web.Zone(ctx))
		title := i18n.Month(ctx, day)
		if len(out.Months) == 0 || out.Months[len(out.Months)-1].Title != title {
			out.Months = append(out.Months, web.TimelineMonth{Title: title})
		}
		last := &out.Months[len(out.Months)-1]
		line := web.TimelineItem{
			At: item.At, Day: i18n.DateShort(ctx, day) + " " + t(ctx, "weekday."+strconv.Itoa(int(day.Weekday()))), By: s.by(ctx, item), Of: department(ctx, item.Department),
			Title: i18n.T(ctx, "fact."+item.Name()), Detail: s.detail(ctx, item),
		}
		if item.Note != "" {
			line.Quote = quote(item.Note)
		}
		last.Items = append(last.Items, line)
	}
	return out
}

// by is who did it: a colleague, or the program itself.
func (s story) by(ctx context.Context, item people.Item) string {
	staff := item.Staff
	if item.Name() == "people.touch-recorded" {
		staff = read[facts.TouchRecorded](item).Staff
	}
	if name := s.dir.StaffName(staff); name != "" {
		return name
	}
	return t(ctx, "automatic")
}

// department marks who did something: a letter and a colour.
func department(ctx context.Context, code string) web.Department {
	colours := map[string]int{"sales": 2, "desk": 5, "finance": 6}
	return web.Department{Letter: t(ctx, "letter."+code), Name: t(ctx, "department."+code), Colour: colours[code]}
}

// detail is what tells an event from others of its kind; amounts and numbers lead to their record.
func (s story) detail(ctx context.Context, item people.Item) templ.Component {
	if link := s.record(ctx, item); link != nil {
		return link
	}
	if text := s.words(ctx, item); text != "" {
		return web.Text(text)
	}
	return nil
}

// record is the amount of an event with the way to its record.
func (s story) record(ctx context.Context, item people.Item) templ.Component {
	amount := func(f money.Fen, right, path string) templ.Component {
		if !may(ctx, right) {
			path = ""
		}
		return web.Figure{Value: i18n.MoneyWhole(ctx, f), Href: path}
	}
	switch item.Name() {
	case "contracts.contract-signed":
		f := read[facts.ContractSigned](item)
		return web.Join(web.Text(s.contractNo(f.Contract)+" "), amount(f.Payable, "contract:read", "/contracts/"+f.Contract.String()))
	case "contracts.contract-drafted":
		f := read[facts.ContractDrafted](item)
		return web.Join(web.Text(s.contractNo(f.Contract)+" "), amount(f.Payable, "contract:read", "/contracts/"+f.Contract.String()))
	case "sales.quote-made":
		f := read[facts.QuoteMade](item)
		return amount(f.Payable, "quote:read", "/quotes/"+f.Quote.String())
	case "finance.payment-taken":
		f := read[facts.PaymentTaken](item)
		return web.Join(amount(f.Amount, "payment:read", "/payments/"+f.Payment.String()), web.Text(" · "+code(ctx, "method", f.Method)))
	case "finance.payment-reversed":
		f := read[facts.PaymentReversed](item)
		return web.Join(amount(-f.Amount, "payment:read", "/payments/"+f.Payment.String()), web.Text(" · "+f.Reason))
	}
	return nil
}

// words is the detail of an event without an amount.
func (s story) words(ctx context.Context, item people.Item) string {
	switch item.Name() {
	case "people.touch-recorded":
		f := read[facts.TouchRecorded](item)
		next := code(ctx, "loss-reason", f.Closed)
		if f.NextStep != "" {
			next = t(ctx, "then", "step", code(ctx, "next-step", f.NextStep), "day", date(ctx, f.NextDay))
		}
		return dot(code(ctx, "touch-channel", f.Channel), code(ctx, "touch-result", f.Result), next)
	case "people.persons-merged", "people.persons-unmerged":
		return t(ctx, "changed-fields", "count", len(read[facts.PersonsMerged](item).Fields))
	case "people.person-changed":
		return t(ctx, "changed-fields", "count", len(read[facts.PersonChanged](item).Fields))
	case "sales.appointment-booked":
		f := read[facts.AppointmentBooked](item)
		return dot(moment(ctx, f.Starts), s.center(ctx, f.Center))
	case "sales.appointment-moved":
		return t(ctx, "moved-to", "time", moment(ctx, read[facts.AppointmentMoved](item).Starts))
	case "sales.enquiry-entered":
		f := read[facts.EnquiryEntered](item)
		if !f.Former.IsNone() {
			return t(ctx, "former-student")
		}
		return dot(s.channel(ctx, f.Channel), s.dir.StaffName(f.Consultant))
	case "marketing.submission-entered":
		return read[facts.SubmissionEntered](item).PointName
	case "sales.enquiry-changed":
		f := read[facts.EnquiryChanged](item)
		return s.turned(ctx, f.Matter, f.Turn)
	case "sales.enquiry-assigned":
		f := read[facts.EnquiryAssigned](item)
		return dot(s.staff(f.From)+" → "+s.staff(f.Consultant), code(ctx, "assign-reason", f.Reason))
	case "sales.enquiry-lost":
		return code(ctx, "loss-reason", read[facts.EnquiryLost](item).Reason)
	case "sales.visit-finished":
		f := read[facts.VisitFinished](item)
		return dot(code(ctx, "visit-outcome", f.Outcome), code(ctx, "loss-reason", f.Reason), s.test(ctx, f.Visit))
	case "sales.visit-checked-in", "sales.walked-in":
		return s.center(ctx, item.Center)
	}
	return s.later(ctx, item)
}

// turned words what the channel and the course of a matter were, and are.
func (s story) turned(ctx context.Context, now facts.Matter, was *facts.Turn) string {
	if was == nil {
		return ""
	}
	var channel, course string
	if was.Channel != now.Channel {
		channel = s.channel(ctx, was.Channel) + " → " + s.channel(ctx, now.Channel)
	}
	if was.Course != now.Course {
		course = t(ctx, "other-course")
	}
	return dot(channel, course)
}

// test words the result of the placement test of a visit, where the viewer sees it.
func (s story) test(ctx context.Context, visit id.ID) string {
	p, ok := s.tests[visit]
	switch {
	case !ok:
		return ""
	case p.Score == "":
		return i18n.T(ctx, "sales.visit.placement") + " " + p.Level
	}
	return i18n.T(ctx, "sales.visit.placement") + " " + i18n.T(ctx, "sales.visit.level-score", "level", p.Level, "score", p.Score)
}

// later is the detail of what followed on something else.
func (s story) later(ctx context.Context, item people.Item) string {
	switch item.Name() {
	case "sales.contact-escalated":
		f := read[facts.ContactEscalated](item)
		step := i18n.T(ctx, "sales.ladder.step", "after", strconv.FormatInt(f.After, 10), "unit", code(ctx, "ladder-unit", f.Unit))
		return dot(step, code(ctx, "ladder-action", f.Action))
	case "sales.reward-earned":
		if f := read[facts.RewardEarned](item); f.Hours > 0 {
			return i18n.Hours(ctx, f.Hours)
		}
		return i18n.T(ctx, "sales.reward.by-rule-none")
	case "sales.reward-booked":
		return i18n.Hours(ctx, read[facts.RewardBooked](item).Hours)
	case "sales.reward-reversed":
		f := read[facts.RewardReversed](item)
		return dot(i18n.Hours(ctx, f.Taken), f.Reason)
	case "sales.appointment-restored":
		f := read[facts.AppointmentRestored](item)
		return code(ctx, "appointment-state", f.From) + " → " + code(ctx, "appointment-state", f.State)
	}
	return ""
}

// contractNo is the number of one of the person's contracts.
func (s story) contractNo(key [16]byte) string {
	for _, c := range s.contracts {
		if c.ID == key {
			return c.No
		}
	}
	return ""
}

// read takes a fact from an event; one of a newer version keeps what both know.
func read[F any](item people.Item) (f F) {
	if err := json.Unmarshal(item.Payload, &f); err != nil {
		return *new(F)
	}
	return f
}

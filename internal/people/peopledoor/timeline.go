package peopledoor

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/people"
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

// timeline is what every department did, newest first, by month (PPL-6, UI-R).
func (v personView) timeline(ctx context.Context) web.Timeline {
	var out web.Timeline
	for _, item := range v.Timeline.Items {
		day := bizdate.Of(item.At, web.Zone(ctx))
		title := i18n.Month(ctx, day)
		if len(out.Months) == 0 || out.Months[len(out.Months)-1].Title != title {
			out.Months = append(out.Months, web.TimelineMonth{Title: title})
		}
		last := &out.Months[len(out.Months)-1]
		line := web.TimelineItem{
			At: item.At, Day: i18n.DateShort(ctx, day) + " " + t(ctx, "weekday."+strconv.Itoa(int(day.Weekday()))), By: v.by(ctx, item), Of: department(ctx, item.Department),
			Title: i18n.T(ctx, "fact."+item.Name()), Detail: v.detail(ctx, item),
		}
		if item.Note != "" {
			line.Quote = quote(item.Note)
		}
		last.Items = append(last.Items, line)
	}
	return out
}

// by is who did it: a colleague, or the program itself.
func (v personView) by(ctx context.Context, item people.Item) string {
	staff := item.Staff
	if item.Name() == "people.touch-recorded" {
		staff = read[facts.TouchRecorded](item).Staff
	}
	if name := v.dir.StaffName(staff); name != "" {
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
func (v personView) detail(ctx context.Context, item people.Item) templ.Component {
	if link := v.record(ctx, item); link != nil {
		return link
	}
	if text := v.words(ctx, item); text != "" {
		return web.Text(text)
	}
	return nil
}

// record is the amount of an event with the way to its record.
func (v personView) record(ctx context.Context, item people.Item) templ.Component {
	amount := func(f money.Fen, right, path string) templ.Component {
		if !may(ctx, right) {
			path = ""
		}
		return web.Figure{Value: i18n.MoneyWhole(ctx, f), Href: path}
	}
	switch item.Name() {
	case "contracts.contract-signed":
		f := read[facts.ContractSigned](item)
		return web.Join(web.Text(v.contractNo(f.Contract)+" "), amount(f.Payable, "contract:read", "/contracts/"+f.Contract.String()))
	case "contracts.contract-drafted":
		f := read[facts.ContractDrafted](item)
		return web.Join(web.Text(v.contractNo(f.Contract)+" "), amount(f.Payable, "contract:read", "/contracts/"+f.Contract.String()))
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
func (v personView) words(ctx context.Context, item people.Item) string {
	switch item.Name() {
	case "people.touch-recorded":
		f := read[facts.TouchRecorded](item)
		next := code(ctx, "loss-reason", f.Closed)
		if f.NextStep != "" {
			next = t(ctx, "then", "step", code(ctx, "next-step", f.NextStep), "day", date(ctx, f.NextDay))
		}
		return dot(code(ctx, "touch-channel", f.Channel), code(ctx, "touch-result", f.Result), next)
	case "people.person-changed":
		return t(ctx, "changed-fields", "count", len(read[facts.PersonChanged](item).Fields))
	case "sales.appointment-booked":
		f := read[facts.AppointmentBooked](item)
		return dot(moment(ctx, f.Starts), v.center(ctx, f.Center))
	case "sales.appointment-moved":
		return t(ctx, "moved-to", "time", moment(ctx, read[facts.AppointmentMoved](item).Starts))
	case "sales.enquiry-entered":
		f := read[facts.EnquiryEntered](item)
		return dot(v.channel(ctx, f.Channel), v.dir.StaffName(f.Consultant))
	case "sales.enquiry-assigned":
		f := read[facts.EnquiryAssigned](item)
		return dot(v.staff(f.From)+" → "+v.staff(f.Consultant), code(ctx, "assign-reason", f.Reason))
	case "sales.enquiry-lost":
		return code(ctx, "loss-reason", read[facts.EnquiryLost](item).Reason)
	case "sales.visit-finished":
		f := read[facts.VisitFinished](item)
		return dot(code(ctx, "visit-outcome", f.Outcome), code(ctx, "loss-reason", f.Reason))
	case "sales.visit-checked-in", "sales.walked-in":
		return v.center(ctx, item.Center)
	}
	return ""
}

// contractNo is the number of one of the person's contracts.
func (v personView) contractNo(key [16]byte) string {
	for _, c := range v.Contracts {
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

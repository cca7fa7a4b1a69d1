package salesdoor

import (
	"context"
	"encoding/json"

	"github.com/a-h/templ"

	"zhike/internal/facts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/people"
	"zhike/internal/web"
)

// timeline is what happened with the person of an enquiry, newest first, by month (PPL-6).
func (v enquiryView) timeline(ctx context.Context) web.Timeline {
	var out web.Timeline
	for _, item := range v.Timeline.Items {
		day := dayOf(ctx, item.At)
		title := i18n.Month(ctx, day)
		if len(out.Months) == 0 || out.Months[len(out.Months)-1].Title != title {
			out.Months = append(out.Months, web.TimelineMonth{Title: title})
		}
		last := &out.Months[len(out.Months)-1]
		shown := web.TimelineItem{
			At: item.At, Day: join2(i18n.DateShort(ctx, day), i18n.Weekday(ctx, day.Weekday())), By: v.by(ctx, item), Of: departmentOf(ctx, item.Department),
			Title: i18n.T(ctx, "fact."+item.Name()),
		}
		if detail := v.detail(ctx, item); detail != "" {
			shown.Detail = web.Text(detail)
		}
		if item.Note != "" {
			shown.Quote = quoted(item.Note)
		}
		last.Items = append(last.Items, shown)
	}
	return out
}

func join2(a, b string) string { return a + " " + b }

// by is who did it: a colleague, or the program itself.
func (v enquiryView) by(ctx context.Context, item people.Item) string {
	if name := v.dir.StaffName(item.Staff); name != "" {
		return name
	}
	return t(ctx, "department.system-name")
}

// detail is the line beside the title: what makes this event differ from others of its kind.
func (v enquiryView) detail(ctx context.Context, item people.Item) string {
	switch item.Name() {
	case "people.touch-recorded":
		var f facts.TouchRecorded
		read(item, &f)
		if f.Closed != "" {
			return join(code(ctx, "touch-result", f.Result), code(ctx, "loss-reason", f.Closed))
		}
		next := ""
		if f.NextStep != "" {
			next = t(ctx, "then", "step", code(ctx, "next-step", f.NextStep), "day", dayText(ctx, f.NextDay, web.Today(ctx)))
		}
		return join(code(ctx, "touch-result", f.Result), next)
	case "sales.appointment-booked":
		var f facts.AppointmentBooked
		read(item, &f)
		return join(moment(ctx, f.Starts), v.center(ctx, f.Center))
	case "sales.appointment-moved":
		var f facts.AppointmentMoved
		read(item, &f)
		return t(ctx, "moved-to", "time", moment(ctx, f.Starts))
	case "sales.enquiry-assigned":
		var f facts.EnquiryAssigned
		read(item, &f)
		return join(v.staff(f.From)+" → "+v.staff(f.Consultant), code(ctx, "assign-reason", f.Reason))
	case "sales.enquiry-entered":
		var f facts.EnquiryEntered
		read(item, &f)
		return join(v.channel(ctx, f.Channel), v.staff(f.Consultant))
	}
	return v.outcome(ctx, item)
}

// outcome is the detail of what ends something, or has an amount.
func (v enquiryView) outcome(ctx context.Context, item people.Item) string {
	switch item.Name() {
	case "sales.enquiry-lost":
		var f facts.EnquiryLost
		read(item, &f)
		return code(ctx, "loss-reason", f.Reason)
	case "sales.contact-escalated":
		var f facts.ContactEscalated
		read(item, &f)
		return join(ladderText(ctx, f.After, f.Unit), code(ctx, "ladder-action", f.Action))
	case "sales.appointment-restored":
		var f facts.AppointmentRestored
		read(item, &f)
		return code(ctx, "appointment-state", f.From) + " → " + code(ctx, "appointment-state", f.State)
	case "sales.visit-finished":
		var f facts.VisitFinished
		read(item, &f)
		if f.Outcome == "lost" {
			return join(code(ctx, "visit-outcome", f.Outcome), code(ctx, "loss-reason", f.Reason))
		}
		return code(ctx, "visit-outcome", f.Outcome)
	case "sales.quote-made":
		var f facts.QuoteMade
		read(item, &f)
		return i18n.MoneyWhole(ctx, f.Payable)
	case "contracts.contract-drafted":
		var f facts.ContractDrafted
		read(item, &f)
		return i18n.MoneyWhole(ctx, f.Payable)
	case "finance.payment-taken":
		var f facts.PaymentTaken
		read(item, &f)
		return i18n.MoneyWhole(ctx, f.Amount)
	}
	return ""
}

// read takes a fact from an event; one of a newer version keeps what both know.
func read[F any](item people.Item, f *F) {
	if err := json.Unmarshal(item.Payload, f); err != nil {
		*f = *new(F)
	}
}

// departmentOf marks who did something: a letter and a colour.
func departmentOf(ctx context.Context, department string) web.Department {
	colours := map[string]int{"sales": 2, "desk": 3, "finance": 6}
	return web.Department{Letter: t(ctx, "department."+department), Name: t(ctx, "department."+department+"-name"), Colour: colours[department]}
}

func quoted(note string) templ.Component { return noteQuote(note) }

package salesdoor

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// swapped makes a form of the panel swap the whole work list when it is sent; in the dialog of the board it leads back there, and elsewhere
// it is a plain form.
func (v callView) swapped(wide bool, action string) templ.Attributes {
	if !wide || !isWork(v.Base) {
		return sent(wide, action)
	}
	return templ.Attributes{"hx-post": action, "hx-target": "#work", "hx-swap": "innerHTML"}
}

// swapLink makes a link of the panel, or of the dialog, swap it.
func (v callView) swapLink(wide bool, href string) templ.Attributes {
	switch {
	case !wide:
		return nil
	case isWork(v.Base):
		return panelLink(href)
	}
	return inStep(href)
}

// keep carries the parameters of the page's address that a filter form does not set itself.
func keep(_ context.Context, besides ...string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return keptFields(kept(ctx, besides)).Render(ctx, w)
	})
}

func dayOf(ctx context.Context, at time.Time) bizdate.Date { return bizdate.Of(at, web.Zone(ctx)) }

// refusal words why a row of a bulk step was left out.
func refusal(ctx context.Context, p *problem.Problem) string {
	var words []string
	for _, f := range p.Fields {
		words = append(words, web.FieldMessage(ctx, p, f.Location))
	}
	if len(words) == 0 {
		return web.Message(ctx, p)
	}
	return strings.Join(words, " ")
}

// back is where the booking form's way back leads: the panel it came from.
func (v bookView) back() string { return v.action("call") }

// backTo is where the form of another time leads back to.
func (v bookView) backTo() string {
	if v.Base != "" {
		return v.Base
	}
	return enquiryPath(v.Appointment.Enquiry)
}

// moveAction is where the form of another time is sent.
func (v bookView) moveAction() string {
	return query(path("appointments", v.Appointment.ID.String(), "move"), "back", v.Base)
}

// openHint says when the center is open; "" where its hours are not kept.
func (v bookView) openHint(ctx context.Context) string {
	c, ok := v.dir.Center(v.Center)
	if !ok || len(c.Hours) == 0 {
		return ""
	}
	h := c.Hours[0]
	clock := func(minutes int) string { return time.Unix(int64(minutes)*60, 0).UTC().Format("15:04") }
	for _, other := range c.Hours {
		h.From, h.Until = min(h.From, other.From), max(h.Until, other.Until)
	}
	return t(ctx, "book.open", "from", clock(h.From), "until", clock(h.Until))
}

// priceTrigger prices a quote while it is filled in.
func priceTrigger(v quoteView) templ.Attributes {
	return templ.Attributes{
		"hx-get": enquiryPath(v.Enquiry.ID, "quote", "price"), "hx-trigger": "input from:'closest form' delay:250ms, change from:'closest form' delay:50ms", "hx-include": "closest form", "hx-swap": "innerHTML", "hx-params": "not reason",
	}
}

func (v quotePageView) lines(ctx context.Context) web.Table {
	q := v.Quote
	out := web.Table{Caption: t(ctx, "quote.lines"), Columns: []web.Column{
		{Label: t(ctx, "quote.package")}, {Label: t(ctx, "quote.hours"), Num: true}, {Label: t(ctx, "quote.list"), Num: true}, {Label: t(ctx, "quote.payable"), Num: true},
	}}
	var paid, gift hours.Centi
	for _, l := range q.Lines {
		paid, gift = paid+l.Hours, gift+l.Gift
		out.Rows = append(out.Rows, web.Row{Cells: []templ.Component{
			web.Text(v.Packages[l.PackageID].Name(lang(ctx))), web.Text(hoursText(ctx, l.Hours, l.Gift)), web.Text(i18n.Money(ctx, l.List)), web.Text(i18n.Money(ctx, l.Payable)),
		}})
	}
	out.Foot = []templ.Component{web.Text(t(ctx, "quote.sum")), web.Text(hoursText(ctx, paid, gift)), web.Text(i18n.Money(ctx, q.List)), web.Text(i18n.Money(ctx, q.Payable))}
	return out
}

// hoursText is the hours of a package with those on top.
func hoursText(ctx context.Context, paid, gift hours.Centi) string {
	if gift == 0 {
		return i18n.Hours(ctx, paid)
	}
	return join(i18n.Hours(ctx, paid), t(ctx, "quote.gift", "hours", i18n.Hours(ctx, gift)))
}

// needOf is the field of a question.
func needOf(ctx context.Context, q contracts.Question) web.Field {
	return web.Field{Name: "needs." + q.Code, Label: q.Name(lang(ctx)), Required: q.Required}
}

func choicesOf(list []string, answer string) []web.Option {
	out := make([]web.Option, len(list))
	for i, c := range list {
		out[i] = web.Option{Value: c, Label: c, On: c == answer}
	}
	return out
}

// answersOf lists what was learnt, in the order of the course's questions, then what was tested.
func answersOf(ctx context.Context, v visitView) []web.Fact {
	var out []web.Fact
	for _, q := range v.Course.Needs {
		answer, ok := v.Visit.Needs[q.Code]
		if !ok {
			continue
		}
		if q.Kind == "yes-no" && (answer == "yes" || answer == "no") { // one kept before answers were checked stays as it was
			answer = t(ctx, answer)
		}
		out = append(out, web.Fact{Term: q.Name(lang(ctx)), Value: web.Text(answer)})
	}
	if v.Visit.Placement == nil {
		return out
	}
	return append(out, placementFacts(ctx, *v.Visit.Placement)...)
}

// placement is the result of the visit's placement test; none: all is empty.
func (v visitView) placement() sales.Placement {
	if v.Visit.Placement == nil {
		return sales.Placement{}
	}
	return *v.Visit.Placement
}

// placementFacts word the result of a placement test.
func placementFacts(ctx context.Context, p sales.Placement) []web.Fact {
	out := []web.Fact{{Term: t(ctx, "visit.placement"), Value: web.Text(placementText(ctx, p))}}
	if p.Note != "" {
		out = append(out, web.Fact{Term: t(ctx, "visit.placement-note"), Value: web.Text(p.Note)})
	}
	return out
}

// placementText is level and score in one line.
func placementText(ctx context.Context, p sales.Placement) string {
	if p.Score == "" {
		return p.Level
	}
	return t(ctx, "visit.level-score", "level", p.Level, "score", p.Score)
}

func placementRefused(ctx context.Context) bool {
	p := web.ProblemOf(ctx)
	return p != nil && slices.ContainsFunc(p.Fields, func(f problem.Field) bool { return strings.HasPrefix(f.Location, "placement.") })
}

// courseFrom says where the course of a visit's form is known from.
func courseFrom(ctx context.Context, v visitView) string {
	if v.Enquiry.Course.IsNone() || v.Enquiry.Course != v.Course.ID {
		return ""
	}
	return t(ctx, "visit.course-from")
}

func (v rulesView) staffOptions(ctx context.Context) []web.Option {
	out := v.consultantOptions(ctx, v.Rule.Center, id.None)
	for i := range out {
		for _, key := range v.Rule.Staff {
			if key.String() == out[i].Value {
				out[i].On = true
			}
		}
	}
	return out
}

package salesdoor

import (
	"context"
	"io"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// appointmentTable lists appointments; with days where they are not all of one day.
func appointmentTable(n names, list []sales.Appointment, back string, withDays bool) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return tableOfAppointments(ctx, n, list, back, withDays).Render(ctx, w)
	})
}

func tableOfAppointments(ctx context.Context, n names, list []sales.Appointment, back string, withDays bool) web.Table {
	table := web.Table{Caption: t(ctx, "appointments.title"), Columns: []web.Column{
		{Label: t(ctx, "field.person")},
		{Label: t(ctx, "field.time")},
		{Label: t(ctx, "field.state")},
		{Label: t(ctx, "field.consultant")},
		{Label: t(ctx, "actions"), Quiet: true},
	}}
	for _, a := range list {
		at := clockOf(ctx, a.Starts)
		if withDays {
			at = i18n.DateTime(ctx, a.Starts, web.Zone(ctx), web.Now(ctx))
		}
		table.Rows = append(table.Rows, web.Row{ID: a.ID.String(), Href: enquiryPath(a.Enquiry), Cells: []templ.Component{
			whoCell(n, a), web.Text(at), stateChip(a.State), web.Text(n.staff(a.Consultant)), appointmentActions(n, a, back),
		}})
	}
	return table
}

func appointmentTone(s sales.AppointmentState) web.Tone {
	switch s {
	case sales.Booked:
		return web.Info
	case sales.Confirmed, sales.Arrived:
		return web.Good
	case sales.NoShow:
		return web.Bad
	case sales.Moved, sales.Cancelled:
	}
	return web.Neutral
}

// mayChange tells whether the viewer's right reaches an appointment: others of the center are only read.
func mayChange(ctx context.Context, a sales.Appointment) bool {
	s := viewerOf(ctx).Scope("appointment:update")
	return s.All || slices.Contains(s.Centers, a.Center) || slices.Contains(s.Staff, a.Consultant)
}

// rowKey is the letter of a row's button.
func rowKey(key string) templ.Attributes { return templ.Attributes{"data-key": key} }

// matterChip is a filter by a dimension of the enquiry, none where it does not filter.
type matterChip struct {
	name string
	key  id.ID
}

// matterChips are the filters of a list by dimensions, kinds and centers.
func (n names) matterChips(ctx context.Context, list []matterChip, kind string, centers []id.ID) []web.FilterChip {
	var out []web.FilterChip
	add := func(name, value string) {
		if value != "" {
			out = append(out, web.FilterChip{Label: t(ctx, "field."+name), Value: value, Drop: web.Without(ctx, name)})
		}
	}
	for _, c := range list {
		switch {
		case c.key.IsNone():
		case c.name == "channel":
			add(c.name, n.channel(ctx, c.key))
		case c.name == "course":
			add(c.name, n.course(ctx, c.key))
		default:
			add(c.name, n.staff(c.key))
		}
	}
	add("kind", kindNames(ctx, kind))
	add("center", n.centerNames(ctx, centers))
	return out
}

func rangeText(ctx context.Context, from, until bizdate.Date) string {
	today := web.Today(ctx)
	switch {
	case from.IsZero() && until.IsZero():
		return t(ctx, "all-days")
	case from.IsZero():
		return t(ctx, "until-day", "day", i18n.Date(ctx, until, today))
	case until.IsZero():
		return t(ctx, "from-day", "day", i18n.Date(ctx, from, today))
	case from == until:
		return i18n.Date(ctx, from, today)
	}
	return i18n.Date(ctx, from, today) + " – " + i18n.Date(ctx, until, today)
}

// kept lists the parameters of the page's address that a filter form does not set itself.
func kept(ctx context.Context, besides []string) [][2]string {
	u, err := url.Parse(web.Address(ctx))
	if err != nil {
		return nil
	}
	var out [][2]string
	for name, values := range u.Query() {
		if slices.Contains(besides, name) {
			continue
		}
		for _, v := range values {
			out = append(out, [2]string{name, v})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

// bare is the address of the list without filters, drawn as it is; the list's tab stays.
func (v enquiriesView) bare() string {
	q := v.Query
	if q.As == "" {
		return query("/enquiries", "stage", q.Stage)
	}
	day := ""
	if !q.Day.IsZero() {
		day = q.Day.String()
	}
	return query("/enquiries", "as", q.As, "span", q.Span, "day", day)
}

func (v enquiriesView) empty(ctx context.Context) web.EmptyState {
	chips := v.chips(ctx).Items
	switch {
	case len(chips) > 0:
		last := chips[len(chips)-1]
		return web.EmptyState{
			Kind: web.NoMatch, Text: t(ctx, "enquiries.no-match", "filter", last.Label+" "+last.Value),
			Do: &web.Button{Label: t(ctx, "drop-filter", "filter", last.Label), Href: last.Drop},
		}
	case v.Query.Stage != "":
		return web.EmptyState{Kind: web.NoMatch, Text: t(ctx, "enquiries.no-stage"), Do: &web.Button{Label: t(ctx, "all"), Href: query("/enquiries", "as", v.Query.As)}}
	}
	out := web.EmptyState{Text: t(ctx, "enquiries.none")}
	if may(ctx, "enquiry:create") {
		out.Do = &web.Button{Label: t(ctx, "enter.title"), Href: "/enquiries/new"}
	}
	return out
}

// rowName is whose enquiry it is.
func (b bulkReport) rowName(ctx context.Context, key id.ID) string {
	if person, ok := b.of[key]; ok {
		return b.person(ctx, person)
	}
	return t(ctx, "enquiry")
}

// outcomeText says how an enquiry ended.
func outcomeText(ctx context.Context, e sales.Enquiry) string {
	if e.Stage == sales.Lost && e.LostReason != "" {
		return join(code(ctx, "stage", "lost"), code(ctx, "loss-reason", e.LostReason))
	}
	return join(code(ctx, "stage", string(e.Stage)), dayText(ctx, e.OutcomeDay, web.Today(ctx)))
}

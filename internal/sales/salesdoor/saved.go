package salesdoor

import (
	"context"

	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1). A view of appointments or visits without days is today's.
func Lists(d Deps) []organization.List {
	p := door{d}
	return []organization.List{
		{Path: "/enquiries", Name: "shell.enquiries", Right: "enquiry:read", Params: web.ViewParams[enquiryQuery]("as", "span", "day"), Count: web.CountOf(countEnquiries), Excerpt: web.ExcerptOf(p.rowsOfEnquiries)},
		{Path: "/appointments", Name: "shell.appointments", Right: "appointment:read", Params: web.ViewParams[appointmentQuery](), Count: web.CountOf(countAppointments), Excerpt: web.ExcerptOf(p.rowsOfAppointments)},
		{Path: "/visits", Name: "shell.visits", Right: "visit:read", Params: web.ViewParams[visitQuery](), Count: web.CountOf(countVisits), Excerpt: web.ExcerptOf(p.rowsOfVisits)},
	}
}

func countEnquiries(ctx context.Context, tx *op.Tx, q enquiryQuery) (int64, error) {
	if err := web.OneOf("cols", q.Cols, enquiryColumns); err != nil {
		return 0, err
	}
	f := q.filter(web.Today(ctx))
	f.Limit = 1
	list, err := sales.Enquiries(ctx, tx, f)
	return list.Total, err
}

func (p door) rowsOfEnquiries(ctx context.Context, tx *op.Tx, q enquiryQuery) (web.Table, error) {
	v := enquiriesView{Query: q}
	if err := p.readEnquiries(ctx, tx, &v); err != nil {
		return web.Table{}, err
	}
	return v.table(ctx), nil
}

func countAppointments(ctx context.Context, tx *op.Tx, q appointmentQuery) (int64, error) {
	f := q.ofToday(ctx).filter()
	f.Limit = 1
	list, err := sales.Appointments(ctx, tx, f)
	return list.Total, err
}

func (p door) rowsOfAppointments(ctx context.Context, tx *op.Tx, q appointmentQuery) (web.Table, error) {
	v := appointmentsView{Query: q.ofToday(ctx)}
	if err := p.readAppointments(ctx, tx, &v); err != nil {
		return web.Table{}, err
	}
	return tableOfAppointments(ctx, v.names, v.List.Items, "", !v.Query.oneDay()), nil
}

func countVisits(ctx context.Context, tx *op.Tx, q visitQuery) (int64, error) {
	f := q.ofToday(ctx).filter()
	f.Limit = 1
	list, err := sales.ListVisits(ctx, tx, f)
	return list.Total, err
}

func (p door) rowsOfVisits(ctx context.Context, tx *op.Tx, q visitQuery) (web.Table, error) {
	v := visitsView{Query: q.ofToday(ctx)}
	if err := p.readVisits(ctx, tx, &v); err != nil {
		return web.Table{}, err
	}
	return v.visitTable(ctx, v.Items, v.Query.From != v.Query.Until), nil
}

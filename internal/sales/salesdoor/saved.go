package salesdoor

import (
	"context"
	"net/url"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1). A view of appointments or visits without days is today's.
func Lists(d Deps) []organization.List {
	p := door{d}
	return []organization.List{
		{Path: "/enquiries", Name: "shell.enquiries", Right: "enquiry:read", Params: web.ViewParams[enquiryQuery](), Count: countEnquiries, Excerpt: p.excerptOfEnquiries},
		{Path: "/appointments", Name: "shell.appointments", Right: "appointment:read", Params: web.ViewParams[appointmentQuery](), Count: countAppointments, Excerpt: p.excerptOfAppointments},
		{Path: "/visits", Name: "shell.visits", Right: "visit:read", Params: web.ViewParams[visitQuery](), Count: countVisits, Excerpt: p.excerptOfVisits},
	}
}

func countEnquiries(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[enquiryQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	if err := web.OneOf("cols", q.Cols, enquiryColumns); err != nil {
		return 0, err
	}
	f := q.filter(web.Today(ctx))
	f.Limit = 1
	list, err := sales.Enquiries(ctx, tx, f)
	return list.Total, err
}

func (p door) excerptOfEnquiries(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v enquiriesView
	if v.Query, err = web.DecodeQuery[enquiryQuery](ctx, query); err != nil {
		return out, err
	}
	if err := p.readEnquiries(ctx, tx, &v); err != nil {
		return out, err
	}
	return v.table(ctx).Excerpt(ctx)
}

func countAppointments(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[appointmentQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	f := q.ofToday(ctx).filter()
	f.Limit = 1
	list, err := sales.Appointments(ctx, tx, f)
	return list.Total, err
}

func (p door) excerptOfAppointments(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v appointmentsView
	if v.Query, err = web.DecodeQuery[appointmentQuery](ctx, query); err != nil {
		return out, err
	}
	v.Query = v.Query.ofToday(ctx)
	if err := p.readAppointments(ctx, tx, &v); err != nil {
		return out, err
	}
	return tableOfAppointments(ctx, v.names, v.List.Items, "", !v.Query.oneDay()).Excerpt(ctx)
}

func countVisits(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[visitQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	f := q.ofToday(ctx).filter()
	f.Limit = 1
	list, err := sales.ListVisits(ctx, tx, f)
	return list.Total, err
}

func (p door) excerptOfVisits(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v visitsView
	if v.Query, err = web.DecodeQuery[visitQuery](ctx, query); err != nil {
		return out, err
	}
	v.Query = v.Query.ofToday(ctx)
	if err := p.readVisits(ctx, tx, &v); err != nil {
		return out, err
	}
	return v.visitTable(ctx, v.Items, v.Query.From != v.Query.Until).Excerpt(ctx)
}

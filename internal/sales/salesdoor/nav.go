package salesdoor

import (
	"context"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// Nav gives the places of sales and reception in the left menu of a viewer, with their counts; the frame puts them together
// with those of other doors.
func Nav(ctx context.Context, tx *op.Tx, v *policy.Viewer) ([]web.NavGroup, error) {
	today := web.NavGroup{Title: t(ctx, "nav.today")}
	own, center := id.None, v.Center
	switch v.Role {
	case "consultant":
		own, center = v.Staff, id.None
		today.Items = append(today.Items, place(ctx, web.NavItem{Label: t(ctx, "nav.work"), Href: "/", Go: "h"}))
	case "front-desk":
		today.Items = append(today.Items, place(ctx, web.NavItem{Label: t(ctx, "nav.desk"), Href: "/", Go: "h"}))
	}
	if v.May("appointment:read") {
		n, err := sales.CountAppointments(ctx, tx, center, own, tx.Today(v.Center))
		if err != nil {
			return nil, err
		}
		day := tx.Today(v.Center).String()
		today.Items = append(today.Items, place(ctx, web.NavItem{
			Label: t(ctx, "nav.appointments"), Count: int(n), Href: query("/appointments", "from", day, "until", day, "open", "true", "consultant", text(own), "center", text(center)),
		}))
	}
	if v.May("visit:read") && v.Role != "consultant" {
		today.Items = append(today.Items, place(ctx, web.NavItem{Label: t(ctx, "nav.visits"), Href: "/visits"}))
	}
	if v.May("enquiry:read") {
		items, err := enquiryPlaces(ctx, tx, v, own)
		if err != nil {
			return nil, err
		}
		today.Items = append(today.Items, items...)
	}
	if v.May("assignment:read") {
		today.Items = append(today.Items, place(ctx, web.NavItem{Label: t(ctx, "nav.rules"), Href: "/settings/assignment"}))
	}
	if len(today.Items) == 0 {
		return nil, nil
	}
	return []web.NavGroup{today}, nil
}

// enquiryPlaces are the open enquiries, one's own for a consultant, and those that nobody has.
func enquiryPlaces(ctx context.Context, tx *op.Tx, v *policy.Viewer, own id.ID) ([]web.NavItem, error) {
	c, err := sales.CountWork(ctx, tx, own)
	if err != nil {
		return nil, err
	}
	out := []web.NavItem{place(ctx, web.NavItem{
		Label: t(ctx, "nav.enquiries"), Count: int(c.Open), Go: "l", Href: query("/enquiries", "outcome", "open", "consultant", text(own)),
	})}
	if v.May("enquiry:assign") {
		out = append(out, web.NavItem{Label: t(ctx, "nav.unassigned"), Href: "/enquiries?pool=true&outcome=open"})
	}
	return out, nil
}

// NewItems are what the viewer may create here; the menu of N.
func NewItems(ctx context.Context, v *policy.Viewer) []web.NavItem {
	var out []web.NavItem
	if v.May("enquiry:create") {
		out = append(out, web.NavItem{Label: t(ctx, "enter.title"), Href: "/enquiries/new"})
	}
	if v.May("visit:create") {
		out = append(out, web.NavItem{Label: t(ctx, "walk-in.title"), Href: "/walk-ins/new"})
	}
	return out
}

// place marks the place that the page stands at, whatever its filters are.
func place(ctx context.Context, item web.NavItem) web.NavItem {
	here, _, _ := strings.Cut(web.Address(ctx), "?")
	there, _, _ := strings.Cut(item.Href, "?")
	item.Current = here == there || there != "/" && strings.HasPrefix(here, there+"/")
	return item
}

func text(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

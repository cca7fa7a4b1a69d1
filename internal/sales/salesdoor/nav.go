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

// Counted gives the places of the left menu that have a count, each with the address of exactly the records that it counts (UI-G 10):
// today's open appointments and the open enquiries, of a consultant the own ones. center is that of the center switch, none for all.
func Counted(ctx context.Context, tx *op.Tx, v *policy.Viewer, center id.ID) (places []web.NavItem, err error) {
	own := id.None
	if v.Role == "consultant" {
		own = v.Staff
	}
	if v.May("appointment:read") {
		day := tx.Today(v.Center)
		n, err := sales.CountAppointments(ctx, tx, center, own, day)
		if err != nil {
			return nil, err
		}
		places = append(places, place(ctx, web.NavItem{
			Count: int(n), Href: query("/appointments", "from", day.String(), "until", day.String(), "open", "true", "consultant", text(own), "center", text(center)),
		}))
	}
	if v.May("enquiry:read") {
		open, err := sales.CountOpen(ctx, tx, center, own)
		if err != nil {
			return nil, err
		}
		places = append(places, place(ctx, web.NavItem{Count: int(open), Href: query("/enquiries", "outcome", "open", "consultant", text(own), "center", text(center))}))
	}
	return places, nil
}

// place marks the place that the page stands at, whatever its filters are.
func place(ctx context.Context, item web.NavItem) web.NavItem {
	here, _, _ := strings.Cut(web.Address(ctx), "?")
	there, _, _ := strings.Cut(item.Href, "?")
	item.Current = here == there || strings.HasPrefix(here, there+"/")
	return item
}

func text(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

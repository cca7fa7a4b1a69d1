package salesdoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// getStep leads to the page on which a step of the process is done (PRC-2): a refusal of the gate links here.
func (p door) getStep(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	var v enquiryView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v, err = p.matter(ctx, tx, key); err != nil {
			return err
		}
		if v.Quotes, err = sales.QuotesOf(ctx, tx, key); err != nil {
			return err
		}
		v.Contracts, err = contractsOf(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	here, _ := backOf(r)
	if here == "" {
		here = enquiryPath(v.Enquiry.ID)
	}
	to := v.stepPage(r.Context(), r.PathValue("step"), here)
	if to == "" {
		return problem.NotFound("step")
	}
	return web.Redirect(w, r, to)
}

// stepPage is where a step is done as the matter stands; where nothing can be done yet, the page of what has to come before. Forms of
// the step come back to here.
func (v enquiryView) stepPage(ctx context.Context, step, here string) string {
	back := func(form string) string { return query(enquiryPath(v.Enquiry.ID, form), "back", here) }
	switch step {
	case "first-touch":
		return back("call")
	case "invitation":
		return back("book")
	case "visit", "walk-in":
		if a, ok := v.openAppointment(); ok {
			return query("/appointments", "from", a.Day.String(), "until", a.Day.String())
		}
		return back("book")
	case "needs-analysis":
		if visit, ok := v.openVisit(); ok {
			return path("visits", visit.ID.String())
		}
		return enquiryPath(v.Enquiry.ID)
	case "quote":
		return enquiryPath(v.Enquiry.ID, "quote")
	case "contract":
		return v.quotePage(ctx)
	case "signature", "payment":
		if len(v.Contracts) == 0 {
			return v.quotePage(ctx)
		}
		if step == "payment" {
			return query("/payments/new", "contract_id", v.Contracts[0].ID.String())
		}
		return path("contracts", v.Contracts[0].ID.String())
	}
	return ""
}

// quotePage is the newest quote that can become a contract; a new one where there is none.
func (v enquiryView) quotePage(ctx context.Context) string {
	if i := v.quoteInForce(ctx); i >= 0 {
		return path("quotes", v.Quotes[i].ID.String())
	}
	return enquiryPath(v.Enquiry.ID, "quote")
}

// quoteInForce is the place of the newest quote that can become a contract, -1 where there is none.
func (v enquiryView) quoteInForce(ctx context.Context) int {
	return slices.IndexFunc(v.Quotes, func(q sales.Quote) bool {
		return !expired(ctx, q) && (q.State == sales.QuoteOpen || q.State == sales.QuoteWaiting)
	})
}

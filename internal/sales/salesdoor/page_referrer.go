package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// referrerView is an open enquiry with who recommended, and who a search finds (MKT-12).
type referrerView struct {
	oneView
	Search string
	Found  []people.Brief
	Now    people.Brief
}

func (p door) getReferrer(w http.ResponseWriter, r *http.Request) error {
	one, err := p.one(r)
	if err != nil {
		return err
	}
	v := referrerView{oneView: one, Search: strings.TrimSpace(r.FormValue("q"))}
	if err := p.read(r, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	if !v.Enquiry.Stage.Open() {
		return problem.Refuse("SAL-1", "already-ended", problem.Field{Location: "enquiry_id", Value: v.Enquiry.ID})
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "referrer.h1", "name", v.person(ctx, v.Enquiry.Person))}, referrerPage(v)))
}

func (v *referrerView) read(ctx context.Context, tx *op.Tx) error {
	if v.Search != "" {
		found, err := people.SearchHumans(ctx, tx, v.Search, mostReferrers)
		if err != nil {
			return err
		}
		v.Found = slices.DeleteFunc(found, func(b people.Brief) bool { return b.ID == v.Enquiry.Person })
	}
	if v.Enquiry.Referrer.IsNone() {
		return nil
	}
	named, err := people.Briefs(ctx, tx, []id.ID{v.Enquiry.Referrer})
	v.Now = named[v.Enquiry.Referrer]
	return err
}

// referrerFields is what the form sends; no referrer withdraws the one that is named.
type referrerFields struct {
	ReferrerID id.ID  `json:"referrer_id"`
	Version    *int64 `json:"version"` // of the enquiry, as the form showed it (ORG-10)
	Search     string `json:"q"`       // what was searched for, to show it again
}

func (p door) postReferrer(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	f, err := web.Decode[referrerFields](r)
	if err == nil {
		_, err = sales.ChangeEnquiry.Run(r.Context(), p.Ops, sales.ChangeEnquiryInput{EnquiryID: key, ReferrerID: &f.ReferrerID, Version: f.Version})
	}
	if err != nil {
		return web.Again(w, r, err, p.getReferrer)
	}
	done := "referrer.done"
	if f.ReferrerID.IsNone() {
		done = "referrer.gone"
	}
	return web.Redirect(w, r, enquiryPath(key), web.Status{Text: t(r.Context(), done), Tone: web.Good})
}

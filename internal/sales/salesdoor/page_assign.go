package salesdoor

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// assignForm gives the chosen enquiries of a list to a consultant.
type assignForm struct {
	IDs          []id.ID `json:"ids"`
	ConsultantID id.ID   `json:"consultant_id"`
	Reason       string  `json:"reason" maxLength:"40"`
}

// postAssign gives the chosen enquiries, or all that the list holds, to a consultant, each by itself: what was refused is reported with its
// reason (UI-L3).
func (p door) postAssign(w http.ResponseWriter, r *http.Request) error {
	report, err := p.assignChosen(r)
	if err != nil {
		return web.Again(w, r, err, p.getEnquiries)
	}
	v, err := p.enquiries(r)
	if err != nil {
		return err
	}
	v.Report = report
	ctx := r.Context()
	if report.Done > 0 {
		ctx = web.WithStatus(ctx, web.Status{Text: report.sentence(ctx), Tone: web.Good}.Offering(ctx))
	}
	return web.Render(w, r.WithContext(ctx), web.Shell(web.Page{Title: t(ctx, "enquiries.title"), H1: report.sentence(ctx)}, enquiriesPage(v)))
}

func (p door) assignChosen(r *http.Request) (*bulkReport, error) {
	form, err := web.Decode[assignForm](r)
	if err != nil {
		return nil, err
	}
	if form.ConsultantID.IsNone() {
		return nil, problem.Refuse("UI-L3", "invalid", problem.Field{Location: "consultant_id", Code: "required"})
	}
	q, err := listQuery[enquiryQuery](r)
	if err != nil {
		return nil, err
	}
	chosen, err := web.SelectionOf(r)
	if err != nil {
		return nil, err
	}
	in := sales.BulkAssign{
		IDs: form.IDs, All: chosen.All, Except: chosen.Except, Total: int64(chosen.Total), Filter: q.filter(web.Today(r.Context())), ConsultantID: form.ConsultantID, Reason: form.Reason,
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		in.Filter.Persons, err = found(ctx, tx, q.Search)
		return err
	})
	if err != nil {
		return nil, err
	}
	done, err := sales.AssignMany(r.Context(), p.Ops, in, func(e id.ID) string { return formKey(r, e.String()) })
	if err != nil {
		return nil, err
	}
	report := &bulkReport{BulkAssigned: done, To: p.Dir.StaffName(in.ConsultantID)}
	return report, p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.nameSkipped(ctx, tx, report) })
}

// nameSkipped reads whom the enquiries that were left out are of.
func (p door) nameSkipped(ctx context.Context, tx *op.Tx, report *bulkReport) (err error) {
	var left []id.ID
	for _, s := range report.named() {
		left = append(left, s.Enquiry)
	}
	if report.of, err = sales.PersonsOf(ctx, tx, left); err != nil {
		return err
	}
	report.names, err = p.load(ctx, tx, slices.Collect(maps.Values(report.of))...)
	return err
}

func (b bulkReport) sentence(ctx context.Context) string {
	if len(b.Skipped) == 0 {
		return t(ctx, "assign.done", "count", b.Done, "to", b.To)
	}
	return t(ctx, "assign.done-skipped", "count", b.Done, "to", b.To, "skipped", len(b.Skipped))
}

// oneView is a page that asks one thing about an enquiry: who gets it, or why it ends.
type oneView struct {
	names
	Enquiry  sales.Enquiry
	Codes    []string
	Base     string // page to come back to
	Fragment bool   // in the dialog of the board
}

// back is where the page leads back to.
func (v oneView) back() string {
	if v.Base != "" {
		return v.Base
	}
	return enquiryPath(v.Enquiry.ID)
}

// loseAction is where the reason is sent.
func (v oneView) loseAction() string { return query(enquiryPath(v.Enquiry.ID, "lose"), "back", v.Base) }

func (p door) one(r *http.Request) (v oneView, err error) {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Enquiry, err = sales.EnquiryByID(ctx, tx, key); err != nil {
			return err
		}
		if v.names, err = p.load(ctx, tx, v.Enquiry.Person); err != nil {
			return err
		}
		v.Codes, err = lossReasons(ctx, tx)
		return err
	})
	v.Base, _ = backOf(r)
	v.Fragment = web.IsFragment(r)
	return v, err
}

func (p door) getAssignOne(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "assign.h1", "name", v.person(ctx, v.Enquiry.Person))}, assignPage(v)))
}

func (p door) postAssignOne(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	in, err := web.Decode[sales.AssignInput](r)
	if err == nil {
		in.EnquiryID = key
		_, err = sales.Assign.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getAssignOne)
	}
	ctx := r.Context()
	return web.Redirect(w, r, enquiryPath(key), web.Status{Text: t(ctx, "assign.done", "count", 1, "to", p.Dir.StaffName(in.ConsultantID)), Tone: web.Good})
}

func (p door) getLose(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	h1 := t(ctx, "lose.h1", "name", v.person(ctx, v.Enquiry.Person))
	if v.Fragment {
		return web.Render(w, r, dialogBody(h1, losePage(v)))
	}
	return web.Render(w, r, web.Shell(web.Page{H1: h1}, losePage(v)))
}

func (p door) postLose(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	in, err := web.Decode[sales.LoseInput](r)
	if err == nil {
		in.EnquiryID = key
		_, err = sales.Lose.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getLose)
	}
	to, _ := backOf(r)
	if to == "" {
		to = enquiryPath(key)
	}
	return web.Redirect(w, r, to, web.Status{Text: t(r.Context(), "lose.done"), Tone: web.Good})
}

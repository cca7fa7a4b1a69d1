package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// enterView is the form of a new enquiry, with who may be the same person beside it (UI-F4).
type enterView struct {
	names
	Person     id.ID // a known person; none while one is typed
	Center     id.ID
	Duplicates []people.Duplicate
	Query      enterQuery
}

// enterQuery is what the form was opened with: a person, and what was typed before the person was known.
type enterQuery struct {
	Person    id.ID  `json:"person_id"`
	ChannelID id.ID  `json:"channel_id"`
	CourseID  id.ID  `json:"course_id"`
	CenterID  id.ID  `json:"center_id"`
	Kind      string `json:"kind"`
	Lang      string `json:"lang"`
}

func (p door) getEnter(w http.ResponseWriter, r *http.Request) error {
	v, err := p.enter(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: t(ctx, "enter.title"), H1: t(ctx, "enter.h1")}
	if !v.Person.IsNone() {
		page.H1 = t(ctx, "enter.h1-for", "name", v.person(ctx, v.Person))
	}
	return web.Render(w, r, web.Shell(page, enterPage(v)))
}

func (p door) enter(r *http.Request) (v enterView, err error) {
	if v.Query, err = listQuery[enterQuery](r); err != nil {
		return v, err
	}
	v.Person, v.Center = v.Query.Person, v.Query.CenterID
	if v.Center.IsNone() {
		v.Center = p.centerOf(r.Context())
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if !v.Person.IsNone() {
			if _, err := people.ByID(ctx, tx, v.Person); err != nil {
				return err
			}
		}
		v.names, err = p.load(ctx, tx, v.Person)
		return err
	})
	return v, err
}

// postEnter enters the enquiry; an untouched one is then called from the work list.
func (p door) postEnter(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[sales.EnterInput](r)
	if err != nil {
		return web.Again(w, r, err, p.getEnter)
	}
	if in.PersonID.IsNone() && in.Person == nil {
		in.Person = &people.RegisterInput{} // asked for the name at its field
	}
	out, err := sales.Enter.Run(r.Context(), p.Ops, in)
	if err != nil {
		return web.Again(w, r, relocate(err, personFields...), p.getEnter)
	}
	ctx := r.Context()
	status := web.Status{Text: t(ctx, "enter.saved-pool"), Tone: web.Good}
	if name := p.Dir.StaffName(out.Consultant); name != "" {
		status.Text = t(ctx, "enter.saved", "name", name)
	}
	to := enquiryPath(out.ID)
	if !may(ctx, "enquiry:read") || out.Consultant != viewerOf(ctx).Staff && !may(ctx, "enquiry:assign") && viewerOf(ctx).Role == "consultant" {
		to = "/" // it went to a colleague
	}
	return web.Redirect(w, r, to, status)
}

// personFields are the fields of a person as registering names them, and as this form does.
var personFields = []string{"name", "person.name", "phones", "person.phones.0.value", "phones.0.value", "person.phones.0.value", "birth", "person.birth", "gender", "person.gender"}

// duplicateQuery is what was typed so far.
type duplicateQuery struct {
	Person    *people.RegisterInput `json:"person"`
	ChannelID id.ID                 `json:"channel_id"`
	CourseID  id.ID                 `json:"course_id"`
	CenterID  id.ID                 `json:"center_id"`
	Kind      string                `json:"kind"`
	// sent with the form, and of no use here
	ConsultantID string `json:"consultant_id"`
	Lang         string `json:"lang"`
}

// getDuplicates lists who may be the same person as the one being typed (PPL-4): a part of the form. Somebody beyond scope has no
// name here.
func (p door) getDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(_ context.Context, c people.Candidate) (list []people.Duplicate, err error) {
		err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = people.Duplicates(ctx, tx, c)
			return err
		})
		return list, err
	})
}

// postDuplicates also shows, masked, who is beyond scope: that is recorded as a reveal.
func (p door) postDuplicates(w http.ResponseWriter, r *http.Request) error {
	return p.duplicates(w, r, func(ctx context.Context, c people.Candidate) ([]people.Duplicate, error) {
		return people.FindDuplicates(ctx, p.Ops, c)
	})
}

func (p door) duplicates(w http.ResponseWriter, r *http.Request, find func(context.Context, people.Candidate) ([]people.Duplicate, error)) error {
	in, err := web.Decode[duplicateQuery](r)
	if err != nil { // half-typed values are no refusal
		return web.Render(w, r, duplicateList(enterView{}))
	}
	v := enterView{Query: enterQuery{ChannelID: in.ChannelID, CourseID: in.CourseID, CenterID: in.CenterID, Kind: in.Kind}}
	if in.Person != nil {
		if v.Duplicates, err = find(r.Context(), candidate(*in.Person)); err != nil {
			return err
		}
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, duplicateList(v))
}

// same is the address that takes a known person instead, and carries over what was typed.
func (v enterView) same(person id.ID) string {
	none := func(key id.ID) string {
		if key.IsNone() {
			return ""
		}
		return key.String()
	}
	q := v.Query
	return query("/enquiries/new", "person_id", person.String(), "channel_id", none(q.ChannelID), "course_id", none(q.CourseID), "center_id", none(q.CenterID), "kind", q.Kind)
}

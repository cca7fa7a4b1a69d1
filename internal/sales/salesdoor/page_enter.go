package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// enterView is the form of a new enquiry, with who may be the same person beside it (UI-F4).
type enterView struct {
	names
	Person id.ID // a known person; none while one is typed
	Center id.ID
	Query  enterQuery
	Known  knownView      // who surely is the person that was typed: nothing was saved
	For    people.Person  // the organization for which it is; none
	Open   *sales.Enquiry // of the known person at the center, to go on with instead

	Referrer referrerChoices
}

// enterQuery is what the form was opened with: a person, and what was typed before the person was known.
type enterQuery struct {
	Person    id.ID  `json:"person_id"`
	ChannelID id.ID  `json:"channel_id"`
	CourseID  id.ID  `json:"course_id"`
	CenterID  id.ID  `json:"center_id"`
	Kind      string `json:"kind"`
	Lang      string `json:"lang"`
	For       id.ID  `json:"organization_id"`
	// typed of who turned out to be known
	Birth bizdate.Date `json:"birth"`
}

// enterForm is what the form sends: a new person has the birth date with its other data.
type enterForm struct {
	sales.EnterInput
	Birth bizdate.Date `json:"birth"`
}

func (p door) getEnter(w http.ResponseWriter, r *http.Request) error {
	return p.enterKnowing(w, r, knownView{})
}

// enterKnowing is the form, with who surely is the person that was typed.
func (p door) enterKnowing(w http.ResponseWriter, r *http.Request, known knownView) error {
	v, err := p.enter(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v.Known = known
	page := web.Page{Title: t(ctx, "enter.title"), H1: t(ctx, "enter.h1")}
	if !v.Person.IsNone() {
		page.H1 = t(ctx, "enter.h1-for", "name", v.person(ctx, v.Person))
	}
	return web.Render(w, r, web.Shell(page, enterPage(v)))
}

// sentID takes the id that a refused form sent, if it did.
func sentID(r *http.Request, name string, into *id.ID) {
	if key, err := id.Parse(r.PostForm.Get(name)); err == nil {
		*into = key
	}
}

func (p door) enter(r *http.Request) (v enterView, err error) {
	if v.Query, err = listQuery[enterQuery](r); err != nil {
		return v, err
	}
	v.Person, v.Center, v.Referrer = v.Query.Person, v.Query.CenterID, choicesIn(r)
	sentID(r, "person_id", &v.Person)
	sentID(r, "organization_id", &v.Query.For)
	if v.Center.IsNone() {
		v.Center = p.centerOf(r.Context())
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if !v.Query.For.IsNone() {
			if v.For, _, err = people.OrganizationByID(ctx, tx, v.Query.For); err != nil {
				return err
			}
		}
		if !v.Person.IsNone() {
			if _, err := people.ByID(ctx, tx, v.Person); err != nil {
				return err
			}
			matters, err := sales.Matters(ctx, tx, v.Center, []id.ID{v.Person})
			if err != nil {
				return err
			}
			v.Open = matters[v.Person].Enquiry
		}
		if v.names, err = p.load(ctx, tx, v.Person); err != nil {
			return err
		}
		if err := v.Referrer.read(ctx, tx); err != nil {
			return err
		}
		v.running, err = marketing.OpenCampaigns(ctx, tx, v.Center)
		return err
	})
	return v, err
}

// postEnter enters the enquiry, unless the person is known (PPL-4); an untouched one is then called from the work list.
func (p door) postEnter(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Decode[enterForm](r)
	if err == nil {
		err = web.Unpicked(r.PostForm, referrerField, "MKT-12")
	}
	if err != nil {
		return web.Again(w, r, err, p.getEnter)
	}
	in := form.EnterInput
	in.Birth = form.Birth
	if in.PersonID.IsNone() && in.Person == nil {
		in.Person = &people.RegisterInput{} // asked for the name at its field
	}
	if in.Person != nil {
		in.Person.Ask, in.Person.Others = true, web.OthersOf(r)
	}
	out, err := sales.Enter.Run(r.Context(), p.Ops, in)
	if isKnown(err) {
		q := enterQuery{ChannelID: in.ChannelID, CourseID: in.CourseID, CenterID: in.CenterID, Kind: in.Kind, Birth: in.Person.Birth}
		return p.asked(w, r, candidate(*in.Person), in.CenterID, sameEnquiry(q), p.enterKnowing)
	}
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, personFields...), p.getEnter)
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

// personFields are the fields as entering names them, and as this form does: who has an open enquiry may have another one
// for another course.
var personFields = []string{"person.phones", "person.phones.0.value", "person_id", "course_id"}

package salesdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// enquiryCells are the fields of open enquiries that are changed in their list (UI-L4).
type enquiryCells = web.Cells[sales.Enquiry, sales.ChangeEnquiryInput, sales.Answer]

// cells are those of enquiries whose names are loaded.
func (n names) cells() enquiryCells {
	return enquiryCells{
		Path: "/enquiries", Kind: "enquiry", Op: sales.ChangeEnquiry, Load: sales.EnquiryByID,
		Key:  func(e sales.Enquiry) (id.ID, int64) { return e.ID, e.Version },
		Name: func(ctx context.Context, e sales.Enquiry) string { return n.person(ctx, e.Person) },
		Input: func(key id.ID, version int64) sales.ChangeEnquiryInput {
			return sales.ChangeEnquiryInput{EnquiryID: key, Version: &version}
		},
		Open: func(_ context.Context, e sales.Enquiry) bool { return e.Stage.Open() },
		Of: []web.CellField[sales.Enquiry]{
			{
				Name: "channel_id", Label: labelled("field.channel"),
				Options: func(ctx context.Context, e sales.Enquiry) []web.Option {
					return append([]web.Option{{Label: i18n.None, On: e.Channel.IsNone()}}, n.channelOptions(ctx, e.Channel)...)
				},
				Value: func(e sales.Enquiry) string { return e.Channel.String() },
				Shown: func(ctx context.Context, e sales.Enquiry) templ.Component { return web.Text(n.channel(ctx, e.Channel)) },
			},
			{
				Name: "course_id", Label: labelled("field.course"),
				Options: func(ctx context.Context, e sales.Enquiry) []web.Option {
					return append([]web.Option{{Label: i18n.None, On: e.Course.IsNone()}}, n.courseOptions(ctx, e.Course)...)
				},
				Value: func(e sales.Enquiry) string { return e.Course.String() },
				Shown: func(ctx context.Context, e sales.Enquiry) templ.Component { return web.Text(n.course(ctx, e.Course)) },
			},
		},
	}
}

func labelled(key string) func(context.Context) string {
	return func(ctx context.Context) string { return t(ctx, key) }
}

func (p door) getEnquiryCell(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	return v.cells().Get(p.Ops)(w, r)
}

func (p door) postEnquiryCell(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	return v.cells().Post(p.Ops)(w, r)
}

// getChange asks for channel, course and grade of an open enquiry.
func (p door) getChange(w http.ResponseWriter, r *http.Request) error {
	one, err := p.one(r)
	if err != nil {
		return err
	}
	v := changeView{oneView: one}
	if err := p.read(r, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	ctx := r.Context()
	if !v.Enquiry.Stage.Open() {
		return problem.Refuse("SAL-1", "already-ended", problem.Field{Location: "enquiry_id", Value: v.Enquiry.ID})
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "change.h1", "name", v.person(ctx, v.Enquiry.Person))}, changePage(v)))
}

// mostOrganizations is how many company customers the form offers.
const mostOrganizations = 200

// changeView is an enquiry with the company customers for which it may be (PPL-13).
type changeView struct {
	oneView
	Organizations []people.OrganizationBrief
	For           people.Brief // that for which it is
}

func (v *changeView) read(ctx context.Context, tx *op.Tx) error {
	list, err := people.Organizations(ctx, tx, people.OrganizationFilter{Limit: mostOrganizations})
	if err != nil {
		return err
	}
	v.Organizations = list.Items
	named, err := people.Briefs(ctx, tx, []id.ID{v.Enquiry.Organization})
	v.For = named[v.Enquiry.Organization]
	return err
}

// organizationOptions are the company customers, that of the enquiry first.
func (v changeView) organizationOptions() (out []web.Option) {
	if !v.For.ID.IsNone() {
		out = append(out, web.Option{Value: v.For.ID.String(), Label: v.For.Shown(), On: true})
	}
	for _, b := range v.Organizations {
		if b.ID != v.For.ID {
			out = append(out, web.Option{Value: b.ID.String(), Label: b.Name})
		}
	}
	return out
}

func (v changeView) valueText() string {
	if v.Enquiry.Value == 0 {
		return ""
	}
	return v.Enquiry.Value.String()
}

// changeFields is what the form sends: all of it, so that what was emptied is empty.
type changeFields struct {
	ChannelID id.ID `json:"channel_id"`
	CourseID  id.ID `json:"course_id"`
	Version   int64 `json:"version"`

	Grade string `json:"grade" enum:",A,B,C"`

	OrganizationID id.ID     `json:"organization_id"`
	Value          money.Fen `json:"value_fen"`
}

func (p door) postChange(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	f, err := web.Decode[changeFields](r)
	if err == nil {
		_, err = sales.ChangeEnquiry.Run(r.Context(), p.Ops, sales.ChangeEnquiryInput{EnquiryID: key, Version: &f.Version, ChannelID: &f.ChannelID, CourseID: &f.CourseID, Grade: &f.Grade, OrganizationID: &f.OrganizationID, Value: &f.Value})
	}
	ctx := r.Context()
	if same, ok := problem.As(err); ok && same.Code == "nothing-changed" {
		return web.Redirect(w, r, enquiryPath(key), web.Status{Text: t(ctx, "change.same")})
	}
	if err != nil {
		return web.Again(w, r, err, p.getChange)
	}
	return web.Redirect(w, r, enquiryPath(key), web.Status{Text: t(ctx, "change.done"), Tone: web.Good})
}

package salesdoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
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
	v, err := p.one(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !v.Enquiry.Stage.Open() {
		return problem.Refuse("SAL-1", "already-ended", problem.Field{Location: "enquiry_id", Value: v.Enquiry.ID})
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "change.h1", "name", v.person(ctx, v.Enquiry.Person))}, changePage(v)))
}

// changeFields is what the form sends: all of it, so that what was emptied is empty.
type changeFields struct {
	ChannelID id.ID `json:"channel_id"`
	CourseID  id.ID `json:"course_id"`
	Version   int64 `json:"version"`

	Grade string `json:"grade" enum:",A,B,C"`
}

func (p door) postChange(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return err
	}
	f, err := web.Decode[changeFields](r)
	if err == nil {
		_, err = sales.ChangeEnquiry.Run(r.Context(), p.Ops, sales.ChangeEnquiryInput{EnquiryID: key, Version: &f.Version, ChannelID: &f.ChannelID, CourseID: &f.CourseID, Grade: &f.Grade})
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

package sales

import (
	"context"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

// ChangeEnquiry corrects channel, course, grade of intention (PPL-8), organization (PPL-13), value and referrer (MKT-12) of an open enquiry. What was counted of it until now counts under them (UI-B1); the source
// records stay as they came, so that it stays known where the matter began (MKT-4, MKT-11). The first contact, while it is neither made nor
// late, is due by the channel that holds (SAL-2). Refused: already-ended, stale (ORG-10), nothing-changed, unknown channel or course,
// open-enquiry where another one is about the course.
var ChangeEnquiry = op.Op[ChangeEnquiryInput, Answer]{
	Name: "sales.change-enquiry", Rule: "SAL-1", Needs: "enquiry:update", Fact: facts.EnquiryChanged{}, Do: changeEnquiry, Undo: "sales.change-enquiry",
	Subject: func(in ChangeEnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// ChangeEnquiryInput names the fields that change.
type ChangeEnquiryInput struct {
	EnquiryID id.ID  `json:"enquiry_id" path:"id"`
	Version   *int64 `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	ChannelID *id.ID `json:"channel_id,omitempty" doc:"empty: none"`
	CourseID  *id.ID `json:"course_id,omitempty" doc:"empty: none"`

	OrganizationID *id.ID     `json:"organization_id,omitempty" doc:"for which it is (PPL-13); empty: none"`
	Value          *money.Fen `json:"value_fen,omitempty" minimum:"0" maximum:"10000000000" doc:"what the matter is worth by what is known of it; 0: not known"`

	Grade *string `json:"grade,omitempty" enum:",A,B,C" doc:"of intention; empty: none"`

	ReferrerID *id.ID `json:"referrer_id,omitempty" doc:"who recommended the school to the person (MKT-12); empty: nobody"`
}

func changeEnquiry(ctx context.Context, tx *op.Tx, in ChangeEnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if !e.Stage.Open() {
		return Answer{}, problem.Refuse("SAL-1", "already-ended", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	was := e
	in.apply(&e)
	if e.Grade != "" && !slices.Contains(people.Grades, e.Grade) {
		return Answer{}, problem.Refuse("PPL-8", "invalid", problem.Field{Location: "grade", Code: "not-one-of", Value: e.Grade, Args: map[string]any{"list": strings.Join(people.Grades, ", ")}})
	}
	fields := changed(was, e)
	if len(fields) == 0 {
		return Answer{}, problem.Refuse("ORG-10", "nothing-changed", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	organization := id.None
	if e.Organization != was.Organization {
		organization = e.Organization
	}
	if err := forOrganization(ctx, tx, id.None, organization, e.Value); err != nil {
		return Answer{}, err
	}
	if e.Referrer != was.Referrer {
		if err := checkReferrer(ctx, tx, e.Person, e.Referrer); err != nil {
			return Answer{}, err
		}
	}
	channel, err := known(ctx, tx, e, fields)
	if err != nil {
		return Answer{}, err
	}
	if e.FirstTouch.IsZero() && !e.WalkIn && !e.Breached && (e.ContactDue.IsZero() || e.ContactDue.After(tx.Now)) && slices.Contains(fields, "channel") {
		if e.ContactDue, err = due(tx, e, channel); err != nil {
			return Answer{}, err
		}
	}
	if in.Version != nil {
		e.Version = *in.Version
	}
	if err := tx.Save(ctx, &e, "channel", "course", "contact_due_at", "grade", "organization", "worth", "referrer"); err != nil {
		return Answer{}, err
	}
	tx.Undoable(ChangeEnquiryInput{EnquiryID: e.ID, ChannelID: &was.Channel, CourseID: &was.Course, Grade: &was.Grade, OrganizationID: &was.Organization, Value: &was.Value, ReferrerID: &was.Referrer})
	f := facts.EnquiryChanged{Matter: e.matter(), Fields: fields, Turn: e.turned(was), Named: e.named(was), Referral: e.referred(was)}
	if e.Grade != was.Grade {
		f.Grade = e.Grade
	}
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// apply puts what is named into an enquiry.
func (in ChangeEnquiryInput) apply(e *Enquiry) {
	set(&e.Channel, in.ChannelID)
	set(&e.Course, in.CourseID)
	set(&e.Grade, in.Grade)
	set(&e.Organization, in.OrganizationID)
	set(&e.Value, in.Value)
	set(&e.Referrer, in.ReferrerID)
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

func changed(was, e Enquiry) (fields []string) {
	if e.Channel != was.Channel {
		fields = append(fields, "channel")
	}
	if e.Course != was.Course {
		fields = append(fields, "course")
	}
	if e.Grade != was.Grade {
		fields = append(fields, "grade")
	}
	if e.Organization != was.Organization {
		fields = append(fields, "organization")
	}
	if e.Value != was.Value {
		fields = append(fields, "value")
	}
	if e.Referrer != was.Referrer {
		fields = append(fields, "referrer")
	}
	return fields
}

// turned says that the enquiry counts under another channel or course from now on; nil where it does not.
func (e Enquiry) turned(was Enquiry) *facts.Turn {
	if e.Channel == was.Channel && e.Course == was.Course {
		return nil
	}
	return &facts.Turn{Channel: was.Channel, Course: was.Course}
}

// known gives the channel; it refuses a channel or course that there is not, and a course about which another open enquiry of the person is.
func known(ctx context.Context, tx *op.Tx, e Enquiry, fields []string) (c marketing.Channel, err error) {
	if c, err = channelOf(ctx, tx, e.Channel); err != nil && slices.Contains(fields, "channel") {
		return c, err
	}
	if !slices.Contains(fields, "course") {
		return c, nil
	}
	if _, err := questionsOf(ctx, tx, e.Course); err != nil {
		return c, err
	}
	return c, twice(ctx, tx, e, "course_id")
}

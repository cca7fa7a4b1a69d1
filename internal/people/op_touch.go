package people

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// NextSteps lists the shipped codes of what may come next; a school adds its own to the list next-step.
var NextSteps = []string{"call-back", "invite", "send-material", "make-quote", "follow-quote", "ask-no-show", "first-contact", "visit", "finish-visit"}

// RecordTouch notes a contact (PPL-12). The enquiry's stage and next step follow in sales. Refused: unknown channel or codes, a next
// step without its day or in the past, neither next step nor a reason of the list why the matter is closed.
var RecordTouch = op.Op[TouchInput, TouchAnswer]{
	Name: "people.record-touch", Rule: "PPL-12", Needs: "touch:create", Fact: facts.TouchRecorded{}, Do: recordTouch,
	Subject: func(in TouchInput) op.Ref {
		if in.EnquiryID.IsNone() {
			return op.Ref{Kind: "person", ID: in.PersonID}
		}
		return op.Ref{Kind: "enquiry", ID: in.EnquiryID}
	},
	Undo: "people.withdraw-touch",
}

// TouchInput is what was said and what comes next.
type TouchInput struct {
	EnquiryID id.ID        `json:"enquiry_id,omitempty" path:"id"`
	PersonID  id.ID        `json:"person_id,omitempty" doc:"instead of the enquiry, for a touch that belongs to none"`
	Channel   string       `json:"channel" enum:"call,sms,email,wechat,visit,chat,note"`
	Direction string       `json:"direction,omitempty" enum:"out,in" doc:"out if left out"`
	Result    string       `json:"result" maxLength:"40" doc:"code of the list of results"`
	Note      string       `json:"note,omitempty" maxLength:"5000"`
	NextStep  string       `json:"next_step,omitempty" maxLength:"40" doc:"code of the list of next steps"`
	NextDay   bizdate.Date `json:"next_day,omitempty"`
	Closed    string       `json:"closed_reason,omitempty" maxLength:"40" doc:"code of the list of loss reasons, where there is no next step"`
	Grade     string       `json:"grade,omitempty" enum:",A,B,C" doc:"of intention, that the contact showed; the enquiry's stays if left out"`
	Submitted bool         `json:"-"` // by a form: the channel is ByForm, and there is no result
}

// TouchAnswer names the touch and whom it was with.
type TouchAnswer struct {
	ID       id.ID `json:"id"`
	PersonID id.ID `json:"person_id"`
}

func recordTouch(ctx context.Context, tx *op.Tx, in TouchInput) (TouchAnswer, error) {
	if in.Direction == "" {
		in.Direction = "out"
	}
	if in.Submitted {
		in.Channel = ByForm
	}
	m, err := matterOf(ctx, tx, in)
	if err != nil {
		return TouchAnswer{}, err
	}
	in.Note = paragraphs(in.Note)
	known, err := knownCodes(ctx, tx, in.Result, in.NextStep, in.Closed)
	if err != nil {
		return TouchAnswer{}, err
	}
	if err := in.check(tx.Today(m.Center), known).Err("PPL-12"); err != nil {
		return TouchAnswer{}, err
	}
	t := Touch{
		ID: tx.NewID(), Person: m.Person, Enquiry: in.EnquiryID, Center: m.Center, Staff: tx.Viewer.Staff, Channel: in.Channel, Direction: in.Direction,
		Result: in.Result, Note: in.Note, NextStep: in.NextStep, NextDay: in.NextDay, Closed: in.Closed, At: tx.Now,
	}
	if err := tx.Insert(ctx, t); err != nil {
		return TouchAnswer{}, err
	}
	tx.Undoable(WithdrawTouchInput{TouchID: t.ID})
	tx.Record(t.ID, facts.TouchRecorded{
		Touch: t.ID, Person: t.Person, Enquiry: t.Enquiry, Center: t.Center, Staff: t.Staff, Channel: t.Channel, Direction: t.Direction, Result: t.Result,
		NextStep: t.NextStep, NextDay: t.NextDay, Closed: t.Closed, Grade: in.Grade,
	})
	return TouchAnswer{ID: t.ID, PersonID: t.Person}, nil
}

// matterOf gives person and center of what the touch is about: the enquiry's, from the person's links; without one the center of who
// records it, else the person's. Refused: anonymized.
func matterOf(ctx context.Context, tx *op.Tx, in TouchInput) (Link, error) {
	type matter struct {
		Link
		Anonymized time.Time `db:"anonymized_at"`
	}
	query, key := "SELECT l.person, l.center, l.owner, p.anonymized_at FROM person_links l JOIN persons p ON p.id = l.person WHERE l.ref = ? AND l.kind = 'enquiry' LIMIT 1", in.EnquiryID
	if in.EnquiryID.IsNone() {
		query, key = "SELECT id AS person, center, anonymized_at FROM persons WHERE id = ?", in.PersonID
	}
	m, err := op.OneOf[matter](ctx, tx.Unscoped("the subject of the operation was seen"), query, key)
	if err != nil {
		return m.Link, fmt.Errorf("load matter of touch: %w", err)
	}
	if !m.Anonymized.IsZero() {
		return m.Link, isAnonymous(m.Person)
	}
	if in.EnquiryID.IsNone() && !tx.Viewer.Center.IsNone() {
		m.Center = tx.Viewer.Center
	}
	return m.Link, nil
}

// Touches lists the newest touches of a person in scope.
func Touches(ctx context.Context, tx *op.Tx, person id.ID, limit int) (list []Touch, err error) {
	if err := tx.Select(&list).Where("person = ? AND withdrawn_at IS NULL", person).Order("at DESC, id DESC").Limit(limit).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list touches: %w", err)
	}
	return list, nil
}

// TouchByID gives one touch in scope that counts.
func TouchByID(ctx context.Context, tx *op.Tx, key id.ID) (t Touch, err error) {
	err = tx.Select(&t).Where("id = ? AND withdrawn_at IS NULL", key).Scan(ctx)
	return t, problem.Found(err, "touch")
}

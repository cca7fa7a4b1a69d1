package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Channels of a touch, and its directions.
var (
	Channels   = []string{"call", "sms", "email", "wechat", "visit", "chat", "note"}
	Directions = []string{"out", "in"}
)

// NextSteps lists what may come next; a school may write its own words.
var NextSteps = []string{"call-back", "invite", "send-material", "make-quote", "follow-quote", "ask-no-show", "first-contact"}

const longestNote = 5000

// RecordTouch notes a contact (PPL-12). Its stage and next step follow in sales. Refused: unknown channel or result, a next step
// without its day or in the past, neither next step nor a reason of the list why the matter is closed.
var RecordTouch = op.Op[TouchInput, TouchAnswer]{
	Name: "people.record-touch", Rule: "PPL-12", Needs: "touch:create", Fact: facts.TouchRecorded{}, Do: recordTouch,
	Subject: func(in TouchInput) op.Ref {
		if in.EnquiryID.IsNone() {
			return op.Ref{Kind: "person", ID: in.PersonID}
		}
		return op.Ref{Kind: "enquiry", ID: in.EnquiryID}
	},
}

// TouchInput is what was said and what comes next.
type TouchInput struct {
	EnquiryID id.ID        `json:"enquiry_id,omitempty" path:"id"`
	PersonID  id.ID        `json:"person_id,omitempty" doc:"instead of the enquiry, for a touch that belongs to none"`
	Channel   string       `json:"channel" enum:"call,sms,email,wechat,visit,chat,note"`
	Direction string       `json:"direction,omitempty" enum:"out,in" doc:"out if left out"`
	Result    string       `json:"result" maxLength:"40" doc:"code of the list of results"`
	Note      string       `json:"note,omitempty" maxLength:"5000"`
	NextStep  string       `json:"next_step,omitempty" maxLength:"200"`
	NextDay   bizdate.Date `json:"next_day,omitempty"`
	Closed    string       `json:"closed_reason,omitempty" maxLength:"40" doc:"code of the list of loss reasons, where there is no next step"`
}

// TouchAnswer names the touch.
type TouchAnswer struct {
	ID id.ID `json:"id"`
}

func recordTouch(ctx context.Context, tx *op.Tx, in TouchInput) (TouchAnswer, error) {
	if in.Direction == "" {
		in.Direction = "out"
	}
	m, err := matterOf(ctx, tx, in)
	if err != nil {
		return TouchAnswer{}, err
	}
	in.Note, in.NextStep = strings.TrimSpace(in.Note), strings.TrimSpace(in.NextStep)
	bad := in.check(tx.Today(m.Center))
	for _, c := range []struct{ field, kind, code string }{{"result", "touch-result", in.Result}, {"closed_reason", "loss-reason", in.Closed}} {
		if c.code == "" {
			continue
		}
		ok, err := KnownCode(ctx, tx, c.kind, c.code)
		if err != nil {
			return TouchAnswer{}, err
		}
		if !ok {
			bad.Add(c.field, "unknown", c.code)
		}
	}
	if err := bad.Err("PPL-12"); err != nil {
		return TouchAnswer{}, err
	}
	t := Touch{
		ID: tx.NewID(), Person: m.Person, Enquiry: in.EnquiryID, Center: m.Center, Staff: tx.Viewer.Staff, Channel: in.Channel, Direction: in.Direction,
		Result: in.Result, Note: in.Note, NextStep: in.NextStep, NextDay: in.NextDay, Closed: in.Closed, At: tx.Now,
	}
	if err := tx.Insert(ctx, t); err != nil {
		return TouchAnswer{}, err
	}
	tx.Record(t.ID, facts.TouchRecorded{
		Touch: t.ID, Person: t.Person, Enquiry: t.Enquiry, Center: t.Center, Staff: t.Staff, Channel: t.Channel, Direction: t.Direction, Result: t.Result,
		NextStep: t.NextStep, NextDay: t.NextDay, Closed: t.Closed,
	})
	return TouchAnswer{ID: t.ID}, nil
}

// check is the rule of PPL-12: a touch leads on, or says why the matter is closed.
func (in TouchInput) check(today bizdate.Date) problem.Invalid {
	var bad problem.Invalid
	if !slices.Contains(Channels, in.Channel) {
		bad.Add("channel", "not-one-of", in.Channel, "list", strings.Join(Channels, ", "))
	}
	if !slices.Contains(Directions, in.Direction) {
		bad.Add("direction", "not-one-of", in.Direction, "list", strings.Join(Directions, ", "))
	}
	if in.Result == "" {
		bad.Add("result", "required", nil)
	}
	if n := utf8.RuneCountInString(in.Note); n > longestNote {
		bad.Add("note", "too-long", nil, "max", longestNote, "limit", longestNote, "count", n)
	}
	if utf8.RuneCountInString(in.NextStep) > 200 {
		bad.Add("next_step", "too-long", nil, "max", 200, "limit", 200, "count", utf8.RuneCountInString(in.NextStep))
	}
	switch {
	case in.NextStep == "" && in.Closed == "" && !in.EnquiryID.IsNone():
		bad.Add("next_step", "step-or-reason", nil)
	case in.NextStep != "" && in.Closed != "":
		bad.Add("closed_reason", "step-and-reason", in.Closed)
	case in.NextStep != "" && in.NextDay == 0:
		bad.Add("next_day", "required", nil)
	case in.NextDay != 0 && in.NextDay < today:
		bad.Add("next_day", "day-past", in.NextDay)
	case in.NextDay > today+366:
		bad.Add("next_day", "day-far", in.NextDay)
	}
	return bad
}

// matterOf gives person and center of what the touch is about, from the person's links.
func matterOf(ctx context.Context, tx *op.Tx, in TouchInput) (Link, error) {
	u := tx.Unscoped("the subject of the operation was seen")
	var l Link
	var err error
	if in.EnquiryID.IsNone() {
		l, err = op.OneOf[Link](ctx, u, "SELECT id AS person, center FROM persons WHERE id = ?", in.PersonID)
	} else {
		l, err = op.OneOf[Link](ctx, u, "SELECT person, center, owner FROM person_links WHERE ref = ? AND kind = 'enquiry' LIMIT 1", in.EnquiryID)
	}
	if err != nil {
		return l, fmt.Errorf("load matter of touch: %w", err)
	}
	return l, nil
}

// Touches lists the newest touches of a person in scope.
func Touches(ctx context.Context, tx *op.Tx, person id.ID, limit int) (list []Touch, err error) {
	if err := tx.Select(&list).Where("person = ?", person).Order("at DESC, id DESC").Limit(limit).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list touches: %w", err)
	}
	return list, nil
}

package sales

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

// WalkInInput has at most six fields (SAL-5): name, phone, course, channel, consultant, center; for who was recommended the referrer, where the form
// asks for it instead of one of them. A known person comes by its id.
type WalkInInput struct {
	Name         string `json:"name,omitempty" maxLength:"100"`
	Phone        string `json:"phone,omitempty" maxLength:"40"`
	CourseID     id.ID  `json:"course_id,omitempty"`
	ChannelID    id.ID  `json:"channel_id,omitempty" doc:"walk-in if left out"`
	CampaignID   id.ID  `json:"campaign_id,omitempty" doc:"instead of the channel: the campaign to which the visitor came"`
	ConsultantID id.ID  `json:"consultant_id,omitempty" doc:"by rule if left out"`
	CenterID     id.ID  `json:"center_id,omitempty" doc:"one's own if left out"`
	PersonID     id.ID  `json:"person_id,omitempty" doc:"instead of name and phone"`
	ReferrerID   id.ID  `json:"referrer_id,omitempty" doc:"who recommended the school to the visitor (MKT-12); one whom the open enquiry names already stays"`

	Ask    bool    `json:"-"` // refuse who is known for sure (PPL-4): a form asks
	Others []id.ID `json:"-"` // who the visitor is not, though name and phone say so
}

// WalkIn receives somebody who came without an appointment: person, enquiry and visit in one go (SAL-5). An open enquiry of a
// known person is taken up again. Refused: has-appointment, since who is expected is checked in; known-person (PPL-4).
var WalkIn = op.Op[WalkInInput, VisitAnswer]{
	Name: "sales.walk-in", Rule: "SAL-5", Needs: "visit:create", Fact: facts.WalkedIn{}, Do: walkIn, Undo: "sales.withdraw-check-in",
	Subjects: func(in WalkInInput) []op.Ref {
		var refs []op.Ref
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		if !in.PersonID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.PersonID})
		}
		return refs
	},
}

func walkIn(ctx context.Context, tx *op.Tx, in WalkInInput) (VisitAnswer, error) {
	if in.CenterID.IsNone() {
		in.CenterID = tx.Viewer.Home("visit:create")
	}
	if in.CenterID.IsNone() {
		return VisitAnswer{}, problem.Refuse("SAL-5", "invalid", problem.Field{Location: "center_id", Code: "required"})
	}
	if err := expected(ctx, tx, in); err != nil {
		return VisitAnswer{}, err
	}
	e, was, err := openEnquiry(ctx, tx, in)
	if err != nil {
		return VisitAnswer{}, problem.Relocate(err, "person.name", "name", "person.phones", "phone", "person.phones.0.value", "phone")
	}
	v := Visit{
		ID: tx.NewID(), Enquiry: e.ID, Person: e.Person, Center: in.CenterID, Consultant: e.Consultant,
		Arrived: tx.Now, Day: bizdate.Of(tx.Now, tx.Zone(in.CenterID)), Needs: map[string]string{},
	}
	if err := tx.Insert(ctx, v); err != nil {
		return VisitAnswer{}, err
	}
	f := facts.WalkedIn{Matter: e.matter(), Visit: v.ID, Arrived: v.Arrived, Referral: e.referred(was)}
	f.Center = in.CenterID
	given := was.Consultant.IsNone() && !was.ID.IsNone() && e.Past != nil && e.Past.Unowned != nil && e.Past.Version == e.Version
	prior := e.Past
	e.remember(v.ID)
	if given {
		e.Past.Prior = prior
	}
	e.NextStep, e.NextDay = nextFinish, v.Day
	if err := move(ctx, tx, &e, e.after(f), "past", "next_step", "next_day", "referrer"); err != nil {
		return VisitAnswer{}, err
	}
	tx.Undoable(VisitInput{VisitID: v.ID})
	tx.Record(v.ID, f)
	return v.answer(e.Stage), nil
}

// expected refuses somebody who has an open appointment at the center today: it is checked in instead, else it would count as a no-show
// (SAL-4). Who comes with name and phone is looked for among those who are surely the same.
func expected(ctx context.Context, tx *op.Tx, in WalkInInput) error {
	field, persons := "person_id", []id.ID{in.PersonID}
	if in.PersonID.IsNone() {
		if in.Phone == "" || in.Ask { // registering asks who it is
			return nil
		}
		list, err := people.Duplicates(ctx, tx, people.Candidate{Name: in.Name, Phones: []string{in.Phone}})
		if err != nil {
			return err
		}
		field, persons = "phone", nil
		for _, d := range list {
			if d.Sure {
				persons = append(persons, d.ID)
			}
		}
	}
	var open []Appointment
	err := tx.Unscoped("it refuses, and names the time only").Select(&open).Where("person IN (?) AND center = ? AND day = ? AND state IN ('booked', 'confirmed')",
		persons, in.CenterID, int64(tx.Today(in.CenterID))).Order("starts_at, id").Limit(1).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for appointment of the day: %w", err)
	}
	if len(open) == 0 {
		return nil
	}
	return problem.Refuse("SAL-5", "invalid", problem.Field{
		Location: field, Code: "has-appointment", Value: open[0].ID, Args: map[string]any{"time": open[0].Starts.In(tx.Zone(in.CenterID)).Format("15:04")},
	})
}

// openEnquiry takes up the open enquiry of a known person at this center, or enters a new one; was is how it stood before this visit.
func openEnquiry(ctx context.Context, tx *op.Tx, in WalkInInput) (e, was Enquiry, err error) {
	if !in.PersonID.IsNone() {
		var open []Enquiry
		err := tx.Select(&open).Where("person = ? AND outcome = 'open' AND center = ?", in.PersonID, in.CenterID).Order("id DESC").Limit(1).Scan(ctx)
		if err != nil {
			return e, was, err
		}
		if len(open) == 1 {
			e, err = in.takenUp(ctx, tx, open[0])
			return e, open[0], err
		}
	}
	e, err = in.entered(ctx, tx)
	return e, e, err
}

// takenUp is an open enquiry with what the visitor came by, and who recommended us where nobody is named yet (MKT-12). One that nobody has is
// given to the consultant whom the desk names, else by rule; an owner stays.
func (in WalkInInput) takenUp(ctx context.Context, tx *op.Tx, e Enquiry) (Enquiry, error) {
	e, err := in.given(ctx, tx, e)
	if err != nil {
		return e, err
	}
	if !in.CampaignID.IsNone() {
		if _, err := AddLead.In(ctx, tx, AddLeadInput{EnquiryID: e.ID, ChannelID: in.ChannelID, CampaignID: in.CampaignID}); err != nil {
			return e, err
		}
	}
	if in.ReferrerID.IsNone() || !e.Referrer.IsNone() {
		return e, nil
	}
	e.Referrer = in.ReferrerID
	return e, checkReferrer(ctx, tx, e.Person, e.Referrer)
}

// byVisit is the reason with which an enquiry that nobody has, as in the public pool, is given to a consultant when its person comes.
const byVisit = "visit"

// given gives an enquiry that nobody has to a consultant.
func (in WalkInInput) given(ctx context.Context, tx *op.Tx, e Enquiry) (Enquiry, error) {
	if !e.Consultant.IsNone() {
		return e, nil
	}
	who := in.ConsultantID
	if who.IsNone() {
		var err error
		if who, err = next(ctx, tx, e); err != nil || who.IsNone() {
			return e, err
		}
	}
	if _, err := Assign.ByProgram(ctx, tx, AssignInput{EnquiryID: e.ID, ConsultantID: who, Reason: byVisit}); err != nil {
		return e, err
	}
	return loadEnquiry(ctx, tx, e.ID)
}

// entered enters a new enquiry of the visitor.
func (in WalkInInput) entered(ctx context.Context, tx *op.Tx) (Enquiry, error) {
	enter := EnterInput{
		PersonID: in.PersonID, CenterID: in.CenterID, ChannelID: in.ChannelID, CampaignID: in.CampaignID, CourseID: in.CourseID, ConsultantID: in.ConsultantID, ReferrerID: in.ReferrerID, WalkIn: true,
	}
	if in.PersonID.IsNone() {
		enter.Person = &people.RegisterInput{Name: in.Name, CenterID: in.CenterID, Ask: in.Ask, Others: in.Others}
		if in.Phone != "" {
			enter.Person.Phones = []people.ContactInput{{Value: in.Phone}}
		}
	}
	if enter.ChannelID.IsNone() && enter.CampaignID.IsNone() {
		c, err := marketing.WalkInChannel(ctx, tx)
		if err != nil {
			return Enquiry{}, err
		}
		enter.ChannelID = c.ID
	}
	entered, err := Enter.In(ctx, tx, enter)
	if err != nil {
		return Enquiry{}, err
	}
	return loadEnquiry(ctx, tx, entered.ID)
}

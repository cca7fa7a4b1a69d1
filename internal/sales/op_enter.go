package sales

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// Kinds lists the kinds of enquiries.
var Kinds = []string{"new", "renewal", "upgrade", "return"}

// EnterInput is a new sales matter, of a known person or of one who is entered with it.
type EnterInput struct {
	PersonID       id.ID                 `json:"person_id,omitempty"`
	Person         *people.RegisterInput `json:"person,omitempty" doc:"instead of person_id: who is entered"`
	CenterID       id.ID                 `json:"center_id,omitempty" doc:"none: the company's pool"`
	ChannelID      id.ID                 `json:"channel_id,omitempty"`
	CourseID       id.ID                 `json:"course_id,omitempty"`
	CampaignID     id.ID                 `json:"campaign_id,omitempty" doc:"an approved one, whose channel holds if none is named (MKT-2)"`
	Kind           string                `json:"kind,omitempty" enum:"new,renewal,upgrade,return" doc:"new if left out"`
	Lang           string                `json:"lang,omitempty" maxLength:"10"`
	ConsultantID   id.ID                 `json:"consultant_id,omitempty" doc:"by hand; else by rule (SAL-2)"`
	ExternalKey    string                `json:"external_key,omitempty" maxLength:"200"`
	Source         string                `json:"source,omitempty" maxLength:"200" doc:"where it came from, as text, when the channel is unknown"`
	NextStep       string                `json:"next_step,omitempty" maxLength:"200"`
	NextDay        bizdate.Date          `json:"next_day,omitempty"`
	Attributes     []people.Attribute    `json:"attributes,omitempty" maxItems:"200"`
	OrganizationID id.ID                 `json:"organization_id,omitempty" doc:"for which it is (PPL-13)"`
	ReferrerID     id.ID                 `json:"referrer_id,omitempty" doc:"who recommended the school to the person (MKT-12)"`
	Value          money.Fen             `json:"value_fen,omitempty" minimum:"0" maximum:"10000000000" doc:"what the matter is worth by what is known of it"`
	Import         *Imported             `json:"-"`
	WalkIn         bool                  `json:"-"`
	Submitted      *marketing.Submission `json:"-"` // of which the enquiry is made; gets the lead (MKT-11)
	former         *contracts.Ended      // whose student it is, for the pool (PPL-8)
	Birth          bizdate.Date          `json:"-"` // of a known person, kept where none is known (UI-F4)
}

// Imported is what a bulk import knows of a past matter.
type Imported struct {
	Entered    time.Time
	Outcome    string // signed, lost, open
	OutcomeDay bizdate.Date
	Row        int
}

// Entered is the answer: the new enquiry and its person.
type Entered struct {
	ID         id.ID `json:"id"`
	PersonID   id.ID `json:"person_id"`
	Consultant id.ID `json:"consultant_id"`
	Stage      Stage `json:"stage"`
	Version    int64 `json:"version"`
}

// Enter enters an enquiry and assigns it by rule within the same commit (SAL-1, SAL-2). Where
// nobody suits it stays without an owner, and process tells who watches the center. Refused: key-taken, unknown channel or course,
// not-consultant, open-enquiry where the person has one of the kind at the center for the same course, or for none.
var Enter = op.Op[EnterInput, Entered]{
	Name: "sales.enter-enquiry", Rule: "SAL-1", Needs: "enquiry:create", Fact: facts.EnquiryEntered{}, Do: enter,
	Subjects: func(in EnterInput) []op.Ref {
		var refs []op.Ref
		if !in.PersonID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.PersonID})
		}
		if !in.OrganizationID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.OrganizationID})
		}
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		return refs
	},
}

func enter(ctx context.Context, tx *op.Tx, in EnterInput) (Entered, error) {
	if err := in.check(tx); err != nil {
		return Entered{}, err
	}
	if err := in.booked(ctx, tx); err != nil {
		return Entered{}, err
	}
	if err := forOrganization(ctx, tx, in.PersonID, in.OrganizationID, in.Value); err != nil {
		return Entered{}, err
	}
	channel, err := channelOf(ctx, tx, in.ChannelID)
	if err != nil {
		return Entered{}, err
	}
	if in.Import == nil { // an import knows its courses
		if _, err := questionsOf(ctx, tx, in.CourseID); err != nil {
			return Entered{}, err
		}
	}
	if err := in.twice(ctx, tx); err != nil {
		return Entered{}, err
	}
	person, err := registered(ctx, tx, in)
	if err != nil {
		return Entered{}, err
	}
	if err := checkReferrer(ctx, tx, person, in.ReferrerID); err != nil {
		return Entered{}, err
	}
	e := in.enquiry(tx, person)
	if !in.WalkIn && in.former == nil && e.Stage == New {
		if e.ContactDue, err = due(tx, e, channel); err != nil {
			return Entered{}, err
		}
	}
	if in.former != nil {
		e.Former, e.LastOwner, e.Pooled = in.former.ID, in.former.Consultant, tx.Now
	} else if err := own(ctx, tx, &e, in.ConsultantID); err != nil {
		return Entered{}, err
	}
	if err := insertEnquiry(ctx, tx, e); err != nil {
		return Entered{}, err
	}
	if err := people.SetAttributes(ctx, tx, e.ID, in.filled(tx, e)); err != nil {
		return Entered{}, err
	}
	lead, err := marketing.RecordLead(ctx, tx, marketing.Lead{Enquiry: e.ID, Person: person, Channel: in.ChannelID, Campaign: in.CampaignID, Center: e.Center, Source: in.Source, ExternalKey: in.ExternalKey, Row: in.row(), At: e.Entered}.By(in.Submitted))
	if err != nil {
		return Entered{}, err
	}
	tx.Record(e.ID, facts.EnquiryEntered{Matter: e.matter(), Lead: lead, Day: e.EnteredDay, WalkIn: in.WalkIn, Due: e.ContactDue, Outcome: outcomeOf(e), Organization: e.Organization, Referrer: e.Referrer, Former: e.Former})
	return Entered{ID: e.ID, PersonID: person, Consultant: e.Consultant, Stage: e.Stage, Version: e.Version}, nil
}

func (in EnterInput) check(tx *op.Tx) error {
	var bad problem.Invalid
	if in.Kind != "" && !slices.Contains(Kinds, in.Kind) {
		bad.Add("kind", "not-one-of", in.Kind, "list", strings.Join(Kinds, ", "))
	}
	if in.PersonID.IsNone() == (in.Person == nil) {
		bad.Add("person_id", "person-or-id", nil)
	}
	if len(in.ExternalKey) > 200 {
		bad.Add("external_key", "too-long", nil, "max", 200)
	}
	if !in.ConsultantID.IsNone() && !in.owns(organization.Of(tx)) {
		bad.Add("consultant_id", "not-consultant", in.ConsultantID)
	}
	// Without enquiry:assign only oneself may be named.
	if !in.ConsultantID.IsNone() && in.ConsultantID != tx.Viewer.Staff && !tx.Viewer.May("enquiry:assign") && !in.WalkIn {
		bad.Add("consultant_id", "assign-right", in.ConsultantID)
	}
	if in.CenterID.IsNone() && !tx.Viewer.Scope("enquiry:create").All && in.Import == nil {
		bad.Add("center_id", "required", nil)
	}
	return bad.Err("SAL-1")
}

// booked refuses a campaign on which no lead may be booked (MKT-2); without a channel, that of the campaign holds.
func (in *EnterInput) booked(ctx context.Context, tx *op.Tx) error {
	if in.CampaignID.IsNone() {
		return nil
	}
	c, err := marketing.Bookable(ctx, tx, in.CampaignID, in.CenterID, "campaign_id")
	if err == nil && in.ChannelID.IsNone() {
		in.ChannelID = c.Channels[0]
	}
	return err
}

// twice refuses a second open enquiry of one kind for a known person at one center. An import decides by itself (MergeLead).
func (in EnterInput) twice(ctx context.Context, tx *op.Tx) error {
	if in.PersonID.IsNone() || in.Import != nil {
		return nil
	}
	return twice(ctx, tx, Enquiry{Person: in.PersonID, Center: in.CenterID, Course: in.CourseID, Kind: cmp.Or(in.Kind, Kinds[0])}, "person_id")
}

// twice refuses an enquiry beside another open one of its kind, person and center, whoever has that one: two consultants would call about
// the same matter, and it would count twice. Another course is another matter.
func twice(ctx context.Context, tx *op.Tx, like Enquiry, field string) error {
	var open, seen []Enquiry
	err := tx.Unscoped("it refuses, and names owner and day only").Select(&open).Where("person = ? AND kind = ? AND outcome = 'open'", like.Person, like.Kind).Order("id DESC").Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for open enquiries: %w", err)
	}
	i := slices.IndexFunc(open, func(e Enquiry) bool {
		return e.ID != like.ID && e.Center == like.Center && (like.Course.IsNone() || e.Course.IsNone() || like.Course == e.Course)
	})
	if i < 0 {
		return nil
	}
	e := open[i]
	f := problem.Field{Location: field, Code: "open-enquiry", Value: like.Person, Args: map[string]any{"day": e.EnteredDay, "name": organization.Of(tx).StaffName(e.Consultant)}}
	if err := tx.Select(&seen).Where("id = ?", e.ID).Scan(ctx); err != nil {
		return fmt.Errorf("look for open enquiry: %w", err)
	}
	if len(seen) == 1 {
		f.Value = e.ID // to be opened instead
	}
	return problem.Refuse("SAL-1", "invalid", f)
}

// owns tells whether who is named may own the enquiry: a consultant of the center; for a past matter anybody of the staff.
func (in EnterInput) owns(dir *organization.Directory) bool {
	if in.Import != nil {
		_, known := dir.Staff(in.ConsultantID)
		return known
	}
	return isConsultant(dir, in.ConsultantID, in.CenterID)
}

func isConsultant(dir *organization.Directory, staff, center id.ID) bool {
	return slices.ContainsFunc(dir.Holders("consultant", center), func(m organization.Staff) bool { return m.ID == staff })
}

func (in EnterInput) row() int64 {
	if in.Import == nil {
		return 0
	}
	return int64(in.Import.Row)
}

func (in EnterInput) enquiry(tx *op.Tx, person id.ID) Enquiry {
	e := Enquiry{
		ID: tx.NewID(), Person: person, Center: in.CenterID, Channel: in.ChannelID, Course: in.CourseID, Campaign: in.CampaignID, Kind: in.Kind, Stage: New, Reached: New, Lang: in.Lang,
		Outcome: "open", Entered: tx.Now, Moved: tx.Now, NextStep: in.NextStep, NextDay: in.NextDay, WalkIn: in.WalkIn,
		Organization: in.OrganizationID, Value: in.Value, Referrer: in.ReferrerID,
	}
	if e.Kind == "" {
		e.Kind = "new"
	}
	if in.ExternalKey != "" {
		e.ExternalKey = &in.ExternalKey
	}
	if im := in.Import; im != nil {
		if !im.Entered.IsZero() {
			e.Entered, e.Moved = im.Entered, im.Entered
		}
		switch im.Outcome {
		case "signed":
			e.Stage, e.Reached, e.Outcome, e.OutcomeDay = Signed, Signed, "signed", im.OutcomeDay
		case "lost":
			e.Stage, e.Outcome, e.OutcomeDay, e.LostReason = Lost, "lost", im.OutcomeDay, "imported"
		}
	}
	e.EnteredDay = bizdate.Of(e.Entered, tx.Zone(e.Center))
	return e
}

// filled are the custom values, first filled in when the enquiry was entered; of a past matter whoever maps the file says what was known
// then (SAL-12), also where nobody knows when it was entered, so that its outcome comes first.
func (in EnterInput) filled(tx *op.Tx, e Enquiry) []people.Attribute {
	at := e.Entered
	if e.Outcome != "open" && !e.OutcomeDay.IsZero() && e.OutcomeDay <= e.EnteredDay {
		at = e.OutcomeDay.In(tx.Zone(e.Center))
	}
	out := slices.Clone(in.Attributes)
	for i := range out {
		out[i].Filled = at
	}
	return out
}

func outcomeOf(e Enquiry) string {
	if e.Outcome == "open" {
		return ""
	}
	return e.Outcome
}

func channelOf(ctx context.Context, tx *op.Tx, key id.ID) (marketing.Channel, error) {
	if key.IsNone() {
		return marketing.Channel{}, nil
	}
	c, err := marketing.ChannelByID(ctx, tx, key)
	if p, ok := problem.As(err); ok && p.Code == "not-found" {
		return c, problem.Refuse("SAL-1", "invalid", problem.Field{Location: "channel_id", Code: "unknown", Value: key})
	}
	return c, err
}

func registered(ctx context.Context, tx *op.Tx, in EnterInput) (id.ID, error) {
	if in.Person == nil {
		return in.PersonID, keepBirth(ctx, tx, in)
	}
	reg := *in.Person
	reg.Matter = true
	if reg.CenterID.IsNone() {
		reg.CenterID = in.CenterID
	}
	p, err := people.Register.In(ctx, tx, reg)
	return p.ID, problem.Relocate(err, personFields...)
}

// personFields name the fields of a new person as those who enter an enquiry do.
var personFields = []string{
	"name", "person.name", "phones", "person.phones", "phones.0.value", "person.phones.0.value", "phones.1.value", "person.phones.1.value", "birth", "person.birth", "gender", "person.gender", "district", "person.district",
}

// keepBirth keeps the birth date of a known person who has none.
func keepBirth(ctx context.Context, tx *op.Tx, in EnterInput) error {
	if in.Birth.IsZero() {
		return nil
	}
	p, err := people.ByID(ctx, tx, in.PersonID)
	if err != nil || !p.Birth.IsZero() {
		return err
	}
	_, err = people.Change.In(ctx, tx, people.ChangeInput{PersonID: in.PersonID, Birth: &in.Birth})
	return err
}

// due is when the first contact is due: working time of the center after the entry, per channel, or by the setting where none is known (SAL-2). For what was entered elsewhere so
// long ago that the time is over when it is imported, it runs from the import: nobody here could have called before.
func due(tx *op.Tx, e Enquiry, c marketing.Channel) (time.Time, error) {
	minutes, err := minutesFor(tx, e, c)
	if err != nil || e.Center.IsNone() || minutes == 0 {
		return time.Time{}, err
	}
	return dueOf(tx, e, minutes, tx.Now), nil
}

// dueOf is when the first contact of an enquiry that came into the program at an instant is due by the calendar of now.
func dueOf(tx *op.Tx, e Enquiry, minutes int64, came time.Time) time.Time {
	if at := deadline(tx, e, minutes, e.Entered); at.After(came) {
		return at
	}
	return deadline(tx, e, minutes, came)
}

// minutesFor are the working minutes within which the first contact of an enquiry is due: its channel's, else those of the setting.
func minutesFor(tx *op.Tx, e Enquiry, c marketing.Channel) (int64, error) {
	if !c.ID.IsNone() {
		return c.FirstContactMinutes, nil
	}
	n, err := strconv.ParseInt(organization.Of(tx).Setting(e.Center, organization.FirstContactMinutes, "30"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read setting %s: %w", organization.FirstContactMinutes, err)
	}
	return n, nil
}

// deadline is the end of the time for the first contact, begun at a time, by the calendar of the enquiry's center.
func deadline(tx *op.Tx, e Enquiry, minutes int64, begun time.Time) time.Time {
	return organization.Of(tx).Calendar(e.Center).Add(begun, time.Duration(minutes)*time.Minute)
}

// own finds the owner of a new enquiry: by hand, else by rule. Without a center, or without a consultant, it lies in the pool.
func own(ctx context.Context, tx *op.Tx, e *Enquiry, byHand id.ID) error {
	switch {
	case !byHand.IsNone():
		e.Consultant = byHand
	case e.Center.IsNone() || !e.Stage.Open():
		return nil
	default:
		next, err := next(ctx, tx, *e)
		if err != nil {
			return err
		}
		e.Consultant = next
	}
	if !e.Consultant.IsNone() {
		e.Owned = tx.Now
	}
	if e.Consultant.IsNone() || e.Center.IsNone() || !e.Stage.Open() {
		return nil
	}
	return give(ctx, tx, e.Center, e.Consultant, tx.Now)
}

// next gives the consultant to whom the rules assign an enquiry: not the one who has it.
func next(ctx context.Context, tx *op.Tx, e Enquiry) (id.ID, error) {
	rules, err := op.Keep(ctx, tx, "assignment-rules", func(ctx context.Context, tx *op.Tx) (rules []AssignmentRule, err error) {
		err = tx.Unscoped("the rules decide, nobody reads them").Select(&rules).Where("active = TRUE").Order("no, id").Scan(ctx)
		return rules, err
	})
	if err != nil {
		return id.None, fmt.Errorf("read assignment rules: %w", err)
	}
	rule := pick(rules, e)
	var candidates []id.ID
	for _, m := range organization.Of(tx).Holders("consultant", e.Center) {
		if m.ID != e.Consultant && (len(rule.Staff) == 0 || slices.Contains(rule.Staff, m.ID)) {
			candidates = append(candidates, m.ID)
		}
	}
	turns, err := op.AllOf[turn](ctx, tx.Unscoped("counts of the assignment"), "SELECT staff, given, open_count, last_at FROM assignment_turns WHERE center = ?", e.Center)
	if err != nil {
		return id.None, fmt.Errorf("read turns: %w", err)
	}
	return choose(rule.Strategy, candidates, turns), nil
}

func insertEnquiry(ctx context.Context, tx *op.Tx, e Enquiry) error {
	if e.ExternalKey != nil {
		var n int64
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM enquiries WHERE external_key = ?", []any{*e.ExternalKey}, &n); err != nil {
			return fmt.Errorf("look for external key: %w", err)
		}
		if n > 0 {
			return problem.Refuse("SAL-1", "key-taken", problem.Field{Location: "external_key", Value: *e.ExternalKey})
		}
	}
	return tx.Insert(ctx, e)
}

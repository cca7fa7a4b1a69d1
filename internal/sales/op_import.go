package sales

import (
	"context"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

// Known is what is known of an external key.
type Known struct {
	Enquiry, Person id.ID
	Center          id.ID // of the enquiry; none: the company's pool
	channel, course id.ID
	organization    id.ID
	value           money.Fen
	outcome         string
	attributes      map[string]string
	joined          bool // the key came with a row that joined the enquiry of another key: that one's values stand
}

// KnownKeys looks for enquiries of external keys, wherever they lie.
func KnownKeys(ctx context.Context, tx *op.Tx, keys []string) (map[string]Known, error) {
	refs, err := marketing.LeadsByKey(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, r := range refs {
		ids = append(ids, r.Enquiry)
	}
	out := map[string]Known{}
	if len(ids) == 0 {
		return out, nil
	}
	var list []Enquiry
	if err := tx.Unscoped("uniqueness of external keys").Select(&list).Where("id IN (?)", ids).Scan(ctx); err != nil {
		return nil, err
	}
	attributes, err := people.Attributes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for key, r := range refs {
		k := Known{Enquiry: r.Enquiry, Person: r.Person, attributes: map[string]string{}}
		if i := slices.IndexFunc(list, func(e Enquiry) bool { return e.ID == r.Enquiry }); i >= 0 {
			k.Center, k.channel, k.course, k.outcome = list[i].Center, list[i].Channel, list[i].Course, list[i].Outcome
			k.organization, k.value = list[i].Organization, list[i].Value
			k.joined = list[i].ExternalKey == nil || *list[i].ExternalKey != key
		}
		for _, a := range attributes[r.Enquiry] {
			k.attributes[a.Field] = a.Text
		}
		out[key] = k
	}
	return out, nil
}

// Joined tells that the key came with a row that joined the enquiry of another key.
func (k Known) Joined() bool { return k.joined }

// Differs tells whether a change brings anything new. What the change leaves out stays; a merged row changes nothing, else two rows
// of one person would overwrite each other with every import.
func (k Known) Differs(in UpdateImportedInput) bool { return !k.joined && len(k.fields(in)) > 0 }

func (k Known) fields(in UpdateImportedInput) []string {
	var out []string
	if !in.ChannelID.IsNone() && in.ChannelID != k.channel {
		out = append(out, "channel")
	}
	if !in.CourseID.IsNone() && in.CourseID != k.course {
		out = append(out, "course")
	}
	if in.Import != nil && (in.Import.Outcome == "signed" || in.Import.Outcome == "lost") && in.Import.Outcome != k.outcome {
		out = append(out, "outcome")
	}
	if !in.OrganizationID.IsNone() && in.OrganizationID != k.organization {
		out = append(out, "organization")
	}
	if in.Value != 0 && in.Value != k.value {
		out = append(out, "value")
	}
	for _, a := range in.Attributes {
		if k.attributes[a.Field] != a.Text {
			out = append(out, a.Field)
		}
	}
	return out
}

// UpdateImported changes an enquiry by a further row of its key (contract.md, import "Updated").
var UpdateImported = op.Op[UpdateImportedInput, Answer]{
	Name: "sales.update-imported", Rule: "ROL-1", Needs: "enquiry:import", Fact: facts.EnquiryUpdated{}, Do: updateImported,
	Subject: func(in UpdateImportedInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// UpdateImportedInput is what the row says; what it leaves out stays.
type UpdateImportedInput struct {
	EnquiryID      id.ID                 `json:"enquiry_id"`
	ChannelID      id.ID                 `json:"channel_id,omitempty"`
	CourseID       id.ID                 `json:"course_id,omitempty"`
	Attributes     []people.Attribute    `json:"attributes,omitempty"`
	OrganizationID id.ID                 `json:"organization_id,omitempty"`
	Value          money.Fen             `json:"value_fen,omitempty"`
	Person         *people.RegisterInput `json:"-"`
	Import         *Imported             `json:"-"`
}

func updateImported(ctx context.Context, tx *op.Tx, in UpdateImportedInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	attributes, err := people.Attributes(ctx, tx, []id.ID{e.ID})
	if err != nil {
		return Answer{}, err
	}
	k := Known{channel: e.Channel, course: e.Course, outcome: e.Outcome, organization: e.Organization, value: e.Value, attributes: map[string]string{}}
	for _, a := range attributes[e.ID] {
		k.attributes[a.Field] = a.Text
	}
	fields := k.fields(in)
	if len(fields) == 0 {
		return Answer{}, problem.Refuse("ROL-1", "nothing-new", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	was := e
	if !in.ChannelID.IsNone() {
		e.Channel = in.ChannelID
	}
	if !in.CourseID.IsNone() {
		e.Course = in.CourseID
	}
	if err := e.nameImported(ctx, tx, in); err != nil {
		return Answer{}, err
	}
	if err := people.SetAttributes(ctx, tx, e.ID, in.Attributes); err != nil {
		return Answer{}, err
	}
	f := facts.EnquiryUpdated{Matter: e.matter(), Fields: fields, Named: e.named(was)}
	if e.Stage.Open() { // contracts and payments keep what held when they were made
		f.Turn = e.turned(was)
	}
	if in.Import != nil && slices.Contains(fields, "outcome") {
		f.Outcome = in.Import.Outcome
	}
	if f.Outcome == "lost" && e.after(f) == Lost {
		if f.Ends, err = endOpen(ctx, tx, e); err != nil {
			return Answer{}, err
		}
	}
	if err := move(ctx, tx, &e, e.after(f), "channel", "course", "organization", "worth"); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// MergeLead keeps a row about somebody who is known: as a further source record of the open enquiry, or of the newest one
// (MKT-11: nothing is dropped).
var MergeLead = op.Op[EnterInput, Answer]{
	Name: "sales.merge-lead", Rule: "MKT-11", Needs: "enquiry:import", Fact: facts.LeadMerged{}, Do: mergeLead,
}

func mergeLead(ctx context.Context, tx *op.Tx, in EnterInput) (Answer, error) {
	var list []Enquiry
	err := tx.Unscoped("a source record joins the person's matter, wherever it lies").Select(&list).Where("person = ?", in.PersonID).
		Order("CASE WHEN outcome = 'open' THEN 0 ELSE 1 END, id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return Answer{}, err
	}
	if len(list) == 0 {
		return Answer{}, problem.Refuse("MKT-11", "no-matter", problem.Field{Location: "person_id", Value: in.PersonID})
	}
	e := list[0]
	lead, err := marketing.RecordLead(ctx, tx, marketing.Lead{Enquiry: e.ID, Person: e.Person, Channel: in.ChannelID, Campaign: in.CampaignID, Center: e.Center, Source: in.Source, ExternalKey: in.ExternalKey, Row: in.row()})
	if err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.LeadMerged{Matter: e.matter(), Lead: lead})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

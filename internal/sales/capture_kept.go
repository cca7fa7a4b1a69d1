package sales

import (
	"context"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// formChannels are the ways to contact somebody that the text of the form names.
var formChannels = []string{"sms", "call"}

// consented keeps the consent of a submission as one of its person, or of the guardian whom it names for a minor (PPL-9). Not kept are one
// without the guardian of somebody who is a minor by the records, and a guardian's for who is of age by them: they stay with the submission.
func consented(ctx context.Context, tx *op.Tx, s marketing.Submission) error {
	p, err := people.ByID(ctx, tx, s.Person)
	if err != nil {
		return err
	}
	minor, err := people.ConsentBy(ctx, tx, p)
	if err != nil {
		return err
	}
	guardian := id.None
	if s.Minor && (minor || p.Birth.IsZero()) {
		if guardian, err = submittedGuardian(ctx, tx, p, s); err != nil {
			return err
		}
	}
	if s.ConsentBy == "" || s.Minor && guardian.IsNone() || !s.Minor && minor {
		return nil
	}
	day := bizdate.Of(s.ConsentAt, tx.Zone(p.Center))
	for _, channel := range formChannels {
		in := people.ConsentInput{PersonID: p.ID, Purpose: "marketing", Channel: channel, Source: "form", Day: day, GuardianID: guardian}
		if _, err := people.GiveConsent.In(ctx, tx, in); err != nil {
			return err
		}
	}
	return nil
}

// submittedGuardian is the guardian whom a submission names: one of the minor's, somebody who is known by name and phone, or somebody who is
// entered with it. None where the form names the learner again. A guardian of whom no more is known than a surname has no number of the own: by it every
// child of the name would be taken for the guardian (PPL-4).
func submittedGuardian(ctx context.Context, tx *op.Tx, p people.Person, s marketing.Submission) (id.ID, error) {
	if s.Guardian == "" || s.Guardian == p.Name {
		return id.None, nil
	}
	in := people.LinkGuardianInput{PersonID: p.ID, Relation: "other"}
	family, err := people.Relatives(ctx, tx, p)
	if err != nil {
		return id.None, err
	}
	i := slices.IndexFunc(family, func(r people.Relative) bool { return r.Guards() && r.Name == s.Guardian })
	if i >= 0 {
		return family[i].ID, nil
	}
	if in.GuardianID, err = people.GuardianNamed(ctx, tx, p.ID, s.Guardian, s.Phone); err != nil {
		return id.None, err
	}
	if in.GuardianID.IsNone() {
		reg := people.RegisterInput{Name: s.Guardian, Lang: s.Lang, CenterID: p.Center, Matter: true}
		if !people.SureDuplicate(s.Guardian, p.Name) {
			reg.Phones = []people.ContactInput{{Value: s.Phone}}
		}
		g, err := people.Register.In(ctx, tx, reg)
		if err != nil {
			return id.None, err
		}
		in.GuardianID = g.ID
	}
	_, err = people.LinkGuardian.In(ctx, tx, in)
	return in.GuardianID, err
}

// joined keeps that somebody wrote again as a contact on the open enquiry, with the words of the form; the owner calls back today (PPL-12).
func joined(ctx context.Context, tx *op.Tx, e Enquiry, p marketing.CapturePoint, s *marketing.Submission) error {
	if err := joinedReferrer(ctx, tx, p, s.Recommender, e); err != nil {
		return err
	}
	if _, err := AddLead.In(ctx, tx, AddLeadInput{EnquiryID: e.ID, ChannelID: p.Channel, CampaignID: p.Campaign, Source: p.Name, Submitted: s}); err != nil {
		return err
	}
	_, err := people.RecordTouch.In(ctx, tx, people.TouchInput{
		EnquiryID: e.ID, Direction: "in", Note: s.Said, NextStep: "call-back", NextDay: tx.Today(e.Center), Submitted: true,
	})
	return err
}

// keeperOf is who hears of what came by a point besides the owner of the enquiry: whose point it is; for a point of no center else the owner of its campaign.
// None: nobody, or nobody who still works here.
func keeperOf(ctx context.Context, tx *op.Tx, p marketing.CapturePoint, s marketing.Submission) (id.ID, error) {
	works := func(staff id.ID) bool {
		m, ok := organization.Of(tx).Staff(staff)
		return ok && m.Active
	}
	if works(p.Staff) {
		return p.Staff, nil
	}
	if !p.Center.IsNone() || s.Campaign.IsNone() {
		return id.None, nil
	}
	owner, err := marketing.OwnerOf(ctx, tx, s.Campaign)
	if err != nil || !works(owner) {
		return id.None, err
	}
	return owner, nil
}

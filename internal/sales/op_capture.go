package sales

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// EnterSubmissionInput names a submission that waits.
type EnterSubmissionInput struct {
	SubmissionID id.ID `json:"submission_id" path:"id"`
}

// EnterSubmission makes a lead of a submission (MKT-11). Somebody who is known for sure gets a further source record and a touch on the open enquiry, or a new enquiry; all
// others are entered. Its consent is kept as the person's or the guardian's, who is linked to a minor (PPL-9). What a rule refuses is kept as rejected, with the code of the refusal. Refused: submission-settled.
var EnterSubmission = op.Op[EnterSubmissionInput, marketing.SubmissionAnswer]{
	Name: "sales.enter-submission", Rule: "MKT-11", Needs: "submission:enter", Fact: facts.SubmissionEntered{}, Do: enterSubmission, Refused: submissionRefused,
	Subject: func(in EnterSubmissionInput) op.Ref { return op.Ref{Kind: "submission", ID: in.SubmissionID} },
}

// submissionRefused keeps why no lead could be made.
func submissionRefused(ctx context.Context, r *op.Runner, in EnterSubmissionInput, p *problem.Problem) error {
	if p.Code == "submission-settled" || !byRule(p) {
		return nil // another was first, or it is tried again
	}
	reason := p.Code
	if len(p.Fields) > 0 && p.Fields[0].Code != "" {
		reason = p.Fields[0].Code
	}
	_, err := marketing.RejectSubmission.Run(ctx, r, marketing.RejectInput{SubmissionID: in.SubmissionID, Reason: reason})
	return err
}

// byRule tells whether a rule or the process refused, for good, rather than the machine, for now.
func byRule(p *problem.Problem) bool { return p.Status == 422 || p.Status == 409 }

func enterSubmission(ctx context.Context, tx *op.Tx, in EnterSubmissionInput) (out marketing.SubmissionAnswer, err error) {
	s, err := marketing.WaitingSubmission(ctx, tx, in.SubmissionID)
	if err != nil {
		return out, err
	}
	p, err := marketing.PointOfSubmission(ctx, tx, s)
	if err != nil {
		return out, err
	}
	known, open, err := knownSubmitter(ctx, tx, s)
	if err != nil {
		return out, err
	}
	f := facts.SubmissionEntered{Person: known, Joined: !open.ID.IsNone(), PointName: p.Name}
	if f.Joined {
		s.Person, s.Enquiry, f.Consultant = open.Person, open.ID, open.Consultant
		err = joined(ctx, tx, open, p, &s)
	} else {
		f.Consultant, err = begun(ctx, tx, p, &s, known)
	}
	if err != nil {
		return out, err
	}
	if err := consented(ctx, tx, s); err != nil {
		return out, err
	}
	if f.SubmissionAbout, err = marketing.SettleSubmission(ctx, tx, s); err != nil {
		return out, err
	}
	if f.Keeper, err = keeperOf(ctx, tx, p, s); err != nil {
		return out, err
	}
	f.Person, f.Enquiry, f.Lead = s.Person, s.Enquiry, s.Lead
	tx.Record(s.ID, f)
	return marketing.SubmissionAnswer{ID: s.ID, State: marketing.SubmissionEntered, Enquiry: s.Enquiry, Lead: s.Lead}, nil
}

// begun enters the enquiry that a submission begins, and gives who has it.
func begun(ctx context.Context, tx *op.Tx, p marketing.CapturePoint, s *marketing.Submission, known id.ID) (consultant id.ID, err error) {
	enter := submitted(organization.Of(tx), p, s, known)
	if enter.ReferrerID, err = referrerOf(ctx, tx, p, s.Recommender, known); err != nil {
		return id.None, err
	}
	e, err := Enter.In(ctx, tx, enter)
	s.Person, s.Enquiry = e.PersonID, e.ID
	return e.Consultant, err
}

// submitted is the enquiry that a submission becomes: of a known person, or of one who is entered with it.
func submitted(dir *organization.Directory, p marketing.CapturePoint, s *marketing.Submission, known id.ID) EnterInput {
	in := EnterInput{PersonID: known, CenterID: p.Center, ChannelID: p.Channel, CampaignID: p.Campaign, Lang: s.Lang, Source: p.Name, Submitted: s}
	if !p.Staff.IsNone() && !p.Center.IsNone() && isConsultant(dir, p.Staff, p.Center) {
		in.ConsultantID = p.Staff
	}
	if known.IsNone() {
		in.Person = &people.RegisterInput{Name: s.Name, Lang: s.Lang, CenterID: p.Center, Phones: []people.ContactInput{{Value: s.Phone}}}
	}
	return in
}

// joinedReferrer names who recommends by a submission or its point on the open enquiry that it joins, where nobody is named yet (MKT-12).
func joinedReferrer(ctx context.Context, tx *op.Tx, p marketing.CapturePoint, recommender id.ID, open Enquiry) error {
	referrer, err := referrerOf(ctx, tx, p, recommender, open.Person)
	if err != nil || referrer.IsNone() || !open.Referrer.IsNone() || referrer == open.Person {
		return err
	}
	_, err = ChangeEnquiry.In(ctx, tx, ChangeEnquiryInput{EnquiryID: open.ID, ReferrerID: &referrer})
	return err
}

// referrerOf is whom the review of a submission named (MKT-12), refused where it cannot be; else who recommends by the point: nobody for a submission of its
// own or of somebody who brought it, and for an organization, so that the lead is kept.
func referrerOf(ctx context.Context, tx *op.Tx, p marketing.CapturePoint, named, known id.ID) (id.ID, error) {
	if !named.IsNone() {
		return named, checkReferrer(ctx, tx, known, named)
	}
	circle, err := closesCircle(ctx, tx, known, p.Referrer)
	if err != nil || circle {
		return id.None, err
	}
	if err := referrerSeen(ctx, tx, p.Referrer); err != nil {
		if _, refused := problem.As(err); refused {
			return id.None, nil
		}
		return id.None, err
	}
	return p.Referrer, nil
}

// knownSubmitter finds who a submission is of, if that is sure, and the open enquiry that it joins: at the point's center, anywhere for a point of none.
func knownSubmitter(ctx context.Context, tx *op.Tx, s marketing.Submission) (known id.ID, open Enquiry, err error) {
	list, err := people.Duplicates(ctx, tx, people.Candidate{Name: s.Name, Phones: []string{s.Phone}})
	if err != nil {
		return known, open, err
	}
	named := slices.ContainsFunc(list, func(d people.Duplicate) bool { return d.Sure && d.Name == s.Name }) // rather than a parent of whom the surname is known
	list = slices.DeleteFunc(list, func(d people.Duplicate) bool { return !d.Sure || named && d.Name != s.Name })
	if len(list) == 0 {
		return known, open, nil
	}
	persons := make([]id.ID, len(list))
	for i, d := range list {
		persons[i] = d.ID
	}
	var enquiries []Enquiry
	q := tx.Unscoped("a source record joins the person's matter, wherever it lies").Select(&enquiries)
	if s.Center.IsNone() {
		q = q.Where("person IN (?) AND outcome = 'open'", persons)
	} else {
		q = q.Where("person IN (?) AND outcome = 'open' AND (center = ? OR center IS NULL)", persons, s.Center)
	}
	if err := q.Order("id DESC").Limit(1).Scan(ctx); err != nil {
		return known, open, fmt.Errorf("look for open enquiries: %w", err)
	}
	if len(enquiries) > 0 {
		return enquiries[0].Person, enquiries[0], nil
	}
	return persons[0], open, nil
}

// EnterSubmissions makes leads of the submissions that wait: those whose door was stopped in between. A job runs it every few seconds; what fails stays for the next time.
func EnterSubmissions(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	ids, err := dueIDs(ctx, r, "SELECT id FROM submissions WHERE state = 'waiting' ORDER BY received_at LIMIT ?", func(*op.Tx) []any { return []any{dueAtOnce} })
	if err != nil {
		return err
	}
	var failed []error
	for _, key := range ids {
		_, err := EnterSubmission.Run(ctx, r, EnterSubmissionInput{SubmissionID: key})
		if p, refused := problem.As(err); err != nil && (!refused || !byRule(p)) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

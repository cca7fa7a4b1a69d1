package marketing

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ReceiveInput is what came to a capture point, with what its door found out about it.
type ReceiveInput struct {
	PointID   id.ID             `json:"point_id"`
	Name      string            `json:"name"`
	Phone     string            `json:"phone"`
	Minor     bool              `json:"minor,omitempty" doc:"the learner is not of age: the guardian consents"`
	Guardian  string            `json:"guardian,omitempty"`
	Said      string            `json:"said,omitempty"`
	Consent   bool              `json:"consent"`
	Trap      string            `json:"trap,omitempty" doc:"a field that people do not see"`
	Lang      string            `json:"lang,omitempty"`
	UTM       map[string]string `json:"utm,omitempty"`
	Referrer  string            `json:"referrer,omitempty"`
	Address   string            `json:"address,omitempty" doc:"a digest of the sender's address"`
	Challenge string            `json:"challenge,omitempty"`
	Proven    bool              `json:"proven,omitempty" doc:"the proof of work holds"`
}

// Received says what became of it.
type Received struct {
	ID     id.ID  `json:"id"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	Repeat bool   `json:"repeat,omitempty"` // it was here before, and counts once
}

// ReceiveSubmission keeps what was submitted, taken or not (MKT-11): what is refused is kept with its reason, what was sent before is counted on it. Of what
// is too long the beginning is kept, and it is said which fields that are. Its
// door answers after the commit, so that nothing which was acknowledged is lost. Refused: an unknown point.
var ReceiveSubmission = op.Op[ReceiveInput, Received]{
	Name: "marketing.receive-submission", Rule: "MKT-11", Needs: "submission:receive", Fact: facts.SubmissionReceived{}, Do: receive,
}

func receive(ctx context.Context, tx *op.Tx, in ReceiveInput) (Received, error) {
	p, err := pointOf(ctx, tx, in.PointID)
	if err != nil {
		return Received{}, err
	}
	in = in.tidy()
	bad := in.Wrong()
	was, found, err := sameBefore(ctx, tx, in)
	if err != nil {
		return Received{}, err
	}
	if found && was.State != SubmissionRejected {
		return again(ctx, tx, was)
	}
	before, err := seenBefore(ctx, tx, in)
	if err != nil {
		return Received{}, err
	}
	reason := p.verdict(in, before, bad)
	if found && was.Reason == reason {
		return again(ctx, tx, was)
	}
	if reason == ReasonFlood && before.Flood >= mostKept {
		last, found, err := lastOfFlood(ctx, tx, in)
		if err != nil {
			return Received{}, err
		}
		if found {
			return again(ctx, tx, last)
		}
	}
	return keepSubmission(ctx, tx, p, in, reason, bad)
}

func keepSubmission(ctx context.Context, tx *op.Tx, p CapturePoint, in ReceiveInput, reason string, bad problem.Invalid) (Received, error) {
	digest := in.digest()
	in, begun := in.kept()
	s := Submission{
		ID: tx.NewID(), Point: p.ID, Center: p.Center, Campaign: p.Campaign, State: SubmissionWaiting, Reason: reason, Name: in.Name, Phone: in.Phone, Minor: in.Minor, Guardian: in.Guardian, Said: in.Said,
		Lang: in.Lang, UTM: in.UTM, Referrer: in.Referrer, Address: in.Address, Cut: strings.Join(begun, " "), Digest: digest, Challenge: in.Challenge, Times: 1, Received: tx.Now,
	}
	if reason != "" {
		s.State, s.Settled = SubmissionRejected, tx.Now
	}
	if reason == ReasonIncomplete || reason == ReasonTooLong {
		s.Detail = locations(bad)
	}
	if in.Consent {
		s.ConsentBy, s.ConsentAt = "self", tx.Now
		if in.Minor {
			s.ConsentBy = "guardian"
		}
	}
	if err := tx.Insert(ctx, s); err != nil {
		return Received{}, err
	}
	tx.Record(s.ID, facts.SubmissionReceived{SubmissionAbout: s.fact(), State: s.State, Reason: s.Reason, Times: 1})
	return Received{ID: s.ID, State: s.State, Reason: s.Reason}, nil
}

// again counts a submission on the one that it repeats.
func again(ctx context.Context, tx *op.Tx, s Submission) (Received, error) {
	s.Times++
	if err := tx.Save(ctx, &s, "times"); err != nil {
		return Received{}, err
	}
	tx.Record(s.ID, facts.SubmissionReceived{SubmissionAbout: s.fact(), State: s.State, Reason: s.Reason, Times: s.Times})
	return Received{ID: s.ID, State: s.State, Reason: s.Reason, Repeat: true}, nil
}

// sameBefore finds the submission that one repeats.
func sameBefore(ctx context.Context, tx *op.Tx, in ReceiveInput) (Submission, bool, error) {
	return oneOf(ctx, tx, "point = ? AND digest = ? AND received_at > ?", in.PointID, in.digest(), tx.Now.Add(-sameSpan))
}

// lastOfFlood finds the latest submission that was refused as one of a flood.
func lastOfFlood(ctx context.Context, tx *op.Tx, in ReceiveInput) (Submission, bool, error) {
	return oneOf(ctx, tx, "point = ? AND reason = ? AND received_at > ?", in.PointID, ReasonFlood, tx.Now.Add(-floodSpan))
}

func oneOf(ctx context.Context, tx *op.Tx, where string, args ...any) (s Submission, found bool, err error) {
	var list []Submission
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&list).Where(where, args...).Order("CASE WHEN state = 'rejected' THEN 1 ELSE 0 END, id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return s, false, fmt.Errorf("look for submissions: %w", err)
	}
	if len(list) == 0 {
		return s, false, nil
	}
	return list[0], true, nil
}

func seenBefore(ctx context.Context, tx *op.Tx, in ReceiveInput) (seen, error) {
	since := tx.Now.Add(-floodSpan)
	s, err := op.OneOf[seen](ctx, tx.Unscoped("the rule decides, nobody reads it"), `SELECT (SELECT COUNT(*) FROM submissions s WHERE s.address = ? AND s.address <> '' AND s.received_at > ?) AS by_address,
		(SELECT COUNT(*) FROM submissions s WHERE s.point = ? AND s.received_at > ?) AS by_point,
		(SELECT COUNT(*) FROM submissions s WHERE s.point = ? AND s.received_at > ? AND s.reason = ?) AS flood,
		(SELECT COUNT(*) FROM submissions s WHERE s.challenge = ? AND s.challenge <> '' AND s.state <> 'rejected') AS used`,
		in.Address, since, in.PointID, since, in.PointID, since, ReasonFlood, in.Challenge)
	if err != nil {
		return s, fmt.Errorf("count submissions: %w", err)
	}
	return s, nil
}

// RejectInput says why no lead can be made of a submission.
type RejectInput struct {
	SubmissionID id.ID  `json:"submission_id" path:"id"`
	Reason       string `json:"reason" maxLength:"100"`
}

// SubmissionAnswer says where a submission stands.
type SubmissionAnswer struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Enquiry id.ID  `json:"enquiry_id,omitzero"`
	Lead    id.ID  `json:"lead_id,omitzero"`
}

// RejectSubmission keeps why a waiting submission could not become a lead; it stays readable (MKT-11). Refused: submission-settled.
var RejectSubmission = op.Op[RejectInput, SubmissionAnswer]{
	Name: "marketing.reject-submission", Rule: "MKT-11", Needs: "submission:reject", Fact: facts.SubmissionRejected{}, Do: rejectSubmission,
	Subject: func(in RejectInput) op.Ref { return op.Ref{Kind: "submission", ID: in.SubmissionID} },
}

func rejectSubmission(ctx context.Context, tx *op.Tx, in RejectInput) (SubmissionAnswer, error) {
	s, err := WaitingSubmission(ctx, tx, in.SubmissionID)
	if err != nil {
		return SubmissionAnswer{}, err
	}
	s.State, s.Reason, s.Settled = SubmissionRejected, in.Reason, tx.Now
	if err := tx.Save(ctx, &s, "state", "reason", "settled_at"); err != nil {
		return SubmissionAnswer{}, err
	}
	tx.Record(s.ID, facts.SubmissionRejected{SubmissionAbout: s.fact(), Reason: s.Reason})
	return SubmissionAnswer{ID: s.ID, State: s.State}, nil
}

// WaitingSubmission gives a submission that has not become a lead yet. Refused: submission-settled.
func WaitingSubmission(ctx context.Context, tx *op.Tx, key id.ID) (s Submission, err error) {
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&s).Where("id = ?", key).Scan(ctx)
	if err != nil {
		return s, problem.Found(err, "submission")
	}
	if s.State != SubmissionWaiting {
		return s, problem.Refuse("MKT-11", "submission-settled", problem.Field{Location: "submission_id", Value: key})
	}
	return s, nil
}

// PointOfSubmission gives the point with what holds for its lead now: a campaign that is over, or not approved any more, is left out, since its flyers lie
// around longer than it runs, and nothing submitted is dropped (MKT-2, MKT-11).
func PointOfSubmission(ctx context.Context, tx *op.Tx, s Submission) (CapturePoint, error) {
	p, err := pointOf(ctx, tx, s.Point)
	if err != nil || p.Campaign.IsNone() {
		return p, err
	}
	_, err = Bookable(ctx, tx, p.Campaign, p.Center, "campaign_id")
	if _, refused := problem.As(err); refused {
		p.Campaign, err = id.None, nil
	}
	return p, err
}

// OwnerOf gives whose a campaign is.
func OwnerOf(ctx context.Context, tx *op.Tx, campaign id.ID) (owner id.ID, err error) {
	if err := tx.QueryRow(ctx, "SELECT owner FROM campaigns WHERE id = ?", []any{campaign}, &owner); err != nil {
		return owner, fmt.Errorf("read owner of campaign: %w", err)
	}
	return owner, nil
}

// SettleSubmission keeps what a submission became, within the operation that enters its lead.
func SettleSubmission(ctx context.Context, tx *op.Tx, s Submission) (facts.SubmissionAbout, error) {
	s.State, s.Settled = SubmissionEntered, tx.Now
	return s.fact(), tx.Save(ctx, &s, "state", "person", "enquiry", "lead", "settled_at")
}

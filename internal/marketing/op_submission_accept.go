package marketing

import (
	"context"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

// AcceptInput says why a rejected submission is taken all the same, and who recommended the school to whom it is of.
type AcceptInput struct {
	SubmissionID id.ID  `json:"submission_id" path:"id"`
	Reason       string `json:"reason" maxLength:"500"`
	ReferrerID   id.ID  `json:"referrer_id,omitempty" doc:"a person who recommended the school (MKT-12); if left out, who recommends by the capture point"`
}

// AcceptSubmission takes a submission that was rejected wrongly (MKT-11): it waits for its lead again, which the program enters as that of any other, with
// consent and notice. Refused: no reason, submission-settled where it is none that was rejected, submission-unusable without a name or a phone.
// A referrer who cannot be one, the submitter or an organization, is found when the lead is entered: it is rejected again for that reason, and taken with another (MKT-12).
var AcceptSubmission = op.Op[AcceptInput, SubmissionAnswer]{
	Name: "marketing.accept-submission", Rule: "MKT-11", Needs: "submission:accept", Fact: facts.SubmissionAccepted{}, Do: acceptSubmission,
	Subjects: func(in AcceptInput) []op.Ref {
		refs := []op.Ref{{Kind: "submission", ID: in.SubmissionID}}
		if !in.ReferrerID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: in.ReferrerID})
		}
		return refs
	},
}

func acceptSubmission(ctx context.Context, tx *op.Tx, in AcceptInput) (SubmissionAnswer, error) {
	s, err := SubmissionByID(ctx, tx, in.SubmissionID)
	if err != nil {
		return SubmissionAnswer{}, err
	}
	if s.State != SubmissionRejected {
		return SubmissionAnswer{}, problem.Refuse("MKT-11", "submission-settled", problem.Field{Location: "submission_id", Value: s.ID})
	}
	if s.AcceptedWhy = strings.TrimSpace(in.Reason); s.AcceptedWhy == "" {
		return SubmissionAnswer{}, problem.Refuse("MKT-11", "invalid", problem.Field{Location: "reason", Code: "required"})
	}
	number, err := s.number(ctx, tx)
	if err != nil {
		return SubmissionAnswer{}, err
	}
	if _, err := phone.Parse(number, phone.China); s.Name == "" || err != nil {
		return SubmissionAnswer{}, problem.Refuse("MKT-11", "submission-unusable", problem.Field{Location: "submission_id", Value: s.ID})
	}
	s.State, s.Settled, s.Recommender = SubmissionWaiting, time.Time{}, in.ReferrerID
	if err := tx.Save(ctx, &s, "state", "accepted_why", "settled_at", "recommended_by"); err != nil {
		return SubmissionAnswer{}, err
	}
	tx.Record(s.ID, facts.SubmissionAccepted{SubmissionAbout: s.fact(), Was: s.Reason, Reason: s.AcceptedWhy, Referrer: s.Recommender})
	return SubmissionAnswer{ID: s.ID, State: s.State}, nil
}

// number is the phone as it was sent, which the viewer may see masked only.
func (s Submission) number(ctx context.Context, tx *op.Tx) (string, error) {
	return op.OneOf[string](ctx, tx.Unscoped("the rule looks whether it is a number, nobody reads it"), "SELECT phone FROM submissions WHERE id = ?", s.ID)
}

// SubmissionByID gives a submission in scope.
func SubmissionByID(ctx context.Context, tx *op.Tx, key id.ID) (s Submission, err error) {
	err = tx.Select(&s).Where("id = ?", key).Scan(ctx)
	return s, problem.Found(err, "submission")
}

package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Anonymize carries out an approved request: who the person was cannot be told any more, what was counted and booked stays (PPL-11). It
// cannot be undone. A job runs it; the rows of all domains follow, see Requests. Refused: request-not-approved, and what stands in the way.
var Anonymize = op.Op[RequestRef, Answer]{
	Name: "people.anonymize", Rule: "PPL-11", Needs: "person:anonymize", Fact: facts.PersonAnonymized{}, Subject: RequestRef.ref, Do: anonymize,
}

// anonymousName is what a person is called who is none any more, in every language.
const anonymousName = "***"

func anonymize(ctx context.Context, tx *op.Tx, in RequestRef) (Answer, error) {
	r, err := loadRequest(ctx, tx, in.RequestID)
	if err != nil {
		return Answer{}, err
	}
	if r.State != RequestApproved || r.Kind != RequestAnonymize {
		return Answer{}, notApproved(r)
	}
	if err := tx.Lock(ctx, "persons", r.Person); err != nil {
		return Answer{}, fmt.Errorf("lock person: %w", err)
	}
	p, err := ByID(ctx, tx, r.Person)
	if err != nil {
		return Answer{}, err
	}
	if !p.Anonymized.IsZero() {
		return Answer{}, isAnonymous(p.ID)
	}
	merged, err := mergedInto(ctx, tx, p.ID)
	if err != nil {
		return Answer{}, err
	}
	if err := r.finish(ctx, tx); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.PersonAnonymized{DataRequest: r.fact(), Merged: merged})
	return r.answer(), nil
}

// forget takes from a person's row what tells who it was, and destroys its key: the old values beside its events can be read by nobody
// (TRU-24).
func forget(ctx context.Context, tx *op.Tx, person id.ID) error {
	v, err := vaultOf(tx)
	if err != nil {
		return err
	}
	if err := v.Forget(ctx, tx.Tx, person); err != nil {
		return err //nolint:wrapcheck // it says what it was about
	}
	row, terms := Person{Name: anonymousName}.row(nil)
	_, err = tx.Exec(ctx, `UPDATE persons SET name = ?, name_latin = '', pinyin = '', gender = '', birth = 0, district = '', external_key = '', household = NULL,
		name_terms = ?, phone_digits = '', anonymized_at = ?, version = version + 1 WHERE id = ?`, anonymousName, row.NameTerms, tx.Now, person)
	if err != nil {
		return fmt.Errorf("anonymize person: %w", err)
	}
	return saveTerms(ctx, tx, person, terms)
}

// carriedOutAtOnce is how many approved requests a run of the job takes.
const carriedOutAtOnce = 200

// CarryOut anonymizes those whose requests were approved. A job runs it every minute; what something stands in the way of waits.
func CarryOut(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var list []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT id FROM data_requests WHERE state = 'approved' AND kind = 'anonymize' ORDER BY decided_at, id LIMIT ?", carriedOutAtOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for approved requests: %w", err)
	}
	for _, key := range list {
		if _, err := Anonymize.Run(ctx, r, RequestRef{RequestID: key}); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	return nil
}

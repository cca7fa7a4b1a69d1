package sales

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// referred says that another person, or nobody, is named as who recommended from now on; nil where that did not change.
func (e Enquiry) referred(was Enquiry) *facts.Referral {
	if e.Referrer == was.Referrer {
		return nil
	}
	return &facts.Referral{Referrer: e.Referrer, Was: was.Referrer}
}

// referrerSeen refuses a referrer whom the viewer does not see, or who is an organization (MKT-12).
func referrerSeen(ctx context.Context, tx *op.Tx, referrer id.ID) error {
	if referrer.IsNone() {
		return nil
	}
	_, err := people.ByID(ctx, tx, referrer)
	if p, ok := problem.As(err); ok && p.Status < 500 {
		return problem.Refuse("MKT-12", "invalid", problem.Field{Location: "referrer_id", Code: "unknown", Value: referrer})
	}
	if err != nil {
		return err
	}
	return people.Human(ctx, tx, "referrer_id", referrer)
}

// checkReferrer refuses who cannot be the referrer of a person (MKT-12).
func checkReferrer(ctx context.Context, tx *op.Tx, person, referrer id.ID) error {
	if err := referrerSeen(ctx, tx, referrer); err != nil {
		return err
	}
	return refuseCircle(ctx, tx, person, referrer)
}

// refuseCircle refuses oneself as referrer, and somebody whom the person brought, over however many others (MKT-12).
func refuseCircle(ctx context.Context, tx *op.Tx, person, referrer id.ID) error {
	var code string
	switch circle, err := closesCircle(ctx, tx, person, referrer); {
	case err != nil:
		return err
	case !referrer.IsNone() && person == referrer:
		code = "referrer-self"
	case circle:
		code = "referrer-circle"
	default:
		return nil
	}
	return problem.Refuse("MKT-12", "invalid", problem.Field{Location: "referrer_id", Code: code, Value: referrer})
}

// closesCircle tells whether a person brought, directly or over others, who is to be its referrer. Two namings at once that close a circle
// together read each other's rows: the database refuses one of them.
func closesCircle(ctx context.Context, tx *op.Tx, person, referrer id.ID) (bool, error) {
	if referrer.IsNone() {
		return false, nil
	}
	seen, next := map[id.ID]bool{}, []id.ID{referrer}
	for len(next) > 0 {
		if slices.Contains(next, person) {
			return true, nil
		}
		list, err := op.AllOf[id.ID](ctx, tx.Unscoped("it refuses a circle and names nobody of it"), "SELECT DISTINCT referrer FROM enquiries WHERE person IN (?) AND referrer IS NOT NULL", next)
		if err != nil {
			return false, fmt.Errorf("read referrers: %w", err)
		}
		next = nil
		for _, key := range list {
			if !seen[key] {
				seen[key] = true
				next = append(next, key)
			}
		}
	}
	return false, nil
}

// mergedReferrers withdraws the referrers that a merge made part of a circle: of somebody who is the same human being (MKT-12). It keeps who they were,
// for an undo of the merge.
func mergedReferrers(ctx context.Context, tx *op.Tx, m facts.PersonsMerged) error {
	var list []Enquiry
	err := tx.Unscoped("a merge is about all that belongs to the person").Select(&list).Where("person = ? AND referrer IS NOT NULL", m.Person).Order("id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("read referrers of merged person: %w", err)
	}
	for _, e := range list {
		circle, err := closesCircle(ctx, tx, m.Person, e.Referrer)
		if err != nil {
			return err
		}
		if !circle {
			continue
		}
		_, err = tx.Exec(ctx, `INSERT INTO withdrawn_referrers (id, merge, enquiry, referrer, gone) SELECT ?, ?, e.id, e.referrer,
			EXISTS (SELECT 1 FROM moved_rows r WHERE r.under = ? AND r.tab = 'enquiries' AND r.col = 'referrer' AND r.ref = e.id) FROM enquiries e WHERE e.id = ?`, tx.NewID(), m.Merge, m.Merge, e.ID)
		if err != nil {
			return fmt.Errorf("keep withdrawn referrer: %w", err)
		}
		if _, err := FollowMerge.ByProgram(ctx, tx, FollowMergeInput{EnquiryID: e.ID}); err != nil {
			return err
		}
	}
	return nil
}

// FollowMerge names another referrer of an enquiry, or nobody, as follows from a merge or its undo (MKT-12, PPL-5).
var FollowMerge = op.Op[FollowMergeInput, Answer]{
	Name: "sales.follow-merge", Rule: "MKT-12", Needs: "enquiry:note-breach", Fact: facts.EnquiryChanged{}, Do: followMerge,
	Subject: func(in FollowMergeInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// FollowMergeInput names the enquiry and who is its referrer from now on.
type FollowMergeInput struct {
	EnquiryID id.ID `json:"enquiry_id" path:"id"`
	Referrer  id.ID `json:"referrer_id,omitzero"`
}

func followMerge(ctx context.Context, tx *op.Tx, in FollowMergeInput) (Answer, error) {
	e, err := EnquiryByID(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	was := e
	e.Referrer = in.Referrer
	if err := tx.Save(ctx, &e, "referrer"); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.EnquiryChanged{Matter: e.matter(), Fields: []string{"referrer"}, Referral: e.referred(was)})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// unmergedReferrers names again whom a merge withdrew that is undone (PPL-5, MKT-12): where nobody was named since, and without a circle.
func unmergedReferrers(ctx context.Context, tx *op.Tx, m facts.PersonsUnmerged) error {
	type row struct {
		Enquiry  id.ID `db:"enquiry"`
		Referrer id.ID `db:"referrer"`
		Gone     bool  `db:"gone"`
	}
	u := tx.Unscoped("an undo is about all that the merge changed")
	list, err := op.AllOf[row](ctx, u, "SELECT enquiry, referrer, gone FROM withdrawn_referrers WHERE merge = ? ORDER BY enquiry", m.Merge)
	if err != nil {
		return fmt.Errorf("read withdrawn referrers: %w", err)
	}
	for _, r := range list {
		if r.Gone {
			r.Referrer = m.Gone
		}
		var e Enquiry
		if err := u.Select(&e).Where("id = ?", r.Enquiry).Scan(ctx); err != nil {
			return fmt.Errorf("read enquiry of unmerged person: %w", err)
		}
		circle, err := closesCircle(ctx, tx, e.Person, r.Referrer)
		if err != nil {
			return err
		}
		if circle || !e.Referrer.IsNone() {
			continue
		}
		if _, err := FollowMerge.ByProgram(ctx, tx, FollowMergeInput{EnquiryID: e.ID, Referrer: r.Referrer}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM withdrawn_referrers WHERE merge = ?", m.Merge); err != nil {
		return fmt.Errorf("forget withdrawn referrers: %w", err)
	}
	return nil
}

// referrerCircles: nobody brought who brought them (MKT-12).
var referrerCircles = check.Query{What: "person: circle of referrers", Text: `WITH RECURSIVE brought(who, by_whom) AS (
	SELECT person, referrer FROM enquiries WHERE referrer IS NOT NULL
	UNION SELECT b.who, e.referrer FROM brought b JOIN enquiries e ON e.person = b.by_whom AND e.referrer IS NOT NULL)
	SELECT who AS id, 1 AS got, 0 AS want FROM brought WHERE who = by_whom`}

// Referred lists the enquiries in scope that a person brought, the last one first (MKT-12).
func Referred(ctx context.Context, tx *op.Tx, person id.ID, limit int) (list []Enquiry, err error) {
	err = tx.Select(&list).Where("referrer = ?", person).Order("id DESC").Limit(limit).Scan(ctx)
	return list, err
}

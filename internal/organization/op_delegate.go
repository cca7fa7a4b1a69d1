package organization

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// Delegation lets a colleague approve in one's stead for a period (ORG-7).
type Delegation struct {
	ID      id.ID        `json:"id" db:"id"`
	Staff   id.ID        `json:"staff_id" db:"staff"`
	Deputy  id.ID        `json:"deputy_id" db:"deputy"`
	From    bizdate.Date `json:"from" db:"from_day"`
	Until   bizdate.Date `json:"until" db:"until_day"` // last day
	Active  bool         `json:"active" db:"active"`   // else ended before
	Version int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Delegation) TableName() string { return "delegations" }

// longestDelegation is for how many days one may delegate at once.
const longestDelegation = 92

// Delegate lets a colleague approve in one's stead (ORG-7). Refused: oneself, a period that is over, too long or not free.
var Delegate = op.Op[DelegateInput, Done]{
	Name: "organization.delegate", Rule: "ORG-7", Needs: "delegation:create", Fact: facts.DelegationGiven{}, Do: delegate, Undo: "organization.end-delegation",
	Subjects: func(in DelegateInput) []op.Ref { return []op.Ref{{Kind: "staff", ID: in.DeputyID}} },
}

// DelegateInput says who and when.
type DelegateInput struct {
	DeputyID id.ID        `json:"deputy_id"`
	From     bizdate.Date `json:"from,omitempty" doc:"today if left out"`
	Until    bizdate.Date `json:"until" doc:"last day"`
}

func delegate(ctx context.Context, tx *op.Tx, in DelegateInput) (Done, error) {
	today := tx.Today(tx.Viewer.Center)
	d := Delegation{ID: tx.NewID(), Staff: tx.Viewer.Staff, Deputy: in.DeputyID, From: in.From, Until: in.Until, Active: true}
	if d.From.IsZero() {
		d.From = today
	}
	var bad problem.Invalid
	if d.Staff.IsNone() || d.Staff == d.Deputy {
		bad.Add("deputy_id", "own-deputy", in.DeputyID)
	}
	if d.Until < d.From || d.Until < today {
		bad.Add("until", "before-from", d.Until)
	}
	if d.Until-d.From >= longestDelegation {
		bad.Add("until", "delegation-long", d.Until, "most", longestDelegation)
	}
	var n int64
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM delegations WHERE staff = ? AND active = TRUE AND from_day <= ? AND until_day >= ?", []any{d.Staff, int64(d.Until), int64(d.From)}, &n)
	if err != nil {
		return Done{}, fmt.Errorf("look for delegations: %w", err)
	}
	if n > 0 {
		bad.Add("from", "delegation-taken", d.From)
	}
	if err := bad.Err("ORG-7"); err != nil {
		return Done{}, err
	}
	if err := tx.Insert(ctx, d); err != nil {
		return Done{}, err
	}
	if err := endSessionsOf(ctx, tx, d.Deputy); err != nil {
		return Done{}, err
	}
	tx.Undoable(DelegationInput{DelegationID: d.ID})
	tx.Record(d.ID, facts.DelegationGiven{Delegation: d.ID, Staff: d.Staff, Deputy: d.Deputy, From: d.From, Until: d.Until})
	return Done{ID: d.ID}, changed(ctx, tx)
}

// EndDelegation takes it back at once (ORG-7). Refused: delegation-over.
var EndDelegation = op.Op[DelegationInput, Done]{
	Name: "organization.end-delegation", Rule: "ORG-7", Needs: "delegation:update", Fact: facts.DelegationEnded{}, Do: endDelegation,
	Subject: func(in DelegationInput) op.Ref { return op.Ref{Kind: "delegation", ID: in.DelegationID} },
}

// DelegationInput names a delegation.
type DelegationInput struct {
	DelegationID id.ID `json:"delegation_id" path:"id"`
}

func endDelegation(ctx context.Context, tx *op.Tx, in DelegationInput) (Done, error) {
	var d Delegation
	if err := problem.Found(tx.Select(&d).Where("id = ?", in.DelegationID).Scan(ctx), "delegation"); err != nil {
		return Done{}, err
	}
	if !d.Active || d.Until < tx.Today(tx.Viewer.Center) {
		return Done{}, problem.Refuse("ORG-7", "delegation-over", problem.Field{Location: "delegation_id", Value: d.ID})
	}
	d.Active = false
	if err := tx.Save(ctx, &d, "active"); err != nil {
		return Done{}, err
	}
	if err := endSessionsOf(ctx, tx, d.Deputy); err != nil {
		return Done{}, err
	}
	tx.Record(d.ID, facts.DelegationEnded{Delegation: d.ID, Staff: d.Staff, Deputy: d.Deputy})
	return Done{ID: d.ID}, changed(ctx, tx)
}

// ListDelegations lists those in scope, the latest first.
func ListDelegations(ctx context.Context, tx *op.Tx, r page.Request) (page.Page[Delegation], error) {
	return page.Read[Delegation](ctx, tx, "delegation", &page.Filter{}, page.Sorts{Usual: "-from", Columns: map[string]string{"from": "from_day"}}, r)
}

// Delegators lists in whose stead somebody approves today.
func (d *Directory) Delegators(deputy id.ID) (list []id.ID) {
	for _, g := range d.data.Load().delegations {
		if g.Deputy == deputy && g.on(d.today()) {
			list = append(list, g.Staff)
		}
	}
	return list
}

// Deputies lists who approves in somebody's stead today.
func (d *Directory) Deputies(staff id.ID) (list []id.ID) {
	for _, g := range d.data.Load().delegations {
		if g.Staff == staff && g.on(d.today()) {
			list = append(list, g.Deputy)
		}
	}
	return list
}

func (g Delegation) on(day bizdate.Date) bool { return g.From <= day && day <= g.Until }

func (d *Directory) today() bizdate.Date { return bizdate.Of(d.now(), d.Zone(id.None)) }

package process

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// ApprovalView chooses approvals.
type ApprovalView string

// The views of the inbox.
const (
	ToDecide ApprovalView = "decide" // those that wait for the viewer
	Mine     ApprovalView = "mine"   // those that the viewer asked for
	Decided  ApprovalView = "done"   // those of others that came to an end
	Any      ApprovalView = "all"    // all in scope
)

// ApprovalViews lists those that a page shows.
var ApprovalViews = []ApprovalView{ToDecide, Mine, Decided}

// ApprovalFilter chooses a part of a view.
type ApprovalFilter struct {
	View   ApprovalView
	After  id.ID // cursor: the last id of the page before
	Limit  int
	Offset int // rows to leave out, for pages by number (UI-L2)
}

// where is the condition of a view. What waits for the viewer is what others ask for, whose turn is one of the viewer's roles, so that
// nobody sees what a narrower limit covers, unless nobody decided it in time. As a deputy one has the roles of whom one stands in for as well,
// but for what that one asks for only one's own (ORG-7).
func (v ApprovalView) where(tx *op.Tx) (text string, args []any) {
	switch v {
	case Mine:
		return "staff = ?", []any{tx.Viewer.Staff}
	case Any:
		return "1 = 1", nil
	case Decided:
		return "staff <> ? AND state IN ('approved', 'rejected')", []any{tx.Viewer.Staff}
	case ToDecide:
	}
	if !tx.Viewer.May("approval:decide") {
		return "1 = 0", nil
	}
	var parts []string
	for _, who := range append([]id.ID{tx.Viewer.Staff}, organization.Of(tx).Delegators(tx.Viewer.Staff)...) {
		if roles := rolesOf(tx, who); len(roles) > 0 {
			parts, args = append(parts, "staff <> ? AND role IN (?)"), append(args, who, roles)
		}
	}
	if len(parts) == 0 {
		return "1 = 0", nil
	}
	return "staff <> ? AND state = 'open' AND (" + strings.Join(parts, " OR ") + ")", append([]any{tx.Viewer.Staff}, args...)
}

// rolesOf lists the roles that somebody holds today.
func rolesOf(tx *op.Tx, staff id.ID) (roles []string) {
	for _, p := range organization.Of(tx).Positions(staff) {
		if p.ValidOn(tx.Today(p.Center)) && !slices.Contains(roles, p.Role) {
			roles = append(roles, p.Role)
		}
	}
	return roles
}

// Approvals lists those of a view in scope: what waits by its deadline, the others newest first.
func Approvals(ctx context.Context, tx *op.Tx, f ApprovalFilter) ([]Approval, error) {
	var list []Approval
	text, args := f.View.where(tx)
	sel := tx.Select(&list).Where(text, args...).Limit(f.Limit).Offset(f.Offset)
	switch {
	case f.View == ToDecide && !f.After.IsNone():
		sel.Where("(due_at, id) > (SELECT due_at, id FROM approvals WHERE id = ?)", f.After)
	case !f.After.IsNone():
		sel.Where("id < ?", f.After)
	}
	if f.View == ToDecide {
		sel.Order("due_at, id")
	} else {
		sel.Order("id DESC")
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}
	return list, nil
}

// CountApprovals counts those of a view in scope.
func CountApprovals(ctx context.Context, tx *op.Tx, view ApprovalView) (int64, error) {
	text, args := view.where(tx)
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*) FROM approvals a WHERE {scope:approval a} AND "+text, args...)
	if err != nil {
		return 0, fmt.Errorf("count approvals: %w", err)
	}
	return n, nil
}

// ApprovalByID loads one in scope.
func ApprovalByID(ctx context.Context, tx *op.Tx, key id.ID) (Approval, error) {
	return loadApproval(ctx, tx, key)
}

// ApprovalOf gives the newest approval about a subject in scope; the zero value if there is none.
func ApprovalOf(ctx context.Context, tx *op.Tx, subject id.ID) (a Approval, err error) {
	var list []Approval
	if err := tx.Select(&list).Where("subject = ?", subject).Order("id DESC").Limit(1).Scan(ctx); err != nil {
		return a, fmt.Errorf("load approval of record: %w", err)
	}
	if len(list) > 0 {
		a = list[0]
	}
	return a, nil
}

// Similar lists how the newest ones of the same matter ended, in scope, by the same asker of any size and by others of half to double its size:
// what whoever decides looks back at.
func Similar(ctx context.Context, tx *op.Tx, a Approval, limit int) ([]Approval, error) {
	var list []Approval
	err := tx.Select(&list).Where("kind = ? AND (staff = ? OR size >= ? AND size <= ?) AND id <> ? AND state IN ('approved', 'rejected')", a.Matter, a.Staff, a.Size/2, 2*a.Size, a.ID).Order("id DESC").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list similar approvals: %w", err)
	}
	return list, nil
}

// Decidable tells whether the viewer may decide an approval now.
func Decidable(ctx context.Context, tx *op.Tx, a Approval) (bool, error) {
	if !tx.Viewer.May("approval:decide") {
		return false, nil
	}
	_, err := a.mayDecide(ctx, tx)
	if _, refused := problem.As(err); refused {
		return false, nil
	}
	return err == nil, err
}

// Limits lists up to which size each role decides which matter by itself.
func Limits(ctx context.Context, tx *op.Tx) (list []Limit, err error) {
	for _, k := range ApprovalKinds {
		of, err := limits(ctx, tx, k.Name)
		if err != nil {
			return nil, err
		}
		list = append(list, of...)
	}
	return list, nil
}

// WaitingFor gives the approval that waits for a subject, for the operation that decides it by the subject's name.
func WaitingFor(ctx context.Context, tx *op.Tx, subject id.ID) (a Approval, err error) {
	err = tx.Select(&a).Where("subject = ? AND state = 'open'", subject).Order("id DESC").Limit(1).Scan(ctx)
	return a, problem.Found(err, "approval")
}

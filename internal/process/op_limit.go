package process

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// SetLimit says up to which size a role decides a matter by itself; without one it decides nothing of it (PRC-6). Refused: an unknown
// matter or role, a size out of its range.
var SetLimit = op.Op[LimitInput, LimitAnswer]{
	Name: "process.set-approval-limit", Rule: "PRC-6", Needs: "approval-limit:update", Fact: facts.ApprovalLimitSet{}, Do: setLimit, Undo: "process.set-approval-limit",
}

// LimitInput is a limit; in hundredths of a per cent for a discount or promotion, in fen otherwise.
type LimitInput struct {
	Matter string `json:"kind" enum:"discount,campaign,data-request,budget,promotion"`
	Role   string `json:"role" maxLength:"40"`
	Most   *int64 `json:"most,omitempty" doc:"-1: any size; left out: the role decides nothing of it"`
}

// LimitAnswer names the limit that was set.
type LimitAnswer struct {
	Matter string `json:"kind"`
	Role   string `json:"role"`
}

// mostFen is the largest amount that a limit may say, ten million yuan.
const mostFen = 1_000_000_000

func (in LimitInput) check(tx *op.Tx) error {
	var bad problem.Invalid
	i := slices.IndexFunc(ApprovalKinds, func(k ApprovalKind) bool { return k.Name == in.Matter })
	if i < 0 {
		bad.Add("kind", "unknown", in.Matter)
	}
	if _, known := organization.Of(tx).Role(in.Role); !known {
		bad.Add("role", "unknown", in.Role)
	}
	if most := int64(mostFen); i >= 0 && in.Most != nil {
		if ApprovalKinds[i].Percent {
			most = 10_000
		}
		if *in.Most < -1 || *in.Most > most {
			bad.Add("most", "limit-range", *in.Most)
		}
	}
	return bad.Err("PRC-6")
}

func setLimit(ctx context.Context, tx *op.Tx, in LimitInput) (LimitAnswer, error) {
	if err := in.check(tx); err != nil {
		return LimitAnswer{}, err
	}
	f := facts.ApprovalLimitSet{Matter: in.Matter, Role: in.Role, Most: in.Most}
	var was int64
	err := tx.QueryRow(ctx, "SELECT most FROM approval_limits WHERE kind = ? AND role = ?", []any{in.Matter, in.Role}, &was)
	switch {
	case err == nil:
		f.Was = &was
	case !errors.Is(err, sql.ErrNoRows):
		return LimitAnswer{}, fmt.Errorf("read limit: %w", err)
	}
	if in.Most == nil {
		_, err = tx.Exec(ctx, "DELETE FROM approval_limits WHERE kind = ? AND role = ?", in.Matter, in.Role)
	} else {
		_, err = tx.Exec(ctx, "INSERT INTO approval_limits (kind, role, most) VALUES (?, ?, ?) ON CONFLICT (kind, role) DO UPDATE SET most = excluded.most", in.Matter, in.Role, *in.Most)
	}
	if err != nil {
		return LimitAnswer{}, fmt.Errorf("set limit: %w", err)
	}
	tx.Undoable(LimitInput{Matter: in.Matter, Role: in.Role, Most: f.Was})
	tx.Record(tx.NewID(), f)
	return LimitAnswer{in.Matter, in.Role}, nil
}

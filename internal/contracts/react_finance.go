package contracts

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
)

// paid notes what a payment pays; the first allocation makes a signed contract active (CON-1).
func paid(ctx context.Context, tx *op.Tx, f facts.PaymentTaken, _ event.Event) error {
	return movePaid(ctx, tx, f.Pay, 1)
}

// unpaid takes it back when the payment is reversed (FIN-2). The contract stays active.
func unpaid(ctx context.Context, tx *op.Tx, f facts.PaymentReversed, _ event.Event) error {
	return movePaid(ctx, tx, f.Pay, -1)
}

// movePaid adds the allocations of a payment, times sign, to the paid amounts of its contract, lines and instalments. None may
// leave its range: finance has locked the contract and decided by the same figures, so that would be a fault.
func movePaid(ctx context.Context, tx *op.Tx, p facts.Pay, sign int64) error {
	if len(p.Allocations) == 0 {
		return nil
	}
	var total int64
	for _, a := range p.Allocations {
		n := sign * int64(a.Amount)
		total += n
		for _, move := range []struct {
			text string
			args []any
		}{
			{"UPDATE contract_lines SET paid = paid + ? WHERE id = ? AND contract = ? AND paid + ? BETWEEN 0 AND payable", []any{n, a.Line, p.Contract, n}},
			{"UPDATE instalments SET paid = paid + ? WHERE id = ? AND contract = ? AND paid + ? BETWEEN 0 AND amount", []any{n, a.Instalment, p.Contract, n}},
		} {
			if err := moveOne(ctx, tx, move.text, move.args); err != nil {
				return err
			}
		}
	}
	return moveOne(ctx, tx, `UPDATE contracts SET paid = paid + ?, state = CASE WHEN state = 'signed' THEN 'active' ELSE state END, version = version + 1
		WHERE id = ? AND paid + ? BETWEEN 0 AND payable AND state NOT IN ('draft', 'awaiting-approval')`, []any{total, p.Contract, total})
}

func moveOne(ctx context.Context, tx *op.Tx, text string, args []any) error {
	n, err := tx.Exec(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("move paid amount: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("move paid amount: %v would leave its range", args)
	}
	return nil
}

package finance

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// postTaken writes the journal lines of a payment, in its transaction: only here is its event known.
func postTaken(ctx context.Context, tx *op.Tx, f facts.PaymentTaken, e event.Event) error {
	books, err := booksOf(ctx, tx, f.Contract)
	if err != nil {
		return err
	}
	return post(ctx, tx, e, postTakenLines(f.Pay, books))
}

// postReversed writes those of a reversal.
func postReversed(ctx context.Context, tx *op.Tx, f facts.PaymentReversed, e event.Event) error {
	books, err := booksOf(ctx, tx, f.Contract)
	if err != nil {
		return err
	}
	return post(ctx, tx, e, postReversedLines(f.Pay, books))
}

// post writes the lines of an event whose subject moved the value. Lines that do not balance are a fault, and nothing is written
// (FIN-4).
func post(ctx context.Context, tx *op.Tx, e event.Event, lines []JournalLine) error {
	var sum money.Fen
	for _, l := range lines {
		sum += l.Amount
	}
	if sum != 0 {
		return fmt.Errorf("post %s: lines sum to %d", e.Kind, sum)
	}
	for _, l := range lines {
		l.ID, l.Event, l.Cause, l.Day, l.Center, l.At = tx.NewID(), e.ID, e.Subject, e.Day, e.Center, e.At
		if err := tx.Insert(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// booksOf gives what the journal says about the lines of a contract, which the operation has locked.
func booksOf(ctx context.Context, tx *op.Tx, contract id.ID) (map[id.ID]lineBooks, error) {
	out := map[id.ID]lineBooks{}
	if contract.IsNone() {
		return out, nil
	}
	list, err := op.AllOf[lineBooks](ctx, tx.Unscoped("the books of the contract that is paid"), `SELECT line,
		CAST(SUM(CASE WHEN account = 'receivable' THEN amount ELSE 0 END) AS BIGINT) AS receivable,
		CAST(-SUM(CASE WHEN account = 'deferred-revenue' THEN amount ELSE 0 END) AS BIGINT) AS deferred
		FROM journal WHERE contract = ? AND line IS NOT NULL GROUP BY line`, contract)
	if err != nil {
		return nil, fmt.Errorf("read books of contract: %w", err)
	}
	for _, b := range list {
		out[b.Line] = b
	}
	return out, nil
}

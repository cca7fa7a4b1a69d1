package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// enterHours writes entries into the hour accounts of a locked contract's lines, whose cause is a record (CON-3). Each account is
// locked before its balance is read (TRU-5). Refused: hours-short.
func enterHours(ctx context.Context, tx *op.Tx, c Contract, cause id.ID, entries []HourEntry) error {
	locked := map[id.ID]bool{}
	for _, e := range entries {
		if locked[e.Line] {
			continue
		}
		if err := tx.Lock(ctx, "contract_lines", e.Line); err != nil {
			return fmt.Errorf("lock hour account: %w", err)
		}
		locked[e.Line] = true
	}
	accounts, err := balancesOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		after, err := accounts[e.Line].Add(e)
		if err != nil {
			return err
		}
		accounts[e.Line] = after
		e.ID, e.Contract, e.Student, e.Center, e.Cause, e.Day, e.At = tx.NewID(), c.ID, c.Student, c.Center, cause, tx.Today(c.Center), tx.Now
		if err := tx.Insert(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

type lineBalance struct {
	Line id.ID `db:"line"`
	Balance
}

// balancesOf gives the balance of each line of a contract that was seen; a line without entries is missing.
func balancesOf(ctx context.Context, tx *op.Tx, contract id.ID) (map[id.ID]Balance, error) {
	list, err := op.AllOf[lineBalance](ctx, tx.Unscoped("its contract was seen"), `SELECT line, CAST(SUM(hours) AS BIGINT) AS hours, CAST(SUM(gift) AS BIGINT) AS gift
		FROM hour_entries WHERE line IN (SELECT id FROM contract_lines WHERE contract = ?) GROUP BY line`, contract)
	if err != nil {
		return nil, fmt.Errorf("read hour accounts: %w", err)
	}
	out := make(map[id.ID]Balance, len(list))
	for _, b := range list {
		out[b.Line] = b.Balance
	}
	return out, nil
}

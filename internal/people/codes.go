package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/op"
)

// shippedCodes are the lists that come with the program; their names are "<kind>.<code>" in the catalogue.
var shippedCodes = map[string][]string{
	"touch-result": {"willing", "discuss", "expensive", "no-answer", "come", "not-interested", "wrong-number", "later", "message-sent"},
	"loss-reason":  {"price", "time", "distance", "other-school", "no-need", "not-satisfied", "unreachable", "wrong-number", "imported", "other"},
}

// Seed writes the shipped codes where they are missing.
func Seed(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		for kind, list := range shippedCodes {
			for no, code := range list {
				_, err := tx.Exec(ctx, "INSERT INTO codes (kind, code, no, name_zh, name_en, active) VALUES (?, ?, ?, '', '', TRUE) ON CONFLICT (kind, code) DO NOTHING", kind, code, no)
				if err != nil {
					return fmt.Errorf("seed codes: %w", err)
				}
			}
		}
		return nil
	})
}

// Codes lists the active codes of a kind in their order: touch-result, loss-reason.
func Codes(ctx context.Context, tx *op.Tx, kind string) ([]string, error) {
	list, err := op.AllOf[string](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT code FROM codes WHERE kind = ? AND active = TRUE ORDER BY no, code", kind)
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	return list, nil
}

// KnownCode tells whether a code stands on the list of its kind.
func KnownCode(ctx context.Context, tx *op.Tx, kind, code string) (bool, error) {
	n, err := op.OneOf[int64](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT COUNT(*) FROM codes WHERE kind = ? AND code = ? AND active = TRUE", kind, code)
	if err != nil {
		return false, fmt.Errorf("look for code: %w", err)
	}
	return n > 0, nil
}

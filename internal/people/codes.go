package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/op"
)

// The lists that people choose from: what came of a contact, what is done next, why a matter was lost.
const (
	ListResults = "touch-result"
	ListSteps   = "next-step"
	ListReasons = "loss-reason"
)

// CodeLists names the lists.
var CodeLists = []string{ListResults, ListSteps, ListReasons}

// Lists of codes.
var (
	touchResults = []string{"willing", "discuss", "expensive", "no-answer", "come", "not-interested", "wrong-number", "later", "message-sent"}
	lossReasons  = []string{"price", "time", "distance", "other-school", "no-need", "not-satisfied", "unreachable", "wrong-number", "imported", "other"}
	silent       = []string{"no-answer", "wrong-number", "message-sent"} // shipped results with which nobody was spoken to
)

// Seed writes the shipped codes where they are missing, in the order in which they are offered: the first six results have the keys 1
// to 6. Their names are "<list>.<code>" in the catalogue until the school renames them; a school's own codes have names of their own.
func Seed(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		var rows [][]any
		for _, kind := range CodeLists {
			for no, code := range shippedCodes()[kind] {
				rows = append(rows, []any{kind, code, int64(no), "", "", true, kind != ListResults || !slices.Contains(silent, code)})
			}
		}
		if err := tx.InsertRows(ctx, "codes (kind, code, no, name_zh, name_en, active, spoken)", " ON CONFLICT (kind, code) DO NOTHING", rows); err != nil {
			return fmt.Errorf("seed codes: %w", err)
		}
		return nil
	})
}

func shippedCodes() map[string][]string {
	return map[string][]string{ListResults: touchResults, ListSteps: NextSteps, ListReasons: lossReasons}
}

// Codes lists the active codes of a kind in their order: touch-result, next-step, loss-reason.
func Codes(ctx context.Context, tx *op.Tx, kind string) ([]string, error) {
	list, err := Offered(ctx, tx, kind)
	return list[kind], err
}

// Offered lists, by one query, the active codes of kinds in their order. Those that only the program sets are not offered.
func Offered(ctx context.Context, tx *op.Tx, kinds ...string) (map[string][]string, error) {
	list, err := op.AllOf[Code](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT kind, code FROM codes WHERE kind IN (?) AND active = TRUE ORDER BY no, code", kinds)
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	out := map[string][]string{}
	for _, c := range list {
		if !slices.Contains(automatic[c.Kind], c.Code) {
			out[c.Kind] = append(out[c.Kind], c.Code)
		}
	}
	return out, nil
}

// KnownCode tells whether a code stands on the list of its kind.
func KnownCode(ctx context.Context, tx *op.Tx, kind, code string) (bool, error) {
	known, err := knownCodes(ctx, tx, code)
	if err != nil {
		return false, err
	}
	return known(kind, code), nil
}

// knownCodes tells, by one query, on which lists codes stand.
func knownCodes(ctx context.Context, tx *op.Tx, codes ...string) (func(kind, code string) bool, error) {
	type entry struct {
		Kind string `db:"kind"`
		Code string `db:"code"`
	}
	list, err := op.AllOf[entry](ctx, tx.Unscoped("lists of the company hold no records of people"),
		"SELECT kind, code FROM codes WHERE kind IN ('touch-result', 'next-step', 'loss-reason') AND code IN (?) AND active = TRUE", codes)
	if err != nil {
		return nil, fmt.Errorf("look for codes: %w", err)
	}
	return func(kind, code string) bool { return slices.Contains(list, entry{kind, code}) }, nil
}

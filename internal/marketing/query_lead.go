package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// LeadRef says which enquiry a source record belongs to.
type LeadRef struct {
	Key     string `db:"external_key"`
	Enquiry id.ID  `db:"enquiry"`
	Person  id.ID  `db:"person"`
}

// LeadsByKey finds the enquiries of external keys: an importer must know them wherever they lie (a declared exception of scope:
// uniqueness).
func LeadsByKey(ctx context.Context, tx *op.Tx, keys []string) (map[string]LeadRef, error) {
	out := map[string]LeadRef{}
	if len(keys) == 0 {
		return out, nil
	}
	rows, err := op.AllOf[LeadRef](ctx, tx.Unscoped("uniqueness of external keys"), "SELECT external_key, enquiry, person FROM leads WHERE external_key IN (?) ORDER BY id", keys)
	if err != nil {
		return nil, fmt.Errorf("look for external keys: %w", err)
	}
	for _, r := range rows {
		if _, ok := out[r.Key]; !ok {
			out[r.Key] = r
		}
	}
	return out, nil
}

// RunsOf gives the bulk run that brought each of some enquiries, for those that came with one.
func RunsOf(ctx context.Context, tx *op.Tx, enquiries []id.ID) (map[id.ID]id.ID, error) {
	out := map[id.ID]id.ID{}
	if len(enquiries) == 0 {
		return out, nil
	}
	leads, err := op.AllOf[Lead](ctx, tx.Unscoped("the run, not the person"), "SELECT enquiry, run FROM leads WHERE enquiry IN (?) ORDER BY id DESC", enquiries)
	if err != nil {
		return nil, fmt.Errorf("look for runs of enquiries: %w", err)
	}
	for _, l := range leads {
		out[l.Enquiry] = l.Run // the first one: later ones joined it
	}
	return out, nil
}

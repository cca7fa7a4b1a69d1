package marketing

import (
	"context"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// RecordLead keeps the source record of an enquiry, within the operation that enters it; the enquiry's fact names it (MKT-11).
func RecordLead(ctx context.Context, tx *op.Tx, lead Lead) (id.ID, error) {
	lead.ID, lead.Run = tx.NewID(), tx.RunID()
	if lead.At.IsZero() {
		lead.At = tx.Now
	}
	return lead.ID, tx.Insert(ctx, lead)
}

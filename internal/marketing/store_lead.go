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
	if lead.by != nil {
		lead.by.Lead = lead.ID
	}
	return lead.ID, tx.Insert(ctx, lead)
}

// By gives the lead what its submission knows: the point, the parameters of the link, the page it came from. RecordLead tells the submission its lead.
func (l Lead) By(s *Submission) Lead {
	if s != nil {
		l.Point, l.UTM, l.Referrer, l.by = s.Point, s.UTM, s.Referrer, s
	}
	return l
}

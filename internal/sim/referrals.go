package sim

import (
	"context"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

// Of a hundred who come by a recommendation, how many say by whose; it is one of the last who signed at the center.
const (
	sayWho     = 0.85
	lastSigned = 60
)

// referrer is who recommended the school to somebody who comes by a channel (MKT-12); nobody by any other one than that of referrals.
func (a *agenda) referrer(ctx context.Context, channel string) (key id.ID, err error) {
	if channel != "referral" || a.named.Float64() >= sayWho {
		return key, nil
	}
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		signed, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: a.place.center, Outcome: "signed", Sort: "-entered", Limit: lastSigned})
		if err == nil && len(signed.Items) > 0 {
			key = of(a.named, signed.Items).Person
		}
		return err
	})
	return key, err
}

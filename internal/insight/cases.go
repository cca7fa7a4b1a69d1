package insight

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
)

// Case is a prospect who counts for a campaign by first touch: when the steps happened that are credited to it, and what was signed and paid.
type Case struct {
	Enquiry    id.ID // this and who it is: none outside the viewer's scope of figures
	Person     id.ID
	Consultant id.ID
	At         [steps]time.Time // zero: not reached, or not credited
	Payable    money.Fen
	Cash       money.Fen
	enquiry    id.ID
}

// CampaignCases lists the prospects behind the figures of a campaign (MKT-3), those of CampaignTallies by first touch.
func CampaignCases(ctx context.Context, tx *op.Tx, c marketing.Campaign) (out []Case, err error) {
	list, err := journeys(ctx, tx, cohort{campaigns: []id.ID{c.ID}, everybody: entire(tx.Viewer, c)})
	if err != nil {
		return nil, err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return nil, err
	}
	scope := tx.Viewer.Scope("report:read")
	for _, j := range list {
		one := Case{enquiry: j.enquiry}
		if scope.All || slices.Contains(scope.Centers, j.center) || slices.Contains(scope.Staff, j.consultant) {
			one.Enquiry, one.Person, one.Consultant = j.enquiry, j.person, j.consultant
		}
		mine := false
		for _, p := range FirstTouch.credit(j, window) {
			if p.campaign != c.ID {
				continue
			}
			mine = true
			for step, n := range p.Steps {
				if n > 0 {
					one.At[step] = j.at[step]
				}
			}
			one.Payable, one.Cash = one.Payable+p.Payable, one.Cash+p.Cash
		}
		if mine {
			out = append(out, one)
		}
	}
	return out, nil
}

// CashByDay sums what was paid on the signed contracts of cases, by day: together what the cases say.
func CashByDay(ctx context.Context, tx *op.Tx, cases []Case) (map[bizdate.Date]money.Fen, error) {
	var keys []id.ID
	for _, c := range cases {
		if !c.At[StepContract].IsZero() {
			keys = append(keys, c.enquiry)
		}
	}
	out := map[bizdate.Date]money.Fen{}
	if len(keys) == 0 {
		return out, nil
	}
	type row struct {
		Day bizdate.Date `db:"day"`
		N   money.Fen    `db:"n"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT p.day AS day, CAST(SUM(p.amount) AS BIGINT) AS n FROM payments p JOIN contracts c ON c.id = p.contract
		WHERE c.signed_at IS NOT NULL AND c.enquiry IN (?) GROUP BY p.day`, keys)
	if err != nil {
		return nil, fmt.Errorf("read payments of cases: %w", err)
	}
	for _, r := range list {
		out[r.Day] = r.N
	}
	return out, nil
}

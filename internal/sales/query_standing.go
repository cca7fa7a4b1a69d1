package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Standing is where the latest enquiry of a person stands, as marketing sees it (MKT-13).
type Standing struct {
	Person   id.ID        `db:"person"`
	Enquiry  id.ID        `db:"id"`
	Center   id.ID        `db:"center"`
	Stage    Stage        `db:"stage"`
	Outcome  string       `db:"outcome"`
	NextStep string       `db:"next_step"`
	NextDay  bizdate.Date `db:"next_day"`
}

// Standings gives the latest enquiry of each of some persons in the scope of segment-member:read (MKT-10).
func Standings(ctx context.Context, tx *op.Tx, persons []id.ID) (map[id.ID]Standing, error) {
	out := make(map[id.ID]Standing, len(persons))
	if len(persons) == 0 {
		return out, nil
	}
	list, err := op.All[Standing](ctx, tx, `SELECT e.person AS person, e.id AS id, e.center AS center, e.stage AS stage, e.outcome AS outcome, e.next_step AS next_step, e.next_day AS next_day
		FROM enquiries e WHERE {scope:segment-member e} AND e.person IN (?) ORDER BY e.id`, persons)
	if err != nil {
		return nil, fmt.Errorf("read latest enquiries: %w", err)
	}
	for _, s := range list {
		out[s.Person] = s
	}
	return out, nil
}

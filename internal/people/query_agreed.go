package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Use is what a consent is for, and by which channel.
type Use struct {
	Purpose string `db:"purpose"`
	Channel string `db:"channel"`
}

// AgreedAmong counts how many of the persons whom conditions chose agree to each use now, as MayContact (PPL-9): in one query.
func AgreedAmong(ctx context.Context, tx *op.Tx, q condition.Query) (map[Use]int64, error) {
	type row struct {
		Use
		N int64 `db:"n"`
	}
	among, args := q.Persons()
	list, err := op.All[row](ctx, tx, "SELECT c.purpose, c.channel, COUNT(DISTINCT c.person) AS n FROM consents c JOIN persons q ON q.id = c.person WHERE c.given = TRUE AND "+latest+" AND "+byWhom+
		" AND c.person IN ("+among+") GROUP BY c.purpose, c.channel", append([]any{int64(tx.Today(id.None).AddMonths(-ofAge))}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count consents: %w", err)
	}
	out := make(map[Use]int64, len(list))
	for _, r := range list {
		out[r.Use] = r.N
	}
	return out, nil
}

// Why nobody may write to a person (PPL-9).
const (
	NeverAgreed   = "never"     // nothing was stated
	Withdrew      = "withdrawn" // the last statement withdraws it
	NeedsGuardian = "guardian"  // a minor agreed, which is the guardian's to do
	NowOfAge      = "of-age"    // a guardian agreed for somebody who is of age by now
)

// Refusal is why a person may not be written to, and the day of the last statement; none where nothing was stated.
type Refusal struct {
	Why string
	Day bizdate.Date
}

// Refusals says of persons among those whom conditions chose, who do not agree to a use, why not.
func Refusals(ctx context.Context, tx *op.Tx, q condition.Query, use Use, persons []id.ID) (map[id.ID]Refusal, error) {
	type row struct {
		Person   id.ID        `db:"person"`
		Given    bool         `db:"given"`
		Guardian id.ID        `db:"guardian"`
		Day      bizdate.Date `db:"day"`
	}
	out := make(map[id.ID]Refusal, len(persons))
	if len(persons) == 0 {
		return out, nil
	}
	among, args := q.And("p.id IN (?)", persons).Persons()
	list, err := op.All[row](ctx, tx, "SELECT c.person, c.given, c.guardian, c.day FROM consents c WHERE c.purpose = ? AND c.channel = ? AND "+latest+" AND c.person IN ("+among+")", append([]any{use.Purpose, use.Channel}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	for _, key := range persons {
		out[key] = Refusal{Why: NeverAgreed}
	}
	for _, r := range list {
		switch {
		case !r.Given:
			out[r.Person] = Refusal{Withdrew, r.Day}
		case r.Guardian.IsNone():
			out[r.Person] = Refusal{NeedsGuardian, r.Day}
		default:
			out[r.Person] = Refusal{NowOfAge, r.Day}
		}
	}
	return out, nil
}

package people

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Birth is a birth date and, where it was entered or changed after the person was, when first (SAL-12).
type Birth struct {
	Day    bizdate.Date
	Filled time.Time
}

// Births gives the birth dates of persons, for the scores of their enquiries.
func Births(ctx context.Context, tx *op.Tx, persons []id.ID) (map[id.ID]Birth, error) {
	type row struct {
		ID     id.ID        `db:"id"`
		Birth  bizdate.Date `db:"birth"`
		Filled time.Time    `db:"filled"`
	}
	out := map[id.ID]Birth{}
	if len(persons) == 0 {
		return out, nil
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("scores are learned from all persons and show none"), `SELECT p.id AS id, p.birth AS birth, (SELECT MIN(v.at) FROM events v
		WHERE v.person = p.id AND v.kind = 'people.person-changed.1' AND v.payload LIKE '%"birth"%') AS filled FROM persons p WHERE p.id IN (?) AND p.birth <> 0`, persons)
	if err != nil {
		return nil, fmt.Errorf("read birth dates: %w", err)
	}
	for _, r := range rows {
		out[r.ID] = Birth{r.Birth, r.Filled}
	}
	return out, nil
}

// Contacted is a touch without what was said.
type Contacted struct {
	Enquiry id.ID     `db:"enquiry"`
	Result  string    `db:"result"`
	Spoken  bool      `db:"spoken"` // somebody was spoken to: the list of results says so
	At      time.Time `db:"at"`
}

// ContactsOf gives the touches of enquiries by the school, the oldest first; what came by a form is none.
func ContactsOf(ctx context.Context, tx *op.Tx, enquiries []id.ID) (map[id.ID][]Contacted, error) {
	out := map[id.ID][]Contacted{}
	if len(enquiries) == 0 {
		return out, nil
	}
	rows, err := op.AllOf[Contacted](ctx, tx.Unscoped("scores are learned from all touches and show none"),
		`SELECT t.enquiry, t.result, COALESCE(c.spoken, TRUE) AS spoken, t.at FROM touches t LEFT JOIN codes c ON c.kind = 'touch-result' AND c.code = t.result
		WHERE t.enquiry IN (?) AND t.withdrawn_at IS NULL AND t.channel <> 'form' ORDER BY t.at, t.id`, enquiries)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	for _, c := range rows {
		out[c.Enquiry] = append(out[c.Enquiry], c)
	}
	return out, nil
}

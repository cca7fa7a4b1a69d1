package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// GuardianNamed finds who is meant by the name of a person's guardian and a phone number: somebody with both, or a guardian of that name of anybody with the
// number; not the person, nor who is a ward of the person. None if there is nobody.
func GuardianNamed(ctx context.Context, tx *op.Tx, person id.ID, name, number string) (id.ID, error) {
	c := Candidate{Name: name, Phones: []string{number}}.read()
	if c.Name == "" || len(c.Phones) == 0 {
		return id.None, nil
	}
	list, err := op.AllOf[id.ID](ctx, tx.Unscoped("a form names a guardian, who is linked and shown to nobody"), `SELECT p.id FROM persons p WHERE p.name = ? AND p.merged_into IS NULL AND NOT p.organization AND p.id <> ?
		AND p.id IN (SELECT c.person FROM contact_points c WHERE c.kind = 'phone' AND c.value = ?
			UNION SELECT g.guardian FROM guardians g JOIN contact_points c ON c.person = g.person WHERE c.kind = 'phone' AND c.value = ?)
		AND NOT EXISTS (SELECT 1 FROM guardians w WHERE w.guardian = ? AND w.person = p.id) ORDER BY p.id LIMIT 1`, c.Name, person, c.Phones[0], c.Phones[0], person)
	if err != nil {
		return id.None, fmt.Errorf("look for guardian: %w", err)
	}
	if len(list) == 0 {
		return id.None, nil
	}
	return list[0], nil
}

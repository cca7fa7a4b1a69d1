package sales

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Matter is what stands open for a person at a center: who enters the person once more takes it up instead (PPL-4).
type Matter struct {
	Enquiry     *Enquiry     // the newest open one
	Appointment *Appointment // of today, booked or confirmed
}

// Matters gives what stands open for persons at a center, at any for none, as far as the viewer sees it: two queries, however many they are.
func Matters(ctx context.Context, tx *op.Tx, center id.ID, persons []id.ID) (map[id.ID]Matter, error) {
	out := map[id.ID]Matter{}
	if len(persons) == 0 {
		return out, nil
	}
	var open []Enquiry
	query := tx.Select(&open).Where("person IN (?) AND outcome = 'open'", persons)
	if !center.IsNone() {
		query = query.Where("center = ?", center)
	}
	if err := query.Order("id").Limit(200).Scan(ctx); err != nil {
		return nil, fmt.Errorf("look for open enquiries: %w", err)
	}
	for i := range open {
		m := out[open[i].Person]
		m.Enquiry = &open[i]
		out[open[i].Person] = m
	}
	today := tx.Today(center)
	list, err := Appointments(ctx, tx, AppointmentFilter{Center: center, Persons: persons, From: today, Until: today, Open: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	for i := range list.Items {
		if m := out[list.Items[i].Person]; m.Appointment == nil {
			m.Appointment = &list.Items[i]
			out[list.Items[i].Person] = m
		}
	}
	return out, nil
}

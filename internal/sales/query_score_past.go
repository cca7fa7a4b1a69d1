package sales

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

const (
	// pastAtOnce enquiries are read at once.
	pastAtOnce = 400
	// mostPast enquiries are learned from, the latest ones.
	mostPast = 20_000
)

// pastOf reads what happened to enquiries; nothing of it is shown.
func pastOf(ctx context.Context, tx *op.Tx, ids []id.ID) ([]scorePast, error) {
	u := tx.Unscoped("scores are learned from all enquiries and show none")
	var list []Enquiry
	if err := u.Select(&list).Where("id IN (?)", ids).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read enquiries to score: %w", err)
	}
	persons := make([]id.ID, len(list))
	for i, e := range list {
		persons[i] = e.Person
	}
	births, err := people.Births(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	attributes, err := people.Attributes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	contacts, err := people.ContactsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	runs, err := marketing.RunsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]scorePast, len(list))
	at := map[id.ID]*scorePast{}
	for i, e := range list {
		out[i] = scorePast{
			Enquiry: e, Imported: !runs[e.ID].IsNone(), Birth: births[e.Person], Attributes: attributes[e.ID], Contacts: contacts[e.ID], zone: tx.Zone(e.Center),
		}
		at[e.ID] = &out[i]
	}
	return out, pastSteps(ctx, u, at, ids)
}

// pastSteps adds appointments, visits and quotes with their times.
func pastSteps(ctx context.Context, u *op.Unscoped, past map[id.ID]*scorePast, ids []id.ID) error {
	type appointment struct {
		ID      id.ID            `db:"id"`
		Enquiry id.ID            `db:"enquiry"`
		State   AppointmentState `db:"state"`
		Starts  time.Time        `db:"starts_at"`
	}
	appointments, err := op.AllOf[appointment](ctx, u, "SELECT id, enquiry, state, starts_at FROM appointments WHERE enquiry IN (?) AND state <> 'moved'", ids)
	if err != nil {
		return fmt.Errorf("read appointments to score: %w", err)
	}
	for _, a := range appointments {
		p := past[a.Enquiry]
		p.Booked = append(p.Booked, a.ID.Time())
		if a.State == NoShow {
			p.Missed = append(p.Missed, a.Starts.Add(12*hour))
		}
	}
	type step struct {
		Enquiry id.ID     `db:"enquiry"`
		Quote   bool      `db:"quote"`
		At      time.Time `db:"at"`
	}
	steps, err := op.AllOf[step](ctx, u, `SELECT enquiry, FALSE AS quote, arrived_at AS at FROM visits WHERE enquiry IN (?) AND withdrawn_at IS NULL
		UNION ALL SELECT enquiry, TRUE AS quote, made_at AS at FROM quotes WHERE enquiry IN (?)`, ids, ids)
	if err != nil {
		return fmt.Errorf("read visits and quotes to score: %w", err)
	}
	for _, s := range steps {
		p := past[s.Enquiry]
		if s.Quote {
			p.Quotes = append(p.Quotes, s.At)
		} else {
			p.Visits = append(p.Visits, s.At)
		}
	}
	return nil
}

// readHistory reads the latest enquiries, whatever became of them, and the custom fields that they may have.
func readHistory(ctx context.Context, r *op.Runner) (list []scorePast, fields []people.Field, now time.Time, err error) {
	err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, now = nil, tx.Now
		if fields, err = people.Fields(ctx, tx, "enquiry"); err != nil {
			return err
		}
		ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("scores are learned from all enquiries and show none"),
			"SELECT id FROM enquiries WHERE entered_day <= ? ORDER BY entered_day DESC, id DESC LIMIT ?", int64(tx.Today(id.None)), mostPast)
		if err != nil {
			return fmt.Errorf("look for history: %w", err)
		}
		for len(ids) > 0 {
			n := min(len(ids), pastAtOnce)
			part, err := pastOf(ctx, tx, ids[:n])
			if err != nil {
				return err
			}
			list, ids = append(list, part...), ids[n:]
		}
		return nil
	})
	return list, fields, now, err
}

// decidedBefore tells whether any enquiry is decided: without one there is nothing to learn.
func decidedBefore(ctx context.Context, tx *op.Tx) (bool, error) {
	n, err := op.OneOf[int64](ctx, tx.Unscoped("work of the system"), "SELECT COUNT(*) FROM (SELECT id FROM enquiries WHERE outcome <> 'open' LIMIT ?) d", leastOutcomes)
	if err != nil {
		return false, fmt.Errorf("look for history: %w", err)
	}
	return n == leastOutcomes, nil
}

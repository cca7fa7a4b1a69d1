package sales

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// Completions lists what sales adds to facts of others.
func Completions() []op.Completion {
	return []op.Completion{op.Completing(touchRecorded), op.Completing(withdrawn)}
}

// touchRecorded adds to a touch what it is for its enquiry: the first contact, or its end.
func touchRecorded(ctx context.Context, tx *op.Tx, f facts.TouchRecorded) (facts.TouchRecorded, error) {
	if f.Enquiry.IsNone() || f.ByForm() {
		return f, nil
	}
	if f.NextStep == "" {
		e, err := loadEnquiry(ctx, tx, f.Enquiry)
		if err != nil {
			return f, err
		}
		if e.after(f) == Lost {
			if f.Ends, err = endingWith(ctx, tx, e); err != nil {
				return f, err
			}
		}
	}
	return firstContact(ctx, tx, f)
}

// untouched is what the first contact of an enquiry is measured by.
type untouched struct {
	Person     id.ID     `db:"person"`
	Center     id.ID     `db:"center"`
	Consultant id.ID     `db:"consultant"`
	Channel    id.ID     `db:"channel"`
	Course     id.ID     `db:"course"`
	Campaign   id.ID     `db:"campaign"`
	Kind       string    `db:"kind"`
	Entered    time.Time `db:"entered_at"`
}

// firstContact notes in the first touch of an enquiry how many working minutes of its center it took (SAL-2): the log says it, since
// opening hours may change later.
func firstContact(ctx context.Context, tx *op.Tx, f facts.TouchRecorded) (facts.TouchRecorded, error) {
	e, err := op.OneOf[untouched](ctx, tx.Unscoped("the operation's subject was seen"),
		"SELECT person, center, consultant, channel, course, campaign, kind, entered_at FROM enquiries WHERE id = ? AND first_touch_at IS NULL AND walk_in = FALSE", f.Enquiry)
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("load enquiry: %w", err)
	}
	took := organization.Of(tx).Calendar(e.Center).Working(e.Entered, tx.Now)
	f.First = &facts.FirstContact{
		Matter:  facts.Matter{Enquiry: f.Enquiry, Person: e.Person, Center: e.Center, Consultant: e.Consultant, Channel: e.Channel, Course: e.Course, Kind: e.Kind, Campaign: e.Campaign},
		Minutes: int64(took / time.Minute),
	}
	return f, nil
}

package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/repoint"
)

// Merging lists what happens to the rows of persons when these are merged (PPL-5): columns are those of all domains, in the order of the
// domains, so that what goes along with another row comes after it.
func Merging(columns []repoint.Column) []op.Reaction {
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PersonsMerged, e event.Event) error {
			if _, err := tx.Exec(ctx, "UPDATE merges SET event = ? WHERE id = ?", e.ID, f.Merge); err != nil {
				return fmt.Errorf("note event of merge: %w", err)
			}
			if err := keepBefore(ctx, tx, f.Person, f.Before, e); err != nil {
				return err
			}
			return repoint.Move(ctx, tx, f.Merge, f.Gone, f.Person, columns...) //nolint:wrapcheck // it says what it was about
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PersonsUnmerged, e event.Event) error {
			if err := keepBefore(ctx, tx, f.Person, f.Before, e); err != nil {
				return err
			}
			if err := repoint.Back(ctx, tx, f.Merge, f.Person, f.Gone, columns...); err != nil {
				return err //nolint:wrapcheck // it says what it was about
			}
			return linksBack(ctx, tx, f)
		}),
	}
}

// matterRows says which column of a matter's row names the person of a link.
var matterRows = []struct{ kind, table, column string }{
	{linkEnquiry, "enquiries", "person"},
	{linkContract, "contracts", "student"},
	{linkPayer, "contracts", "payer"},
	{linkPayment, "payments", "person"},
	{linkNamed, "enquiries", "organization"},
	{linkVisit, "visits", "person"},
	{linkTask, "tasks", "person"},
}

// linksBack leads the links of what went back, and the events about it since the merge, to whom it belongs.
func linksBack(ctx context.Context, tx *op.Tx, f facts.PersonsUnmerged) error {
	for _, r := range matterRows {
		_, err := tx.Exec(ctx, `INSERT INTO moved_rows (under, tab, col, ref) SELECT m.under, 'person_links', '`+r.kind+`', m.ref FROM moved_rows m
			WHERE m.under = ? AND m.tab = '`+r.table+`' AND m.col = '`+r.column+"' ON CONFLICT DO NOTHING", f.Merge)
		if err != nil {
			return fmt.Errorf("note links of %s: %w", r.table, err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE person_links SET person = ? WHERE person = ? AND EXISTS
		(SELECT 1 FROM moved_rows m WHERE m.under = ? AND m.tab = 'person_links' AND m.col = person_links.kind AND m.ref = person_links.ref)`, f.Gone, f.Person, f.Merge)
	if err != nil {
		return fmt.Errorf("move links back: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO moved_events (event, was, person) SELECT e.id, ?, ? FROM events e WHERE e.person = ? AND e.id > ?
		AND e.subject IN (SELECT m.ref FROM moved_rows m WHERE m.under = ? AND m.tab <> 'person_links') ON CONFLICT (event) DO UPDATE SET was = excluded.was, person = excluded.person`,
		f.Person, f.Gone, f.Person, f.Merge, f.Merge)
	if err != nil {
		return fmt.Errorf("move events back: %w", err)
	}
	return nil
}

package people

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/personal"
	"zhike/internal/organization"
)

// DataRequests lists those in scope: what waits first, by its day, then the newest.
func DataRequests(ctx context.Context, tx *op.Tx, person id.ID, after, limit int) (out page.Page[DataRequest], err error) {
	text, args := "", []any{}
	if !person.IsNone() {
		text, args = " AND r.person = ?", []any{person}
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) FROM data_requests r WHERE {scope:data-request r}"+text, args...); err != nil {
		return out, fmt.Errorf("count data requests: %w", err)
	}
	out.Items, err = op.All[DataRequest](ctx, tx, `SELECT r.id, r.person, r.center, r.staff, r.kind, r.asked_by, r.guardian, r.identity, r.note, r.state, r.due, r.created_at, r.decided_at, r.done_at, r.version,
		r.file_state, r.file_attempt, r.file_done, r.file_total, r.file_staff, r.file_at, r.file_until
		FROM data_requests r WHERE {scope:data-request r}`+text+` ORDER BY CASE WHEN r.state IN ('open', 'approved') THEN 0 ELSE 1 END,
		CASE WHEN r.state IN ('open', 'approved') THEN r.due ELSE 0 END, r.id DESC LIMIT ? OFFSET ?`, append(args, limit, after)...)
	if err != nil {
		return out, fmt.Errorf("list data requests: %w", err)
	}
	return out, nil
}

// DataRequestByID gives one in scope.
func DataRequestByID(ctx context.Context, tx *op.Tx, key id.ID) (DataRequest, error) {
	return loadRequest(ctx, tx, key)
}

// Part is what an export holds of a table: texts of the columns of each row.
type Part struct {
	Table   string     `json:"table"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// Exported is all that is kept of a person (PPL-11). Others are named by their ids only.
type Exported struct {
	Request DataRequest `json:"request"`
	At      time.Time   `json:"made_at"`
	By      string      `json:"made_for"` // who handed it out
	Handed  time.Time   `json:"handed_out_at"`
	Parts   []Part      `json:"parts"`
	Old     []OldValue  `json:"old_values"`
}

// persons are the person of the export and those who were merged into it. Refused: as MakeExport.
func (x *Exported) persons(ctx context.Context, tx *op.Tx, key id.ID) (_ []id.ID, err error) {
	if x.Request, err = loadRequest(ctx, tx, key); err != nil {
		return nil, err
	}
	if err := x.Request.mayExport(tx.Now); err != nil {
		return nil, err
	}
	merged, err := mergedInto(ctx, tx, x.Request.Person)
	return append([]id.ID{x.Request.Person}, merged...), err
}

// read adds the rows of some tables that belong to the person of a request that was approved.
func (x *Exported) read(ctx context.Context, tx *op.Tx, rows []personal.Rows, key id.ID) error {
	persons, err := x.persons(ctx, tx, key)
	if err != nil {
		return err
	}
	parts := make([]Part, len(rows))
	for i, r := range rows {
		if parts[i], err = readPart(ctx, tx, r, persons); err != nil {
			return err
		}
	}
	x.Parts = append(x.Parts, parts...)
	return nil
}

// end adds the old values of the person's fields, opened, and masks others in all that was read.
func (x *Exported) end(ctx context.Context, tx *op.Tx, rows []personal.Rows) error {
	persons, err := x.persons(ctx, tx, x.Request.ID)
	if err != nil {
		return err
	}
	x.At = tx.Now
	events, err := op.AllOf[id.ID](ctx, tx.Unscoped("the request was approved"), "SELECT DISTINCT event FROM event_personal WHERE person IN (?) ORDER BY event", persons)
	if err != nil {
		return fmt.Errorf("look for old values: %w", err)
	}
	if x.Old, err = openBefore(ctx, tx, persons, events); err != nil {
		return err
	}
	old := oldWords(x.Old)
	if err := maskOthers(ctx, tx, append(slices.Clone(x.Parts), old), append(slices.Clone(rows), personal.Rows{Table: old.Table, Words: old.Columns}), persons); err != nil {
		return err
	}
	for i, row := range old.Rows {
		if !slices.Contains(ownFields, x.Old[i].Field) {
			x.Old[i].Text = row[0]
		}
	}
	return nil
}

// ownFields are those whose earlier values are the person's own: no others are named in them.
var ownFields = []string{"name", "name_latin", "gender", "birth", "district", "lang", "phones", "emails", "wechat"}

// oldWords are earlier values as a part of free words.
func oldWords(list []OldValue) Part {
	p := Part{Table: "old_values", Columns: []string{"text"}}
	for _, o := range list {
		p.Rows = append(p.Rows, []string{o.Text})
	}
	return p
}

// readPart reads the rows of a table that belong to some persons, each once.
func readPart(ctx context.Context, tx *op.Tx, r personal.Rows, persons []id.ID) (p Part, err error) {
	p.Table = r.Table
	seen := map[string]bool{}
	for _, person := range persons {
		if err := p.read(ctx, tx, r, person, seen); err != nil {
			return p, fmt.Errorf("read %s of person: %w", r.Table, err)
		}
	}
	slices.SortFunc(p.Rows, slices.Compare)
	return p, nil
}

// read adds the rows of a person that are not seen yet.
func (p *Part) read(ctx context.Context, tx *op.Tx, r personal.Rows, person id.ID, seen map[string]bool) error {
	found, err := tx.Query(ctx, "SELECT * FROM "+r.Table+" WHERE "+r.Where(), r.Values(person)...)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }()
	names, err := found.Columns()
	if err != nil {
		return err
	}
	for found.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return err
		}
		p.Columns = nil
		row := []string{}
		for i, name := range names {
			if !slices.Contains(r.Hide, name) {
				p.Columns, row = append(p.Columns, name), append(row, cellText(name, values[i]))
			}
		}
		if all := strings.Join(row, "\x00"); !seen[all] {
			seen[all] = true
			p.Rows = append(p.Rows, row)
		}
	}
	return found.Err()
}

// dayColumns are those that hold a business date and are not called day.
var dayColumns = []string{"birth", "due", "next_day", "outcome_day", "entered_day", "signed_day", "valid_from", "valid_until", "day"}

// cellText writes a value of a column as people read it: ids, instants in UTC, days.
func cellText(column string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []byte:
		if len(v) == len(id.ID{}) {
			return id.ID(v).String()
		}
		return hex.EncodeToString(v)
	case [16]byte:
		return id.ID(v).String()
	case int64:
		switch {
		case v == 0 && slices.Contains(dayColumns, column):
			return ""
		case slices.Contains(dayColumns, column):
			return bizdate.Date(v).String()
		case column == "at" || strings.HasSuffix(column, "_at"):
			return time.UnixMicro(v).UTC().Format(time.RFC3339)
		}
	}
	return fmt.Sprint(value)
}

// Kept is somebody who is kept longer than the retention says.
type Kept struct {
	ID    id.ID     `json:"person_id" db:"id"`
	Name  string    `json:"name" db:"name"`
	Since time.Time `json:"created_at" db:"created_at"` // when it was entered
}

// RetentionOver lists persons in scope whom nothing holds and whose retention is over, who were entered first before the others, and how many
// they are: the dry run of anonymizing them (PPL-11, TRU-26). Those for whom a request waits are left out.
func RetentionOver(ctx context.Context, tx *op.Tx, rows []personal.Rows, holds []personal.Hold, after, limit int) (out page.Page[Kept], err error) {
	months := organization.Of(tx).Number(id.None, organization.RetentionMonths)
	before := tx.Today(id.None).AddMonths(-int(months)).In(organization.Of(tx).Zone(id.None))
	var b strings.Builder
	b.WriteString(`FROM persons p WHERE {scope:person p} AND p.anonymized_at IS NULL AND p.merged_into IS NULL AND p.created_at < ?
		AND NOT EXISTS (SELECT 1 FROM data_requests q WHERE q.person = p.id AND q.kind = 'anonymize' AND q.state IN ('open', 'approved'))`)
	args := []any{before}
	for _, r := range rows {
		if r.At == "" {
			continue
		}
		b.WriteString(" AND NOT EXISTS (SELECT 1 FROM " + r.Table + " x WHERE (" + r.Of("p.id") + ") AND x." + r.At + " >= ?)")
		args = append(args, before)
	}
	for _, h := range holds {
		if h.Last == "" {
			b.WriteString(" AND (" + strings.ReplaceAll(h.Query, "?", "p.id") + ") = 0")
			continue
		}
		years := int(organization.Of(tx).Number(id.None, h.Years))
		b.WriteString(" AND (" + strings.ReplaceAll(h.Last, "?", "p.id") + ") < ?")
		args = append(args, tx.Today(id.None).AddMonths(-12*years).In(organization.Of(tx).Zone(id.None)))
	}
	text := b.String()
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*) "+text, args...); err != nil {
		return out, fmt.Errorf("count persons whose retention is over: %w", err)
	}
	out.Items, err = op.All[Kept](ctx, tx, "SELECT p.id, p.name, p.created_at "+text+" ORDER BY p.created_at, p.id LIMIT ? OFFSET ?", append(args, limit, after)...)
	if err != nil {
		return out, fmt.Errorf("list persons whose retention is over: %w", err)
	}
	return out, nil
}

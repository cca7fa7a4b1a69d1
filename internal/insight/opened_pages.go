package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// pageOf fills a figure of sums with their number, what they come to, and a page of their cases, as the store counts, sorts and cuts them (TRU-23).
// It does nothing where a sum is not one of records, or rows share records: done is false.
func (r *Report) pageOf(ctx context.Context, tx *op.Tx, o *Opened, at Place, sums []addend, offset, limit int) (done bool, err error) {
	if !definitions[r.Name].sums || r.shared() || slices.ContainsFunc(sums, func(s addend) bool { return recordsOf[s.metric].text == "" }) {
		return false, nil
	}
	for _, s := range sums {
		from, w := recordsOf[s.metric], wanted{at, s.metric}
		n, sum, err := from.tally(ctx, tx, r.Params, w)
		if err != nil {
			return false, err
		}
		o.Total += n
		if s.name == PartOver {
			o.Over += sum
		} else {
			o.Sum += sum
		}
		if room := limit - len(o.Cases); room > 0 && offset < n {
			list, err := from.page(ctx, tx, r.Params, w, offset, room)
			if err != nil {
				return false, err
			}
			for _, c := range list {
				one := c.counted(from.kind)
				one.Part = s.name
				o.Cases = append(o.Cases, one)
			}
		}
		offset = max(0, offset-n)
	}
	return true, nil
}

// tally counts the records of a row and adds them up.
func (from records) tally(ctx context.Context, tx *op.Tx, p Params, w wanted) (n int, sum float64, err error) {
	type row struct {
		Cases int64 `db:"cases"`
		Total int64 `db:"total"`
	}
	text, args := from.of(tx, p, w)
	t, err := op.OneOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT COUNT(*) AS cases, CAST(COALESCE(SUM(q.n), 0) AS BIGINT) AS total"+text, args...)
	if err != nil {
		return 0, 0, fmt.Errorf("count records of figures: %w", err)
	}
	return int(t.Cases), float64(t.Total), nil
}

// page reads some of them, the newest first.
func (from records) page(ctx context.Context, tx *op.Tx, p Params, w wanted, offset, limit int) ([]countedRow, error) {
	text, args := from.of(tx, p, w)
	list, err := op.AllOf[countedRow](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT q.*"+text+" ORDER BY q.day DESC, q.id DESC LIMIT ? OFFSET ?", append(args, limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("read records of figures: %w", err)
	}
	return list, nil
}

// all reads all of them.
func (from records) all(ctx context.Context, tx *op.Tx, p Params, w wanted) ([]countedRow, error) {
	text, args := from.of(tx, p, w)
	list, err := op.AllOf[countedRow](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT q.*"+text, args...)
	if err != nil {
		return nil, fmt.Errorf("read records of figures: %w", err)
	}
	return list, nil
}

// of is FROM and WHERE of the records of a row, in the scope of figures.
func (from records) of(tx *op.Tx, p Params, w wanted) (text string, args []any) {
	seen := tx.Viewer.Scope("report:read")
	if !ownOnly(tx.Viewer) { // sums of centers are those of all who have the records
		seen.Staff = nil
	}
	scope := policy.Cut(seen, "x", "center", "consultant")
	text, args = from.text+scope.Text+" AND "+from.day+" >= ? AND "+from.day+" <= ?", append(slices.Clone(scope.Args), int64(p.From), int64(p.Until))
	if len(p.Centers) > 0 {
		text, args = text+" AND x.center IN (?)", append(args, p.Centers)
	}
	row := policy.Frag{Text: "1 = 1"}
	if !w.Total {
		row = dimensionsOf(tx).condition(p.By, w.Row)
	}
	return " FROM (" + text + ") q WHERE " + row.Text, append(args, row.Args...)
}

// condition is that of records q in a row, as row says of one.
func (d dimensions) condition(by, row string) policy.Frag {
	switch by {
	case "center", "consultant", "channel", "campaign", "course":
		return keyed("q."+by, row)
	case "region":
		return d.inRegion(row)
	case "kind":
		return policy.Frag{Text: "q.matter_kind = ?", Args: []any{row}}
	}
	day, err := bizdate.Parse(row)
	if err != nil {
		return policy.Frag{Text: "1 = 0"}
	}
	last := day
	if by == "month" {
		last = day.AddMonths(1) - 1
	}
	return policy.Frag{Text: "q.day >= ? AND q.day <= ?", Args: []any{int64(day), int64(last)}}
}

// inRegion: those of no region are of no center, or of one that belongs to none.
func (d dimensions) inRegion(row string) policy.Frag {
	if row != "" {
		key, err := id.Parse(row)
		if err != nil {
			return policy.Frag{Text: "1 = 0"}
		}
		return anyOf("q.center", d.org.CentersOf(key))
	}
	parts := []string{"1 = 1"}
	var args []any
	for _, region := range d.org.Regions() {
		in := anyOf("q.center", d.org.CentersOf(region.ID))
		parts, args = append(parts, "NOT ("+in.Text+")"), append(args, in.Args...)
	}
	return policy.Frag{Text: "(q.center IS NULL OR " + strings.Join(parts, " AND ") + ")", Args: args}
}

func anyOf(column string, list []organization.Center) policy.Frag {
	keys := make([]id.ID, len(list))
	for i, c := range list {
		keys[i] = c.ID
	}
	if len(keys) == 0 {
		return policy.Frag{Text: "1 = 0"}
	}
	return policy.Frag{Text: column + " IN (?)", Args: []any{keys}}
}

func keyed(column, row string) policy.Frag {
	if row == "" {
		return policy.Frag{Text: column + " IS NULL"}
	}
	key, err := id.Parse(row)
	if err != nil {
		return policy.Frag{Text: "1 = 0"}
	}
	return policy.Frag{Text: column + " = ?", Args: []any{key}}
}

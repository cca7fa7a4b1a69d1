package marketingdoor

import (
	"context"
	"fmt"
	"io"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/sheet"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// SegmentMember is a person of a segment: who it is, and where the latest enquiry stands (MKT-13). The phone is masked by the viewer's rule.
type SegmentMember struct {
	Person   id.ID        `json:"person_id"`
	Name     string       `json:"name"`
	Gender   string       `json:"gender"`
	Birth    bizdate.Date `json:"birth"`
	Phone    string       `json:"phone"`
	Center   id.ID        `json:"center_id"`
	Stage    sales.Stage  `json:"stage"`
	Outcome  string       `json:"outcome"`
	NextStep string       `json:"next_step"`
	NextDay  bizdate.Date `json:"next_day"`
	Why      string       `json:"left_out_why,omitempty" enum:"never,withdrawn,guardian,of-age" doc:"of who is left out: nothing was stated, it was withdrawn, a minor agreed or one whose guardian agreed is of age"`
	WhyDay   bizdate.Date `json:"left_out_day,omitzero" doc:"of the last statement"`
}

// side is a side of a segment, of those who are left out with the use that they did not agree to.
type side struct {
	name string
	use  people.Use
}

func (s side) query(ctx context.Context, tx *op.Tx, of marketing.Segment) (condition.Query, error) {
	if s.name == marketing.Unagreed {
		return marketing.LeftOut(ctx, tx, of, s.use.Purpose, s.use.Channel)
	}
	return of.Side(ctx, tx, s.name)
}

// membersOf describes persons whom a segment's query gave, in its order.
func membersOf(ctx context.Context, tx *op.Tx, keys []id.ID) ([]SegmentMember, error) {
	briefs, err := people.Briefs(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	stands, err := sales.Standings(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]SegmentMember, len(keys))
	for i, key := range keys {
		b, s := briefs[key], stands[key]
		out[i] = SegmentMember{Person: key, Name: b.Shown(), Gender: b.Gender, Birth: b.Birth, Phone: b.Phone, Center: s.Center, Stage: s.Stage, Outcome: s.Outcome, NextStep: s.NextStep, NextDay: s.NextDay}
	}
	return out, nil
}

// segmentMembers reads a page of one side of a segment.
func segmentMembers(ctx context.Context, tx *op.Tx, s marketing.Segment, of side, r page.Request) (out page.Page[SegmentMember], err error) {
	q, err := of.query(ctx, tx, s)
	if err != nil {
		return out, err
	}
	if out.Total, err = q.Count(ctx, tx); err != nil {
		return out, err
	}
	after := id.None
	if r.Cursor != "" {
		if _, after, err = page.After(r.Cursor); err != nil {
			return out, err
		}
	}
	limit := min(r.Limit, page.Most)
	if limit <= 0 {
		limit = page.Usual
	}
	keys, err := condition.List[id.ID](ctx, tx, q, "p.id", after, r.Offset, limit+1)
	if err != nil {
		return out, err
	}
	if len(keys) > limit {
		keys = keys[:limit]
		if out.Next, err = page.CursorOf(0, keys[limit-1]); err != nil {
			return out, err
		}
	}
	if out.Items, err = membersOf(ctx, tx, keys); err != nil || of.name != marketing.Unagreed {
		return out, err
	}
	why, err := people.Refusals(ctx, tx, q, of.use, keys)
	for i, m := range out.Items {
		out.Items[i].Why, out.Items[i].WhyDay = why[m.Person].Why, why[m.Person].Day
	}
	return out, err
}

// SegmentFile is what left the program: columns and rows in the caller's language. The last column names who took it, when, and the export.
type SegmentFile struct {
	marketing.Export
	Columns []string   `json:"columns" nullable:"false"`
	Lines   [][]string `json:"lines" nullable:"false"`
}

// mark is the watermark of an export (PPL-10): it stands in each row, so that no part of a copy is without it.
func mark(e marketing.Export) string {
	out := sheet.Mark(e.By, e.At, e.ID) + " · " + e.Purpose
	if e.Channel != "" {
		out += " · " + e.Channel
	}
	return out
}

const exportAtOnce = 1000

// exportRows gives the heading and the persons of an export, row by row.
func exportRows(ctx context.Context, tx *op.Tx, e marketing.Export, row func(cells ...any) error) error {
	s, err := marketing.SegmentByID(ctx, tx, e.Segment)
	if err != nil {
		return err
	}
	q, err := e.Query(ctx, tx, s)
	if err != nil {
		return err
	}
	phones := tx.Viewer.Field("phone") != policy.Hidden
	head := []any{sg(ctx, "person"), sg(ctx, "gender"), sg(ctx, "birth"), sg(ctx, "center"), sg(ctx, "stage"), sg(ctx, "next-step"), sg(ctx, "next-day")}
	if phones {
		head = append(head, sg(ctx, "phone"))
	}
	if err := row(append(head, sg(ctx, "mark"))...); err != nil {
		return err
	}
	return exportPersons(ctx, tx, e, q, phones, row)
}

// exportPersons gives the persons of an export.
func exportPersons(ctx context.Context, tx *op.Tx, e marketing.Export, q condition.Query, phones bool, row func(cells ...any) error) error {
	dir := organization.Of(tx)
	for after := id.None; ; {
		keys, err := condition.List[id.ID](ctx, tx, q, "p.id", after, 0, exportAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		list, err := membersOf(ctx, tx, keys)
		if err != nil {
			return err
		}
		for _, m := range list {
			cells := []any{m.Name, word(ctx, "gender", m.Gender), dayOf(m.Birth), centerName(ctx, dir, m.Center), word(ctx, "stage", string(m.Stage)), word(ctx, "next-step", m.NextStep), dayOf(m.NextDay)}
			if phones {
				cells = append(cells, m.Phone)
			}
			if err := row(append(cells, mark(e))...); err != nil {
				return err
			}
		}
		after = keys[len(keys)-1]
	}
}

// dayOf is a day as it is written in files; none is empty.
func dayOf(d bizdate.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func centerName(ctx context.Context, dir *organization.Directory, key id.ID) string {
	c, _ := dir.Center(key)
	return c.Name(lang(ctx))
}

// word names a code of a list; one without a name is shown as it is.
func word(ctx context.Context, list, code string) string {
	if key := list + "." + code; code != "" && i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return code
}

// writeExport writes an export as a file.
func writeExport(ctx context.Context, tx *op.Tx, e marketing.Export, w io.Writer) error {
	out, err := sheet.NewWriter(sheet.Format(e.Format), w)
	if err != nil {
		return fmt.Errorf("write segment: %w", err)
	}
	var last []any // as wide as the others: who was left out, and the mark
	err = exportRows(ctx, tx, e, func(cells ...any) error {
		if last == nil {
			last = make([]any, len(cells))
			for i := range last {
				last[i] = ""
			}
		}
		return out.Row(cells...)
	})
	if err != nil {
		return err
	}
	if e.LeftOut > 0 {
		last[0], last[len(last)-1] = sg(ctx, "left-out", "count", int(e.LeftOut)), mark(e)
		if err := out.Row(last...); err != nil {
			return fmt.Errorf("write segment: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write segment: %w", err)
	}
	return nil
}

// exportFile is an export as an answer of the API.
func exportFile(ctx context.Context, tx *op.Tx, e marketing.Export) (SegmentFile, error) {
	out := SegmentFile{Export: e, Columns: []string{}, Lines: [][]string{}}
	err := exportRows(ctx, tx, e, func(cells ...any) error {
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = fmt.Sprint(c)
		}
		if len(out.Columns) == 0 {
			out.Columns = line
		} else {
			out.Lines = append(out.Lines, line)
		}
		return nil
	})
	return out, err
}

package marketingdoor

import (
	"context"
	"fmt"
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/sheet"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// postBudgetFile writes the plan as a file that the import of plans reads: the operation notes it first, and each download is one of its own (PPL-10).
func (p pages) postBudgetFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := budgetOf(r)
	if err != nil {
		return err
	}
	v := budgetView{budgetQuery: q}
	if err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) }); err != nil {
		return err
	}
	in, err := web.Decode[budgetFileForm](r)
	if err != nil {
		return err
	}
	left, err := marketing.ExportBudget.Run(op.WithKey(ctx, ""), p.ops, marketing.ExportBudgetInput{Year: int64(v.Year), CenterID: v.Center, Format: in.Format})
	if err != nil {
		return err
	}
	format := sheet.Format(in.Format)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", format.ContentType())
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="budget-%d.%s"`, v.Year, format))
	out, err := sheet.NewWriter(format, w)
	if err != nil {
		return fmt.Errorf("write budget: %w", err)
	}
	for _, row := range v.file(ctx, sheet.Mark(left.By, left.At, left.ID)) {
		if err := out.Row(row...); err != nil {
			return fmt.Errorf("write budget: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write budget: %w", err)
	}
	return nil
}

// budgetFileForm is the button of the file that was chosen.
type budgetFileForm struct {
	Format string `json:"format" enum:"csv,xlsx"`
}

// file are the rows of the file: what is planned month by month, the sums of the year, and the watermark.
func (v budgetView) file(ctx context.Context, mark string) [][]any {
	code := ""
	if k, ok := v.dir.Center(v.Center); ok {
		code = k.Code
	}
	head := []any{b(ctx, "file-year"), b(ctx, "file-center"), b(ctx, "channel")}
	for i := range 12 {
		head = append(head, v.month(ctx, i+1))
	}
	rows := [][]any{append(head, b(ctx, "planned"), b(ctx, "spent"), b(ctx, "committed"), b(ctx, "left"), sg(ctx, "mark"))}
	for _, r := range v.rows() {
		ch, _ := v.channels.ByID(r.Channel)
		row := []any{v.Year, code, ch.Code}
		for _, m := range r.Months {
			row = append(row, m.Planned)
		}
		rows = append(rows, append(row, r.Year.Planned, r.Year.Spent, r.Year.Committed, r.Year.Left, mark))
	}
	return rows
}

package insightdoor

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"

	"zhike/internal/insight"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/sheet"
	"zhike/internal/web"
)

const formatPDF = "pdf"

// exportForm is the button of the file that was chosen.
type exportForm struct {
	Format string `json:"format" enum:"csv,xlsx,pdf"`
}

// postExport gives a report as a file: the operation notes it first, and each download is one of its own (PPL-10).
func (p pages) postExport(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[exportForm](r)
	if err != nil {
		return err
	}
	params, err := ParamsOf(r.URL.Query())
	if err != nil {
		return err
	}
	var v view
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v, err = makeView(ctx, tx, r.PathValue("name"), params)
		return err
	})
	if err != nil {
		return err
	}
	out, err := insight.ExportReport.Run(op.WithKey(r.Context(), ""), p.run, insight.ExportReportInput{Report: v.report.Name, Params: params, Format: in.Format})
	if err != nil {
		return err
	}
	v.mark = sheet.Mark(out.By, out.At, out.ID)
	media := "application/pdf"
	if in.Format != formatPDF {
		media = sheet.Format(in.Format).ContentType()
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.%s"`, v.report.Name, v.report.Params.From, in.Format))
	return v.write(r.Context(), w, in.Format)
}

// File writes a report as a file: figures as numbers, money in yuan, names in the language of ctx, and a watermark.
func File(ctx context.Context, tx *op.Tx, w io.Writer, name string, p insight.Params, format, mark string) error {
	v, err := makeView(ctx, tx, name, p)
	if err != nil {
		return err
	}
	v.mark = mark
	return v.write(ctx, w, format)
}

func (v view) write(ctx context.Context, w io.Writer, format string) error {
	if format == formatPDF {
		return writePDF(ctx, w, v)
	}
	r := v.report
	out, err := sheet.NewWriter(sheet.Format(format), w)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	head := []any{i18n.T(ctx, "dimension."+r.Columns[0].Key)}
	for _, c := range r.Columns[1:] {
		head = append(head, i18n.T(ctx, "metric."+c.Metric))
	}
	rows := [][]any{append(head, i18n.T(ctx, "insight.mark"))} // the mark stands in each row, so that no part of a copy is without it
	for _, row := range r.Rows {
		rows = append(rows, append(fileRow(r, row, v.label(ctx, row)), v.mark))
	}
	rows = append(rows, append(fileRow(r, r.Totals, i18n.T(ctx, "insight.total")), v.mark))
	for _, row := range rows {
		if err := out.Row(row...); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func fileRow(r insight.Report, row insight.Row, label string) []any {
	out := []any{label}
	for i, f := range row.Cells {
		switch unit := r.Columns[i+1].Unit; {
		case f.None:
			out = append(out, "")
		case unit == "fen":
			out = append(out, money.Fen(f.V))
		case unit == "h100":
			out = append(out, hours.Centi(f.V))
		case unit == "n" && f.V == math.Trunc(f.V):
			out = append(out, int64(f.V))
		default:
			out = append(out, f.V)
		}
	}
	return out
}

// Text writes a report as lines for a terminal.
func Text(ctx context.Context, tx *op.Tx, w io.Writer, name string, p insight.Params) error {
	v, err := makeView(ctx, tx, name, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s  %s\n%s\n\n", i18n.T(ctx, "report."+name), period(ctx, v.report.Params), v.conclusion(ctx))
	lines := func(label string, row insight.Row) {
		fmt.Fprintln(w, label)
		for i, f := range row.Cells {
			c := v.report.Columns[i+1]
			fmt.Fprintf(w, "  %s: %s\n", i18n.T(ctx, "metric."+c.Metric), value(ctx, c.Unit, f))
		}
	}
	said := v.said(ctx)
	for i, row := range v.report.Rows {
		lines(v.label(ctx, row), row)
		if len(said) > 0 {
			fmt.Fprintf(w, "  %s\n", said[i].words)
		}
	}
	lines(i18n.T(ctx, "insight.total"), v.report.Totals)
	return nil
}

// JSON gives a report for programs.
func JSON(ctx context.Context, tx *op.Tx, name string, p insight.Params) (Answer, error) {
	v, err := makeView(ctx, tx, name, p)
	if err != nil {
		return Answer{}, err
	}
	return v.answer(ctx), nil
}

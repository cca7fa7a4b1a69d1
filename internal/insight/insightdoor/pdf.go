package insightdoor

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/pdf"
	"zhike/internal/web"
)

// mostBeside is how many rows stand side by side in a document; more stand one below the other, in two tables.
const mostBeside = 8

// writePDF writes a report as a document: what it means, its figures, its trend, and what the conclusion rests on (INS-6).
func writePDF(ctx context.Context, w io.Writer, v view) error {
	r := v.report
	title := i18n.T(ctx, "report."+r.Name) + " · " + period(ctx, r.Params)
	footer := title + " · " + i18n.T(ctx, "insight.made", "time", i18n.DateTime(ctx, r.Generated, web.Zone(ctx), r.Generated))
	if v.mark != "" {
		footer = title + " · " + v.mark // on each page (PPL-10)
	}
	d, err := pdf.New(pdf.Options{
		Title: title, Lang: i18n.LangOf(ctx).Tag(), Created: r.Generated,
		Footer: footer,
		Page: func(n, of int) string {
			return i18n.T(ctx, "insight.pages", "n", strconv.Itoa(n), "of", strconv.Itoa(of))
		},
	})
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	d.Heading(1, v.conclusion(ctx))
	d.Paragraph(title)
	for _, t := range pdfTables(ctx, v) {
		d.Table(t)
	}
	for _, s := range v.said(ctx) {
		d.Heading(2, s.name)
		d.Paragraph(s.words)
	}
	if len(r.Trend) > 0 {
		d.Heading(2, i18n.T(ctx, "insight.trend"))
	}
	var pictures []pdf.Sketch
	for _, c := range trends(ctx, r, chartWidth) {
		drawing := c.Draw()
		pictures = append(pictures, pdf.Sketch{Title: c.Title, Width: drawing.Width, Height: drawing.Height, Draw: func(c pdf.Canvas) { drawing.On(c) }})
	}
	d.Pictures(pictures)
	for _, c := range trends(ctx, r, chartWidth) {
		d.Note(c.Alt)
	}
	d.Heading(2, i18n.T(ctx, "insight.evidence"))
	d.Paragraph(i18n.T(ctx, "confidence."+r.Conclusion.Confidence))
	if len(r.Conclusion.Evidence) > 0 {
		d.Table(v.pdfEvidence(ctx))
		d.Note(v.compared(ctx))
	}
	if err := d.Write(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// pdfTables are the figures: a column a row of the report where there are few, else a row each, counts and money apart.
func pdfTables(ctx context.Context, v view) []pdf.Table {
	r := v.report
	all := append(append([]insight.Row{}, r.Rows...), r.Totals)
	label := func(i int) string {
		if i == len(r.Rows) {
			return i18n.T(ctx, "insight.total")
		}
		return v.label(ctx, r.Rows[i])
	}
	if len(r.Rows) <= mostBeside {
		t := pdf.Table{Columns: []pdf.Column{{Title: i18n.T(ctx, "insight.figure")}}}
		for i := range all {
			t.Columns = append(t.Columns, pdf.Column{Title: label(i), Right: true})
		}
		for n, c := range r.Columns[1:] {
			row := []string{i18n.T(ctx, "metric."+c.Metric)}
			for _, line := range all {
				row = append(row, value(ctx, c.Unit, line.Cells[n]))
			}
			t.Rows = append(t.Rows, row)
		}
		return []pdf.Table{t}
	}
	return []pdf.Table{pdfPart(ctx, r, all, label, false), pdfPart(ctx, r, all, label, true)}
}

// pdfPart is a row each of the report, with its columns of money or those of counts; the last one is the totals.
func pdfPart(ctx context.Context, r insight.Report, all []insight.Row, label func(int) string, money bool) pdf.Table {
	t := pdf.Table{Columns: []pdf.Column{{Title: i18n.T(ctx, "dimension."+r.Columns[0].Key)}}}
	lines := make([][]string, len(all))
	for i := range all {
		lines[i] = []string{label(i)}
	}
	for n, c := range r.Columns[1:] {
		if (c.Unit == "fen") != money {
			continue
		}
		t.Columns = append(t.Columns, pdf.Column{Title: i18n.T(ctx, "metric."+c.Metric), Right: true})
		for i, line := range all {
			lines[i] = append(lines[i], value(ctx, c.Unit, line.Cells[n]))
		}
	}
	t.Rows, t.Foot = lines[:len(lines)-1], lines[len(lines)-1]
	return t
}

func (v view) pdfEvidence(ctx context.Context) (t pdf.Table) {
	heads, rows := v.evidenceCells(ctx)
	for i, h := range heads {
		t.Columns = append(t.Columns, pdf.Column{Title: h, Right: i > 0})
	}
	t.Rows = rows
	return t
}

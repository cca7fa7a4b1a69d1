package insight

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ExportFormats are the files that a report can leave in.
var ExportFormats = []string{"csv", "xlsx", "pdf"}

// ExportReport notes that a report leaves the program as a file; its id stands in the file as a watermark (PPL-10, INS-6). Refused: an unknown
// report, format, dimension or center, a report that the viewer may not see.
var ExportReport = op.Op[ExportReportInput, Export]{
	Name: "insight.export-report", Rule: "PPL-10", Needs: "report:read", Fact: facts.ReportExported{}, Do: exportReport,
}

// ExportReportInput says which report leaves, and as what.
type ExportReportInput struct {
	Report string `json:"report" path:"name" maxLength:"40"`
	Params Params `json:"params"`
	Format string `json:"format" enum:"csv,xlsx,pdf"`
}

// Export is what left the program.
type Export struct {
	ID     id.ID     `json:"id"`
	By     string    `json:"by"` // login
	At     time.Time `json:"at"`
	Format string    `json:"format"`
}

func exportReport(ctx context.Context, tx *op.Tx, in ExportReportInput) (Export, error) {
	d, ok := definitions[in.Report]
	if !ok {
		return Export{}, problem.NotFound("report")
	}
	for _, right := range d.rights() {
		if !tx.Viewer.May(right) {
			return Export{}, problem.Forbidden(right)
		}
	}
	if !slices.Contains(ExportFormats, in.Format) {
		return Export{}, problem.Refuse("INS-6", "invalid", problem.Field{Location: "format", Code: "not-one-of", Value: in.Format, Args: map[string]any{"value": in.Format, "list": strings.Join(ExportFormats, ", ")}})
	}
	p, err := settle(ctx, tx, d, in.Params)
	if err != nil {
		return Export{}, err
	}
	f := facts.ReportExported{Report: in.Report, From: p.From, To: p.Until, Export: tx.NewID(), Format: in.Format}
	if len(p.Centers) == 1 {
		f.Center = p.Centers[0]
	}
	tx.Record(f.Export, f)
	return Export{ID: f.Export, By: tx.Viewer.Login, At: tx.Now, Format: in.Format}, nil
}

package marketing

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

// BudgetFormats are the files that an annual plan can leave in.
var BudgetFormats = []string{"csv", "xlsx"}

// ExportBudget notes that an annual plan leaves the program as a file; its id stands in each row as a watermark (PPL-10, MKT-8). Refused: a year
// out of range, an unknown format.
var ExportBudget = op.Op[ExportBudgetInput, BudgetExport]{
	Name: "marketing.export-budget", Rule: "PPL-10", Needs: "budget:read", Fact: facts.BudgetExported{}, Do: exportBudget,
	Subjects: func(in ExportBudgetInput) []op.Ref { return ofCenter(in.CenterID) },
}

// ExportBudgetInput says which plan leaves, and as what.
type ExportBudgetInput struct {
	Year     int64  `json:"year"`
	CenterID id.ID  `json:"center_id,omitempty" doc:"none: the company's"`
	Format   string `json:"format" enum:"csv,xlsx"`
}

// BudgetExport is what left the program.
type BudgetExport struct {
	ID     id.ID     `json:"id"`
	By     string    `json:"by"` // login
	At     time.Time `json:"at"`
	Format string    `json:"format"`
}

func exportBudget(_ context.Context, tx *op.Tx, in ExportBudgetInput) (BudgetExport, error) {
	var bad problem.Invalid
	if !slices.Contains(BudgetFormats, in.Format) {
		bad.Add("format", "not-one-of", in.Format, "value", in.Format, "list", strings.Join(BudgetFormats, ", "))
	}
	if in.Year < firstBudgetYear || in.Year > lastBudgetYear {
		bad.Add("year", "out-of-range", in.Year, "from", firstBudgetYear, "until", lastBudgetYear)
	}
	if err := bad.Err("MKT-8"); err != nil {
		return BudgetExport{}, err
	}
	f := facts.BudgetExported{Export: tx.NewID(), Center: in.CenterID, Year: in.Year, Format: in.Format}
	tx.Record(f.Export, f)
	return BudgetExport{ID: f.Export, By: tx.Viewer.Login, At: tx.Now, Format: in.Format}, nil
}

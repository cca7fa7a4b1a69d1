package app_test

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// TestPPL10_BudgetFile: the file of an annual plan carries who took it, when and the id of its event in each row; each download leaves one, a refused
// one none, and the address alone gives no file.
func TestPPL10_BudgetFile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		year := int64(s.Clock.Now().Year())
		if _, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: 3, Amount: money.Yuan(12_000)}}}); err != nil {
			t.Fatal(err)
		}
		base, path := serve(t, s, app.PageOptions{}), "/budgets/export?year="+strconv.FormatInt(year, 10)
		v := signedIn(t, s, base, "marketing", id.None)
		exports := func() int64 {
			return s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'marketing.budget-exported.1'")
		}
		for n := range 2 {
			a := v.post(path, "format", "csv")
			a.want(t, http.StatusOK)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
			if err != nil || len(rows) < 2 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for _, row := range rows[1:] {
				_, export, _ := strings.Cut(row[len(row)-1], "Z · ")
				key, err := id.Parse(export)
				if err != nil || !strings.HasPrefix(row[len(row)-1], strings.ToLower(s.Login("marketing", id.None))+" · ") || s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'marketing.budget-exported.1' AND subject = ?", key) != 1 {
					t.Errorf("mark %q", row[len(row)-1])
				}
			}
			if got := exports(); got != int64(n+1) {
				t.Errorf("%d events of %d files", got, n+1)
			}
		}
		if x := v.post(path, "format", "xlsx"); !strings.HasPrefix(x.body, "PK") {
			t.Errorf("no workbook: %d", x.status)
		}
		v.post(path, "format", "pdf").want(t, http.StatusUnprocessableEntity)
		signedIn(t, s, base, "front-desk", s.HD).post(path, "format", "csv").want(t, http.StatusForbidden)
		if a := v.get(path); a.status == http.StatusOK {
			t.Error("the address alone gives the file")
		}
		if _, err := marketing.ExportBudget.Run(s.Marketing(), s.Ops, marketing.ExportBudgetInput{Year: 1999, Format: "csv"}); err == nil {
			t.Error("the plan of 1999")
		}
		if got := exports(); got != 3 {
			t.Errorf("%d events of 3 files", got)
		}
	})
}

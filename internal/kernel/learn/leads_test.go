package learn

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The public leads (INS-10): what is known when, and which columns are numbers.
var (
	leadsLater    = []string{"Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score"}
	leadsActivity = []string{"Last Activity", "Last Notable Activity"}
	leadsNumbers  = []string{"TotalVisits", "Total Time Spent on Website", "Page Views Per Visit", "Asymmetrique Activity Score", "Asymmetrique Profile Score"}
	leadsNot      = []string{"Prospect ID", "Lead Number", "Converted"}
)

// leads reads the public leads; rows that are equal apart from their identifiers are one group. The test is skipped where they are absent.
func leads(t *testing.T) Table {
	t.Helper()
	f, err := os.Open("../../../../shared/data/leads/leads.csv.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public leads are not here: ../shared/data/leads")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out Table
	var keep []int
	for i, name := range rows[0] {
		if slices.Contains(leadsNot, name) {
			continue
		}
		kind := Category
		if slices.Contains(leadsNumbers, name) {
			kind = Number
		}
		keep, out.Columns = append(keep, i), append(out.Columns, Column{Name: name, Kind: kind})
	}
	converted := slices.Index(rows[0], "Converted")
	for _, row := range rows[1:] {
		s := Sample{Group: strings.Join(row[2:], "\x1f"), Yes: row[converted] == "1"}
		for i, at := range keep {
			s.Values = append(s.Values, leadValue(t, out.Columns[i].Kind, row[at]))
		}
		out.Samples = append(out.Samples, s)
	}
	return out
}

// leadValue reads a cell; Select means that nothing was chosen, and spellings differ in case.
func leadValue(t *testing.T, kind Kind, cell string) Value {
	t.Helper()
	cell = strings.ToLower(strings.TrimSpace(cell))
	if cell == "" || cell == "select" {
		return Value{}
	}
	if kind == Category {
		return Cat(cell)
	}
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return Num(x)
}

func outcomes(t Table) []bool {
	var yes []bool
	for _, s := range t.Samples {
		yes = append(yes, s.Yes)
	}
	return yes
}

// SAL-12: on the public leads the order and the calibration are as good as what a plain logistic regression reaches, with what is known at
// entry, and with the last activity.
func TestSAL12_Leads(t *testing.T) {
	all := leads(t)
	for _, c := range []struct {
		name    string
		without []string
		auc     float64
	}{
		{"fields of entry", append(slices.Clone(leadsLater), leadsActivity...), 0.865},
		{"with the last activity", append(slices.Clone(leadsLater), "Last Notable Activity"), 0.895},
	} {
		l, err := Learn(all.Without(c.without...))
		if err != nil {
			t.Fatal(err)
		}
		q := QualityOf(l.LeftOut, outcomes(all))
		t.Logf("%s: AUC %.4f, calibration error %.4f, Brier %.4f, first tenth's lift %.2f, %d trees", c.name, q.AUC, q.ECE, q.Brier, q.Lift[0].Lift, len(l.Model.Trees))
		if q.AUC < c.auc || q.ECE > 0.02 {
			t.Errorf("%s: AUC %.4f, want %.3f; calibration error %.4f, want at most 0.02", c.name, q.AUC, c.auc, q.ECE)
		}
		if q.AUC > 0.94 {
			t.Errorf("%s: AUC %.4f is too good to be true", c.name, q.AUC)
		}
	}
}

// SAL-12: a column that staff filled in while they sold gives itself away, others do not; one that is marked as known later is refused.
func TestSAL12_LeadsTags(t *testing.T) {
	all := leads(t)
	drop := append(slices.Clone(leadsLater), "Last Notable Activity")
	drop = slices.DeleteFunc(drop, func(s string) bool { return s == "Tags" })
	list, err := Suspect(all.Without(drop...), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(list)
	if len(list) != 1 || list[0].Column != "Tags" || list[0].Lift <= 0.05 {
		t.Errorf("warnings: %v, want Tags", list)
	}
	for i, c := range all.Columns {
		all.Columns[i].Later = slices.Contains(leadsLater, c.Name)
	}
	var refused []string
	for _, r := range Refused(all) {
		refused = append(refused, r.Column)
	}
	if len(refused) != len(leadsLater) || !slices.Contains(refused, "Tags") {
		t.Errorf("refused: %v, want %v", refused, leadsLater)
	}
}

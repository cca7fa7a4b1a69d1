package insight_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func promotionsOf(t *testing.T, s *testkit.School, who context.Context, p insight.Params) (r insight.Report) {
	t.Helper()
	s.Read(t, who, func(ctx context.Context, tx *op.Tx) (err error) {
		r, err = insight.Make(ctx, tx, "promotions", p)
		return err
	})
	return r
}

// cell is a figure of the row of a promotion.
func cellOf(t *testing.T, r insight.Report, key id.ID, metric string) insight.Figure {
	t.Helper()
	for _, row := range r.Rows {
		for i, c := range r.Columns[1:] {
			if row.Value == key.String() && c.Metric == metric {
				return row.Cells[i]
			}
		}
	}
	t.Fatalf("no %s of %s in %+v", metric, key, r.Rows)
	return insight.Figure{}
}

// The report says of each promotion that was given in a time what was planned and brought, what it gave away and what it comes to; who has
// figures only sees the same, another center's principal that center's, and a promotion of another time is none of them (SAL-8, INS-5).
func TestSAL8_Report(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		good, thin, old, ahead := s.Promotion(t, "立减"), s.Promotion(t, "店庆"), s.Promotion(t, "去年"), s.Promotion(t, "没启用")
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ? WHERE id = ?", int64(day-19), int64(day-1), good)
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ?, kinds = '[\"return\"]' WHERE id = ?", int64(day-9), int64(day+9), thin)
		s.Exec(t, "UPDATE promotions SET from_day = ?, until_day = ? WHERE id = ?", int64(day-900), int64(day-800), old)
		s.Exec(t, "UPDATE promotions SET state = 'draft' WHERE id = ?", ahead)
		for range 40 {
			s.Plant(t, testkit.Bought{Kind: "new", Day: day - 12, Until: day + 300, Promotion: good, Off: money.Yuan(300)})
		}
		for range 10 {
			s.Plant(t, testkit.Bought{Kind: "new", Day: day - 25, Until: day + 300})
		}
		s.Plant(t, testkit.Bought{Kind: "return", Center: s.CY, Day: day - 12, Until: day + 300, Promotion: good, Off: money.Yuan(300)}, testkit.Bought{Kind: "return", Day: day, Until: day + 300, Promotion: thin}, testkit.Bought{Kind: "new", Day: day - 1200, Until: day})

		for name, who := range map[string]context.Context{"general manager": s.GM(), "marketing": s.Marketing()} {
			r := promotionsOf(t, s, who, insight.Params{From: day - 60, Until: day})
			if len(r.Rows) != 2 {
				t.Fatalf("%s: %d rows", name, len(r.Rows))
			}
			for metric, want := range map[string]float64{"promotion_plan": 5, "contracts_additional": 31, "contracts_during": 41, "contracts_before": 10, "promotion_contracts": 41, "promotion_off": 1_230_000, "margin_given": 1_230_000, "cost_per_additional": 39_677} {
				if f := cellOf(t, r, good, metric); f.V != want || f.None {
					t.Errorf("%s: %s = %+v, want %v", name, metric, f, want)
				}
			}
			if f := cellOf(t, r, thin, "contracts_additional"); !f.Thin || !f.None {
				t.Errorf("%s: of one contract %+v", name, f)
			}
			codes := map[string]string{}
			for _, sentence := range r.Conclusion.Sentences {
				codes[sentence.Code] = sentence.Row
			}
			if codes["promotion-more"] != good.String() || len(codes) != 2 || len(r.Conclusion.Evidence) != 1 {
				t.Errorf("%s: %+v", name, r.Conclusion)
			}
			if f := r.Totals.Cells[8]; f.V != 1_230_000 || !r.Totals.Cells[1].None || !r.Totals.Cells[4].None {
				t.Errorf("%s: totals %+v", name, r.Totals)
			}
			for _, row := range r.Rows {
				if row.Young != (row.Value == thin.String()) {
					t.Errorf("%s: %s over: %v", name, row.Value, !row.Young)
				}
			}
		}
		r := promotionsOf(t, s, s.Principal(s.CY), insight.Params{From: day - 60, Until: day})
		if f := cellOf(t, r, good, "contracts_during"); f.V != 1 || cellOf(t, r, good, "margin_given").V != 30_000 {
			t.Errorf("of the other center: %+v", f)
		}
		r = promotionsOf(t, s, s.GM(), insight.Params{From: day - 60, Until: day, Centers: []id.ID{s.CY}})
		if f := cellOf(t, r, good, "promotion_contracts"); f.V != 1 {
			t.Errorf("asked for one center: %+v", f)
		}
		r = promotionsOf(t, s, s.GM(), insight.Params{From: day - 850, Until: day - 840})
		if len(r.Rows) != 1 || r.Rows[0].Value != old.String() || r.Rows[0].Promoted.Effect.Verdict != sales.VerdictThin {
			t.Errorf("of another time: %+v", r.Rows)
		}
	})
}

// Whoever may see no promotions is not shown the report, nor sent it (SAL-8, ORG-3).
func TestSAL8_ReportNeedsItsRight(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		err := s.Ops.Read(s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			for _, name := range insight.NamesFor(tx.Viewer) {
				if name == "promotions" {
					t.Error("the front desk is offered the report")
				}
			}
			_, err := insight.Make(ctx, tx, "promotions", insight.Params{})
			return err
		})
		if p, ok := problem.As(err); !ok || p.Status != http.StatusForbidden {
			t.Errorf("front desk: %v", err)
		}
		desk, mail := s.StaffID(s.FrontDesk(s.HD)), "desk@school.example"
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: desk, Email: &mail}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			for name, offered := range map[string]bool{"daily-sales": true, "promotions": false} {
				list, err := organization.Colleagues(ctx, tx, insight.RightsFor(name)...)
				if err != nil {
					return err
				}
				if slices.ContainsFunc(list, func(m organization.Staff) bool { return m.ID == desk }) != offered {
					t.Errorf("%s offered to the front desk: %v", name, !offered)
				}
			}
			return nil
		})
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		_, err = insight.MailReport.Run(s.Principal(s.HD), s.Ops, insight.MailReportInput{Report: "promotions", Params: insight.Params{From: day, Until: day}, Staff: []id.ID{desk}})
		if p, ok := problem.As(err); !ok || len(p.Fields) != 1 || p.Fields[0].Code != "no-report-right" {
			t.Errorf("mailed: %v", err)
		}
	})
}

// By promotion the reports of sales count who signed: a contract with two promotions in the row of each, in the totals once; what has none has its own row. The
// totals are those of the same report by center, the figures open to their contracts, and the report says how rows add up. Who may not read promotions has no such
// rows (SAL-8, INS-2).
func TestSAL8_RowsByPromotion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		one, two := s.Promotion(t, "立减"), s.Promotion(t, "店庆")
		for i, of := range [][]id.ID{{one}, {one, two}, {}} {
			e := came(t, s, id.None)
			signs(t, s, e, money.Yuan(int64(100*(i+1))))
			for _, key := range of {
				s.Exec(t, "INSERT INTO contract_promotions (contract, promotion, line, no, name, taken_off, gift, thing) SELECT id, ?, 1, 'P', 'P', 0, 0, '' FROM contracts WHERE enquiry = ?", key, e.ID)
			}
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			byCenter, err := insight.Make(ctx, tx, "daily-sales", insight.Params{By: "center", From: day - 5, Until: day})
			if err != nil {
				return err
			}
			r, err := insight.Make(ctx, tx, "daily-sales", insight.Params{By: "promotion", From: day - 5, Until: day})
			if err != nil {
				return err
			}
			if n := cellOf(t, r, one, "contracts_new").V + cellOf(t, r, two, "contracts_new").V; n != 3 || len(r.Rows) != 3 || r.Rows[2].Value != "" || r.Rows[2].Cells[0].V != 1 {
				t.Errorf("%v contracts in the rows of promotions: %+v", n, r.Rows)
			}
			if a, b, mean := cellOf(t, r, one, "contract_amount"), cellOf(t, r, two, "contract_amount"), cellOf(t, r, one, "average_contract"); a.V != 2*b.V || b.V == 0 || mean.V != b.V {
				t.Errorf("amounts %v of two and %v of one of the same price, %v on average", a.V, b.V, mean.V)
			}
			for i, c := range r.Columns[1:] {
				at := slices.IndexFunc(byCenter.Columns, func(o insight.Column) bool { return o.Key == c.Key })
				if got, want := r.Totals.Cells[i], byCenter.Totals.Cells[at-1]; got.V != want.V || c.Metric == "contracts_new" && got.V != 3 {
					t.Errorf("total of %s = %v, by center %v", c.Key, got.V, want.V)
				}
			}
			if say := r.Conclusion.Sentences; len(say) != 2 || say[0].Code != "rows-promoted" || say[0].N != 3 || say[0].Value != 2 || say[1].Code != "rows-overlap" || say[1].N != 1 {
				t.Errorf("it says %+v", say)
			}
			o, err := insight.OpenFigure(ctx, tx, "daily-sales", r.Params, insight.Place{Row: two.String(), Column: "contracts_new"}, 0, 10)
			if err != nil || o.Total != 1 || o.Sum != 1 || o.Cases[0].Kind != "contract" {
				t.Errorf("opened: %+v, %v", o, err)
			}
			for _, basis := range insight.Bases {
				f, err := insight.Make(ctx, tx, "funnel", insight.Params{By: "promotion", Basis: basis, From: day - 5, Until: day})
				if err != nil {
					return err
				}
				if a, b := cellOf(t, f, one, "contracts_new").V, f.Totals.Cells[0].V; a != 2 || b != 3 || len(f.Conclusion.Sentences) != 2 || f.Conclusion.Sentences[1].N != 1 {
					t.Errorf("funnel by %s: %v of %v, %+v", basis, a, b, f.Conclusion)
				}
			}
			return nil
		})
		s.Exec(t, "DELETE FROM role_rights WHERE resource = 'promotion' AND role = 'consultant'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Consultant(s.HD), func(ctx context.Context, tx *op.Tx) error {
			_, err := insight.Make(ctx, tx, "funnel", insight.Params{By: "promotion", From: day - 5, Until: day})
			if p, ok := problem.As(err); !ok || p.Status != http.StatusUnprocessableEntity {
				t.Errorf("without the right: %v", err)
			}
			return nil
		})
	})
}

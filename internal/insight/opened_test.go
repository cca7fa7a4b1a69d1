package insight_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// figuresLived brings something of everything that reports count: two campaigns with costs, one of them touching both, contracts, cash, visits, a
// missed and an open appointment, another month and another consultant.
func figuresLived(t *testing.T, s *testkit.School) {
	t.Helper()
	a, b := running(t, s, "开放日"), running(t, s, "公开课")
	for _, c := range []id.ID{a, b} {
		in := marketing.BookCostInput{CampaignID: c, Category: "venue", Amount: money.Yuan(1_001), Document: "票-" + c.String()}
		if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, in); err != nil {
			t.Fatal(err)
		}
	}
	both := came(t, s, a)
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	if _, err := sales.AddLead.Run(s.FrontDesk(s.HD), s.Ops, sales.AddLeadInput{EnquiryID: both.ID, CampaignID: b}); err != nil {
		t.Fatal(err)
	}
	contact(t, s, s.HD, 25*time.Minute)
	contact(t, s, s.CY, 40*time.Minute)
	s.Appointment(t, s.HD)
	other := s.Enquiry(t, s.HD)
	assign := sales.AssignInput{EnquiryID: other.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "by-hand"}
	if _, err := sales.Assign.Run(s.Principal(s.HD), s.Ops, assign); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(s.Clock.Now().AddDate(0, 0, 30))
	late := came(t, s, b)
	signs(t, s, both, money.Yuan(3_001))
	s.Clock.Set(s.Clock.Now().Add(48 * time.Hour))
	signs(t, s, late, money.Yuan(1_234))
	s.Contract(t, s.CY)
	s.Reward(t, s.HD, late.PersonID)
	north, err := organization.AddRegion.Run(s.IT(), s.Ops, organization.RegionInput{Code: "N", NameZH: "北区"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := organization.ChangeCenter.Run(s.IT(), s.Ops, organization.ChangeCenterInput{CenterID: s.HD, RegionID: &north.ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.App.Settle(s.System()); err != nil {
		t.Fatal(err)
	}
}

// Every figure of every report, by every dimension and whichever parameters, opens to cases that say the same (UI-B1, UI-G 10).
func TestUIB1_EveryFigureOpens(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		figuresLived(t, s)
		for _, viewer := range []context.Context{s.GM(), s.Principal(s.HD), s.Consultant(s.HD), s.Marketing(), s.FrontDesk(s.HD)} {
			s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) error {
				for _, name := range insight.NamesFor(tx.Viewer) {
					for _, by := range insight.DimensionsOf(tx.Viewer, name) {
						for _, p := range variants(name, by) {
							walkFigures(ctx, t, tx, name, p)
						}
					}
				}
				return nil
			})
		}
	})
}

// A lead that went to another center counts where it was entered, and is named only to who sees it where it is now (UI-B1, ORG-3).
func TestUIB1_LeadThatMoved(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		moved := s.Enquiry(t, s.HD) // counts where it was entered, and is seen where it is
		s.Touch(t, s.HD, moved)
		s.Exec(t, "UPDATE enquiries SET center = ?, consultant = ? WHERE id = ?", s.CY, s.StaffID(s.Consultant(s.CY)), moved.ID)
		s.Exec(t, "UPDATE person_links SET center = ?, owner = ? WHERE person = ?", s.CY, s.StaffID(s.Consultant(s.CY)), moved.PersonID)
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		for _, viewer := range []context.Context{s.Principal(s.HD), s.FrontDesk(s.HD)} {
			named, counted := leadsOf(t, s, viewer, moved)
			if named || counted == 0 {
				t.Errorf("of %d leads of the center, one that went to another center is named: %t", counted, named)
			}
		}
		if named, _ := leadsOf(t, s, s.GM(), moved); !named {
			t.Error("the lead that went to another center is not among those of the company")
		}
	})
}

// leadsOf counts the leads of a viewer's figures since the first day, and tells whether one is named among them.
func leadsOf(t *testing.T, s *testkit.School, viewer context.Context, e sales.Entered) (named bool, n int) {
	t.Helper()
	s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) error {
		until := tx.Today(tx.Viewer.Center)
		p := insight.Params{From: until - 60, Until: until, By: "center"}
		o, err := insight.OpenFigure(ctx, tx, "daily-sales", p, insight.Place{Total: true, Column: "leads"}, 0, 1_000)
		for _, c := range o.Cases {
			named = named || c.ID == e.ID || c.Person == e.PersonID
		}
		n = o.Total
		return err
	})
	return named, n
}

// variants are the parameters with which a report is asked for.
func variants(name, by string) (out []insight.Params) {
	one := insight.Params{By: by}
	switch name {
	case "campaigns", "channels":
		for _, m := range insight.Models {
			out = append(out, insight.Params{By: by, Model: m})
		}
	case "funnel":
		for _, b := range insight.Bases {
			out = append(out, insight.Params{By: by, Basis: b})
		}
	case "targets":
		for _, m := range sales.TargetMetrics {
			out = append(out, insight.Params{By: by, Metric: m.ID})
		}
	default:
		out = append(out, one)
	}
	return out
}

// walkFigures opens each cell of a report, but for what was to be reached.
func walkFigures(ctx context.Context, t *testing.T, tx *op.Tx, name string, p insight.Params) {
	t.Helper()
	if name == "daily-sales" {
		p.Until = tx.Today(tx.Viewer.Center)
		p.From = p.Until - 60
	}
	r, err := insight.Make(ctx, tx, name, p)
	if err != nil {
		t.Fatalf("%s by %s: %v", name, p.By, err)
	}
	for i, row := range append(slices.Clone(r.Rows), r.Totals) {
		at := insight.Place{Row: row.Value, Total: i == len(r.Rows)}
		for n, f := range row.Cells {
			c := r.Columns[n+1]
			if f.None || c.Metric == "target" || c.Metric == "targets_of_consultants" {
				continue
			}
			at.Column = c.Key
			o, err := insight.OpenFigure(ctx, tx, name, r.Params, at, 0, 1_000)
			if err != nil {
				t.Fatalf("%s by %s, %+v: %v", name, p.By, at, err)
			}
			if says := said(o); !(math.Abs(says-f.V) <= 1e-6*math.Max(1, math.Abs(f.V))) {
				t.Errorf("%s by %s (%s%s%s) as %s, %+v: the figure is %v, its %d cases say %v", name, p.By, p.Model, r.Params.Basis, p.Metric, tx.Viewer.Login, at, f.V, o.Total, says)
			}
		}
	}
}

// said is what the cases of a figure come to, counted again from their list.
func said(o insight.Opened) float64 {
	var values []float64
	var sum, over float64
	if slices.ContainsFunc(o.Cases, func(c insight.Counted) bool { return c.Beyond }) {
		if slices.ContainsFunc(o.Cases, func(c insight.Counted) bool {
			return c.Beyond && (c.Value != 0 || !c.ID.IsNone() || !c.Person.IsNone())
		}) {
			return math.NaN() // whoever does not see a payment learns neither whose it is nor how much it is
		}
		return o.Sum / cmp.Or(o.Over, 1)
	}
	for _, c := range o.Cases {
		values = append(values, c.Value)
		if c.Part == insight.PartOver {
			over += c.Value
		} else {
			sum += c.Value
		}
	}
	switch o.Way {
	case insight.WayQuotient:
		return sum / over
	case insight.WayMedian:
		return stat.Median(values)
	case insight.WayBasis: // reckoned from them: that there are some is all that can be compared
		if o.Total == 0 && o.Figure.V != 0 {
			return math.NaN()
		}
		return o.Figure.V
	case insight.WaySum:
	}
	return sum
}

// Rows add up to the totals by each dimension, of kind and region too (SAL-9, INS-2).
func TestSAL9_DimensionsAddUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		figuresLived(t, s)
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			for _, name := range []string{"daily-sales", "funnel", "campaigns", "channels", "referrals"} {
				for _, by := range insight.DimensionsOf(tx.Viewer, name) {
					for _, p := range variants(name, by) {
						addsUp(ctx, t, tx, name, p)
					}
				}
			}
			for _, want := range [][2]string{{"funnel", "kind"}, {"funnel", "region"}, {"daily-sales", "kind"}, {"daily-sales", "region"}, {"campaigns", "region"}, {"campaigns", "kind"}, {"targets", "region"}} {
				if !slices.Contains(insight.DimensionsOf(tx.Viewer, want[0]), want[1]) {
					t.Errorf("%s has no rows by %s", want[0], want[1])
				}
			}
			return nil
		})
	})
}

func addsUp(ctx context.Context, t *testing.T, tx *op.Tx, name string, p insight.Params) {
	t.Helper()
	if name == "daily-sales" {
		p.Until = tx.Today(tx.Viewer.Center)
		p.From = p.Until - 60
	}
	r, err := insight.Make(ctx, tx, name, p)
	if err != nil {
		t.Fatalf("%s by %s: %v", name, p.By, err)
	}
	if len(r.Rows) == 0 {
		t.Errorf("%s by %s has no rows", name, p.By)
	}
	for n, c := range r.Columns[1:] {
		m, _ := insight.MetricByID(c.Metric)
		if m.Ratio() || m.Median || c.Unit == "days" || c.Metric == "active_students" || c.Unit == "%" {
			continue
		}
		var sum float64
		for _, row := range r.Rows {
			sum += row.Cells[n].V
		}
		if math.Abs(sum-r.Totals.Cells[n].V) > 1e-6 {
			t.Errorf("%s by %s (%s%s), %s: rows add up to %v, the total is %v", name, p.By, p.Model, r.Params.Basis, c.Metric, sum, r.Totals.Cells[n].V)
		}
	}
}

// Who sees figures but not the records behind them is told their number and days, and neither who it is nor where the record stands (ORG-3).
func TestUIB1_CasesBeyondScope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		figuresLived(t, s)
		hidden := func(viewer context.Context) (n, named int) {
			s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) error {
				own := *tx.Viewer
				own.Rights = map[string]policy.Scope{"report:read": tx.Viewer.Scope("report:read")}
				blind := *tx
				blind.Viewer = &own
				o, err := insight.OpenFigure(ctx, &blind, "funnel", insight.Params{}, insight.Place{Total: true, Column: "leads"}, 0, 100)
				for _, c := range o.Cases {
					if !c.ID.IsNone() || !c.Person.IsNone() || !c.Enquiry.IsNone() {
						named++
					}
				}
				n = o.Total
				return err
			})
			return n, named
		}
		if n, named := hidden(s.GM()); n < 6 || named != 0 {
			t.Errorf("%d cases, of which %d are named", n, named)
		}
		s.Read(t, s.Principal(s.CY), func(ctx context.Context, tx *op.Tx) error {
			o, err := insight.OpenFigure(ctx, tx, "funnel", insight.Params{By: "center"}, insight.Place{Total: true, Column: "leads"}, 0, 100)
			for _, c := range o.Cases {
				if c.Center != s.CY || c.ID.IsNone() || c.Person.IsNone() {
					t.Errorf("another center's case is shown, or an own one is not: %+v", c)
				}
			}
			_, err2 := insight.OpenFigure(ctx, tx, "funnel", insight.Params{By: "center"}, insight.Place{Row: s.HD.String(), Column: "leads"}, 0, 100)
			if err2 == nil {
				t.Error("the row of another center opens")
			}
			return err
		})
	})
}

// The pages of the cases of a figure are together its list, of a sum, a quotient and what the log tells, for a row as for the total (UI-B1, TRU-23).
func TestUIB1_PagesOfCases(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		figuresLived(t, s)
		s.Read(t, s.GM(), func(ctx context.Context, tx *op.Tx) error {
			until := tx.Today(tx.Viewer.Center)
			p := insight.Params{From: until - 60, Until: until, By: "center"}
			for _, column := range []string{"leads", "visits", "cash_in_fen", "show_rate", "contract_amount_fen"} {
				for _, at := range []insight.Place{{Total: true, Column: column}, {Row: s.HD.String(), Column: column}} {
					whole, err := insight.OpenFigure(ctx, tx, "daily-sales", p, at, 0, 1_000)
					if err != nil {
						return err
					}
					var pages []insight.Counted
					for from := 0; from == 0 || from < whole.Total; from += 2 {
						o, err := insight.OpenFigure(ctx, tx, "daily-sales", p, at, from, 2)
						if err != nil {
							return err
						}
						if o.Total != whole.Total || o.Sum != whole.Sum || o.Over != whole.Over || len(o.Cases) > 2 {
							t.Errorf("%+v from %d: %d cases of %d, %v over %v", at, from, len(o.Cases), o.Total, o.Sum, o.Over)
						}
						pages = append(pages, o.Cases...)
					}
					if whole.Total != len(whole.Cases) || !slices.Equal(pages, whole.Cases) {
						t.Errorf("%+v: the pages are %+v, the list is %+v", at, pages, whole.Cases)
					}
				}
			}
			return nil
		})
	})
}

package insight_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// shared is a campaign of the whole company that brought three to one center and one to another, for 4,000 yuan.
func shared(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	c := running(t, s, "开放日")
	for range 3 {
		came(t, s, c)
	}
	_, err := sales.Enter.Run(s.Consultant(s.CY), s.Ops, sales.EnterInput{
		Person: &people.RegisterInput{Name: "何雨桐"}, CenterID: s.CY, ConsultantID: s.StaffID(s.Consultant(s.CY)), ChannelID: s.Web, CourseID: s.Course, CampaignID: c,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c, Category: "media", Amount: money.Yuan(4_000), Document: "F"}); err != nil {
		t.Fatal(err)
	}
	return c
}

// What the company spent for all is shared out by the leads of all centers: the row of a center, the report of this center, and what its principal
// sees are the same; who may not see costs is told none, not that there were none.
func TestMKT5_CompanyCostsAreShared(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		shared(t, s)
		const cost = 7
		read := func(viewer context.Context, p insight.Params) (r insight.Report) {
			s.Read(t, viewer, func(ctx context.Context, tx *op.Tx) (err error) {
				r, err = insight.Make(ctx, tx, "campaigns", p)
				return err
			})
			return r
		}
		r := read(s.Marketing(), insight.Params{By: "center"})
		for _, row := range r.Rows {
			if want := map[string]float64{s.HD.String(): 300_000, s.CY.String(): 100_000}[row.Value]; row.Cells[cost].V != want {
				t.Errorf("row %s costs %v, want %v", row.Value, row.Cells[cost].V, want)
			}
		}
		for what, r := range map[string]insight.Report{
			"one center":             read(s.Marketing(), insight.Params{Centers: []id.ID{s.HD}}),
			"one center by channel":  read(s.Marketing(), insight.Params{Centers: []id.ID{s.HD}, By: "channel"}),
			"its principal":          read(s.Principal(s.HD), insight.Params{}),
			"its principal by month": read(s.Principal(s.HD), insight.Params{By: "month"}),
		} {
			if f := r.Totals.Cells[cost]; f.None || f.V != 300_000 || r.Totals.Cells[8].V != 100_000 {
				t.Errorf("%s: costs %+v, a lead %+v", what, f, r.Totals.Cells[8])
			}
			if r.Conclusion.Sentences[0].Code != "too-young" {
				t.Errorf("%s: %+v", what, r.Conclusion.Sentences)
			}
		}
		if r := read(s.FrontDesk(s.HD), insight.Params{}); !r.Totals.Cells[cost].None || !r.Totals.Cells[11].None || r.Conclusion.Sentences[0].Code != "costs-unseen" {
			t.Errorf("the front desk is told %+v, %+v", r.Totals.Cells[cost], r.Conclusion.Sentences)
		}
	})
}

// Who sees a part of a campaign is told so, and the part is not measured by the plan of the whole; a center's own campaign is its principal's.
func TestMKT6_PartIsNotDiagnosed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := shared(t, s)
		in := testkit.Campaign(t, s, s.HD)
		in.Name = "本校公开课"
		own, err := marketing.PlanCampaign.Run(s.Principal(s.HD), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		s.Approve(t, own.ID)
		came(t, s, own.ID)
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 100))
		for _, v := range []struct {
			who      string
			viewer   context.Context
			campaign id.ID
			leads    float64
			part     bool
		}{
			{"marketing", s.Marketing(), c, 4, false},
			{"a principal", s.Principal(s.HD), c, 3, true},
			{"another one", s.Principal(s.CY), c, 1, true},
			{"who is in it", s.Principal(s.HD), own.ID, 1, false},
			{"who is not", s.Principal(s.CY), own.ID, 0, true},
		} {
			s.Read(t, v.viewer, func(ctx context.Context, tx *op.Tx) error {
				k, err := marketing.CampaignByID(ctx, tx, v.campaign)
				if err != nil {
					return err
				}
				d, got, err := insight.Diagnose(ctx, tx, k)
				if got.N(insight.StepLead) != v.leads || got.Part != v.part || d.Part != v.part || (len(d.Links) == 0) != v.part || (d.Failed == "lead") == v.part {
					t.Errorf("%s: %v leads, part %v, %+v", v.who, got.N(insight.StepLead), got.Part, d)
				}
				return err
			})
		}
	})
}

// The review of a campaign counts for everybody, whoever closes it.
func TestMKT7_ReviewIsOfAll(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := shared(t, s)
		viewer, _ := op.ViewerOf(s.Marketing())
		narrow := *viewer
		narrow.Rights = maps.Clone(viewer.Rights)
		narrow.Rights["report:read"] = policy.Scope{Centers: []id.ID{s.CY}}
		in := marketing.CloseCampaignInput{CampaignID: c, Lesson: "海报位置要好", Release: true}
		if _, err := marketing.CloseCampaign.Run(op.WithViewer(s.Marketing(), &narrow), s.Ops, in); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			got, err := marketing.CampaignByID(ctx, tx, c)
			if err == nil && (got.Review == nil || got.Review.Leads != 4) {
				t.Errorf("review = %+v", got.Review)
			}
			if l := got.Review.Links; len(l) == 0 || l[0].Link != "lead" || l[0].N != 4 || l[0].Expected == 0 || l[0].High == 0 {
				t.Errorf("the review keeps no evidence: %+v", l)
			}
			return err
		})
		s.Check(t)
	})
}

// The page of a campaign and the report of campaigns say the same of somebody who came by it once and signed with a later enquiry.
func TestMKT4_CreditedByThePerson(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := running(t, s, "开放日")
		first := came(t, s, c)
		signs(t, s, first, money.Yuan(2_000))
		s.Clock.Set(s.Clock.Now().AddDate(0, 0, 10))
		again, err := sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{
			PersonID: first.PersonID, CenterID: s.HD, Kind: "return", ConsultantID: s.StaffID(s.Consultant(s.HD)), ChannelID: s.Web, CourseID: s.Course,
		})
		if err != nil {
			t.Fatal(err)
		}
		signs(t, s, again, money.Yuan(3_000))
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			r, err := insight.Make(ctx, tx, "campaigns", insight.Params{By: "campaign"})
			if err != nil {
				return err
			}
			tallies, err := insight.CampaignTallies(ctx, tx, []id.ID{c}, insight.FirstTouch)
			got := tallies[c]
			if row := r.Rows[0]; row.Value != c.String() || row.Cells[0].V != got.N(insight.StepLead) || row.Cells[4].V != got.N(insight.StepContract) || row.Cells[6].V != float64(got.Cash) || got.N(insight.StepContract) != 2 {
				t.Errorf("the report says %+v, the page %+v", row.Cells, got)
			}
			return err
		})
	})
}

// The funnel gives the days between each step and the next one, by the date of entry and by that of the step, there for who entered before the span too.
func TestSAL9_DaysBetweenSteps(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		wait := func(days int) { s.Clock.Set(s.Clock.Now().AddDate(0, 0, days)) }
		e := came(t, s, id.None)
		wait(2)
		s.Touch(t, s.HD, e)
		a, err := sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(24 * time.Hour)}) // on the third day
		if err != nil {
			t.Fatal(err)
		}
		wait(1)
		v, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}); err != nil {
			t.Fatal(err)
		}
		wait(40)
		s.Sign(t, s.HD, e)
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		today := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		for _, c := range []struct {
			p    insight.Params
			want [4]float64 // -1: none
		}{
			{insight.Params{Basis: insight.ByCohort, From: today - 50, Until: today}, [4]float64{3, 0, 40, 43}},
			{insight.Params{Basis: insight.ByStep, From: today - 50, Until: today}, [4]float64{3, 0, 40, 43}},
			{insight.Params{Basis: insight.ByStep, From: today - 5, Until: today}, [4]float64{-1, -1, 40, 43}},
			{insight.Params{Basis: insight.ByStep, From: today - 41, Until: today - 20}, [4]float64{3, 0, -1, -1}},
		} {
			for _, by := range []string{"channel", "month", "center"} {
				c.p.By = by
				s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
					r, err := insight.Make(ctx, tx, "funnel", c.p)
					if err != nil {
						return err
					}
					for i, want := range c.want {
						if f := r.Totals.Cells[8+i]; f.None != (want < 0) || !f.None && (f.V < want-.01 || f.V > want+.01) {
							t.Errorf("%s by %s from %s: %s = %+v, want %v", c.p.Basis, by, c.p.From, r.Columns[9+i].Metric, f, want)
						}
					}
					return nil
				})
			}
		}
	})
}

package app_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// kagCampaign is a campaign of the public list: its spending, who enquired, and who of them signed.
type kagCampaign struct {
	id             id.ID
	leads, signers int
}

// kag brings the public list in: three campaigns that were registered and approved, their spending, and their prospects.
func kag(t *testing.T, s *testkit.School, file string, day bizdate.Date) map[string]*kagCampaign {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	out := map[string]*kagCampaign{}
	for _, r := range rows[1:] {
		name := r[at("xyz_campaign_id")]
		if out[name] == nil {
			in := testkit.Campaign(t, s, id.None)
			in.From, in.Past = day, true // it ran before it was registered here
			in.Name, in.Costs = name, []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(100_000)}}
			c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
			if err != nil {
				t.Fatal(err)
			}
			s.Approve(t, c.ID)
			out[name] = &kagCampaign{id: c.ID}
		}
		for column, n := range map[string]*int{"Total_Conversion": &out[name].leads, "Approved_Conversion": &out[name].signers} {
			v, err := strconv.Atoi(r[at(column)])
			if err != nil {
				t.Fatal(err)
			}
			*n += v
		}
	}
	mapping := fmt.Sprintf("[columns]\nad_id = \"external_key\"\nxyz_campaign_id = \"campaign\"\nSpent = \"amount\"\n[defaults]\nday = %q\n", day)
	bringIn(t, s, rollout.Options{Kind: "campaign-costs", Path: file, Map: []byte(mapping)})
	consultant, _ := s.Dir.Staff(s.StaffID(s.Consultant(s.HD)))
	list := []string{"编号,姓名,来源,活动,校区,登记日期,顾问,课程"}
	for name, c := range out {
		for i := range c.leads {
			list = append(list, fmt.Sprintf("%s-%d,何雨桐,web,%s,HD,%s,%s,EN-KIDS", name, i, name, day, consultant.Name))
		}
	}
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(strings.Join(list, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := bringIn(t, s, rollout.Options{Kind: "leads", Path: path}); r.Accepted != int64(len(list)-1) {
		t.Fatalf("leads: %+v", r)
	}
	return out
}

func bringIn(t *testing.T, s *testkit.School, o rollout.Options) rollout.Result {
	t.Helper()
	r, err := rollout.Import(s.System(), s.Ops, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sign signs contracts from the first enquiries of a campaign.
func (c kagCampaign) sign(t *testing.T, s *testkit.School) {
	t.Helper()
	type row struct {
		Enquiry id.ID `db:"enquiry"`
		Person  id.ID `db:"person"`
	}
	var list []row
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = op.AllOf[row](ctx, tx.Unscoped("test"), "SELECT enquiry, person FROM leads WHERE campaign = ? ORDER BY row_no LIMIT ?", c.id, c.signers)
		return err
	})
	for _, r := range list {
		s.Sign(t, s.HD, sales.Entered{ID: r.Enquiry, PersonID: r.Person})
	}
}

// With a real advertiser's spending, enquiries and purchases brought in by the imports and operations, the report of campaigns finds the campaign
// with the fewest purchases too thin to compare: its interval is wide, and no sentence names it (MKT-5).
func TestMKT5_RealAdsEndInWideIntervals(t *testing.T) {
	file := testkit.SharedData(t, "marketing/kag_conversion.csv")
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) - 70 // within the window of the channel, and no less than the usual time to sign
		all := kag(t, s, file, day)
		for _, c := range all {
			c.sign(t, s)
		}
		var r insight.Report
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) (err error) {
			r, err = insight.Make(ctx, tx, "campaigns", insight.Params{From: day - 30, Until: day + 100, By: "campaign"})
			return err
		})
		if cost := r.Totals.Cells[7].V; cost != 5_870_523 {
			t.Errorf("the campaigns cost %v fen", cost)
		}
		small := all["916"].id.String()
		for name, c := range all {
			i := slices.IndexFunc(r.Rows, func(row insight.Row) bool { return row.Value == c.id.String() })
			if i < 0 || r.Rows[i].Cells[0].V != float64(c.leads) || r.Rows[i].Cells[4].V != float64(c.signers) || r.Rows[i].Young {
				t.Errorf("campaign %s: row %d of %+v, want %d leads, %d contracts", name, i, r.Rows, c.leads, c.signers)
			}
		}
		thin := false
		for _, sentence := range r.Conclusion.Sentences {
			if sentence.Row == small {
				t.Errorf("the campaign with %d purchases is named: %+v", all["916"].signers, sentence)
			}
			thin = thin || sentence.Code == "thin-rows" || sentence.Code == "too-thin"
		}
		wide := slices.ContainsFunc(r.Conclusion.Evidence, func(e insight.Evidence) bool { return e.Row == small && e.High > 2*e.Low && e.N == all["916"].signers })
		if !thin || !wide {
			t.Errorf("conclusion = %+v", r.Conclusion)
		}
	})
}

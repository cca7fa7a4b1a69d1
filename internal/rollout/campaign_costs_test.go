package rollout_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// registered is a campaign of a name with a plan that is large enough, approved where it is to be.
func registered(t *testing.T, s *testkit.School, name string, approved bool) id.ID {
	t.Helper()
	return register(t, s, testkit.Campaign(t, s, id.None), name, approved)
}

func register(t *testing.T, s *testkit.School, in marketing.PlanCampaignInput, name string, approved bool) id.ID {
	t.Helper()
	in.Name, in.Costs = name, []marketing.PlannedCost{{Category: "media", Amount: money.Yuan(900_000_000)}}
	c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	if approved {
		s.Approve(t, c.ID)
	}
	return c.ID
}

// columnOf reads a column of a file of amounts.
func columnOf(t *testing.T, file, column string) (list []string) {
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
	at := slices.Index(rows[0], column)
	for _, r := range rows[1:] {
		list = append(list, r[at])
	}
	return list
}

// bringCosts imports a file of costs by a map file.
func bringCosts(t *testing.T, s *testkit.School, file, mapping string) rollout.Result {
	t.Helper()
	r, err := rollout.Import(s.System(), s.Ops, rollout.Options{Kind: "campaign-costs", Path: file, Map: []byte(mapping)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func costOf(t *testing.T, s *testkit.School, campaign id.ID) (sum money.Fen) {
	t.Helper()
	s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
		costs, err := marketing.CostsOf(ctx, tx, []id.ID{campaign})
		sum = costs[campaign].Spent
		return err
	})
	return sum
}

// within fails where a booked sum is not within half a fen a row of what the file says; it gives the rows that cost something.
func within(t *testing.T, name string, column []string, booked money.Fen) (rows int64) {
	t.Helper()
	exact := new(big.Rat)
	for _, text := range column {
		n, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%s: %q", name, text)
		}
		if exact.Add(exact, n); n.Sign() > 0 {
			rows++
		}
	}
	off := new(big.Rat).Sub(new(big.Rat).SetFrac64(int64(booked), 100), exact)
	if off.Abs(off).Cmp(big.NewRat(rows, 200)) > 0 {
		t.Errorf("%s: %s booked, the file says %s", name, booked, exact.FloatString(4))
	}
	return rows
}

const kagMap = "[columns]\nad_id = \"external_key\"\nxyz_campaign_id = \"campaign\"\nSpent = \"amount\"\ngender = \"ignore\"\n"

// The spending of a public list of advertisements comes in as cost lines of its three campaigns, rounded half-even a row, and once (MKT-3).
func TestMKT3_PublicSpending(t *testing.T) {
	file := testkit.SharedData(t, "marketing/kag_conversion.csv")
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var all money.Fen
		for _, name := range []string{"916", "936", "1178"} {
			registered(t, s, name, true)
		}
		column := columnOf(t, file, "Spent")
		for run := range 2 {
			r := bringCosts(t, s, file, kagMap)
			all = money.Fen(s.Count(t, "SELECT CAST(SUM(amount) AS BIGINT) FROM campaign_costs"))
			rows := within(t, "KAG", column, all)
			want := [4]int64{rows, 0, 0, int64(len(column)) - rows}
			if run == 1 {
				want = [4]int64{0, rows, 0, int64(len(column)) - rows}
			}
			if got := counts(r); got != want {
				t.Errorf("run %d: %v, want %v", run+1, got, want)
			}
		}
		if all != 5_870_523 {
			t.Errorf("%s is booked, want 58,705.23", all)
		}
		s.Check(t)
	})
}

// Each column of spending of a public weekly series comes in as the costs of a campaign that is a record of its years (MKT-1).
func TestMKT3_WeeklySpending(t *testing.T) {
	file := testkit.SharedData(t, "marketing/robyn_weekly.csv")
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, name := range []string{"tv_S", "ooh_S", "print_S", "search_S", "facebook_S"} {
			in := testkit.Campaign(t, s, id.None)
			in.From, in.Until, in.Past = bizdate.New(2015, time.November, 23), bizdate.New(2019, time.November, 17), true
			key := register(t, s, in, name, true)
			column := columnOf(t, file, name)
			mapping := fmt.Sprintf("[columns]\nDATE = \"day\"\n%s = \"amount\"\n[defaults]\ncampaign = %q\n", name, name)
			for run := range 2 {
				r := bringCosts(t, s, file, mapping)
				rows := within(t, name, column, costOf(t, s, key))
				if got := counts(r)[run]; got != rows {
					t.Errorf("%s, run %d: %v, want %d", name, run+1, counts(r), rows)
				}
			}
		}
		s.Check(t)
	})
}

// A row that is no cost, or of a campaign on which nothing may be booked, is rejected with its reason; so is another line under the same key.
func TestMKT2_CostRowsRejected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open := registered(t, s, "开放日", true)
		registered(t, s, "草稿", false)
		registered(t, s, "今年", true)
		closed := registered(t, s, "结案", true)
		if _, err := marketing.CloseCampaign.Run(s.Marketing(), s.Ops, marketing.CloseCampaignInput{CampaignID: closed, Lesson: "x", Release: true}); err != nil {
			t.Fatal(err)
		}
		future := bizdate.Of(s.Clock.Now(), time.UTC) + 30
		file := write(t, "活动,金额,编号,日期",
			"开放日,0.125,a,", "开放日,0.135,b,", "开放日,0.125,a,", "开放日,99,a,",
			"没有,1,c,", "草稿,1,d,", "结案,1,e,", "开放日,0,f,", "开放日,-3,g,", "开放日,0.004,h,", "开放日,x,i,", "开放日,1,,", "开放日,1,j,"+future.String(), "开放日,1,k,昨天", "今年,1,l,2015-11-23")
		r := bringCosts(t, s, file, "")
		var got []string
		for _, row := range r.First {
			got = append(got, row.Code)
		}
		want := "cost-differs unknown cost-submit-campaign cost-reopen-campaign cost-nothing cost-negative cost-nothing bad-amount cost-nameless in-future bad-date before-registered"
		if strings.Join(got, " ") != want || counts(r) != [4]int64{2, 1, 0, 12} {
			t.Errorf("%v\n got %s\nwant %s", counts(r), strings.Join(got, " "), want)
		}
		if sum := costOf(t, s, open); sum != 12+14 { // half-even
			t.Errorf("%s is booked", sum)
		}
	})
}

// An annual plan comes in as a file of channels and months, twice the same.
func TestMKT8_BudgetImported(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file := write(t, "年份,校区,渠道,1月,2月,12月", "2027,,web,1000,,0.5", "2027,,nowhere,1,,", "x,,web,1,,", "2027,,web,-1,,")
		for _, want := range [][4]int64{{1, 0, 0, 3}, {0, 1, 0, 3}} {
			r, err := rollout.Import(s.System(), s.Ops, rollout.Options{Kind: "budgets", Path: file})
			if err != nil || counts(r) != want {
				t.Errorf("%+v, %v; want %v", r, err, want)
			}
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			v, err := marketing.BudgetOf(ctx, tx, 2027, id.None)
			if v.Total.Year.Planned != 100_050 || v.Row(s.Web).Months[11].Planned != 50 {
				t.Errorf("%+v", v.Total)
			}
			return err
		})
	})
}

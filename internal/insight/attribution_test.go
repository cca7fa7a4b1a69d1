package insight

import (
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
)

func key(n byte) (k id.ID) { k[15] = n; return k }

var noon = time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

// usual is a window of 90 days for each channel.
func usual(id.ID) time.Duration { return 90 * 24 * time.Hour }

// byCampaign adds a journey's credit up by campaign; none is the zero id.
func byCampaign(m Model, j journey) map[id.ID]Tally {
	out := map[id.ID]Tally{}
	for _, p := range m.credit(j, usual) {
		out[p.campaign] = out[p.campaign].plus(p.Tally)
	}
	return out
}

// Each model credits a contract to what came before it as it says.
func TestMKT4_Models(t *testing.T) {
	j := journey{payable: money.Yuan(10_000), cash: money.Yuan(6_000), touches: []touchpoint{
		{campaign: key(1), at: day(0)}, {campaign: key(2), at: day(5)}, {at: day(6)}, {campaign: key(3), at: day(9)}, {campaign: key(4), at: day(30)},
	}}
	j.at[StepLead], j.at[StepContract] = day(0), day(10)
	for model, want := range map[Model]map[id.ID]float64{
		FirstTouch: {key(1): 1},
		LastTouch:  {key(3): 1},
		Linear:     {key(1): .25, key(2): .25, id.None: .25, key(3): .25},
		Position:   {key(1): .4, key(2): .1, id.None: .1, key(3): .4},
	} {
		got := byCampaign(model, j)
		for k, part := range want {
			if g := got[k]; math.Abs(g.N(StepContract)-part) > 1e-6 || math.Abs(float64(g.Payable)-part*1e6) > 1 || math.Abs(float64(g.Cash)-part*6e5) > 1 {
				t.Errorf("%s: %v gets %v contracts, %d, %d; want %v", model, k, g.N(StepContract), g.Payable, g.Cash, part)
			}
		}
		if got[key(4)] != (Tally{}) {
			t.Errorf("%s credits what came later: %+v", model, got[key(4)])
		}
		if got[key(1)].N(StepLead) != 1 { // at the entry there was only the first one
			t.Errorf("%s: the lead goes to %+v", model, got)
		}
	}
	if got := byCampaign(Position, journey{touches: j.touches[:2], at: [steps]time.Time{StepContract: day(10)}}); got[key(1)].N(StepContract) != .5 || got[key(2)].N(StepContract) != .5 {
		t.Errorf("position of two: %+v", got)
	}
}

// A source record counts only within the window of its channel.
func TestMKT4_Window(t *testing.T) {
	short := func(channel id.ID) time.Duration {
		if channel == key(7) {
			return 5 * 24 * time.Hour
		}
		return 90 * 24 * time.Hour
	}
	j := journey{touches: []touchpoint{{campaign: key(1), channel: key(7), at: day(0)}, {campaign: key(2), channel: key(8), at: day(1)}}}
	j.at[StepVisit], j.at[StepContract] = day(4), day(6)
	sum := map[id.ID]Tally{}
	for _, p := range FirstTouch.credit(j, short) {
		sum[p.campaign] = sum[p.campaign].plus(p.Tally)
	}
	if sum[key(1)].N(StepVisit) != 1 || sum[key(1)].N(StepContract) != 0 || sum[key(2)].N(StepContract) != 1 {
		t.Errorf("credit = %+v", sum)
	}
}

// Whatever the journey and the model, what all get, with none, is the whole: counts to the millionth, amounts to the fen.
func TestMKT4_PartsAddUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var j journey
		n := rapid.IntRange(0, 7).Draw(r, "touches")
		for i := range n {
			j.touches = append(j.touches, touchpoint{campaign: key(byte(rapid.IntRange(0, 3).Draw(r, "campaign"))), at: day(i * rapid.IntRange(0, 40).Draw(r, "gap"))})
		}
		for step := range j.at {
			if rapid.Bool().Draw(r, "reached") {
				j.at[step] = day(rapid.IntRange(-10, 300).Draw(r, "day"))
			}
		}
		j.payable, j.cash = money.Fen(rapid.Int64Range(0, 1e9).Draw(r, "payable")), money.Fen(rapid.Int64Range(-1e6, 1e9).Draw(r, "cash"))
		var all Tally
		for _, p := range rapid.SampledFrom(Models).Draw(r, "model").credit(j, usual) {
			all = all.plus(p.Tally)
		}
		for step, at := range j.at {
			want := int64(whole)
			if at.IsZero() {
				want = 0
			}
			if all.Steps[step] != want {
				r.Fatalf("step %d adds up to %d, want %d", step, all.Steps[step], want)
			}
		}
		if signed := !j.at[StepContract].IsZero(); signed && (all.Payable != j.payable || all.Cash != j.cash) || !signed && all.Payable != 0 {
			r.Fatalf("amounts %d, %d; want %d, %d", all.Payable, all.Cash, j.payable, j.cash)
		}
	})
}

// got makes what a campaign brought.
func got(leads, qualified, appointments, visits, contracts int64, payable money.Fen) Tally {
	t := Tally{Steps: [steps]int64{leads * whole, qualified * whole, appointments * whole, visits * whole, contracts * whole}, Payable: payable, Cash: payable}
	if contracts > 0 {
		mean := float64(payable) / float64(contracts)
		t.Squares = float64(contracts) * mean * mean * 1.04 // amounts a fifth apart
	}
	return t
}

// elapsed is a campaign that is over, with what it brought.
func elapsed(t Tally) progress {
	return progress{leads: 1, all: 1, ripe: [steps]Tally{t, t, t, t, t}}
}

// The link that explains most of the shortfall is named, where it lies beyond chance; the shares add up to the whole.
func TestMKT6_FailedLink(t *testing.T) {
	plan := marketing.Campaign{PlanLeads: 200, PlanVisits: 80, PlanContracts: 20, PlanCash: money.Yuan(240_000)}
	like := got(400, 320, 240, 160, 40, money.Yuan(480_000))
	for name, c := range map[string]struct {
		got    Tally
		failed string
	}{
		"few leads":                {got(60, 48, 36, 24, 6, money.Yuan(72_000)), "lead"},
		"the wrong segment":        {got(200, 60, 45, 30, 8, money.Yuan(96_000)), "qualified"},
		"not invited":              {got(200, 160, 40, 27, 7, money.Yuan(84_000)), "appointment"},
		"did not come":             {got(200, 160, 120, 25, 6, money.Yuan(72_000)), "visit"},
		"not sold":                 {got(200, 160, 120, 80, 4, money.Yuan(48_000)), "contract"},
		"cheap":                    {got(200, 160, 120, 80, 20, money.Yuan(80_000)), "amount"},
		"as planned":               {got(200, 160, 120, 80, 20, money.Yuan(240_000)), ""},
		"a little less, by chance": {got(190, 150, 112, 74, 17, money.Yuan(204_000)), ""},
		"nothing at all":           {Tally{}, "lead"},
	} {
		d := diagnose(plan, elapsed(c.got), like, 3)
		if d.Failed != c.failed {
			t.Errorf("%s: failed link %q, want %q (%+v)", name, d.Failed, c.failed, d.Links)
		}
		var sum float64
		for _, l := range d.Links {
			sum += l.Share
		}
		if !d.Met && math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: shares add up to %v", name, sum)
		}
	}
	if d := diagnose(plan, elapsed(got(200, 0, 0, 20, 5, money.Yuan(60_000))), Tally{}, 0); d.Failed != "visit" || len(d.Links) != 4 {
		t.Errorf("without comparable ones: %q of %d links", d.Failed, len(d.Links))
	}
	if d := diagnose(marketing.Campaign{PlanLeads: 10}, elapsed(got(3, 0, 0, 0, 0, 0)), Tally{}, 0); !d.Met {
		t.Errorf("without a goal: %+v", d)
	}
}

// row is a row whose prospects all came by campaigns and are past the usual time to sign.
func row(value string, contracts float64, cost money.Fen) Row {
	t := Tally{Steps: [steps]int64{StepContract: int64(contracts * whole)}}
	r := returned{Tally: t, paid: t, cost: cost, ripe: t, ripeCost: cost}
	return Row{Value: value, Cells: r.figures(), ripe: r.ripened().figures()}
}

// fresh is a row of which only some are past the usual time to sign.
func fresh(value string, contracts, ripe float64, cost, ripeCost money.Fen) Row {
	r, old := row(value, contracts, cost), row(value, ripe, ripeCost)
	r.Young, r.ripe = true, old.ripe
	return r
}

func codes(c Conclusion) (out []string) {
	for _, s := range c.Sentences {
		out = append(out, s.Code)
	}
	return out
}

// Differences are named only beyond chance, and what is too thin is not compared.
func TestMKT5_NoiseIsCalledNoise(t *testing.T) {
	for name, c := range map[string]struct {
		rows []Row
		want string
	}{
		"nothing spent":  {[]Row{row("a", 5, 0)}, "no-cost"},
		"few contracts":  {[]Row{row("a", 3, money.Yuan(1_000)), row("b", 9, money.Yuan(9_000))}, "too-thin"},
		"within chance":  {[]Row{row("a", 60, money.Yuan(60_000)), row("b", 60, money.Yuan(66_000))}, "no-difference"},
		"beyond chance":  {[]Row{row("a", 100, money.Yuan(50_000)), row("b", 100, money.Yuan(150_000)), row("c", 2, money.Yuan(10))}, "cheapest"},
		"young":          {[]Row{fresh("a", 100, 0, money.Yuan(50_000), 0), fresh("b", 100, 0, money.Yuan(150_000), 0)}, "too-young"},
		"young and thin": {[]Row{fresh("a", 100, 5, money.Yuan(50_000), money.Yuan(900)), row("b", 100, money.Yuan(150_000))}, "too-thin"},
		"young in part":  {[]Row{fresh("a", 190, 100, money.Yuan(90_000), money.Yuan(50_000)), fresh("b", 160, 100, money.Yuan(200_000), money.Yuan(150_000))}, "cheapest"},
		"unplaced":       {[]Row{row("", 0, money.Yuan(50_000))}, "cost-unplaced"},
		"none is no row": {[]Row{row("", 100, money.Yuan(50_000)), row("b", 100, money.Yuan(150_000))}, "too-thin"},
	} {
		if got := codes(concludeReturns(c.rows, false, 60)); got[0] != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	beyond := concludeReturns([]Row{row("a", 100, money.Yuan(50_000)), row("b", 100, money.Yuan(150_000)), row("c", 2, money.Yuan(10))}, false, 60)
	if beyond.Sentences[0].Row != "a" || beyond.Sentences[1].Row != "b" || beyond.Sentences[2].Value != 5e6 || beyond.Sentences[3].Value != 1 {
		t.Errorf("conclusion = %+v", beyond)
	}
	low, high := stat.PoissonAmong(100, 2)
	if e := beyond.Evidence[0]; e.N != 100 || math.Abs(e.Low-5e6/high) > 1 || math.Abs(e.High-5e6/low) > 1 {
		t.Errorf("evidence = %+v", e)
	}
}

// On a real advertiser's three campaigns the cheapest one is too thin to move money to: 24 purchases for 150 of 58,705 spent. It is not named the best,
// and what is named says how little was ever tried.
func TestMKT5_RealAdsAreNotOverrated(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "marketing", "kag_conversion.csv"))
	if err != nil {
		t.Skip("the public data are not here: ", err)
	}
	defer f.Close()
	type sums struct {
		cost      money.Fen
		contracts int64
	}
	byCampaign := map[string]sums{}
	in := csv.NewReader(f)
	if _, err := in.Read(); err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		spent, err1 := strconv.ParseFloat(rec[8], 64)
		bought, err2 := strconv.ParseInt(rec[10], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		s := byCampaign[rec[1]]
		s.cost, s.contracts = s.cost+money.Fen(math.RoundToEven(spent*100)), s.contracts+bought
		byCampaign[rec[1]] = s
	}
	var rows []Row
	var total money.Fen
	for name, s := range byCampaign {
		rows, total = append(rows, row(name, float64(s.contracts), s.cost)), total+s.cost
	}
	if math.Abs(float64(total)/100-58_705.23) > 0.005*1_143 {
		t.Errorf("spending adds up to %s", total)
	}
	c := concludeReturns(rows, false, 60)
	for _, s := range c.Sentences {
		if s.Row == "916" {
			t.Errorf("916 is named: %+v", c.Sentences)
		}
	}
	if got := codes(c); len(got) != 4 || got[0] != "cheapest" || c.Sentences[0].Row != "936" || got[2] != "not-beyond" || got[3] != "thin-rows" {
		t.Errorf("conclusion = %v", c.Sentences)
	}
}

// The more rows are compared, the more lies between the best and the worst by chance alone: two that differ beyond chance do not any more as the ends of
// twenty rows.
func TestMKT5_ManyRowsAreNoNews(t *testing.T) {
	rows := []Row{row("a", 100, money.Yuan(70_000)), row("b", 100, money.Yuan(115_000))}
	if got := codes(concludeReturns(rows, false, 60)); got[0] != "cheapest" {
		t.Fatalf("two rows: %v", got)
	}
	for i := range 18 {
		rows = append(rows, row(string(rune('c'+i)), 100, money.Yuan(88_000)))
	}
	if got := codes(concludeReturns(rows, false, 60)); got[0] != "no-difference" {
		t.Errorf("twenty rows: %v", got)
	}
	leads := func(value string, n, k float64) Row {
		f := funneled{n: [4]float64{n, k, k, k}}
		return Row{Value: value, Cells: f.figures(), ripe: f.figures()}
	}
	funnel := []Row{leads("a", 400, 80), leads("b", 400, 40)}
	if got := codes(concludeFunnel(funnel, 0)); got[0] != "funnel-best" {
		t.Fatalf("funnel of two rows: %v", got)
	}
	for i := range 18 {
		funnel = append(funnel, leads(string(rune('c'+i)), 400, 60))
	}
	if got := codes(concludeFunnel(funnel, 0)); got[0] != "funnel-alike" {
		t.Errorf("funnel of twenty rows: %v", got)
	}
}

// A channel is not called cheap because many came without any campaign.
func TestMKT5_OrganicOnesDoNotDilute(t *testing.T) {
	organic, paid := Tally{Steps: [steps]int64{StepContract: 172 * whole}, Cash: money.Yuan(1_000_000)}, Tally{Steps: [steps]int64{StepContract: 4 * whole}, Cash: money.Yuan(8_400)}
	r := returned{Tally: organic.plus(paid), paid: paid, cost: money.Yuan(4_200), ripe: paid, ripeCost: money.Yuan(4_200)}
	web := Row{Value: "web", Cells: r.figures(), ripe: r.ripened().figures()}
	if f := web.Cells[atPerContract]; web.Cells[atContracts].V != 176 || f.V != 105_000 || web.Cells[atPerContract+1].V != 2 {
		t.Errorf("cost per contract %+v, cash per yuan %+v", f, web.Cells[atPerContract+1])
	}
	if c := concludeReturns([]Row{web, row("fair", 100, money.Yuan(150_000)), row("street", 100, money.Yuan(160_000))}, false, 60); c.Sentences[0].Code != "no-difference" {
		t.Errorf("conclusion = %+v", c.Sentences)
	}
}

// While a campaign runs, only the part of its plan is expected whose days are over.
func TestMKT6_PlanSoFar(t *testing.T) {
	c := marketing.Campaign{From: 100, Until: 119}
	for today, want := range map[int]float64{99: 0, 100: 0.05, 109: 0.5, 119: 1, 500: 1} {
		if got := daysOver(c, bizdate.Date(today)); got != want {
			t.Errorf("on %d: %v, want %v", today, got, want)
		}
	}
}

// While a campaign is young, no link is named whose usual time is not over, and a link that is judged is judged by those for whom it is.
func TestMKT6_YoungLinksAreNotBlamed(t *testing.T) {
	plan := marketing.Campaign{PlanLeads: 200, PlanVisits: 80, PlanContracts: 20, PlanCash: money.Yuan(240_000)}
	like := got(400, 320, 240, 160, 40, money.Yuan(480_000))
	fresh := elapsed(got(200, 160, 120, 80, 0, 0)) // nobody has signed yet
	fresh.young, fresh.all, fresh.ripe[StepContract] = true, 0, Tally{}
	if d := diagnose(plan, fresh, like, 3); d.Failed != "" || d.Met || !d.Young {
		t.Errorf("all are inside the usual time to sign: %+v", d)
	}
	fresh.ripe[StepLead] = got(100, 0, 0, 0, 0, 0)
	if d := diagnose(plan, fresh, like, 3); d.Failed != "lead" {
		t.Errorf("leads do not wait: %+v", d)
	}
	fresh.ripe[StepLead], fresh.ripe[StepContract], fresh.all = got(200, 160, 120, 80, 0, 0), got(160, 128, 96, 64, 1, money.Yuan(12_000)), 0.8
	if d := diagnose(plan, fresh, like, 3); d.Failed != "contract" {
		t.Errorf("four fifths have had their time: %+v", d)
	}
}

// Of whom a campaign reached by its forms those are a share who came by them: never more than all of them. Where many came otherwise, or a list left the
// program, leads are a number, and the reach is not judged (MKT-6).
func TestMKT6_ReachOfOthers(t *testing.T) {
	plan := marketing.Campaign{PlanReach: 1_000, PlanLeads: 200, PlanVisits: 80, PlanContracts: 20}
	for name, c := range map[string]struct {
		leads, byForm  int64
		views, persons int64
		unit           string
		failed         string
	}{
		"by forms":             {200, 200, 1_000, 0, "%", ""},
		"few filled it in":     {40, 40, 1_000, 0, "%", "lead"},
		"few opened it":        {40, 40, 200, 0, "%", "reach"},
		"by phone":             {200, 20, 100, 0, "n", ""},
		"more than it reached": {300, 290, 100, 0, "%", ""},
		"by a list":            {200, 0, 0, 100, "n", ""},
		"few, and by phone":    {40, 0, 1_000, 0, "n", "lead"},
	} {
		share := float64(c.leads) / 200
		at := elapsed(got(c.leads, 0, 0, int64(80*share), int64(18*share), 0))
		at.reach, at.byForm = marketing.Reach{Views: c.views, Persons: c.persons, Known: true}, got(c.byForm, 0, 0, 0, 0, 0)
		d := diagnose(plan, at, Tally{}, 0)
		l := d.Links[1]
		if d.Links[0].Code != "reach" || l.Code != "lead" || l.Unit != c.unit || l.Unit == "%" && l.Actual > 1 || d.Links[0].Apart != (c.unit == "n") || d.Links[0].Apart && d.Links[0].Share != 0 || d.Failed != c.failed {
			t.Errorf("%s: failed %q, want %q, %+v", name, d.Failed, c.failed, d.Links)
		}
	}
}

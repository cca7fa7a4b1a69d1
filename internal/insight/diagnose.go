package insight

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
)

// Link is a step from one stage of a campaign to the next, beside what was planned and what comparable campaigns did (MKT-6).
type Link struct {
	Code     string  `json:"link"`     // reach, lead, qualified, appointment, visit, contract, amount
	Unit     string  `json:"unit"`     // n, % in parts of 1, fen
	Actual   float64 `json:"value"`    // a count, a share, or fen a contract
	Low      float64 `json:"low"`      // of its interval
	High     float64 `json:"high"`     // 0: too few cases for one
	Expected float64 `json:"expected"` // by the plan
	Like     float64 `json:"similar"`  // of comparable campaigns, of leads their mean; 0: none
	N        int64   `json:"n"`        // cases that Actual rests on
	Share    float64 `json:"share"`    // of what was lost on the way, in parts of 1; 0: it did as planned or better
	Apart    bool    `json:"apart"`    // of reach: many leads came otherwise, so that it is no step to them and is not judged
	Failed   bool    `json:"failed"`   // it explains most of the shortfall, and lies beyond chance below what was expected
}

// Diagnosis says which link of a campaign failed (MKT-6).
type Diagnosis struct {
	Links    []Link
	Actual   float64 // of the goal: planned cash, else contracts
	Expected float64
	Met      bool
	Failed   string // code of the link; empty: none, or too few cases to say
	Young    bool   // still inside the usual time to sign
	Similar  int    // comparable campaigns
	Part     bool   // the viewer sees a part of the campaign only: nothing is said of it
	Reach    marketing.Reach
	ByForm   float64 // leads that came by the forms whose openings Reach counts
}

// otherwise is the part of its leads that may have come otherwise than by what counts the reach: beyond it leads are no share of whom it reached.
const otherwise = 0.1

// links are the codes in the order of the steps; the last one is the mean amount of a contract.
var links = [...]string{"lead", "qualified", "appointment", "visit", "contract", "amount"}

// linkReach is the link before the leads, where it is planned and counted.
const linkReach = "reach"

// progress is how far a campaign is.
type progress struct {
	young      bool    // some of its prospects are inside the usual time to sign
	leads, all float64 // parts of its days that are over, and after which the usual time to sign is over too
	reach      marketing.Reach
	byForm     Tally        // of its prospects, those who came by its forms
	ripe       [steps]Tally // at each step, the prospects for whom the usual time to it is over
}

// diagnose compares a campaign with its plan step by step. The goal is a product of the number of leads and the shares of the steps after them, so
// that the logarithms of actual ÷ expected add up to that of the whole: a link's share is its part of what was lost on the way. A plan names
// leads, visits and contracts only; what lies between leads and visits is expected as comparable campaigns had it, scaled to the plan, and is one link where
// there are none. While a campaign is young, a step is judged by those only for whom its usual time is over, and by none where there are none yet.
func diagnose(c marketing.Campaign, at progress, like Tally, similar int) Diagnosis {
	d := Diagnosis{Similar: similar, Young: at.young, Reach: at.reach, ByForm: at.byForm.N(StepLead)}
	planned := []float64{float64(c.PlanLeads), float64(c.PlanVisits), float64(c.PlanContracts), float64(c.PlanCash)}
	add := func(code, unit string, actual, low, high, expected, like float64, n int64) {
		if expected > 0 {
			d.Links = append(d.Links, Link{Code: code, Unit: unit, Actual: actual, Low: low, High: high, Expected: expected, Like: like, N: n})
		}
	}
	if !d.reached(c, at, add) {
		leads := countFigure(at.ripe[StepLead].N(StepLead))
		add(links[0], "n", leads.V, leads.Low, leads.High, math.Round(planned[0]*at.leads), quotient(like.N(StepLead), float64(similar)), leads.N)
	}
	rate := func(code string, from, to int, expected float64) {
		got := at.ripe[to]
		n, k := int64(math.Round(got.N(from))), int64(math.Round(got.N(to)))
		if n == 0 && at.young {
			return
		}
		k = min(k, n)
		low, high := stat.Wilson(k, n)
		add(code, "%", quotient(got.N(to), got.N(from)), low, high, expected, quotient(like.N(to), like.N(from)), n)
	}
	toVisit := quotient(planned[1], planned[0])
	if all := quotient(like.N(StepVisit), like.N(StepLead)); all > 0 && toVisit > 0 && like.Steps[StepQualified] > 0 && like.Steps[StepAppointment] > 0 {
		scale := math.Cbrt(toVisit / all) // the same for each of the three
		for i, step := range []int{StepQualified, StepAppointment, StepVisit} {
			rate(links[i+1], step-1, step, min(1, quotient(like.N(step), like.N(step-1))*scale))
		}
	} else {
		rate(links[3], StepLead, StepVisit, toVisit)
	}
	from, expected := StepVisit, quotient(planned[2], planned[1])
	if planned[1] == 0 {
		from, expected = StepLead, quotient(planned[2], planned[0])
	}
	rate(links[4], from, StepContract, expected)
	signed := at.ripe[StepContract]
	if mean, low, high := meanAmount(signed); mean > 0 || !at.young {
		add(links[5], "fen", mean, low, high, quotient(planned[3], planned[2]), quotient(float64(like.Payable), like.N(StepContract)), int64(math.Round(signed.N(StepContract))))
	}
	goal := planned[2]
	d.Actual = signed.N(StepContract)
	if planned[3] > 0 {
		d.Actual, goal = float64(signed.Payable), planned[3]
	}
	d.Expected = math.Round(goal * at.all)
	if d.Met = d.Expected <= d.Actual && (d.Expected > 0 || goal == 0); !d.Met {
		d.blame()
	}
	return d
}

// reached adds whom a campaign reached, and the share of them who left their name: of openings of its forms those who came by these. Where more than a few leads
// came otherwise, or a list was carried away of which nobody knows who came by it, the reach stands apart and the leads are a number (false): a share of
// others would say nothing, and could be beyond 100 %.
func (d *Diagnosis) reached(c marketing.Campaign, at progress, add func(code, unit string, actual, low, high, expected, like float64, n int64)) bool {
	n := at.reach.N()
	if c.PlanReach == 0 || !at.reach.Known || n == 0 {
		return false
	}
	people, came := countFigure(float64(n)), countFigure(d.ByForm)
	add(linkReach, "n", people.V, people.Low, people.High, math.Round(float64(c.PlanReach)*at.leads), 0, n)
	if all := at.ripe[StepLead].N(StepLead); at.reach.Persons > 0 || all-came.V > otherwise*all {
		if len(d.Links) > 0 {
			d.Links[0].Apart = true
		}
		return false
	}
	low, high := stat.Wilson(min(came.N, n), n)
	add(links[0], "%", min(1, quotient(came.V, people.V)), low, high, quotient(float64(c.PlanLeads), float64(c.PlanReach)), 0, n)
	return true
}

func quotient(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// meanAmount is the mean payable of the contracts with the interval of a mean (Student's t, as contracts may be few; none under two).
func meanAmount(t Tally) (mean, low, high float64) {
	n := t.N(StepContract)
	if n < 0.5 {
		return 0, 0, 0
	}
	mean = float64(t.Payable) / n
	if n < 2 {
		return mean, 0, 0
	}
	sd := math.Sqrt(max(0, (t.Squares-n*mean*mean)/(n-1)))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(1-fairChance/2) * sd / math.Sqrt(n)
	return mean, max(0, mean-half), mean + half
}

// blame gives each link its share of the shortfall, and names the one that explains most of it, where that is beyond chance. Nothing of something is
// counted as half a case.
func (d *Diagnosis) blame() {
	gaps, lost := make([]float64, len(d.Links)), 0.0
	worst := -1
	for i, l := range d.Links {
		if l.Apart {
			continue
		}
		actual := l.Actual
		if actual <= 0 {
			actual = 0.5 / max(float64(l.N), 1)
			if l.Code == "amount" {
				actual = l.Expected // no contract tells nothing of amounts
			}
		}
		gaps[i] = math.Log(actual / l.Expected)
		lost += min(gaps[i], 0)
		if worst < 0 || gaps[i] < gaps[worst] {
			worst = i
		}
	}
	if lost == 0 {
		return
	}
	for i := range d.Links {
		d.Links[i].Share = min(gaps[i], 0) / lost
	}
	if l := &d.Links[worst]; gaps[worst] < 0 && l.High > 0 && l.High < l.Expected {
		l.Failed, d.Failed = true, l.Code
	}
}

const (
	mostSimilar = 20 // campaigns that one is compared with
	nearSimilar = 3  // of the same channels, from which on others are left out
)

// Similar lists closed campaigns of the same kind as one, the newest first, besides itself: what is planned next looks at what they achieved (MKT-7).
// Where three of them used one of its channels, only these are compared with it.
func Similar(ctx context.Context, tx *op.Tx, to marketing.Campaign) (out []marketing.Campaign, err error) {
	list, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Closed, Format: to.Format}, page.Request{Limit: 2 * mostSimilar})
	if err != nil {
		return nil, err
	}
	var near []marketing.Campaign
	for _, c := range list.Items {
		if c.ID == to.ID {
			continue
		}
		out = append(out, c)
		if slices.ContainsFunc(c.Channels, func(key id.ID) bool { return slices.Contains(to.Channels, key) }) {
			near = append(near, c)
		}
	}
	if len(near) >= nearSimilar {
		out = near
	}
	return out[:min(len(out), mostSimilar)], nil
}

// DiagnoseAll says of a few campaigns which link failed.
func DiagnoseAll(ctx context.Context, tx *op.Tx, list []marketing.Campaign) ([]Diagnosis, error) {
	out := make([]Diagnosis, len(list))
	for i, c := range list {
		d, _, err := Diagnose(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	return out, nil
}

// Diagnose says what a campaign brought by first touch, and which link failed (MKT-6): to who is shown the entire campaign, for the plan is that of
// the whole.
func Diagnose(ctx context.Context, tx *op.Tx, c marketing.Campaign) (Diagnosis, Tally, error) {
	if !entire(tx.Viewer, c) {
		tallies, err := CampaignTallies(ctx, tx, []id.ID{c.ID}, FirstTouch)
		return Diagnosis{Part: true}, tallies[c.ID], err
	}
	similar, err := Similar(ctx, tx, c)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	keys := make([]id.ID, len(similar))
	for i, s := range similar {
		keys[i] = s.ID
	}
	tallies, err := CampaignTallies(ctx, tx, keys, FirstTouch)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	var like Tally
	for _, s := range similar {
		like = like.plus(tallies[s.ID])
	}
	at, got, err := progressOf(ctx, tx, c)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	return diagnose(c, at, like, len(similar)), got, nil
}

// progressOf reads how far a campaign is, and all that it brought.
func progressOf(ctx context.Context, tx *op.Tx, c marketing.Campaign) (at progress, got Tally, err error) {
	signed, err := usualDays(ctx, tx, true)
	if err != nil {
		return at, got, err
	}
	visited, err := usualVisit(ctx, tx)
	if err != nil {
		return at, got, err
	}
	list, err := journeys(ctx, tx, cohort{campaigns: []id.ID{c.ID}, everybody: true})
	if err != nil {
		return at, got, err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return at, got, err
	}
	today := tx.Today(c.Center)
	lag := [steps]bizdate.Date{StepQualified: visited, StepAppointment: visited, StepVisit: visited, StepContract: signed}
	for _, j := range list {
		for _, p := range FirstTouch.credit(j, window) {
			if p.campaign != c.ID {
				continue
			}
			got = got.plus(p.Tally)
			at.add(p, today-j.day, lag)
		}
	}
	at.young = today < c.Until+signed
	if at.reach, err = marketing.ReachOf(ctx, tx, c); err != nil {
		return at, got, err
	}
	at.leads, at.all = daysOver(c, today), daysOver(c, today-signed)
	return at, got, nil
}

// add counts a part of a prospect who entered so many days ago.
func (at *progress) add(p part, ago bizdate.Date, lag [steps]bizdate.Date) {
	if p.form {
		at.byForm = at.byForm.plus(p.Tally)
	}
	for step := range at.ripe {
		if lag[step] <= ago {
			at.ripe[step] = at.ripe[step].plus(p.Tally)
		}
	}
}

// daysOver is the part of a campaign's days that are over on a day.
func daysOver(c marketing.Campaign, today bizdate.Date) float64 {
	if today >= c.Until {
		return 1
	}
	return max(0, float64(today-c.From+1)/float64(c.Until-c.From+1))
}

// closing adds to the fact that closes a campaign what it had brought, counted for everybody and not in the scope of who closes it (MKT-7).
func closing(ctx context.Context, tx *op.Tx, f facts.CampaignClosed) (facts.CampaignClosed, error) {
	c, err := marketing.CampaignByID(ctx, tx, f.Campaign)
	if err != nil {
		return f, err
	}
	all := *tx
	all.Viewer = policy.System()
	d, t, err := Diagnose(ctx, &all, c)
	if err != nil {
		return f, err
	}
	round := func(step int) int64 { return int64(math.Round(t.N(step))) }
	f.Leads, f.Visits, f.Contracts, f.Cash, f.Link = round(StepLead), round(StepVisit), round(StepContract), t.Cash, d.Failed
	f.Model = string(FirstTouch)
	if d.Reach.Known {
		f.Reach = new(d.Reach.N())
	}
	for _, l := range d.Links {
		f.Links = append(f.Links, facts.ReviewLink{Link: l.Code, Unit: l.Unit, Expected: l.Expected, Actual: l.Actual, Low: l.Low, High: l.High, N: l.N, Share: l.Share, Failed: l.Failed})
	}
	costs, err := marketing.CostsOf(ctx, &all, []id.ID{c.ID})
	f.Cost = costs[c.ID].Spent
	return f, err
}

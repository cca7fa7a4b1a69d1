package insight

import (
	"context"
	"math"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/stat"
	"zhike/internal/marketing"
)

// Link is a step from one stage of a campaign to the next, beside what was planned and what comparable campaigns did (MKT-6).
type Link struct {
	Code     string  `json:"link"`     // lead, qualified, appointment, visit, contract, amount
	Actual   float64 `json:"value"`    // a count, a share, or fen a contract
	Low      float64 `json:"low"`      // of its interval
	High     float64 `json:"high"`     // 0: too few cases for one
	Expected float64 `json:"expected"` // by the plan
	Like     float64 `json:"similar"`  // of comparable campaigns; 0: none
	N        int64   `json:"n"`        // cases that Actual rests on
	Share    float64 `json:"share"`    // of what was lost on the way, in parts of 1; 0: it did as planned or better
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
}

// links are the codes in the order of the steps; the last one is the mean amount of a contract.
var links = [...]string{"lead", "qualified", "appointment", "visit", "contract", "amount"}

// diagnose compares a campaign with its plan step by step. The goal is a product of the number of leads and the shares of the steps after them, so
// that the logarithms of actual ÷ expected add up to that of the whole: a link's share is its part of what was lost on the way. A plan names
// leads, visits and contracts only; what lies between leads and visits is expected as comparable campaigns had it, scaled to the plan, and is one link where
// there are none.
func diagnose(c marketing.Campaign, got, like Tally, similar int) Diagnosis {
	d := Diagnosis{Similar: similar}
	planned := []float64{float64(c.PlanLeads), float64(c.PlanVisits), float64(c.PlanContracts), float64(c.PlanCash)}
	add := func(code string, actual, low, high, expected, like float64, n int64) {
		if expected > 0 {
			d.Links = append(d.Links, Link{Code: code, Actual: actual, Low: low, High: high, Expected: expected, Like: like, N: n})
		}
	}
	leads := countFigure(got.N(StepLead))
	add(links[0], leads.V, leads.Low, leads.High, planned[0], 0, leads.N)
	rate := func(code string, from, to int, expected float64) {
		n, k := int64(math.Round(got.N(from))), int64(math.Round(got.N(to)))
		k = min(k, n)
		low, high := stat.Wilson(k, n)
		add(code, quotient(got.N(to), got.N(from)), low, high, expected, quotient(like.N(to), like.N(from)), n)
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
	mean, low, high := meanAmount(got)
	add(links[5], mean, low, high, quotient(planned[3], planned[2]), quotient(float64(like.Payable), like.N(StepContract)), int64(math.Round(got.N(StepContract))))
	d.Actual, d.Expected = got.N(StepContract), planned[2]
	if planned[3] > 0 {
		d.Actual, d.Expected = float64(got.Payable), planned[3]
	}
	d.blame()
	return d
}

func quotient(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// meanAmount is the mean payable of the contracts with the interval of a mean (normal approximation; none under two contracts).
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
	half := 1.96 * sd / math.Sqrt(n)
	return mean, mean - half, mean + half
}

// blame gives each link its share of the shortfall, and names the one that explains most of it, where that is beyond chance. Nothing of something is
// counted as half a case.
func (d *Diagnosis) blame() {
	d.Met = d.Expected == 0 || d.Actual >= d.Expected
	if d.Met {
		return
	}
	gaps, lost := make([]float64, len(d.Links)), 0.0
	worst := -1
	for i, l := range d.Links {
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

// mostSimilar bounds the campaigns that one is compared with.
const mostSimilar = 20

// Similar lists closed campaigns of the same kind as one, the newest first: what is planned next looks at what they achieved (MKT-7).
func Similar(ctx context.Context, tx *op.Tx, format, besides id.ID) (out []marketing.Campaign, err error) {
	list, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Closed, Format: format}, page.Request{Limit: mostSimilar + 1})
	if err != nil {
		return nil, err
	}
	for _, c := range list.Items {
		if c.ID != besides && len(out) < mostSimilar {
			out = append(out, c)
		}
	}
	return out, nil
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

// Diagnose says what a campaign brought by first touch, and which link failed (MKT-6).
func Diagnose(ctx context.Context, tx *op.Tx, c marketing.Campaign) (Diagnosis, Tally, error) {
	similar, err := Similar(ctx, tx, c.Format, c.ID)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	keys := []id.ID{c.ID}
	for _, s := range similar {
		keys = append(keys, s.ID)
	}
	tallies, err := CampaignTallies(ctx, tx, keys, FirstTouch)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	var like Tally
	for _, s := range similar {
		like = like.plus(tallies[s.ID])
	}
	usual, err := usualDays(ctx, tx)
	if err != nil {
		return Diagnosis{}, Tally{}, err
	}
	d := diagnose(soFar(c, tx.Today(c.Center)), tallies[c.ID], like, len(similar))
	d.Young = tx.Today(c.Center) < c.Until+usual
	return d, tallies[c.ID], nil
}

// soFar is a campaign with what of its plan may be expected by a day: while it runs, the part of its days that are over.
func soFar(c marketing.Campaign, today bizdate.Date) marketing.Campaign {
	if today >= c.Until {
		return c
	}
	share := max(0, float64(today-c.From+1)/float64(c.Until-c.From+1))
	part := func(n int64) int64 { return int64(math.Round(float64(n) * share)) }
	c.PlanLeads, c.PlanVisits, c.PlanContracts, c.PlanCash = part(c.PlanLeads), part(c.PlanVisits), part(c.PlanContracts), money.Fen(part(int64(c.PlanCash)))
	return c
}

// closing adds to the fact that closes a campaign what it had brought, counted for everybody and not in the scope of who closes it (MKT-7).
func closing(ctx context.Context, tx *op.Tx, f facts.CampaignClosed) (facts.CampaignClosed, error) {
	c, err := marketing.CampaignByID(ctx, tx, f.Campaign)
	if err != nil {
		return f, err
	}
	d, t, err := Diagnose(ctx, tx, c)
	if err != nil {
		return f, err
	}
	round := func(step int) int64 { return int64(math.Round(t.N(step))) }
	f.Leads, f.Visits, f.Contracts, f.Cash, f.Link = round(StepLead), round(StepVisit), round(StepContract), t.Cash, d.Failed
	return f, nil
}

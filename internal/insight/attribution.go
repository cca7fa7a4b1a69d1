package insight

import (
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// Model says how what follows is credited to the source records that came before it (MKT-4).
type Model string

// The models of attribution.
const (
	FirstTouch Model = "first"
	LastTouch  Model = "last"
	Linear     Model = "linear"   // to all in equal parts
	Position   Model = "position" // 40 % to the first, 40 % to the last, 20 % to those between; halves where there are two
)

// Models lists the models; the first one holds where none is chosen.
var Models = []Model{FirstTouch, LastTouch, Linear, Position}

// weights are the parts of n source records in the order of time.
func (m Model) weights(n int) []money.Fen {
	w := make([]money.Fen, n)
	switch {
	case n == 0:
	case m == LastTouch:
		w[n-1] = 1
	case m == Linear, m == Position && n < 3:
		for i := range w {
			w[i] = 1
		}
	case m == Position:
		for i := range w {
			w[i] = 1
		}
		w[0], w[n-1] = money.Fen(2*(n-2)), money.Fen(2*(n-2))
	default:
		w[0] = 1
	}
	return w
}

// touchpoint is a source record: what brought somebody, and when.
type touchpoint struct {
	campaign, channel id.ID
	at                time.Time
	form              bool // by a capture point whose openings are counted
}

// Steps of a prospect, in their order (MKT-6).
const (
	StepLead = iota
	StepQualified
	StepAppointment
	StepVisit
	StepContract
	steps
)

// journey is a prospect with what became of it. A step that was not reached has no time.
type journey struct {
	enquiry, person                               id.ID
	center, channel, campaign, consultant, course id.ID
	kind                                          string
	day                                           bizdate.Date // of entry
	at                                            [steps]time.Time
	payable                                       money.Fen
	cash                                          money.Fen
	touches                                       []touchpoint // in the order of time
}

// whole is one case in the unit of Tally: parts of a case add up to it exactly.
const whole = 1_000_000

// Tally is what is credited to something: cases in millionths, amounts in fen.
type Tally struct {
	Steps   [steps]int64
	Payable money.Fen
	Cash    money.Fen
	Squares float64 // sum of the squares of the payable amounts, for their interval
	Part    bool    // only what the viewer's scope of figures holds of it
}

// N is the number of cases at a step.
func (t Tally) N(step int) float64 { return float64(t.Steps[step]) / whole }

// plus adds a part of a journey.
func (t Tally) plus(o Tally) Tally {
	for i := range t.Steps {
		t.Steps[i] += o.Steps[i]
	}
	t.Payable, t.Cash, t.Squares = t.Payable+o.Payable, t.Cash+o.Cash, t.Squares+o.Squares
	return t
}

// part is what one source record gets of a journey; a zero touchpoint stands for none.
type part struct {
	touchpoint
	Tally
}

// credit shares a journey out. Each step goes to the source records before it, within the window of their channel; where there is none it goes
// to none. Cash goes as the contract does.
func (m Model) credit(j journey, window func(channel id.ID) time.Duration) []part {
	var out []part
	give := func(tp touchpoint, add func(t *Tally)) {
		i := slices.IndexFunc(out, func(p part) bool { return p.touchpoint == tp })
		if i < 0 {
			i, out = len(out), append(out, part{touchpoint: tp})
		}
		add(&out[i].Tally)
	}
	for step, at := range j.at {
		if at.IsZero() {
			continue
		}
		before := j.before(at, window)
		w := m.weights(len(before))
		cases, payable, cash := money.Fen(whole).Spread(w), spread(j.payable, w), spread(j.cash, w)
		for i, tp := range before {
			if w[i] == 0 {
				continue
			}
			give(tp, func(t *Tally) {
				t.Steps[step] += int64(cases[i])
				if step == StepContract {
					t.Payable, t.Cash = t.Payable+payable[i], t.Cash+cash[i]
					t.Squares += float64(payable[i]) * float64(payable[i]) * whole / float64(max(cases[i], 1))
				}
			})
		}
	}
	return out
}

// before lists the source records that may have brought about what happened at an instant; a zero one stands for none.
func (j journey) before(at time.Time, window func(channel id.ID) time.Duration) (list []touchpoint) {
	for _, tp := range j.touches {
		if !tp.at.After(at) && at.Sub(tp.at) <= window(tp.channel) {
			list = append(list, tp)
		}
	}
	if len(list) == 0 {
		return []touchpoint{{}}
	}
	return list
}

// spread is Fen.Spread for amounts of either sign: more may be paid back than was paid in.
func spread(f money.Fen, weights []money.Fen) []money.Fen {
	if f >= 0 {
		return f.Spread(weights)
	}
	out := (-f).Spread(weights)
	for i := range out {
		out[i] = -out[i]
	}
	return out
}

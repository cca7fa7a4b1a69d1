package insight

import (
	"context"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// entrants are the paths that a cohort counts: those of kind new and return entered in its span, in the viewer's scope of figures.
type entrants struct {
	Params
	seen policy.Scope
	dims dimensions
	dim  int // of the rows: a dimension of paths, or one of the following
}

// Rows that are no dimension of paths.
const (
	byMonth = -1 - iota
	byKind
	byRegion
)

func newEntrants(tx *op.Tx, p Params) entrants {
	dim := slices.Index([]string{pathCenter: "center", pathConsultant: "consultant", pathChannel: "channel", pathCampaign: "campaign", pathCourse: "course"}, p.By)
	switch p.By {
	case "kind":
		dim = byKind
	case "region":
		dim = byRegion
	}
	return entrants{p, tx.Viewer.Scope("report:read"), dimensionsOf(tx), dim}
}

func (in entrants) scope(e *path) bool {
	return in.seen.All || slices.Contains(in.seen.Centers, e.dim(pathCenter)) || slices.Contains(in.seen.Staff, e.dim(pathConsultant))
}

func (in entrants) span(e *path) bool {
	return e.fresh && e.day >= in.From && e.day <= in.Until && in.centers(e)
}

func (in entrants) centers(e *path) bool {
	return len(in.Centers) == 0 || slices.Contains(in.Centers, e.dim(pathCenter))
}

// key is the row of a path, by month that of a day.
func (in entrants) key(e *path, day bizdate.Date) funnelKey {
	switch {
	case in.dim >= 0:
		return funnelKey{value: e.dim(in.dim)}
	case in.dim == byRegion:
		return funnelKey{value: in.dims.region(e.dim(pathCenter))}
	case in.dim == byMonth:
		return funnelKey{month: day.MonthStart()}
	case e.back:
		return funnelKey{kind: 2}
	}
	return funnelKey{kind: 1}
}

// eachStep calls do for each way between two steps whose end lies in the span, with the day of that and how many days it took.
func (in entrants) eachStep(ctx context.Context, tx *op.Tx, do func(e *path, pair int, day bizdate.Date, days float64)) error {
	return eachPath(ctx, tx, -1<<31, func(e *path) {
		if !e.fresh || !in.scope(e) || !in.centers(e) {
			return
		}
		for i, pair := range between {
			if day := e.on[pair[1]-StepAppointment]; day >= in.From && day <= in.Until {
				if days, ok := e.apart(i); ok {
					do(e, i, day, days)
				}
			}
		}
	})
}

// pathRows finds the rows of paths. Paths of one part have their dimensions at the same places: a row is looked up once a part.
type pathRows[T any] struct {
	in   entrants
	add  func(key string) *T
	rows map[funnelKey]*T
	part *id.ID // where what its paths know begins
	at   []*T   // by place; by month, by day of the span
}

func newPathRows[T any](in entrants, add func(key string) *T) *pathRows[T] {
	r := &pathRows[T]{in: in, add: add, rows: map[funnelKey]*T{}}
	if in.dim == byMonth {
		r.at = make([]*T, in.Until-in.From+1)
	}
	return r
}

// of gives the row of a path, by month that of a day.
func (r *pathRows[T]) of(e *path, day bizdate.Date) *T {
	var at **T
	switch {
	case r.in.dim == byMonth:
		at = &r.at[day-r.in.From]
	case r.in.dim < 0:
		return r.find(r.in.key(e, day))
	default:
		if part := &e.known[0]; part != r.part {
			r.part, r.at = part, slices.Grow(r.at[:0], len(e.known))[:len(e.known)]
			clear(r.at)
		}
		at = &r.at[e.place[r.in.dim]]
	}
	if *at == nil {
		*at = r.find(r.in.key(e, day))
	}
	return *at
}

func (r *pathRows[T]) find(key funnelKey) *T {
	if r.rows[key] == nil {
		r.rows[key] = r.add(key.String())
	}
	return r.rows[key]
}

// funnelKey is a row of the cohort funnel: the value of a dimension, or a month.
type funnelKey struct {
	value id.ID
	month bizdate.Date
	kind  int8 // place in funnelKinds, from 1
}

// funnelKinds are the kinds that a funnel counts.
var funnelKinds = [...]string{"new", "return"}

// String is the row's value in the report.
func (k funnelKey) String() string {
	if !k.month.IsZero() {
		return k.month.String()
	}
	if k.kind > 0 {
		return funnelKinds[k.kind-1]
	}
	return named(k.value)
}

// at is how long after the entry a path came to a step, in µs.
func (p *path) at(step int) (micros int64, ok bool) {
	switch step {
	case StepAppointment:
		return p.after[0], p.reached[0]
	case StepVisit:
		return p.after[1], p.reached[1]
	case StepContract:
		return p.after[2], p.reached[2]
	}
	return 0, true
}

// stages counts a path at each stage of the funnel. A step that was skipped counts as reached with a later one.
func (p *path) stages() [4]float64 {
	n := [4]float64{1}
	later := false
	for step := pathSteps - 1; step >= 0; step-- {
		if later = later || p.reached[step]; later {
			n[step+1] = 1
		}
	}
	return n
}

// apart is how many days lie between two steps of a path.
func (p *path) apart(i int) (days float64, ok bool) {
	from, left := p.at(between[i][0])
	to, came := p.at(between[i][1])
	return max(0, float64(to-from)/float64(24*time.Hour/time.Microsecond)), left && came
}

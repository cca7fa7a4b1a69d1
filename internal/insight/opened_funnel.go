package insight

import (
	"context"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/op"
)

// casesOfFunnel are the cases behind a figure of the funnel: of those who entered in the span, or of what happened in it.
func casesOfFunnel(ctx context.Context, tx *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	p := r.Params
	pair := slices.Index(funnelMetrics[len(funnelMetrics)-len(between):], w.metric)
	switch {
	case p.Basis == ByCohort:
		return casesOfCohort(ctx, tx, p, w, pair)
	case pair < 0:
		return casesOfSums(ctx, tx, r, w)
	}
	in := newEntrants(tx, p)
	err = in.eachStep(ctx, tx, func(e *path, at int, day bizdate.Date, days float64) {
		if at == pair && w.in(in.key(e, day).String()) {
			out = append(out, e.counted(day, days))
		}
	})
	return out, err
}

// counted is the case of a path.
func (p *path) counted(day bizdate.Date, value float64) Counted {
	center := p.dim(pathCenter)
	return Counted{Kind: kindEnquiry, ID: p.enquiry, Consultant: p.dim(pathConsultant), Center: center, Day: day, Value: value}
}

// casesOfCohort are those who entered in the span and came to a stage, or took the way between two.
func casesOfCohort(ctx context.Context, tx *op.Tx, p Params, w wanted, pair int) (out []Counted, err error) {
	in := newEntrants(tx, p)
	stage := slices.Index(funnelSums, w.metric)
	err = eachPath(ctx, tx, p.From, func(e *path) {
		if !in.scope(e) || !in.span(e) || !w.in(in.key(e, e.day).String()) {
			return
		}
		if pair >= 0 {
			if days, ok := e.apart(pair); ok {
				out = append(out, e.counted(e.day, days))
			}
			return
		}
		if value := e.stages()[stage]; value > 0 {
			out = append(out, e.counted(e.day, value))
		}
	})
	return out, err
}

// casesOfFair are the leads behind a figure of the comparison of consultants.
func casesOfFair(ctx context.Context, tx *op.Tx, r *Report, w wanted) (out []Counted, err error) {
	list, _, err := walked(ctx, tx, cohort{from: r.Params.From, until: r.Params.Until, centers: r.Params.Centers})
	stage := slices.Index(fairMetrics, w.metric)
	for _, j := range list {
		if w.in(named(j.consultant)) && j.reached()[stage] > 0 {
			out = append(out, j.counted(1))
		}
	}
	return out, err
}

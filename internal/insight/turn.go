package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/rollup"
)

// Completions adds to the facts that turn an enquiry to another channel or course what was counted of it until then: lists go by what it
// has now, and state the same (UI-B1). The fact says it, so that the log alone gives the figures.
func Completions(registry *event.Registry) []op.Completion {
	turned := func(ctx context.Context, tx *op.Tx, m facts.Matter, t *facts.Turn) (err error) {
		if t != nil {
			t.Moves, err = movesOf(ctx, tx, registry, m)
		}
		return err
	}
	return []op.Completion{
		op.Completing(closing),
		op.Completing(func(ctx context.Context, tx *op.Tx, f facts.EnquiryChanged) (facts.EnquiryChanged, error) {
			return f, turned(ctx, tx, f.Matter, f.Turn)
		}),
		op.Completing(func(ctx context.Context, tx *op.Tx, f facts.EnquiryUpdated) (facts.EnquiryUpdated, error) {
			return f, turned(ctx, tx, f.Matter, f.Turn)
		}),
		op.Completing(func(ctx context.Context, tx *op.Tx, f facts.VisitFinished) (facts.VisitFinished, error) {
			return f, turned(ctx, tx, f.Matter, f.Turn)
		}),
		op.Completing(func(ctx context.Context, tx *op.Tx, f facts.VisitReopened) (facts.VisitReopened, error) {
			return f, turned(ctx, tx, f.Matter, f.Turn)
		}),
	}
}

// turnOf is the turn of a fact; the matter has what holds from then on.
func turnOf(f event.Fact) (facts.Matter, *facts.Turn) {
	switch f := f.(type) {
	case facts.EnquiryChanged:
		return f.Matter, f.Turn
	case facts.EnquiryUpdated:
		return f.Matter, f.Turn
	case facts.VisitFinished:
		return f.Matter, f.Turn
	case facts.VisitReopened:
		return f.Matter, f.Turn
	}
	return facts.Matter{}, nil
}

// turn moves what was counted of an enquiry to the channel and course that it has from now on.
func turn(s sums, f event.Fact) error {
	m, t := turnOf(f)
	if t == nil {
		return nil
	}
	for _, c := range t.Moves {
		s.add(c.Metric, c.Day, c.Center, -c.N, c.Dim, c.From)
		s.add(c.Metric, c.Day, c.Center, c.N, c.Dim, c.To)
	}
	return s.turn(m)
}

// matterSums counts one enquiry: what stands under which channel and course.
type matterSums struct{ deltas rollup.Deltas }

func (m matterSums) add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string) {
	for i := 0; i < len(dims); i += 2 {
		if dims[i] == "channel" || dims[i] == "course" {
			m.deltas[rollup.Key{Metric: metric, Day: day, Center: center, Dim: dims[i], Value: dims[i+1]}] += n
		}
	}
}

func (matterSums) remember(visit) error                      { return nil }
func (matterSums) sign(id.ID, bizdate.Date) ([]visit, error) { return nil, nil }
func (matterSums) forget(_, _ id.ID) error                   { return nil }
func (matterSums) turn(facts.Matter) error                   { return nil }

// movesOf folds what the log says of an enquiry, and gives what stands under another channel or course than the matter's.
func movesOf(ctx context.Context, tx *op.Tx, registry *event.Registry, m facts.Matter) ([]facts.Move, error) {
	var list []event.Event
	err := tx.Unscoped("figures count for everybody").Select(&list).Where("person = ? AND payload LIKE ?", m.Person, "%"+m.Enquiry.String()+"%").Order("id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read log of enquiry: %w", err)
	}
	s := matterSums{rollup.Deltas{}}
	for _, e := range list {
		f, err := registry.Decode(e)
		if err != nil {
			return nil, fmt.Errorf("read log of enquiry: %w", err)
		}
		if err := fold(s, f, e); err != nil {
			return nil, err
		}
	}
	var out []facts.Move
	for k, n := range s.deltas {
		base, rest, _ := strings.Cut(k.Value, "/")
		to := m.Channel.String()
		if k.Dim == "course" {
			to = m.Course.String()
		}
		if n == 0 || base == to {
			continue
		}
		if rest != "" {
			to += "/" + rest
		}
		out = append(out, facts.Move{Metric: k.Metric, Day: k.Day, Center: k.Center, N: n, Dim: k.Dim, From: k.Value, To: to})
	}
	slices.SortFunc(out, func(a, b facts.Move) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Metric, b.Metric), slices.Compare(a.Center[:], b.Center[:]), cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.From, b.From))
	})
	return out, nil
}

package op

import (
	"context"
	"fmt"

	"zhike/internal/kernel/event"
)

// Completion adds to a fact, before it is written, what a later domain knows of the matter. It reads only.
type Completion struct {
	Kind string
	Do   func(ctx context.Context, tx *Tx, f event.Fact) (event.Fact, error)
}

// Completing makes the completion of facts of type F.
func Completing[F event.Fact](do func(ctx context.Context, tx *Tx, f F) (F, error)) Completion {
	var f F
	return Completion{Kind: f.Kind(), Do: func(ctx context.Context, tx *Tx, f event.Fact) (event.Fact, error) {
		return do(ctx, tx, f.(F))
	}}
}

// Complete registers completions; a kind of fact has one at most.
func (r *Runner) Complete(list ...Completion) {
	if r.completions == nil {
		r.completions = map[string]Completion{}
	}
	for _, c := range list {
		r.completions[c.Kind] = c
	}
}

func (t *Tx) complete(ctx context.Context, f event.Fact) (event.Fact, error) {
	c, ok := t.run.completions[f.Kind()]
	if !ok {
		return f, nil
	}
	out, err := c.Do(ctx, t, f)
	if err != nil {
		return nil, fmt.Errorf("complete fact: %w", err)
	}
	return out, nil
}

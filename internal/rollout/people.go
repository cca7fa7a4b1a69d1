package rollout

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
)

// personImport brings persons in, without enquiries; the rules of duplicates are those of leads.
type personImport struct{ base }

// chunk implements chunker.
func (im *personImport) chunk(ctx context.Context, list []row, note func(row, outcome)) error {
	leads, rejects := im.read(list)
	var known map[string]people.KnownPerson
	err := im.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if known, err = people.PersonsByKey(ctx, tx, keysOf(leads)); err != nil {
			return err
		}
		return im.matcher.Load(ctx, tx, candidates(leads))
	})
	if err != nil {
		return fmt.Errorf("look up chunk: %w", err)
	}
	for i, l := range leads {
		o := outcome{what: Rejected, reject: rejects[i]}
		if o.reject == nil {
			if o, err = im.row(ctx, l, known); err != nil {
				return err
			}
		}
		note(list[i], o)
	}
	return nil
}

func (im *personImport) row(ctx context.Context, l Lead, known map[string]people.KnownPerson) (o outcome, err error) {
	in := l.person()
	unmapped := l.Kept
	in.CenterID, unmapped = im.centerOf(l, unmapped)
	in.Attributes = l.attributes(unmapped)
	defer func() {
		if o.what != Rejected {
			o.unmapped = unmapped
		}
	}()
	if k, exists := known[l.Key]; l.Key != "" && exists {
		return im.again(ctx, l, k, in)
	}
	if o, done, err := im.twice(l); done || err != nil {
		return o, err
	}
	if l.Phone != "" {
		if _, sure, err := im.matcher.Sure(l.candidate()); sure || err != nil {
			return outcome{what: Merged}, err
		}
	}
	if im.dry != nil {
		return outcome{what: Accepted}, im.matcher.Note(l.candidate(), id.None)
	}
	p, err := people.Register.Run(ctx, im.run, in)
	if err != nil {
		return refused(l, err)
	}
	if l.Key != "" {
		known[l.Key] = people.NewlyKnown(p.ID, in)
	}
	return outcome{what: Accepted}, im.matcher.Note(l.candidate(), p.ID)
}

func (im *personImport) again(ctx context.Context, l Lead, k people.KnownPerson, in people.RegisterInput) (outcome, error) {
	change, differs := k.Change(in)
	if !differs || !k.May {
		return outcome{what: Merged}, nil
	}
	if im.dry == nil {
		if _, err := people.Change.Run(ctx, im.run, change); err != nil {
			return refused(l, err)
		}
	}
	return outcome{what: Updated}, nil
}

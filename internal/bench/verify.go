package bench

import (
	"context"
	"errors"
	"fmt"

	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// verify asks what is counted again, stops the server and proves its database.
func (z *zhike) verify(ctx context.Context) error {
	said, err := z.questions()
	if err != nil {
		return err
	}
	if err := z.stop(); err != nil {
		return err
	}
	more := map[string]int64{}
	for kind, list := range z.records {
		if kind == "" {
			continue
		}
		more[kind] = int64(len(list))
		z.report.Acknowledged += more[kind]
	}
	return z.prove(ctx, z.file(), more, z.records, func(ctx context.Context, tx *op.Tx) error { return z.company.recount(ctx, tx, said) })
}

// prove opens a database for reading: what was acknowledged is there and nothing else was written, and every invariant of
// `zhike check` holds, the roll-ups against a recount among them; also looks at more.
func (b *bench) prove(ctx context.Context, file string, more map[string]int64, records map[string][]string, also ...func(ctx context.Context, tx *op.Tx) error) (err error) {
	ctx = op.WithViewer(ctx, policy.System())
	p, err := b.Open(ctx, file, clock.System(), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	counted, err := countFacts(ctx, p.Run)
	if err != nil {
		return err
	}
	for kind, n := range more {
		if got, want := counted[kind], b.company.Facts[kind]+n; got != want {
			return fmt.Errorf("%s: %d in the log, want %d: %d before and %d acknowledged", kind, got, want, b.company.Facts[kind], n)
		}
		if err := find(ctx, p.Run, kind, records[kind]); err != nil {
			return err
		}
	}
	for _, look := range also {
		if err := p.Run.Read(ctx, look); err != nil {
			return err
		}
	}
	found, err := p.Check(ctx)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("check found %d faults, the first: %s", len(found), found[0])
	}
	return nil
}

// find looks for the facts of acknowledged records.
func find(ctx context.Context, r *op.Runner, kind string, records []string) error {
	there := map[string]bool{}
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		subjects, err := op.AllOf[id.ID](ctx, tx.Unscoped("the whole log is looked through"), "SELECT subject FROM events WHERE kind = ?", kind)
		for _, s := range subjects {
			there[s.String()] = true
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for acknowledged records: %w", err)
	}
	for _, record := range records {
		if !there[record] {
			return fmt.Errorf("%s of %s was acknowledged and is lost", kind, record)
		}
	}
	return nil
}

package insight

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// FoldPathsAtMost is the most open paths that one FoldPaths takes.
const FoldPathsAtMost = 2000

// FoldPaths keeps paths that changed and tells how many changes there were. A job runs it; several nodes may.
func FoldPaths(ctx context.Context, r *op.Runner) (n int, err error) {
	err = r.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		n, err = foldPaths(ctx, tx)
		return err
	})
	return n, err
}

func foldPaths(ctx context.Context, tx *op.Tx) (int, error) {
	if err := tx.Lock(ctx, "event_head", 2); err != nil {
		return 0, fmt.Errorf("lock paths: %w", err)
	}
	type change struct {
		No      int64 `db:"id"`
		Enquiry id.ID `db:"enquiry"`
	}
	open, err := op.AllOf[change](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT id, enquiry FROM insight_paths_open ORDER BY id LIMIT ?", FoldPathsAtMost)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	enquiries := map[id.ID]bool{}
	for _, c := range open {
		enquiries[c.Enquiry] = true
	}
	list, err := pathsOf(ctx, tx, "e.id IN (?)", slices.Collect(maps.Keys(enquiries)))
	if err != nil {
		return 0, err
	}
	changed := map[partKey]map[id.ID]path{}
	for _, p := range list {
		if changed[p.key()] == nil {
			changed[p.key()] = map[id.ID]path{}
		}
		changed[p.key()][p.enquiry] = p
	}
	for key, paths := range changed {
		if err := keepPart(ctx, tx, key, paths); err != nil {
			return 0, err
		}
	}
	// The snapshot has no other ones up to the last: those of transactions that end later stay.
	if _, err := tx.Exec(ctx, "DELETE FROM insight_paths_open WHERE id <= ?", open[len(open)-1].No); err != nil {
		return 0, fmt.Errorf("close paths: %w", err)
	}
	return len(open), nil
}

// keepPart puts paths into their part, in the place of what was known of them.
func keepPart(ctx context.Context, tx *op.Tx, key partKey, paths map[id.ID]path) error {
	err := op.EachOf(ctx, tx.Unscoped("figures are counted in the scope of report:read"), func(kept *pathPart) error {
		return kept.each(func(p *path) {
			if _, again := paths[p.enquiry]; !again {
				same := *p
				same.signed = slices.Clone(p.signed)
				paths[p.enquiry] = same
			}
		})
	}, "SELECT span, part, body FROM insight_paths WHERE span = ? AND part = ?", key.span, key.part)
	if err != nil {
		return fmt.Errorf("read paths: %w", err)
	}
	list := slices.SortedFunc(maps.Values(paths), func(a, b path) int { return slices.Compare(a.enquiry[:], b.enquiry[:]) })
	_, err = tx.Exec(ctx, "INSERT INTO insight_paths (span, part, body) VALUES (?, ?, ?) ON CONFLICT (span, part) DO UPDATE SET body = excluded.body", key.span, key.part, packPaths(list))
	if err != nil {
		return fmt.Errorf("keep paths: %w", err)
	}
	return nil
}

// wrongPaths names the enquiries of whom the paths that are read are not those of their records.
func wrongPaths(ctx context.Context, tx *op.Tx) (out []string, err error) {
	list, err := pathsOf(ctx, tx, "1=1")
	if err != nil {
		return nil, err
	}
	want := make(map[id.ID]string, len(list))
	for _, p := range list {
		want[p.enquiry] = p.String()
	}
	err = eachPath(ctx, tx, -1<<31, func(p *path) {
		if want[p.enquiry] != p.String() {
			out = append(out, "path of enquiry "+p.enquiry.String()+" is kept as "+p.String()+", its records say "+want[p.enquiry])
		}
		delete(want, p.enquiry)
	})
	for _, key := range slices.SortedFunc(maps.Keys(want), func(a, b id.ID) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, "path of enquiry "+key.String()+" is not kept")
	}
	return out, err
}

// String gives all of a path.
func (p *path) String() string {
	dims := make([]id.ID, pathDims)
	for i := range dims {
		dims[i] = p.dim(i)
	}
	return fmt.Sprint(dims, p.day, p.fresh, p.back, p.reached, p.after, p.on, p.signed)
}

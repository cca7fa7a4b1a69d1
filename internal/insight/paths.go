package insight

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// path is what a cohort needs to know of an enquiry (SAL-9). It follows from the records of the enquiry alone; paths that did not change
// lately are kept, many in a row (insight_paths), so that years of them are read at once.
type path struct {
	enquiry id.ID
	known   []id.ID          // those of the dimensions, of all paths of its part
	place   [pathDims]int    // of the dimensions among them
	day     bizdate.Date     // of entry
	fresh   bool             // of kind new or return
	back    bool             // of kind return
	reached [pathSteps]bool  // first appointment, first visit, first contract
	after   [pathSteps]int64 // µs from the entry
	on      [pathSteps]bizdate.Date
	signed  []bizdate.Date // of all its contracts
}

// dim is the value of a dimension.
func (p *path) dim(i int) id.ID { return p.known[p.place[i]] }

// Dimensions of a path.
const (
	pathCenter = iota
	pathConsultant
	pathChannel
	pathCampaign
	pathCourse
	pathDims
)

// pathSteps are appointment, visit and contract.
const pathSteps = 3

// opening says which enquiries changed since their paths were kept: each fact about an enquiry does, in its transaction.
func opening() (list []op.Reaction) {
	for _, f := range facts.All() {
		if _, ok := f.(matterOf); ok {
			list = append(list, op.Reaction{Kind: f.Kind(), Do: func(ctx context.Context, tx *op.Tx, f event.Fact, _ event.Event) error {
				return openPath(ctx, tx, f.(matterOf).Of().Enquiry)
			}})
		}
	}
	return append(list, op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchRecorded, _ event.Event) error {
		return openEnded(ctx, tx, f.Ends)
	}), op.On(func(ctx context.Context, tx *op.Tx, f facts.TouchWithdrawn, _ event.Event) error {
		return openEnded(ctx, tx, f.Restores)
	}))
}

// matterOf is a fact about an enquiry.
type matterOf interface{ Of() facts.Matter }

// openEnded opens the path whose appointment a touch ended or brought back.
func openEnded(ctx context.Context, tx *op.Tx, a *facts.AppointmentState) error {
	if a == nil {
		return nil
	}
	return openPath(ctx, tx, a.Enquiry)
}

func openPath(ctx context.Context, tx *op.Tx, enquiry id.ID) error {
	if enquiry.IsNone() {
		return nil
	}
	if err := tx.InsertRows(ctx, "insight_paths_open (enquiry)", "", [][]any{{enquiry}}); err != nil {
		return fmt.Errorf("open path of enquiry: %w", err)
	}
	return nil
}

// stillOpen is the condition of enquiries e whose paths are open.
const stillOpen = "e.id IN (SELECT enquiry FROM insight_paths_open)"

// pathsOf reads the paths of the enquiries e of a condition from their records, in four queries.
func pathsOf(ctx context.Context, tx *op.Tx, where string, args ...any) ([]path, error) {
	type row struct {
		ID         id.ID        `db:"id"`
		Center     id.ID        `db:"center"`
		Consultant id.ID        `db:"consultant"`
		Channel    id.ID        `db:"channel"`
		Campaign   id.ID        `db:"campaign"`
		Course     id.ID        `db:"course"`
		Kind       string       `db:"kind"`
		Day        bizdate.Date `db:"entered_day"`
		Entered    time.Time    `db:"entered_at"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT e.id, e.center, e.consultant, e.channel, e.campaign, e.course, e.kind, e.entered_day, e.entered_at FROM enquiries e WHERE "+where+" ORDER BY e.id", args...)
	if err != nil {
		return nil, fmt.Errorf("read enquiries of paths: %w", err)
	}
	list, at := make([]path, len(rows)), make(map[id.ID]int, len(rows))
	for i, r := range rows {
		list[i] = path{enquiry: r.ID, known: []id.ID{r.Center, r.Consultant, r.Channel, r.Campaign, r.Course}, place: [pathDims]int{0, 1, 2, 3, 4}, day: r.Day, fresh: isNew(r.Kind), back: r.Kind == "return"}
		at[r.ID] = i
	}
	type when struct {
		Enquiry id.ID        `db:"enquiry"`
		At      time.Time    `db:"at"`
		Day     bizdate.Date `db:"day"`
	}
	for step, text := range [pathSteps]string{
		"SELECT a.enquiry, MIN(a.starts_at) AS at, MIN(a.day) AS day FROM enquiries e JOIN appointments a ON a.enquiry = e.id WHERE a.state NOT IN ('cancelled', 'moved') AND " + where + " GROUP BY a.enquiry",
		"SELECT v.enquiry, MIN(v.arrived_at) AS at, MIN(v.day) AS day FROM enquiries e JOIN visits v ON v.enquiry = e.id WHERE v.withdrawn_at IS NULL AND " + where + " GROUP BY v.enquiry",
		"SELECT c.enquiry, c.signed_at AS at, c.signed_day AS day FROM enquiries e JOIN contracts c ON c.enquiry = e.id WHERE c.signed_at IS NOT NULL AND " + where + " ORDER BY c.signed_at, c.id",
	} {
		steps, err := op.AllOf[when](ctx, tx.Unscoped("figures are counted in the scope of report:read"), text, args...)
		if err != nil {
			return nil, fmt.Errorf("read steps of paths: %w", err)
		}
		for _, s := range steps {
			i := at[s.Enquiry]
			if p := &list[i]; !p.reached[step] {
				p.reached[step], p.after[step], p.on[step] = true, s.At.Sub(rows[i].Entered).Microseconds(), s.Day
			}
			if step == pathSteps-1 {
				list[i].signed = append(list[i].signed, s.Day)
			}
		}
	}
	return list, nil
}

// eachPath calls do for the path of every enquiry entered since a day, of those that changed lately from the records, of the others from
// what is kept: in two queries, and four more where some changed. do keeps none of it.
func eachPath(ctx context.Context, tx *op.Tx, since bizdate.Date, do func(*path)) error {
	ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT DISTINCT enquiry FROM insight_paths_open")
	if err != nil {
		return fmt.Errorf("read open paths: %w", err)
	}
	open := make(map[id.ID]bool, len(ids))
	for _, key := range ids {
		open[key] = true
	}
	err = op.EachOf(ctx, tx.Unscoped("figures are counted in the scope of report:read"), func(part *pathPart) error {
		return part.each(func(p *path) {
			if p.day >= since && (len(open) == 0 || !open[p.enquiry]) {
				do(p)
			}
		})
	}, "SELECT span, part, body FROM insight_paths WHERE span >= ? ORDER BY span, part", spanOf(since))
	if err != nil {
		return fmt.Errorf("read paths: %w", err)
	}
	if len(open) == 0 {
		return nil
	}
	list, err := pathsOf(ctx, tx, stillOpen)
	for i := range list {
		if list[i].day >= since {
			do(&list[i])
		}
	}
	return err
}

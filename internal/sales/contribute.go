package sales

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/numbers"
	"zhike/internal/kernel/op"
)

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "sales.enquiry-owner", Rule: "PPL-7", Run: checkOwners},
		{Name: "sales.visit-appointment", Rule: "SAL-5", Run: checkVisits},
		{Name: "sales.open-counts", Rule: "SAL-2", Queries: []check.Query{openCounts, openUncounted}},
		{Name: "sales.one-appointment", Rule: "SAL-4", Queries: []check.Query{openTwice}},
		{Name: "sales.loss", Rule: "SAL-1", Queries: []check.Query{reasonOfNone}},
		{Name: "sales.referrers", Rule: "MKT-12", Queries: []check.Query{referrerCircles}},
		{Name: "sales.pool", Rule: "PPL-8", Queries: []check.Query{ownedInPool}},
		{Name: "sales.promotion-quota", Rule: "SAL-8", Queries: []check.Query{promotionUse, promotionQuota}},
		{Name: "sales.rewards", Rule: "MKT-12", Queries: []check.Query{rewardHours}},
		numbers.Gapless("sales.quote-numbers", "quote", "quotes"),
		numbers.Gapless("sales.promotion-numbers", "promotion", "promotions"),
	}
}

// promotionUse: what a promotion counts against its quota is the signed contracts with it.
var promotionUse = check.Query{What: "promotion: signed contracts counted", Text: `SELECT p.id, p.used AS got, COUNT(DISTINCT c.id) AS want FROM promotions p
	LEFT JOIN contract_promotions g ON g.promotion = p.id LEFT JOIN contracts c ON c.id = g.contract AND c.signed_day <> 0
	GROUP BY p.id, p.used HAVING p.used <> COUNT(DISTINCT c.id)`}

// promotionQuota: no promotion is used more often than it may be.
var promotionQuota = check.Query{What: "promotion: signed contracts beyond its quota", Text: "SELECT id, used AS got, quota AS want FROM promotions WHERE quota > 0 AND used > quota"}

// openCounts: the number by which a rule of load chooses is that of the open enquiries.
var openCounts = check.Query{What: "consultant: open enquiries counted", Text: `SELECT t.staff AS id, t.open_count AS got, (SELECT COUNT(*) FROM enquiries e
	WHERE e.center = t.center AND e.consultant = t.staff AND e.outcome = 'open') AS want FROM assignment_turns t
	WHERE t.open_count <> (SELECT COUNT(*) FROM enquiries e WHERE e.center = t.center AND e.consultant = t.staff AND e.outcome = 'open')`}

// openUncounted: whoever has open enquiries at a center is counted there.
var openUncounted = check.Query{What: "consultant: open enquiries that are not counted", Text: `SELECT e.consultant AS id, 0 AS got, COUNT(*) AS want FROM enquiries e
	WHERE e.outcome = 'open' AND e.consultant IS NOT NULL AND e.center IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM assignment_turns t WHERE t.center = e.center AND t.staff = e.consultant) GROUP BY e.consultant`}

// openTwice: nobody is expected twice for one enquiry.
var openTwice = check.Query{What: "enquiry: open appointments", Text: `SELECT enquiry AS id, COUNT(*) AS got, 1 AS want FROM appointments
	WHERE state IN ('booked', 'confirmed') GROUP BY enquiry HAVING COUNT(*) > 1`}

// reasonOfNone: only what is lost has a reason of its loss.
var reasonOfNone = check.Query{What: "enquiry: reasons of a loss that was none", Text: `SELECT id, 1 AS got, 0 AS want FROM enquiries WHERE outcome <> 'lost' AND lost_reason <> ''`}

// ownedInPool: what lies in the public pool has no owner, and is known since when.
var ownedInPool = check.Query{What: "enquiry in the public pool: owners", Text: `SELECT id, 1 AS got, 0 AS want FROM enquiries WHERE stage = 'pool' AND (consultant IS NOT NULL OR pooled_at IS NULL)`}

// checkOwners: an owner is a staff member that exists; else the enquiry lies in the pool.
func checkOwners(ctx context.Context, tx *op.Tx) ([]string, error) {
	ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("check"), `SELECT e.id FROM enquiries e WHERE e.consultant IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = e.consultant) ORDER BY e.id LIMIT 100`)
	if err != nil {
		return nil, err
	}
	return name("enquiry %s has an owner that does not exist", ids), nil
}

// checkVisits: an arrived appointment has exactly one visit, and a visit of an appointment an arrived one.
func checkVisits(ctx context.Context, tx *op.Tx) ([]string, error) {
	u := tx.Unscoped("check")
	without, err := op.AllOf[id.ID](ctx, u, `SELECT a.id FROM appointments a WHERE a.state = 'arrived'
		AND (SELECT COUNT(*) FROM visits v WHERE v.enquiry = a.enquiry AND v.appointment = a.id AND v.withdrawn_at IS NULL) <> 1 ORDER BY a.id LIMIT 100`)
	if err != nil {
		return nil, err
	}
	early, err := op.AllOf[id.ID](ctx, u, `SELECT v.id FROM visits v JOIN appointments a ON a.id = v.appointment WHERE a.state <> 'arrived' AND v.withdrawn_at IS NULL ORDER BY v.id LIMIT 100`)
	if err != nil {
		return nil, err
	}
	return append(name("appointment %s arrived without exactly one visit", without), name("visit %s stands on an appointment that did not arrive", early)...), nil
}

func name(format string, ids []id.ID) []string {
	var out []string
	for _, v := range ids {
		out = append(out, fmt.Sprintf(format, v))
	}
	return out
}

// Refold folds the stages of all enquiries from the log; `zhike check` compares the result with the records (SAL-1, TRU-8).
type Refold struct {
	registry *event.Registry
	stages   map[id.ID]progress
	before   map[id.ID]progress // before the last fact of an enquiry: what an undo leads back to
	earlier  map[id.ID]progress // before the last two: a walk-in out of the pool has two
	wrong    []string
}

// NewRefold begins a fold.
func NewRefold(r *event.Registry) *Refold {
	return &Refold{registry: r, stages: map[id.ID]progress{}, before: map[id.ID]progress{}, earlier: map[id.ID]progress{}}
}

// Event folds one event of the log.
func (r *Refold) Event(e event.Event) error {
	f, err := r.registry.Decode(e)
	if err != nil {
		return err
	}
	key := enquiryOf(f)
	if key.IsNone() {
		return nil
	}
	was, back := r.stages[key], r.before[key]
	next := was.at(was.after(f))
	if v, ok := f.(facts.VisitWithdrawn); ok && v.Unassigned {
		back = r.earlier[key]
	}
	if to, undone := takenBack(f); undone {
		if to != back.Stage {
			r.wrong = append(r.wrong, fmt.Sprintf("enquiry %s was taken back to %s, it had stood at %q", key, to, back.Stage))
		}
		next = progress{to, back.Reached}
	}
	r.earlier[key], r.before[key], r.stages[key] = r.before[key], was, next
	return nil
}

// Differences lists the enquiries whose stage is not what happened.
func (r *Refold) Differences(ctx context.Context, tx *op.Tx) ([]string, error) {
	type row struct {
		ID    id.ID `db:"id"`
		Stage Stage `db:"stage"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("check"), "SELECT id, stage FROM enquiries")
	if err != nil {
		return nil, err
	}
	out := r.wrong
	for _, e := range rows {
		if want := r.stages[e.ID]; want.Stage != e.Stage {
			out = append(out, fmt.Sprintf("enquiry %s stands at %s, what happened leads to %q", e.ID, e.Stage, want.Stage))
		}
		delete(r.stages, e.ID)
	}
	for key := range r.stages {
		out = append(out, fmt.Sprintf("enquiry %s is in the log only", key))
	}
	return out, nil
}

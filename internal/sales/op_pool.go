package sales

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// inPool is what the public pool is: open enquiries that nobody owns (PPL-8).
const inPool = "e.consultant IS NULL AND e.outcome = 'open'"

// poolScope: who reads the pool of a center sees what lies in it. What was taken out of it can still be asked for, so that who comes second
// is told.
func poolScope(v *policy.Viewer, right, alias string) policy.Frag {
	cut := policy.Cut(v.Scope(right), alias, "center", "")
	cut.Text += " AND ((" + strings.ReplaceAll(inPool, "e.", alias+".") + ") OR " + alias + ".pooled_at IS NOT NULL)"
	return cut
}

// ReturnToPool gives an enquiry back to the public pool of its center, as nobody was in contact for as many days as the center sets for its
// grade of intention (PPL-8); the job ReturnIdle runs it. Its consultant and those who watch the center are told by process. Refused: not-idle.
var ReturnToPool = op.Op[EnquiryInput, Answer]{
	Name: "sales.return-to-pool", Rule: "PPL-8", Needs: "enquiry:note-breach", Fact: facts.EnquiryPooled{}, Do: returnToPool,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// idle is the condition that nobody was in contact since an instant, which is its one value: no touch, nothing that moved the matter, no
// visit or quote, no new owner, and nobody is expected.
const idle = `e.outcome = 'open' AND e.consultant IS NOT NULL AND e.moved_at < ?1 AND COALESCE(e.last_touch_at, e.entered_at) < ?1 AND COALESCE(e.owned_at, e.entered_at) < ?1
	AND NOT EXISTS (SELECT 1 FROM appointments a WHERE a.enquiry = e.id AND a.state IN ('booked', 'confirmed'))
	AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.enquiry = e.id AND v.arrived_at >= ?1 AND v.withdrawn_at IS NULL)
	AND NOT EXISTS (SELECT 1 FROM quotes q WHERE q.enquiry = e.id AND q.made_at >= ?1)`

// idleSince gives the condition with its values.
func idleSince(at time.Time) (text string, args []any) {
	for range strings.Count(idle, "?1") {
		args = append(args, at)
	}
	return strings.ReplaceAll(idle, "?1", "?"), args
}

// daysToPool is after how many days without a contact an enquiry returns to the pool; 0: never.
func daysToPool(dir *organization.Directory, center id.ID, grade string) int64 {
	if grade == "" {
		grade = "none"
	}
	return dir.Number(center, organization.PoolDays+strings.ToLower(grade))
}

func daysBefore(at time.Time, days int64) time.Time { return at.Add(-time.Duration(days) * 24 * hour) }

func returnToPool(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	days := daysToPool(organization.Of(tx), e.Center, e.Grade)
	text, args := idleSince(daysBefore(tx.Now, days))
	n, err := op.OneOf[int64](ctx, tx.Unscoped("work of the system"), "SELECT COUNT(*) FROM enquiries e WHERE e.id = ? AND "+text, append([]any{e.ID}, args...)...)
	if err != nil {
		return Answer{}, fmt.Errorf("look for contacts: %w", err)
	}
	if n == 0 || days == 0 || e.Center.IsNone() {
		return Answer{}, problem.Refuse("PPL-8", "not-idle", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	from := e.Consultant
	if err := countOpen(ctx, tx, e, from, -1); err != nil {
		return Answer{}, err
	}
	f := facts.EnquiryPooled{From: from, Grade: e.Grade, Days: days, Since: e.LastTouch}
	if f.Since.IsZero() {
		f.Since = e.Entered
	}
	e.Consultant, e.LastOwner, e.Pooled, e.Owned, e.NextStep, e.NextDay = id.None, from, tx.Now, time.Time{}, "", 0
	if err := move(ctx, tx, &e, Pooled, "consultant", "last_owner", "pooled_at", "owned_at", "next_step", "next_day"); err != nil {
		return Answer{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE enquiries SET ladder_at = NULL WHERE id = ?", e.ID); err != nil {
		return Answer{}, fmt.Errorf("end ladder: %w", err)
	}
	if err := handOver(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	f.Matter = e.matter()
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// ReturnIdle gives back to the pool what nobody was in contact with for too long (PPL-8), oldest first and some hundred at a time. It runs
// every few minutes; people are told once of what one run brings.
func ReturnIdle(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var ids []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		ids, err = idleOnes(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx = op.WithRun(ctx, r.Clock.NewID())
	for _, key := range ids {
		if _, err := ReturnToPool.Run(ctx, r, EnquiryInput{EnquiryID: key}); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	return nil
}

func idleOnes(ctx context.Context, tx *op.Tx) (ids []id.ID, err error) {
	dir := organization.Of(tx)
	for _, grade := range append([]string{""}, people.Grades...) {
		byDays := map[int64][]id.ID{}
		for _, c := range dir.Centers(tx.Viewer) {
			days := daysToPool(dir, c.ID, grade)
			byDays[days] = append(byDays[days], c.ID)
		}
		delete(byDays, 0)
		for _, days := range slices.Sorted(maps.Keys(byDays)) { // the same company returns them in the same order
			centers := byDays[days]
			text, args := idleSince(daysBefore(tx.Now, days))
			found, err := op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT e.id FROM enquiries e WHERE e.grade = ? AND e.center IN (?) AND "+text+" ORDER BY e.moved_at, e.id LIMIT ?",
				append(append([]any{grade, centers}, args...), dueAtOnce)...)
			if err != nil {
				return nil, fmt.Errorf("look for idle enquiries: %w", err)
			}
			ids = append(ids, found...)
		}
	}
	return ids, nil
}

// Claim takes an enquiry out of the pool of one's center (PPL-8): of many who claim it one has it, the others are told. Refused: already-claimed,
// already-ended, not-consultant, claim-limit (as many a day as the center sets), own-return (who had it last, for the days that the center sets).
var Claim = op.Op[EnquiryInput, Answer]{
	Name: "sales.claim-enquiry", Rule: "PPL-8", Needs: "pool:claim", Fact: facts.EnquiryClaimed{}, Do: claim, Undo: "sales.withdraw-claim",
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "pool", ID: in.EnquiryID} },
}

func claim(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	dir, staff := organization.Of(tx), tx.Viewer.Staff
	field := problem.Field{Location: "enquiry_id", Value: e.ID}
	if err := e.pooled(); err != nil {
		return Answer{}, err
	}
	if !isConsultant(dir, staff, e.Center) {
		return Answer{}, problem.Refuse("PPL-8", "not-consultant", field)
	}
	if again := ownAgain(dir, e.Center, e.Pooled); e.LastOwner == staff && tx.Now.Before(again) {
		return Answer{}, problem.Refuse("PPL-8", "own-return", field).With("day", again.In(tx.Zone(e.Center)).Format(time.DateOnly))
	}
	f := facts.EnquiryClaimed{}
	if f.No, err = countPool(ctx, tx, "claims"); err != nil {
		return Answer{}, err
	}
	if most := dir.Number(e.Center, organization.PoolClaims); f.No > most {
		return Answer{}, problem.Refuse("PPL-8", "claim-limit", field).With("most", most)
	}
	e.remember(e.ID)
	e.Past.Unowned = &unowned{e.Center, e.Pooled}
	if e.Pooled.IsZero() {
		e.Pooled = e.Entered
	}
	e.Consultant, e.Owned, e.NextStep, e.NextDay = staff, tx.Now, "call-back", tx.Today(e.Center)
	if err := countOpen(ctx, tx, e, staff, 1); err != nil {
		return Answer{}, err
	}
	if err := move(ctx, tx, &e, e.after(f), "past", "consultant", "owned_at", "pooled_at", "next_step", "next_day"); err != nil {
		return Answer{}, err
	}
	if err := handOver(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	tx.Undoable(EnquiryInput{EnquiryID: e.ID})
	f.Matter = e.matter()
	tx.Record(e.ID, f)
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// ownAgain is when who had an enquiry last may claim it again, after it returned to the pool.
func ownAgain(dir *organization.Directory, center id.ID, pooled time.Time) time.Time {
	return pooled.Add(time.Duration(dir.Number(center, organization.PoolOwnAgain)) * 24 * hour)
}

// pooled refuses what does not lie in the pool.
func (e Enquiry) pooled() error {
	field := problem.Field{Location: "enquiry_id", Value: e.ID}
	switch {
	case !e.Stage.Open():
		return problem.Refuse("PPL-8", "already-ended", field)
	case !e.Consultant.IsNone():
		return problem.Refuse("PPL-8", "already-claimed", field)
	}
	return nil
}

// owned refuses work for which somebody has to be answerable on what nobody owns, as in the pool, where anybody may claim it: it is claimed,
// or assigned, first (PPL-8).
func (e Enquiry) owned(rule string) error {
	if e.Consultant.IsNone() && e.Stage != Signed {
		return problem.Refuse(rule, "unowned", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	return nil
}

// countPool counts what the viewer claimed or looked at today, this time included. The row is locked by its change: two at a time cannot
// both be the last one.
func countPool(ctx context.Context, tx *op.Tx, column string) (n int64, err error) {
	account := tx.Viewer.Account
	first := map[string]string{"claims": "1, 0", "views": "0, 1"}[column]
	err = tx.QueryRow(ctx, "INSERT INTO pool_days (account, day, claims, views) VALUES (?, ?, "+first+") ON CONFLICT (account, day) DO UPDATE SET "+
		column+" = pool_days."+column+" + 1 RETURNING "+column, []any{account[:], int64(tx.Today(tx.Viewer.Center))}, &n)
	if err != nil {
		return 0, fmt.Errorf("count %s of pool: %w", column, err)
	}
	return n, nil
}

// WithdrawClaim takes back a claim (UI-B2): the enquiry lies in the pool again; the claim counts for the day. Refused: undo-late, undo-changed.
var WithdrawClaim = op.Op[EnquiryInput, Answer]{
	Name: "sales.withdraw-claim", Rule: "UI-B2", Needs: "pool:claim", Fact: facts.ClaimWithdrawn{}, Do: withdrawClaim,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "pool", ID: in.EnquiryID} },
}

func withdrawClaim(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	var was facts.EnquiryClaimed
	if err := lastFact(ctx, tx, e.ID, &was, was.Kind()); err != nil {
		return Answer{}, err
	}
	if e.Consultant != tx.Viewer.Staff || e.Consultant != was.Consultant {
		return Answer{}, op.UndoChanged()
	}
	if err := e.giveBack(ctx, tx); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.ClaimWithdrawn{Matter: e.matter(), From: was.Consultant, Stage: string(e.Stage)})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

// ViewPoolEntry shows the viewer an enquiry of the pool for some minutes, with a name and what was said: ViewedEntry then reads it (PPL-8). It
// counts once a day and enquiry, as a reveal does. Refused: view-limit (as many a day as the center sets), already-claimed, already-ended.
var ViewPoolEntry = op.Op[EnquiryInput, Answer]{
	Name: "sales.view-pool-entry", Rule: "PPL-8", Needs: "pool:read", Fact: facts.PoolEntryViewed{}, Do: viewPoolEntry,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "pool", ID: in.EnquiryID} },
	Refused: reportView,
}

// reportView reports a refusal beyond the day's number of entries (PPL-10).
func reportView(ctx context.Context, r *op.Runner, in EnquiryInput, p *problem.Problem) error {
	if p.Code != "view-limit" {
		return nil
	}
	var e Enquiry
	err := r.Read(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		e, err = EnquiryByID(ctx, tx, in.EnquiryID)
		return err
	})
	if err != nil {
		return err
	}
	return people.ReportLimit(ctx, r, e.Person, "pool")
}

func viewPoolEntry(ctx context.Context, tx *op.Tx, in EnquiryInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	if err := e.pooled(); err != nil {
		return Answer{}, err
	}
	account, day := tx.Viewer.Account, tx.Today(tx.Viewer.Center)
	again, err := tx.Exec(ctx, "UPDATE pool_views SET at = ? WHERE account = ? AND day = ? AND enquiry = ?", tx.Now, account[:], int64(day), e.ID)
	if err != nil {
		return Answer{}, fmt.Errorf("note view: %w", err)
	}
	if again == 0 {
		if err := firstView(ctx, tx, e); err != nil {
			return Answer{}, err
		}
	}
	tx.Record(e.ID, facts.PoolEntryViewed{Matter: e.matter(), Staff: tx.Viewer.Staff, Day: day})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

func firstView(ctx context.Context, tx *op.Tx, e Enquiry) error {
	account := tx.Viewer.Account
	_, err := tx.Exec(ctx, `INSERT INTO pool_views (account, day, enquiry, at) VALUES (?, ?, ?, ?) ON CONFLICT (account, day, enquiry) DO UPDATE SET at = excluded.at`,
		account[:], int64(tx.Today(tx.Viewer.Center)), e.ID, tx.Now)
	if err != nil {
		return fmt.Errorf("note view: %w", err)
	}
	used, err := countPool(ctx, tx, "views")
	if err != nil {
		return err
	}
	if most := organization.Of(tx).Number(e.Center, organization.PoolViews); used > most && !tx.Viewer.System {
		return problem.Refuse("PPL-8", "view-limit", problem.Field{Location: "enquiry_id", Value: e.ID}).With("most", most)
	}
	return nil
}

package sales

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/worktime"
	"zhike/internal/organization"
)

// LadderStep says what follows when an enquiry has waited so long for its first contact (SAL-2). The steps of a center stand for those of
// the company, which hold for the centers that have none.
type LadderStep struct {
	ID      id.ID  `json:"id" db:"id"`
	Center  id.ID  `json:"center_id" db:"center"` // none: the company's
	After   int64  `json:"after" db:"after"`      // of the unit, since the entry
	Unit    string `json:"unit" db:"unit"`        // days: working days; hours: opening hours
	Action  string `json:"action" db:"action"`    // tell-owner, tell-supervisor, reassign
	Active  bool   `json:"active" db:"active"`
	Version int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (LadderStep) TableName() string { return "contact_ladder" }

// Units and actions of a step of the ladder.
const (
	inDays, inHours                     = "days", "hours"
	tellOwner, tellTeam, giveAway       = "tell-owner", "tell-supervisor", "reassign"
	mostDays, mostHours           int64 = 60, 480
)

// LadderUnits and LadderActions list what a step may say.
var (
	LadderUnits   = []string{inDays, inHours}
	LadderActions = []string{tellOwner, tellTeam, giveAway}
)

// due is when the step is due for an enquiry of an instant: working days at the opening of the day, hours after so many of them; the zero
// time where the center does not open for so long.
func (s LadderStep) due(c worktime.Calendar, since time.Time) time.Time {
	if s.Unit == inHours {
		return c.Add(since, time.Duration(s.After)*time.Hour)
	}
	day, left := bizdate.Of(since, c.Zone), s.After
	for end := day + 800; left > 0 && day < end; {
		if day++; c.OpenOn(day) {
			left--
		}
	}
	if left > 0 {
		return time.Time{}
	}
	return c.Add(day.In(c.Zone), time.Nanosecond).Truncate(time.Minute)
}

// ladderOf gives the steps that hold for a center: its own, active or not, else the company's.
func ladderOf(all []LadderStep, center id.ID) []LadderStep {
	of := func(key id.ID) []LadderStep {
		return slices.DeleteFunc(slices.Clone(all), func(s LadderStep) bool { return s.Center != key })
	}
	if own := of(center); len(own) > 0 {
		return own
	}
	return of(id.None)
}

// rung is a step with the instant at which it is due.
type rung struct {
	LadderStep
	At time.Time
}

// upcoming gives the next step of a ladder: active, not done, and not before one that was done. Steps that are due together go by their
// action: who is told before who loses the enquiry.
func upcoming(steps []LadderStep, done []id.ID, c worktime.Calendar, since time.Time) (rung, bool) {
	var list []rung
	var passed time.Time
	for _, s := range steps {
		r := rung{s, s.due(c, since)}
		switch {
		case slices.Contains(done, s.ID):
			if r.At.After(passed) {
				passed = r.At
			}
		case s.Active && !r.At.IsZero():
			list = append(list, r)
		}
	}
	list = slices.DeleteFunc(list, func(r rung) bool { return r.At.Before(passed) })
	if len(list) == 0 {
		return rung{}, false
	}
	return slices.MinFunc(list, func(a, b rung) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(LadderActions, a.Action), slices.Index(LadderActions, b.Action)), slices.Compare(a.ID[:], b.ID[:]))
	}), true
}

// next step of the ladder for an enquiry. An imported matter of the past has waited since it was entered here.
func (e Enquiry) rung(ctx context.Context, tx *op.Tx) (rung, bool, error) {
	all, err := op.Keep(ctx, tx, "contact-ladder", func(ctx context.Context, tx *op.Tx) (list []LadderStep, err error) {
		err = tx.Unscoped("the steps decide, nobody reads them").Select(&list).Order("id").Scan(ctx)
		return list, err
	})
	if err != nil {
		return rung{}, false, fmt.Errorf("read ladder: %w", err)
	}
	done, err := op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT step FROM ladder_steps WHERE enquiry = ?", e.ID)
	if err != nil {
		return rung{}, false, fmt.Errorf("read steps done: %w", err)
	}
	since := e.Entered
	if made := e.ID.Time(); made.After(since) {
		since = made
	}
	r, ok := upcoming(ladderOf(all, e.Center), done, organization.Of(tx).Calendar(e.Center), since)
	return r, ok, nil
}

// never is when the next step is due after the last one.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// climb notes when the next step of the ladder is due for an enquiry whose first contact is late.
func climb(ctx context.Context, tx *op.Tx, e Enquiry) error {
	r, ok, err := e.rung(ctx, tx)
	if err != nil {
		return err
	}
	if !ok {
		r.At = never
	}
	if _, err := tx.Exec(ctx, "UPDATE enquiries SET ladder_at = ? WHERE id = ?", r.At, e.ID); err != nil {
		return fmt.Errorf("note next step of ladder: %w", err)
	}
	return nil
}

// companyToo: rules of assignment and steps of the ladder that are the company's are read by whoever reads those of a center, since they
// hold for it too.
func companyToo(v *policy.Viewer, right, alias string) policy.Frag {
	_, action, _ := strings.Cut(right, ":")
	scope := v.Scope("assignment:" + action)
	cut := policy.Cut(scope, alias, "center", "")
	if action != "read" || scope.None() || scope.All {
		return cut
	}
	cut.Text = "(" + cut.Text + " OR " + alias + ".center IS NULL)"
	return cut
}

// Ladder lists the steps in scope: the company's, then those of centers, in the order of time.
func Ladder(ctx context.Context, tx *op.Tx) (list []LadderStep, err error) {
	err = tx.Select(&list).Order("CASE WHEN center IS NULL THEN 0 ELSE 1 END, center, CASE WHEN unit = 'hours' THEN 0 ELSE 1 END, after, id").Limit(200).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list steps of ladder: %w", err)
	}
	return list, nil
}

// shippedLadder is what a company begins with: three working days, five, seven.
var shippedLadder = []LadderStep{
	{After: 3, Unit: inDays, Action: tellOwner, Active: true},
	{After: 5, Unit: inDays, Action: tellTeam, Active: true},
	{After: 7, Unit: inDays, Action: giveAway, Active: true},
}

// Seed writes the shipped cards of guidance where they are missing, and the shipped ladder where there is none.
func Seed(ctx context.Context, r *op.Runner) error {
	if err := seedPlaybooks(ctx, r); err != nil {
		return err
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		var n int64
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM contact_ladder", nil, &n); err != nil {
			return fmt.Errorf("look for ladder: %w", err)
		}
		if n > 0 {
			return nil
		}
		for _, s := range shippedLadder {
			s.ID = tx.NewID()
			if err := tx.Insert(ctx, s); err != nil {
				return err
			}
		}
		return tx.Changed(ctx, "contact-ladder")
	})
}

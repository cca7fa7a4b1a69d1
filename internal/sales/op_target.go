package sales

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// SetTargets sets, changes and takes away targets of one metric, a block of months and people at once (SAL-14); taking it back sets what was
// before. Refused: an unknown metric, a month or an amount out of range, a cell twice, somebody without a position at the center,
// target-changed (another set it since it was seen), nothing-changed; 403 for a center's own target without center-target:update.
var SetTargets = op.Op[SetTargetsInput, TargetsAnswer]{
	Name: "sales.set-targets", Rule: "SAL-14", Needs: "target:update", Fact: facts.TargetsSet{}, Do: setTargets, Undo: "sales.set-targets",
	Subjects: func(in SetTargetsInput) (refs []op.Ref) {
		for _, c := range in.centers() {
			refs = append(refs, op.Ref{Kind: "center", ID: c, Reached: true})
		}
		return refs
	},
}

// SetTargetsInput is a block of targets.
type SetTargetsInput struct {
	Metric  string        `json:"metric" enum:"contract_amount,contracts,cash_in,visits,appointments,leads,contracts_new,contracts_renewal"`
	Targets []TargetInput `json:"targets" minItems:"1" maxItems:"2000"`
}

// TargetInput is one of them.
type TargetInput struct {
	Center id.ID        `json:"center_id"`
	Staff  id.ID        `json:"staff_id,omitzero" doc:"the center's own target if left out"`
	Month  bizdate.Date `json:"month" doc:"any day of it"`
	Value  *int64       `json:"value,omitempty" doc:"a number of records, or fen; none if left out"`
	Was    *int64       `json:"was,omitempty" doc:"what was seen before, -1 for none: another value now refuses the change; not compared if left out"`
}

// TargetsAnswer says how many were changed.
type TargetsAnswer struct {
	Changed int `json:"changed"`
}

func setTargets(ctx context.Context, tx *op.Tx, in SetTargetsInput) (TargetsAnswer, error) {
	if err := in.check(tx.Today(id.None)); err != nil {
		return TargetsAnswer{}, err
	}
	if err := in.may(tx); err != nil {
		return TargetsAnswer{}, err
	}
	known, err := in.load(ctx, tx)
	if err != nil {
		return TargetsAnswer{}, err
	}
	if err := in.unseen(known); err != nil {
		return TargetsAnswer{}, err
	}
	f := facts.TargetsSet{Metric: in.Metric}
	if list := in.centers(); len(list) == 1 {
		f.Center = list[0]
	}
	back := SetTargetsInput{Metric: in.Metric}
	for _, c := range in.Targets {
		next := Target{Center: c.Center, Staff: c.Staff, Month: c.Month.MonthStart(), Metric: in.Metric, Amount: NoTarget}
		if c.Value != nil {
			next.Amount = *c.Value
		}
		before := amountOf(known, next.key())
		if before == next.Amount {
			continue
		}
		if err := next.replace(ctx, tx, known, before); err != nil {
			return TargetsAnswer{}, err
		}
		f.Targets = append(f.Targets, facts.TargetChange{Center: next.Center, Staff: next.Staff, Month: next.Month, Was: before, Now: next.Amount})
		back.Targets = append(back.Targets, TargetInput{Center: next.Center, Staff: next.Staff, Month: next.Month, Value: amountOrNone(before), Was: &next.Amount})
	}
	if len(f.Targets) == 0 {
		return TargetsAnswer{}, problem.Refuse("SAL-14", "nothing-changed")
	}
	tx.Undoable(back)
	tx.Record(tx.NewID(), f)
	return TargetsAnswer{Changed: len(f.Targets)}, nil
}

func amountOrNone(v int64) *int64 {
	if v == NoTarget {
		return nil
	}
	return &v
}

func amountOf(known map[targetKey]Target, k targetKey) int64 {
	if t, ok := known[k]; ok {
		return t.Amount
	}
	return NoTarget
}

// may refuses a center's own target to who sets only those of consultants, and who has no position at the center.
func (in SetTargetsInput) may(tx *op.Tx) error {
	var bad problem.Invalid
	reach := tx.Viewer.Scope("center-target:update")
	dir := organization.Of(tx)
	for i, c := range in.Targets {
		if c.Staff.IsNone() {
			if !reach.All && !slices.Contains(reach.Centers, c.Center) {
				return problem.Forbidden("center-target:update")
			}
			continue
		}
		at := func(p organization.Position) bool { return p.Center == c.Center }
		if _, ok := dir.Staff(c.Staff); !ok || !slices.ContainsFunc(dir.Positions(c.Staff), at) {
			bad.Add("targets."+strconv.Itoa(i)+".staff_id", "not-at-center", c.Staff)
		}
	}
	return bad.Err("SAL-14")
}

// load reads the targets of the centers and months of a block.
func (in SetTargetsInput) load(ctx context.Context, tx *op.Tx) (map[targetKey]Target, error) {
	first, last := in.Targets[0].Month, in.Targets[0].Month
	for _, c := range in.Targets {
		first, last = min(first, c.Month), max(last, c.Month)
	}
	var list []Target
	err := tx.Select(&list).Where("center IN (?) AND metric = ? AND month >= ? AND month <= ?", in.centers(), in.Metric, int64(first.MonthStart()), int64(last)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	out := make(map[targetKey]Target, len(list))
	for _, t := range list {
		out[t.key()] = t
	}
	return out, nil
}

// unseen refuses what another has set since it was seen (ORG-10).
func (in SetTargetsInput) unseen(known map[targetKey]Target) error {
	var bad problem.Invalid
	for i, c := range in.Targets {
		now := amountOf(known, targetKey{c.Center, c.Staff, c.Month.MonthStart()})
		if c.Was != nil && *c.Was != now {
			m, _ := TargetMetricByID(in.Metric)
			bad.Add("targets."+strconv.Itoa(i)+".value", "target-changed", m.FormatTarget(now))
		}
	}
	return bad.Err("ORG-10")
}

// replace writes a target in the place of what was, and the line of its history.
func (t Target) replace(ctx context.Context, tx *op.Tx, known map[targetKey]Target, before int64) (err error) {
	old, had := known[t.key()]
	switch {
	case !had:
		t.ID = tx.NewID()
		err = tx.Insert(ctx, t)
	case t.Amount == NoTarget:
		if _, err = tx.Exec(ctx, "DELETE FROM targets WHERE id = ?", old.ID); err != nil {
			err = fmt.Errorf("take target away: %w", err)
		}
	default:
		old.Amount = t.Amount
		err = tx.Save(ctx, &old, "amount")
	}
	if err != nil {
		return err
	}
	return tx.Insert(ctx, TargetRecord{ID: tx.NewID(), Center: t.Center, Staff: t.Staff, Month: t.Month, Metric: t.Metric, Was: before, Now: t.Amount, By: tx.Viewer.Staff, At: tx.Now})
}

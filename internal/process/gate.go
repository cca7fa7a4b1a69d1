package process

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

//go:embed blueprints.json
var shipped []byte

// Seed writes the shipped blueprints where they are missing.
func Seed(ctx context.Context, r *op.Runner) error {
	var list []Blueprint
	if err := json.Unmarshal(shipped, &list); err != nil {
		return fmt.Errorf("read shipped blueprints: %w", err)
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		for _, b := range list {
			if step, ok := b.Body.valid(); !ok {
				return fmt.Errorf("blueprint %s: unknown step %s", b.Code, step)
			}
			var n int64
			if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM blueprints WHERE code = ?", []any{b.Code}, &n); err != nil {
				return fmt.Errorf("look for blueprint: %w", err)
			}
			if n > 0 {
				continue
			}
			if err := tx.Insert(ctx, b); err != nil {
				return err
			}
			if err := tx.Changed(ctx, "process"); err != nil {
				return err
			}
		}
		return nil
	})
}

// blueprints lists all versions of all blueprints.
func blueprints(ctx context.Context, tx *op.Tx) ([]Blueprint, error) {
	return op.Keep(ctx, tx, "process", func(ctx context.Context, tx *op.Tx) (list []Blueprint, err error) {
		err = tx.Unscoped("blueprints hold no records of people").Select(&list).Order("code, version").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("read blueprints: %w", err)
		}
		return list, nil
	})
}

// current gives the version that a case opened at an instant begins with.
func current(list []Blueprint, code string, at time.Time, zone *time.Location) (Blueprint, bool) {
	var found Blueprint
	for _, b := range list {
		if b.Code == code && !b.From.In(zone).After(at) {
			found = b
		}
	}
	return found, found.Code != ""
}

// Ask refuses an operation whose case lacks a mandatory step, by every door, and names the step with a link to do it (PRC-2).
func Ask(ctx context.Context, tx *op.Tx, operation string, subject op.Ref, _ any) error {
	list, err := blueprints(ctx, tx)
	if err != nil {
		return err
	}
	gated := func(bp Blueprint) (Gate, bool) {
		for _, g := range bp.Body.Gates {
			if g.Operation == operation && (g.Subject == "" || g.Subject == subject.Kind) {
				return g, true
			}
		}
		return Gate{}, false
	}
	if !slices.ContainsFunc(list, func(bp Blueprint) bool { _, ok := gated(bp); return ok }) {
		return nil
	}
	c, err := loadCase(ctx, tx, subject)
	if err != nil {
		return err
	}
	for _, bp := range list {
		g, ok := gated(bp)
		if !ok || !c.ID.IsNone() && (bp.Code != c.Blueprint || bp.Version != c.Version) {
			continue
		}
		if step := g.missing(c.Steps); step != "" {
			return problem.StepMissing(step, stepLink(c.ID, step))
		}
	}
	return nil
}

// stepLink is the page on which the step of a case is done.
func stepLink(c id.ID, step string) string {
	if c.IsNone() {
		return "/enquiries"
	}
	return "/enquiries/" + c.String() + "/step/" + step
}

// Case is a run of a blueprint: its id is the enquiry's.
type Case struct {
	ID        id.ID    `db:"id"`
	Blueprint string   `db:"blueprint"`
	Version   int64    `db:"version"`
	Steps     []string `db:"-"`
}

func loadCase(ctx context.Context, tx *op.Tx, subject op.Ref) (c Case, err error) {
	u := tx.Unscoped("the gate decides for everybody alike; the subject was seen")
	key := subject.ID
	if subject.Kind != "enquiry" {
		if key, err = CaseOf(ctx, tx, subject.ID); err != nil || key.IsNone() {
			return c, err
		}
	}
	c, err = op.OneOf[Case](ctx, u, "SELECT id, blueprint, version FROM cases WHERE id = ?", key)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("load case: %w", err)
	}
	c.Steps, err = op.AllOf[string](ctx, u, "SELECT step FROM case_steps WHERE case_id = ?", key)
	if err != nil {
		return c, fmt.Errorf("load steps: %w", err)
	}
	return c, nil
}

// CaseOf gives the case that a record belongs to; none if it belongs to none.
func CaseOf(ctx context.Context, tx *op.Tx, ref id.ID) (id.ID, error) {
	key, err := op.OneOf[id.ID](ctx, tx.Unscoped("ids of the process only"), "SELECT case_id FROM case_refs WHERE ref = ?", ref)
	if errors.Is(err, sql.ErrNoRows) {
		return id.None, nil
	}
	if err != nil {
		return id.None, fmt.Errorf("load case: %w", err)
	}
	return key, nil
}

// StepsOf lists the steps that a case, an enquiry's, has done.
func StepsOf(ctx context.Context, tx *op.Tx, enquiry id.ID) ([]string, error) {
	c, err := loadCase(ctx, tx, op.Ref{Kind: "enquiry", ID: enquiry})
	return c.Steps, err
}

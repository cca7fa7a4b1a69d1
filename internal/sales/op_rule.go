package sales

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Strategies lists how a rule chooses among its consultants.
var Strategies = []string{"turn", "load"}

// SetRule makes or changes a rule of assignment (SAL-2). Refused: not-one-of, unknown staff, stale
// (ORG-10).
var SetRule = op.Op[SetRuleInput, RuleAnswer]{
	Name: "sales.set-assignment-rule", Rule: "SAL-2", Needs: "assignment:update", Fact: facts.AssignmentRuleSet{}, Do: setRule,
	Subjects: func(in SetRuleInput) []op.Ref {
		var refs []op.Ref
		if !in.CenterID.IsNone() {
			refs = append(refs, op.Ref{Kind: "center", ID: in.CenterID, Reached: true})
		}
		if !in.RuleID.IsNone() {
			refs = append(refs, op.Ref{Kind: "assignment", ID: in.RuleID, Reached: true})
		}
		return refs
	},
}

// SetRuleInput is a rule; empty conditions hold for all.
type SetRuleInput struct {
	RuleID    id.ID   `json:"rule_id,omitempty" doc:"to change one; a new one if left out"`
	No        int64   `json:"no" minimum:"1" maximum:"1000" doc:"the first rule that fits decides"`
	CenterID  id.ID   `json:"center_id,omitempty"`
	ChannelID id.ID   `json:"channel_id,omitempty"`
	Campaign  id.ID   `json:"campaign_id,omitempty"`
	Lang      string  `json:"lang,omitempty" maxLength:"10"`
	Strategy  string  `json:"strategy" enum:"turn,load"`
	Staff     []id.ID `json:"staff_ids,omitempty" doc:"all consultants of the center if left out"`
	Active    bool    `json:"active"`
	Base      *int64  `json:"base_version,omitempty" doc:"version that the change starts from; the present one if left out"`
}

// RuleAnswer names the rule.
type RuleAnswer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

func setRule(ctx context.Context, tx *op.Tx, in SetRuleInput) (RuleAnswer, error) {
	if err := in.check(tx); err != nil {
		return RuleAnswer{}, err
	}
	r := AssignmentRule{ID: in.RuleID, No: in.No, Center: in.CenterID, Channel: in.ChannelID, Campaign: in.Campaign, Lang: in.Lang, Strategy: in.Strategy, Staff: in.Staff, Active: in.Active}
	if r.ID.IsNone() {
		r.ID = tx.NewID()
		if err := tx.Insert(ctx, r); err != nil {
			return RuleAnswer{}, err
		}
	} else {
		var old AssignmentRule
		if err := problem.Found(tx.Select(&old).Where("id = ?", r.ID).Scan(ctx), "assignment"); err != nil {
			return RuleAnswer{}, err
		}
		if r.Version = old.Version; in.Base != nil {
			r.Version = *in.Base
		}
		if err := tx.Save(ctx, &r, "no", "center", "channel", "campaign", "lang", "strategy", "staff", "active"); err != nil {
			return RuleAnswer{}, err
		}
	}
	if err := tx.Changed(ctx, "assignment-rules"); err != nil {
		return RuleAnswer{}, err
	}
	tx.Record(r.ID, facts.AssignmentRuleSet{RuleID: r.ID, Center: r.Center})
	return RuleAnswer{ID: r.ID, Version: r.Version}, nil
}

// check refuses what is no rule, and one for all centers from who sets those of some.
func (in SetRuleInput) check(tx *op.Tx) error {
	var bad problem.Invalid
	if !slices.Contains(Strategies, in.Strategy) {
		bad.Add("strategy", "not-one-of", in.Strategy, "list", strings.Join(Strategies, ", "))
	}
	if in.No < 1 || in.No > 1000 {
		bad.Add("no", "bad-number", in.No)
	}
	if in.CenterID.IsNone() && !tx.Viewer.Scope("assignment:update").All {
		bad.Add("center_id", "required", nil)
	}
	for i, s := range in.Staff {
		if _, ok := organization.Of(tx).Staff(s); !ok {
			bad.Add(fmt.Sprintf("staff_ids.%d", i), "unknown", s)
		}
	}
	return bad.Err("SAL-2")
}

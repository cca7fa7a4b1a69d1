package sales

import (
	"cmp"
	"slices"
	"time"

	"zhike/internal/kernel/id"
)

// AssignmentRule says who gets new enquiries (SAL-2). Empty conditions hold for all.
type AssignmentRule struct {
	ID       id.ID   `json:"id" db:"id"`
	No       int64   `json:"no" db:"no"` // the first rule that fits decides
	Center   id.ID   `json:"center_id" db:"center"`
	Channel  id.ID   `json:"channel_id" db:"channel"`
	Campaign id.ID   `json:"campaign_id" db:"campaign"`
	Lang     string  `json:"lang" db:"lang"`
	Strategy string  `json:"strategy" db:"strategy"` // turn: who waits longest; load: who has fewest open enquiries
	Staff    []id.ID `json:"staff" db:"staff,json"`  // empty: all consultants of the center
	Active   bool    `json:"active" db:"active"`
	Version  int64   `json:"version" db:"version"`
}

// TableName implements op.Record.
func (AssignmentRule) TableName() string { return "assignment_rules" }

func (r AssignmentRule) fits(e Enquiry) bool {
	return r.Active && (r.Center.IsNone() || r.Center == e.Center) && (r.Channel.IsNone() || r.Channel == e.Channel) &&
		(r.Campaign.IsNone() || r.Campaign == e.Campaign) && (r.Lang == "" || r.Lang == e.Lang)
}

// pick gives the first rule that fits; without one, turn among all consultants of the center.
func pick(rules []AssignmentRule, e Enquiry) AssignmentRule {
	for _, r := range rules {
		if r.fits(e) {
			return r
		}
	}
	return AssignmentRule{Strategy: "turn", Active: true}
}

// turn is what a consultant had so far at a center.
type turn struct {
	Staff id.ID     `db:"staff"`
	Given int64     `db:"given"`
	Open  int64     `db:"open_count"`
	Last  time.Time `db:"last_at"`
}

// choose gives who is next among the candidates. Ties go to who was given fewer, then to the id: the same data give the same
// answer.
func choose(strategy string, candidates []id.ID, turns []turn) id.ID {
	var list []turn
	for _, c := range candidates {
		t := turn{Staff: c}
		if i := slices.IndexFunc(turns, func(t turn) bool { return t.Staff == c }); i >= 0 {
			t = turns[i]
		}
		list = append(list, t)
	}
	if len(list) == 0 {
		return id.None
	}
	return slices.MinFunc(list, func(a, b turn) int {
		load := 0
		if strategy == "load" {
			load = cmp.Compare(a.Open, b.Open)
		}
		return cmp.Or(load, a.Last.Compare(b.Last), cmp.Compare(a.Given, b.Given), slices.Compare(a.Staff[:], b.Staff[:]))
	}).Staff
}

package sales

import "zhike/internal/kernel/personal"

// Personal lists the rows of this domain that belong to a person (PPL-11).
func Personal() []personal.Rows {
	const ofEnquiry = "enquiry IN (SELECT e.id FROM enquiries e WHERE e.person = ?)"
	return []personal.Rows{
		{
			Table: "enquiries", By: []string{"person"}, At: "moved_at", Clear: []string{"external_key"}, With: map[string]string{"external_key": "NULL"},
			Keep: []string{"kind", "stage", "lang", "outcome", "lost_reason", "next_step", "past", "reached", "grade"},
		},
		{Table: "enquiries", By: []string{"referrer"}, Keep: []string{"kind", "stage", "lang", "outcome", "lost_reason", "next_step", "past", "reached", "grade", "external_key"}},
		{Table: "appointments", By: []string{"person"}, At: "starts_at", Keep: []string{"state", "was"}},
		{Table: "visits", Words: []string{"needs"}, By: []string{"person"}, At: "arrived_at", Clear: []string{"needs", "placement"}, With: map[string]string{"needs": "'null'"}, Keep: []string{"outcome", "lost_reason"}},
		{Table: "quotes", Words: []string{"reason"}, By: []string{"person"}, At: "made_at", Clear: []string{"reason"}, Keep: []string{"no", "state", "lines", "granted", "plan"}},
		{Table: "withdrawn_referrers", By: []string{"referrer"}, Gone: true},
		{Table: "rewards", Words: []string{"reason"}, By: []string{"person", "referrer"}, At: "earned_at", Clear: []string{"reason"}, Keep: []string{"state"}},
		{Table: "enquiry_scores", Via: ofEnquiry, Keep: []string{"reasons"}},
		{Table: "ladder_steps", Via: ofEnquiry},
		{Table: "pool_views", Via: ofEnquiry},
		{Table: "playbook_uses", Via: ofEnquiry, Keep: []string{"stage"}},
	}
}

// Holds lists what of this domain stands in the way of anonymizing a person.
func Holds() []personal.Hold {
	return []personal.Hold{{Code: "enquiry-open", Query: "SELECT COUNT(*) FROM enquiries WHERE person = ? AND outcome = 'open'"}}
}

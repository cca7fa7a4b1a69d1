package marketing

import (
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/numbers"
)

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "marketing.booked", Rule: "MKT-2", Queries: []check.Query{costUnapproved, leadUnapproved}},
		{Name: "marketing.reversed", Rule: "MKT-3", Queries: []check.Query{reversalOff}},
		{Name: "marketing.submissions", Rule: "MKT-11", Queries: []check.Query{submissionAstray}},
		{Name: "marketing.segments", Rule: "MKT-10", Queries: []check.Query{memberAstray}},
		numbers.Gapless("marketing.campaign-numbers", "campaign", "campaigns"),
	}
}

// costUnapproved: nothing is booked on a campaign before it is approved.
var costUnapproved = check.Query{What: "campaign: costs before its approval", Text: `SELECT k.campaign AS id, COUNT(*) AS got, 0 AS want FROM campaign_costs k
	WHERE NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.id = k.campaign AND c.state IN ('approved', 'closed')) GROUP BY k.campaign`}

// leadUnapproved: nor does a lead come from it.
var leadUnapproved = check.Query{What: "campaign: leads before its approval", Text: `SELECT l.campaign AS id, COUNT(*) AS got, 0 AS want FROM leads l
	WHERE l.campaign IS NOT NULL AND NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.id = l.campaign AND c.state IN ('approved', 'closed')) GROUP BY l.campaign`}

// reversalOff: a reversal is the negative of the line that it reverses.
var reversalOff = check.Query{What: "cost line: amount of its reversal", Text: `SELECT k.id AS id, COALESCE(r.amount, 0) AS got, -k.amount AS want FROM campaign_costs k
	LEFT JOIN campaign_costs r ON r.id = k.reversed_by WHERE k.reversed_by IS NOT NULL AND (r.id IS NULL OR r.amount <> -k.amount OR r.reverses <> k.id OR r.campaign <> k.campaign)`}

// submissionAstray: a submission that was entered has its lead, of the same point, and no other has one.
var submissionAstray = check.Query{What: "submission: its lead", Text: `SELECT s.id AS id, (SELECT COUNT(*) FROM leads l WHERE l.id = s.lead AND l.point = s.point) AS got,
	CASE WHEN s.state = 'entered' THEN 1 ELSE 0 END AS want FROM submissions s
	WHERE (SELECT COUNT(*) FROM leads l WHERE l.id = s.lead AND l.point = s.point) <> CASE WHEN s.state = 'entered' THEN 1 ELSE 0 END`}

// memberAstray: who was drawn was drawn for a segment that holds a share back.
var memberAstray = check.Query{What: "person drawn for a control group: its segment", Text: `SELECT m.id AS id, 0 AS got, 1 AS want FROM segment_members m
	WHERE NOT EXISTS (SELECT 1 FROM segments s WHERE s.id = m.segment AND s.drawn_at IS NOT NULL)`}

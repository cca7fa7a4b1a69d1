package people

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Item is one event of a person's timeline (PPL-6); its text is "fact.<kind without version>" in the catalogue.
type Item struct {
	ID         id.ID           `json:"id" db:"id"`
	At         time.Time       `json:"at" db:"at"`
	Kind       string          `json:"kind" db:"kind"`
	Actor      id.ID           `json:"actor_id" db:"actor"`
	Staff      id.ID           `json:"staff_id" db:"staff"` // of the actor's account
	By         string          `json:"by" db:"by_login"`
	Center     id.ID           `json:"center_id" db:"center"`
	Subject    id.ID           `json:"subject_id" db:"subject"`
	Payload    json.RawMessage `json:"payload" db:"payload,json"`
	Note       string          `json:"note,omitempty" db:"note"` // of a touch, or what was said at a capture point
	Department string          `json:"department" db:"-"`        // sales, desk, finance, system
}

// Name is the key of the item's text: sales.visit-checked-in.
func (i Item) Name() string { return i.Kind[:strings.LastIndexByte(i.Kind, '.')] }

// TimelineFilter chooses a part of a timeline.
type TimelineFilter struct {
	Department string
	Before     id.ID // event: those before it
	Limit      int   // 50 if zero
}

// TimelinePage is a part of a timeline, newest first.
type TimelinePage struct {
	Items  []Item         `json:"items"`
	Counts map[string]int `json:"counts"` // by department; "" for all
	More   bool           `json:"more"`
}

// Timeline shows what every department did with a person in scope, newest first; what the viewer may not see is left out (PPL-6).
func Timeline(ctx context.Context, tx *op.Tx, person id.ID, f TimelineFilter) (out TimelinePage, err error) {
	out.Counts = map[string]int{}
	p, err := ByID(ctx, tx, person)
	if err != nil {
		return out, err
	}
	seen, err := matters(ctx, tx, p)
	if err != nil {
		return out, err
	}
	of, err := eventsOf(ctx, tx, person)
	if err != nil {
		return out, err
	}
	if p.Organization { // also what is told of the contracts that it pays, and of the enquiries that are for it (PPL-13)
		of = policy.Frag{
			Text: "(" + of.Text + " OR e.subject IN (SELECT l.ref FROM person_links l WHERE l.person = ? AND l.kind IN ('payer', 'named')))",
			Args: append(slices.Clone(of.Args), person),
		}
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	cut := visible(tx, f.Department, seen)
	text := `SELECT e.id, e.at, e.kind, e.actor, (SELECT a.staff FROM accounts a WHERE a.id = e.actor) AS staff, e.by_login, e.center, e.subject, e.payload,
		COALESCE(t.note, w.said, '') AS note` + fromEvents + of.Text + " AND " + cut.Text
	args := slices.Concat(of.Args, cut.Args)
	if !f.Before.IsNone() {
		text, args = text+" AND e.id < ?", append(args, f.Before)
	}
	if out.Items, err = op.All[Item](ctx, tx, text+" ORDER BY e.id DESC LIMIT ?", append(args, limit+1)...); err != nil {
		return out, fmt.Errorf("read timeline: %w", err)
	}
	if out.More = len(out.Items) > limit; out.More {
		out.Items = out.Items[:limit]
	}
	for i := range out.Items {
		out.Items[i].Department = departmentOf(out.Items[i].Kind)
	}
	if f.Department == "" && f.Before.IsNone() && !out.More {
		for _, i := range out.Items { // all are here
			out.Counts[""]++
			out.Counts[i.Department]++
		}
		return out, nil
	}
	return out, countTimeline(ctx, tx, of, seen, out.Counts)
}

func countTimeline(ctx context.Context, tx *op.Tx, of policy.Frag, seen []string, into map[string]int) error {
	type count struct {
		Kind string `db:"kind"`
		N    int    `db:"n"`
	}
	all := visible(tx, "", seen)
	counts, err := op.All[count](ctx, tx, "SELECT e.kind, COUNT(*) AS n"+fromEvents+of.Text+" AND "+all.Text+" GROUP BY e.kind", slices.Concat(of.Args, all.Args)...)
	if err != nil {
		return fmt.Errorf("count timeline: %w", err)
	}
	for _, c := range counts {
		into[""] += c.N
		into[departmentOf(c.Kind)] += c.N
	}
	return nil
}

// fromEvents joins the touches that the viewer sees to the events of a person; one that was taken back is seen no more.
// Who sees that an enquiry came by a form reads what was said there; what joined an open enquiry stands on its touch.
const fromEvents = ` FROM events e LEFT JOIN touches t ON t.id = e.subject AND t.withdrawn_at IS NULL AND {scope:touch t}
	LEFT JOIN submissions w ON w.id = e.subject AND e.kind = 'marketing.submission-entered.1' AND NOT EXISTS (SELECT 1 FROM leads f WHERE f.enquiry = w.enquiry AND f.id < w.lead) WHERE `

// eventsOf is the condition of the events of a person: its own, those of who was merged into it, and those about matters that went back
// to it when a merge was undone (PPL-5).
func eventsOf(ctx context.Context, tx *op.Tx, person id.ID) (policy.Frag, error) {
	type row struct {
		ID   id.ID `db:"id"`
		Back bool  `db:"back"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("the person was loaded in scope"), `SELECT p.id, CASE WHEN EXISTS (SELECT 1 FROM moved_events v WHERE v.was = p.id)
		OR EXISTS (SELECT 1 FROM moved_events v WHERE v.person = p.id) THEN TRUE ELSE FALSE END AS back FROM persons p WHERE p.id = ? OR p.merged_into = ? ORDER BY p.id`, person, person)
	if err != nil {
		return policy.Frag{}, fmt.Errorf("read who was merged into a person: %w", err)
	}
	back := false
	ids := make([]id.ID, len(list))
	for i, r := range list {
		ids[i], back = r.ID, back || r.Back
	}
	if !back {
		return policy.Frag{Text: "e.person IN (?)", Args: []any{ids}}, nil
	}
	return policy.Frag{
		Text: `(e.person IN (?) AND NOT EXISTS (SELECT 1 FROM moved_events v WHERE v.event = e.id AND v.person NOT IN (?)) OR e.id IN (SELECT v.event FROM moved_events v WHERE v.person IN (?)))`,
		Args: []any{ids, ids, ids},
	}, nil
}

// matters lists the matters of a person that the viewer sees, as the payloads of events name them.
func matters(ctx context.Context, tx *op.Tx, p Person) ([]string, error) {
	kinds := []string{linkEnquiry, linkContract}
	if p.Organization {
		kinds = []string{linkNamed, linkPayer}
	}
	refs, err := op.All[id.ID](ctx, tx, "SELECT l.ref FROM person_links l WHERE l.person = ? AND l.kind IN (?) AND {scope:person-link l}", p.ID, kinds)
	if err != nil {
		return nil, fmt.Errorf("list matters of person: %w", err)
	}
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out, nil
}

// visible is the condition of the events that the viewer may see: each kind in the scope of its resource. Where that is one's own,
// the event is one's own doing, or is about a matter that one sees.
func visible(tx *op.Tx, department string, seen []string) policy.Frag {
	parts, args := []string{}, []any{}
	for _, g := range shown {
		scope := tx.Viewer.Scope(g.resource + ":read")
		if scope.None() || department != "" && g.department != department {
			continue
		}
		text := "e.kind IN (?)"
		args = append(args, g.kinds)
		switch {
		case g.resource == "touch":
			text += " AND t.id IS NOT NULL"
		case g.resource == "person" || scope.All: // the person is in scope
		default:
			cut := policy.Cut(policy.Scope{Centers: scope.Centers}, "e", "center", "")
			text += " AND (" + cut.Text
			args = append(args, cut.Args...)
			if len(scope.Staff) > 0 {
				text += " OR e.actor = ? OR " + payloadText(tx, "enquiry_id") + " IN (?) OR " + payloadText(tx, "contract_id") + " IN (?)"
				args = append(args, tx.Viewer.Account, seen, seen)
			}
			text += ")"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return policy.Frag{Text: "1=0"}
	}
	return policy.Frag{Text: "(" + strings.Join(parts, " OR ") + ")", Args: args}
}

// payloadText is a field of an event's payload; name is constant.
func payloadText(tx *op.Tx, name string) string {
	if tx.Engine() == db.Postgres {
		return "CAST(e.payload AS json) ->> '" + name + "'"
	}
	return "json_extract(e.payload, '$." + name + "')"
}

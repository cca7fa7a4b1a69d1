package people

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

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
	Note       string          `json:"note,omitempty" db:"note"` // of a touch
	Department string          `json:"department" db:"-"`        // sales, desk, finance, system
}

// Name is the key of the item's text: sales.visit-checked-in.
func (i Item) Name() string { return i.Kind[:strings.LastIndexByte(i.Kind, '.')] }

// Departments lists the tabs of a timeline.
var Departments = []string{"sales", "desk", "finance", "system"}

// shown are the kinds of a timeline by department, with the right that one needs to see them.
var shown = []struct {
	department, right string
	kinds             []string
}{
	{"sales", "enquiry:read", []string{
		"people.touch-recorded.1", "sales.enquiry-entered.1", "sales.enquiry-assigned.1", "sales.enquiry-lost.1", "sales.enquiry-updated.1", "sales.lead-merged.1",
		"sales.sla-breached.1", "sales.appointment-booked.1", "sales.appointment-confirmed.1", "sales.appointment-moved.1", "sales.appointment-cancelled.1", "sales.appointment-missed.1",
		"sales.visit-finished.1", "sales.quote-made.1", "sales.quote-accepted.1",
	}},
	{"sales", "contract:read", []string{"contracts.contract-drafted.1", "contracts.contract-signed.1"}},
	{"desk", "visit:read", []string{"sales.visit-checked-in.1", "sales.walked-in.1"}},
	{"finance", "payment:read", []string{"finance.payment-taken.1", "finance.payment-reversed.1"}},
	{"system", "person:read", []string{"people.person-registered.1", "people.person-changed.1", "people.phone-revealed.1", "people.household-joined.1", "people.guardian-linked.1"}},
}

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

// Timeline shows what every department did with a person, newest first; what the viewer may not see is left out (PPL-6). The person
// must have been seen.
func Timeline(ctx context.Context, tx *op.Tx, person id.ID, f TimelineFilter) (out TimelinePage, err error) {
	out.Counts = map[string]int{}
	if _, err := ByID(ctx, tx, person); err != nil {
		return out, err
	}
	all := visible(tx.Viewer, "")
	counts, err := op.AllOf[struct {
		Kind string `db:"kind"`
		N    int    `db:"n"`
	}](ctx, tx.Unscoped("the kinds that the viewer may see of a person that was seen"), "SELECT e.kind, COUNT(*) AS n FROM events e WHERE e.person = ? AND e.kind IN (?) GROUP BY e.kind", person, all)
	if err != nil {
		return out, fmt.Errorf("count timeline: %w", err)
	}
	for _, c := range counts {
		out.Counts[""] += c.N
		out.Counts[departmentOf(c.Kind)] += c.N
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	text := `SELECT e.id, e.at, e.kind, e.actor, a.staff, e.by_login, e.center, e.subject, e.payload, COALESCE(t.note, '') AS note
		FROM events e LEFT JOIN accounts a ON a.id = e.actor LEFT JOIN touches t ON t.id = e.subject AND e.kind = 'people.touch-recorded.1'
		WHERE e.person = ? AND e.kind IN (?)`
	args := []any{person, visible(tx.Viewer, f.Department)}
	if !f.Before.IsNone() {
		text, args = text+" AND e.id < ?", append(args, f.Before)
	}
	out.Items, err = op.AllOf[Item](ctx, tx.Unscoped("as above"), text+" ORDER BY e.id DESC LIMIT ?", append(args, f.Limit+1)...)
	if err != nil {
		return out, fmt.Errorf("read timeline: %w", err)
	}
	if out.More = len(out.Items) > f.Limit; out.More {
		out.Items = out.Items[:f.Limit]
	}
	for i := range out.Items {
		out.Items[i].Department = departmentOf(out.Items[i].Kind)
	}
	return out, nil
}

// visible lists the kinds that a viewer may see.
func visible(v *policy.Viewer, department string) []string {
	kinds := []string{}
	for _, s := range shown {
		if (department == "" || s.department == department) && v.May(s.right) {
			kinds = append(kinds, s.kinds...)
		}
	}
	return kinds
}

func departmentOf(kind string) string {
	for _, s := range shown {
		if slices.Contains(s.kinds, kind) {
			return s.department
		}
	}
	return "system"
}

// States tells what a person is, from its matters (PPL-1): prospect, student, former, guardian. Nothing of it is stored.
func States(ctx context.Context, tx *op.Tx, persons []id.ID) (map[id.ID][]string, error) {
	out := map[id.ID][]string{}
	if len(persons) == 0 {
		return out, nil
	}
	type row struct {
		Person id.ID  `db:"person"`
		State  string `db:"state"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("states of persons that were seen"), `SELECT DISTINCT person, state FROM (
		SELECT l.person, CASE WHEN l.kind = 'enquiry' THEN 'prospect' ELSE 'student' END AS state FROM person_links l WHERE l.person IN (?) AND l.open = TRUE AND l.kind IN ('enquiry', 'contract')
		UNION ALL SELECT g.guardian AS person, 'guardian' AS state FROM guardians g WHERE g.guardian IN (?)) AS states ORDER BY person, state`, persons, persons)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	for _, r := range list {
		out[r.Person] = append(out[r.Person], r.State)
	}
	return out, nil
}

package people

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/search"
)

// Filter chooses persons; empty fields hold for all.
type Filter struct {
	Query       string // as Search
	Center      id.ID  // has a matter there
	Owner       id.ID  // has a matter of this staff member
	State       string // prospect, student, former, guardian
	Household   id.ID
	ExternalKey string
	Sort        string // created, or -created (usual): newest first
	After       string // cursor
	Limit       int
	Offset      int
}

// List is a page of persons, newest first, with their exact number.
type List struct {
	Items []Brief `json:"items"`
	Total int64   `json:"total"`
	Next  string  `json:"next_cursor,omitempty"`
}

const (
	usualRows      = 50
	mostRowsOfPage = 200 // TRU-23
)

// Persons lists persons in scope. Refused: an unknown sort or state, a cursor of another list.
func Persons(ctx context.Context, tx *op.Tx, f Filter) (out List, err error) {
	w, err := f.where(tx.Viewer)
	if err != nil {
		return out, err
	}
	counted, of := w.count(), slices.Clone(w.args)
	others := "SELECT COUNT(*) FROM organizations o JOIN persons p ON p.id = o.id WHERE " + w.text()
	down := f.Sort != "created"
	if f.After != "" {
		after, err := f.after()
		if err != nil {
			return out, err
		}
		w.and("p.id "+map[bool]string{true: "<", false: ">"}[down]+" ?", after)
	}
	limit := min(max(f.Limit, 0), mostRowsOfPage)
	if limit == 0 {
		limit = usualRows
	}
	own := mine(tx.Viewer, "p.id")
	text := "SELECT " + briefColumns + ", " + own.Text + " AS mine FROM persons p WHERE " + w.text() + " AND NOT p.organization ORDER BY p.id" + map[bool]string{true: " DESC"}[down] + " LIMIT ? OFFSET ?"
	out.Items, err = op.All[Brief](ctx, tx, text, slices.Concat(own.Args, w.args, []any{limit + 1, f.Offset})...)
	if err != nil {
		return out, fmt.Errorf("list people: %w", err)
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		last := out.Items[limit-1].ID
		out.Next = base64.RawURLEncoding.EncodeToString(last[:])
	} else if f.After == "" && f.Offset <= 0 { // all are here
		out.Total = int64(len(out.Items))
		return out, nil
	}
	if out.Total, err = op.One[int64](ctx, tx, counted, of...); err != nil {
		return out, fmt.Errorf("count people: %w", err)
	}
	n, err := op.One[int64](ctx, tx, others, of...) // they are few: to count all and take them off reads less than to look at everybody
	if err != nil {
		return out, fmt.Errorf("count organizations: %w", err)
	}
	out.Total -= n
	return out, nil
}

func (f Filter) after() (id.ID, error) {
	var after id.ID
	b, err := base64.RawURLEncoding.DecodeString(f.After)
	if err != nil || len(b) != len(after) {
		return after, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "invalid", Value: f.After})
	}
	copy(after[:], b)
	return after, nil
}

// conditions are those of a list: of links first, which say who is seen at all, then of persons.
type conditions struct {
	all    bool // the viewer sees everybody, and no link is asked for
	terms  bool // the first of people is a range of search terms, as it stands
	links  []string
	people []string
	args   []any // of links, then of people
}

func (c *conditions) and(text string, args ...any) {
	c.people = append(c.people, "("+text+")")
	c.args = append(c.args, args...)
}

// text is the condition of a person p. Who sees few persons is led to them by their links, however many others there are.
func (c *conditions) text() string {
	first := "{scope:person p}"
	if !c.all {
		first = "p.id IN (SELECT l.person FROM person_links l WHERE " + strings.Join(c.links, " AND ") + ")"
	}
	return strings.Join(append([]string{first}, c.people...), " AND ")
}

func (c *conditions) count() string {
	if !c.all && len(c.people) == 0 {
		return "SELECT COUNT(DISTINCT l.person) FROM person_links l WHERE " + strings.Join(c.links, " AND ")
	}
	if c.all && c.terms && len(c.people) == 1 { // terms stand for persons who are there
		return "SELECT COUNT(DISTINCT t.person) FROM search_all t WHERE " + inRange + " AND {scope:contact t}"
	}
	return "SELECT COUNT(*) FROM persons p WHERE " + c.text()
}

// states are the conditions of links that make a state (PPL-1).
var states = map[string]string{
	Prospect: "l.kind = 'enquiry' AND l.state = 'open'",
	Student:  "l.kind = 'contract' AND l.state = 'open'",
	Former:   "l.kind = 'contract' AND l.state = 'ended'",
}

func (f Filter) where(v *policy.Viewer) (*conditions, error) {
	c := &conditions{links: []string{"{scope:person-link l}"}}
	var bad problem.Invalid
	if f.Sort != "" && f.Sort != "created" && f.Sort != "-created" {
		bad.Add("sort", "not-one-of", f.Sort, "value", f.Sort, "list", "created")
	}
	if !f.Center.IsNone() {
		c.links, c.args = append(c.links, "l.center = ?"), append(c.args, f.Center)
	}
	if !f.Owner.IsNone() {
		c.links, c.args = append(c.links, "l.owner = ?"), append(c.args, f.Owner)
	}
	switch state, ok := states[f.State]; {
	case ok:
		c.links = append(c.links, state)
	case f.State == Guardian:
		c.and("p.id IN (SELECT g.guardian FROM guardians g JOIN persons w ON w.id = g.person WHERE {scope:person w})")
	case f.State != "":
		bad.Add("state", "not-one-of", f.State, "value", f.State, "list", strings.Join(AllStates, ", "))
	}
	if f.State == Former {
		c.and("p.id NOT IN (SELECT l.person FROM person_links l WHERE {scope:person-link l} AND " + states[Student] + ")")
	}
	c.all = len(c.links) == 1 && (v.System || v.Scope("person:read").All)
	if !f.Household.IsNone() {
		c.and("p.household = ?", f.Household)
	}
	if f.ExternalKey != "" {
		c.and("p.external_key = ? AND p.external_key <> '' OR p.id IN (SELECT g.merged_into FROM persons g WHERE g.external_key = ? AND g.merged_into IS NOT NULL)", f.ExternalKey, f.ExternalKey)
	}
	if f.Query != "" {
		c.query(v, search.ParseQuery(f.Query))
	}
	return c, bad.Err("")
}

// inRange is the condition of the terms that a query finds.
const inRange = "t.kind = ? AND t.text >= ? AND t.text < ?"

// query is what Search finds, all of it.
func (c *conditions) query(v *policy.Viewer, q search.Query) {
	const within = "p.id IN (SELECT t.person FROM search_all t WHERE " + inRange + ")"
	args := func(q search.Query) []any { return []any{int64(q.Kind), q.Low, q.High} }
	rule := v.Field("phone")
	masked, exact := q.Masked()
	own := mine(v, "p.id")
	switch {
	case q.Kind == search.None, q.Kind == search.Phone && rule == policy.Hidden:
		c.and("1=0")
	case q.Kind != search.Phone || rule == policy.Full:
		c.terms = len(c.people) == 0
		c.and(within, args(q)...)
	case rule == policy.FullOwn && exact:
		c.and(within+" AND "+own.Text+" OR "+within, slices.Concat(args(q), own.Args, args(masked))...)
	case rule == policy.FullOwn:
		c.and(within+" AND "+own.Text, slices.Concat(args(q), own.Args)...)
	case exact:
		c.and(within, args(masked)...)
	default:
		c.and("1=0")
	}
}

// Package policy decides what a viewer may read and do: roles as data (ORG-3), scopes that become WHERE fragments with bound
// values (TRU-14), and field rules under which values are masked when rows are scanned (TRU-15).
package policy

import (
	"slices"
	"strings"

	"zhike/internal/kernel/id"
)

// Scope is how far a right reaches. A viewer's rights from several positions add up.
type Scope struct {
	All     bool
	Centers []id.ID // records of these centers
	Staff   []id.ID // records owned by these staff members: oneself, or one's team
}

// None tells whether nothing is in scope.
func (s Scope) None() bool { return !s.All && len(s.Centers) == 0 && len(s.Staff) == 0 }

// Rule is how a sensitive field is shown, from least to most.
type Rule int

// Field rules, in rising order.
const (
	Hidden     Rule = iota // nothing
	Masked                 // 138****1234
	Revealable             // masked; one click shows it, with a fact (PPL-10)
	FullOwn                // full on one's own records, else masked and revealable
	Full
)

// ParseRule reads the name of a field rule.
func ParseRule(s string) (Rule, bool) {
	i := slices.Index([]string{"hidden", "masked", "revealable", "full-own", "full"}, s)
	return Rule(i), i >= 0
}

// Viewer is who asks: an account with the rights of its positions valid today (ORG-2).
type Viewer struct {
	Account id.ID
	Staff   id.ID
	Login   string
	Name    string
	Role    string  // code of the main position's role, which chooses the home page
	Center  id.ID   // center of the main position; none for company-wide posts
	Centers []id.ID // centers of all positions
	Lang    string
	System  bool // operator or job: all rights

	Rights map[string]Scope // "resource:action" → scope
	Fields map[string]Rule  // field → rule
}

// Operator is the person at the command line: all rights, named in the event.
func Operator() *Viewer {
	return &Viewer{Login: "operator", Name: "operator", System: true, Lang: "zh"}
}

// System is the program's own jobs.
func System() *Viewer { return &Viewer{Login: "system", Name: "system", System: true, Lang: "zh"} }

// May tells whether the viewer has a right at all.
func (v *Viewer) May(right string) bool { return !v.Scope(right).None() }

// Scope gives how far a right, resource:action, reaches.
func (v *Viewer) Scope(right string) Scope {
	if v.System {
		return Scope{All: true}
	}
	return v.Rights[right]
}

// Covers tells whether the viewer sees, by the right to records, every record that figures of some centers (of all in scope, if none is
// named) count in the scope of the right to figures.
func (v *Viewer) Covers(figures, records string, centers []id.ID) bool {
	counted, seen := v.Scope(figures), v.Scope(records)
	switch {
	case seen.All:
		return true
	case counted.All:
		counted = Scope{Centers: centers}
		if len(centers) == 0 {
			return false
		}
	case len(counted.Centers) > 0 && len(centers) > 0:
		counted.Centers = slices.DeleteFunc(slices.Clone(counted.Centers), func(key id.ID) bool { return !slices.Contains(centers, key) })
	}
	outside := func(key id.ID) bool { return !slices.Contains(seen.Centers, key) }
	others := func(key id.ID) bool { return !slices.Contains(seen.Staff, key) }
	if slices.ContainsFunc(counted.Centers, outside) {
		return false
	}
	return len(seen.Centers) > 0 || !slices.ContainsFunc(counted.Staff, others)
}

// Home is the center where what the viewer makes by a right lies, where no other is named: that of the main position if the right reaches
// it, else the first of the own centers that it reaches; none for posts of the whole company.
func (v *Viewer) Home(right string) id.ID {
	s := v.Scope(right)
	if s.All || len(s.Staff) > 0 || slices.Contains(s.Centers, v.Center) {
		return v.Center
	}
	for _, c := range v.Centers {
		if slices.Contains(s.Centers, c) {
			return c
		}
	}
	return id.None
}

// Field gives the rule of a sensitive field.
func (v *Viewer) Field(name string) Rule {
	if v.System {
		return Full
	}
	return v.Fields[name]
}

// Frag is a piece of a WHERE clause with the values of its parameters.
type Frag struct {
	Text string
	Args []any
}

// Resource is a kind of record: where it lies, and by which columns a scope cuts it.
type Resource struct {
	Name   string // as in rights: enquiry
	Table  string
	Center string // column of the center; empty if it has none
	Owner  string // column of the owning staff member; empty if it has none
	// Replaced is a column that names the record that stands for this one; a record with such a one is read by nobody, the program included.
	Replaced string
	// Where replaces the plain cut by center and owner; right is resource:action, of this resource or of another one that is asked of its
	// records (see Reach), alias is the table's name in the query.
	Where func(v *Viewer, right, alias string) Frag
}

// Policy knows all resources.
type Policy struct {
	byName  map[string]Resource
	byTable map[string]Resource
}

// New collects the resources of all domains.
func New(rs ...Resource) *Policy {
	p := &Policy{byName: map[string]Resource{}, byTable: map[string]Resource{}}
	for _, r := range rs {
		p.byName[r.Name], p.byTable[r.Table] = r, r
	}
	return p
}

// Resource gives the resource of a name.
func (p *Policy) Resource(name string) (Resource, bool) { r, ok := p.byName[name]; return r, ok }

// OfTable gives the resource whose records lie in a table.
func (p *Policy) OfTable(table string) (Resource, bool) { r, ok := p.byTable[table]; return r, ok }

// Resources lists all, by name.
func (p *Policy) Resources() []Resource {
	var out []Resource
	for _, r := range p.byName {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Where cuts a resource to what a viewer may do with it: action is read or another action of its rights.
func (p *Policy) Where(v *Viewer, resource, action, alias string) Frag {
	return p.Reach(v, resource, resource+":"+action, alias)
}

// Reach cuts a resource's rows by a right, its own or another's, e.g. visit:create on an appointment.
func (p *Policy) Reach(v *Viewer, resource, right, alias string) Frag {
	r, ok := p.byName[resource]
	if !ok {
		return Frag{Text: "1=0"}
	}
	cut := Cut(v.Scope(right), alias, r.Center, r.Owner)
	if r.Where != nil && !v.System {
		cut = r.Where(v, right, alias)
	}
	if r.Replaced != "" && strings.HasSuffix(right, ":read") { // what is changed is read first
		cut.Text = "(" + alias + "." + r.Replaced + " IS NULL AND " + cut.Text + ")"
	}
	return cut
}

// Cut writes a scope over the columns of a table. A scope that the table has no column for reaches nothing.
func Cut(s Scope, alias, center, owner string) Frag {
	if s.All {
		return Frag{Text: "1=1"}
	}
	var parts []string
	var args []any
	in := func(column string, ids []id.ID) {
		if column == "" || len(ids) == 0 {
			return
		}
		parts = append(parts, alias+"."+column+" IN (?"+strings.Repeat(",?", len(ids)-1)+")")
		for _, i := range ids {
			args = append(args, i)
		}
	}
	in(center, s.Centers)
	in(owner, s.Staff)
	if len(parts) == 0 {
		return Frag{Text: "1=0"}
	}
	return Frag{Text: "(" + strings.Join(parts, " OR ") + ")", Args: args}
}

package app_test

import (
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
)

// oracle says who sees and does what, from the words of ORG-1 to ORG-4 and ORG-11, over plain values in memory. It shares nothing with the
// policy of the program, so that the two can be compared (TRU-16).
type oracle struct {
	now       time.Time
	zone      map[id.ID]*time.Location
	region    map[id.ID]id.ID // of a center
	active    map[id.ID]bool  // staff
	positions []organization.Position
	rights    map[string]map[string]string // role → resource:action → own, team, center, region, all
	records   []thing
	matters   []matter
}

// thing is a record: where it lies and who owns it. A touch has its enquiry, a pool's enquiry no owner.
type thing struct {
	kind                               string
	id, center, owner, person, enquiry id.ID
	merged                             bool // into another person, which is the one that is seen (PPL-5)
}

// matter is what shows a person: an enquiry, a contract (to who sees it, student and payer), a payment, a visit elsewhere, a task, or the
// registration itself.
type matter struct {
	kind                       string
	person, ref, center, owner id.ID
}

func (m matter) right() string {
	if m.kind == "payer" {
		return "contract:read"
	}
	return m.kind + ":read"
}

// asker is who asks: a staff member, by a token that may name only some rights.
type asker struct {
	staff id.ID
	only  []string
}

// holds tells whether a position is held today, at the place where it is.
func (o *oracle) holds(p organization.Position) bool {
	zone := o.zone[p.Center]
	if zone == nil {
		zone = o.zone[id.None]
	}
	today := bizdate.Of(o.now, zone)
	return p.From <= today && (p.Until == 0 || today <= p.Until)
}

// reach is one position of who asks, with the word of its role for a right.
type reach struct {
	position organization.Position
	word     string
}

func (o *oracle) reaches(a asker, right string) (out []reach) {
	if len(a.only) > 0 && !slices.Contains(a.only, right) {
		return nil
	}
	for _, p := range o.positions {
		if word := o.rights[p.Role][right]; p.Staff == a.staff && word != "" && o.active[a.staff] && o.holds(p) {
			out = append(out, reach{p, word})
		}
	}
	return out
}

// may tells whether somebody has a right at all: without it the answer is a refusal (403).
func (o *oracle) may(a asker, right string) bool { return len(o.reaches(a, right)) > 0 }

// allows tells whether a right reaches what lies at a center and belongs to an owner.
func (o *oracle) allows(a asker, right string, center, owner id.ID) bool {
	return slices.ContainsFunc(o.reaches(a, right), func(r reach) bool { return o.spans(r, center, owner) })
}

func (o *oracle) spans(r reach, center, owner id.ID) bool {
	p, company := r.position, r.position.Center.IsNone() && r.position.Region.IsNone()
	switch r.word {
	case "all":
		return true
	case "region":
		home := p.Region
		if home.IsNone() {
			home = o.region[p.Center]
		}
		return company || !center.IsNone() && (center == p.Center || !home.IsNone() && o.region[center] == home)
	case "center":
		return company || !center.IsNone() && (center == p.Center || p.Center.IsNone() && o.region[center] == p.Region)
	case "team":
		under := func(q organization.Position) bool { return q.ReportsTo == p.ID && q.Staff == owner && o.holds(q) }
		return owner == p.Staff || slices.ContainsFunc(o.positions, under)
	}
	return owner == p.Staff
}

// sees tells whether a record exists for somebody (404 if not).
func (o *oracle) sees(a asker, t thing) bool {
	right := t.kind + ":read"
	switch t.kind {
	case "person":
		return !t.merged && o.may(a, right) && (o.wide(a, right) || slices.ContainsFunc(o.of(t), func(m matter) bool { return o.allows(a, m.right(), m.center, m.owner) }))
	case "touch":
		return o.touches(a, right, t)
	case "center": // where one works
		at := func(p organization.Position) bool {
			return p.Staff == a.staff && p.Center == t.id && o.active[a.staff] && o.holds(p)
		}
		return slices.ContainsFunc(o.positions, at) || o.allows(a, right, t.id, id.None)
	case "ladder-step", "assignment": // those of the company hold for every center
		return t.center.IsNone() && o.may(a, readingOf(t.kind)) || o.allows(a, readingOf(t.kind), t.center, id.None)
	case "staff": // and oneself
		return t.id == a.staff || o.employs(a, right, t)
	}
	return o.allows(a, right, t.center, t.owner)
}

// employs: a colleague is reached by whoever reaches the center of one of their positions, also of a past one.
func (o *oracle) employs(a asker, right string, t thing) bool {
	at := func(p organization.Position) bool { return p.Staff == t.id && o.allows(a, right, p.Center, id.None) }
	return o.allows(a, right, id.None, t.id) || slices.ContainsFunc(o.positions, at)
}

// readingOf is the right to read a kind of records.
func readingOf(kind string) string {
	if kind == "ladder-step" {
		return "assignment:read"
	}
	return kind + ":read"
}

// touches: one's own touch is also one about a matter of one's own.
func (o *oracle) touches(a asker, right string, t thing) bool {
	own := func(m matter) bool {
		return (t.enquiry.IsNone() || m.ref == t.enquiry) && !m.owner.IsNone() && o.allows(a, right, id.None, m.owner)
	}
	return o.allows(a, right, t.center, t.owner) || slices.ContainsFunc(o.of(t), own)
}

// wide tells whether a right reaches everything.
func (o *oracle) wide(a asker, right string) bool { return o.allows(a, right, id.None, id.None) }

func (o *oracle) of(t thing) (list []matter) {
	for _, m := range o.matters {
		if m.person == t.person {
			list = append(list, m)
		}
	}
	return list
}

// does gives the status of an operation: 403 without the right, 404 for what is not seen, 403 for what is seen and not reached.
func (o *oracle) does(a asker, right string, t thing) int {
	switch {
	case !o.may(a, right):
		return 403
	case !o.sees(a, t):
		return 404
	case !o.hasReach(a, right, t):
		return 403
	}
	return 200
}

func (o *oracle) hasReach(a asker, right string, t thing) bool {
	switch t.kind {
	case "person":
		return o.wide(a, right) || slices.ContainsFunc(o.of(t), func(m matter) bool { return o.allows(a, right, m.center, m.owner) })
	case "staff":
		return o.employs(a, right, t)
	case "touch":
		return o.touches(a, right, t)
	case "center": // what is made as one's own lies at any center where one works
		mine := func(r reach) bool { return r.word == "own" || r.word == "team" }
		at := func(p organization.Position) bool {
			return p.Staff == a.staff && p.Center == t.id && o.active[a.staff] && o.holds(p)
		}
		return o.allows(a, right, t.id, id.None) || slices.ContainsFunc(o.reaches(a, right), mine) && slices.ContainsFunc(o.positions, at)
	}
	return o.allows(a, right, t.center, t.owner)
}

// read gives the status of a link.
func (o *oracle) read(a asker, t thing) int {
	switch {
	case !o.may(a, t.kind+":read"):
		return 403
	case !o.sees(a, t):
		return 404
	}
	return 200
}

// counts tells whether a figure counts for somebody: figures are of centers, or, for who has no center's, those of the own name.
func (o *oracle) counts(a asker, center, owner id.ID) bool {
	list := o.reaches(a, "report:read")
	own := func(r reach) bool { return r.word == "own" || r.word == "team" }
	if slices.ContainsFunc(list, func(r reach) bool { return !own(r) }) {
		list = slices.DeleteFunc(list, own)
	}
	return slices.ContainsFunc(list, func(r reach) bool { return o.spans(r, center, owner) })
}

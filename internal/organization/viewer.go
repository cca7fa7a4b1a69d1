package organization

import (
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
)

// Viewer makes the viewer of an account: its rights are those of the positions valid today (ORG-2), added up.
func (d *Directory) Viewer(a Account) *policy.Viewer {
	s := d.data.Load()
	v := &policy.Viewer{
		Account: a.ID, Staff: a.Staff, Login: a.Login, Name: s.staff[a.Staff].Name, Lang: a.Lang,
		Rights: map[string]policy.Scope{}, Fields: map[string]policy.Rule{},
	}
	valid := func(p Position) bool { return p.ValidOn(bizdate.Of(d.now(), d.Zone(p.Center))) }
	for _, p := range s.positions[a.Staff] {
		if !valid(p) || !s.staff[a.Staff].Active {
			continue
		}
		if v.Role == "" {
			v.Role, v.Center = p.Role, p.Center
		}
		if !p.Center.IsNone() && !slices.Contains(v.Centers, p.Center) {
			v.Centers = append(v.Centers, p.Center)
		}
		for _, r := range s.rights[p.Role] {
			key := r.Resource + ":" + r.Action
			v.Rights[key] = union(v.Rights[key], s.scope(r.Scope, p, valid))
		}
		for _, f := range s.fields[p.Role] {
			if rule, ok := policy.ParseRule(f.Rule); ok {
				v.Fields[f.Field] = max(v.Fields[f.Field], rule)
			}
		}
	}
	for _, stead := range d.Delegators(a.Staff) {
		for key, scope := range d.approving(stead) {
			v.Rights[key] = union(v.Rights[key], scope)
		}
	}
	return v
}

// approving are the rights that somebody's deputy has: to see and decide what waits for that one's approval (ORG-7).
func (d *Directory) approving(staff id.ID) map[string]policy.Scope {
	s, out := d.data.Load(), map[string]policy.Scope{}
	valid := func(p Position) bool { return p.ValidOn(bizdate.Of(d.now(), d.Zone(p.Center))) }
	for _, p := range s.positions[staff] {
		if !valid(p) || !s.staff[staff].Active {
			continue
		}
		for _, r := range s.rights[p.Role] {
			if key := r.Resource + ":" + r.Action; key == "approval:decide" || key == "approval:read" {
				out[key] = union(out[key], s.scope(r.Scope, p, valid))
			}
		}
	}
	return out
}

// RevealsPerDay is how many times a day the roles of a staff member may reveal a field (PPL-10).
func (d *Directory) RevealsPerDay(staff id.ID, field string) int64 {
	var most int64
	for _, p := range d.Positions(staff) {
		for _, f := range d.data.Load().fields[p.Role] {
			if f.Field == field && p.ValidOn(bizdate.Of(d.now(), d.Zone(p.Center))) {
				most = max(most, f.Reveals)
			}
		}
	}
	return most
}

// scope says what a scope word of a role means for who holds the position; valid tells which positions are held today.
func (s *snapshot) scope(word string, p Position, valid func(Position) bool) policy.Scope {
	switch word {
	case "all":
		return policy.Scope{All: true}
	case "region":
		switch {
		case !p.Region.IsNone():
			return policy.Scope{Centers: s.regionCenters(p.Region)}
		case !p.Center.IsNone():
			return policy.Scope{Centers: merge([]id.ID{p.Center}, s.regionCenters(s.centers[p.Center].Region))}
		default:
			return policy.Scope{All: true}
		}
	case "center":
		switch {
		case !p.Center.IsNone():
			return policy.Scope{Centers: []id.ID{p.Center}}
		case !p.Region.IsNone():
			return policy.Scope{Centers: s.regionCenters(p.Region)}
		default:
			return policy.Scope{All: true} // a post of the whole company
		}
	case "team":
		return policy.Scope{Staff: append([]id.ID{p.Staff}, s.team(p.ID, valid)...)}
	case "own":
		return policy.Scope{Staff: []id.ID{p.Staff}}
	}
	return policy.Scope{}
}

func (s *snapshot) regionCenters(region id.ID) []id.ID {
	var out []id.ID
	for _, c := range s.order {
		if s.centers[c].Region == region && !region.IsNone() {
			out = append(out, c)
		}
	}
	return out
}

// team lists who reports to a position today (ORG-3).
func (s *snapshot) team(position id.ID, valid func(Position) bool) []id.ID {
	var out []id.ID
	for _, p := range s.byID {
		if p.ReportsTo == position && valid(p) {
			out = append(out, p.Staff)
		}
	}
	slices.SortFunc(out, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

func union(a, b policy.Scope) policy.Scope {
	if a.All || b.All {
		return policy.Scope{All: true}
	}
	return policy.Scope{Centers: merge(a.Centers, b.Centers), Staff: merge(a.Staff, b.Staff)}
}

func merge(a, b []id.ID) []id.ID {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// RolesAt lists the roles that a staff member holds today in posts that reach a center, or the whole company for none.
func (d *Directory) RolesAt(staff, center id.ID) (roles []string) {
	s := d.data.Load()
	valid := func(p Position) bool { return p.ValidOn(bizdate.Of(d.now(), d.Zone(p.Center))) }
	for _, p := range s.positions[staff] {
		reach := s.scope("center", p, valid)
		if s.staff[staff].Active && valid(p) && (reach.All || slices.Contains(reach.Centers, center)) && !slices.Contains(roles, p.Role) {
			roles = append(roles, p.Role)
		}
	}
	return roles
}

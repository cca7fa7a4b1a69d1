package people

import (
	"slices"
	"strings"

	"zhike/internal/kernel/policy"
)

// linkKinds are the matters through which a person is seen (ORG-3).
var linkKinds = []string{"person", "enquiry", "contract", "payment", "task"}

// Resources lists this domain's kinds of records.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "person", Table: "persons", Where: seen},
		{Name: "contact", Table: "contact_points", Where: throughPerson},
		{Name: "touch", Table: "touches", Center: "center", Owner: "staff", Where: touches},
	}
}

// seen: a person is seen by whoever sees one of its matters. What one may do with a person beyond reading reaches those whose matter
// is in that right's scope.
func seen(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	return exists(v, action, alias+".id")
}

func throughPerson(_ *policy.Policy, v *policy.Viewer, _, alias string) policy.Frag {
	return exists(v, "read", alias+".person")
}

// touches are seen with their person's matter; one's own always.
func touches(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	s := v.Scope("touch:" + action)
	own := policy.Cut(s, alias, "center", "staff")
	if s.All || s.None() || action != "read" {
		return own
	}
	of := exists(v, "read", alias+".person")
	return policy.Frag{Text: "(" + own.Text + " OR " + of.Text + ")", Args: append(own.Args, of.Args...)}
}

// exists: the person in column has a matter that the viewer sees. Kinds of matters with the same scope share one condition.
func exists(v *policy.Viewer, action, column string) policy.Frag {
	type part struct {
		scope policy.Scope
		kinds []string
	}
	var parts []part
	for _, kind := range linkKinds {
		right := kind + ":read"
		if action != "read" {
			right = "person:" + action
		}
		s := v.Scope(right)
		if s.All {
			return policy.Frag{Text: "1=1"}
		}
		if s.None() {
			continue
		}
		i := slices.IndexFunc(parts, func(p part) bool {
			return slices.Equal(p.scope.Centers, s.Centers) && slices.Equal(p.scope.Staff, s.Staff)
		})
		if i < 0 {
			parts = append(parts, part{scope: s})
			i = len(parts) - 1
		}
		parts[i].kinds = append(parts[i].kinds, kind)
	}
	if len(parts) == 0 {
		return policy.Frag{Text: "1=0"}
	}
	var texts []string
	var args []any
	for _, p := range parts {
		cut := policy.Cut(p.scope, "link", "center", "owner")
		text := cut.Text
		if len(p.kinds) < len(linkKinds) {
			text += " AND link.kind IN ('" + strings.Join(p.kinds, "', '") + "')" // names of this file
		}
		texts, args = append(texts, "("+text+")"), append(args, cut.Args...)
	}
	return policy.Frag{Text: "EXISTS (SELECT 1 FROM person_links link WHERE link.person = " + column + " AND (" + strings.Join(texts, " OR ") + "))", Args: args}
}

// mine tells whether the viewer owns a matter of the person in column.
func mine(v *policy.Viewer, column string) policy.Frag {
	if v.Staff.IsNone() {
		return policy.Frag{Text: "FALSE"}
	}
	return policy.Frag{Text: "EXISTS (SELECT 1 FROM person_links m WHERE m.person = " + column + " AND m.owner = ?)", Args: []any{v.Staff}}
}

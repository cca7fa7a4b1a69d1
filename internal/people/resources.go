package people

import (
	"slices"
	"strings"

	"zhike/internal/kernel/policy"
)

// Resources lists this domain's kinds of records. All hang on the person: see seenLinks.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "person", Table: "persons", Where: ofPerson("id"), Replaced: "merged_into"}, // who was merged into another one is that one (PPL-5)
		{Name: "contact", Table: "contact_points", Where: ofPerson("person")},
		{Name: "person-link", Table: "person_links", Where: seenLinks},
		{Name: "data-request", Table: "data_requests", Center: "center", Owner: "staff"},
		{Name: "organization", Table: "organizations", Where: ofPerson("id")},
		{Name: "reveal", Table: "reveals", Center: "center", Owner: "staff"},
		{Name: "touch", Table: "touches", Center: "center", Owner: "staff", Where: seenTouches},
	}
}

// linkRights names the resource whose scope shows a link's person to who reads it.
var linkRights = []struct{ kind, resource string }{
	{linkPerson, "person"},
	{linkEnquiry, "enquiry"},
	{linkNamed, "enquiry"},
	{linkContract, "contract"},
	{linkPayer, "contract"},
	{linkPayment, "payment"},
	{linkVisit, "visit"},
	{linkTask, "task"},
}

// ofPerson cuts a table by its column of the person: one of the person's links must be seen. The links of one person are read by
// their primary key.
func ofPerson(column string) func(*policy.Viewer, string, string) policy.Frag {
	return func(v *policy.Viewer, right, alias string) policy.Frag {
		cut := seenLinks(v, right, "seen")
		switch cut.Text {
		case "1=1", "1=0":
			return cut
		}
		cut.Text = "EXISTS (SELECT 1 FROM person_links seen WHERE seen.person = " + alias + "." + column + " AND " + cut.Text + ")"
		if companies := seenCompanies(v, right); companies.Text != "1=0" {
			cut.Text = "(" + cut.Text + " OR " + alias + "." + column + " IN (SELECT o.id FROM organizations o WHERE " + companies.Text + "))"
			cut.Args = append(slices.Clone(cut.Args), companies.Args...)
		}
		return cut
	}
}

// seenCompanies cuts company customers to those of the viewer's centers (PPL-13): who sees only one's own people reads those of the center all
// the same, since they are no secret of a colleague. What else is done with one needs a matter of one's own.
func seenCompanies(v *policy.Viewer, right string) policy.Frag {
	resource, action, _ := strings.Cut(right, ":")
	if action != "read" || resource != "person" && resource != "contact" && resource != "organization" {
		return policy.Frag{Text: "1=0"}
	}
	return policy.Cut(v.Scope("organization:read"), "o", "center", "")
}

// seenLinks cuts links to those that show their person (ORG-3). To read, each kind of link counts in the viewer's scope of its own
// resource; kinds of the same scope share one condition. What else is done with a person needs the right of that action: its own
// scope is a person with a matter of one's own. A right of another resource, such as touch:create, reaches every person that is seen.
func seenLinks(v *policy.Viewer, right, alias string) policy.Frag {
	resource, action, _ := strings.Cut(right, ":")
	switch {
	case resource == "person", resource == "contact", resource == "person-link", resource == "organization":
	case v.May(right):
		return policy.Frag{Text: "1=1"}
	default:
		return policy.Frag{Text: "1=0"}
	}
	scope := v.Scope("person:" + action)
	if scope.None() || scope.All {
		return policy.Cut(scope, alias, "center", "owner")
	}
	if action != "read" {
		return policy.Cut(scope, alias, "center", "owner")
	}
	var out policy.Frag
	var parts []string
	for _, g := range scopesOfLinks(v) {
		cut := policy.Cut(g.scope, alias, "center", "owner")
		out.Args = append(out.Args, cut.Args...)
		if len(g.kinds) == len(linkRights) {
			out.Text = cut.Text
			return out
		}
		parts = append(parts, alias+".kind IN ("+quoted(g.kinds)+") AND "+cut.Text)
	}
	out.Text = "(" + strings.Join(parts, " OR ") + ")"
	return out
}

type linkScope struct {
	kinds []string
	scope policy.Scope
}

// scopesOfLinks groups the kinds of links by the scope in which the viewer reads them; kinds that are not read are left out.
func scopesOfLinks(v *policy.Viewer) []linkScope {
	var groups []linkScope
next:
	for _, k := range linkRights {
		s := v.Scope(k.resource + ":read")
		if s.None() {
			continue
		}
		for i := range groups {
			if sameScope(groups[i].scope, s) {
				groups[i].kinds = append(groups[i].kinds, k.kind)
				continue next
			}
		}
		groups = append(groups, linkScope{[]string{k.kind}, s})
	}
	return groups
}

func sameScope(a, b policy.Scope) bool {
	return a.All == b.All && slices.Equal(a.Centers, b.Centers) && slices.Equal(a.Staff, b.Staff)
}

// quoted writes kinds of links, constants of this package, as SQL texts.
func quoted(kinds []string) string { return "'" + strings.Join(kinds, "', '") + "'" }

// seenTouches: a touch is seen in the scope of its center; one's own are those that one made, and those on a matter that one owns.
func seenTouches(v *policy.Viewer, right, alias string) policy.Frag {
	s := v.Scope(right)
	cut := policy.Cut(s, alias, "center", "staff")
	if s.All || len(s.Staff) == 0 {
		return cut
	}
	own := policy.Cut(policy.Scope{Staff: s.Staff}, "own", "", "owner")
	return policy.Frag{
		Text: "(" + cut.Text + " OR EXISTS (SELECT 1 FROM person_links own WHERE own.person = " + alias + ".person AND (" + alias + ".enquiry IS NULL OR own.ref = " +
			alias + ".enquiry) AND " + own.Text + "))",
		Args: append(cut.Args, own.Args...),
	}
}

// mine tells whether the viewer owns a matter of the person in column.
func mine(v *policy.Viewer, column string) policy.Frag {
	if v.Staff.IsNone() {
		return policy.Frag{Text: "FALSE"}
	}
	return policy.Frag{Text: "EXISTS (SELECT 1 FROM person_links m WHERE m.person = " + column + " AND m.owner = ?)", Args: []any{v.Staff}}
}

package people

import (
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/op"
)

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{Register, Change, Reveal, RecordTouch, JoinHousehold, LinkGuardian}
}

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "people.orphans", Rule: "TRU-8", Run: check.None(
			check.Query{What: "contact point: its person", Text: "SELECT c.id AS id, 0 AS got, 1 AS want FROM contact_points c WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = c.person)"},
			check.Query{What: "touch: its person", Text: "SELECT t.id AS id, 0 AS got, 1 AS want FROM touches t WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = t.person)"},
			check.Query{What: "link: its person", Text: "SELECT l.ref AS id, 0 AS got, 1 AS want FROM person_links l WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = l.person)"},
			check.Query{What: "person: what it is found by", Text: "SELECT p.id AS id, 0 AS got, 1 AS want FROM persons p WHERE p.name <> '' AND NOT EXISTS (SELECT 1 FROM search_terms s WHERE s.person = p.id)"},
		)},
	}
}

// Package archtest holds the list of who may import whom, and the tests that read the source against it.
package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// order is the order of the domains. A domain knows only earlier ones, and of those only what queries says.
var order = []string{
	"organization", "people", "process", "marketing", "contracts", "sales", "finance", "teaching", "service", "insight", "rollout",
}

// queries says which earlier domains a domain may ask (queries, and operations inside its own transaction).
var queries = map[string][]string{
	"people":    {"organization"},
	"process":   {"organization"},
	"marketing": {"organization", "process"},
	"contracts": {"organization", "people", "marketing"},
	"sales":     {"organization", "people", "process", "marketing", "contracts"},
	"finance":   {"organization", "people", "process", "marketing", "contracts", "sales"},
	"rollout":   {"organization", "people", "process", "marketing", "contracts", "sales"},
	"insight":   {"organization", "people", "process", "marketing", "contracts", "sales", "finance", "teaching", "service"},
}

// parts are the layers that are no domain, from the top down, each with the layers it may import besides itself. "*" is
// everything. A folder of internal/ that is neither a part nor a domain is refused: it must be put into this list.
var parts = map[string][]string{
	"cmd":        {"app", "kernel"},
	"testkit":    {"*"},
	"archtest":   {},
	"app":        {"*"},
	"sim":        {"domain", "facts", "kernel"},
	"bench":      {"domain", "facts", "kernel"},
	"door":       {"domain", "web", "api", "facts", "kernel"},
	"web":        {"kernel"},
	"api":        {"kernel"},
	"domain":     {"facts", "kernel"},
	"facts":      {"kernel"},
	"kernel":     {},
	"migrations": {},
}

// never are the parts that even "*" leaves out, with those that may import them all the same.
var never = map[string][]string{
	"cmd":      {},
	"archtest": {},
	"testkit":  {},
	"app":      {"cmd", "testkit"},
}

// place is where a package stands.
type place struct {
	layer  string // a key of parts
	domain string // of a domain and its door
	path   string // within the module, such as internal/sales/salesdoor
}

// locate finds the place of a package by its path within the module.
func locate(path string) (place, error) {
	names := strings.Split(path, "/")
	p := place{layer: names[0], path: path}
	if names[0] == "internal" && len(names) > 1 {
		p.layer = names[1]
	}
	if slices.Contains(order, p.layer) {
		p.domain, p.layer = p.layer, "domain"
		if len(names) > 2 && names[2] == p.domain+"door" {
			p.layer = "door"
		}
		return p, nil
	}
	if _, known := parts[p.layer]; !known || p.layer == "door" || p.layer == "domain" {
		return place{}, fmt.Errorf("%s is in no layer: put it into internal/archtest/archtest.go", path)
	}
	return p, nil
}

// check says what is wrong with an import, or nothing.
func check(from, to place) error {
	refuse := func(why string) error { return fmt.Errorf("%s imports %s: %s", from.path, to.path, why) }
	if from.layer == to.layer && from.domain == to.domain {
		return nil
	}
	if exceptions, guarded := never[to.layer]; guarded && !slices.Contains(exceptions, from.layer) {
		return refuse("nothing above it may use " + to.layer)
	}
	switch allowed := parts[from.layer]; {
	case from.layer == "door" && to.layer == "door":
		return refuse("a door knows no other door")
	case from.layer == "domain" && to.layer == "domain":
		if !slices.Contains(queries[from.domain], to.domain) {
			return refuse(from.domain + " may not ask " + to.domain + "; it reacts to a fact, or fills an interface")
		}
	case !slices.Contains(allowed, "*") && !slices.Contains(allowed, to.layer):
		return refuse(from.layer + " may not import " + to.layer)
	}
	return nil
}

package archtest

import (
	"slices"
	"strings"
	"testing"
)

// TestImports reads every file of the product: imports point down. Tests may import what they like.
func TestImports(t *testing.T) {
	for _, file := range sources(t, ".go") {
		if strings.HasSuffix(file.path, "_test.go") || strings.HasPrefix(file.path, "e2e/") {
			continue
		}
		from, err := locate(file.pkg())
		if err != nil {
			t.Error(err)
			continue
		}
		for _, path := range file.imports(t) {
			inside, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			to, err := locate(inside)
			if err == nil {
				err = check(from, to)
			}
			if err != nil {
				t.Errorf("%s: %v", file.path, err)
			}
		}
	}
}

// TestListKeepsOrder: a domain asks only domains before it in the order.
func TestListKeepsOrder(t *testing.T) {
	for domain, asked := range queries {
		at := slices.Index(order, domain)
		if at < 0 {
			t.Errorf("%s is no domain", domain)
		}
		for _, other := range asked {
			if i := slices.Index(order, other); i < 0 || i >= at {
				t.Errorf("%s may ask %s, which does not stand before it", domain, other)
			}
		}
	}
}

// TestCheck tries the list itself.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"cmd/zhike", "internal/app", true},
		{"cmd/zhike", "internal/sales", false},
		{"internal/app", "internal/sales/salesdoor", true},
		{"internal/app", "migrations", true},
		{"internal/app", "internal/testkit", false},
		{"internal/testkit", "internal/app", true},
		{"internal/testkit/withpostgres", "internal/testkit/pgserver", true},
		{"internal/sim", "internal/sales", true},
		{"internal/sim", "internal/sales/salesdoor", false},
		{"internal/sales/salesdoor", "internal/sales", true},
		{"internal/sales/salesdoor", "internal/insight", true},
		{"internal/sales/salesdoor", "internal/web", true},
		{"internal/sales/salesdoor", "internal/people/peopledoor", false},
		{"internal/sales/salesdoor", "internal/app", false},
		{"internal/sales", "internal/sales/salesdoor", false},
		{"internal/sales", "internal/people", true},
		{"internal/sales", "internal/finance", false},
		{"internal/people", "internal/organization", true},
		{"internal/people", "internal/marketing", false},
		{"internal/sales", "internal/web", false},
		{"internal/sales", "internal/facts", true},
		{"internal/facts", "internal/sales", false},
		{"internal/web", "internal/kernel/i18n", true},
		{"internal/web", "internal/sales", false},
		{"internal/kernel/op", "internal/kernel/db", true},
		{"internal/kernel/op", "internal/facts", false},
		{"internal/kernel/db", "migrations", false},
	} {
		from, err := locate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := locate(c.to)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(from, to); (err == nil) != c.allowed {
			t.Errorf("%s imports %s: %v, want allowed = %v", c.from, c.to, err, c.allowed)
		}
	}
	for _, path := range []string{"internal/util", "internal/door", "pkg/x"} {
		if _, err := locate(path); err == nil {
			t.Errorf("%s has a place, want none", path)
		}
	}
}

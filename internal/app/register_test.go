package app_test

import (
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/contracts"
	"zhike/internal/facts"
)

// Every operation of the register has its right, held by a shipped role, its fact, names in both languages, an answer that may be
// kept under its key (TRU-2), and a test that runs it. Its route is asked for by TestCTR_EveryOperationHasARoute.
func TestTRU16_RegisterIsWhole(t *testing.T) {
	s := school(t)
	granted := map[string]bool{}
	for _, role := range s.Dir.Roles() {
		for _, r := range s.Dir.Rights(role.Code) {
			granted[r.Resource+":"+r.Action] = true
		}
	}
	tested := operationsInTests(t)
	known := map[string]bool{}
	for _, f := range facts.All() {
		known[f.Kind()] = true
	}
	for _, o := range app.Operations() {
		d := o.Describe()
		t.Run(d.Name, func(t *testing.T) {
			if d.Rule == "" {
				t.Error("no rule")
			}
			if resource, _, ok := strings.Cut(d.Needs, ":"); !ok || !known[d.Fact] || !granted[d.Needs] && !slices.Contains(jobs, d.Name) {
				t.Errorf("right %q of %q (granted to a role: %t), fact %q (known: %t)", d.Needs, resource, granted[d.Needs], d.Fact, known[d.Fact])
			}
			for _, key := range []string{"op." + d.Name, "fact." + d.Fact[:strings.LastIndexByte(d.Fact, '.')]} {
				if !s.App.Catalogue.Has(key) {
					t.Errorf("no text %s", key)
				}
			}
			if field := personal(d.Out, nil); field != "" && !slices.Contains(secrets, d.Name) {
				t.Errorf("the answer holds %s, which its key would keep", field)
			}
			if _, ok := tested[d.Undo]; d.Undo != "" && !ok {
				t.Errorf("its undo %q is no operation", d.Undo)
			}
			if !tested[d.Name] {
				t.Error("no test runs it")
			}
		})
	}
}

// secrets are operations whose answer is shown once; their routes take no key.
var secrets = []string{"organization.open-account", "organization.reset-password", "organization.issue-token"}

// jobs are operations that only the program itself does.
var jobs = []string{"sales.note-breach", "sales.escalate-contact", "sales.return-to-pool", "sales.pool-former", "people.note-reveal-limit", "process.escalate-approval", "process.remind-asker", "sales.keep-scores", "marketing.receive-submission", "marketing.reject-submission", "sales.enter-submission", "people.anonymize", "sales.earn-reward", "sales.book-reward", "sales.follow-merge", "process.make-task", "process.stop-series", "people.keep-export", "people.fail-export", "people.remove-export"}

// within are operations that another function runs, which has its tests: what it is.
var within = map[string]string{
	"organization.change-password": "Access.ChangePassword",
	"sales.update-imported":        "rollout.Import",
	"process.remind-asker":         "DueApprovals",
	"process.make-task":            "DueSeries",
	"process.stop-series":          "DueSeries",
	"sales.follow-merge":           "people.MergePersons",
	"sales.earn-reward":            "SettleRewards",
	"sales.book-reward":            "SettleRewards",
	"sales.merge-lead":             "rollout.Import",
	"people.keep-export":           "people.Exporter",
	"people.fail-export":           "people.Exporter",
	"people.remove-export":         "people.RemoveExports",
}

// personal names a field of an answer that tells of a person, or nothing.
func personal(t reflect.Type, seen []reflect.Type) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || slices.Contains(seen, t) {
		return ""
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if slices.Contains([]string{"name", "name_latin", "phone", "value", "email", "note", "birth", "password", "token", "secret"}, name) {
			return t.Name() + "." + name
		}
		if found := personal(f.Type, append(seen, t)); found != "" {
			return found
		}
	}
	return ""
}

var declared = regexp.MustCompile(`(?s)var (\w+) = op\.Op\[[^\n]*\]\{\s*Name: "([^"]+)"`)

// operationsInTests tells which operations a test names: pkg.Operation in Go, or the operation's own name in a script.
func operationsInTests(t *testing.T) map[string]bool {
	t.Helper()
	root := os.DirFS("../..")
	vars, tests := map[string]string{}, &strings.Builder{}
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		isTest := strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".txtar")
		if !isTest && (path.Ext(file) != ".go" || !strings.HasPrefix(file, "internal/")) {
			return nil
		}
		b, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		if isTest {
			tests.Write(b)
			return nil
		}
		for _, m := range declared.FindAllStringSubmatch(string(b), -1) {
			vars[m[2]] = path.Base(path.Dir(file)) + "." + m[1]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out, all := map[string]bool{}, tests.String()
	for _, o := range app.Operations() {
		name := o.Describe().Name
		if vars[name] == "" {
			t.Errorf("%s is declared nowhere", name)
			continue
		}
		if by := within[name]; by != "" {
			out[name] = strings.Contains(all, by)
			continue
		}
		out[name] = regexp.MustCompile(regexp.QuoteMeta(vars[name])+`\b`).MatchString(all) || strings.Contains(all, " "+name+" ")
	}
	return out
}

// TestSAL7_OneWayToAContract: the only operation that drafts a contract starts from a quote, so nobody gets round the limit of
// discounts or takes another customer's quote.
func TestSAL7_OneWayToAContract(t *testing.T) {
	var ways []string
	for _, o := range app.Operations() {
		if d := o.Describe(); d.Needs == "contract:create" && d.Out == reflect.TypeFor[contracts.DraftAnswer]() {
			ways = append(ways, d.Name)
		}
	}
	if !slices.Equal(ways, []string{"sales.draft-contract"}) {
		t.Errorf("contracts are drafted by %v", ways)
	}
}

//go:build e2e

package e2e

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/app"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// canary is what must stand on a page as text. Each has its mark, so that a page tells where it came from.
const canary = `=1+1<img src=x onerror=zhikeHit()>"'><svg/onload=zhikeHit()><script>zhikeHit()</script>{{7*7}}${7*7}<%%= 7*7 %%> javascript:zhikeHit() ` + "\u202e\u200b\u2066😀" + ` ⟨%s⟩ `

// unplanted are text fields of operations in whose column no canary is put, and why.
var unplanted = map[string]string{
	"by": "a word of a list", "choices": "words of a question of a course, planted as name_zh", "closed_reason": "a code", "code": "a code", "custom": "names of fields", "district": "a code or text of an import", "external_key": "a key", "trap": "kept nowhere", "utm": "kept as JSON", "values": "of conditions, kept as JSON and read out by their options", "address": "a digest", "challenge": "a seal", "field": "a name of a column",
	"key": "a name of a setting", "kind": "a code that a list is narrowed by", "kinds": "words of a list", "lang": "a word of a list", "list": "a path", "login": "a login", "lost_reason": "a code", "new": "a password", "old": "a password", "next_step": "a code", "password": "a password",
	"phone": "digits", "phones": "digits", "query": "the filter of a list, tried by address", "reference": "of a payment", "report": "a name of a report", "result": "a code", "rights": "names of rights", "role": "a code",
	"task_title": "planted as title", "category": "a word of a list", "metric": "a word of a list", "now": "numbers by cell", "was": "numbers by cell", "basis": "a word of a list", "model": "a word of a list", "secret": "of time-based codes", "source": "a code", "value": "of a setting, by its own rules", "text": "of an approval, planted as answer", "zone": "a time zone", "page": "a path", "page_html": "shown as a picture of a page, masked", "needs": "answers by code", "city": "of a center", "level": "planted with the placement test", "score": "planted with the placement test", "name_latin": "by its own rules",
}

// kept are columns that take a name of a field and hold something else.
var kept = []string{"idempotency.answer", "search_terms.text", "search_fresh.text", "blueprints.name_zh", "blueprints.name_en", "holidays.name_zh", "holidays.name_en"}

// textFields are the names of all text fields without a list of values in the inputs of operations.
func textFields() (names []string) {
	inner := func(t reflect.Type) reflect.Type {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, t.Kind()) {
			t = t.Elem()
		}
		return t
	}
	var walk func(t reflect.Type, depth int)
	walk = func(t reflect.Type, depth int) {
		if t = inner(t); t.Kind() != reflect.Struct || depth > 4 {
			return
		}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" { // nobody outside fills it in
				continue
			}
			if inner(f.Type).Kind() == reflect.String && f.Tag.Get("enum") == "" && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			walk(f.Type, depth+1)
		}
	}
	for _, o := range app.Operations() {
		walk(o.Describe().In, 0)
	}
	return names
}

// plant writes a canary into every column that a text field of an operation fills, and gives the columns.
func plant(t *testing.T, s *testkit.School) (planted []string) {
	t.Helper()
	var columns, withID []string
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		columns, err = op.AllOf[string](ctx, tx.Unscoped("test"), "SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.type = 'TEXT'")
		if err == nil {
			withID, err = op.AllOf[string](ctx, tx.Unscoped("test"), "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.name = 'id'")
		}
		return err
	})
	for _, field := range textFields() {
		found := false
		for _, column := range columns {
			table, name, _ := strings.Cut(column, ".")
			if name != field || strings.HasPrefix(table, "river_") || unplanted[field] != "" || slices.Contains(kept, column) {
				continue
			}
			found = true
			own := "substr(hex(id), -6)"
			if !slices.Contains(columns, table+".id") && !slices.Contains(withID, table) {
				own = "''"
			}
			s.Exec(t, fmt.Sprintf("UPDATE %s SET %s = ? || %s", table, name, own), fmt.Sprintf(canary, column))
			planted = append(planted, column)
		}
		if !found && unplanted[field] == "" {
			t.Errorf("no column takes a canary of the field %s, and it has no line in unplanted", field)
		}
	}
	test, err := json.Marshal(sales.Placement{Level: fmt.Sprintf(canary, "visits.placement"), Score: fmt.Sprintf(canary, "visits.score")})
	if err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "UPDATE visits SET placement = ?", string(test))
	s.Exec(t, "UPDATE versions SET n = n + 1") // what is kept in memory is read again
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	return append(planted, "visits.placement", "visits.score")
}

const (
	// grown are elements that a canary made.
	grown = `document.querySelectorAll('img[src="x"], svg[onload], [onerror], [onload], a[href^="javascript:" i], main script').length + (document.title.startsWith("49") ? 1 : 0)`
	// seen are the marks that stand on the page as text, in full.
	seen = `(() => {
		const said = [document.title, document.body.textContent, ...[...document.querySelectorAll("input, textarea, option, [title], [aria-label], [placeholder]")].flatMap(e => [e.value, e.title, e.ariaLabel, e.placeholder])].join(" ");
		return [...new Set([...said.matchAll(/<img src=x onerror=zhikeHit\(\)>.{0,160}\{\{7\*7\}\}\$\{7\*7\}[^⟨]*⟨([a-z_.]+)⟩/g)].map(m => m[1]))];
	})()`
	hostileUpload = `(async () => {
		const bad = %q, form = new FormData();
		form.set("kind", "leads");
		form.set("file", new File(["姓名,电话," + bad.replaceAll('"', "") + "\n" + bad.replaceAll('"', "").replaceAll(",", "") + ",13900001111,x\n" + "王" + ",1,x\n"], bad + ".csv"));
		return new URL((await fetch("/imports/new", {method: "POST", body: form})).url).pathname;
	})()`
)

// TestTRU18_Canaries fills every text field with markup, templates, formulas and signs that turn text round, and looks at every page: it
// stands there as text, nothing of it runs, nothing is asked for elsewhere and the browser has nothing to complain of. The same comes by
// addresses, by the name of a file and by its cells.
func TestTRU18_Canaries(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	r := live(t, s)
	planted, st := plant(t, s), open(t, s, i18n.ZH)
	byRole, found := map[string][]look{}, map[string]bool{}
	for _, l := range looks(s, r) {
		if l.part == "" {
			byRole[l.role] = append(byRole[l.role], l)
		}
	}
	pages := 0
	for role, list := range byRole {
		u := st.viewer(t, role)
		for _, l := range list {
			if l.path == "" {
				l.path = value[string](u, fmt.Sprintf(hostileUpload, fmt.Sprintf(canary, "files.name")))
			}
			paths := []string{l.path}
			if !strings.ContainsAny(l.route+l.path, "{?") {
				paths = append(paths, l.path+"?q="+url.QueryEscape(fmt.Sprintf(canary, "address.q")))
			}
			for _, path := range paths {
				u.harmless(t, path, found)
				pages++
			}
		}
	}
	u := st.viewer(t, "it")
	u.harmless(t, "/"+url.PathEscape(fmt.Sprintf(canary, "address.path")), found)
	u.control(t)
	var missing []string
	for _, column := range append(planted, "address.q", "files.name") {
		if !found[column] {
			missing = append(missing, column)
		}
	}
	t.Logf("%d pages, canaries in %d columns, seen as text: %d; nowhere: %v", pages, len(planted), len(found), missing)
	if len(found) < 24 {
		t.Errorf("only %d places show their canary: the pages are not looked at", len(found))
	}
	exports(t, st)
	mailed(t, st)
}

// harmless opens a page and fails where a canary did anything but stand there.
func (u *user) harmless(t *testing.T, path string, found map[string]bool) {
	t.Helper()
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+path))
	if n := value[int](u, grown); n != 0 {
		t.Errorf("%s: %d elements come from a canary", path, n)
	}
	if wide := value[int](u, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		t.Errorf("%s: a long text makes the page %d px too wide", path, wide)
	}
	for _, mark := range value[[]string](u, seen) {
		found[mark] = true
	}
	for _, c := range testkit.Complaints(u.tab, t) {
		if c.Kind != "network" || !strings.HasPrefix(c.URL, u.base) || strings.HasSuffix(c.URL, "/x") {
			t.Errorf("%s: the browser complains: %+v", path, c)
		}
	}
}

// control puts a canary into the page as markup: the means of this test see it.
func (u *user) control(t *testing.T) {
	t.Helper()
	u.read(`document.querySelector("main").insertAdjacentHTML("beforeend", "<img src=x onerror=zhikeHit()>"); "done"`)
	u.until(`document.querySelector('img[src="x"]').complete`)
	if n := value[int](u, grown); n == 0 {
		t.Error("an element of a canary is not seen")
	}
	if len(testkit.Complaints(u.tab, t)) == 0 {
		t.Error("the browser does not complain of a canary that is markup")
	}
}

// exports fails where a cell of an export begins as a formula does (TRU-20).
func exports(t *testing.T, st site) {
	t.Helper()
	u, cells := st.viewer(t, "principal"), 0
	for _, path := range []string{"/reports/daily-sales/export", "/reports/daily-sales/export?from=2026-06-01&to=2026-06-30"} {
		text := value[string](u, fmt.Sprintf(`fetch(%q,{method:"POST",headers:{"Content-Type":"application/x-www-form-urlencoded"},body:"format=csv"}).then(r => r.text())`, path))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil {
			t.Errorf("%s: %v in %.300s", path, err, text)
		}
		for _, cell := range slices.Concat(rows...) {
			cells++
			if _, err := strconv.ParseFloat(cell, 64); err != nil && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%s: a cell is a formula: %q", path, cell)
			}
		}
	}
	if cells < 10 {
		t.Errorf("only %d cells were exported", cells)
	}
}

// mailed fails where the mail of a report holds a canary as markup (TRU-18), or names another host than ours.
func mailed(t *testing.T, st site) {
	t.Helper()
	server, staff, address := st.mails(t), st.s.StaffID(st.s.Principal(st.s.HD)), "canary-mail@school.example"
	st.s.Exec(t, "UPDATE staff SET email = ? WHERE id = ?", address, staff)
	if err := st.s.Dir.Refresh(st.s.System(), st.s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	u := st.viewer(t, "principal")
	u.send("/reports/daily-sales/mail", "staff_ids="+staff.String())
	m := server.Await(t, address)
	if strings.Contains(m.HTML, "<img src=x") || strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "<svg/onload") {
		t.Errorf("the mail holds markup of a canary: %s", m.HTML)
	}
	if !strings.Contains(m.HTML+m.Text+m.Subject, "7*7") {
		t.Error("the mail shows no canary: nothing was tried")
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("the subject has more than one line: %q", m.Subject)
	}
}

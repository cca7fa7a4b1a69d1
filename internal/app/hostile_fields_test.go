package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
)

// forbidden are fields that whoever guesses the columns would send along, with values that are found again.
var forbidden = map[string]any{
	"owner": planted, "owner_id": "", "owner_staff": "", "consultant": "", "center": "", "center_code": planted, "state": planted, "stage": planted, "status": planted, "amount": 77_777_777, "amount_fen": 77_777_777,
	"paid_fen": 77_777_777, "price": 77_777_777, "discount_fen": 77_777_777, "role": planted, "roles": []string{planted}, "role_code": planted, "id": "", "version": 99, "created_at": "1999-01-01T00:00:00Z", "at": "1999-01-01T00:00:00Z",
	"account": "", "active": true, "must_change": false, "system": true, "is_admin": true, "rights_x": planted, "token": planted, "hashed": planted, "proven": true, "settled": true, "merged_into": "", "__proto__": map[string]any{"role": planted},
}

const planted = "zz-planted"

// namesOf are the JSON names of an input and of what lies in it.
func namesOf(t reflect.Type) (names []string) {
	for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice}, t.Kind()) {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, namesOf(f.Type)...)
		case name != "" && name != "-":
			names = append(names, name)
		}
	}
	return names
}

// TestTRU17_UnknownFields: each operation of the register, called by its name, and each route of the API refuses a field that its input
// does not have: the fields of its tables, its own unexported ones, and one inside an object. Nothing is done.
func TestTRU17_UnknownFields(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.App.Unlimited = true
	facts, tried := len(s.Facts(t)), 0
	for _, o := range app.Operations() {
		d := o.Describe()
		known := namesOf(d.In)
		for _, name := range slices.Sorted(maps.Keys(forbidden)) {
			if slices.Contains(known, name) {
				continue
			}
			body, err := json.Marshal(map[string]any{name: forbidden[name]})
			if err != nil {
				t.Fatal(err)
			}
			_, err = o.Call(s.System(), s.Ops, body)
			tried++
			// bad-json: of a body that is well formed, its field
			if p, ok := problem.As(err); !ok || !slices.ContainsFunc(p.Fields, func(f problem.Field) bool {
				return f.Location == name && f.Code == "unknown-field" || f.Code == "bad-json"
			}) {
				t.Errorf("%s takes %s: %v", d.Name, name, err)
			}
		}
	}
	base := apiServer(t, s)
	clients := []client{apiClient(t, s, base, "principal", s.HD), apiClient(t, s, base, "it", id.None), apiClient(t, s, base, "finance", s.HD), apiClient(t, s, base, "front-desk", s.HD)}
	d, _ := readDocument(t)
	d.each(func(method, path string, o operation) {
		if o.schema() == nil {
			return
		}
		full := strings.NewReplacer("{id}", s.HD.String(), "{name}", "daily-sales", "{code}", "it").Replace(path)
		c, ok := mayCall(clients, method, full, o)
		if !ok {
			return
		}
		schema := o.schema()
		if ref, ok := schema["$ref"].(string); ok {
			schema = d.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]]
		}
		properties, _ := schema["properties"].(map[string]any)
		body := map[string]any{}
		for name, v := range forbidden {
			if properties[name] == nil {
				body[name] = v
			}
		}
		r := c.call(method, full, body)
		for name := range body {
			tried++
			if r.field(name) != "unknown-field" {
				t.Errorf("%s takes %s: %d %.200s", r.what, name, r.status, r.raw)
			}
		}
	})
	if n := len(s.Facts(t)) - facts; n != 0 {
		t.Errorf("%d facts were recorded", n)
	}
	t.Logf("%d fields refused", tried)
}

// bound are fields of edits that move a record to another owner or center, or change its state, role or amount, and why each is the
// operation's own purpose.
var bound = map[string]string{
	"organization.set-account active": "it opens and closes accounts", "organization.change-center center_id": "of the path: the center itself", "organization.set-preferences center_id": "the switch of one's own pages",
	"organization.change-room active": "out of use", "organization.change-staff active": "who left", "marketing.change-channel active": "out of use", "contracts.change-course active": "out of use", "contracts.change-package active": "out of use",
	"marketing.change-campaign owner_id": "another owner of the same campaign, whose limits do not hang on it", "marketing.change-campaign plan_cash_fen": "of a draft: the plan that is asked for; an approved one refuses it (TestMKT1)",
	"sales.change-enquiry value_fen":        "what the matter is worth by what is known of it; nothing is counted or owed by it",
	"sales.change-promotion owner_id":       "another owner of the same promotion, whose limits do not hang on it",
	"sales.change-promotion amount_fen":     "of a draft: an active one refuses it (TestSAL8_Change)",
	"sales.change-promotion thing_cost_fen": "as amount_fen",
	"sales.change-promotion floor_fen":      "as amount_fen",
	"contracts.change-package price_fen":    "a new edition of the price; contracts keep theirs",
}

// TestTRU17_EditsBindNoOwner: an operation that changes a record as a whole has no field for its owner, center, state, role or amounts.
func TestTRU17_EditsBindNoOwner(t *testing.T) {
	t.Parallel()
	d, _ := readDocument(t)
	edits, seen := 0, map[string]bool{}
	d.each(func(method, _ string, o operation) {
		if method != http.MethodPatch {
			return
		}
		edits++
		i := slices.IndexFunc(app.Operations(), func(r op.Any) bool { return r.Describe().Name == o.ID })
		if i < 0 {
			t.Errorf("%s is no operation", o.ID)
			return
		}
		for _, name := range namesOf(app.Operations()[i].Describe().In) {
			if !slices.Contains([]string{"owner", "owner_id", "consultant_id", "center_id", "state", "stage", "role", "roles", "active", "id", "created_at"}, name) && !strings.HasSuffix(name, "_fen") {
				continue
			}
			field := o.ID + " " + name
			seen[field] = true
			if bound[field] == "" {
				t.Errorf("%s binds %s, and has no line in bound", o.ID, name)
			}
		}
	})
	for field := range bound {
		if !seen[field] {
			t.Errorf("%s is bound no more", field)
		}
	}
	if edits < 8 {
		t.Errorf("only %d edits were found", edits)
	}
}

// TestTRU17_Forms: no form of the pages writes what it has no field for, whether it refuses it or takes no notice.
func TestTRU17_Forms(t *testing.T) {
	t.Parallel()
	x := newTarget(t)
	visitors, refused, ignored := x.visitors(), 0, 0
	form := url.Values{}
	for name, v := range forbidden {
		form.Set(name, fmt.Sprint(v))
	}
	for _, pattern := range testkit.PageForms(t) {
		if strings.Contains(ends, " "+pattern+" ") {
			continue
		}
		for _, path := range x.paths(strings.Replace(pattern, "{field}", "name", 1)) {
			for _, role := range []string{"front-desk", "it"} {
				a := visitors[role].request(http.MethodPost, path, form.Encode(), nil)
				switch {
				case a.status >= http.StatusInternalServerError:
					t.Errorf("%s: %d", path, a.status)
				case a.status >= http.StatusBadRequest:
					refused++
				default:
					ignored++
				}
			}
		}
	}
	for table, rows := range x.contents() {
		if strings.Contains(rows, planted) || strings.Contains(rows, "77777777") || strings.Contains(rows, "1999-01-01") {
			t.Errorf("a field that no form has was written to %s", table)
		}
	}
	t.Logf("%d forms refused, %d took no notice", refused, ignored)
}

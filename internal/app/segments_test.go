package app_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// TestMKT10_NoScript: the builder works by plain forms: a button adds a row or a group, another takes it away, and the number stands there.
func TestMKT10_NoScript(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Enquiry(t, s.HD)
		m := signedIn(t, s, serve(t, s, app.PageOptions{}), "marketing", id.None)
		first := []string{"name", "新来的", "conditions.0.depth", "0", "conditions.0.group", "all", "conditions.1.depth", "1", "conditions.1.field", "stage", "_was.1", "stage", "conditions.1.is", "is", "conditions.1.values", "new"}
		m.post("/segments/build", append(first, "_do", "group.0")...).want(t, http.StatusOK, `value="新来的"`, `name="conditions.3.field"`, `name="conditions.2.group"`, "条件还没填完", "<html")
		m.post("/segments/build", append(first, "_do", "condition.0")...).want(t, http.StatusOK, `name="conditions.2.field"`)
		if a := m.post("/segments/build", append(first, "_do", "drop.1")...); strings.Contains(a.body, `name="conditions.1.`) {
			t.Error("the condition that was taken away is there")
		}
		m.post("/segments/build", first...).want(t, http.StatusOK, "符合条件 1 人")
		m.swap("/segments/count", first...).want(t, http.StatusOK, "符合条件 1 人")
		changed := append(append([]string{}, first[:9]...), "age", "_was.1", "stage", "conditions.1.is", "is", "conditions.1.values", "new")
		m.swap("/segments/build", changed...).want(t, http.StatusOK, `value="at-least" selected`, "岁", "条件还没填完")
		again := m.post("/segments/new", "name", "", "conditions.0.depth", "0", "conditions.0.group", "any")
		again.want(t, http.StatusUnprocessableEntity, "这个分组里还没有条件")
		saved := m.post("/segments/new", first...)
		if saved.status != http.StatusSeeOther {
			t.Fatalf("saving: %d %s", saved.status, saved.body)
		}
		m.get(saved.to).want(t, http.StatusOK, "新来的：1 人", "何雨桐")
		m.get("/segments").want(t, http.StatusOK, "新来的")
		for _, role := range []string{"consultant", "front-desk", "finance"} {
			signedIn(t, s, m.base, role, s.HD).get("/segments").want(t, http.StatusForbidden)
		}
		s.Exec(t, `UPDATE segments SET conditions = '[{"depth":0,"group":"all"},{"depth":1,"field":"shoe-size","is":"is","values":["38"]}]'`)
		m.get(saved.to).want(t, http.StatusOK, "没有“shoe-size”这个条件")
	})
}

// TestMKT10_Export: a file leaves with an event and a mark in each row, without the control group; marketing gets no phones, a principal masked
// ones (MKT-13, PPL-10).
func TestMKT10_Export(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 40 {
			s.Enquiry(t, s.HD)
		}
		in := testkit.Segment()
		in.CenterID = s.HD
		seg, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		held, err := marketing.HoldControl.Run(s.Marketing(), s.Ops, marketing.HoldControlInput{SegmentID: seg.ID, Share: 30})
		if err != nil || held.Control == 0 || held.Control == held.Drawn {
			t.Fatalf("held = %+v, %v", held, err)
		}
		base, path := serve(t, s, app.PageOptions{}), "/segments/"+seg.ID.String()
		for role, c := range map[string]struct {
			center id.ID
			phones bool
		}{"marketing": {id.None, false}, "principal": {s.HD, true}} {
			v := signedIn(t, s, base, role, c.center)
			a := v.post(path+"/export", "format", "csv", "purpose", "internal")
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
			if err != nil || int64(len(rows)) != 1+held.Drawn-held.Control {
				t.Fatalf("%s: %d rows, %v, want %d", role, len(rows), err, 1+held.Drawn-held.Control)
			}
			for _, row := range rows[1:] {
				if m := row[len(row)-1]; !strings.HasPrefix(m, strings.ToLower(s.Login(role, c.center))+" · 2026-") {
					t.Errorf("%s: mark %q", role, m)
				}
			}
			if got := strings.Contains(a.body, "****"); got != c.phones || strings.Contains(a.body, "13800") {
				t.Errorf("%s: masked phones %v, want %v: %.200s", role, got, c.phones, a.body)
			}
			if page := v.get(path).body; strings.Contains(page, "****") != c.phones {
				t.Errorf("%s: the page shows masked phones: %v", role, !c.phones)
			}
			if x := v.post(path+"/export", "format", "xlsx", "purpose", "internal"); !strings.HasPrefix(x.body, "PK") || !strings.Contains(x.header.Get("Content-Disposition"), ".xlsx") {
				t.Errorf("%s: no workbook: %d", role, x.status)
			}
			v.post(path+"/export", "format", "pdf", "purpose", "internal").want(t, http.StatusUnprocessableEntity)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'marketing.segment-exported.1'"); n != 4 {
			t.Errorf("%d events of 4 exports", n)
		}
		signedIn(t, s, base, "general-manager", id.None).post(path+"/export", "format", "csv", "purpose", "internal").want(t, http.StatusForbidden)
	})
}

// TestMKT10_API: the same by API; what is too much is refused at once.
func TestMKT10_API(t *testing.T) {
	t.Parallel()
	s := school(t)
	s.Enquiry(t, s.HD)
	m := apiClient(t, s, apiServer(t, s), "marketing", id.None)
	seg := m.post("/segments", testkit.Segment()).want(http.StatusOK)
	path := "/segments/" + fmt.Sprint(seg.body["id"])
	for at, want := range map[string]string{"/count": `"count":1`, "/members": `"stage":"new"`, "/members?side=control": `"items":[]`, "/effect": `"thin":true`, "": `"field":"stage"`} {
		if r := m.get(path + at).want(http.StatusOK); !strings.Contains(string(r.raw), want) {
			t.Errorf("%s: %s lacks %s", r.what, r.raw, want)
		}
	}
	if r := m.get(path + "/members"); strings.Contains(string(r.raw), "138") {
		t.Errorf("marketing is given a phone: %s", r.raw)
	}
	if r := m.post(path+"/control", map[string]any{"control_share": 10}).want(http.StatusOK); r.body["drawn"] != 1.0 {
		t.Errorf("drawn: %s", r.raw)
	}
	if r := m.post(path+"/export", map[string]any{"format": "json", "purpose": "internal"}).want(http.StatusOK); !strings.Contains(string(r.raw), `"columns":["Name"`) {
		t.Errorf("export: %s", r.raw)
	}
	if r := m.get("/segment-fields").want(http.StatusOK); !strings.Contains(string(r.raw), `"hours-left"`) {
		t.Errorf("fields: %.300s", r.raw)
	}
	row := `{"depth":1,"field":"stage","is":"is","values":["new"]}`
	began := time.Now()
	for name, c := range map[string]struct {
		rows   string
		status int
	}{
		"a million conditions": {`{"depth":0,"group":"all"}` + strings.Repeat(","+row, 1_000_000), http.StatusRequestEntityTooLarge},
		"a thousand":           {`{"depth":0,"group":"all"}` + strings.Repeat(","+row, 1_000), http.StatusUnprocessableEntity},
		"nested 10,000 deep":   {`{"depth":0,"group":"all"},{"depth":10000,"group":"all"}`, http.StatusUnprocessableEntity},
		"brackets 10,000 deep": {strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), http.StatusUnprocessableEntity},
	} {
		for _, to := range []string{"/segments", "/segments/count"} {
			body := `{"conditions":[` + c.rows + `]}`
			if to == "/segments" {
				body = `{"name":"x","conditions":[` + c.rows + `]}`
			}
			if r := m.post(to, body); r.status != c.status {
				t.Errorf("%s to %s: %d, want %d: %.200s", name, to, r.status, c.status, r.raw)
			}
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("refusing took %s", took)
	}
}

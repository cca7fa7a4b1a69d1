package app_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// swap asks for a part of a page, as htmx does: with a form where pairs are given.
func (v visitor) swap(path string, pairs ...string) answer {
	v.t.Helper()
	method, form := http.MethodGet, url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		method = http.MethodPost
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.do(r)
}

// edit opens a cell and gives the form that saves a value.
func (v visitor) edit(t *testing.T, path, field, value string) []string {
	t.Helper()
	a := v.swap(path)
	a.want(t, http.StatusOK, "回车或离开即保存")
	return []string{field, value, "_key", a.hidden(t, "_key"), "_base", a.hidden(t, "_base"), "_was." + field, a.hidden(t, "_was."+field)}
}

// TestUIL4_Cell: a field of a list is changed in place by who holds the right, with its undo; what is wrong is said at the field, with what
// was typed.
func TestUIL4_Cell(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		it, desk := signedIn(t, s, base, "it", id.None), signedIn(t, s, base, "front-desk", s.HD)
		path := "/packages/" + s.Package.String() + "/cells/price_fen"
		it.get("/packages").want(t, http.StatusOK, `href="/packages/`+s.Package.String()+`/edit" hx-get="`+path, "修改48 课时的价格")
		it.get(path).wantTo(t, "/packages/"+s.Package.String()+"/edit") // without a swap: the whole form
		if a := desk.get("/packages"); a.status != http.StatusOK || strings.Contains(a.body, "/cells/") {
			t.Errorf("who may not change packages is offered to: %d", a.status)
		}
		desk.swap(path).want(t, http.StatusForbidden)
		desk.swap(path, "price_fen", "1", "_base", "1").want(t, http.StatusForbidden)
		it.swap("/packages/"+s.Package.String()+"/cells/edition").want(t, http.StatusNotFound)

		before := len(s.Facts(t))
		it.swap(path, it.edit(t, path, "price_fen", "12x")...).want(t, http.StatusUnprocessableEntity, "“12x”不是金额", `value="12x"`, `data-refused="12x"`, `data-was="19200.00"`)
		it.swap(path, it.edit(t, path, "price_fen", "")...).want(t, http.StatusUnprocessableEntity, `class="err"`)
		if got := s.Facts(t)[before:]; len(got) > 0 {
			t.Errorf("what was refused left %v", got)
		}
		form := it.edit(t, path, "price_fen", "１9,800")
		done := it.swap(path, form...)
		done.want(t, http.StatusOK, "¥19,800", "48 课时：价格已改为19800.00", `id="status"`)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"contracts.package-changed.1"}) {
			t.Errorf("facts = %v", got)
		}
		at := done.body[strings.Index(done.body, "/undo/"):]
		at = at[:strings.IndexByte(at, '"')]
		it.swap(path, form...).want(t, http.StatusOK, "¥19,800", at) // sent twice: the same answer, the same undo (TRU-2)
		it.post(at, "_next", "/packages").wantTo(t, "/packages")
		it.get("/packages").want(t, http.StatusOK, "¥19,200")
		s.Check(t)
	})
}

// TestORG10_Cell: two people change a row in place. Other fields both hold; of the same field the second sees both values, and saves over
// the first's only on purpose.
func TestORG10_Cell(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		it := signedIn(t, s, base, "it", id.None)
		path := "/packages/" + s.Package.String() + "/cells/"
		mine, days := it.edit(t, path+"price_fen", "price_fen", "18000"), it.edit(t, path+"validity_days", "validity_days", "400")
		it.swap(path+"price_fen", it.edit(t, path+"price_fen", "price_fen", "19800")...).want(t, http.StatusOK, "¥19,800")
		it.swap(path+"validity_days", days...).want(t, http.StatusOK, "400 天")
		both := it.swap(path+"price_fen", mine...)
		both.want(t, http.StatusPreconditionFailed, "别人刚改为“19800.00”，您填的是“18000”", `value="18000"`, "用我的", "用已保存的")
		it.get("/packages").want(t, http.StatusOK, "¥19,800", "400 天")
		it.swap(path+"price_fen", "price_fen", "18000", "_base", both.hidden(t, "_base"), "_was.price_fen", both.hidden(t, "_was.price_fen")).want(t, http.StatusOK, "¥18,000")

		hd := signedIn(t, s, base, "principal", s.HD)
		person := s.Person(t, s.HD)
		path = "/people/" + person.String() + "/cells/"
		mine = hd.edit(t, path+"birth", "birth", "2016-05-01")
		gender := hd.edit(t, path+"gender", "gender", "female")
		hd.swap(path+"birth", hd.edit(t, path+"birth", "birth", "2017-05-01")...).want(t, http.StatusOK, "9 岁")
		hd.swap(path+"gender", gender...).want(t, http.StatusOK, "女")
		hd.swap(path+"birth", mine...).want(t, http.StatusConflict, "别人刚改为“2017-05-01”，您填的是“2016-05-01”")
	})
}

// TestORG4_Cell: another center's row answers like an absent one, to be opened and to be saved, and nothing is written.
func TestORG4_Cell(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		cy, hd := signedIn(t, s, base, "principal", s.CY), signedIn(t, s, base, "principal", s.HD)
		person := s.Person(t, s.HD)
		before := len(s.Facts(t))
		for _, key := range []string{person.String(), "01900000-0000-7000-8000-000000000000", "no-id"} {
			path := "/people/" + key + "/cells/birth"
			cy.swap(path).want(t, http.StatusNotFound)
			cy.swap(path, "birth", "2017-05-01", "_base", "0").want(t, http.StatusNotFound)
		}
		if got := s.Facts(t)[before:]; len(got) > 0 {
			t.Errorf("facts = %v", got)
		}
		path := "/people/" + person.String() + "/cells/birth"
		hd.swap(path, hd.edit(t, path, "birth", "2099-01-01")...).want(t, http.StatusUnprocessableEntity, `class="err"`, `value="2099-01-01"`)
		done := hd.swap(path, hd.edit(t, path, "birth", "2017-05-01")...)
		done.want(t, http.StatusOK, "9 岁", "/undo/")
		at := done.body[strings.Index(done.body, "/undo/"):]
		hd.post(at[:strings.IndexByte(at, '"')], "_next", "/people").wantTo(t, "/people")
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			p, err := people.ByID(ctx, tx, person)
			if !p.Birth.IsZero() {
				t.Errorf("birth is %s after the undo", p.Birth)
			}
			return err
		})
	})
}

// TestUIL4_EnquiryCell: a consultant corrects channel and course in the list or on the enquiry's form, with an undo; who chooses rows there,
// and an enquiry that has ended, have no fields in the list.
func TestUIL4_EnquiryCell(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		own, head := signedIn(t, s, base, "consultant", s.HD), signedIn(t, s, base, "principal", s.HD)
		e := s.Enquiry(t, s.HD)
		page, path := "/enquiries/"+e.ID.String(), "/enquiries/"+e.ID.String()+"/cells/course_id"
		own.get("/enquiries?cols=channel&cols=course").want(t, http.StatusOK, `hx-get="`+path, page+"/cells/channel_id")
		if a := head.get("/enquiries?cols=channel&cols=course"); a.status != http.StatusOK || strings.Contains(a.body, "/cells/") {
			t.Errorf("fields in a list that is a form: %d", a.status)
		}
		done := own.swap(path, own.edit(t, path, "course_id", "")...)
		done.want(t, http.StatusOK, "/undo/")
		own.swap(path, own.edit(t, path, "course_id", s.Course.String())...).want(t, http.StatusOK, "/undo/")
		form := head.get(page + "/edit")
		form.want(t, http.StatusOK, "渠道", "课程")
		head.post(page+"/edit", "version", form.hidden(t, "version"), "channel_id", "", "course_id", "").wantTo(t, page)
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			now, err := sales.EnquiryByID(ctx, tx, e.ID)
			if !now.Channel.IsNone() || !now.Course.IsNone() {
				t.Errorf("enquiry = %+v", now)
			}
			return err
		})
		head.get(page).want(t, http.StatusOK, page+"/edit", "咨询单资料更正")
		if _, err := sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}); err != nil {
			t.Fatal(err)
		}
		own.swap(path).want(t, http.StatusForbidden)
		own.get(page+"/edit").want(t, http.StatusUnprocessableEntity)
	})
}

package peopledoor_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// register enters somebody at a center's front desk.
func register(t *testing.T, s *testkit.School, center id.ID, in people.RegisterInput) id.ID {
	t.Helper()
	out, err := people.Register.Run(s.FrontDesk(center), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.ID
}

func personPath(key id.ID, more string) string { return "/people/" + key.String() + more }

// TestPPL6_PersonPage: states, owner, next step, the timeline of every department, hours and contract stand on one page.
func TestPPL6_PersonPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		consultant := open(t, s, s.Consultant(s.HD))
		page := consultant.get(personPath(e.PersonID, ""), http.StatusOK)
		consultant.wants(page, "何雨桐", "Hé Yǔtóng", "意向学员", "新签 · 新", "顾问 consultant@HD · 海淀校区", "首次联系", "咨询单录入", "2026 年 6 月")
		if !strings.Contains(page, "/enquiries/"+e.ID.String()+"/step/first-touch") {
			t.Error("the next step has no way to it")
		}
		c := s.Contract(t, s.HD)
		paid, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "wechat", Amount: money.Yuan(200)})
		if err != nil {
			t.Fatal(err)
		}
		student := studentOf(t, s, c.ID)
		desk := open(t, s, s.FrontDesk(s.HD))
		page = desk.get(personPath(student, ""), http.StatusOK)
		desk.wants(page, "学员", "52 课时可用", c.No, "未付 ¥19,000", "收第 1 期 ¥19,000", "¥200 · 微信支付", "钱 1", "52")
		for _, link := range []string{"/payments/" + paid.ID.String(), "/contracts/" + c.ID.String(), "/payments/new?contract_id=" + c.ID.String()} {
			if !strings.Contains(page, link) {
				t.Errorf("no way to %s", link)
			}
		}
		page = desk.get(personPath(student, "?tab=finance"), http.StatusOK)
		desk.wants(page, "收款")
		if strings.Contains(page, "咨询单录入") {
			t.Error("the tab of finance shows sales")
		}
		// what a role may not see is left out
		page = consultant.get(personPath(student, ""), http.StatusOK)
		if strings.Contains(words(page), "微信支付") {
			t.Error("a consultant sees payments")
		}
	})
}

func studentOf(t *testing.T, s *testkit.School, contract id.ID) id.ID {
	t.Helper()
	d := details(t, s, contract)
	return d.Student
}

// TestORG4_People: another center's person does not exist, by page, form, reveal, list and count.
func TestORG4_People(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := s.Person(t, s.HD)
		other := open(t, s, s.Principal(s.CY))
		other.get(personPath(key, ""), http.StatusNotFound)
		other.get(personPath(key, "/edit"), http.StatusNotFound)
		other.post(personPath(key, "/edit"), http.StatusNotFound, url.Values{"name": {"别人"}})
		other.post(personPath(key, "/reveal"), http.StatusNotFound, nil)
		for _, path := range []string{"/people", "/people?center=" + s.HD.String(), "/people?q=heyutong"} {
			other.wants(other.get(path, http.StatusOK), "0 位客户")
		}
		own := open(t, s, s.Principal(s.HD))
		own.wants(own.get("/people", http.StatusOK), "1 位客户", "何雨桐", "138****")
		for _, q := range []string{"何雨", "hyt", "heyutong"} {
			own.wants(own.get("/people?q="+url.QueryEscape(q), http.StatusOK), "找到 1 位客户")
		}
		own.wants(own.get("/people?q=nobody", http.StatusOK), "找到 0 位客户", "没有人叫“nobody”")
	})
}

// TestPPL10_RevealPage: a masked number is shown on demand with a fact, not to roles without the right, and not beyond the limit.
func TestPPL10_RevealPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000", Relation: "mother"}}})
		desk := open(t, s, s.FrontDesk(s.HD))
		page := desk.get(personPath(key, ""), http.StatusOK)
		desk.wants(page, "138****8000", "母亲", "显示")
		if strings.Contains(page, "138 0013 8000") || strings.Contains(page, "13800138000") {
			t.Fatal("the number is not masked")
		}
		before := len(s.Facts(t))
		_, page = desk.post(personPath(key, "/reveal"), http.StatusOK, nil)
		desk.wants(page, "138 0013 8000", "母亲")
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.phone-revealed.1"}) {
			t.Errorf("facts = %v", got)
		}
		books := open(t, s, s.Finance(s.HD))
		page = books.get(personPath(key, ""), http.StatusOK)
		if strings.Contains(page, "/reveal") || !strings.Contains(page, "138****8000") {
			t.Error("finance is offered a reveal")
		}
		books.post(personPath(key, "/reveal"), http.StatusForbidden, nil)

		s.Exec(t, "UPDATE role_fields SET reveals_per_day = 1 WHERE role = 'front-desk'")
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		other := s.Person(t, s.HD)
		_, page = desk.post(personPath(other, "/reveal"), http.StatusUnprocessableEntity, nil)
		desk.wants(page, "今天已查看 1 位客户的电话，到了每天的上限。")
		if !strings.Contains(page, "138****") {
			t.Error("the refused reveal shows the number")
		}
	})
}

// TestPPL4_NewPage: likely duplicates stand beside the form while one types, and what is wrong is said at its field.
func TestPPL4_NewPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		here := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000"}}})
		away := register(t, s, s.CY, people.RegisterInput{Name: "何雨辰", CenterID: s.CY, Phones: []people.ContactInput{{Value: "13900139000"}}})
		p := open(t, s, s.FrontDesk(s.HD))
		p.get("/people/new", http.StatusOK)
		page := p.get("/people/new/duplicates?name=x&phones.0.value=138+0013+8000", http.StatusOK)
		p.wants(page, "何雨桐", "138****8000", "同一电话", "就是这位")
		if !strings.Contains(page, personPath(here, "")) {
			t.Error("no way to the person")
		}
		page = p.get("/people/new/duplicates?name=x&phones.0.value=13900139000", http.StatusOK)
		p.wants(page, "在您的权限之外")
		if strings.Contains(page, "139****9000") {
			t.Error("a person beyond the scope is shown without a reveal")
		}
		_, page = p.post("/people/new/duplicates", http.StatusOK, url.Values{"name": {"x"}, "phones.0.value": {"13900139000"}})
		p.wants(page, "何**", "139****9000", "在您的权限之外")
		if strings.Contains(page, away.String()) {
			t.Error("a person beyond the scope is linked")
		}
		p.get("/people/new/duplicates?name=x&birth=20", http.StatusOK) // half-typed
		for _, tt := range []struct {
			form  url.Values
			field string
		}{
			{url.Values{"name": {"何雨桐"}, "phones.0.value": {"12345"}, "center_id": {s.HD.String()}}, "phones.0.value"},
			{url.Values{"name": {""}, "center_id": {s.HD.String()}}, "name"},
			{url.Values{"name": {"何"}, "birth": {"2031-01-01"}, "center_id": {s.HD.String()}}, "birth"},
			{url.Values{"name": {strings.Repeat("何", 101)}, "center_id": {s.HD.String()}}, "name"},
		} {
			_, page := p.post("/people/new", http.StatusUnprocessableEntity, tt.form)
			if errorAt(page, tt.field) == "" {
				t.Errorf("%v: nothing is said at %s: %s", tt.form, tt.field, words(page))
			}
		}
		to, _ := p.post("/people/new", http.StatusSeeOther, url.Values{"name": {"欧阳雪晴"}, "phones.0.value": {"１３７　００１３－７０００"}, "phones.0.relation": {"father"}, "center_id": {s.HD.String()}})
		p.wants(p.get(to, http.StatusOK), "欧阳雪晴", "137****7000", "父亲")
	})
}

// TestPPL4_NewKnown: the form of a new person asks before it enters somebody known again.
func TestPPL4_NewKnown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		number := []people.ContactInput{{Value: "13712340005"}}
		if _, err := people.Change.Run(s.FrontDesk(s.HD), s.Ops, people.ChangeInput{PersonID: e.PersonID, Phones: &number}); err != nil {
			t.Fatal(err)
		}
		p := open(t, s, s.FrontDesk(s.HD))
		form := url.Values{"name": {"何雨桐"}, "phones.0.value": {"13712340005"}, "birth": {"2015-04-17"}, "center_id": {s.HD.String()}}
		before := len(s.Facts(t))
		_, page := p.post("/people/new", http.StatusOK, form)
		p.wants(page, "是同一个人吗", "137****0005", "在跟进的咨询单：新签 · 新", "就是这位", "是另一个人，照样登记")
		if got := s.Facts(t)[before:]; len(got) != 0 || !strings.Contains(page, `value="13712340005"`) {
			t.Errorf("asking saved %v, or what was typed is lost", got)
		}
		form.Set("_another", e.PersonID.String())
		p.post("/people/new", http.StatusSeeOther, form)
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"people.person-registered.1"}) {
			t.Errorf("facts = %v", got)
		}
	})
}

// TestPPL3_FamilyPage: a guardian is linked who is known or new, a household is joined and left, each with its fact.
func TestPPL3_FamilyPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		child := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD})
		mother := register(t, s, s.HD, people.RegisterInput{Name: "王静", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13712340006"}}})
		p := open(t, s, s.FrontDesk(s.HD))
		here := personPath(child, "/family")
		if !strings.Contains(p.get(personPath(child, ""), http.StatusOK), here) {
			t.Error("the page of the person has no way to the family")
		}
		p.wants(p.get(here+"?q="+url.QueryEscape("王静"), http.StatusOK), "何雨桐的监护人与家庭", "王静", "设为监护人", "归入一家", "还没有家人")
		before := len(s.Facts(t))
		done := func(want ...string) {
			t.Helper()
			if got := s.Facts(t)[before:]; !slices.Equal(got, want) {
				t.Errorf("facts = %v, want %v", got, want)
			}
			before = len(s.Facts(t))
		}
		p.post(personPath(child, "/guardians"), http.StatusSeeOther, url.Values{"guardian_id": {mother.String()}, "relation": {"mother"}, "q": {"王静"}})
		done("people.guardian-linked.1")
		father := url.Values{"person.name": {"何强"}, "person.phones.0.value": {"139 1234 0007"}, "relation": {"father"}, "_key": {"k1"}}
		p.post(personPath(child, "/guardians"), http.StatusSeeOther, father)
		p.post(personPath(child, "/guardians"), http.StatusSeeOther, father) // pressed twice
		done("people.person-registered.1", "people.guardian-linked.1")
		p.wants(p.get(personPath(child, ""), http.StatusOK), "母亲 王静", "父亲 何强")
		_, page := p.post(personPath(child, "/guardians"), http.StatusUnprocessableEntity, url.Values{"person.name": {"王静"}, "person.phones.0.value": {"13712340006"}, "relation": {"mother"}})
		if errorAt(page, "person.phones.0.value") == "" {
			t.Error("a guardian who is known is entered again")
		}
		p.post(personPath(child, "/guardians"), http.StatusUnprocessableEntity, url.Values{"person.name": {"王小"}, "relation": {"aunt"}})
		done() // both or none
		p.post(personPath(child, "/household"), http.StatusSeeOther, url.Values{"with_id": {mother.String()}})
		done("people.household-joined.1")
		p.wants(p.get(here, http.StatusOK), "何雨桐离开这个家庭")
		p.post(personPath(child, "/household"), http.StatusSeeOther, url.Values{})
		done("people.household-left.1")
		p.post(personPath(child, "/household"), http.StatusUnprocessableEntity, url.Values{})
		p.wants(p.get(here, http.StatusOK), "取消监护人 王静")
		p.post(personPath(child, "/guardians/unlink"), http.StatusSeeOther, url.Values{"guardian_id": {mother.String()}})
		done("people.guardian-unlinked.1")
		p.post(personPath(child, "/guardians/unlink"), http.StatusUnprocessableEntity, url.Values{"guardian_id": {mother.String()}})
		open(t, s, s.Finance(s.HD)).get(here, http.StatusForbidden)
		open(t, s, s.FrontDesk(s.CY)).get(here, http.StatusNotFound)
	})
}

// TestORG10_EditPage: of two who change the same field the second one chooses; other fields are simply both saved.
func TestORG10_EditPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000"}}})
		p := open(t, s, s.Principal(s.HD))
		page := p.get(personPath(key, "/edit"), http.StatusOK)
		p.wants(page, "电话对您隐去一部分", "显示电话并修改")
		base := hidden(page).Get("_base")
		form := func(name, district string) url.Values {
			return url.Values{"name": {name}, "name_latin": {""}, "gender": {""}, "birth": {""}, "district": {district}, "_base": {base}}
		}
		p.post(personPath(key, "/edit"), http.StatusSeeOther, form("何雨彤", ""))
		_, page = p.post(personPath(key, "/edit"), http.StatusConflict, form("何语桐", "海淀"))
		p.wants(page, "也改了这条记录", "何雨彤", "何语桐")
		again := hidden(page)
		again.Set("name", "何语桐")
		if again.Get("district") != "海淀" || again.Get("_base") == base {
			t.Errorf("the second form sends %v", again)
		}
		p.post(personPath(key, "/edit"), http.StatusSeeOther, again)
		p.wants(p.get(personPath(key, ""), http.StatusOK), "何语桐", "海淀", "138****8000")
		p.post(personPath(key, "/edit"), http.StatusSeeOther, again) // nothing new
		_, page = p.post(personPath(key, "/edit"), http.StatusUnprocessableEntity, url.Values{"name": {""}, "birth": {"1800-01-01"}})
		if errorAt(page, "birth") == "" {
			t.Errorf("nothing is said at the birth date: %s", words(page))
		}
		open(t, s, s.Finance(s.HD)).get(personPath(key, "/edit"), http.StatusForbidden)
	})
}

// TestORG10_EditOtherFields: two who change different fields of a person both save, and of what only the other changed nothing is chosen.
func TestORG10_EditOtherFields(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", District: "东城", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000"}}})
		p := open(t, s, s.FrontDesk(s.HD))
		p.post(personPath(key, "/reveal"), http.StatusSeeOther, url.Values{"_next": {personPath(key, "/edit")}})
		opened := hidden(p.get(personPath(key, "/edit"), http.StatusOK))
		form := func(name, district, number string) url.Values {
			f := url.Values{"name": {name}, "name_latin": {""}, "birth": {""}, "district": {district}, "phones.0.value": {number}}
			for field, value := range opened {
				if strings.HasPrefix(field, "_") && field != "_key" {
					f[field] = value
				}
			}
			return f
		}
		edit := personPath(key, "/edit")
		p.post(edit, http.StatusSeeOther, form("何雨桐", "海淀", "138 0013 8000"))
		p.post(edit, http.StatusSeeOther, form("何雨彤", "东城", "138 0013 8000"))
		p.post(edit, http.StatusSeeOther, form("何雨桐", "东城", "139 0013 9000"))
		p.wants(p.get(personPath(key, ""), http.StatusOK), "何雨彤", "海淀", "139****9000")
		// the name was changed by both, the district by the other one only: one is asked for, the other stays
		_, page := p.post(edit, http.StatusConflict, form("何语桐", "东城", "138 0013 8000"))
		p.wants(page, "何雨彤", "何语桐")
		if strings.Contains(words(page), "住址区域") {
			t.Error("the district is asked for")
		}
		again := hidden(page)
		again.Set("name", "何语桐")
		p.post(edit, http.StatusSeeOther, again)
		p.wants(p.get(personPath(key, ""), http.StatusOK), "何语桐", "海淀", "139****9000")
	})
}

// TestPPL10_EditPhones: who sees numbers masked changes them only after they were shown, which is logged.
func TestPPL10_EditPhones(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000", Relation: "mother"}}})
		p := open(t, s, s.FrontDesk(s.HD))
		to, _ := p.post(personPath(key, "/reveal"), http.StatusSeeOther, url.Values{"_next": {personPath(key, "/edit")}})
		page := p.get(to, http.StatusOK)
		if !strings.Contains(page, "138 0013 8000") {
			t.Fatalf("the number cannot be changed: %s", words(page))
		}
		form := url.Values{
			"name": {"何雨桐"}, "_base": {hidden(page).Get("_base")}, "_contacts": {"phones"},
			"phones.0.value": {"138 0013 8000"}, "phones.0.relation": {"mother"}, "phones.1.value": {"139 0013 9000"}, "phones.1.relation": {"father"},
		}
		p.post(personPath(key, "/edit"), http.StatusSeeOther, form)
		p.wants(p.get(personPath(key, ""), http.StatusOK), "138****8000", "139****9000", "父亲")
		// a form that does not hold the numbers leaves them
		p.post(personPath(key, "/edit"), http.StatusSeeOther, url.Values{"name": {"何雨彤"}})
		p.wants(p.get(personPath(key, ""), http.StatusOK), "138****8000", "139****9000")
		// another account has nothing revealed
		q := open(t, s, s.Principal(s.HD))
		if page := q.get(personPath(key, "/edit"), http.StatusOK); strings.Contains(page, "138 0013") {
			t.Error("one's reveal shows the number to another")
		}
	})
}

// TestPRF_PersonQueries: the page of a person and the list ask a bounded number of times.
func TestPRF_PersonQueries(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		student := studentOf(t, s, s.Contract(t, s.HD).ID)
		p := open(t, s, s.Principal(s.HD))
		if n := p.queries(personPath(student, "")); n > 24 {
			t.Errorf("%d statements for a person", n)
		}
		few := p.queries("/people")
		s.Person(t, s.HD)
		s.Person(t, s.HD)
		if many := p.queries("/people"); many != few || many > 6 {
			t.Errorf("%d statements for one person, %d for three", few, many)
		}
	})
}

// TestUIB4_RevealFragment: a swap gets the contact points alone.
func TestUIB4_RevealFragment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := register(t, s, s.HD, people.RegisterInput{Name: "何雨桐", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13800138000"}}})
		p := open(t, s, s.FrontDesk(s.HD))
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, personPath(key, "/reveal"), strings.NewReader("_key=k"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		w := p.do(r)
		if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, "138 0013 8000") || !strings.Contains(body, "data-focus") {
			t.Errorf("%d: %s", w.Code, body)
		}
	})
}

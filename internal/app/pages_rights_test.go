package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// ownPages are everybody's: they show what is one's own, or what a search finds.
var ownPages = []string{
	"/{$}", "/assets/", "/dev/components", web.SignInPath, web.AskPath, web.SuggestPath, web.ViewsPath, "/views/new", "/views/{id}", "/tasks", "/messages", "/account", "/account/totp", "/password", "/c/{code}", "/calendar/{secret}",
}

// TestORG4_PageRights: every page of a door is one's own or has its right (deny by default).
func TestORG4_PageRights(t *testing.T) {
	t.Parallel()
	pages := testkit.PageRoutes(t)
	if len(pages) < 50 {
		t.Errorf("only %d pages were found", len(pages))
	}
	for _, path := range pages {
		if app.RightOf(path) == "" && !slices.Contains(ownPages, path) {
			t.Errorf("%s has no right in pageRights", path)
		}
	}
}

// TestORG4_NoRightNoForm: the page of a form that one may not send is refused as the form would be, instead of being shown in full
// (UI-B7); who may send it gets it.
func TestORG4_NoRightNoForm(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base := serve(t, s, app.PageOptions{})
		here := "/enquiries/" + s.Enquiry(t, s.HD).ID.String()
		desk, principal := signedIn(t, s, base, "front-desk", s.HD), signedIn(t, s, base, "principal", s.HD)
		for _, form := range []string{"/quote", "/assign", "/lose"} {
			desk.get(here+form).want(t, http.StatusForbidden, "没有权限")
			principal.get(here+form).want(t, http.StatusOK)
		}
		for _, form := range []string{"/call", "/book"} {
			desk.get(here+form).want(t, http.StatusOK)
		}
		desk.get(here).want(t, http.StatusOK)
	})
}

// TestORG4_NoRightNoList: for each role and each list, whoever has no right to the resource is refused by page and API (403), and nobody
// else is.
func TestORG4_NoRightNoList(t *testing.T) {
	t.Parallel()
	d, _ := readDocument(t)
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.App.Unlimited = true
		base, apiBase := serve(t, s, app.PageOptions{}), apiServer(t, s)
		refused := 0
		for _, role := range []string{"front-desk", "consultant", "supervisor", "principal", "finance", "assistant", "teacher", "marketing", "general-manager", "it"} {
			center := s.HD
			if slices.Contains([]string{"marketing", "general-manager", "it"}, role) {
				center = id.None
			}
			v, c := signedIn(t, s, base, role, center), apiClient(t, s, apiBase, role, center)
			who, _ := op.ViewerOf(s.As(role, center))
			for path, methods := range d.Paths {
				o, ok := methods["get"]
				if !ok || o.Right == "" || strings.Contains(path, "{") {
					continue
				}
				if !who.May(o.Right) {
					refused++
				}
				if a := c.get(path); who.May(o.Right) == (a.status == http.StatusForbidden) {
					t.Errorf("%s %s (%s, may %t): API %d", role, path, o.Right, who.May(o.Right), a.status)
				}
			}
			for _, path := range testkit.PageRoutes(t) {
				if right := app.RightOf(path); right != "" && !strings.Contains(path, "{") && !who.May(right) {
					v.get(path).want(t, http.StatusForbidden, "没有权限")
					refused++
				}
			}
			for _, path := range []string{"/enquiries", "/people", "/contracts", "/payments", "/visits", "/appointments", "/imports", "/staff", "/settings", "/reports"} {
				if who.May(app.RightOf(path)) {
					v.get(path).want(t, http.StatusOK)
				}
			}
		}
		if refused < 150 {
			t.Errorf("only %d refusals were asked for", refused)
		}
	})
}

// TestORG9_StaffListAccounts: whoever may not read accounts is told nothing of them, neither that there are none nor by a filter.
func TestORG9_StaffListAccounts(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		base := serve(t, s, app.PageOptions{})
		principal, it := signedIn(t, s, base, "principal", s.HD), signedIn(t, s, base, "it", id.None)
		list := principal.get("/staff")
		list.want(t, http.StatusOK, "consultant@HD")
		for _, word := range []string{"没有账户", "账户"} {
			if strings.Contains(list.body, word) {
				t.Errorf("the list of a principal says %q", word)
			}
		}
		principal.get("/staff?account=open").want(t, http.StatusForbidden)
		it.get("/staff?account=open").want(t, http.StatusOK, "consultant@HD", "账户")
	})
}

// TestINS6_Recipients: a report is offered to those who can get it, and a refusal names who cannot.
func TestINS6_Recipients(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		address := func(role string) id.ID {
			key, mail := s.StaffID(s.As(role, s.HD)), role+"@school.example"
			if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: key, Email: &mail}); err != nil {
				t.Fatal(err)
			}
			return key
		}
		desk, teacher, consultant := address("front-desk"), address("teacher"), address("consultant")
		acc := s.As("consultant", s.HD)
		viewer, _ := op.ViewerOf(acc)
		if _, err := organization.SetAccount.Run(s.System(), s.Ops, organization.SetAccountInput{AccountID: viewer.Account}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		v := signedIn(t, s, serve(t, s, app.PageOptions{}), "principal", s.HD)
		page := v.get("/reports/daily-sales")
		page.want(t, http.StatusOK, `value="`+desk.String()+`"`)
		for name, key := range map[string]id.ID{"without the right": teacher, "with a closed account": consultant, "without an address": s.StaffID(s.Finance(s.HD))} {
			if strings.Contains(page.body, `name="staff_ids" value="`+key.String()) || strings.Contains(page.body, `value="`+key.String()+`"`) {
				t.Errorf("a colleague %s is offered", name)
			}
		}
		again := v.post("/reports/daily-sales/mail", "staff_ids", teacher.String(), "staff_ids", consultant.String())
		again.want(t, http.StatusUnprocessableEntity, "teacher@HD没有查看报表的权限", "consultant@HD没有可用的账户", "收件人")
		if strings.Contains(again.body, "staff_ids.0") {
			t.Error("the refusal names a field of the API")
		}
	})
}

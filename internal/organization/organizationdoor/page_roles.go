package organizationdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// roleView is a role with what it may do (ORG-3). Roles are read here; they change by a signed change (PRC-9).
type roleView struct {
	pages
	Role   organization.Role
	Rights []organization.Right
	Fields []organization.FieldRule
}

func (p pages) getRoles(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "role:read"); err != nil {
		return err
	}
	page := web.Page{Title: t(ctx, "roles"), H1: t(ctx, "roles-sentence", "count", len(p.Dir.Roles())), Lead: web.Text(t(ctx, "roles-lead"))}
	table, err := p.roleTable(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(page, rolesPage(table)))
}

func (p pages) roleTable(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	table := web.Table{Caption: t(ctx, "roles"), Columns: []web.Column{
		{Label: t(ctx, "position.role")},
		{Label: t(ctx, "role-page.code")},
		{Label: t(ctx, "role-page.rights"), Num: true},
		{Label: t(ctx, "role-page.phone")},
		{Label: t(ctx, "role-page.holders"), Num: true},
	}}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error {
		holders, err := organization.CountHolders(ctx, tx, web.Today(ctx))
		if err != nil {
			return err
		}
		for _, role := range p.Dir.Roles() {
			count := web.Figure{Value: i18n.Count(ctx, holders[role.Code]), Hidden: p.Dir.RoleName(ctx, role.Code)}
			if may(ctx, "staff:read") {
				count.Href = "/staff?role=" + role.Code
			}
			phone := i18n.None
			for _, rule := range p.Dir.FieldRules(role.Code) {
				if rule.Field == "phone" {
					phone = word(ctx, "field-rule", rule.Rule)
				}
			}
			table.Rows = append(table.Rows, web.Row{ID: role.Code, Cells: cells(
				web.RecordLink("/roles/"+role.Code, p.Dir.RoleName(ctx, role.Code)), web.Text(role.Code), web.Text(i18n.Count(ctx, len(p.Dir.Rights(role.Code)))), web.Text(phone), count,
			)})
		}
		return nil
	})
	return table, err
}

func (p pages) getRole(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "role:read"); err != nil {
		return err
	}
	role, ok := p.Dir.Role(r.PathValue("code"))
	if !ok {
		return problem.NotFound("role")
	}
	v := roleView{pages: p, Role: role, Rights: p.Dir.Rights(role.Code), Fields: p.Dir.FieldRules(role.Code)}
	page := web.Page{H1: p.Dir.RoleName(ctx, role.Code), Sub: role.Code, Lead: web.Text(t(ctx, "role-page.lead", "count", len(v.Rights)))}
	return web.Render(w, r, web.Shell(page, rolePage(v)))
}

// table lists the rights, a row a kind of record; each action says how far it reaches.
func (v roleView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "role-page.rights"), Columns: []web.Column{{Label: t(ctx, "role-page.resource")}, {Label: t(ctx, "role-page.may")}}}
	var resources []string
	by := map[string][]string{}
	for _, r := range v.Rights {
		if !slices.Contains(resources, r.Resource) {
			resources = append(resources, r.Resource)
		}
		by[r.Resource] = append(by[r.Resource], t(ctx, "role-page.reach", "action", word(ctx, "action", r.Action), "scope", word(ctx, "scope", r.Scope)))
	}
	for _, resource := range resources {
		table.Rows = append(table.Rows, web.Row{ID: resource, Cells: cells(web.Text(resourceName(ctx, resource)), web.Text(strings.Join(by[resource], " · ")))})
	}
	return table
}

// resourceName is what a kind of record is called.
func resourceName(ctx context.Context, resource string) string {
	if key := "kind." + resource; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return word(ctx, "resource", resource)
}

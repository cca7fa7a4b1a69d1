package organizationdoor

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// staffQuery is the list's address (UI-S4).
type staffQuery struct {
	Text    string `json:"q" maxLength:"100"`
	Role    string `json:"role" maxLength:"40"`
	Center  id.ID  `json:"center"`
	Account string `json:"account" maxLength:"10"`
	View    string `json:"view" maxLength:"10"` // left: those who left
	Page    int    `json:"page"`
}

// staffView is the list of staff members (ORG-2).
type staffView struct {
	pages
	Query staffQuery
	Rows  []organization.StaffRow
	Count map[string]int // here, left: within the other filters
	Page  int
}

func (p pages) getStaffList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "staff:read"); err != nil {
		return err
	}
	v := staffView{pages: p, Count: map[string]int{}}
	var err error
	if v.Query, err = web.Decode[staffQuery](r); err != nil {
		return err
	}
	if v.Query.Account != "" { // to filter by a field is to read it (TRU-15)
		if err := need(ctx, "account:read"); err != nil {
			return err
		}
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		q := v.Query
		f := organization.StaffFilter{Text: q.Text, Role: q.Role, Center: q.Center, Account: q.Account, Day: web.Today(ctx), Limit: pageRows}
		for _, view := range []string{"", "left"} {
			f.Left, f.Offset = view == "left", 0
			if view == q.View {
				f.Offset = (max(q.Page, 1) - 1) * pageRows
			}
			rows, total, err := organization.StaffRows(ctx, tx, f)
			if err != nil {
				return err
			}
			v.Count[view] = int(total)
			if view == q.View {
				v.Rows, v.Page = rows, max(q.Page, 1)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: t(ctx, "staff"), H1: t(ctx, "staff-sentence", "count", v.Count[""])}
	if may(ctx, "staff:create") {
		page.Aside = web.Button{Label: t(ctx, "staff-member.new"), Href: "/staff/new", Kind: web.Primary}
	} else if may(ctx, "reveal:read") {
		page.Aside = web.Button{Label: t(ctx, "reveals-page"), Href: "/reveals", Kind: web.Quiet}
	}
	return web.Render(w, r, web.Shell(page, staffListPage(v)))
}

// memberView is the page of a staff member: what is known, the positions, the account.
type memberView struct {
	pages
	Staff     organization.Staff
	Positions []organization.Position
	Accounts  []organization.Account
	Superiors []web.Option // positions that one can report to
	Secret    *oneTime
}

// oneTime is a password that is shown once.
type oneTime struct{ Login, Password string }

func (p pages) member(r *http.Request) (v memberView, err error) {
	v.pages = p
	key, err := web.PathID(r, "id", "staff")
	if err != nil {
		return v, err
	}
	return v, p.memberOf(r, key, &v)
}

func (p pages) memberOf(r *http.Request, key id.ID, v *memberView) error {
	ctx := r.Context()
	v.pages = p
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if err := tx.Select(&v.Staff).Where("id = ?", key).Scan(ctx); err != nil {
			return problem.Found(err, "staff")
		}
		if err := tx.Select(&v.Positions).Where("staff = ?", key).Order("from_day, id").Scan(ctx); err != nil {
			return err
		}
		v.Accounts, err = organization.AccountsOf(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	if may(ctx, "position:create") {
		v.Superiors = p.superiors(ctx, key)
	}
	return nil
}

// superiors are the positions that one can report to: of those who lead, in the centers in scope.
func (p pages) superiors(ctx context.Context, besides id.ID) (list []web.Option) {
	centers := []id.ID{id.None}
	for _, c := range p.Dir.Centers(viewerOf(ctx)) {
		centers = append(centers, c.ID)
	}
	for _, role := range []string{"general-manager", "principal", "supervisor"} {
		for _, center := range centers {
			for _, m := range p.Dir.Holders(role, center) {
				if m.ID != besides {
					list = append(list, p.heldBy(ctx, m, role, center)...)
				}
			}
		}
	}
	return list
}

// heldBy are the positions of a role at a center that somebody holds today.
func (p pages) heldBy(ctx context.Context, m organization.Staff, role string, center id.ID) (list []web.Option) {
	for _, held := range p.Dir.Positions(m.ID) {
		if held.Role == role && held.Center == center && held.ValidOn(web.Today(ctx)) {
			label := m.Name + " · " + p.Dir.RoleName(ctx, role) + " · " + p.centerName(ctx, center)
			list = append(list, web.Option{Value: held.ID.String(), Label: label})
		}
	}
	return list
}

func (p pages) getStaff(w http.ResponseWriter, r *http.Request) error {
	v, err := p.member(r)
	if err != nil {
		return err
	}
	return p.showMember(w, r, v)
}

func (p pages) showMember(w http.ResponseWriter, r *http.Request, v memberView) error {
	return web.Render(w, r, web.Shell(web.Page{Title: v.Staff.Name, Own: true}, memberPage(v)))
}

func (p pages) getNewStaff(w http.ResponseWriter, r *http.Request) error {
	if err := need(r.Context(), "staff:create"); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(r.Context(), "staff-member.new")}, staffForm(organization.Staff{})))
}

func (p pages) postNewStaff(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.StaffInput](r)
	var made organization.Done
	if err == nil {
		made, err = organization.AddStaff.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewStaff)
	}
	return web.Redirect(w, r, "/staff/"+made.ID.String(), web.Status{Text: t(r.Context(), "staff-member.added", "name", in.Name), Tone: web.Good})
}

// staffFields is what the form of a staff member sends: all of it, so that what was emptied is empty.
type staffFields struct {
	Name    string `json:"name" maxLength:"100"`
	Phone   string `json:"phone" maxLength:"40"`
	Email   string `json:"email" maxLength:"200"`
	Active  bool   `json:"active"`
	Version int64  `json:"version"`
}

func fieldsOfStaff(s organization.Staff) staffFields {
	return staffFields{s.Name, s.Phone, s.Email, s.Active, s.Version}
}

func (f staffFields) values() web.Values {
	return web.Values{"name": f.Name, "phone": f.Phone, "email": f.Email, "active": strconv.FormatBool(f.Active)}
}

func (p pages) getEditStaff(w http.ResponseWriter, r *http.Request) error {
	v, err := p.member(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := need(ctx, "staff:update"); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "staff-member.edit"), H1: v.Staff.Name, Sub: v.Staff.Code}, staffForm(v.Staff)))
}

func (p pages) changeStaff(r *http.Request, key id.ID, f staffFields) error {
	_, err := organization.ChangeStaff.Run(r.Context(), p.Ops, organization.ChangeStaffInput{
		StaffID: key, Version: &f.Version, Name: &f.Name, Phone: &f.Phone, Email: &f.Email, Active: &f.Active,
	})
	return err
}

func (p pages) postEditStaff(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "staff")
	if err != nil {
		return err
	}
	back := "/staff/" + key.String()
	save := func(r *http.Request) (staffFields, error) {
		f, err := web.Decode[staffFields](r)
		if err == nil {
			err = p.changeStaff(r, key, f)
		}
		return f, err
	}
	f, err := save(r)
	if refused, ok := stale(err); ok {
		v, err := p.member(r)
		if err != nil {
			return err
		}
		theirs := fieldsOfStaff(v.Staff)
		return p.merge(w, r, conflictView{
			Record: key, Title: v.Staff.Name, Back: back, Form: p.getEditStaff, Version: theirs.Version, Labels: "staff-member",
			Mine: f.values(), Theirs: theirs.values(), Refused: refused,
		}, func(r *http.Request) error { _, err := save(r); return err })
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditStaff)
	}
	return web.Redirect(w, r, back, web.Status{Text: t(r.Context(), "saved", "name", f.Name), Tone: web.Good})
}

// suggestedLogin is what the form of a new account begins with, and where it comes from.
func suggestedLogin(ctx context.Context, s organization.Staff) (login, from string) {
	switch {
	case s.Email != "":
		return s.Email, t(ctx, "account-of.from-email")
	case s.Phone != "":
		return strings.TrimPrefix(s.Phone, "+86"), t(ctx, "account-of.from-phone")
	}
	return s.Code, t(ctx, "account-of.from-code")
}

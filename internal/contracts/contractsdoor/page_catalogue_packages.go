package contractsdoor

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"zhike/internal/contracts"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// ways in which hours are consumed (CON-4).
var consumeWays = []string{"paid-first", "gift-first", "proportional"}

// packagesView is the list of packages.
type packagesView struct {
	View     string
	Course   id.ID // none: of all courses
	Courses  []contracts.Course
	Packages []contracts.Package
	Count    map[string]int
	Page     int
}

func (p catalogue) getPackages(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "package:read"); err != nil {
		return err
	}
	v := packagesView{View: viewIn(r), Count: map[string]int{}}
	if course, err := id.Parse(r.URL.Query().Get("course")); err == nil {
		v.Course = course
	}
	var list []contracts.Package
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Courses, err = contracts.Courses(ctx, tx, false); err != nil {
			return err
		}
		list, err = contracts.Packages(ctx, tx, v.Course, false)
		return err
	})
	if err != nil {
		return err
	}
	var chosen []contracts.Package
	for _, c := range list {
		for _, view := range offerViews {
			if inView(view, c.Active) {
				v.Count[view]++
			}
		}
		if inView(v.View, c.Active) {
			chosen = append(chosen, c)
		}
	}
	v.Packages, v.Page = pageOf(chosen, web.PageOf(r))
	page := web.Page{Title: ct(ctx, "packages"), H1: ct(ctx, "packages-sentence", "count", v.Count[""]), Lead: web.Text(ct(ctx, "packages-lead"))}
	if may(ctx, "package:create") {
		page.Aside = web.Button{Label: ct(ctx, "package-new"), Href: "/packages/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, packagesPage(v)))
}

// packageView is the form of a package, new where its id is none.
type packageView struct {
	Package contracts.Package
	Courses []contracts.Course
}

func (p catalogue) getNewPackage(w http.ResponseWriter, r *http.Request) error {
	if err := need(r.Context(), "package:create"); err != nil {
		return err
	}
	courses, err := p.courses(r)
	if err != nil {
		return err
	}
	v := packageView{Package: contracts.Package{ValidityDays: 365, Consume: consumeWays[0], Active: true}, Courses: courses}
	v.Package.Course, _ = id.Parse(r.URL.Query().Get("course")) // none is chosen where it is no id
	return web.Render(w, r, web.Shell(web.Page{H1: ct(r.Context(), "package-new")}, packageForm(v)))
}

func (p catalogue) postNewPackage(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[contracts.PackageInput](r)
	if err == nil {
		_, err = contracts.AddPackage.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewPackage)
	}
	return web.Redirect(w, r, "/packages", web.Status{Text: ct(r.Context(), "saved", "name", in.NameZH), Tone: web.Good})
}

func (p catalogue) packageOf(r *http.Request) (v packageView, err error) {
	key, err := web.PathID(r, "id", "package")
	if err != nil {
		return v, err
	}
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Package, err = contracts.PackageByID(ctx, tx, key); err != nil {
			return err
		}
		v.Courses, err = contracts.Courses(ctx, tx, false)
		return err
	})
	if err != nil {
		return v, err
	}
	return v, need(r.Context(), "package:update")
}

func (p catalogue) getEditPackage(w http.ResponseWriter, r *http.Request) error {
	v, err := p.packageOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: ct(ctx, "package-edit"), H1: v.Package.Name(lang(ctx)), Sub: v.Package.Code, Lead: web.Text(ct(ctx, "edition-lead", "edition", v.Package.Edition))}
	return web.Render(w, r, web.Shell(page, packageForm(v)))
}

// packageFields is what the form of an existing package sends: all of it, so that what was emptied is empty.
type packageFields struct {
	NameZH       string      `json:"name_zh" maxLength:"100"`
	NameEN       string      `json:"name_en" maxLength:"100"`
	Hours        hours.Centi `json:"hours_x100"`
	Gift         hours.Centi `json:"gift_hours_x100"`
	Price        money.Fen   `json:"price_fen"`
	ValidityDays int64       `json:"validity_days"`
	Consume      string      `json:"consume"`
	Active       bool        `json:"active"`
	Version      int64       `json:"version"`
}

func fieldsOf(p contracts.Package) packageFields {
	return packageFields{p.NameZH, p.NameEN, p.Hours, p.Gift, p.Price, p.ValidityDays, p.Consume, p.Active, p.Version}
}

// values are the fields as the form writes them.
func (f packageFields) values() web.Values {
	return web.Values{
		"name_zh": f.NameZH, "name_en": f.NameEN, "hours_x100": f.Hours.String(), "gift_hours_x100": f.Gift.String(), "price_fen": f.Price.String(),
		"validity_days": strconv.FormatInt(f.ValidityDays, 10), "consume": f.Consume, "active": strconv.FormatBool(f.Active),
	}
}

func (p catalogue) changePackage(r *http.Request, key id.ID, f packageFields) error {
	_, err := contracts.ChangePackage.Run(r.Context(), p.ops, contracts.ChangePackageInput{
		PackageID: key, Version: &f.Version, NameZH: &f.NameZH, NameEN: &f.NameEN, Hours: &f.Hours, Gift: &f.Gift, Price: &f.Price,
		ValidityDays: &f.ValidityDays, Consume: &f.Consume, Active: &f.Active,
	})
	return err
}

func (p catalogue) postEditPackage(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "package")
	if err != nil {
		return err
	}
	f, err := web.Decode[packageFields](r)
	if err == nil {
		err = p.changePackage(r, key, f)
	}
	if stale, ok := problem.As(err); ok && stale.Code == "stale" {
		return p.mergePackage(w, r, f, stale)
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditPackage)
	}
	return web.Redirect(w, r, "/packages", web.Status{Text: ct(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

// mergePackage saves on what another saved meanwhile where the fields do not overlap; else the person chooses (ORG-10).
func (p catalogue) mergePackage(w http.ResponseWriter, r *http.Request, mine packageFields, stale *problem.Problem) error {
	v, err := p.packageOf(r)
	if err != nil {
		return err
	}
	theirs := fieldsOf(v.Package)
	merged, both := web.Merge(web.WasOf(r), mine.values(), theirs.values())
	if len(both) == 0 {
		form := url.Values{"version": {strconv.FormatInt(theirs.Version, 10)}}
		for name, value := range merged {
			form.Set(name, value)
		}
		again := r.Clone(op.WithKey(r.Context(), "")) // the key was for what was typed
		again.PostForm = form
		f, err := web.Decode[packageFields](again)
		if err == nil {
			err = p.changePackage(again, v.Package.ID, f)
		}
		if err != nil {
			return web.Again(w, r, err, p.getEditPackage)
		}
		return web.Redirect(w, r, "/packages", web.Status{Text: ct(r.Context(), "merged", "name", f.NameZH), Tone: web.Good})
	}
	change, err := p.lastChange(r, v.Package.ID)
	if err != nil {
		return err
	}
	ctx := web.WithProblem(r.Context(), stale, nil)
	page := web.Page{Title: ct(ctx, "package-edit"), H1: v.Package.Name(lang(ctx)), Sub: v.Package.Code}
	body := packageConflict(v.Package, merged, web.Conflict{
		By: change.By, When: i18n.DateTime(ctx, change.At, web.Zone(ctx), web.Now(ctx)), Fields: conflictFields(ctx, both, mine.values(), theirs.values()),
		Words: func(name, value string) string { return valueWords(ctx, name, value) },
	})
	return web.Render(w, r.WithContext(ctx), web.Shell(page, body))
}

func (p catalogue) lastChange(r *http.Request, key id.ID) (c organization.Change, err error) {
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		c, err = organization.LastChange(ctx, tx, key)
		return err
	})
	return c, err
}

func conflictFields(ctx context.Context, both []string, mine, theirs web.Values) (list []web.ConflictField) {
	for _, name := range both {
		list = append(list, web.ConflictField{Name: name, Label: fieldLabel(ctx, name), Mine: mine[name], Theirs: theirs[name]})
	}
	return list
}

func fieldLabel(ctx context.Context, name string) string { return ct(ctx, "field-"+dashed(name)) }

// valueWords shows a value of the form as people read it.
func valueWords(ctx context.Context, name, value string) string {
	switch name {
	case "consume":
		return i18n.T(ctx, "consume."+value)
	case "active":
		if value == "true" {
			return ct(ctx, "in-use")
		}
		return ct(ctx, "closed")
	case "price_fen":
		return "¥" + value
	}
	return value
}

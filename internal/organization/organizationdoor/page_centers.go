package organizationdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// centersView is the list of centers (ORG-1).
type centersView struct {
	Status  string // "" those that work, closed (and merged), all
	Search  string
	Centers []organization.Center
	Count   map[string]int
	Page    int
}

var centerViews = []string{"", "closed", "all"}

func inCenterView(view, status string) bool {
	return view == "all" || (view == "closed") == (status == "closed" || status == "merged")
}

func (p pages) getCenters(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "center:read"); err != nil {
		return err
	}
	v := centersView{Status: r.URL.Query().Get("view"), Search: strings.TrimSpace(r.URL.Query().Get("q")), Count: map[string]int{}}
	if !slices.Contains(centerViews, v.Status) {
		v.Status = ""
	}
	var chosen []organization.Center
	for _, c := range p.Dir.Centers(viewerOf(ctx)) {
		if !contains(c.Code+" "+c.NameZH+" "+c.NameEN+" "+c.City, v.Search) {
			continue
		}
		for _, view := range centerViews {
			if inCenterView(view, c.Status) {
				v.Count[view]++
			}
		}
		if inCenterView(v.Status, c.Status) {
			chosen = append(chosen, c)
		}
	}
	v.Centers, v.Page = pageOf(chosen, web.PageOf(r))
	page := web.Page{Title: t(ctx, "centers"), H1: t(ctx, "centers-sentence", "count", v.Count[""])}
	if may(ctx, "center:create") {
		page.Aside = web.Button{Label: t(ctx, "center.new"), Href: "/centers/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, centersPage(v)))
}

// centerView is the page of a center.
type centerView struct {
	Center organization.Center
	Rooms  []organization.Room
	Merged string // name of the center that it was merged into
	Region string
	Next   string // special days that come next
}

func (p pages) center(r *http.Request) (v centerView, err error) {
	key, err := web.PathID(r, "id", "center")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if err := tx.Select(&v.Center).Where("id = ?", key).Scan(ctx); err != nil {
			return problem.Found(err, "center")
		}
		if v.Rooms, err = organization.RoomsOf(ctx, tx, key); err != nil {
			return err
		}
		list, err := organization.SpecialDays(ctx, tx, key)
		v.Next = nextDays(ctx, list)
		return err
	})
	if region, ok := p.Dir.Region(v.Center.Region); ok {
		v.Region = region.Name(lang(r.Context()))
	}
	if !v.Center.MergedInto.IsNone() {
		v.Merged = p.centerName(r.Context(), v.Center.MergedInto)
	}
	return v, err
}

// nextDays names the special days that are today or come next, at most three.
func nextDays(ctx context.Context, list []organization.SpecialDay) string {
	var names []string
	for _, s := range list {
		if s.Until >= web.Today(ctx) && len(names) < 3 {
			names = append(names, s.Name(lang(ctx))+" "+daySpan(ctx, s))
		}
	}
	return strings.Join(names, " · ")
}

func (p pages) getCenter(w http.ResponseWriter, r *http.Request) error {
	v, err := p.center(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: v.Center.Name(lang(ctx)), Own: true}, centerPage(v)))
}

// centerFields is what the form of a center sends: all of it, so that what was emptied is empty.
type centerFields struct {
	Code    string       `json:"code" maxLength:"20"`
	NameZH  string       `json:"name_zh" maxLength:"100"`
	NameEN  string       `json:"name_en" maxLength:"100"`
	City    string       `json:"city" maxLength:"100"`
	Zone    string       `json:"zone" maxLength:"60"`
	Opened  bizdate.Date `json:"opened"`
	Status  string       `json:"status" maxLength:"20"`
	Region  id.ID        `json:"region_id"`
	Version int64        `json:"version"`
	openingFields
}

func fieldsOfCenter(c organization.Center) centerFields {
	f := centerFields{Code: c.Code, NameZH: c.NameZH, NameEN: c.NameEN, City: c.City, Zone: c.Zone, Opened: c.Opened, Status: c.Status, Region: c.Region, Version: c.Version}
	for day, to := range []*string{&f.Day0, &f.Day1, &f.Day2, &f.Day3, &f.Day4, &f.Day5, &f.Day6} {
		*to = openingLine(c.Hours, time.Weekday(day))
	}
	return f
}

// values are the fields as the form writes them; the hours in one spelling.
func (f centerFields) values() web.Values {
	v := web.Values{"name_zh": f.NameZH, "name_en": f.NameEN, "city": f.City, "zone": f.Zone, "opened": f.Opened.String(), "status": f.Status, "region_id": idText(f.Region)}
	list, _ := f.hours()
	for _, day := range week {
		v[openingName(day)] = openingLine(list, day)
	}
	return v
}

// idText is an id as a choice of a form sends it; empty for none.
func idText(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

func (p pages) getNewCenter(w http.ResponseWriter, r *http.Request) error {
	if err := need(r.Context(), "center:create"); err != nil {
		return err
	}
	c := organization.Center{Zone: organization.DefaultZone, Status: "open"}
	for _, day := range week {
		c.Hours = append(c.Hours, organization.OpenHours{Weekday: int(day), From: 9 * 60, Until: 21 * 60})
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(r.Context(), "center.new")}, centerForm(p, c)))
}

func (p pages) postNewCenter(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[centerFields](r)
	var made organization.Done
	if err == nil {
		made, err = p.openCenter(r, f)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewCenter)
	}
	return web.Redirect(w, r, "/centers/"+made.ID.String(), web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func (p pages) openCenter(r *http.Request, f centerFields) (organization.Done, error) {
	hours, bad := f.hours()
	if err := bad.Err("ORG-1"); err != nil {
		return organization.Done{}, err
	}
	return organization.OpenCenter.Run(r.Context(), p.Ops, organization.CenterInput{
		Code: f.Code, NameZH: f.NameZH, NameEN: f.NameEN, City: f.City, Zone: f.Zone, Opened: f.Opened, Status: f.Status, Region: f.Region, Hours: hours,
	})
}

func (p pages) getEditCenter(w http.ResponseWriter, r *http.Request) error {
	v, err := p.center(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := need(ctx, "center:update"); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "center.edit"), H1: v.Center.Name(lang(ctx)), Sub: v.Center.Code}, centerForm(p, v.Center)))
}

func (p pages) changeCenter(r *http.Request, key id.ID, f centerFields) error {
	hours, bad := f.hours()
	if err := bad.Err("ORG-1"); err != nil {
		return err
	}
	_, err := organization.ChangeCenter.Run(r.Context(), p.Ops, organization.ChangeCenterInput{
		CenterID: key, Version: &f.Version, NameZH: &f.NameZH, NameEN: &f.NameEN, City: &f.City, Zone: &f.Zone, Opened: &f.Opened, Status: &f.Status, RegionID: &f.Region, Hours: &hours,
	})
	return err
}

func (p pages) postEditCenter(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "center")
	if err != nil {
		return err
	}
	back := "/centers/" + key.String()
	save := func(r *http.Request) (centerFields, error) {
		f, err := web.Decode[centerFields](r)
		if err == nil {
			err = p.changeCenter(r, key, f)
		}
		return f, err
	}
	f, err := save(r)
	if refused, ok := stale(err); ok {
		v, err := p.center(r)
		if err != nil {
			return err
		}
		theirs := fieldsOfCenter(v.Center)
		return p.merge(w, r, conflictView{
			Record: key, Title: v.Center.Name(lang(r.Context())), Back: back, Form: p.getEditCenter, Version: theirs.Version, Labels: "center",
			Mine: f.values(), Theirs: theirs.values(), Refused: refused,
		}, func(r *http.Request) error { _, err := save(r); return err })
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditCenter)
	}
	return web.Redirect(w, r, back, web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

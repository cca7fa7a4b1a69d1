package organizationdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// daysPath is the page of the special days of a center, or of the company (ORG-1).
const daysPath = "/special-days"

func daysOf(center id.ID) string {
	if center.IsNone() {
		return daysPath
	}
	return daysPath + "?center=" + center.String()
}

// daysView lists special days.
type daysView struct {
	pages
	Center id.ID // none: the company
	View   string
	List   []organization.SpecialDay
	Count  map[string]int
	Page   int
}

// dayViews are the tabs: what is or comes, and what is over.
var dayViews = []string{"", "past"}

func (p pages) getDays(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := daysView{pages: p, View: r.URL.Query().Get("view"), Count: map[string]int{}}
	if v.View != "past" {
		v.View = ""
	}
	if key, err := id.Parse(r.FormValue("center")); err == nil {
		v.Center = key
	} else if key, err := id.Parse(r.FormValue("center_id")); err == nil {
		v.Center = key
	}
	if !r.Form.Has("center") && !r.Form.Has("center_id") && v.Center.IsNone() && !may(ctx, "setting:read") {
		v.Center = viewerOf(ctx).Home("special-day:update") // who keeps the days of a center begins with them
	}
	var chosen []organization.SpecialDay
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if !v.Center.IsNone() {
			if _, err := organization.CenterByID(ctx, tx, v.Center); err != nil {
				return err
			}
		}
		list, err := organization.SpecialDays(ctx, tx, v.Center)
		for _, s := range list {
			view := ""
			if s.Until < web.Today(ctx) {
				view = "past"
			}
			v.Count[view]++
			if view == v.View {
				chosen = append(chosen, s)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	v.List, v.Page = pageOf(chosen, web.PageOf(r))
	page := web.Page{Title: t(ctx, "day.title"), H1: t(ctx, "day.sentence", "of", p.centerName(ctx, v.Center), "count", v.Count[""]), Lead: web.Text(v.holidays(ctx))}
	return web.Render(w, r, web.Shell(page, daysPage(v)))
}

// holidays says whether public holidays are working time here.
func (v daysView) holidays(ctx context.Context) string {
	return t(ctx, "day.holidays-"+v.Dir.Setting(v.Center, organization.HolidaysWork, "1"))
}

// mayPlace tells whether the viewer sets special days of a center, or of the company.
func mayPlace(ctx context.Context, center id.ID) bool {
	s := viewerOf(ctx).Scope("special-day:update")
	return s.All || slices.Contains(s.Centers, center)
}

// dayFields is what the form of a special day sends.
type dayFields struct {
	Center  id.ID        `json:"center_id"`
	From    bizdate.Date `json:"from"`
	Until   bizdate.Date `json:"until"`
	Kind    string       `json:"kind" maxLength:"20"`
	NameZH  string       `json:"name_zh" maxLength:"60"`
	NameEN  string       `json:"name_en" maxLength:"60"`
	Hours   string       `json:"hours" maxLength:"100"`
	Weekday string       `json:"weekday" maxLength:"2"`
	Version int64        `json:"version"`
}

// read gives the hours and the weekday of the form. Refused: bad-opening.
func (f dayFields) read() (hours []organization.DayHours, weekday *int, err error) {
	if n, err := strconv.Atoi(f.Weekday); err == nil {
		weekday = &n
	}
	if f.Kind != organization.DayOther {
		return nil, weekday, nil
	}
	list, ok := readOpening(f.Hours)
	if !ok {
		var bad problem.Invalid
		bad.Add("hours", "bad-opening", f.Hours, "value", f.Hours)
		return nil, nil, bad.Err("ORG-1")
	}
	for _, h := range list {
		hours = append(hours, organization.DayHours{From: h[0], Until: h[1]})
	}
	return hours, weekday, nil
}

func (p pages) postDay(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[dayFields](r)
	if err == nil {
		err = p.addDay(r, f)
	}
	if err != nil {
		return web.Again(w, r, err, p.getDays)
	}
	return web.Redirect(w, r, daysOf(f.Center), web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func (p pages) addDay(r *http.Request, f dayFields) error {
	hours, weekday, err := f.read()
	if err != nil {
		return err
	}
	_, err = organization.AddSpecialDay.Run(r.Context(), p.Ops, organization.SpecialDayInput{
		CenterID: f.Center, From: f.From, Until: f.Until, Kind: f.Kind, NameZH: f.NameZH, NameEN: f.NameEN, Hours: hours, Weekday: weekday,
	})
	return err
}

func (p pages) day(r *http.Request) (s organization.SpecialDay, err error) {
	key, err := web.PathID(r, "id", "special-day")
	if err != nil {
		return s, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		s, err = organization.SpecialDayByID(ctx, tx, key)
		return err
	})
	if err == nil && !mayPlace(r.Context(), s.Center) {
		err = problem.Forbidden("special-day:update")
	}
	return s, err
}

func (p pages) getDay(w http.ResponseWriter, r *http.Request) error {
	s, err := p.day(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "day.edit"), H1: s.Name(lang(ctx)), Sub: p.centerName(ctx, s.Center)}, dayPage(s)))
}

func (p pages) postChangeDay(w http.ResponseWriter, r *http.Request) error {
	s, err := p.day(r)
	if err != nil {
		return err
	}
	f, err := web.Decode[dayFields](r)
	if err == nil {
		err = p.changeDay(r, s.ID, f)
	}
	if err != nil {
		return web.Again(w, r, err, p.getDay)
	}
	return web.Redirect(w, r, daysOf(s.Center), web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func (p pages) changeDay(r *http.Request, key id.ID, f dayFields) error {
	hours, weekday, err := f.read()
	if err != nil {
		return err
	}
	if weekday == nil {
		weekday = new(-1)
	}
	if f.Until.IsZero() {
		f.Until = f.From
	}
	_, err = organization.ChangeSpecialDay.Run(r.Context(), p.Ops, organization.ChangeSpecialDayInput{
		DayID: key, Version: &f.Version, From: &f.From, Until: &f.Until, Kind: &f.Kind, NameZH: &f.NameZH, NameEN: &f.NameEN, Hours: &hours, Weekday: weekday,
	})
	return err
}

func (p pages) postRemoveDay(w http.ResponseWriter, r *http.Request) error {
	s, err := p.day(r)
	if err != nil {
		return err
	}
	if _, err := organization.RemoveSpecialDay.Run(r.Context(), p.Ops, organization.RemoveSpecialDayInput{DayID: s.ID}); err != nil {
		return err
	}
	ctx := r.Context()
	return web.Redirect(w, r, daysOf(s.Center), web.Status{Text: t(ctx, "day.removed", "name", s.Name(lang(ctx))), Tone: web.Good})
}

// dayLine writes the hours of a special day as the form does.
func dayLine(s organization.SpecialDay) string {
	var parts []string
	for _, h := range s.Hours {
		parts = append(parts, clock(h.From)+"-"+clock(h.Until))
	}
	return strings.Join(parts, ", ")
}

// open says when a center is open on the first of the special days; for the company what the day says itself.
func (v daysView) open(ctx context.Context, s organization.SpecialDay) string {
	public := s.Kind == organization.DayHoliday || s.Kind == organization.DayWorkday
	switch {
	case s.Kind == organization.DayOther:
		return strings.ReplaceAll(dayLine(s), "-", "–")
	case public && v.Dir.Setting(v.Center, organization.HolidaysWork, "1") == "1":
		return t(ctx, "day.as-usual")
	case s.Kind == organization.DayWorkday && s.Weekday != nil:
		return t(ctx, "day.as-weekday", "day", i18n.Weekday(ctx, time.Weekday(*s.Weekday)))
	case s.Kind == organization.DayWorkday:
		return t(ctx, "day.as-working")
	}
	return t(ctx, "center.shut")
}

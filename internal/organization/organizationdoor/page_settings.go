package organizationdoor

import (
	"context"
	"net/http"
	"strconv"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// settingsView is what a school, or one of its centers, has set.
type settingsView struct {
	pages
	Center id.ID // none: the company

	wrong, typed string // key of the setting that was refused, and what was typed
}

func (p pages) getSettings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "setting:read"); err != nil {
		return err
	}
	v := settingsView{pages: p}
	of := r.URL.Query().Get("center")
	if web.ProblemOf(ctx) != nil {
		of, v.wrong, v.typed = r.PostForm.Get("center_id"), r.PostForm.Get("key"), r.PostForm.Get("value")
	}
	if key, err := id.Parse(of); err == nil {
		v.Center = key
	}
	page := web.Page{Title: t(ctx, "settings"), Aside: settingsAside(v), H1: t(ctx, "setting-page.sentence", "of", p.centerName(ctx, v.Center)), Lead: web.Text(t(ctx, "setting-page.lead"))}
	return web.Render(w, r, web.Shell(page, settingsPage(v)))
}

func (p pages) postSetting(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.SettingInput](r)
	s, _ := organization.SettingOf(in.Key)
	if err == nil {
		in.Value = s.Typed(in.Value)
		_, err = organization.SetSetting.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, inPercent(s, err), p.getSettings)
	}
	return web.Redirect(w, r, settingsOf(in.CenterID), web.Status{Text: t(r.Context(), "saved", "name", settingName(r.Context(), in.Key)), Tone: web.Good})
}

func settingsOf(center id.ID) string {
	if center.IsNone() {
		return "/settings"
	}
	return "/settings?center=" + center.String()
}

// inPercent says the range of a setting as people type it.
func inPercent(s organization.Setting, err error) error {
	p, ok := problem.As(err)
	if !ok || !s.Percent {
		return err
	}
	for i, f := range p.Fields {
		if f.Code == "setting-range" {
			p.Fields[i].Code, p.Fields[i].Args = "setting-percent", map[string]any{"min": s.Min / 100, "max": s.Max / 100}
		}
	}
	return p
}

func settingName(ctx context.Context, key string) string {
	if name := "setting." + key; i18n.Has(ctx, name) {
		return i18n.T(ctx, name)
	}
	return key
}

// value is what holds for the view's center, or for the company.
func (v settingsView) value(s organization.Setting) string {
	if v.wrong == s.Key {
		return v.typed
	}
	return s.Shown(v.Dir.Setting(v.Center, s.Key, s.Default))
}

// said is a value as a person reads it.
func said(ctx context.Context, s organization.Setting, value string) string {
	if s.YesNo() {
		return t(ctx, "setting-page.answer-"+value)
	}
	return s.Shown(value)
}

// inherited is what holds where the center sets nothing, and where it comes from.
func (v settingsView) inherited(ctx context.Context, s organization.Setting) string {
	if v.Center.IsNone() {
		return t(ctx, "setting-page.shipped", "value", said(ctx, s, s.Default))
	}
	return t(ctx, "setting-page.of-company", "value", said(ctx, s, v.Dir.Setting(id.None, s.Key, s.Default)))
}

func (v settingsView) bounds(ctx context.Context, s organization.Setting) string {
	if s.YesNo() {
		return t(ctx, "setting-page.yes-no")
	}
	return i18n.Range(ctx, s.Shown(strconv.FormatInt(s.Min, 10)), s.Shown(strconv.FormatInt(s.Max, 10)))
}

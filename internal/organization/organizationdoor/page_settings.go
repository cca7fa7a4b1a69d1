package organizationdoor

import (
	"context"
	"net/http"
	"strconv"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// settingsView is what a school, or one of its centers, has set.
type settingsView struct {
	pages
	Center id.ID // none: the company
}

func (p pages) getSettings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := need(ctx, "setting:read"); err != nil {
		return err
	}
	v := settingsView{pages: p}
	if key, err := id.Parse(r.URL.Query().Get("center")); err == nil {
		v.Center = key
	}
	page := web.Page{Title: t(ctx, "settings"), Aside: web.Button{Label: t(ctx, "day.title"), Href: daysOf(v.Center)}, H1: t(ctx, "setting-page.sentence", "of", p.centerName(ctx, v.Center)), Lead: web.Text(t(ctx, "setting-page.lead"))}
	return web.Render(w, r, web.Shell(page, settingsPage(v)))
}

func (p pages) postSetting(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.SettingInput](r)
	if err == nil {
		_, err = organization.SetSetting.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, settingsOf(in.CenterID), web.Status{Text: t(r.Context(), "saved", "name", settingName(r.Context(), in.Key)), Tone: web.Good})
}

func settingsOf(center id.ID) string {
	if center.IsNone() {
		return "/settings"
	}
	return "/settings?center=" + center.String()
}

func settingName(ctx context.Context, key string) string {
	if name := "setting." + key; i18n.Has(ctx, name) {
		return i18n.T(ctx, name)
	}
	return key
}

// value is what holds for the view's center, or for the company.
func (v settingsView) value(s organization.Setting) string {
	return v.Dir.Setting(v.Center, s.Key, s.Default)
}

// said is a value as a person reads it.
func said(ctx context.Context, s organization.Setting, value string) string {
	if s.YesNo() {
		return t(ctx, "setting-page.answer-"+value)
	}
	return value
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
	return i18n.Range(ctx, strconv.FormatInt(s.Min, 10), strconv.FormatInt(s.Max, 10))
}

// Package organizationdoor is sign-in, the own account and the set-up of the organization: in the browser, in the API and on the
// command line.
//
//	ORG-1          page_centers.go, page_regions.go, page_rooms.go, page_days.go
//	ORG-2          page_staff.go, page_positions.go
//	ORG-3          page_roles.go
//	ORG-9, TRU-22  page_session.go, page_signin.go, page_password.go, page_account.go, page_totp.go
//	ORG-10         page_conflict.go
//	ORG-11         page_account.go
//	UI-L1          list_views.go, page_views.go
//	TRU-19         page_session.go (cookie, next only to own routes)
package organizationdoor

import (
	"context"
	"embed"
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Text holds what people read on these pages and in the shell around all pages.
//
//go:embed text/*.toml
var Text embed.FS

// Deps is what the pages need.
type Deps struct {
	Ops      *op.Runner
	Dir      *organization.Directory
	Access   *organization.Access
	Sessions Sessions
	Demo     []DemoLogin // ready-made logins, listed on the sign-in page of a demo
	Key      []byte      // master key: seals the first step of a sign-in with two
}

// DemoLogin is a ready-made login of the demo company. Its page offers it as a button.
type DemoLogin struct{ Login, Password, Role string }

type pages struct {
	Deps
	seal seal
}

// Public registers the pages that need no sign-in.
func Public(mux *http.ServeMux, d Deps) {
	p := pages{Deps: d, seal: newSeal(d.Key)}
	mux.Handle("GET "+web.SignInPath, web.Func(p.getSignIn))
	mux.Handle("POST "+web.SignInPath, web.Func(p.postSignIn))
	mux.Handle("POST "+web.SignOutPath, web.Func(p.postSignOut))
}

// Pages registers the pages behind the sign-in.
func Pages(mux *http.ServeMux, d Deps) {
	p := pages{Deps: d}
	for pattern, page := range map[string]web.Func{
		"GET " + PasswordPath:              p.getPassword,
		"POST " + PasswordPath:             p.postPassword,
		"POST " + web.PreferencesPath:      p.postPreferences,
		"GET /account":                     p.getAccount,
		"POST /account/sessions/{id}":      p.postEndSession,
		"POST /account/tokens":             p.postToken,
		"GET /account/totp":                p.getTOTP,
		"POST /account/totp":               p.postTOTP,
		"POST /account/totp/off":           p.postTOTPOff,
		"GET /centers":                     p.getCenters,
		"GET /centers/new":                 p.getNewCenter,
		"POST /centers/new":                p.postNewCenter,
		"GET /centers/{id}":                p.getCenter,
		"GET /centers/{id}/edit":           p.getEditCenter,
		"POST /centers/{id}/edit":          p.postEditCenter,
		"POST /centers/{id}/rooms":         p.postRoom,
		"GET /rooms/{id}/edit":             p.getEditRoom,
		"POST /rooms/{id}/edit":            p.postEditRoom,
		"GET /regions":                     p.getRegions,
		"POST /regions":                    p.postRegion,
		"GET /regions/{id}":                p.getRegion,
		"POST /regions/{id}":               p.postChangeRegion,
		"GET /staff":                       p.getStaffList,
		"GET /staff/new":                   p.getNewStaff,
		"POST /staff/new":                  p.postNewStaff,
		"GET /staff/{id}":                  p.getStaff,
		"GET /staff/{id}/edit":             p.getEditStaff,
		"POST /staff/{id}/edit":            p.postEditStaff,
		"POST /staff/{id}/positions":       p.postPosition,
		"POST /positions/{id}/end":         p.postEndPosition,
		"POST /staff/{id}/account":         p.postOpenAccount,
		"POST /accounts/{id}/password":     p.postResetPassword,
		"POST /accounts/{id}/state":        p.postAccountState,
		"GET /record-views":                p.getLooks,
		"GET /roles":                       p.getRoles,
		"GET /roles/{code}":                p.getRole,
		"GET " + web.ViewsPath:             p.getViews,
		"POST " + web.ViewsPath:            p.postView,
		"GET /views/new":                   p.getNewView,
		"GET /views/{id}":                  p.getView,
		"POST /views/{id}":                 p.postChangeView,
		"POST /views/{id}/mail":            p.postViewMail,
		"POST /views/{id}/delete":          p.postDeleteView,
		"GET /settings":                    p.getSettings,
		"POST /settings":                   p.postSetting,
		"GET /centers/{id}/cells/{field}":  centerCells.Get(d.Ops),
		"POST /centers/{id}/cells/{field}": centerCells.Post(d.Ops),
		"GET /rooms/{id}/cells/{field}":    roomCells.Get(d.Ops),
		"POST /rooms/{id}/cells/{field}":   roomCells.Post(d.Ops),
		"POST /account/notices":            p.postNotices,
		"GET /special-days":                p.getDays,
		"POST /special-days":               p.postDay,
		"GET /special-days/{id}":           p.getDay,
		"POST /special-days/{id}":          p.postChangeDay,
		"POST /special-days/{id}/remove":   p.postRemoveDay,
	} {
		mux.Handle(pattern, page)
	}
}

// read runs queries for the viewer of a request, in one snapshot.
func (p pages) read(r *http.Request, fn func(ctx context.Context, tx *op.Tx) error) error {
	return p.Ops.Read(r.Context(), fn)
}

// viewerOf gives who asks; the pages stand behind the sign-in.
func viewerOf(ctx context.Context) *policy.Viewer {
	if v, ok := op.ViewerOf(ctx); ok {
		return v
	}
	return &policy.Viewer{}
}

// may tells whether the viewer has a right at all; the operation asks again.
func may(ctx context.Context, right string) bool { return viewerOf(ctx).May(right) }

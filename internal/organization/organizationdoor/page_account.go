package organizationdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/web"
)

// accountView is one's own account: how the program looks, the sessions, the tokens (ORG-9, ORG-11).
type accountView struct {
	Me       organization.Account
	Session  id.ID
	Sessions []organization.Session
	Tokens   []organization.Session
	Issued   *issued
	Kinds    []process.NoticeKind
	Address  string // where mails go; "" where none is kept
}

// issued is a token that is shown once.
type issued struct{ Name, Token string }

func (p pages) getAccount(w http.ResponseWriter, r *http.Request) error {
	return p.showAccount(w, r, nil)
}

func (p pages) showAccount(w http.ResponseWriter, r *http.Request, shown *issued) error {
	me := signedIn(r.Context())
	v := accountView{Me: me.account, Session: me.session.ID, Issued: shown}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error {
		list, err := organization.OwnSessions(ctx, tx)
		for _, s := range list {
			switch s.Kind {
			case "token":
				v.Tokens = append(v.Tokens, s)
			case "feed": // has a page of its own
			default:
				v.Sessions = append(v.Sessions, s)
			}
		}
		if err != nil {
			return err
		}
		v.Kinds, err = process.ChosenNotices(ctx, tx, v.Me.ID)
		return err
	})
	if err != nil {
		return err
	}
	if m, ok := p.Dir.Staff(v.Me.Staff); ok {
		v.Address = m.Email
	}
	ctx := r.Context()
	name := orElse(viewerOf(ctx).Name, v.Me.Login)
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "account.title"), H1: t(ctx, "account.sentence", "name", name), Sub: v.Me.Login}, accountPage(v)))
}

// preferenceFields are what the menus and the account's form may change.
type preferenceFields struct {
	Lang    *string `json:"lang"`
	Theme   string  `json:"theme"`
	Density string  `json:"density"`
	Keys    string  `json:"keys"`
	Center  string  `json:"center"`
}

// postPreferences keeps in the account what the form names, and in the browser for the sign-in page.
func (p pages) postPreferences(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[preferenceFields](r)
	if err != nil {
		return err
	}
	in := organization.PreferencesInput{Lang: f.Lang}
	if r.PostForm.Has("theme") {
		in.Theme = &f.Theme
	}
	if r.PostForm.Has("density") {
		density := orElse(f.Density, "comfortable")
		in.Density = &density
	}
	if r.PostForm.Has("keys") {
		letters := f.Keys != "off"
		in.Letters = &letters
	}
	if r.PostForm.Has("center") {
		center, err := id.Parse(f.Center)
		if err != nil {
			center = id.None
		}
		in.Center = &center
	}
	if _, err := organization.SetPreferences.Run(r.Context(), p.Ops, in); err != nil {
		return err
	}
	return web.PostPreferences(nil)(w, r)
}

func (p pages) postEndSession(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "session")
	if err != nil {
		return err
	}
	if _, err := organization.EndSession.Run(r.Context(), p.Ops, organization.EndSessionInput{SessionID: key}); err != nil {
		return err
	}
	said := "account.session-ended"
	if r.PostForm.Get("_kind") == "token" {
		said = "token.revoked"
	}
	return web.Redirect(w, r, "/account", web.Status{Text: t(r.Context(), said), Tone: web.Good})
}

// postToken issues a token; the answer shows it, and nobody sees it again.
func (p pages) postToken(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.IssueTokenInput](r)
	var made organization.IssuedToken
	if err == nil {
		made, err = organization.IssueToken.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getAccount)
	}
	return p.showAccount(w, r, &issued{Name: in.Name, Token: made.Token})
}

// postNotices keeps which notices come by mail.
func (p pages) postNotices(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.ChooseNoticesInput](r)
	if err == nil {
		_, err = process.ChooseNotices.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getAccount)
	}
	return web.Redirect(w, r, "/account", web.Status{Text: t(r.Context(), "notices.saved", "count", len(in.Kinds)), Tone: web.Good})
}

// noticeOptions are the kinds to choose from, as a person reads them.
func (v accountView) noticeOptions(ctx context.Context) (list []web.Option) {
	for _, k := range v.Kinds {
		list = append(list, web.Option{Value: k.Name, Label: word(ctx, "notice-kind", k.Name), On: k.Mail})
	}
	return list
}

// device names a browser by what it says of itself.
func device(s organization.Session) string {
	if s.Agent == "" {
		return i18n.None
	}
	browser, system := "", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"MicroMessenger/", "WeChat"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if browser == "" && strings.Contains(s.Agent, b[0]) {
			browser = b[1]
		}
	}
	for _, o := range [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}} {
		if system == "" && strings.Contains(s.Agent, o[0]) {
			system = o[1]
		}
	}
	if browser == "" {
		name, _, _ := strings.Cut(s.Agent, " ")
		return name
	}
	return strings.TrimSuffix(browser+" · "+system, " · ")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

package organizationdoor

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// viewsView is the page of the saved views: one's own, and those that others share (UI-L1).
type viewsView struct {
	pages
	Own, Others []organization.ShownView
}

func (p pages) getViews(w http.ResponseWriter, r *http.Request) error {
	v := viewsView{pages: p}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) error {
		list, err := organization.Views(ctx, tx, organization.ViewFilter{})
		for _, w := range list {
			if w.Account == tx.Viewer.Account {
				v.Own = append(v.Own, w)
			} else {
				v.Others = append(v.Others, w)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "view.title"), H1: t(ctx, "view.sentence", "count", len(v.Own), "others", i18n.Count(ctx, len(v.Others)))}, viewsPage(v)))
}

// getNewView is the form beside the filters as a page of its own: where it was refused.
func (p pages) getNewView(w http.ResponseWriter, r *http.Request) error {
	f, ok := listViews{p.Deps}.formOf(r.Context(), r.FormValue("list")+"?"+r.FormValue("query"))
	if !ok {
		return problem.NotFound("page")
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "view.new", "list", p.listName(ctx, f.List))}, newViewPage(f)))
}

// postView saves a view and goes back to it.
func (p pages) postView(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[organization.SaveViewInput](r)
	if err == nil {
		_, err = organization.SaveView.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewView)
	}
	return web.Redirect(w, r, p.viewAddress(organization.View{List: in.List, Query: in.Query}), web.Status{Text: t(r.Context(), "view.saved", "name", in.Name), Tone: web.Good})
}

// viewView is one saved view: its name, who sees it, whether it is mailed.
type viewView struct {
	pages
	organization.ShownView
	Own bool
}

func (p pages) getView(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "view")
	if err != nil {
		return err
	}
	v := viewView{pages: p}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		v.ShownView, err = organization.ViewByID(ctx, tx, key)
		v.Own = v.Account == tx.Viewer.Account
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: v.Name, Sub: p.listName(r.Context(), v.List)}, viewPage(v)))
}

// changeViewForm is the name and who sees it.
type changeViewForm struct {
	Name   *string `json:"name"`
	Shared *string `json:"shared"`
}

func (p pages) postChangeView(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "view")
	if err != nil {
		return err
	}
	f, err := web.Decode[changeViewForm](r)
	if err == nil {
		in := organization.ChangeViewInput{ViewID: key, Name: f.Name, Shared: f.Shared}
		if base, err := strconv.ParseInt(web.Base(r), 10, 64); err == nil {
			in.Version = &base
		}
		if in.Name == nil {
			in.Name = new(string) // an empty field is no name
		}
		_, err = organization.ChangeView.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getView)
	}
	return web.Redirect(w, r, web.ViewsPath, web.Status{Text: t(r.Context(), "saved", "name", *f.Name), Tone: web.Good})
}

// postViewMail begins or ends the mails of a view to oneself.
func (p pages) postViewMail(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "view")
	if err != nil {
		return err
	}
	said, every := "view.unsubscribed", r.PostForm.Get("every")
	if every == "" {
		_, err = organization.UnsubscribeView.Run(r.Context(), p.Ops, organization.ViewInput{ViewID: key})
		if absent(err) {
			err = nil // it was not mailed: as wanted
		}
	} else {
		said = "view.subscribed"
		_, err = organization.SubscribeView.Run(r.Context(), p.Ops, organization.SubscribeViewInput{ViewID: key, Every: every})
	}
	if err != nil {
		return web.Again(w, r, err, p.getView)
	}
	return web.Redirect(w, r, viewPath(key), web.Status{Text: t(r.Context(), said), Tone: web.Good})
}

// absent tells whether an operation found nothing to do it on.
func absent(err error) bool {
	p, ok := problem.As(err)
	return ok && p.Status == http.StatusNotFound
}

func (p pages) postDeleteView(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "view")
	if err != nil {
		return err
	}
	if _, err := organization.DeleteView.Run(r.Context(), p.Ops, organization.ViewInput{ViewID: key}); err != nil {
		return err
	}
	return web.Redirect(w, r, web.ViewsPath, web.Status{Text: t(r.Context(), "view.deleted"), Tone: web.Good})
}

func viewPath(key id.ID, rest ...string) string {
	return strings.Join(append([]string{web.ViewsPath, key.String()}, rest...), "/")
}

// viewAddress is the page of a view's list as the view shows it.
func (p pages) viewAddress(w organization.View) string {
	l, ok := p.Dir.List(w.List)
	if !ok {
		return web.ViewsPath
	}
	return l.Address(l.Keep(w.Values()))
}

func (p pages) listName(ctx context.Context, path string) string {
	l, ok := p.Dir.List(path)
	if !ok {
		return path
	}
	return i18n.T(ctx, l.Name)
}

// sharedWith says who sees a view.
func (p pages) sharedWith(ctx context.Context, w organization.View) string {
	if w.Shared == organization.SharedCenter {
		return p.centerName(ctx, w.Center)
	}
	return word(ctx, "view-shared", w.Shared)
}

// mailed says how often the viewer gets a view by mail.
func mailed(ctx context.Context, w organization.ShownView) string {
	if w.Every == "" {
		return i18n.T(ctx, "web.view.not-mailed")
	}
	return word(ctx, "view-every", w.Every)
}

package app

import (
	"context"
	"net/http"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// homeRows is how much of a list a home page shows.
const homeRows = 5

// getHome opens the home page of the viewer's role.
func (p *pages) getHome(w http.ResponseWriter, r *http.Request) error {
	v, ok := op.ViewerOf(r.Context())
	if !ok {
		return p.nothing(w, r)
	}
	if page, ok := p.homeOf(p.home(v)); ok {
		return page(w, r)
	}
	return p.getPlainHome(w, r)
}

// homeView is the home page of a role without one of its own: what there is to do, what is new, where to go.
type homeView struct {
	Tasks    tasksView
	Messages messagesView
	Groups   []web.NavGroup
	Begin    []web.NavItem
	Idle     bool // no position is valid today
}

func (p *pages) getPlainHome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, _ := op.ViewerOf(ctx)
	tasks, err := p.tasks(ctx, false, 1)
	if err != nil {
		return err
	}
	messages, err := p.messages(ctx, id.None, homeRows)
	if err != nil {
		return err
	}
	tasks.Tasks = tasks.Tasks[:min(homeRows, len(tasks.Tasks))]
	f := p.frame(ctx)
	v := homeView{Tasks: tasks, Messages: messages, Begin: f.New, Idle: who.Role == ""}
	v.Groups = f.Nav[min(1, len(f.Nav)):] // the first one is this page and what stands on it
	page := web.Page{
		Title: shellText(ctx, "home"), H1: v.sentence(ctx), Lead: web.Text(i18n.DateTime(ctx, web.Now(ctx), web.Zone(ctx), web.Now(ctx))),
	}
	return web.Render(w, r, web.Shell(page, plainHome(v)))
}

func (v homeView) sentence(ctx context.Context) string {
	switch {
	case v.Idle:
		return shellText(ctx, "home-idle")
	case v.Tasks.Open > 0:
		return shellText(ctx, "home-tasks", "count", v.Tasks.Open)
	case v.Messages.Unread > 0:
		return shellText(ctx, "messages-unread", "count", v.Messages.Unread)
	}
	return shellText(ctx, "home-quiet")
}

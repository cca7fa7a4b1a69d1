package app

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/process"
	"zhike/internal/web"
)

// messagesView is what one was told, newest first.
type messagesView struct {
	Notices []process.Notice
	Unread  int
	Older   id.ID // cursor of the next page; none on the last
	Names   map[id.ID]string
	Recent  []op.Recent // what one can still undo; on the first page only
}

func (p *pages) getMessages(w http.ResponseWriter, r *http.Request) error {
	before, err := id.Parse(r.URL.Query().Get("before"))
	if err != nil {
		before = id.None
	}
	v, err := p.messages(r.Context(), before, pageRows)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: shellText(ctx, "messages"), H1: shellText(ctx, "messages-none")}
	if v.Unread > 0 {
		page.H1 = shellText(ctx, "messages-unread", "count", v.Unread)
		page.Aside = readAll(v.Notices[0].ID)
	}
	return web.Render(w, r, web.Shell(page, messagesPage(v)))
}

// messages reads notices older than one of them; the newest for none.
func (p *pages) messages(ctx context.Context, before id.ID, rows int) (v messagesView, err error) {
	who, _ := op.ViewerOf(ctx)
	if who == nil || who.Staff.IsNone() {
		return v, nil
	}
	err = p.read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, unread, err := process.Notices(ctx, tx, before, rows+1)
		if err != nil {
			return err
		}
		if len(list) > rows {
			list = list[:rows]
			v.Older = list[rows-1].ID
		}
		v.Notices, v.Unread = list, int(unread)
		var persons []id.ID
		for _, n := range list {
			persons = append(persons, n.Person)
		}
		if v.Names, err = personNames(ctx, tx, persons); err != nil || !before.IsNone() {
			return err
		}
		v.Recent, err = op.RecentActions(ctx, tx)
		return err
	})
	return v, err
}

// postUndo takes back what one did and goes back to where one was (UI-B2).
func (p *pages) postUndo(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "undo")
	if err != nil {
		return err
	}
	taken, err := p.Run.UndoRun(r.Context(), key)
	if err != nil {
		return err
	}
	words := shellText(r.Context(), "undone-now")
	if taken > 1 {
		words = shellText(r.Context(), "undone-run", "count", taken)
	}
	return web.Redirect(w, r, web.LocalPath(r.PostForm.Get("_next")), web.Status{Text: words, Tone: web.Good})
}

// postMessagesRead marks what was on the page as read; looking at the page alone changes nothing (TRU-19).
func (p *pages) postMessagesRead(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.ReadNoticesInput](r)
	if err != nil {
		return err
	}
	if _, err := process.ReadNotices.Run(r.Context(), p.Run, in); err != nil {
		return err
	}
	return web.Redirect(w, r, placeMessages.path, web.Status{Text: shellText(r.Context(), "messages-read"), Tone: web.Good})
}

// repeated is what happened, with how often where a bulk run did it more than once.
func repeated(ctx context.Context, what string, times int64) string {
	if times > 1 {
		return what + " × " + i18n.Count(ctx, times)
	}
	return what
}

func recentTable(ctx context.Context, v messagesView) web.Table {
	table := web.Table{Caption: shellText(ctx, "recent-actions"), Columns: []web.Column{
		{Label: shellText(ctx, "recent-actions")}, {Label: shellText(ctx, "message-when")}, {Label: i18n.T(ctx, "web.undo")},
	}}
	for _, a := range v.Recent {
		undo := web.ButtonForm{Action: web.UndoPath + a.ID.String(), Next: placeMessages.path, Button: web.Button{Label: i18n.T(ctx, "web.undo"), Hidden: i18n.T(ctx, "op."+a.Did), Small: true}}
		table.Rows = append(table.Rows, web.Row{ID: a.ID.String(), Cells: []templ.Component{web.Text(repeated(ctx, i18n.T(ctx, "op."+a.Did), a.N)), ago(a.At), undo}})
	}
	return table
}

func noticeTable(ctx context.Context, v messagesView) web.Table {
	table := web.Table{Caption: shellText(ctx, "messages"), Columns: []web.Column{
		{Label: shellText(ctx, "message")}, {Label: shellText(ctx, "task-person")}, {Label: shellText(ctx, "message-when")},
	}}
	for _, n := range v.Notices {
		table.Rows = append(table.Rows, web.Row{ID: n.ID.String(), Cells: []templ.Component{
			noticeName(n, n.Words(ctx, web.Zone(ctx), web.Now(ctx))), web.Text(orNone(v.Names[n.Person])), ago(n.Created),
		}})
	}
	return table
}

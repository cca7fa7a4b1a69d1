package app

import (
	"context"
	"net/http"
	"time"

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
		v.Names, err = personNames(ctx, tx, persons)
		return err
	})
	return v, err
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

// noticeText is what a notice says; times among its values are written for the reader.
func noticeText(ctx context.Context, n process.Notice) string {
	pairs := make([]any, 0, 2*len(n.Params))
	for name, value := range n.Params {
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			value = i18n.DateTime(ctx, at, web.Zone(ctx), web.Now(ctx))
		}
		pairs = append(pairs, name, value)
	}
	return i18n.T(ctx, "notice."+n.Kind, pairs...)
}

func noticeTable(ctx context.Context, v messagesView) web.Table {
	table := web.Table{Caption: shellText(ctx, "messages"), Columns: []web.Column{
		{Label: shellText(ctx, "message")}, {Label: shellText(ctx, "task-person")}, {Label: shellText(ctx, "message-when")},
	}}
	for _, n := range v.Notices {
		table.Rows = append(table.Rows, web.Row{ID: n.ID.String(), Cells: []templ.Component{
			noticeName(n, noticeText(ctx, n)), web.Text(orNone(v.Names[n.Person])), ago(n),
		}})
	}
	return table
}

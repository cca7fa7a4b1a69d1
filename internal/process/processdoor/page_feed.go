package processdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// feedView is the viewer's calendar feed.
type feedView struct {
	organization.Session
	Address string // shown once, when it was made
}

// feedPages are where one makes the address of the own calendar.
type feedPages struct {
	pages
	site string
}

// FeedPages registers the page of the own calendar; site is the address under which people reach the pages.
func FeedPages(mux *http.ServeMux, r *op.Runner, site string) {
	p := feedPages{pages{r}, strings.TrimSuffix(site, "/")}
	mux.Handle("GET /tasks/calendar", web.Func(p.getCalendar))
	mux.Handle("POST /tasks/calendar", web.Func(p.postCalendar))
	mux.Handle("POST /tasks/calendar/revoke", web.Func(p.postRevoke))
}

func (p feedPages) getCalendar(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, "")
}

func (p feedPages) show(w http.ResponseWriter, r *http.Request, address string) error {
	v := feedView{Address: address}
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.Session, err = organization.OwnFeed(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: tt(ctx, "calendar"), Lead: web.Text(tt(ctx, "calendar-lead"))}, calendarPage(v)))
}

// postCalendar makes a new address; the answer shows it, and nobody sees it again.
func (p feedPages) postCalendar(w http.ResponseWriter, r *http.Request) error {
	made, err := organization.RenewFeed.Run(r.Context(), p.ops, organization.RenewFeedInput{})
	if err != nil {
		return web.Again(w, r, err, p.getCalendar)
	}
	address := ""
	if made.Token != "" { // none where the form was sent twice
		address = p.site + feedPath + made.Token + ".ics"
	}
	return p.show(w, r, address)
}

func (p feedPages) postRevoke(w http.ResponseWriter, r *http.Request) error {
	var own organization.Session
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		own, err = organization.OwnFeed(ctx, tx)
		return err
	})
	if err == nil && !own.ID.IsNone() {
		_, err = organization.EndSession.Run(r.Context(), p.ops, organization.EndSessionInput{SessionID: own.ID})
	}
	if err != nil {
		return web.Again(w, r, err, p.getCalendar)
	}
	return web.Redirect(w, r, "/tasks/calendar", web.Status{Text: tt(r.Context(), "calendar-revoked"), Tone: web.Good})
}

func (v feedView) since(ctx context.Context) string {
	at := func(key string) string {
		when := v.Created
		if key == "calendar-read" {
			when = v.Seen
		}
		return tt(ctx, key, "time", i18n.DateTime(ctx, when, web.Zone(ctx), web.Now(ctx)))
	}
	if v.Seen.Equal(v.Created) {
		return at("calendar-since")
	}
	return at("calendar-since") + " " + at("calendar-read")
}

package insightdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/api"
	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// OutboxPages registers the page of the mails that wait, failed or left (TRU-7).
func OutboxPages(mux *http.ServeMux, run *op.Runner) {
	p := pages{run: run}
	mux.Handle("GET /outbox", web.Func(p.getOutbox))
	mux.Handle("POST /outbox/{id}/retry", web.Func(p.postRetry))
}

// OutboxAPI registers them for programs.
func OutboxAPI(a *api.API) {
	api.List(a, "/mails", "insight.mails", "mail:read", func(ctx context.Context, tx *op.Tx, q mailsQuery) (page.Page[insight.QueuedMail], error) {
		return insight.Outbox(ctx, tx, q.State, q.Q, q.Request())
	})
	api.Post(a, "/mails/{id}/retry", insight.RetryMail)
}

type mailsQuery struct {
	api.Paging
	State string `query:"state" enum:"waiting,sending,sent,failed"`
}

// outboxQuery is the page's address.
type outboxQuery struct {
	State string `json:"state" maxLength:"10"`
	Page  int    `json:"page"`
}

// outboxView is a page of the outbox.
type outboxView struct {
	Query  outboxQuery
	Counts map[string]int64
	page.Page[insight.QueuedMail]
	Retry bool
}

func (p pages) getOutbox(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Decode[outboxQuery](r)
	if err != nil {
		return err
	}
	v := outboxView{Query: q}
	v.Query.Page = max(q.Page, 1)
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if !tx.Viewer.May("mail:read") {
			return problem.Forbidden("mail:read")
		}
		v.Retry = tx.Viewer.May("mail:update")
		if v.Counts, err = insight.MailCounts(ctx, tx); err != nil {
			return err
		}
		v.Page, err = insight.Outbox(ctx, tx, q.State, "", page.Request{Limit: page.Usual, Offset: (v.Query.Page - 1) * page.Usual})
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: i18n.T(ctx, "outbox.title"), H1: v.sentence(ctx), Lead: web.Text(i18n.T(ctx, "outbox.lead"))}, outboxPage(v)))
}

func (p pages) postRetry(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "mail")
	if err != nil {
		return err
	}
	if _, err := insight.RetryMail.Run(r.Context(), p.run, insight.RetryMailInput{MailID: key}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/outbox", web.Status{Text: i18n.T(r.Context(), "outbox.retried"), Tone: web.Good})
}

func (v outboxView) sentence(ctx context.Context) string {
	waiting, failed := v.Counts[insight.MailWaiting]+v.Counts[insight.MailSending], v.Counts[insight.MailFailed]
	if waiting+failed == 0 {
		return i18n.T(ctx, "outbox.quiet")
	}
	return i18n.T(ctx, "outbox.sentence", "waiting", int(waiting), "failed", int(failed))
}

// reason words why a mail is not sent; detail is what the outbox notes of the last try.
func reason(ctx context.Context, m insight.QueuedMail) (words, detail string) {
	if m.Problem == "" {
		return "", ""
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(m.Problem, "mail "), " ")
	switch {
	case !strings.HasPrefix(m.Problem, "mail "):
		word = "other"
	case word == "not-now" && m.State == insight.MailFailed:
		word = "gave-up"
	}
	return i18n.T(ctx, "outbox.reasons."+word), m.Problem
}

// subject says what a mail is.
func subject(ctx context.Context, m insight.QueuedMail) string {
	if m.Report != "" {
		return i18n.T(ctx, "report."+m.Report)
	}
	return i18n.T(ctx, "outbox.kinds."+m.Kind)
}

package rolloutdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/rollout"
	"zhike/internal/web"
)

// fb is a text of the pages of feedback.
func fb(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "feedback."+key, pairs...)
}

// getNewFeedback is the dialog of the shell as a page of its own: without script, or where it was refused.
func (p pages) getNewFeedback(w http.ResponseWriter, r *http.Request) error {
	if _, err := viewer(r.Context(), "feedback:create"); err != nil {
		return err
	}
	about := r.FormValue("page")
	if about == "" {
		about = "/"
	}
	return web.Render(w, r, web.Shell(web.Page{H1: i18n.T(r.Context(), "web.feedback")}, newFeedbackPage(about)))
}

// postFeedback keeps it and goes back to the page.
func (p pages) postFeedback(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[rollout.GiveFeedbackInput](r)
	if err == nil {
		_, err = rollout.GiveFeedback.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewFeedback)
	}
	return web.Redirect(w, r, web.LocalPath(in.Page), web.Status{Text: fb(r.Context(), "thanks"), Tone: web.Good})
}

// feedbackQuery is the list's address.
type feedbackQuery struct {
	State string `json:"state" maxLength:"10"`
	Page  int    `json:"page"`
}

// feedbackView is a page of the list.
type feedbackView struct {
	pages
	page.Page[rollout.Feedback]

	Query  feedbackQuery
	Counts map[string]int64
}

func (p pages) getFeedback(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := viewer(ctx, "feedback:read"); err != nil {
		return err
	}
	q, err := web.Decode[feedbackQuery](r)
	if err != nil {
		return err
	}
	q.Page = max(q.Page, 1)
	v := feedbackView{pages: p, Query: q}
	err = p.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Counts, err = rollout.FeedbackCounts(ctx, tx); err != nil {
			return err
		}
		v.Page, err = rollout.FeedbackList(ctx, tx, q.State, page.Request{Limit: page.Usual, Offset: (q.Page - 1) * page.Usual})
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{Title: fb(ctx, "title"), H1: fb(ctx, "sentence", "count", int(v.Counts["open"])), Lead: web.Text(fb(ctx, "lead"))}, feedbackPage(v)))
}

// oneFeedback is a feedback with what came of it.
type oneFeedback struct {
	pages
	rollout.Feedback

	MayAnswer bool
}

func (p pages) getOneFeedback(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feedback(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	who, _ := op.ViewerOf(ctx)
	v := oneFeedback{pages: p, Feedback: f, MayAnswer: f.State == "open" && who.May("feedback:update")}
	return web.Render(w, r, web.Shell(web.Page{Title: fb(ctx, "title"), H1: fb(ctx, "categories."+f.Category), Sub: fb(ctx, "states."+f.State)}, oneFeedbackPage(v)))
}

func (p pages) feedback(r *http.Request) (f rollout.Feedback, err error) {
	if _, err := viewer(r.Context(), "feedback:read"); err != nil {
		return f, err
	}
	key, err := web.PathID(r, "id", "feedback")
	if err != nil {
		return f, err
	}
	err = p.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		f, err = rollout.FeedbackByID(ctx, tx, key)
		return err
	})
	return f, err
}

// shownPolicy lets a kept page be drawn and nothing of it run: no script, no form, no frame; only our own page may frame it.
const shownPolicy = "sandbox allow-same-origin; default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// getShownPage is the page that came with a feedback, as it was shown.
func (p pages) getShownPage(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feedback(r)
	if err != nil {
		return err
	}
	text, err := f.Shown()
	if err != nil {
		return err
	}
	if text == "" {
		return problem.NotFound("page")
	}
	h := w.Header()
	h.Set("Content-Security-Policy", shownPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(text)) //nolint:gosec // the policy above lets nothing of it run
	return err
}

func (p pages) postAnswer(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "feedback")
	if err != nil {
		return err
	}
	in, err := web.Decode[rollout.AnswerFeedbackInput](r)
	if err == nil {
		in.FeedbackID = key
		_, err = rollout.AnswerFeedback.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getOneFeedback)
	}
	return web.Redirect(w, r, feedbackPath(key), web.Status{Text: fb(r.Context(), "answered"), Tone: web.Good})
}

func feedbackPath(key id.ID) string { return "/feedback/" + key.String() }

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"

	"github.com/a-h/templ"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Func is a handler of a page. What it returns is answered in the viewer's language: a refusal with its words, anything else with an id
// that the log knows. The idempotency key of a form (TRU-2) is in the context of what it runs.
type Func func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler.
func (f Func) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	note(r.Context(), r.Pattern)
	if !isUpload(r) { // an upload is streamed by its own handler
		if err := parseForm(r); err != nil {
			Fail(w, r, err)
			return
		}
		r = Keyed(r)
	}
	if r.Method == http.MethodPost {
		r = r.WithContext(op.WithUndo(r.Context()))
	}
	if err := f(w, r); err != nil {
		Fail(w, r, err)
	}
}

// Keyed puts the idempotency key of a form that was read into the context. Func has done it, except for uploads.
func Keyed(r *http.Request) *http.Request {
	key := r.PostForm.Get("_key")
	if key == "" {
		return r
	}
	return r.WithContext(op.WithKey(r.Context(), key))
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws a component as the answer. Nothing is sent where drawing fails.
func Render(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	return render(w, r, statusOf(r.Context()), c)
}

func render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := c.Render(r.Context(), b); err != nil {
		return fmt.Errorf("draw %s: %w", r.Pattern, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "HX-Request")
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}

// IsFragment tells whether a part of a page is asked for, by a swap.
func IsFragment(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// Redirect goes to another page of this program after a form was done, and nowhere else (TRU-19); the page says what happened, with its
// undo.
func Redirect(w http.ResponseWriter, r *http.Request, to string, status ...Status) error {
	to = LocalPath(to)
	for _, s := range status {
		http.SetCookie(w, s.Offering(r.Context()).cookie(r))
	}
	if IsFragment(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // LocalPath lets no other place through
	return nil
}

// PathID reads an id of the path; what is none names a record that does not exist (404 of kind).
func PathID(r *http.Request, name, kind string) (id.ID, error) {
	v, err := id.Parse(r.PathValue(name))
	if err != nil {
		return id.None, problem.NotFound(kind)
	}
	return v, nil
}

// Base is the version of the record that a form was opened with (ORG-10); "" where the form has none.
func Base(r *http.Request) string { return r.PostForm.Get("_base") }

// Fail answers with an error: for a swap the words in the page's place for errors, for a page a whole page (UI-B7).
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "request failed",
			slog.String("request_id", RequestID(r.Context())), slog.String("route", routeOf(r)), slog.String("error", err.Error()))
	}
	if seconds, ok := p.Args["seconds"]; ok && p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", fmt.Sprint(seconds))
	}
	if p.Status == http.StatusUnauthorized {
		toSignIn(w, r)
		return
	}
	page := Shell(errorPage(r.Context(), p), problemBody(p))
	if IsFragment(r) {
		w.Header().Set("HX-Retarget", "#problem")
		w.Header().Set("HX-Reswap", "innerHTML")
		w.Header().Set("X-Problem", "yes")
		r, page = r.WithContext(WithProblem(r.Context(), p, r.PostForm)), ErrorSummary{}
	}
	if err := render(w, r, p.Status, page); err != nil && r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "error page failed", slog.String("request_id", RequestID(r.Context())), slog.String("error", err.Error()))
		http.Error(w, http.StatusText(p.Status), p.Status)
	}
}

func toSignIn(w http.ResponseWriter, r *http.Request) {
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet || IsFragment(r) {
		next = "/"
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && u.Path != "" {
			next = u.RequestURI()
		}
	}
	to := SignInPath + "?" + url.Values{"_next": {LocalPath(next)}}.Encode()
	if IsFragment(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// problemOf gives the problem of an error; one that the caller cannot mend is "internal", a missed deadline "unavailable".
func problemOf(err error) *problem.Problem {
	if p, ok := problem.As(err); ok {
		return p
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return (&problem.Problem{Status: http.StatusRequestEntityTooLarge, Code: "too-large"}).With("limit", tooLarge.Limit>>20)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable"}
	}
	return &problem.Problem{Status: http.StatusInternalServerError, Code: "internal"}
}

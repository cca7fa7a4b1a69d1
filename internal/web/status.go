package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"zhike/internal/kernel/op"
)

// Status is what the strip at the foot says after something was done (UI-B2).
type Status struct {
	Text string `json:"t"`
	Undo string `json:"u,omitempty"` // address of a POST that takes it back; "" where it cannot be
	Tone Tone   `json:"c,omitempty"`
}

const statusCookie = "zhike_done"

type statusKey struct{}

// WithStatus makes a page say what was done.
func WithStatus(ctx context.Context, s Status) context.Context {
	return context.WithValue(ctx, statusKey{}, s)
}

func said(ctx context.Context) (Status, bool) {
	s, ok := ctx.Value(statusKey{}).(Status)
	return s, ok
}

// UndoPath is where what was done is taken back: followed by the id of the offer.
const UndoPath = "/undo/"

// Offering adds the undo that the operations of the request offered.
func (s Status) Offering(ctx context.Context) Status {
	if offer := op.Offered(ctx); s.Undo == "" && !offer.IsNone() {
		s.Undo = UndoPath + offer.String()
	}
	return s
}

// cookie carries the status over a redirect, for one page.
func (s Status) cookie(r *http.Request) *http.Cookie {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // plain strings
	}
	return &http.Cookie{ //nolint:gosec // Secure wherever there is TLS; it is read once
		Name: statusCookie, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/", MaxAge: 60,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	}
}

// takeStatus reads the status of the last form where a whole page is asked for, and forgets it.
func takeStatus(w http.ResponseWriter, r *http.Request) (Status, bool) {
	c, err := r.Cookie(statusCookie)
	if err != nil || r.Method != http.MethodGet || IsFragment(r) {
		return Status{}, false
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return Status{}, false
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // as above
		Name: statusCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	var s Status
	if err != nil || json.Unmarshal(b, &s) != nil || s.Text == "" {
		return Status{}, false
	}
	if s.Undo != "" {
		s.Undo = LocalPath(s.Undo)
	}
	return s, true
}

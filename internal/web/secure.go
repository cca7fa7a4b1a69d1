package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/problem"
)

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain wraps h so that the first middleware sees a request first.
func Chain(h http.Handler, outer ...Middleware) http.Handler {
	for _, m := range slices.Backward(outer) {
		h = m(h)
	}
	return h
}

// policy forbids everything that is not served from here: no inline script, no style attribute, no frame (TRU-18).
const contentPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"

// Headers sets the security headers of every answer.
func Headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// SameOrigin refuses forms that another site sends (403 cross-origin). trusted are further origins, as https://host.
func SameOrigin(trusted ...string) (Middleware, error) {
	c := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := c.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	c.SetDenyHandler(Func(func(http.ResponseWriter, *http.Request) error {
		return &problem.Problem{Status: http.StatusForbidden, Code: "cross-origin"}
	}))
	return c.Handler, nil
}

type requestIDKey struct{}

// RequestIDs gives each request an id, which the answer carries as X-Request-Id.
func RequestIDs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := uuid.NewString()
		w.Header().Set("X-Request-Id", key)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, key)))
	})
}

// RequestID gives the id of the request; "" outside of one.
func RequestID(ctx context.Context) string {
	key, _ := ctx.Value(requestIDKey{}).(string)
	return key
}

// Limit is how much a request may send and how long it may take.
type Limit struct {
	Body int64 // bytes
	Time time.Duration
}

// Limits holds requests to a limit; of may give a route another one (uploads) and returns zero where it has none.
func Limits(usual Limit, of func(*http.Request) Limit) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			limit := usual
			if of != nil {
				if own := of(r); own != (Limit{}) {
					limit = own
				}
			}
			ctx, cancel := context.WithTimeout(r.Context(), limit.Time)
			defer cancel()
			r = r.WithContext(ctx)
			r.Body = http.MaxBytesReader(w, r.Body, limit.Body)
			next.ServeHTTP(w, r)
		})
	}
}

// Recover answers a panic with 500 and logs where it was.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(cause)
			}
			Fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// Speak puts what pages read into the context: catalogue and language, preferences, the present and its zone, the page's address, and
// what the last form did.
func Speak(c *i18n.Catalogue, now func() time.Time, zone *time.Location) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p := readPreferences(r)
			ctx := i18n.WithCatalogue(r.Context(), c, p.Lang)
			ctx = WithPreferences(ctx, p)
			ctx = WithMoment(ctx, now(), zone)
			ctx = WithRequest(ctx, r)
			if s, ok := takeStatus(w, r); ok {
				ctx = WithStatus(ctx, s)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// WithRequest lets the shell know the page's address. For a swap that is the page around it.
func WithRequest(ctx context.Context, r *http.Request) context.Context {
	u := r.URL
	if IsFragment(r) {
		if page, err := u.Parse(r.Header.Get("HX-Current-URL")); err == nil && page.Path != "" {
			u = page
		}
	}
	return context.WithValue(ctx, requestKey{}, u)
}

// Embeddable lets a page stand in a frame of another site: hosted forms, which need no cookie, do nothing for who is signed in, and take only what a person
// fills in.
func Embeddable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", strings.Replace(contentPolicy, "frame-ancestors 'none'", "frame-ancestors *", 1))
		h.Del("X-Frame-Options")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Del("Cross-Origin-Opener-Policy")
		next.ServeHTTP(w, r)
	})
}

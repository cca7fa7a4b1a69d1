package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Prefix is where the API lies.
const Prefix = "/api/v1"

// Limits of a request (TRU-23).
const (
	MaxBody = 1 << 20
	MaxTime = 30 * time.Second
)

// Config is what the API needs. Only Catalogue is needed to print the document.
type Config struct {
	Version   string // of the program
	Catalogue *i18n.Catalogue
	Ops       *op.Runner
	Log       *slog.Logger
	// Identify tells who holds a token; refused tokens are problems with status 401.
	Identify func(ctx context.Context, token string) (Caller, error)
	// RequestID gives the id that the log knows a request by.
	RequestID func(ctx context.Context) string
	ByAccount Rate // zero: 50 a second, 300 at once
	ByAddress Rate // zero: 100 a second, 600 at once
	// Address names who calls before it is known who signs in; nil: the address of the connection.
	Address func(r *http.Request) string
}

// Caller is who holds a token.
type Caller struct {
	Viewer     *policy.Viewer
	Session    id.ID
	Lang       string
	MustChange bool // may only choose another password
	Holder     any  // the account, for the door that signs in
}

// API collects routes and serves them.
type API struct {
	Config
	huma       huma.API
	mux        *http.ServeMux
	gets       map[string]bool // paths that GET answers
	operations map[string]string
	byAddress  *limiter
	byAccount  *limiter
}

// New makes an API without routes.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Address == nil {
		c.Address = address
	}
	a := &API{
		Config: c, mux: http.NewServeMux(), gets: map[string]bool{}, operations: map[string]string{},
		byAddress: newLimiter(c.ByAddress.or(Rate{100, 600})), byAccount: newLimiter(c.ByAccount.or(Rate{50, 300})),
	}
	config := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Zhike", Version: c.Version, Description: a.text(i18n.EN, "api.about"),
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers:  []*huma.Server{{URL: Prefix}},
		Security: []map[string][]string{{"token": {}}},
		Components: &huma.Components{
			Schemas: newRegistry(), Responses: map[string]*huma.Response{},
			SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: a.text(i18n.EN, "api.token")}},
		},
	}, Formats: huma.DefaultFormats, DefaultFormat: "application/json"}
	a.huma = huma.NewAPI(config, humago.NewAdapter(a.mux, Prefix))
	a.schema().Schema(problemType, true, "")
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", a.getDocument)
	a.docs()
	return a
}

func (a *API) text(lang i18n.Lang, key string, pairs ...any) string {
	if a.Catalogue == nil {
		return key
	}
	return a.Catalogue.Text(lang, key, pairs...)
}

func (a *API) schema() huma.Registry { return a.huma.OpenAPI().Components.Schemas }

// Document gives the OpenAPI document, indented.
func (a *API) Document() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("write document: %w", err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("write document: %w", err)
	}
	b, err := json.MarshalIndent(tree, "", "  ") // maps are written in the order of their keys
	if err != nil {
		return nil, fmt.Errorf("write document: %w", err)
	}
	return append(b, '\n'), nil
}

// Operations maps the names of registered operations to method and path.
func (a *API) Operations() map[string]string { return a.operations }

func (a *API) getDocument(w http.ResponseWriter, r *http.Request) {
	b, err := a.Document()
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(b)
}

// ServeHTTP implements http.Handler for everything under /api/.
func (a *API) ServeHTTP(w http.ResponseWriter, outer *http.Request) {
	ctx, cancel := context.WithTimeout(outer.Context(), MaxTime)
	defer cancel()
	r := outer.WithContext(i18n.WithCatalogue(ctx, a.Catalogue, accepted(outer.Header.Get("Accept-Language"), i18n.ZH)))
	defer func() { outer.Pattern = r.Pattern }() // for the access log
	defer a.rescue(w, r)
	if wait := a.byAddress.wait(a.Address(r), a.now()); wait > 0 {
		a.fail(w, r, tooOften(wait))
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		a.fail(w, r, a.nowhere(w, r))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// nowhere says why no route answers: no such path, or another method.
func (a *API) nowhere(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := a.mux.Handler(other); pattern != "" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		return problem.NotFound("path")
	}
	list := strings.Join(allowed, ", ")
	w.Header().Set("Allow", list)
	return (&problem.Problem{Status: http.StatusMethodNotAllowed, Code: "method-not-allowed"}).With("list", list)
}

// rescue answers a panic with 500: it is logged, and nothing of it leaves the program.
func (a *API) rescue(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(cause)
	}
	a.fail(w, r, fmt.Errorf("panic: %v\n%s", cause, stack()))
}

func (a *API) now() time.Time {
	if a.Ops == nil {
		return time.Time{}
	}
	return a.Ops.Clock.Now()
}

type callerKey struct{}

// CallerOf gives who calls; zero on a public route.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// authenticate puts who calls into the context. A caller who must change the password may do nothing else.
func (a *API) authenticate(r *http.Request, always bool) (*http.Request, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return r, problem.Unauthorized("unauthorized")
	}
	c, err := a.Identify(r.Context(), token)
	if err != nil {
		return r, err
	}
	ctx := context.WithValue(op.WithViewer(r.Context(), c.Viewer), callerKey{}, c)
	r = r.WithContext(i18n.WithLang(ctx, accepted(r.Header.Get("Accept-Language"), i18n.ParseLang(c.Lang))))
	if wait := a.byAccount.wait(c.Viewer.Account.String(), a.now()); wait > 0 {
		return r, tooOften(wait)
	}
	if c.MustChange && !always {
		return r, &problem.Problem{Status: http.StatusForbidden, Code: "must-change-password", Rule: "ORG-9"}
	}
	return r, nil
}

// accepted reads the first language of Accept-Language that the program has.
func accepted(header string, or i18n.Lang) i18n.Lang {
	for part := range strings.SplitSeq(strings.ToLower(header), ",") {
		code, _, _ := strings.Cut(strings.TrimSpace(part), "-")
		code, _, _ = strings.Cut(code, ";")
		if slices.Contains(i18n.Langs, i18n.Lang(code)) {
			return i18n.Lang(code)
		}
	}
	return or
}

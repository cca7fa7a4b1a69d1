package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// route is one method of one path.
type route struct {
	method, path string
	name         string // of the operation or query
	runs         string // name of the operation, where a call runs one
	rule, needs  string
	status       int
	public       bool // needs no sign-in
	always       bool // also for who has to change the password
	keyless      bool // takes no idempotency key
	params       []param
	body         *huma.Schema // nil: none
	answer       *huma.Schema // nil: none
	run          func(r *http.Request) (any, error)
	form         reflect.Type // fields beside a file; nil: takes no form
	upload       func(r *http.Request) (any, error)
}

// Option adjusts a route.
type Option func(*route)

// Status answers with another status than 201 for what creates and 200 for all else.
func Status(code int) Option { return func(rt *route) { rt.status = code } }

// Public lets everybody call the route.
func Public() Option { return func(rt *route) { rt.public, rt.always = true, true } }

// Always lets those call the route who have to change the password first.
func Always() Option { return func(rt *route) { rt.always = true } }

// Runs names the operation of the register that a Call runs.
func Runs(o op.Any) Option {
	return func(rt *route) {
		d := o.Describe()
		rt.runs, rt.rule = d.Name, d.Rule
	}
}

// Keyless takes no idempotency key: for secrets, which are kept nowhere.
func Keyless() Option { return func(rt *route) { rt.keyless = true } }

// Post runs an operation: its input is the body, fields tagged path come from the path. It answers 201 where the operation creates,
// else 200.
func Post[In, Out any](a *API, path string, o op.Op[In, Out], options ...Option) {
	write(a, http.MethodPost, path, o, same[Out], options)
}

// PostAs is Post whose answer is made from the operation's: for what is shown once and never kept.
func PostAs[In, Out, View any](a *API, path string, o op.Op[In, Out], view func(Out) View, options ...Option) {
	write(a, http.MethodPost, path, o, view, options)
}

// PostWith is Post that answers with what a query reads once the operation is committed.
func PostWith[In, Out, View any](a *API, path string, o op.Op[In, Out], query func(ctx context.Context, tx *op.Tx, out Out) (View, error), options ...Option) {
	rt := routeOf(http.MethodPost, path, o, options)
	run := runner(a, rt, o)
	rt.run = func(r *http.Request) (any, error) {
		out, err := run(r)
		if err != nil {
			return nil, err
		}
		var view View
		err = a.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
			view, err = query(ctx, tx, out)
			return err
		})
		return view, err
	}
	add[View](a, rt, "op."+o.Name)
}

// Patch runs an operation that changes a record. If-Match names the version that the change starts from (ORG-10).
func Patch[In, Out any](a *API, path string, o op.Op[In, Out], options ...Option) {
	write(a, http.MethodPatch, path, o, same[Out], options)
}

// Delete runs an operation that ends something; it answers 204.
func Delete[In, Out any](a *API, path string, o op.Op[In, Out], options ...Option) {
	write(a, http.MethodDelete, path, o, func(Out) struct{} { return struct{}{} }, append([]Option{Status(http.StatusNoContent)}, options...))
}

func same[T any](v T) T { return v }

func write[In, Out, View any](a *API, method, path string, o op.Op[In, Out], view func(Out) View, options []Option) {
	rt := routeOf(method, path, o, options)
	run := runner(a, rt, o)
	rt.run = func(r *http.Request) (any, error) {
		out, err := run(r)
		if err != nil {
			return nil, err
		}
		return view(out), nil
	}
	add[View](a, rt, "op."+o.Name)
}

func routeOf[In, Out any](method, path string, o op.Op[In, Out], options []Option) *route {
	rt := &route{method: method, path: path, name: o.Name, runs: o.Name, rule: o.Rule, needs: o.Needs, status: http.StatusOK}
	if method == http.MethodPost && strings.HasSuffix(o.Needs, ":create") {
		rt.status = http.StatusCreated
	}
	for _, change := range options {
		change(rt)
	}
	return rt
}

func runner[In, Out any](a *API, rt *route, o op.Op[In, Out]) func(r *http.Request) (Out, error) {
	decode := input[In](a, rt)
	return func(r *http.Request) (out Out, err error) {
		in, ctx, err := decode(r)
		if err != nil {
			return out, err
		}
		return o.Run(ctx, a.Ops, in)
	}
}

// Call registers a route that is no operation of the register, such as the sign-in. Its input is the body; name is query.<name> in
// the catalogue.
func Call[In, Out any](a *API, method, path, name string, do func(r *http.Request, in In) (Out, error), options ...Option) {
	rt := &route{method: method, path: path, name: name, status: http.StatusOK}
	for _, change := range options {
		change(rt)
	}
	decode := input[In](a, rt)
	rt.run = func(r *http.Request) (any, error) {
		if rt.isForm(r) {
			return rt.take(r)
		}
		in, ctx, err := decode(r)
		if err != nil {
			return nil, err
		}
		return do(r.WithContext(ctx), in)
	}
	add[Out](a, rt, "query."+name)
}

// Get registers a query: params are a struct whose fields are tagged path or query; needs is the right to ask at all. The name of
// the query for people is query.<name> in the catalogue. The version of what it gives becomes the ETag.
func Get[Params, Out any](a *API, path, name, needs string, query func(ctx context.Context, tx *op.Tx, p Params) (Out, error), options ...Option) {
	rt := &route{method: http.MethodGet, path: path, name: name, needs: needs, status: http.StatusOK}
	for _, change := range options {
		change(rt)
	}
	rt.params = params(a.schema(), reflect.TypeFor[Params](), path, true)
	rt.run = func(r *http.Request) (any, error) {
		var p Params
		if err := readParams(a.schema(), rt.params, r, reflect.ValueOf(&p).Elem()); err != nil {
			return nil, err
		}
		var out Out
		err := a.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
			out, err = query(ctx, tx, p)
			return err
		})
		return out, err
	}
	a.gets[path] = true
	add[Out](a, rt, "query."+name)
}

// Paging is how a list is asked for; params of lists embed it.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	Sort   string `query:"sort" maxLength:"40" doc:"a leading - turns it round"`
	Q      string `query:"q" maxLength:"200" doc:"what the list is searched for"`
}

// Request is what a page of the kernel asks for.
func (p Paging) Request() page.Request {
	r := page.Request{Sort: p.Sort, Cursor: p.Cursor, Limit: p.Limit}
	if r.Limit == 0 {
		r.Limit = page.Usual
	}
	return r
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next_cursor" doc:"null on the last page"`
	Total int64   `json:"total"`
}

// PageOf makes the page of an answer.
func PageOf[T any](items []T, next string, total int64) Page[T] {
	p := Page[T]{Items: items, Total: total}
	if p.Items == nil {
		p.Items = []T{}
	}
	if next != "" {
		p.Next = &next
	}
	return p
}

// List registers a query that gives a page.
func List[Params, T any](a *API, path, name, needs string, query func(ctx context.Context, tx *op.Tx, p Params) (page.Page[T], error), options ...Option) {
	Get(a, path, name, needs, func(ctx context.Context, tx *op.Tx, p Params) (Page[T], error) {
		out, err := query(ctx, tx, p)
		return PageOf(out.Items, out.Next, out.Total), err
	}, options...)
}

// add puts a route into the document and serves it.
func add[Out any](a *API, rt *route, key string) {
	out := reflect.TypeFor[Out]()
	if out != reflect.TypeFor[struct{}]() {
		rt.answer = a.schema().Schema(out, true, title(rt.name))
	}
	if rt.runs != "" {
		a.operations[rt.runs] = rt.method + " " + rt.path
	}
	d := a.describe(rt, key)
	a.huma.OpenAPI().AddOperation(d)
	a.huma.Adapter().Handle(d, func(c huma.Context) {
		r, w := humago.Unwrap(c)
		a.serve(w, r, rt)
	})
}

func (a *API) serve(w http.ResponseWriter, outer *http.Request, rt *route) {
	r := outer
	var err error
	if !rt.public {
		r, err = a.authenticate(outer, rt.always)
	}
	if err == nil && rt.needs != "" && !CallerOf(r.Context()).Viewer.May(rt.needs) {
		err = problem.Forbidden(rt.needs)
	}
	var body any
	if err == nil {
		body, err = rt.run(r)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if rt.answer == nil {
		body = nil
	}
	a.answer(w, rt, body)
}

// describe writes the route's part of the document.
func (a *API) describe(rt *route, key string) *huma.Operation {
	d := &huma.Operation{
		Method: rt.method, Path: rt.path, OperationID: rt.name, Tags: []string{tag(rt.path)},
		Summary: a.text(i18n.EN, key), Extensions: map[string]any{"x-summary-zh": a.text(i18n.ZH, key)}, Responses: map[string]*huma.Response{},
	}
	if rt.needs != "" {
		d.Description = a.text(i18n.EN, "api.needs", "right", rt.needs)
		d.Extensions["x-right"] = rt.needs
	}
	if rt.rule != "" {
		d.Extensions["x-rule"] = rt.rule
	}
	if rt.public {
		d.Security = []map[string][]string{{}}
	}
	for _, p := range rt.params {
		d.Parameters = append(d.Parameters, &huma.Param{Name: p.name, In: p.in, Required: p.required, Schema: p.schema, Description: p.doc})
	}
	if rt.method == http.MethodPost && !rt.keyless {
		most := maxKey
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: keyHeader, In: "header", Description: a.text(i18n.EN, "api.key"), Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most},
		})
	}
	if rt.method == http.MethodPatch {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "If-Match", In: "header", Description: a.text(i18n.EN, "api.if-match"), Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if rt.body != nil {
		d.RequestBody = &huma.RequestBody{Required: len(a.resolve(rt.body).Required) > 0, Content: map[string]*huma.MediaType{"application/json": {Schema: rt.body}}}
	}
	if rt.form != nil {
		d.RequestBody.Content[formType] = &huma.MediaType{Schema: a.formSchema(rt)}
	}
	ok := &huma.Response{Description: http.StatusText(rt.status)}
	if rt.answer != nil {
		ok.Content = map[string]*huma.MediaType{"application/json": {Schema: rt.answer}}
	}
	d.Responses[strconv.Itoa(rt.status)] = ok
	for _, status := range rt.refusals() {
		d.Responses[strconv.Itoa(status)] = a.refusal(status)
	}
	return d
}

// refusal is the response of a problem document, written once in the document.
func (a *API) refusal(status int) *huma.Response {
	shared := a.huma.OpenAPI().Components.Responses
	name := "Problem" + strconv.Itoa(status)
	if shared[name] == nil {
		shared[name] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
		}
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// refusals lists the statuses that a route may refuse with.
func (rt *route) refusals() []int {
	list := []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if !rt.public || rt.body != nil {
		list = append(list, http.StatusUnauthorized)
	}
	if !rt.public {
		list = append(list, http.StatusForbidden)
	}
	if rt.method != http.MethodGet {
		list = append(list, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if rt.method == http.MethodPatch {
		list = append(list, http.StatusPreconditionFailed)
	}
	slices.Sort(list)
	return list
}

func (a *API) resolve(s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return a.schema().SchemaFromRef(s.Ref)
	}
	return s
}

// tag groups paths by their first part.
func tag(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

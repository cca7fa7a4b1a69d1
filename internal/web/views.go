package web

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// ViewsPath is the page of the saved views; a POST saves one.
const ViewsPath = "/views"

// ListViews are the saved views of the list that a page shows (UI-L1). A page that is no such list has none, and no form.
type ListViews interface {
	// Tabs are those that the viewer sees.
	Tabs(ctx context.Context) []Tab
	// Form is what saves the list as it is shown.
	Form(ctx context.Context) (SaveForm, bool)
}

// SaveForm saves a list as it is shown.
type SaveForm struct {
	List, Query string
	Searched    bool // the address holds a search, which no view keeps
	Sharing     []Option
}

type listViewsKey struct{}

// WithListViews says which views a list has. They are asked for only where the list's tabs and filters are drawn.
func WithListViews(ctx context.Context, v ListViews) context.Context {
	return context.WithValue(ctx, listViewsKey{}, v)
}

func savedTabs(ctx context.Context) []Tab {
	if v, ok := ctx.Value(listViewsKey{}).(ListViews); ok {
		return v.Tabs(ctx)
	}
	return nil
}

func saveForm(ctx context.Context) (SaveForm, bool) {
	if v, ok := ctx.Value(listViewsKey{}).(ListViews); ok {
		return v.Form(ctx)
	}
	return SaveForm{}, false
}

// withSaved puts the saved views after the fixed ones. Where one of them is shown, no fixed one is.
func (t Tabs) withSaved(ctx context.Context) []Tab {
	if !t.Saved {
		return t.Items
	}
	saved := savedTabs(ctx)
	for i := range saved {
		saved[i].Href = carrying(ctx, saved[i].Href, t.Keep)
	}
	items := slices.Concat(t.Items, saved)
	if slices.ContainsFunc(saved, func(s Tab) bool { return s.Current }) {
		for i := range t.Items {
			items[i].Current = false
		}
	}
	return items
}

// carrying gives an address parameters of the page's own.
func carrying(ctx context.Context, address string, names []string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for _, name := range names {
		if value := here(ctx).Query().Get(name); value != "" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// ViewTabs are the tabs of a list that has no fixed views: all records, and the saved views. Without saved ones it draws nothing.
func ViewTabs(ctx context.Context, label, all, path string, count int) templ.Component {
	saved := savedTabs(ctx)
	if len(saved) == 0 {
		return templ.NopComponent
	}
	first := Tab{Label: all, Href: path}
	if q := here(ctx).Query(); len(queryBesides(ctx, []string{"center", "page", "after"})) == 0 && (q.Get("center") == "" || q.Get("center") == "all") {
		first.Current, first.Count = true, &count
	}
	return Tabs{Label: label, Items: append([]Tab{first}, saved...)}
}

// DecodeQuery reads the address of a list as Decode reads it from a request.
func DecodeQuery[T any](ctx context.Context, query url.Values) (in T, err error) {
	d := decoder{zone: Zone(ctx)}
	v := reflect.ValueOf(&in).Elem()
	for _, name := range slices.SortedFunc(keys(query), byRow) {
		d.set(v, name, strings.Split(name, "."), query[name], "")
	}
	return in, d.wrong.Err("")
}

// ViewParams names the parameters of a list's address that a view keeps: filters, sort and columns. The page is not of a view, nor is a
// search, which may name a person, nor what besides says only how the list is drawn.
func ViewParams[T any](besides ...string) []string {
	var out []string
	for name := range fieldsOf(reflect.TypeFor[T]()) {
		if !slices.Contains(append(besides, "page", "after", "q"), name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// OneOf refuses values of a list's address that are no choices.
func OneOf(name string, values, choices []string) error {
	var bad problem.Invalid
	for _, v := range values {
		if !slices.Contains(choices, v) {
			bad.Add(name, "not-one-of", v, "list", strings.Join(choices, ", "))
		}
	}
	return bad.Err("UI-L1")
}

var marks = regexp.MustCompile(`<[^>]*>`)

// plainText is what a component reads, without its marks.
func plainText(ctx context.Context, c templ.Component) (string, error) {
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		return "", fmt.Errorf("draw cell: %w", err)
	}
	return strings.Join(strings.Fields(html.UnescapeString(marks.ReplaceAllString(b.String(), " "))), " "), nil
}

// Excerpt gives the rows of a table as text, without its quiet columns.
func (t Table) Excerpt(ctx context.Context) (out page.Excerpt, err error) {
	for _, c := range t.Columns {
		if !c.Quiet {
			out.Head = append(out.Head, c.Label)
		}
	}
	for _, r := range t.Rows {
		row := page.ExcerptRow{Href: r.Href}
		for i, c := range r.Cells {
			if t.Columns[i].Quiet {
				continue
			}
			if edited, ok := c.(EditCell); ok {
				c = edited.Shown
			}
			text, err := plainText(ctx, c)
			if err != nil {
				return out, err
			}
			row.Cells = append(row.Cells, text)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// CountOf makes the count of a saved view from that of its list; Q is the list's address.
func CountOf[Q any](count func(ctx context.Context, tx *op.Tx, q Q) (int64, error)) func(context.Context, *op.Tx, url.Values) (int64, error) {
	return func(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
		q, err := DecodeQuery[Q](ctx, query)
		if err != nil {
			return 0, err
		}
		return count(ctx, tx, q)
	}
}

// ExcerptOf makes the excerpt of a saved view from the table of its list.
func ExcerptOf[Q any](table func(ctx context.Context, tx *op.Tx, q Q) (Table, error)) func(context.Context, *op.Tx, url.Values) (page.Excerpt, error) {
	return func(ctx context.Context, tx *op.Tx, query url.Values) (page.Excerpt, error) {
		q, err := DecodeQuery[Q](ctx, query)
		if err != nil {
			return page.Excerpt{}, err
		}
		t, err := table(ctx, tx, q)
		if err != nil {
			return page.Excerpt{}, err
		}
		return t.Excerpt(ctx)
	}
}

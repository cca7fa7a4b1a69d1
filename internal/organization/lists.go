package organization

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// List is a list whose views can be saved (UI-L1). A door says what its list is; the program registers it.
type List struct {
	Path   string   // of its page
	Name   string   // key of what it is called
	Right  string   // who may open it
	Params []string // of its address that a view keeps: filters, sort and columns
	// Count counts what the list shows at an address, within the viewer's scope. What the list does not know is refused.
	Count func(ctx context.Context, tx *op.Tx, query url.Values) (int64, error)
	// Excerpt gives its first rows, as the viewer sees them.
	Excerpt func(ctx context.Context, tx *op.Tx, query url.Values) (page.Excerpt, error)
}

// Register makes lists known, once, before anything is served.
func (d *Directory) Register(lists ...List) { d.lists = append(d.lists, lists...) }

// List gives the list of a path.
func (d *Directory) List(path string) (List, bool) {
	i := slices.IndexFunc(d.lists, func(l List) bool { return l.Path == path })
	if i < 0 {
		return List{}, false
	}
	return d.lists[i], true
}

// Lists gives the lists that a viewer may open.
func (d *Directory) Lists(v *policy.Viewer) []List {
	var out []List
	for _, l := range d.lists {
		if v.May(l.Right) {
			out = append(out, l)
		}
	}
	return out
}

// Keep cuts an address to what a view of the list keeps. All centers are no filter.
func (l List) Keep(query url.Values) url.Values {
	out := url.Values{}
	for name, values := range query {
		for _, v := range values {
			if slices.Contains(l.Params, name) && strings.TrimSpace(v) != "" && (name != "center" || v != everyCenter) {
				out.Add(name, v)
			}
		}
	}
	return out
}

// everyCenter in the address of a list says that the center switch does not filter it.
const everyCenter = "all"

// Address is where a view of the list opens. One that names no center shows all of them, whatever the switch says.
func (l List) Address(query url.Values) string {
	all := url.Values{}
	maps.Copy(all, query)
	if slices.Contains(l.Params, "center") && !all.Has("center") {
		all.Set("center", everyCenter)
	}
	if len(all) == 0 {
		return l.Path
	}
	return l.Path + "?" + all.Encode()
}

// parse reads the address of a view. Refused: what is no address, and what the list does not keep.
func (l List) parse(query string) (url.Values, error) {
	var bad problem.Invalid
	values, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		bad.Add("query", "view-address", query)
		return nil, bad.Err("UI-L1")
	}
	for name := range values {
		if !slices.Contains(l.Params, name) {
			bad.Add("query", "view-parameter", name, "list", strings.Join(l.Params, ", "))
		}
	}
	return l.Keep(values), bad.Err("UI-L1")
}

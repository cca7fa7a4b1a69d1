package peopledoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// listsPath is the page of the lists that people choose from (SAL-3, SAL-6).
const listsPath = "/settings/lists"

// keyedResults is how many results of a contact have a key of their own.
const keyedResults = 6

// listsView shows one of the lists.
type listsView struct {
	List    string
	Entries []people.Entry // of the list: those that are offered, then the retired ones
	One     people.Entry   // the one that is changed
	Counts  map[string]int // that are offered, by list
	Places  int64          // of the list
}

// l is a text of the pages of the lists.
func l(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "list-page."+key, pairs...)
}

// keepsLists tells whether the viewer sets up the whole company, whose lists they are.
func keepsLists(ctx context.Context) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && keeps(v)
}

func keeps(v *policy.Viewer) bool { return v.Scope("setting:update").All }

func listPath(list string) string { return listsPath + "?list=" + url.QueryEscape(list) }

func entryPath(e people.Entry) string {
	return listsPath + "/" + url.PathEscape(e.List) + "/" + url.PathEscape(e.Code)
}

// loadLists reads the lists, and chooses one.
func (p pages) loadLists(r *http.Request, list string) (listsView, error) {
	v := listsView{List: list, Counts: map[string]int{}}
	err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		if !tx.Viewer.May("setting:read") {
			return problem.Forbidden("setting:read")
		}
		all, err := people.Entries(ctx, tx)
		for _, e := range all {
			if e.Offered() {
				v.Counts[e.List]++
			}
			if e.List == list {
				v.Places = max(v.Places, e.Place)
				v.Entries = append(v.Entries, e)
			}
		}
		return err
	})
	return v, err
}

func (p pages) getLists(w http.ResponseWriter, r *http.Request) error {
	list := r.FormValue("list")
	if !slices.Contains(people.CodeLists, list) {
		list = people.ListResults
	}
	v, err := p.loadLists(r, list)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: l(ctx, "title"), H1: l(ctx, "sentence", "list", l(ctx, v.List), "count", v.Counts[v.List]), Lead: web.Text(l(ctx, "lead-"+v.List))}, listsPage(v)))
}

// entryFields is what the forms of an entry send.
type entryFields struct {
	List    string `json:"list" maxLength:"40"`
	Code    string `json:"code" maxLength:"200"`
	NameZH  string `json:"name_zh" maxLength:"200"`
	NameEN  string `json:"name_en" maxLength:"200"`
	Place   int64  `json:"place"`
	Active  string `json:"active" maxLength:"5"`
	Spoken  string `json:"spoken" maxLength:"5"`
	Version int64  `json:"version"`
}

// input is the operation's; what the form did not ask stays.
func (f entryFields) input() people.SetCodeInput {
	in := people.SetCodeInput{List: f.List, Code: f.Code, NameZH: &f.NameZH, NameEN: &f.NameEN}
	if f.Place != 0 {
		in.Place = &f.Place
	}
	if f.Active != "" {
		in.Active = new(f.Active == "true")
	}
	if f.Spoken != "" {
		in.Spoken = new(f.Spoken == "true")
	}
	if f.Version != 0 {
		in.Version = &f.Version
	}
	return in
}

func (p pages) postEntry(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[entryFields](r)
	if err == nil {
		_, err = people.SetCode.Run(r.Context(), p.run, f.input())
	}
	if err != nil {
		return web.Again(w, r, err, p.getLists)
	}
	return web.Redirect(w, r, listPath(f.List), web.Status{Text: l(r.Context(), "added", "name", f.NameZH), Tone: web.Good})
}

// entry is the view of the entry that the address names.
func (p pages) entry(r *http.Request) (listsView, error) {
	v, err := p.loadLists(r, r.PathValue("list"))
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(v.Entries, func(e people.Entry) bool { return e.Code == r.PathValue("entry") })
	switch {
	case i < 0:
		return v, problem.NotFound("list-entry")
	case !keepsLists(r.Context()):
		return v, problem.Forbidden("setting:update")
	}
	v.One = v.Entries[i]
	return v, nil
}

func (p pages) getEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := p.entry(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: l(ctx, "edit"), H1: v.One.Name, Sub: l(ctx, v.List)}, entryPage(v)))
}

func (p pages) postChangeEntry(w http.ResponseWriter, r *http.Request) error {
	v, err := p.entry(r)
	if err != nil {
		return err
	}
	f, err := web.Decode[entryFields](r)
	if err == nil {
		f.List, f.Code = v.One.List, v.One.Code
		_, err = people.SetCode.Run(r.Context(), p.run, f.input())
	}
	if err != nil {
		return web.Again(w, r, err, p.getEntry)
	}
	return web.Redirect(w, r, listPath(v.List), web.Status{Text: l(r.Context(), "changed"), Tone: web.Good})
}

func (v listsView) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: l(ctx, "title")}
	for _, list := range people.CodeLists {
		tabs.Items = append(tabs.Items, web.Tab{Label: l(ctx, list), Href: listPath(list), Count: new(v.Counts[list]), Current: list == v.List})
	}
	return tabs
}

func (v listsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: l(ctx, v.List), Columns: []web.Column{{Label: l(ctx, "name")}, {Label: l(ctx, "state")}, {Label: l(ctx, "origin")}}}
	results := v.List == people.ListResults
	if results {
		table.Columns = append(table.Columns, web.Column{Label: l(ctx, "spoken")}, web.Column{Label: l(ctx, "key")})
	}
	for _, e := range v.Entries {
		name := web.Text(e.Name)
		if keepsLists(ctx) {
			name = web.RecordLink(entryPath(e), e.Name)
		}
		cells := []templ.Component{name, state(ctx, e), web.Text(origin(ctx, e))}
		if results {
			cells = append(cells, web.Text(l(ctx, "spoken-"+strconv.FormatBool(e.Spoken))), web.Text(key(e)))
		}
		table.Rows = append(table.Rows, web.Row{ID: e.Code, Cells: cells})
	}
	return table
}

func state(ctx context.Context, e people.Entry) templ.Component {
	switch {
	case !e.Active:
		return web.Chip{Text: l(ctx, "retired")}
	case e.Automatic():
		return web.Chip{Text: l(ctx, "automatic"), Tone: web.Info}
	}
	return web.Chip{Text: l(ctx, "offered"), Tone: web.Good}
}

// origin says whether an entry came with the program, and whether it is called otherwise by now.
func origin(ctx context.Context, e people.Entry) string {
	switch {
	case !e.Shipped():
		return l(ctx, "own")
	case e.NameZH != "":
		return l(ctx, "renamed")
	}
	return l(ctx, "shipped")
}

func key(e people.Entry) string {
	if !e.Active || e.Place > keyedResults {
		return i18n.None
	}
	return strconv.FormatInt(e.Place, 10)
}

// nameHint says what a shipped entry is called where it is not renamed.
func nameHint(ctx context.Context, e people.Entry) string {
	if !e.Shipped() {
		return ""
	}
	return l(ctx, "name-hint")
}

// places are where among those that are offered an entry may stand.
func (v listsView) places(ctx context.Context) (out []web.Option) {
	for n := range v.Places {
		label := l(ctx, "place-n", "no", n+1)
		if v.List == people.ListResults && n < keyedResults {
			label = l(ctx, "place-key", "no", n+1)
		}
		out = append(out, web.Option{Value: strconv.FormatInt(n+1, 10), Label: label, On: n+1 == v.One.Place})
	}
	return out
}

// truth are the choices of a question that is answered by yes or no.
func truth(ctx context.Context, name string, on bool) []web.Option {
	return []web.Option{
		{Value: "true", Label: l(ctx, name+"-true"), On: on},
		{Value: "false", Label: l(ctx, name+"-false"), On: !on},
	}
}

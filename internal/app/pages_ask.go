package app

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

const (
	mostSuggested = 6  // of a kind
	mostFound     = 50 // persons on the page of results
	longestAsk    = 200
)

// entry is a page or an action that the ask field finds: by its name in either language, by pinyin and by initials (UI-S3).
type entry struct {
	place
	action bool
	terms  []string // folded
	short  []string // initials
}

// entries lists every place once.
func (p *pages) entries() []entry {
	var out []entry
	add := func(at place, action bool) {
		if slices.ContainsFunc(out, func(e entry) bool { return e.path == at.path }) {
			return
		}
		e := entry{place: at, action: action}
		for _, lang := range i18n.Langs {
			label := p.Catalogue.Text(lang, at.text())
			r := pinyin.Of(label)
			e.terms = append(e.terms, strings.ToLower(label), r.Full)
			e.short = append(e.short, r.Initials)
		}
		out = append(out, e)
	}
	for _, at := range beginnings {
		add(at, true)
	}
	for _, g := range slices.Concat(menu, setUp) {
		for _, at := range g.places {
			add(at, false)
		}
	}
	for _, at := range []place{placeOrganizations, placeDailySales, placeMessages, placeAccount, placeViews, placePassword} {
		add(at, false)
	}
	return out
}

// rank says how well an entry fits what was typed; 0 is not at all.
func (e entry) rank(typed, folded string) int {
	best := 0
	for _, term := range e.terms {
		switch {
		case strings.HasPrefix(term, typed), folded != "" && strings.HasPrefix(term, folded):
			best = max(best, 3)
		case strings.Contains(term, typed), folded != "" && utf8.RuneCountInString(folded) > 1 && strings.Contains(term, folded):
			best = max(best, 2)
		}
	}
	for _, short := range e.short {
		if folded != "" && strings.HasPrefix(short, folded) {
			best = max(best, 1)
		}
	}
	return best
}

// found is what a search gives, by kind.
type found struct {
	Query   string
	People  []web.Suggestion
	Actions []web.Suggestion
	Pages   []web.Suggestion
	More    bool // there are more people
	All     int  // people in all, on the page of results
}

func (f found) none() bool { return len(f.People)+len(f.Actions)+len(f.Pages) == 0 }

// search looks for people, actions and pages that the viewer may open.
func (p *pages) search(r *http.Request, most int) (found, error) {
	ctx := r.Context()
	f := found{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if utf8.RuneCountInString(f.Query) > longestAsk || !utf8.ValidString(f.Query) {
		var bad problem.Invalid
		bad.Add("q", "too-long", nil, "limit", longestAsk, "count", utf8.RuneCountInString(f.Query))
		return f, bad.Err("UI-S3")
	}
	v, _ := op.ViewerOf(ctx)
	if f.Query == "" || v == nil {
		return f, nil
	}
	f.Actions, f.Pages = p.matching(ctx, v, f.Query)
	if !v.May("person:read") {
		return f, nil
	}
	err := p.read(ctx, func(ctx context.Context, tx *op.Tx) error {
		hits, err := people.Search(ctx, tx, f.Query, most+1)
		if err != nil {
			return err
		}
		if f.More = len(hits) > most; f.More {
			hits = hits[:most]
		}
		f.People, f.All = persons(ctx, hits), len(hits)
		if !f.More || most != mostFound {
			return nil
		}
		all, err := people.Persons(ctx, tx, people.Filter{Query: f.Query, Limit: 1})
		f.All = max(int(all.Total), f.All)
		return err
	})
	return f, err
}

func (p *pages) matching(ctx context.Context, v *policy.Viewer, query string) (actions, places []web.Suggestion) {
	typed, folded := strings.ToLower(query), pinyin.Fold(query)
	type hit struct {
		entry
		rank int
	}
	var hits []hit
	for _, e := range p.index {
		if n := e.rank(typed, folded); n > 0 && p.open(v, e.place) {
			hits = append(hits, hit{e, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.rank, a.rank) })
	for _, h := range hits {
		s := web.Suggestion{Href: h.path, Title: i18n.T(ctx, h.text())}
		if h.action {
			actions = append(actions, s)
		} else {
			places = append(places, s)
		}
	}
	return actions, places
}

// getSuggest is the list below the ask field. To what was typed it always has a line that Enter opens; before anything is, it holds the
// records that one looked at last.
func (p *pages) getSuggest(w http.ResponseWriter, r *http.Request) error {
	f, err := p.search(r, mostSuggested)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if f.Query == "" {
		recent, err := p.recent(ctx, r.URL.Query()["recent"])
		if err != nil {
			return err
		}
		return web.Render(w, r, web.Suggestions([]web.SuggestionGroup{{Title: shellText(ctx, "ask-recent"), Items: recent}}))
	}
	few := func(list []web.Suggestion) []web.Suggestion { return list[:min(len(list), mostSuggested)] }
	groups := []web.SuggestionGroup{
		{Title: shellText(ctx, "ask-people"), Items: few(f.People)},
		{Title: shellText(ctx, "ask-actions"), Items: few(f.Actions)},
		{Title: shellText(ctx, "ask-pages"), Items: few(f.Pages)},
	}
	if f.More || f.none() {
		groups = append(groups, web.SuggestionGroup{Title: shellText(ctx, "ask-all"), Items: []web.Suggestion{{
			Href: web.AskPath + "?" + url.Values{"q": {f.Query}}.Encode(), Title: shellText(ctx, "ask-everything", "query", f.Query),
		}}})
	}
	return web.Render(w, r, web.Suggestions(groups))
}

// getAsk is the page of results, for those without script and for long lists.
func (p *pages) getAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := p.search(r, mostFound)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: shellText(ctx, "ask-title"), H1: shellText(ctx, "ask-title")}
	if f.Query != "" {
		page.H1 = shellText(ctx, "ask-found", "query", f.Query, "count", f.All+len(f.Actions)+len(f.Pages))
	}
	return web.Render(w, r, web.Shell(page, askPage(f)))
}

package organizationdoor

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// pageRows is the length of a page of a list (UI-L2).
const pageRows = 50

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "org."+key, pairs...)
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }

// word is the word for a code of a list, of the domain or of these pages: center-status.open. A code without one is its own word.
func word(ctx context.Context, list, code string) string {
	for _, key := range []string{list + "." + code, "org." + list + "." + code} {
		if code != "" && i18n.Has(ctx, key) {
			return i18n.T(ctx, key)
		}
	}
	return orNone(code)
}

func orNone(s string) string {
	if s == "" {
		return i18n.None
	}
	return s
}

// roleLabel is the shipped name of a role.
func roleLabel(ctx context.Context, code string) string {
	if key := "role." + code; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return code
}

// centerName is what a center is called; the whole company for none.
func (p pages) centerName(ctx context.Context, key id.ID) string {
	if c, ok := p.Dir.Center(key); ok {
		return c.Name(lang(ctx))
	}
	return t(ctx, "company")
}

func (p pages) roleOptions(ctx context.Context, chosen string) (list []web.Option) {
	for _, r := range p.Dir.Roles() {
		list = append(list, web.Option{Value: r.Code, Label: p.Dir.RoleName(ctx, r.Code), On: r.Code == chosen})
	}
	return list
}

func (p pages) centerOptions(ctx context.Context, chosen id.ID) (list []web.Option) {
	for _, c := range p.Dir.Centers(viewerOf(ctx)) {
		list = append(list, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: c.ID == chosen})
	}
	return list
}

// options makes the choices of a list of codes.
func options(ctx context.Context, list, chosen string, codes ...string) []web.Option {
	out := make([]web.Option, len(codes))
	for i, c := range codes {
		out[i] = web.Option{Value: c, Label: word(ctx, list, c), On: c == chosen}
	}
	return out
}

func date(ctx context.Context, d bizdate.Date) string {
	if d.IsZero() {
		return i18n.None
	}
	return i18n.Date(ctx, d, web.Today(ctx))
}

func need(ctx context.Context, right string) error {
	if !may(ctx, right) {
		return problem.Forbidden(right)
	}
	return nil
}

// stale tells whether a save was refused because another saved first (ORG-10).
func stale(err error) (*problem.Problem, bool) {
	p, ok := problem.As(err)
	return p, ok && p.Code == "stale"
}

// pageOf cuts a list in memory to one page, and gives its number.
func pageOf[T any](list []T, page int) ([]T, int) {
	page = max(min(page, (len(list)+pageRows-1)/pageRows), 1)
	return list[min((page-1)*pageRows, len(list)):min(page*pageRows, len(list))], page
}

func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func facts(pairs ...string) web.FactList {
	var list web.FactList
	for i := 0; i+1 < len(pairs); i += 2 {
		list.Facts = append(list.Facts, web.Fact{Term: pairs[i], Value: web.Text(orNone(pairs[i+1]))})
	}
	return list
}

func cells(list ...templ.Component) []templ.Component { return list }

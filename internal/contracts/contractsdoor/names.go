package contractsdoor

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// names says how the records of a page are called: loaded once a page, asked once a row.
type names struct {
	dir      *organization.Directory
	viewer   *policy.Viewer
	persons  map[id.ID]people.Brief
	channels marketing.Tree
	courses  []contracts.Course
}

// load reads how the records of a page are called: three queries, however many rows it has.
func load(ctx context.Context, tx *op.Tx, persons ...id.ID) (n names, err error) {
	n.dir, n.viewer = organization.Of(tx), tx.Viewer
	if n.persons, err = people.Briefs(ctx, tx, persons); err != nil {
		return n, err
	}
	if n.channels, err = marketing.Channels(ctx, tx); err != nil {
		return n, err
	}
	n.courses, err = contracts.Courses(ctx, tx, false)
	return n, err
}

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "contract-page."+key, pairs...)
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }

func (n names) person(ctx context.Context, key id.ID) string {
	if name := n.persons[key].Shown(); name != "" {
		return name
	}
	return t(ctx, "unnamed")
}

func (n names) staff(key id.ID) string {
	if name := n.dir.StaffName(key); name != "" {
		return name
	}
	return i18n.None
}

func (n names) center(ctx context.Context, key id.ID) string {
	if c, ok := n.dir.Center(key); ok {
		return c.Name(lang(ctx))
	}
	return i18n.None
}

// where is the center of a record, said only to who sees several.
func (n names) where(ctx context.Context, key id.ID) string {
	if len(n.dir.Centers(n.viewer)) < 2 {
		return ""
	}
	return n.center(ctx, key)
}

func (n names) channel(ctx context.Context, key id.ID) string {
	if c, ok := n.channels.ByID(key); ok {
		return c.Name(lang(ctx))
	}
	return i18n.None
}

func (n names) course(ctx context.Context, key id.ID) string {
	i := slices.IndexFunc(n.courses, func(c contracts.Course) bool { return c.ID == key })
	if i < 0 {
		return i18n.None
	}
	return n.courses[i].Name(lang(ctx))
}

func (n names) centerOptions(ctx context.Context, chosen []id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.dir.Centers(n.viewer) {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: slices.Contains(chosen, c.ID)})
	}
	return out
}

func (n names) consultantOptions(chosen id.ID) []web.Option {
	var out []web.Option
	seen := map[id.ID]bool{}
	for _, c := range n.dir.Centers(n.viewer) {
		for _, s := range n.dir.Holders("consultant", c.ID) {
			if !seen[s.ID] {
				seen[s.ID] = true
				out = append(out, web.Option{Value: s.ID.String(), Label: s.Name, On: s.ID == chosen})
			}
		}
	}
	return out
}

func (n names) channelOptions(ctx context.Context, chosen id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.channels.Nodes() {
		out = append(out, web.Option{Value: c.ID.String(), Label: strings.Repeat("\u3000", c.Depth) + c.Name(lang(ctx)), On: c.ID == chosen})
	}
	return out
}

// codes makes the choices of a list of codes.
func codes(ctx context.Context, list string, chosen []string, of ...string) []web.Option {
	out := make([]web.Option, len(of))
	for i, c := range of {
		out[i] = web.Option{Value: c, Label: i18n.T(ctx, list+"."+c), On: slices.Contains(chosen, c)}
	}
	return out
}

// words are the names of codes, side by side.
func words(ctx context.Context, list string, of []string) string {
	out := make([]string, len(of))
	for i, c := range of {
		if out[i] = c; i18n.Has(ctx, list+"."+c) {
			out[i] = i18n.T(ctx, list+"."+c)
		}
	}
	return strings.Join(out, " · ")
}

// split reads a comma list.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func date(ctx context.Context, d bizdate.Date) string {
	if d.IsZero() {
		return i18n.None
	}
	return i18n.Date(ctx, d, web.Today(ctx))
}

// dot puts a dot between the texts that are there.
func dot(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), " · ")
}

func contractPath(key id.ID, more string) string { return "/contracts/" + key.String() + more }

func personPath(key id.ID) string { return "/people/" + key.String() }

// payPath leads to the cash desk with what is to be paid; instalment may be none.
func payPath(contract, instalment id.ID) string {
	q := url.Values{"contract_id": {contract.String()}}
	if !instalment.IsNone() {
		q.Set("instalment_id", instalment.String())
	}
	return "/payments/new?" + q.Encode()
}

func may(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

// found gives the persons that a search finds; nil without a search.
func found(ctx context.Context, tx *op.Tx, q string) ([]id.ID, error) {
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	hits, err := people.Search(ctx, tx, q, mostFound)
	if err != nil {
		return nil, err
	}
	out := []id.ID{}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out, nil
}

const (
	listRows  = 50  // of a page (UI-L2)
	mostFound = 500 // persons that a search within a list goes by
)

// offset is how many rows stand before a page.
func offset(page int) int { return (max(page, 1) - 1) * listRows }

// kept lists the parameters of the page's address that a form does not set.
func kept(ctx context.Context, besides []string) [][2]string {
	u, err := url.Parse(web.Address(ctx))
	if err != nil {
		return nil
	}
	var out [][2]string
	for name, values := range u.Query() {
		for _, v := range values {
			if !slices.Contains(besides, name) {
				out = append(out, [2]string{name, v})
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

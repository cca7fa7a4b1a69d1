package financedoor

import (
	"context"
	"net/url"
	"slices"
	"strings"

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
}

// load reads how the records of a page are called: two queries, however many rows it has.
func load(ctx context.Context, tx *op.Tx, persons ...id.ID) (n names, err error) {
	n.dir, n.viewer = organization.Of(tx), tx.Viewer
	if n.persons, err = people.Briefs(ctx, tx, persons); err != nil {
		return n, err
	}
	n.channels, err = marketing.Channels(ctx, tx)
	return n, err
}

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "payment-page."+key, pairs...)
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
	if len(n.centers()) < 2 {
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

func (n names) centers() []organization.Center { return n.dir.Centers(n.viewer) }

func (n names) centerOptions(ctx context.Context, chosen ...id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.centers() {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: slices.Contains(chosen, c.ID)})
	}
	return out
}

// holders are the staff of the viewer's centers with one of the roles.
func (n names) holders(chosen id.ID, roles ...string) []web.Option {
	var out []web.Option
	seen := map[id.ID]bool{}
	for _, c := range n.centers() {
		for _, role := range roles {
			for _, s := range n.dir.Holders(role, c.ID) {
				if !seen[s.ID] {
					seen[s.ID] = true
					out = append(out, web.Option{Value: s.ID.String(), Label: s.Name, On: s.ID == chosen})
				}
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

func method(ctx context.Context, code string) string { return i18n.T(ctx, "method."+code) }

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

// query is an address with parameters, pairs of name and value; empty values are left out.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// text is an id as an address has it; none is empty.
func text(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

func paymentPath(key id.ID, more string) string { return "/payments/" + key.String() + more }

func may(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

// split reads a comma list.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

const (
	listRows  = 50  // of a page (UI-L2)
	mostFound = 500 // persons that a search within a list goes by
	fewFound  = 20  // persons and instalments that the cash desk offers
)

// offset is how many rows stand before a page.
func offset(page int) int { return (max(page, 1) - 1) * listRows }

// found gives the persons that a search finds, at most so many; nil without a search.
func found(ctx context.Context, tx *op.Tx, q string, most int) ([]id.ID, error) {
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	hits, err := people.Search(ctx, tx, q, most)
	if err != nil {
		return nil, err
	}
	out := []id.ID{}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out, nil
}

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

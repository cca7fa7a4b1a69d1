package peopledoor

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

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
	channels marketing.Tree
}

func load(ctx context.Context, tx *op.Tx) (n names, err error) {
	n.dir, n.viewer = organization.Of(tx), tx.Viewer
	n.channels, err = marketing.Channels(ctx, tx)
	return n, err
}

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "person-page."+key, pairs...)
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }

// code is the word for a code of a list; what is no code is its own word.
func code(ctx context.Context, list, value string) string {
	if value == "" {
		return ""
	}
	if key := list + "." + value; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return value
}

// shown is the name of a person; one without any is called unnamed.
func shown(ctx context.Context, name string) string {
	if name == "" {
		return t(ctx, "unnamed")
	}
	return name
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
	return ""
}

func (n names) channel(ctx context.Context, key id.ID) string {
	if c, ok := n.channels.ByID(key); ok {
		return c.Name(lang(ctx))
	}
	return ""
}

func (n names) centerOptions(ctx context.Context, chosen id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.dir.Centers(n.viewer) {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: c.ID == chosen})
	}
	return out
}

// codes makes the choices of a list of codes.
func codes(ctx context.Context, list, chosen string, of ...string) []web.Option {
	out := make([]web.Option, len(of))
	for i, c := range of {
		out[i] = web.Option{Value: c, Label: i18n.T(ctx, list+"."+c), On: c == chosen}
	}
	return out
}

// dot puts a dot between the texts that are there.
func dot(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" || s == i18n.None }), " · ")
}

const grownUp = 18

// age says how old somebody is today; "" where the birth date is not known.
func age(ctx context.Context, birth bizdate.Date) string {
	if birth.IsZero() {
		return ""
	}
	today := web.Today(ctx)
	years := today.UTC().Year() - birth.UTC().Year()
	if birth.AddMonths(12*years) > today {
		years--
	}
	if years >= grownUp {
		return t(ctx, "grown-up")
	}
	return t(ctx, "years", "count", years)
}

func date(ctx context.Context, d bizdate.Date) string {
	if d.IsZero() {
		return ""
	}
	return i18n.Date(ctx, d, web.Today(ctx))
}

// moment is an instant with its day, the day left out where it is today.
func moment(ctx context.Context, at time.Time) string {
	if bizdate.Of(at, web.Zone(ctx)) == web.Today(ctx) {
		return t(ctx, "today-at", "time", i18n.Clock(ctx, at, web.Zone(ctx)))
	}
	return i18n.DateTime(ctx, at, web.Zone(ctx), web.Now(ctx))
}

func may(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

func personPath(key id.ID, more string) string { return "/people/" + key.String() + more }

// query is an address with parameters, pairs of name and value; empty values are left out.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// dial is the link that calls a number; "" where it is masked or missing.
func dial(number string) string {
	if number == "" || strings.Contains(number, "*") {
		return ""
	}
	return "tel:" + number
}

// reveals tells whether the viewer may have a masked number shown.
func reveals(ctx context.Context) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May("person:reveal") && v.Field("phone") >= policy.Revealable
}

// inFull tells whether the viewer reads a person's contact points unmasked.
func inFull(v *policy.Viewer, b people.Brief) bool {
	return v.Field("phone") == policy.Full || v.Field("phone") == policy.FullOwn && b.Mine
}

// orNone is a text, or the sign for none.
func orNone(s string) string {
	if s == "" {
		return i18n.None
	}
	return s
}

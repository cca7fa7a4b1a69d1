package salesdoor

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// names says how the records of a page are called: loaded once a page, asked once a row.
type names struct {
	dir      *organization.Directory
	persons  map[id.ID]people.Brief
	channels marketing.Tree
	running  []marketing.Campaign // on which leads may be booked, where a form asks for it
	courses  []contracts.Course
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "sales."+key, pairs...)
}

// code is the word for a code of a list: stage.new, next-step.call-back. A text that is no code is its own word.
func code(ctx context.Context, list, value string) string {
	if value == "" {
		return i18n.None
	}
	if key := list + "." + value; i18n.Has(ctx, key) {
		return upper(i18n.T(ctx, key))
	}
	return value
}

// upper begins a word that stands alone with a capital letter.
func upper(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// person is the name of a person; one without a name is called by its key or as unnamed.
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
	return t(ctx, "pool")
}

func (n names) channel(ctx context.Context, key id.ID) string {
	c, ok := n.channels.ByID(key)
	if !ok {
		return i18n.None
	}
	if lang(ctx) == "en" && c.NameEN != "" {
		return c.NameEN
	}
	return c.NameZH
}

func (n names) course(ctx context.Context, key id.ID) string {
	i := slices.IndexFunc(n.courses, func(c contracts.Course) bool { return c.ID == key })
	if i < 0 {
		return i18n.None
	}
	return n.courses[i].Name(lang(ctx))
}

// about is the small text beside a name: age and channel.
func (n names) about(ctx context.Context, person, channel id.ID) string {
	parts := join(age(ctx, n.persons[person].Birth), "")
	if _, ok := n.channels.ByID(channel); ok {
		parts = join(parts, n.channel(ctx, channel))
	}
	return parts
}

// join puts a dot between two texts that are there.
func join(texts ...string) string {
	out := ""
	for _, s := range texts {
		switch {
		case s == "":
		case out == "":
			out = s
		default:
			out += " · " + s
		}
	}
	return out
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

// stageBar shows how far an enquiry is; lost and pool have no place on the way.
func stageBar(ctx context.Context, s sales.Stage) *web.StageBar {
	return &web.StageBar{Step: max(s.Rank()+1, 0), Of: 6, Label: code(ctx, "stage", string(s))}
}

// step is what is to be done next with an enquiry: the first contact while there was none.
func step(ctx context.Context, e sales.Enquiry) string {
	switch {
	case e.FirstTouch.IsZero() && !e.WalkIn && e.Stage.Open():
		return code(ctx, "next-step", "first-contact")
	case e.NextStep == "" && e.Stage.Open():
		return t(ctx, "no-step")
	}
	return code(ctx, "next-step", e.NextStep)
}

// due is the chip of when the next step is due.
func due(ctx context.Context, e sales.Enquiry) web.Chip {
	now := web.Now(ctx)
	if !e.Stage.Open() {
		return web.Chip{}
	}
	if e.FirstTouch.IsZero() && !e.ContactDue.IsZero() && !e.WalkIn {
		tone := web.Warn
		if e.ContactDue.Sub(now) < time.Hour/2 {
			tone = web.Bad
		}
		return web.Chip{Text: i18n.Soon(ctx, e.ContactDue, now), Tone: tone}
	}
	return dueDay(ctx, e.NextDay)
}

func dueDay(ctx context.Context, day bizdate.Date) web.Chip {
	today := web.Today(ctx)
	switch {
	case day.IsZero():
		return web.Chip{}
	case day < today:
		return web.Chip{Text: t(ctx, "late-days", "count", int(today-day)), Tone: web.Bad}
	case day == today:
		return web.Chip{Text: t(ctx, "today"), Tone: web.Warn}
	case day == today+1:
		return web.Chip{Text: t(ctx, "tomorrow")}
	}
	return web.Chip{Text: i18n.DateShort(ctx, day)}
}

// clockOf is the time of day of an instant where the viewer is.
func clockOf(ctx context.Context, at time.Time) string { return i18n.Clock(ctx, at, web.Zone(ctx)) }

// moment is an instant with its day, the day left out where it is today.
func moment(ctx context.Context, at time.Time) string {
	if !at.IsZero() && bizdate.Of(at, web.Zone(ctx)) == web.Today(ctx) {
		return t(ctx, "today-at", "time", clockOf(ctx, at))
	}
	return i18n.DateTime(ctx, at, web.Zone(ctx), web.Now(ctx))
}

// path joins parts of an address.
func path(parts ...string) string {
	var out strings.Builder
	for _, s := range parts {
		out.WriteString("/" + url.PathEscape(s))
	}
	return out.String()
}

func enquiryPath(key id.ID, more ...string) string {
	return path(append([]string{"enquiries", key.String()}, more...)...)
}

// query is an address with parameters, pairs of name and value; empty values are left out.
func query(address string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

// options makes the choices of a list of codes.
func options(ctx context.Context, list, chosen string, codes ...string) []web.Option {
	out := make([]web.Option, len(codes))
	for i, c := range codes {
		out[i] = web.Option{Value: c, Label: code(ctx, list, c), On: c == chosen}
	}
	return out
}

// keyed gives the first six options the keys 1 to 6.
func keyed(list []web.Option) []web.Option {
	for i := range list {
		if i < 6 {
			list[i].Key = strconv.Itoa(i + 1)
		}
	}
	return list
}

func (n names) channelOptions(ctx context.Context, chosen id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.channels.Nodes() {
		if c.Active || c.ID == chosen {
			indent := strings.Repeat("\u3000", c.Depth)
			out = append(out, web.Option{Value: c.ID.String(), Label: indent + n.channel(ctx, c.ID), On: c.ID == chosen})
		}
	}
	return out
}

func (n names) courseOptions(ctx context.Context, chosen id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.courses {
		if c.Active || c.ID == chosen {
			out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: c.ID == chosen})
		}
	}
	return out
}

// centerOptions are the centers that the viewer's positions reach.
func (n names) centerOptions(ctx context.Context, chosen ...id.ID) []web.Option {
	var out []web.Option
	for _, c := range n.dir.Centers(viewerOf(ctx)) {
		out = append(out, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx)), On: slices.Contains(chosen, c.ID)})
	}
	return out
}

// centerNames are the names of centers, "" for none.
func (n names) centerNames(ctx context.Context, keys []id.ID) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = n.center(ctx, key)
	}
	return i18n.List(ctx, names)
}

// only is the one center that is chosen; none for none or several.
func only(keys []id.ID) id.ID {
	if len(keys) == 1 {
		return keys[0]
	}
	return id.None
}

// kindNames are the names of kinds of enquiries, comma separated as in an address.
func kindNames(ctx context.Context, kinds string) string {
	if kinds == "" {
		return ""
	}
	list := strings.Split(kinds, ",")
	for i, k := range list {
		list[i] = code(ctx, "enquiry-kind", k)
	}
	return i18n.List(ctx, list)
}

// consultantOptions are the consultants of a center, of all the viewer's centers for none.
func (n names) consultantOptions(ctx context.Context, center, chosen id.ID) []web.Option {
	var out []web.Option
	centers := []id.ID{center}
	if center.IsNone() {
		centers = nil
		for _, c := range n.dir.Centers(viewerOf(ctx)) {
			centers = append(centers, c.ID)
		}
	}
	seen := map[id.ID]bool{}
	for _, c := range centers {
		for _, m := range n.dir.Holders("consultant", c) {
			if !seen[m.ID] {
				seen[m.ID] = true
				out = append(out, web.Option{Value: m.ID.String(), Label: m.Name, On: m.ID == chosen})
			}
		}
	}
	return out
}

// centerOf is the center that a desk works for: the chosen one, else the viewer's own.
func (p door) centerOf(ctx context.Context) id.ID {
	v := viewerOf(ctx)
	if chosen, err := id.Parse(web.PreferencesOf(ctx).Center); err == nil {
		if slices.ContainsFunc(p.Dir.Centers(v), func(c organization.Center) bool { return c.ID == chosen }) {
			return chosen
		}
	}
	return v.Center
}

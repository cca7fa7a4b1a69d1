package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

const (
	referrerField = "referrer_id"
	choicesPath   = "/referrers" // who a search finds, for a form of any door
)

// mostReferrers is how many of those that a search finds are offered.
const mostReferrers = 10

// referrerChoices are who may have recommended the school, by a search within a form, and who is chosen in it (MKT-12).
type referrerChoices struct {
	Search string
	Chosen id.ID
	Found  []people.Brief // the chosen one first
}

// choicesIn reads what a form, or its search, says of the referrer.
func choicesIn(r *http.Request) (c referrerChoices) {
	c.Search = strings.TrimSpace(r.FormValue(web.PickerSearch))
	if key, err := id.Parse(r.FormValue(referrerField)); err == nil {
		c.Chosen = key
	}
	return c
}

// read finds them within the scope of the viewer.
func (c *referrerChoices) read(ctx context.Context, tx *op.Tx) (err error) {
	if !tx.Viewer.May("person:read") {
		return nil
	}
	if c.Search != "" {
		if c.Found, err = people.SearchHumans(ctx, tx, c.Search, mostReferrers); err != nil {
			return err
		}
	}
	if c.Chosen.IsNone() {
		return nil
	}
	seen, err := people.InScope(ctx, tx, []id.ID{c.Chosen})
	if err != nil {
		return err
	}
	c.Found = slices.DeleteFunc(c.Found, func(b people.Brief) bool { return b.ID == c.Chosen })
	if b, ok := seen[c.Chosen]; ok {
		c.Found = slices.Insert(c.Found, 0, b)
	}
	return nil
}

// choices are they in words: the phone as the viewer may see it.
func (c referrerChoices) choices(ctx context.Context) web.PersonChoices {
	out := web.PersonChoices{Name: referrerField, Search: c.Search}
	for _, b := range c.Found {
		out.List = append(out.List, web.Option{Value: b.ID.String(), Label: nameOr(ctx, b.Shown()), Note: join(age(ctx, b.Birth), i18n.Phone(ctx, b.Phone)), On: b.ID == c.Chosen})
	}
	return out
}

// picker is the field of a form.
func (c referrerChoices) picker(ctx context.Context) web.PersonPicker {
	return web.PersonPicker{Field: web.Field{Name: referrerField, Label: t(ctx, "field.referrer"), Hint: t(ctx, "referrer.hint")}, Choices: c.choices(ctx), From: choicesPath}
}

// getReferrers gives who a search finds: a part of a form.
func (p door) getReferrers(w http.ResponseWriter, r *http.Request) error {
	c := choicesIn(r)
	if err := p.read(r, c.read); err != nil {
		return err
	}
	return web.Render(w, r, c.choices(r.Context()))
}

package marketingdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

const (
	referrerField = "referrer_id"
	mostReferrers = 10 // that a search offers
)

// referrerChoices are the persons who may recommend by a point, as a search within its form finds them (MKT-12); for who may read persons.
type referrerChoices struct {
	search string
	chosen id.ID
	found  []people.Brief
}

// choicesIn reads what a form says of the referrer; one that was not sent yet names who is known.
func choicesIn(r *http.Request, known id.ID) referrerChoices {
	c := referrerChoices{search: strings.TrimSpace(r.FormValue(web.PickerSearch)), chosen: known}
	if sent, ok := r.PostForm[referrerField]; ok {
		key, err := id.Parse(sent[0])
		if c.chosen = key; err != nil {
			c.chosen = id.None
		}
	}
	return c
}

func (c *referrerChoices) read(ctx context.Context, tx *op.Tx) (err error) {
	if !tx.Viewer.May("person:read") {
		return nil
	}
	if c.search != "" {
		if c.found, err = people.SearchHumans(ctx, tx, c.search, mostReferrers); err != nil {
			return err
		}
	}
	if c.chosen.IsNone() {
		return nil
	}
	seen, err := people.InScope(ctx, tx, []id.ID{c.chosen})
	if b, ok := seen[c.chosen]; ok {
		c.found = slices.Insert(slices.DeleteFunc(c.found, func(b people.Brief) bool { return b.ID == c.chosen }), 0, b)
	}
	return err
}

func (c referrerChoices) picker(ctx context.Context) web.PersonPicker {
	return c.named(ctx, ct(ctx, "referrer-hint"))
}

// named is the picker with what a choice means on its page.
func (c referrerChoices) named(ctx context.Context, hint string) web.PersonPicker {
	out := web.PersonPicker{Field: web.Field{Name: referrerField, Label: ct(ctx, "referrer"), Hint: hint}, From: "/referrers", Choices: web.PersonChoices{Name: referrerField, Search: c.search}}
	for _, b := range c.found {
		out.Choices.List = append(out.Choices.List, web.Option{Value: b.ID.String(), Label: b.Shown(), Note: i18n.Phone(ctx, b.Phone), On: b.ID == c.chosen})
	}
	return out
}

// pointForm is the form of a point, new where its id is none.
type pointForm struct {
	names
	marketing.CapturePoint
	centers   []organization.Center
	campaigns []marketing.Campaign
	referrer  referrerChoices
}

func (p points) getPointForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "capture-point:update") {
		return problem.Forbidden("capture-point:update")
	}
	v := pointForm{CapturePoint: marketing.CapturePoint{Kind: "form", Active: true}}
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if r.PathValue("id") != "" {
			key, err := web.PathID(r, "id", "capture-point")
			if err != nil {
				return err
			}
			if v.CapturePoint, err = marketing.CapturePointByID(ctx, tx, key); err != nil {
				return err
			}
		} else if key, err := id.Parse(r.URL.Query().Get("campaign")); err == nil {
			v.Campaign = key
		}
		v.referrer = choicesIn(r, v.Referrer)
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	title := ct(ctx, "new")
	if !v.ID.IsNone() {
		title = ct(ctx, "edit-title", "name", v.Name)
	}
	return web.Render(w, r, web.Shell(web.Page{H1: title}, pointFormPage(v)))
}

// read finds what can be chosen.
func (v *pointForm) read(ctx context.Context, tx *op.Tx) error {
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	if err := v.referrer.read(ctx, tx); err != nil {
		return err
	}
	for _, k := range v.dir.Centers(tx.Viewer) {
		if tx.Viewer.Scope("capture-point:update").All || k.ID == tx.Viewer.Home("capture-point:update") || k.ID == v.Center {
			v.centers = append(v.centers, k)
		}
	}
	list, err := marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Approved}, page.Request{Limit: page.Most})
	v.campaigns = list.Items
	return err
}

func (p points) postPoint(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.CapturePointInput](r)
	if err == nil {
		err = web.Unpicked(r.PostForm, referrerField, "MKT-12")
	}
	if err == nil && r.PathValue("id") != "" {
		in.PointID, err = web.PathID(r, "id", "capture-point")
	}
	if _, answered := r.PostForm[referrerField]; answered && in.ReferrerID == nil {
		in.ReferrerID = new(id.ID) // nobody was chosen
	}
	var out marketing.CapturePointAnswer
	if err == nil {
		out, err = marketing.SetCapturePoint.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getPointForm)
	}
	return web.Redirect(w, r, "/capture-points/"+out.ID.String(), web.Status{Text: ct(r.Context(), "saved"), Tone: web.Good})
}

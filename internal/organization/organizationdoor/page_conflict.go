package organizationdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// conflictView is a record that two people changed in the same fields (UI-F5).
type conflictView struct {
	Record       id.ID
	Title        string
	Back         string   // page of the record
	Form         web.Func // page that changes it
	Version      int64    // of what was saved meanwhile
	Labels       string   // group of the texts that name the fields
	Both         []string
	Mine, Theirs web.Values
	Merged       web.Values // what needs no choice
	Refused      *problem.Problem
	Last         organization.Change
}

// merge saves on what another saved meanwhile where the fields do not overlap; else the person chooses (ORG-10).
func (p pages) merge(w http.ResponseWriter, r *http.Request, v conflictView, save func(*http.Request) error) error {
	v.Merged, v.Both = web.Merge(web.WasOf(r), v.Mine, v.Theirs)
	if len(v.Both) > 0 {
		return p.conflict(w, r, v)
	}
	v.Merged["version"] = strconv.FormatInt(v.Version, 10)
	if err := save(withForm(r, v.Merged)); err != nil {
		return web.Again(w, r, err, v.Form)
	}
	return web.Redirect(w, r, v.Back, web.Status{Text: t(r.Context(), "merged", "name", v.Title), Tone: web.Good})
}

// conflict lets the person choose, field by field.
func (p pages) conflict(w http.ResponseWriter, r *http.Request, v conflictView) error {
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		v.Last, err = organization.LastChange(ctx, tx, v.Record)
		return err
	})
	if err != nil {
		return err
	}
	ctx := web.WithProblem(r.Context(), v.Refused, nil)
	return web.Render(w, r.WithContext(ctx), web.Shell(web.Page{H1: v.Title}, conflictPage(v)))
}

func (v conflictView) box(ctx context.Context) web.Conflict {
	c := web.Conflict{By: v.Last.By, When: i18n.DateTime(ctx, v.Last.At, web.Zone(ctx), web.Now(ctx))}
	for _, name := range v.Both {
		c.Fields = append(c.Fields, web.ConflictField{Name: name, Label: v.label(ctx, name), Mine: v.Mine[name], Theirs: v.Theirs[name]})
	}
	c.Words = func(name, value string) string {
		switch {
		case name == "status":
			return word(ctx, "center-status", value)
		case name == "active" && value == "true":
			return t(ctx, "staff-here")
		case name == "active":
			return t(ctx, "staff-left")
		}
		return value
	}
	return c
}

func (v conflictView) label(ctx context.Context, name string) string {
	if day, ok := openingDay(name); ok {
		return t(ctx, "center.hours") + " " + i18n.Weekday(ctx, day)
	}
	return t(ctx, v.Labels+"."+strings.ReplaceAll(name, "_", "-"))
}

// rest names the fields that need no choice.
func (v conflictView) rest() (list []string) {
	for name := range v.Merged {
		if !slices.Contains(v.Both, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// withForm is the same request with another form; the idempotency key was for what was typed.
func withForm(r *http.Request, v web.Values) *http.Request {
	again := r.Clone(op.WithKey(r.Context(), ""))
	again.PostForm = url.Values{}
	for name, value := range v {
		again.PostForm.Set(name, value)
	}
	return again
}

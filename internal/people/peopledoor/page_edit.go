package peopledoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// editForm is what the form of a person sends: all of it, so that what was emptied is empty; what was there when it was opened goes with
// it (web.Was). Contact points are sent where the form shows them in full.
type editForm struct {
	Name      string                `json:"name" maxLength:"100"`
	NameLatin string                `json:"name_latin" maxLength:"100"`
	Gender    string                `json:"gender" maxLength:"10"`
	Birth     bizdate.Date          `json:"birth"`
	District  string                `json:"district" maxLength:"100"`
	Phones    []people.ContactInput `json:"phones"`
	Emails    []people.ContactInput `json:"emails"`
	WeChat    []people.ContactInput `json:"wechat"`
}

// editView is a person whose data are changed.
type editView struct {
	names
	Person   people.Person
	Contacts []people.Contact // in full
	Parts    string           // which contact points the form holds: all, phones, or none
	By       string           // who changed the person last
	When     string
	Hints    editHints
}

// editHints prefill what is not known of the person (UI-F4).
type editHints struct{ Birth, Gender string }

func (p pages) edit(r *http.Request) (v editView, err error) {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return v, err
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) })
	if err != nil {
		return v, err
	}
	if !may(r.Context(), "person:update") {
		return v, problem.Forbidden("person:update")
	}
	if q := r.URL.Query(); r.Method == http.MethodGet {
		v.Hints = editHints{Birth: q.Get("birth"), Gender: q.Get("gender")}
	}
	return v, nil
}

func (v *editView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Person, err = people.ByID(ctx, tx, key); err != nil {
		return err
	}
	briefs, err := people.Briefs(ctx, tx, []id.ID{key})
	if err != nil {
		return err
	}
	if v.Contacts, err = people.Contacts(ctx, tx, key); err != nil {
		return err
	}
	switch {
	case inFull(tx.Viewer, briefs[key]) || len(v.Contacts) == 0:
		v.Parts = "all"
	case v.Parts == "":
		if v.Contacts, err = people.Revealed(ctx, tx, key); err != nil {
			return err
		}
		if len(v.Contacts) > 0 {
			v.Parts = "phones"
		}
	}
	if v.names, err = load(ctx, tx); err != nil {
		return err
	}
	last, err := people.Timeline(ctx, tx, key, people.TimelineFilter{Department: "system", Limit: timelineRows})
	if err != nil {
		return err
	}
	for _, item := range last.Items {
		if item.Name() == "people.person-changed" {
			v.By, v.When = story{names: v.names}.by(ctx, item), i18n.DateTime(ctx, item.At, web.Zone(ctx), web.Now(ctx))
			break
		}
	}
	return nil
}

func (p pages) getEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.edit(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "edit"), H1: t(ctx, "edit-title", "name", shown(ctx, v.Person.Shown()))}, editPage(v)))
}

func (p pages) postEdit(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	f, err := web.Decode[editForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getEdit)
	}
	in := f.change(key, r)
	_, err = people.Change.Run(r.Context(), p.run, in)
	switch refused, ok := problem.As(err); {
	case err == nil:
		return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "changed"), Tone: web.Good})
	case ok && refused.Code == "nothing-changed":
		return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "unchanged")})
	case ok && refused.Code == "stale":
		return p.conflict(w, r, f, refused)
	}
	return web.Again(w, r, placed(err), p.getEdit)
}

// values are the fields as the form sends them; a list of contact points is one text.
func (f editForm) values() web.Values {
	return web.Values{
		"name": f.Name, "name_latin": f.NameLatin, "gender": f.Gender, "birth": f.Birth.String(), "district": f.District,
		"phones": rows(f.Phones), "emails": rows(f.Emails), "wechat": rows(f.WeChat),
	}
}

// values are the fields as they stand and as the form writes them, those that the form holds.
func (v editView) values(ctx context.Context) web.Values {
	p := v.Person
	out := web.Values{"name": p.Name, "name_latin": p.NameLatin, "gender": p.Gender, "birth": p.Birth.String(), "district": p.District}
	lists := map[string]string{"phones": "phone", "emails": "email", "wechat": "wechat"}
	for list, kind := range lists {
		if v.Parts == "all" || v.Parts == "phones" && kind == "phone" {
			var points []people.ContactInput
			for _, c := range v.points(kind) {
				points = append(points, people.ContactInput{Value: pointText(ctx, c), Relation: c.Relation})
			}
			out[list] = rows(points)
		}
	}
	return out
}

// pointText is a contact point as its field writes it.
func pointText(ctx context.Context, c people.Contact) string {
	if c.Kind == "phone" {
		return i18n.Phone(ctx, c.Value)
	}
	return c.Value
}

func rows(list []people.ContactInput) string {
	var out []string
	for _, c := range list {
		if c.Value != "" {
			out = append(out, c.Value+" "+c.Relation)
		}
	}
	return strings.Join(out, ", ")
}

// change makes the input of the operation of the fields that were changed since the form was opened, so that those of another stay
// (ORG-10). Lists that the form does not hold stay, and so do those of which the saved one was chosen.
func (f editForm) change(key id.ID, r *http.Request) people.ChangeInput {
	in, was, mine := people.ChangeInput{PersonID: key}, web.WasOf(r), f.values()
	if base, err := strconv.ParseInt(web.Base(r), 10, 64); err == nil {
		in.Base = &base
	}
	changed := func(name string) bool {
		before, known := was[name]
		return !known || before != mine[name]
	}
	keep(changed("name"), &in.Name, &f.Name)
	keep(changed("name_latin"), &in.NameLatin, &f.NameLatin)
	keep(changed("gender"), &in.Gender, &f.Gender)
	keep(changed("birth"), &in.Birth, &f.Birth)
	keep(changed("district"), &in.District, &f.District)
	parts := r.PostForm.Get("_contacts")
	chosen := func(name string) bool { return r.PostForm.Get("_list_"+name) != "saved" && changed(name) }
	keep((parts == "all" || parts == "phones") && chosen("phones"), &in.Phones, &f.Phones)
	keep(parts == "all" && chosen("emails"), &in.Emails, &f.Emails)
	keep(parts == "all" && chosen("wechat"), &in.WeChat, &f.WeChat)
	return in
}

func keep[T any](changed bool, to **T, from *T) {
	if changed {
		*to = from
	}
}

// conflictView is two people's changes of the same fields, side by side (UI-F5).
type conflictView struct {
	editView
	Typed  editForm
	Merged web.Values          // what needs no choice
	Choose []web.ConflictField // one value each
	Lists  []listConflict      // lists of contact points: one's own, or the saved one
}

// listConflict is a list of contact points that two people changed.
type listConflict struct{ Name, Label, Mine, Saved string }

func (p pages) conflict(w http.ResponseWriter, r *http.Request, f editForm, refused *problem.Problem) error {
	e, err := p.edit(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := conflictView{editView: e, Typed: f}
	v.Merged, _ = web.Merge(web.WasOf(r), f.values(), e.values(ctx))
	for _, field := range refused.Fields {
		v.add(ctx, field.Location)
	}
	if len(v.Choose)+len(v.Lists) == 0 { // changed without a field in common: the form anew
		return web.Again(w, r, refused, p.getEdit)
	}
	w.Header().Set("X-Problem", "yes")
	return web.Render(w, r.WithContext(web.WithProblem(ctx, &problem.Problem{Status: http.StatusConflict, Code: "stale", Rule: "ORG-10"}, nil)),
		web.Shell(web.Page{Title: t(ctx, "edit"), H1: t(ctx, "edit-title", "name", shown(ctx, v.Person.Shown()))}, conflictPage(v)))
}

// add puts both values of a field beside one another; other fields that differ are chosen with it, so that one answer is enough.
func (v *conflictView) add(ctx context.Context, field string) {
	now, mine := v.Person, v.Typed
	one := map[string][2]string{
		"name": {mine.Name, now.Name}, "name_latin": {mine.NameLatin, now.NameLatin}, "gender": {mine.Gender, now.Gender},
		"birth": {mine.Birth.String(), now.Birth.String()}, "district": {mine.District, now.District},
	}
	if pair, ok := one[field]; ok {
		v.Choose = append(v.Choose, web.ConflictField{Name: field, Label: fieldLabel(ctx, field), Mine: pair[0], Theirs: pair[1]})
		return
	}
	typed := map[string][]people.ContactInput{"phones": mine.Phones, "emails": mine.Emails, "wechat": mine.WeChat}
	kinds := map[string]string{"phones": "phone", "emails": "email", "wechat": "wechat"}
	if kind, ok := kinds[field]; ok {
		v.Lists = append(v.Lists, listConflict{Name: field, Label: t(ctx, "contact-"+kind), Mine: joined(typed[field]), Saved: v.saved(ctx, kind)})
	}
}

// saved writes the contact points of a kind as they stand, as the viewer may see them.
func (v editView) saved(ctx context.Context, kind string) string {
	var out []string
	for _, c := range v.Contacts {
		if c.Kind == kind {
			out = append(out, contactText(ctx, c))
		}
	}
	return strings.Join(out, ", ")
}

func joined(list []people.ContactInput) string {
	var out []string
	for _, c := range list {
		if c.Value != "" {
			out = append(out, c.Value)
		}
	}
	return strings.Join(out, ", ")
}

func fieldLabel(ctx context.Context, field string) string {
	return t(ctx, strings.ReplaceAll(field, "_", "-"))
}

// rest are the fields that need no choice, as they are sent on: one value each, and the typed rows of lists.
func (v conflictView) rest() [][2]string {
	chosen := map[string]bool{}
	for _, c := range v.Choose {
		chosen[c.Name] = true
	}
	var out [][2]string
	for _, name := range []string{"name", "name_latin", "gender", "birth", "district"} {
		if value := v.Merged[name]; !chosen[name] && value != "" {
			out = append(out, [2]string{name, value})
		}
	}
	f := v.Typed
	for _, l := range []struct {
		name string
		list []people.ContactInput
	}{{"phones", f.Phones}, {"emails", f.Emails}, {"wechat", f.WeChat}} {
		if v.Merged[l.name] != rows(l.list) && !v.lists(l.name) { // changed by the other one only
			out = append(out, [2]string{"_list_" + l.name, "saved"})
		}
		for i, c := range l.list {
			row := l.name + "." + strconv.Itoa(i)
			if c.Value != "" {
				out = append(out, [2]string{row + ".value", c.Value}, [2]string{row + ".relation", c.Relation})
			}
		}
	}
	return out
}

// lists tells whether a list is chosen between.
func (v conflictView) lists(name string) bool {
	return slices.ContainsFunc(v.Lists, func(l listConflict) bool { return l.Name == name })
}

// points are the rows of the form for a kind of contact points: those there are, and one more.
func (v editView) points(kind string) []people.Contact {
	var out []people.Contact
	for _, c := range v.Contacts {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	return append(out, people.Contact{Kind: kind})
}

func (v editView) birth() string {
	if v.Person.Birth.IsZero() {
		return birthOf(v.Hints.Birth).String()
	}
	return v.Person.Birth.String()
}

// fromTyped says where a prefilled value comes from (UI-F1).
func (v editView) fromTyped(ctx context.Context, prefilled bool) string {
	if !prefilled {
		return ""
	}
	return t(ctx, "from-typed")
}

func (v editView) gender() string {
	if v.Person.Gender == "" {
		return v.Hints.Gender
	}
	return v.Person.Gender
}

func (v editView) base() string { return strconv.FormatInt(v.Person.Version, 10) }

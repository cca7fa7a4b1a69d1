package peopledoor

import (
	"context"
	"net/http"
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

// editForm is what the form of a person sends: all of it, so that what was emptied is empty. Contact points are sent where the form
// shows them in full.
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

// change makes the input of the operation: lists that the form does not hold stay, and so do those of which the saved one was chosen.
func (f editForm) change(key id.ID, r *http.Request) people.ChangeInput {
	in := people.ChangeInput{PersonID: key, Name: &f.Name, NameLatin: &f.NameLatin, Gender: &f.Gender, Birth: &f.Birth, District: &f.District}
	if base, err := strconv.ParseInt(web.Base(r), 10, 64); err == nil {
		in.Base = &base
	}
	parts := r.PostForm.Get("_contacts")
	keep := func(name string) bool { return r.PostForm.Get("_list_"+name) == "saved" }
	if (parts == "all" || parts == "phones") && !keep("phones") {
		in.Phones = &f.Phones
	}
	if parts == "all" && !keep("emails") {
		in.Emails = &f.Emails
	}
	if parts == "all" && !keep("wechat") {
		in.WeChat = &f.WeChat
	}
	return in
}

// conflictView is two people's changes of the same fields, side by side (UI-F5).
type conflictView struct {
	editView
	Typed  editForm
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

// rest are the typed fields that nobody else changed: they are sent on as they are.
func (v conflictView) rest() [][2]string {
	chosen := map[string]bool{}
	for _, c := range v.Choose {
		chosen[c.Name] = true
	}
	f := v.Typed
	all := [][2]string{{"name", f.Name}, {"name_latin", f.NameLatin}, {"gender", f.Gender}, {"birth", f.Birth.String()}, {"district", f.District}}
	for _, l := range []struct {
		name string
		list []people.ContactInput
	}{{"phones", f.Phones}, {"emails", f.Emails}, {"wechat", f.WeChat}} {
		for i, c := range l.list {
			row := l.name + "." + strconv.Itoa(i)
			all = append(all, [2]string{row + ".value", c.Value}, [2]string{row + ".relation", c.Relation})
		}
	}
	var out [][2]string
	for _, p := range all {
		if !chosen[p[0]] && p[1] != "" {
			out = append(out, p)
		}
	}
	return out
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

func (v editView) gender() string {
	if v.Person.Gender == "" {
		return v.Hints.Gender
	}
	return v.Person.Gender
}

func (v editView) base() string { return strconv.FormatInt(v.Person.Version, 10) }

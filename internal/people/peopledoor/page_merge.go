package peopledoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/web"
)

// mergeQuery is the address of the comparison: with whom, or who is looked for.
type mergeQuery struct {
	With   id.ID  `json:"with"`
	Search string `json:"q" maxLength:"100"`
}

// mergeSide is one of two records that are compared.
type mergeSide struct {
	Person    people.Person
	Contacts  []people.Contact
	Custom    []people.Attribute
	Links     []people.Link
	Relatives []people.Relative

	Is     people.Organization // of a company customer
	Staff  []people.OrganizationContact
	Parent people.Brief
}

// mergeView compares two records, field by field (PPL-5); without a second one it looks for it.
type mergeView struct {
	names
	Query  mergeQuery
	Kept   mergeSide
	Gone   mergeSide
	Likely []people.Duplicate
	Found  []people.Brief
}

// getMerge compares two persons.
func (p pages) getMerge(w http.ResponseWriter, r *http.Request) error {
	return p.compare(w, r, "person", (*mergeView).read)
}

// compare shows two records of a kind beside each other; without a second one it looks for it.
func (p pages) compare(w http.ResponseWriter, r *http.Request, kind string, read func(*mergeView, context.Context, *op.Tx, id.ID) error) error {
	key, err := web.PathID(r, "id", kind)
	if err != nil {
		return err
	}
	v := mergeView{}
	if r.Method == http.MethodGet {
		if v.Query, err = web.Decode[mergeQuery](r); err != nil {
			return err
		}
	} else if err := v.Query.With.UnmarshalText([]byte(r.PostForm.Get("with_id"))); err != nil {
		return problem.NotFound(kind)
	}
	err = p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.names, err = load(ctx, tx); err != nil {
			return err
		}
		v.Query.Search = strings.TrimSpace(v.Query.Search)
		return read(&v, ctx, tx, key)
	})
	if err != nil {
		return err
	}
	return renderMerge(w, r, v)
}

func renderMerge(w http.ResponseWriter, r *http.Request, v mergeView) error {
	ctx := r.Context()
	name := shown(ctx, v.Kept.Person.Shown())
	if v.Query.With.IsNone() {
		return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "merge"), H1: t(ctx, "merge-who", "name", name)}, mergeSearchPage(v)))
	}
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "merge"), H1: t(ctx, "merge-title", "name", name)}, mergePage(v)))
}

func (v *mergeView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.Kept, err = sideOf(ctx, tx, key); err != nil {
		return err
	}
	if !v.Query.With.IsNone() {
		v.Gone, err = sideOf(ctx, tx, v.Query.With)
		return err
	}
	if v.Likely, err = people.DuplicatesOf(ctx, tx, v.Kept.Person); err != nil {
		return err
	}
	if v.Query.Search == "" {
		return nil
	}
	v.Found, err = people.Search(ctx, tx, v.Query.Search, fewFound)
	v.Found = slices.DeleteFunc(v.Found, func(b people.Brief) bool { return b.ID == key })
	return err
}

func sideOf(ctx context.Context, tx *op.Tx, key id.ID) (s mergeSide, err error) {
	if s.Person, err = people.ByID(ctx, tx, key); err != nil {
		return s, err
	}
	if err := s.read(ctx, tx); err != nil {
		return s, err
	}
	s.Relatives, err = people.Relatives(ctx, tx, s.Person)
	return s, err
}

// read adds what persons and company customers both have.
func (s *mergeSide) read(ctx context.Context, tx *op.Tx) (err error) {
	if s.Contacts, err = people.Contacts(ctx, tx, s.Person.ID); err != nil {
		return err
	}
	if s.Custom, err = people.ShownAttributes(ctx, tx, s.Person.ID); err != nil {
		return err
	}
	s.Links, err = people.Links(ctx, tx, s.Person.ID)
	return err
}

func (p pages) postMerge(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.MergeInput](r)
	if err == nil {
		in.PersonID = key
		in.Custom = slices.DeleteFunc(in.Custom, func(s string) bool { return s == "" })
		_, err = people.Merge.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getMerge)
	}
	return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "merge-done"), Tone: web.Good})
}

func (p pages) postUnmerge(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.UnmergeInput](r)
	if err == nil {
		in.PersonID = key
		_, err = people.Unmerge.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getPerson)
	}
	return web.Redirect(w, r, personPath(key, ""), web.Status{Text: t(r.Context(), "merge-undone"), Tone: web.Good})
}

// mergeField is a field of both records: where they differ one chooses.
type mergeField struct {
	Name, Label, Kept, Gone string
	Both                    bool   // a list: both stay, one chooses whose come first
	Value                   string // that chooses the merged one's
}

// fields are those that one of the two has.
func (v mergeView) fields(ctx context.Context) (out []mergeField) {
	if v.Kept.Person.Organization {
		return v.organizationFields(ctx)
	}
	add := func(f mergeField) {
		if f.Kept+f.Gone != "" {
			if f.Value == "" {
				f.Value = people.FromMerged
			}
			out = append(out, f)
		}
	}
	a, b := v.Kept.Person, v.Gone.Person
	add(mergeField{Name: "fields.name", Label: t(ctx, "name"), Kept: a.Name, Gone: b.Name})
	add(mergeField{Name: "fields.name_latin", Label: t(ctx, "name-latin"), Kept: a.NameLatin, Gone: b.NameLatin})
	add(mergeField{Name: "fields.gender", Label: t(ctx, "gender"), Kept: code(ctx, "gender", a.Gender), Gone: code(ctx, "gender", b.Gender)})
	add(mergeField{Name: "fields.birth", Label: t(ctx, "birth"), Kept: date(ctx, a.Birth), Gone: date(ctx, b.Birth)})
	add(mergeField{Name: "fields.district", Label: t(ctx, "district"), Kept: a.District, Gone: b.District})
	for _, l := range [][2]string{{"phones", "phone"}, {"emails", "email"}, {"wechat", "wechat"}} {
		add(mergeField{Name: "fields." + l[0], Label: t(ctx, "contact-"+l[1]), Kept: v.Kept.points(ctx, l[1]), Gone: v.Gone.points(ctx, l[1]), Both: true})
	}
	for _, c := range v.custom() {
		add(c)
	}
	return out
}

// custom are the fields of the school's own.
func (v mergeView) custom() (out []mergeField) {
	for _, a := range v.Kept.Custom {
		out = append(out, mergeField{Name: "custom." + a.Field, Label: a.Field, Kept: a.Text, Value: a.Field})
	}
	for _, a := range v.Gone.Custom {
		if i := slices.IndexFunc(out, func(f mergeField) bool { return f.Value == a.Field }); i >= 0 {
			out[i].Gone = a.Text
			continue
		}
		out = append(out, mergeField{Name: "custom." + a.Field, Label: a.Field, Gone: a.Text, Value: a.Field})
	}
	n := 0
	for i, f := range out { // those that are chosen between are rows of a list
		if f.differs() {
			out[i].Name, n = "custom."+strconv.Itoa(n), n+1
		}
	}
	return out
}

// differs tells that one has to choose.
func (f mergeField) differs() bool { return f.Kept != "" && f.Gone != "" && f.Kept != f.Gone }

// kept is the value that chooses that of the record that stands.
func (f mergeField) kept() string {
	if f.Value == people.FromMerged {
		return people.FromKept
	}
	return ""
}

// points writes the contact points of a kind as the viewer may see them.
func (s mergeSide) points(ctx context.Context, kind string) string {
	var out []string
	for _, c := range s.Contacts {
		if c.Kind == kind {
			out = append(out, contactText(ctx, c))
		}
	}
	return strings.Join(out, ", ")
}

// belongings says in one line what moves with a record.
func (s mergeSide) belongings(ctx context.Context) string {
	count := map[string]int{}
	for _, l := range s.Links {
		count[l.Kind]++
	}
	var out []string
	for _, kind := range []string{"enquiry", "contract", "payer", "payment", "named", "visit"} {
		if n := count[kind]; n > 0 {
			out = append(out, t(ctx, "merge-count", "what", i18n.T(ctx, "link."+kind), "n", n))
		}
	}
	if n := len(s.Relatives); n > 0 {
		out = append(out, t(ctx, "merge-count", "what", t(ctx, "family-contact"), "n", n))
	}
	if n := len(s.Staff); n > 0 {
		out = append(out, t(ctx, "merge-count", "what", o(ctx, "contacts"), "n", n))
	}
	return strings.Join(out, " · ")
}

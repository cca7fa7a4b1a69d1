package rollout

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// What became of a row.
const (
	Accepted = "accepted" // a new enquiry
	Merged   = "merged"   // known already: the same key with nothing new, or a sure duplicate
	Updated  = "updated"  // the same key with other values
	Rejected = "rejected"
)

// leadImport brings a list of leads in, chunk by chunk. What it remembers of the file lets a dry run decide as the run would.
type leadImport struct {
	run      *op.Runner
	mapping  Mapping
	center   id.ID // of rows that name none
	channels marketing.Tree
	courses  map[string]id.ID
	matcher  *people.Matcher
	keys     map[string]bool // keys seen in this file
	unmapped map[string]map[string]int
}

func newLeadImport(ctx context.Context, r *op.Runner, m Mapping, center id.ID) (*leadImport, error) {
	im := &leadImport{run: r, mapping: m, center: center, courses: map[string]id.ID{}, matcher: people.NewMatcher(), keys: map[string]bool{}, unmapped: map[string]map[string]int{}}
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if im.channels, err = marketing.Channels(ctx, tx); err != nil {
			return err
		}
		courses, err := contracts.Courses(ctx, tx, false)
		if err != nil {
			return err
		}
		for _, c := range courses {
			for _, name := range []string{c.Code, c.NameZH, c.NameEN} {
				im.courses[fold(name)] = c.ID
			}
		}
		return nil
	})
	return im, err
}

// chunk decides and applies rows; with dry it only decides. A row that an operation refuses is rejected with the refusal's words
// and leaves nothing behind.
func (im *leadImport) chunk(ctx context.Context, list []row, dry bool, done func(row, string, *Reject)) error {
	leads, rejects := make([]Lead, len(list)), make([]*Reject, len(list))
	zone := im.run.Zone(im.center)
	for i, r := range list {
		leads[i], rejects[i] = im.mapping.lead(r.no, r.cells, zone)
	}
	var known map[string]sales.Known
	err := im.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if known, err = sales.KnownKeys(ctx, tx, keysOf(leads)); err != nil {
			return err
		}
		return im.matcher.Load(ctx, tx, candidates(leads))
	})
	if err != nil {
		return fmt.Errorf("look up chunk: %w", err)
	}
	for i, l := range leads {
		what, reject := Rejected, rejects[i]
		if reject == nil {
			if what, reject, err = im.row(ctx, l, known, dry); err != nil {
				return err
			}
		}
		done(list[i], what, reject)
	}
	return nil
}

func (im *leadImport) notMapped() map[string]map[string]int { return im.unmapped }

func keysOf(rows []Lead) []string {
	var out []string
	for _, l := range rows {
		if l.Key != "" {
			out = append(out, l.Key)
		}
	}
	return out
}

func candidates(rows []Lead) []people.Candidate {
	var out []people.Candidate
	for _, l := range rows {
		if l.Phone != "" {
			out = append(out, people.Candidate{Name: l.Name, Phones: []string{l.Phone}})
		}
	}
	return out
}

// row decides about one row, and does it. A row of a key only is the person that the key names and is never merged by likeness.
func (im *leadImport) row(ctx context.Context, l Lead, known map[string]sales.Known, dry bool) (string, *Reject, error) {
	k, exists := known[l.Key]
	switch {
	case l.Key != "" && exists:
		return im.again(ctx, l, k, dry)
	case l.Key != "" && im.keys[l.Key]:
		return Merged, nil, nil // twice in this file, and not yet written in a dry run
	}
	im.keys[l.Key] = l.Key != ""
	in := im.input(l)
	if l.Phone != "" {
		if person, ok := im.matcher.Sure(people.Candidate{Name: l.Name, Phones: []string{l.Phone}}); ok {
			return im.merge(ctx, l, person, in, dry)
		}
	}
	if dry {
		im.matcher.Note(people.Candidate{Name: l.Name, Phones: phones(l)}, id.None)
		return Accepted, nil, nil
	}
	e, err := sales.Enter.Run(ctx, im.run, in)
	if err != nil {
		return refused(l, err)
	}
	im.matcher.Note(people.Candidate{Name: l.Name, Phones: phones(l)}, e.PersonID)
	known[l.Key] = sales.Known{Enquiry: e.ID, Person: e.PersonID}
	return Accepted, nil, nil
}

func phones(l Lead) []string {
	if l.Phone == "" {
		return nil
	}
	return []string{l.Phone}
}

// again is a row whose key is known: it is updated if it brings other values.
func (im *leadImport) again(ctx context.Context, l Lead, k sales.Known, dry bool) (string, *Reject, error) {
	in := im.input(l)
	change := sales.UpdateImportedInput{EnquiryID: k.Enquiry, Attributes: in.Attributes, ChannelID: in.ChannelID, CourseID: in.CourseID, Import: in.Import, Person: in.Person}
	if !k.Differs(change) {
		return Merged, nil, nil
	}
	if dry {
		return Updated, nil, nil
	}
	if _, err := sales.UpdateImported.Run(ctx, im.run, change); err != nil {
		return refused(l, err)
	}
	return Updated, nil, nil
}

// merge is a row of somebody who is known: its source record joins the person's enquiry (MKT-11).
func (im *leadImport) merge(ctx context.Context, l Lead, person id.ID, in sales.EnterInput, dry bool) (string, *Reject, error) {
	if dry || person.IsNone() {
		return Merged, nil, nil
	}
	in.PersonID, in.Person = person, nil
	if _, err := sales.MergeLead.Run(ctx, im.run, in); err != nil {
		return refused(l, err)
	}
	return Merged, nil, nil
}

// refused turns a refusal into a rejected row; other errors end the run.
func refused(l Lead, err error) (string, *Reject, error) {
	p, ok := problem.As(err)
	if !ok || p.Status >= 500 {
		return "", nil, fmt.Errorf("row %d: %w", l.Row, err)
	}
	r := &Reject{Row: l.Row, Code: p.Code}
	if len(p.Fields) > 0 {
		r.Field, r.Value = p.Fields[0].Location, clip(fmt.Sprint(p.Fields[0].Value))
		if p.Fields[0].Code != "" {
			r.Code = p.Fields[0].Code
		}
	}
	return Rejected, r, nil
}

// input makes the operation's input of a row. Names that the company does not know are kept as text and counted as unmapped.
func (im *leadImport) input(l Lead) sales.EnterInput {
	in := sales.EnterInput{CenterID: im.center, ExternalKey: l.Key, Source: l.Channel, Import: &sales.Imported{Entered: l.Entered, Outcome: l.Outcome, OutcomeDay: l.OutcomeDay, Row: l.Row}}
	in.Person = &people.RegisterInput{Name: l.Name, Gender: l.Gender, Birth: l.Birth, District: l.District, ExternalKey: l.Key}
	for _, c := range []struct{ kind, value, relation string }{{"phone", l.Phone, ""}, {"email", l.Email, ""}, {"wechat", l.WeChat, ""}} {
		if c.value == "" {
			continue
		}
		list := map[string]*[]people.ContactInput{"phone": &in.Person.Phones, "email": &in.Person.Emails, "wechat": &in.Person.WeChat}[c.kind]
		*list = append(*list, people.ContactInput{Value: c.value})
	}
	for _, c := range l.Custom {
		in.Attributes = append(in.Attributes, people.Attribute{Field: c.Code, Text: c.Text})
	}
	im.resolve(l, &in)
	return in
}

func (im *leadImport) resolve(l Lead, in *sales.EnterInput) {
	keep := func(field, text string) {
		if im.unmapped[field] == nil {
			im.unmapped[field] = map[string]int{}
		}
		im.unmapped[field][text]++
		in.Attributes = append(in.Attributes, people.Attribute{Field: field, Text: text})
	}
	dir := im.run.Org.(*organization.Directory)
	if l.Channel != "" {
		if c, ok := im.channels.ByName(l.Channel); ok {
			in.ChannelID = c.ID
		} else {
			keep("channel", l.Channel)
		}
	}
	if l.Course != "" {
		if c, ok := im.courses[fold(l.Course)]; ok {
			in.CourseID = c
		} else {
			keep("course", l.Course)
		}
	}
	if l.Center != "" {
		if c, ok := dir.CenterByCode(l.Center); ok {
			in.CenterID = c.ID
		} else {
			keep("center", l.Center)
		}
	}
	if l.Consultant != "" {
		if m, ok := dir.StaffByName(l.Consultant); ok {
			in.ConsultantID = m.ID
		} else {
			keep("consultant", l.Consultant)
		}
	}
	if l.Note != "" {
		in.Attributes = append(in.Attributes, people.Attribute{Field: "note", Text: l.Note})
	}
	slices.SortFunc(in.Attributes, func(a, b people.Attribute) int { return compare(a.Field, b.Field) })
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

package rollout

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// leadImport brings a list of leads in, chunk by chunk.
type leadImport struct {
	base

	channels  marketing.Tree
	courses   map[string]id.ID
	campaigns map[string]id.ID // by number or name
}

func newLeadImport(ctx context.Context, b base) (*leadImport, error) {
	im := &leadImport{base: b}
	err := b.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if im.channels, err = marketing.Channels(ctx, tx); err != nil {
			return err
		}
		if im.campaigns, err = marketing.CampaignsByName(ctx, tx); err != nil {
			return err
		}
		im.courses, err = coursesByName(ctx, tx)
		return err
	})
	return im, err
}

func coursesByName(ctx context.Context, tx *op.Tx) (map[string]id.ID, error) {
	list, err := contracts.Courses(ctx, tx, false)
	out := map[string]id.ID{}
	for _, c := range list {
		for _, name := range []string{c.Code, c.NameZH, c.NameEN} {
			if name != "" {
				out[fold(name)] = c.ID
			}
		}
	}
	joined := map[string]id.ID{} // "GTXPro" is "GTX Pro", unless two courses are called so
	for name, course := range out {
		key := strings.ReplaceAll(name, " ", "")
		if other, twice := joined[key]; twice && other != course {
			course = id.None
		}
		joined[key] = course
	}
	for key, course := range joined {
		if _, known := out[key]; !known && !course.IsNone() {
			out[key] = course
		}
	}
	return out, err
}

// known is what is known of the keys of a chunk.
type known struct {
	matters   map[string]sales.Known
	persons   map[id.ID]people.KnownPerson
	customers map[string]people.KnownOrganization // organizations by their folded names and by their keys
	joined    map[string]bool                     // keys of rows of the chunk that joined somebody's enquiry
}

// chunk decides and applies rows; a dry run only decides. A row that an operation refuses is rejected with the refusal's words
// and leaves nothing behind.
func (im *leadImport) chunk(ctx context.Context, list []row, note func(row, outcome)) error {
	leads, rejects := im.read(list)
	k := known{joined: map[string]bool{}}
	err := im.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if k.matters, err = sales.KnownKeys(ctx, tx, keysOf(leads)); err != nil {
			return err
		}
		var ids []id.ID
		for _, m := range k.matters {
			ids = append(ids, m.Person)
		}
		if k.persons, err = people.PersonsByID(ctx, tx, ids); err != nil {
			return err
		}
		if k.customers, err = customersOf(ctx, tx, leads); err != nil {
			return err
		}
		return im.matcher.Load(ctx, tx, candidates(leads))
	})
	if err != nil {
		return fmt.Errorf("look up chunk: %w", err)
	}
	for i, l := range leads {
		o := outcome{what: Rejected, reject: rejects[i]}
		if o.reject == nil {
			if o, err = im.row(ctx, l, k); err != nil {
				return err
			}
		}
		note(list[i], o)
	}
	return nil
}

// row decides about one row, and does it. A row of a key only is the person that the key names and is never merged by likeness.
func (im *leadImport) row(ctx context.Context, l Lead, k known) (o outcome, err error) {
	in, unmapped := im.input(l, k.customers)
	defer func() {
		if o.what != Rejected {
			o.unmapped = unmapped
		}
	}()
	if m, exists := k.matters[l.Key]; l.Key != "" && exists {
		return im.again(ctx, l, m, k, in)
	}
	if o, done, err := im.twice(l); done || err != nil {
		return o, err
	}
	if l.Phone != "" {
		person, sure, err := im.matcher.Sure(l.candidate())
		if err != nil {
			return o, err
		}
		if sure && k.joined[l.Key] {
			return outcome{what: Merged}, nil
		}
		if sure {
			k.joined[l.Key] = l.Key != ""
			return im.merge(ctx, l, person, in)
		}
	}
	if im.dry != nil {
		return outcome{what: Accepted}, im.matcher.Note(l.candidate(), id.None)
	}
	e, err := sales.Enter.Run(ctx, im.run, in)
	if err != nil {
		return refused(l, err)
	}
	if l.Key != "" {
		k.matters[l.Key] = sales.Known{Enquiry: e.ID, Person: e.PersonID, Center: in.CenterID}
	}
	return outcome{what: Accepted}, im.matcher.Note(l.candidate(), e.PersonID)
}

// twice is a row of a dry run whose key an earlier one has: with the same values it is merged, with others it updates.
func (b base) twice(l Lead) (o outcome, done bool, err error) {
	if b.dry == nil || l.Key == "" {
		return o, false, nil
	}
	l.Row = 0
	var h maphash.Hash
	h.SetSeed(b.dry.seed)
	fmt.Fprint(&h, l)
	known, same, err := b.dry.key(l.Key, h.Sum64())
	switch {
	case same:
		return outcome{what: Merged}, true, err
	case known:
		return outcome{what: Updated}, true, err
	}
	return o, false, err
}

// again is a row whose key is known: it updates the enquiry and the person if it brings other values, and if the importer may change
// them. Of a key that came with a row that joined another's enquiry, that one's values stand.
func (im *leadImport) again(ctx context.Context, l Lead, m sales.Known, k known, in sales.EnterInput) (outcome, error) {
	change := sales.UpdateImportedInput{EnquiryID: m.Enquiry, Attributes: in.Attributes, ChannelID: in.ChannelID, CourseID: in.CourseID, Import: in.Import, Person: in.Person, OrganizationID: in.OrganizationID, Value: in.Value}
	differs := m.Differs(change)
	var person people.ChangeInput
	personDiffers := false
	if p := k.persons[m.Person]; p.May && !m.Joined() {
		person, personDiffers = p.Change(*in.Person)
	}
	if !differs && !personDiffers || !im.reaches(m.Center) {
		return outcome{what: Merged}, nil
	}
	if im.dry != nil {
		return outcome{what: Updated}, nil
	}
	what := Merged
	if differs {
		_, err := sales.UpdateImported.Run(ctx, im.run, change)
		if err != nil && !is(err, "nothing-new") {
			return refused(l, err)
		}
		if err == nil {
			what = Updated
		}
	}
	if personDiffers {
		if _, err := people.Change.Run(ctx, im.run, person); err != nil {
			return refused(l, err)
		}
		what = Updated
	}
	return outcome{what: what}, nil
}

func is(err error, code string) bool {
	p, ok := problem.As(err)
	return ok && p.Code == code
}

// merge is a row of somebody who is known: its source record joins the person's enquiry (MKT-11). Who has none yet gets one.
func (im *leadImport) merge(ctx context.Context, l Lead, person id.ID, in sales.EnterInput) (outcome, error) {
	if im.dry != nil || person.IsNone() {
		return outcome{what: Merged}, nil
	}
	in.PersonID, in.Person = person, nil
	_, err := sales.MergeLead.Run(ctx, im.run, in)
	if is(err, "no-matter") {
		_, err = sales.Enter.Run(ctx, im.run, in)
	}
	if err != nil {
		return refused(l, err)
	}
	return outcome{what: Merged}, nil
}

// refused turns a refusal into a rejected row; other errors end the run.
func refused(l Lead, err error) (outcome, error) {
	p, ok := problem.As(err)
	if !ok || p.Status >= 500 {
		return outcome{}, fmt.Errorf("row %d: %w", l.Row, err)
	}
	r := &Reject{Row: l.Row, Code: p.Code}
	if len(p.Fields) > 0 {
		r.Field = p.Fields[0].Location
		if v := p.Fields[0].Value; v != nil {
			r.Value = clip(fmt.Sprint(v))
		}
		if p.Fields[0].Code != "" {
			r.Code = p.Fields[0].Code
		}
	}
	return outcome{what: Rejected, reject: r}, nil
}

// input makes the operation's input of a row. Names that the company does not know are kept as text and reported as unmapped.
func (im *leadImport) input(l Lead, customers map[string]people.KnownOrganization) (in sales.EnterInput, unmapped []Cell) {
	in = sales.EnterInput{CenterID: im.center, ExternalKey: l.Key, Source: l.Channel, Import: &sales.Imported{Entered: l.Entered, Outcome: l.Outcome, OutcomeDay: l.OutcomeDay, Row: l.Row}}
	person := l.person()
	in.Person = &person
	unmapped = l.Kept
	if l.Channel != "" {
		if c, ok := im.channels.ByName(l.Channel); ok {
			in.ChannelID = c.ID
		} else {
			unmapped = append(unmapped, Cell{"channel", l.Channel})
		}
	}
	if l.Campaign != "" {
		if key, ok := im.campaigns[l.Campaign]; ok {
			in.CampaignID = key
		} else {
			unmapped = append(unmapped, Cell{"campaign", l.Campaign})
		}
	}
	if l.Course != "" {
		if c, ok := im.course(l.Course); ok {
			in.CourseID = c
		} else {
			unmapped = append(unmapped, Cell{"course", l.Course})
		}
	}
	in.Value = l.Value
	if l.Organization != "" {
		if o, ok := customer(customers, l.Organization); ok {
			in.OrganizationID = o.ID
		} else {
			unmapped = append(unmapped, Cell{"organization", l.Organization})
		}
	}
	in.CenterID, unmapped = im.centerOf(l, unmapped)
	if l.Consultant != "" {
		if m, ok := im.dir.StaffByName(l.Consultant); ok {
			in.ConsultantID = m.ID
		} else {
			unmapped = append(unmapped, Cell{"consultant", l.Consultant})
		}
	}
	in.Attributes = l.attributes(unmapped)
	return in, unmapped
}

// course finds a course by a name, also one that is written without its blanks.
func (im *leadImport) course(name string) (id.ID, bool) {
	if c, ok := im.courses[fold(name)]; ok {
		return c, true
	}
	c, ok := im.courses[strings.ReplaceAll(fold(name), " ", "")]
	return c, ok
}

// centerOf finds the center of a row; one that is unknown, or beyond the importer's scope, is kept as text.
func (b base) centerOf(l Lead, unmapped []Cell) (id.ID, []Cell) {
	if l.Center == "" {
		return b.center, unmapped
	}
	if c, ok := b.dir.CenterByCode(l.Center); ok && b.reaches(c.ID) {
		return c.ID, unmapped
	}
	return b.center, append(unmapped, Cell{"center", l.Center})
}

func (l Lead) candidate() people.Candidate {
	c := people.Candidate{Name: l.Name}
	if l.Phone != "" {
		c.Phones = []string{l.Phone}
	}
	return c
}

func (l Lead) person() people.RegisterInput {
	in := people.RegisterInput{Name: l.Name, Gender: l.Gender, Birth: l.Birth, District: l.District, ExternalKey: l.Key}
	if l.Phone != "" {
		in.Phones = []people.ContactInput{{Value: l.Phone}}
	}
	if l.Email != "" {
		in.Emails = []people.ContactInput{{Value: l.Email}}
	}
	if l.WeChat != "" {
		in.WeChat = []people.ContactInput{{Value: l.WeChat}}
	}
	return in
}

// attributes are the custom values of a row, what is kept as text, and the note; by field.
func (l Lead) attributes(unmapped []Cell) []people.Attribute {
	out := make([]people.Attribute, 0, len(l.Custom)+len(unmapped)+1)
	for _, c := range slices.Concat(l.Custom, unmapped) {
		out = append(out, people.Attribute{Field: c.Code, Text: c.Text})
	}
	if l.Note != "" {
		out = append(out, people.Attribute{Field: "note", Text: l.Note})
	}
	slices.SortStableFunc(out, func(a, b people.Attribute) int { return strings.Compare(a.Field, b.Field) })
	return out
}

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
			out = append(out, l.candidate())
		}
	}
	return out
}

// base is what every import of people works with.
type base struct {
	run     *op.Runner
	dir     *organization.Directory
	mapping Mapping
	center  id.ID        // of rows that name none
	scope   policy.Scope // how far the importer's right reaches
	matcher *people.Matcher
	dry     *seen // earlier rows of a dry run; nil where rows are brought in
}

func newBase(r *op.Runner, m Mapping, center id.ID, scope policy.Scope, dry bool) (b base, err error) {
	b = base{run: r, dir: r.Org.(*organization.Directory), mapping: m, center: center, scope: scope}
	if !dry {
		b.matcher = people.NewMatcher(nil)
		return b, nil
	}
	if b.dry, err = newSeen(); err != nil {
		return b, err
	}
	b.matcher = people.NewMatcher(b.dry)
	return b, nil
}

func (b base) close() error {
	if b.dry == nil {
		return nil
	}
	return b.dry.close()
}

// reaches tells whether the importer may bring in and change what lies at a center; none is the company's pool.
func (b base) reaches(center id.ID) bool {
	return b.scope.All || slices.Contains(b.scope.Centers, center)
}

func (b base) read(list []row) ([]Lead, []*Reject) {
	leads, rejects := make([]Lead, len(list)), make([]*Reject, len(list))
	zone := b.run.Zone(b.center)
	at := where{zone: zone, today: bizdate.Of(b.run.Clock.Now(), zone)}
	for i, r := range list {
		leads[i], rejects[i] = b.mapping.lead(r.no, r.cells, at)
		if rejects[i] != nil {
			leads[i] = Lead{Row: r.no} // nothing is looked up for it
		}
	}
	return leads, rejects
}

package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Change changes fields of a person; those left out stay. One that starts from an older version holds unless somebody changed the
// same fields since (ORG-10). Old values stay beside the event under the person's key (TRU-24). Refused: stale (409 with the
// fields and their values as they are now; 412 where the exact version was asked for), nothing-changed, and what Register refuses.
var Change = op.Op[ChangeInput, Answer]{
	Name: "people.change", Rule: "ORG-10", Needs: "person:update", Fact: facts.PersonChanged{}, Do: change,
	Subject: func(in ChangeInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Undo:    "people.revert-change",
}

// ChangeInput names what changes.
type ChangeInput struct {
	PersonID  id.ID           `json:"person_id" path:"id"`
	Base      *int64          `json:"base_version,omitempty" doc:"version that the change starts from; the present one if left out"`
	Exact     bool            `json:"-"` // refuse every other version, as If-Match asks
	Name      *string         `json:"name,omitempty" maxLength:"100"`
	NameLatin *string         `json:"name_latin,omitempty" maxLength:"100"`
	Gender    *string         `json:"gender,omitempty" enum:"female,male,"`
	Birth     *bizdate.Date   `json:"birth,omitempty"`
	District  *string         `json:"district,omitempty" maxLength:"100"`
	Lang      *string         `json:"lang,omitempty" maxLength:"10"`
	Phones    *[]ContactInput `json:"phones,omitempty" maxItems:"10"`
	Emails    *[]ContactInput `json:"emails,omitempty" maxItems:"10"`
	WeChat    *[]ContactInput `json:"wechat,omitempty" maxItems:"10"`

	Attributes []Attribute `json:"-"` // custom values, of an import

	reverts id.ID // the change that this one takes back
}

func change(ctx context.Context, tx *op.Tx, in ChangeInput) (Answer, error) {
	if err := tx.Lock(ctx, "persons", in.PersonID); err != nil {
		return Answer{}, fmt.Errorf("lock person: %w", err)
	}
	p, was, err := loadKnown(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	if !p.Anonymized.IsZero() {
		return Answer{}, isAnonymous(p.ID)
	}
	if err := Human(ctx, tx, "person_id", p.ID); err != nil { // an organization is changed by ChangeOrganization
		return Answer{}, err
	}
	if err := in.base(p); err != nil {
		return Answer{}, err
	}
	now, err := in.over(was).normal(tx.Today(p.Center))
	if err != nil {
		return Answer{}, err
	}
	fields, old := differences(was, now)
	custom, err := changeAttributes(ctx, tx, p.ID, in.Attributes)
	if err != nil {
		return Answer{}, err
	}
	for _, a := range custom {
		fields, old[a.Field] = append(fields, a.Field), a.Text
	}
	if len(fields) == 0 {
		return Answer{}, problem.Refuse("ORG-10", "nothing-changed", problem.Field{Location: "person_id", Value: p.ID})
	}
	if in.Base != nil && *in.Base != p.Version {
		if err := meanwhile(ctx, tx, p, *in.Base, fields, was.values()); err != nil {
			return Answer{}, err
		}
	}
	also, err := alsoCalled(ctx, tx, p.ID)
	if err != nil {
		return Answer{}, err
	}
	if err := saveChange(ctx, tx, &p, version{was, also}, version{now, also}); err != nil {
		return Answer{}, err
	}
	f := facts.PersonChanged{Person: p.ID, Center: p.Center, Version: p.Version, Fields: fields, Reverts: in.reverts}
	if f.Before, f.Digests, err = sealBefore(ctx, tx, p.ID, old); err != nil {
		return Answer{}, err
	}
	tx.Undoable(RevertInput{PersonID: p.ID})
	tx.Record(p.ID, f)
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// base refuses a change that starts from a version that never was, or not from the exact one.
func (in ChangeInput) base(p Person) error {
	switch {
	case in.Base == nil:
		return nil
	case in.Exact && *in.Base != p.Version:
		return &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
	case *in.Base > p.Version || *in.Base < 0:
		return problem.Refuse("ORG-10", "invalid", problem.Field{Location: "base_version", Code: "unknown", Value: *in.Base})
	}
	return nil
}

// changing are the kinds of facts by which fields of a person change.
var changing = []string{facts.PersonChanged{}.Kind(), facts.PersonsMerged{}.Kind(), facts.PersonsUnmerged{}.Kind(), facts.OrganizationChanged{}.Kind()}

// meanwhile refuses fields that were changed after the base version.
func meanwhile(ctx context.Context, tx *op.Tx, p Person, base int64, fields []string, now map[string]string) error {
	type changedRow struct {
		Payload facts.PersonChanged `db:"payload,json"` // of a merge: as far as it is one
	}
	rows, err := op.AllOf[changedRow](ctx, tx.Unscoped("names of fields, of a person that was seen"),
		"SELECT payload FROM events WHERE person = ? AND kind IN (?) ORDER BY id DESC LIMIT ?", p.ID, changing, p.Version-base)
	if err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	var since []string
	for _, r := range rows {
		if r.Payload.Version > base {
			since = append(since, r.Payload.Fields...)
		}
	}
	show, err := showLists(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	return overlapping(fields, since, now, show)
}

// showLists says how contact points of a person are shown to the viewer.
func showLists(ctx context.Context, tx *op.Tx, person id.ID) (func(string) string, error) {
	rule, err := shownRule(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	switch rule {
	case policy.Full:
		return func(s string) string { return s }, nil
	case policy.Hidden:
		return func(string) string { return "" }, nil
	default:
		return maskList, nil
	}
}

// shownRule is the rule by which the viewer sees contact points and other private values of a person.
func shownRule(ctx context.Context, tx *op.Tx, person id.ID) (policy.Rule, error) {
	rule := tx.Viewer.Field("phone")
	if rule != policy.FullOwn {
		return rule, nil
	}
	own := mine(tx.Viewer, "p.id")
	n, err := op.One[int64](ctx, tx, "SELECT COUNT(*) FROM persons p WHERE {scope:person p} AND p.id = ? AND "+own.Text, append([]any{person}, own.Args...)...)
	if err != nil {
		return rule, fmt.Errorf("look for own matter: %w", err)
	}
	if n > 0 {
		return policy.Full, nil
	}
	return rule, nil
}

// loadKnown reads a person in scope, and all that is known of it in full, to change it.
func loadKnown(ctx context.Context, tx *op.Tx, key id.ID) (p Person, was RegisterInput, err error) {
	if p, err = ByID(ctx, tx, key); err != nil {
		return p, was, err
	}
	was, err = knownOf(ctx, tx, p)
	return p, was, err
}

// knownOf gives all that is known of a person.
func knownOf(ctx context.Context, tx *op.Tx, p Person) (was RegisterInput, err error) {
	type row struct {
		Kind     string `db:"kind"`
		Value    string `db:"value"`
		Relation string `db:"relation"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("compared with what is changed, shown to nobody"), "SELECT kind, value, relation FROM contact_points WHERE person = ? ORDER BY no", p.ID)
	if err != nil {
		return was, fmt.Errorf("read contact points: %w", err)
	}
	have := map[string][]ContactInput{}
	for _, r := range list {
		have[r.Kind] = append(have[r.Kind], ContactInput{Value: r.Value, Relation: r.Relation})
	}
	return RegisterInput{
		Name: p.Name, NameLatin: p.NameLatin, Gender: p.Gender, Birth: p.Birth, District: p.District, Lang: p.Lang, ExternalKey: p.ExternalKey,
		Phones: have["phone"], Emails: have["email"], WeChat: have["wechat"],
	}, nil
}

// version is what is known of a person at a time, and what those are called who were merged into it.
type version struct {
	RegisterInput
	also []called
}

// saveChange writes a person with contact points and search terms, where they changed.
func saveChange(ctx context.Context, tx *op.Tx, p *Person, was, now version) error {
	_, terms := p.row(was.Phones, was.also...)
	p.Name, p.NameLatin, p.Gender, p.Birth, p.District, p.Lang, p.Pinyin = now.Name, now.NameLatin, now.Gender, now.Birth, now.District, now.Lang, pinyin.Of(now.Name).Marked
	row, after := p.row(now.Phones, now.also...)
	if err := tx.Save(ctx, &row, "name", "name_latin", "gender", "birth", "district", "lang", "household", "pinyin", "name_terms", "phone_digits"); err != nil {
		return err
	}
	p.Version = row.Version
	if listText(was.Phones)+listText(was.Emails)+listText(was.WeChat) != listText(now.Phones)+listText(now.Emails)+listText(now.WeChat) {
		if _, err := tx.Exec(ctx, "DELETE FROM contact_points WHERE person = ?", p.ID); err != nil {
			return fmt.Errorf("replace contact points: %w", err)
		}
		if err := saveContacts(ctx, tx, p.ID, now.RegisterInput); err != nil {
			return err
		}
	}
	return replaceTerms(ctx, tx, p.ID, terms, after)
}

package people

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// KnownPerson is somebody whom an import knows by an external key.
type KnownPerson struct {
	ID  id.ID
	May bool // the viewer may change the person

	was        RegisterInput
	attributes map[string]string
}

// PersonsByKey finds the persons of external keys, wherever they lie: an importer must know them (a declared exception of scope:
// uniqueness). Of several with one key the oldest stands.
func PersonsByKey(ctx context.Context, tx *op.Tx, keys []string) (map[string]KnownPerson, error) {
	out := map[string]KnownPerson{}
	if len(keys) == 0 {
		return out, nil
	}
	persons, err := ByKeys(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	known, err := PersonsByID(ctx, tx, slices.Collect(maps.Values(persons)))
	for key, person := range persons {
		out[key] = known[person]
	}
	return out, err
}

// PersonsByID is PersonsByKey for persons whom the importer knows by their matters.
func PersonsByID(ctx context.Context, tx *op.Tx, ids []id.ID) (map[id.ID]KnownPerson, error) {
	out := map[id.ID]KnownPerson{}
	list, err := knownPersons(ctx, tx, ids)
	for _, k := range list {
		out[k.ID] = k
	}
	return out, err
}

// NewlyKnown is somebody whom the import has just registered, so that a further row of the key finds it.
func NewlyKnown(person id.ID, in RegisterInput) KnownPerson {
	k := KnownPerson{ID: person, May: true, was: in, attributes: map[string]string{}}
	for _, a := range in.Attributes {
		k.attributes[a.Field] = a.Text
	}
	return k
}

func knownPersons(ctx context.Context, tx *op.Tx, ids []id.ID) (out []KnownPerson, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	type row struct {
		ID        id.ID        `db:"id"`
		Name      string       `db:"name"`
		NameLatin string       `db:"name_latin"`
		Gender    string       `db:"gender"`
		Birth     bizdate.Date `db:"birth"`
		District  string       `db:"district"`
		Key       string       `db:"external_key"`
		May       int64        `db:"may"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("uniqueness of external keys"), `SELECT p.id, p.name, p.name_latin, p.gender, p.birth, p.district, p.external_key,
		CASE WHEN {scope:person:update p} THEN 1 ELSE 0 END AS may FROM persons p WHERE p.id IN (?) ORDER BY p.id DESC`, ids)
	if err != nil {
		return nil, fmt.Errorf("look for external keys: %w", err)
	}
	points, err := pointsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	attributes, err := Attributes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		k := KnownPerson{ID: r.ID, May: r.May == 1, was: points[r.ID], attributes: map[string]string{}}
		k.was.Name, k.was.NameLatin, k.was.Gender, k.was.Birth, k.was.District, k.was.ExternalKey = r.Name, r.NameLatin, r.Gender, r.Birth, r.District, r.Key
		for _, a := range attributes[r.ID] {
			k.attributes[a.Field] = a.Text
		}
		out = append(out, k)
	}
	return out, nil
}

// pointsOf gives the contact points of persons.
func pointsOf(ctx context.Context, tx *op.Tx, ids []id.ID) (map[id.ID]RegisterInput, error) {
	out := map[id.ID]RegisterInput{}
	if len(ids) == 0 {
		return out, nil
	}
	type row struct {
		Person   id.ID  `db:"person"`
		Kind     string `db:"kind"`
		Value    string `db:"value"`
		Relation string `db:"relation"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("compared with what is imported, shown to nobody"),
		"SELECT person, kind, value, relation FROM contact_points WHERE person IN (?) ORDER BY person, no", ids)
	if err != nil {
		return nil, fmt.Errorf("read contact points: %w", err)
	}
	for _, r := range rows {
		in, c := out[r.Person], ContactInput{Value: r.Value, Relation: r.Relation}
		switch r.Kind {
		case "phone":
			in.Phones = append(in.Phones, c)
		case "email":
			in.Emails = append(in.Emails, c)
		default:
			in.WeChat = append(in.WeChat, c)
		}
		out[r.Person] = in
	}
	return out, nil
}

// Change is what a further row of the key changes; false where it brings nothing new. What the row leaves out stays, and so do
// contact points that it does not name.
func (k KnownPerson) Change(row RegisterInput) (in ChangeInput, differs bool) {
	in.PersonID = k.ID
	text := func(to **string, was, now string) {
		if now != "" && now != was {
			*to, differs = &now, true
		}
	}
	text(&in.Name, k.was.Name, row.Name)
	text(&in.NameLatin, k.was.NameLatin, row.NameLatin)
	text(&in.Gender, k.was.Gender, row.Gender)
	text(&in.District, k.was.District, row.District)
	if !row.Birth.IsZero() && row.Birth != k.was.Birth {
		in.Birth, differs = &row.Birth, true
	}
	points := func(to **[]ContactInput, was, now []ContactInput) {
		all := slices.Clone(was)
		for _, c := range now {
			if len(all) < mostPoints && !slices.ContainsFunc(all, func(o ContactInput) bool { return o.Value == c.Value }) {
				all = append(all, c)
			}
		}
		if len(all) > len(was) {
			*to, differs = &all, true
		}
	}
	points(&in.Phones, k.was.Phones, row.Phones)
	points(&in.Emails, k.was.Emails, row.Emails)
	points(&in.WeChat, k.was.WeChat, row.WeChat)
	for _, a := range row.Attributes {
		if k.attributes[a.Field] != a.Text {
			in.Attributes, differs = append(in.Attributes, a), true
		}
	}
	return in, differs
}

package people

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/vault"
)

// Change changes fields of a person; those left out stay. It is refused as stale (412) where the person was changed since the version
// that the caller saw, unless other fields were (ORG-10). Old values stay in the log under the person's key (TRU-24).
var Change = op.Op[ChangeInput, Answer]{
	Name: "people.change", Rule: "ORG-10", Needs: "person:update", Fact: facts.PersonChanged{}, Do: change,
	Subject: func(in ChangeInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// ChangeInput names what changes.
type ChangeInput struct {
	PersonID  id.ID           `json:"person_id" path:"id"`
	Base      *int64          `json:"base_version,omitempty" doc:"version that the change starts from"`
	Exact     bool            `json:"-"` // any other base version is stale, also where other fields changed: If-Match of the API
	Name      *string         `json:"name,omitempty" maxLength:"100"`
	NameLatin *string         `json:"name_latin,omitempty" maxLength:"100"`
	Gender    *string         `json:"gender,omitempty" enum:"female,male,"`
	Birth     *bizdate.Date   `json:"birth,omitempty"`
	District  *string         `json:"district,omitempty" maxLength:"100"`
	Lang      *string         `json:"lang,omitempty" maxLength:"10"`
	Phones    *[]ContactInput `json:"phones,omitempty" maxItems:"10"`
	Emails    *[]ContactInput `json:"emails,omitempty" maxItems:"10"`
	WeChat    *[]ContactInput `json:"wechat,omitempty" maxItems:"10"`
}

func change(ctx context.Context, tx *op.Tx, in ChangeInput) (Answer, error) {
	if err := tx.Lock(ctx, "persons", in.PersonID); err != nil {
		return Answer{}, fmt.Errorf("lock person: %w", err)
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	have, err := contactsOf(ctx, tx, p.ID)
	if err != nil {
		return Answer{}, err
	}
	was := RegisterInput{
		Name: p.Name, NameLatin: p.NameLatin, Gender: p.Gender, Birth: p.Birth, District: p.District, Lang: p.Lang, ExternalKey: p.ExternalKey,
		Phones: have["phone"], Emails: have["email"], WeChat: have["wechat"],
	}
	now, err := in.over(was).normal(tx.Today(p.Center))
	if err != nil {
		return Answer{}, err
	}
	fields, old := differences(was, now)
	if len(fields) == 0 {
		return Answer{}, problem.Refuse("ORG-10", "nothing-changed", problem.Field{Location: "person_id", Value: p.ID})
	}
	if err := overlap(ctx, tx, p, in, fields); err != nil {
		return Answer{}, err
	}
	p.Name, p.NameLatin, p.Gender, p.Birth, p.District, p.Lang, p.Pinyin = now.Name, now.NameLatin, now.Gender, now.Birth, now.District, now.Lang, pinyin.Of(now.Name).Marked
	if err := tx.Save(ctx, &p, "name", "name_latin", "gender", "birth", "district", "lang", "pinyin"); err != nil {
		return Answer{}, err
	}
	if err := rewrite(ctx, tx, p, now, fields); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.PersonChanged{Person: p.ID, Center: p.Center, Fields: fields})
	return Answer{ID: p.ID, Version: p.Version}, keepOld(ctx, tx, p, old)
}

func (in ChangeInput) over(was RegisterInput) RegisterInput {
	set(&was.Name, in.Name)
	set(&was.NameLatin, in.NameLatin)
	set(&was.Gender, in.Gender)
	set(&was.Birth, in.Birth)
	set(&was.District, in.District)
	set(&was.Lang, in.Lang)
	set(&was.Phones, in.Phones)
	set(&was.Emails, in.Emails)
	set(&was.WeChat, in.WeChat)
	return was
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// differences names the fields that differ, with their old values as text.
func differences(was, now RegisterInput) (fields []string, old map[string]string) {
	old = map[string]string{}
	for _, f := range []struct{ name, was, now string }{
		{"name", was.Name, now.Name},
		{"name_latin", was.NameLatin, now.NameLatin},
		{"gender", was.Gender, now.Gender},
		{"birth", was.Birth.String(), now.Birth.String()},
		{"district", was.District, now.District},
		{"lang", was.Lang, now.Lang},
		{"phones", fmt.Sprint(was.Phones), fmt.Sprint(now.Phones)},
		{"emails", fmt.Sprint(was.Emails), fmt.Sprint(now.Emails)},
		{"wechat", fmt.Sprint(was.WeChat), fmt.Sprint(now.WeChat)},
	} {
		if f.was != f.now {
			fields = append(fields, f.name)
			old[f.name] = f.was
		}
	}
	return fields, old
}

// overlap refuses a change of fields that somebody else changed since the base version.
func overlap(ctx context.Context, tx *op.Tx, p Person, in ChangeInput, fields []string) error {
	if in.Base == nil || *in.Base == p.Version {
		return nil
	}
	if in.Exact {
		return &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
	}
	rows, err := op.AllOf[changedRow](ctx, tx.Unscoped("names of fields, of a person that was seen"),
		"SELECT payload FROM events WHERE person = ? AND kind = 'people.person-changed.1' ORDER BY id DESC LIMIT ?", p.ID, max(0, p.Version-*in.Base))
	if err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	for _, r := range rows {
		for _, f := range r.Payload.Fields {
			if slices.Contains(fields, f) {
				return &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10", Fields: []problem.Field{{Location: f, Code: "changed-meanwhile"}}}
			}
		}
	}
	return nil
}

type changedRow struct {
	Payload facts.PersonChanged `db:"payload,json"`
}

func contactsOf(ctx context.Context, tx *op.Tx, person id.ID) (map[string][]ContactInput, error) {
	type row struct {
		Kind     string `db:"kind"`
		Value    string `db:"value"`
		Relation string `db:"relation"`
	}
	list, err := op.AllOf[row](ctx, tx.Unscoped("compared with what is changed, shown to nobody"), "SELECT kind, value, relation FROM contact_points WHERE person = ? ORDER BY no", person)
	if err != nil {
		return nil, fmt.Errorf("read contact points: %w", err)
	}
	out := map[string][]ContactInput{}
	for _, r := range list {
		out[r.Kind] = append(out[r.Kind], ContactInput{Value: r.Value, Relation: r.Relation})
	}
	return out, nil
}

// rewrite writes contact points and search terms anew where they changed.
func rewrite(ctx context.Context, tx *op.Tx, p Person, now RegisterInput, fields []string) error {
	if slices.ContainsFunc(fields, func(f string) bool { return f == "phones" || f == "emails" || f == "wechat" }) {
		if _, err := tx.Exec(ctx, "DELETE FROM contact_points WHERE person = ?", p.ID); err != nil {
			return fmt.Errorf("replace contact points: %w", err)
		}
		if err := saveContacts(ctx, tx, p.ID, now); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(fields, func(f string) bool { return f == "phones" || f == "name" || f == "name_latin" }) {
		if _, err := tx.Exec(ctx, "DELETE FROM search_terms WHERE person = ?", p.ID); err != nil {
			return fmt.Errorf("replace search terms: %w", err)
		}
		return saveTerms(ctx, tx, p, now.Phones)
	}
	return nil
}

// keepOld keeps old values beside the log, encrypted under the person's key. Their event is named by the person's version.
func keepOld(ctx context.Context, tx *op.Tx, p Person, old map[string]string) error {
	v, ok := tx.Vault().(*vault.Vault)
	if !ok {
		return errors.New("keep old values: no vault")
	}
	key := tx.NewID()
	for field, text := range old {
		sealed, err := v.Seal(ctx, tx.Tx, p.ID, field, []byte(text))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO event_personal (event, field, person, sealed) VALUES (?, ?, ?, ?)", key, field, p.ID, sealed); err != nil {
			return fmt.Errorf("keep old value: %w", err)
		}
	}
	return nil
}

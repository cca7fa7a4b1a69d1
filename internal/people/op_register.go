package people

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/search"
)

// Answer names the person that an operation was about.
type Answer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

// Register enters a person (PPL-1). Refused: nobody (nothing names the person), unreadable phones, addresses and dates. Likely
// duplicates are shown by the door before (PPL-4), they do not refuse.
var Register = op.Op[RegisterInput, Answer]{
	Name: "people.register", Rule: "PPL-1", Needs: "person:create", Fact: facts.PersonRegistered{}, Do: register,
	Subjects: func(in RegisterInput) []op.Ref {
		if in.CenterID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "center", ID: in.CenterID}}
	},
}

func register(ctx context.Context, tx *op.Tx, in RegisterInput) (Answer, error) {
	if in.CenterID.IsNone() {
		in.CenterID = tx.Viewer.Center
	}
	in, err := in.normal(tx.Today(in.CenterID))
	if err != nil {
		return Answer{}, err
	}
	p := Person{
		ID: tx.NewID(), Name: in.Name, NameLatin: in.NameLatin, Pinyin: pinyin.Of(in.Name).Marked, Gender: in.Gender, Birth: in.Birth, District: in.District,
		Lang: in.Lang, ExternalKey: in.ExternalKey, Center: in.CenterID, Created: tx.Now,
	}
	if err := tx.Insert(ctx, p); err != nil {
		return Answer{}, err
	}
	if err := saveContacts(ctx, tx, p.ID, in); err != nil {
		return Answer{}, err
	}
	if err := saveTerms(ctx, tx, p, in.Phones); err != nil {
		return Answer{}, err
	}
	if err := link(ctx, tx, Link{Person: p.ID, Kind: "person", Ref: p.ID, Center: p.Center, Owner: tx.Viewer.Staff, Open: true}); err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.PersonRegistered{Person: p.ID, Center: p.Center, Staff: tx.Viewer.Staff, Phones: len(in.Phones)})
	return Answer{ID: p.ID}, nil
}

// saveContacts writes the contact points of a person anew.
func saveContacts(ctx context.Context, tx *op.Tx, person id.ID, in RegisterInput) error {
	no := int64(0)
	for _, list := range []struct {
		kind  string
		items []ContactInput
	}{{"phone", in.Phones}, {"email", in.Emails}, {"wechat", in.WeChat}} {
		for _, c := range list.items {
			_, err := tx.Exec(ctx, "INSERT INTO contact_points (id, person, kind, value, relation, no) VALUES (?, ?, ?, ?, ?, ?)",
				tx.NewID(), person, list.kind, c.Value, c.Relation, no)
			if err != nil {
				return fmt.Errorf("save contact point: %w", err)
			}
			no++
		}
	}
	return nil
}

// saveTerms writes what the person is found by (PPL-2).
func saveTerms(ctx context.Context, tx *op.Tx, p Person, phones []ContactInput) error {
	numbers := make([]string, len(phones))
	for i, c := range phones {
		numbers[i] = c.Value
	}
	for _, t := range search.Terms(p.Name, p.NameLatin, numbers) {
		_, err := tx.Exec(ctx, "INSERT INTO search_terms (kind, text, person) VALUES (?, ?, ?) ON CONFLICT (kind, text, person) DO NOTHING", int64(t.Kind), t.Text, p.ID)
		if err != nil {
			return fmt.Errorf("save search term: %w", err)
		}
	}
	return nil
}

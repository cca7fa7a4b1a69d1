package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/search"
)

// personRow is a person with what a search finds, which nobody reads: name_terms holds the terms of the name, each after a blank,
// phone_digits the digits of the phones.
type personRow struct {
	Person
	NameTerms   string `db:"name_terms"`
	PhoneDigits string `db:"phone_digits"`
}

// called is what somebody is called who was merged into a person: the person is found by it too (PPL-5).
type called struct {
	Into      id.ID  `db:"merged_into"`
	Name      string `db:"name"`
	NameLatin string `db:"name_latin"`
}

// row gives the person's row and the search terms (PPL-2), in order, each once.
func (p Person) row(phones []ContactInput, also ...called) (personRow, []search.Term) {
	row := personRow{Person: p}
	numbers, digits := make([]string, len(phones)), make([]string, len(phones))
	for i, c := range phones {
		numbers[i], digits[i] = c.Value, phone.Digits(c.Value)
	}
	row.PhoneDigits = strings.Join(digits, " ")
	terms := search.Terms(p.Name, p.NameLatin, numbers)
	for _, a := range also {
		terms = append(terms, search.Terms(a.Name, a.NameLatin, nil)...)
	}
	slices.SortFunc(terms, func(a, b search.Term) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		return strings.Compare(a.Text, b.Text)
	})
	terms = slices.Compact(terms) // two phones may end alike
	for _, t := range terms {
		if t.Kind == search.Name {
			row.NameTerms += " " + t.Text
		}
	}
	return row, terms
}

func insertPerson(ctx context.Context, tx *op.Tx, p Person, in RegisterInput) error {
	row, terms := p.row(in.Phones)
	if err := tx.Insert(ctx, row); err != nil {
		return err
	}
	if err := saveContacts(ctx, tx, p.ID, in); err != nil {
		return err
	}
	return saveTerms(ctx, tx, p.ID, terms)
}

// saveContacts writes the contact points of a person.
func saveContacts(ctx context.Context, tx *op.Tx, person id.ID, in RegisterInput) error {
	var rows [][]any
	for _, list := range []struct {
		kind  string
		items []ContactInput
	}{{"phone", in.Phones}, {"email", in.Emails}, {"wechat", in.WeChat}} {
		for _, c := range list.items {
			rows = append(rows, []any{tx.NewID(), person, list.kind, c.Value, c.Relation, int64(len(rows))})
		}
	}
	if err := tx.InsertRows(ctx, "contact_points (id, person, kind, value, relation, no)", "", rows); err != nil {
		return fmt.Errorf("save contact points: %w", err)
	}
	return nil
}

// saveTerms writes what a person is found by.
func saveTerms(ctx context.Context, tx *op.Tx, person id.ID, terms []search.Term) error {
	rows := make([][]any, len(terms))
	for i, t := range terms {
		rows[i] = []any{int64(t.Kind), t.Text, person}
	}
	*freshOf(tx.Tx) += len(rows)
	if err := tx.InsertRows(ctx, "search_fresh (kind, text, person)", "", rows); err != nil {
		return fmt.Errorf("save search terms: %w", err)
	}
	return nil
}

type freshKey struct{}

// freshOf is how many terms the transaction wrote.
func freshOf(tx *db.Tx) *int { return tx.Value(freshKey{}, func() any { return new(int) }).(*int) }

const (
	manyTerms = 2000 // of one transaction: it looks whether to settle
	mostFresh = 8000 // in the small tree
)

// FlushTerms settles the terms at the end of a large transaction where there are many, so that the small tree stays small during an import.
func FlushTerms(ctx context.Context, tx *db.Tx) error {
	n := freshOf(tx)
	if *n < manyTerms {
		return nil
	}
	*n = 0
	var fresh int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM search_fresh", nil, &fresh); err != nil {
		return fmt.Errorf("count search terms: %w", err)
	}
	if fresh < mostFresh {
		return nil
	}
	return SettleTerms(ctx, tx)
}

// SettleTerms moves fresh search terms into the large tree, in its order. To write them there one by one would touch a page for
// nearly every term.
func SettleTerms(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Exec(ctx, tx.InsertInto()+" search_terms (kind, text, person) SELECT kind, text, person FROM search_fresh ORDER BY kind, text, person")
	if err != nil {
		return fmt.Errorf("settle search terms: %w", err)
	}
	if n == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM search_fresh"); err != nil {
		return fmt.Errorf("settle search terms: %w", err)
	}
	return nil
}

// replaceTerms writes what changed of what a person is found by.
func replaceTerms(ctx context.Context, tx *op.Tx, person id.ID, was, terms []search.Term) error {
	for _, t := range was {
		if slices.Contains(terms, t) {
			continue
		}
		for _, table := range []string{"search_terms", "search_fresh"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE kind = ? AND text = ? AND person = ?", int64(t.Kind), t.Text, person); err != nil {
				return fmt.Errorf("delete search term: %w", err)
			}
		}
	}
	return saveTerms(ctx, tx, person, slices.DeleteFunc(slices.Clone(terms), func(t search.Term) bool { return slices.Contains(was, t) }))
}

// householdOf gives the household of a person in scope, which begins with the first one who joins.
func householdOf(ctx context.Context, tx *op.Tx, key id.ID) (id.ID, error) {
	p, err := ByID(ctx, tx, key)
	if err != nil || !p.Household.IsNone() {
		return p.Household, err
	}
	p.Household = tx.NewID()
	return p.Household, tx.Save(ctx, &p, "household")
}

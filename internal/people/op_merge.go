package people

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Merge says that two persons are one human being (PPL-5): the record of one stands, and everything of the other is its own from now on:
// touches, enquiries, contracts, payments, guardians, household (see Merging for the rows of other domains). The merged record stays as
// it was, seen by nobody; its id leads to the person that stands. Refused: with-oneself, one-guards-the-other, nobody and too many
// contact points as Register does.
var Merge = op.Op[MergeInput, MergeAnswer]{
	Name: "people.merge", Rule: "PPL-5", Needs: "person:merge", Fact: facts.PersonsMerged{}, Do: merge, Undo: "people.unmerge",
	Subject:  func(in MergeInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
	Subjects: func(in MergeInput) []op.Ref { return []op.Ref{{Kind: "person", ID: in.WithID, Reached: true}} },
}

// MergeInput names both persons, and whose value each field has.
type MergeInput struct {
	PersonID id.ID       `json:"person_id" path:"id" doc:"whose record stands"`
	WithID   id.ID       `json:"with_id" doc:"who is merged into it"`
	Fields   MergeFields `json:"fields,omitzero"`
	Custom   []string    `json:"custom,omitempty" maxItems:"200" doc:"custom fields whose value is that of the merged person"`
}

// MergeAnswer names the person that stands, and the merge, by which it can be undone.
type MergeAnswer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
	MergeID id.ID `json:"merge_id"`
}

// merging is a row of merges.
type merging struct {
	ID           id.ID             `db:"id"`
	Kept         id.ID             `db:"kept"`
	Gone         id.ID             `db:"gone"`
	Event        id.ID             `db:"event"`
	HouseholdWas id.ID             `db:"household_was"` // of the person that stands, before
	Household    id.ID             `db:"household"`     // after
	KeptName     string            `db:"kept_name"`     // what the person that stands was called: it is found by that too
	KeptLatin    string            `db:"kept_latin"`
	Families     families          `db:"families,json"`
	Sources      map[string]string `db:"sources,json"`
	At           time.Time         `db:"at"`
	Undone       time.Time         `db:"undone_at"`
	Version      int64             `db:"version"`
}

// TableName implements op.Record.
func (merging) TableName() string { return "merges" }

func merge(ctx context.Context, tx *op.Tx, in MergeInput) (MergeAnswer, error) {
	if in.PersonID == in.WithID {
		return MergeAnswer{}, problem.Refuse("PPL-5", "with-oneself", problem.Field{Location: "with_id", Value: in.WithID})
	}
	if err := Human(ctx, tx, "with_id", in.WithID, in.PersonID); err != nil {
		return MergeAnswer{}, err
	}
	if err := lockBoth(ctx, tx, in.PersonID, in.WithID); err != nil {
		return MergeAnswer{}, err
	}
	kept, was, err := loadKnown(ctx, tx, in.PersonID)
	if err != nil {
		return MergeAnswer{}, err
	}
	gone, other, err := loadKnown(ctx, tx, in.WithID)
	if err != nil {
		return MergeAnswer{}, err
	}
	if !kept.Anonymized.IsZero() || !gone.Anonymized.IsZero() {
		return MergeAnswer{}, isAnonymous(kept.ID)
	}
	if err := notFamily(ctx, tx, kept.ID, gone.ID); err != nil {
		return MergeAnswer{}, err
	}
	now, from := in.Fields.over(was, other)
	if now, err = now.normal(tx.Today(kept.Center)); err != nil {
		return MergeAnswer{}, err
	}
	fields, old := differences(was, now)
	p := pair{kept: kept, gone: gone, was: was, now: now, other: other, fields: fields, old: old, from: from}
	out, err := p.merge(ctx, tx, in.Custom)
	tx.Undoable(UnmergeInput{PersonID: kept.ID, MergeID: out.MergeID})
	return out, err
}

// pair are two records that are one: what is known of the one that stands, before and after, and of the other.
type pair struct {
	kept, gone      Person
	was, now, other RegisterInput
	fields          []string          // that the merge changes
	old             map[string]string // what they were
	from            map[string]string // whose each known field is
}

// merge writes the merge of two records, and records it.
func (p pair) merge(ctx context.Context, tx *op.Tx, chosen []string) (MergeAnswer, error) {
	kept, gone := p.kept, p.gone
	custom, err := mergeCustom(ctx, tx, kept.ID, gone.ID, chosen, p.from)
	if err != nil {
		return MergeAnswer{}, err
	}
	for _, a := range custom {
		p.fields, p.old[a.Field] = append(p.fields, a.Field), a.Text
	}
	m := merging{ID: tx.NewID(), Kept: kept.ID, Gone: gone.ID, HouseholdWas: kept.Household, KeptName: kept.Name, KeptLatin: kept.NameLatin, Sources: p.from, At: tx.Now}
	if kept.Household.IsNone() {
		kept.Household = gone.Household
	}
	m.Household = kept.Household
	if err := m.join(ctx, tx, &kept, gone, p.was, p.now, p.other); err != nil {
		return MergeAnswer{}, err
	}
	f := facts.PersonsMerged{Merge: m.ID, Person: kept.ID, Gone: gone.ID, Center: kept.Center, Version: kept.Version, Fields: p.fields, From: p.from}
	if f.Before, f.Digests, err = sealBefore(ctx, tx, kept.ID, p.old); err != nil {
		return MergeAnswer{}, err
	}
	tx.Record(kept.ID, f)
	return MergeAnswer{ID: kept.ID, Version: kept.Version, MergeID: m.ID}, nil
}

// lockBoth locks two persons in the order of their ids (TRU-5).
func lockBoth(ctx context.Context, tx *op.Tx, a, b id.ID) error {
	both := []id.ID{a, b}
	slices.SortFunc(both, func(x, y id.ID) int { return slices.Compare(x[:], y[:]) })
	for _, key := range both {
		if err := tx.Lock(ctx, "persons", key); err != nil {
			return fmt.Errorf("lock person: %w", err)
		}
	}
	return nil
}

// notFamily refuses to merge a child and its guardian: they are two, or their link is wrong.
func notFamily(ctx context.Context, tx *op.Tx, a, b id.ID) error {
	for _, pair := range [][2]id.ID{{a, b}, {b, a}} {
		relation, err := relationOf(ctx, tx, pair[0], pair[1])
		if err != nil {
			return err
		}
		if relation != "" {
			return problem.Refuse("PPL-5", "one-guards-the-other", problem.Field{Location: "with_id", Value: b})
		}
	}
	return nil
}

// mergeCustom gives the person the custom values of the merged one that it has not, or that were chosen, and tells what they were.
func mergeCustom(ctx context.Context, tx *op.Tx, kept, gone id.ID, chosen []string, from map[string]string) ([]Attribute, error) {
	values, err := Attributes(ctx, tx, []id.ID{kept, gone})
	if err != nil {
		return nil, err
	}
	have, list := map[string]string{}, []Attribute{}
	for _, a := range values[kept] {
		have[a.Field], from[a.Field] = a.Text, FromKept
	}
	for _, a := range values[gone] {
		switch text, known := have[a.Field]; {
		case known && text == a.Text:
			from[a.Field] = FromBoth
		case !known || slices.Contains(chosen, a.Field):
			list, from[a.Field] = append(list, a), FromMerged
		}
	}
	return changeAttributes(ctx, tx, kept, list)
}

// join writes the person as it is after the merge, and leads to it what belongs to people; other domains' rows follow the fact.
func (m *merging) join(ctx context.Context, tx *op.Tx, kept *Person, gone Person, was, now, other RegisterInput) error {
	before, err := alsoCalled(ctx, tx, kept.ID)
	if err != nil {
		return err
	}
	theirs, err := alsoCalled(ctx, tx, gone.ID)
	if err != nil {
		return err
	}
	_, terms := gone.row(other.Phones, theirs...)
	if err := replaceTerms(ctx, tx, gone.ID, terms, nil); err != nil {
		return err
	}
	if err := m.into(ctx, tx, id.None, kept.ID); err != nil {
		return err
	}
	after := slices.Concat(before, theirs, []called{{Name: gone.Name, NameLatin: gone.NameLatin}, {Name: m.KeptName, NameLatin: m.KeptLatin}})
	if err := saveChange(ctx, tx, kept, version{was, before}, version{now, after}); err != nil {
		return err
	}
	if m.Families, err = moveFamilies(ctx, tx, gone.ID, kept.ID); err != nil {
		return err
	}
	if err := m.moveOwn(ctx, tx, gone); err != nil {
		return err
	}
	return tx.Insert(ctx, *m)
}

// into says whose record stands for the merged one: none for its own.
func (m *merging) into(ctx context.Context, tx *op.Tx, was, now id.ID) error {
	text, args := "UPDATE persons SET merged_into = ?, version = version + 1 WHERE id = ? AND merged_into IS NULL", []any{now, m.Gone}
	if !was.IsNone() {
		text, args = "UPDATE persons SET merged_into = NULL, version = version + 1 WHERE id = ? AND merged_into = ?", []any{m.Gone, was}
	}
	n, err := tx.Exec(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("say who stands for a person: %w", err)
	}
	if n != 1 {
		return problem.NotFound("person")
	}
	return nil
}

// Unmerge undoes a merge within 30 days (PPL-5): each person has again what was its own, and its fields are what they were, unless they
// were changed since. What was added since to a matter of the merged one goes with the matter; everything else that was added since stays
// with the person. Refused: unmerge-late, unmerged, merged-since (a later merge of the same person is undone first), undo-changed where
// the old values are forgotten.
var Unmerge = op.Op[UnmergeInput, MergeAnswer]{
	Name: "people.unmerge", Rule: "PPL-5", Needs: "person:merge", Fact: facts.PersonsUnmerged{}, Do: unmerge,
	Subject: func(in UnmergeInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// UnmergeInput names the person that stands, and the merge.
type UnmergeInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
	MergeID  id.ID `json:"merge_id"`
}

func unmerge(ctx context.Context, tx *op.Tx, in UnmergeInput) (MergeAnswer, error) {
	m, err := loadMerge(ctx, tx, in)
	if err != nil {
		return MergeAnswer{}, err
	}
	if err := lockBoth(ctx, tx, m.Kept, m.Gone); err != nil {
		return MergeAnswer{}, err
	}
	if err := dropFilesOf(ctx, tx, m.Kept); err != nil {
		return MergeAnswer{}, err
	}
	kept, now, err := loadKnown(ctx, tx, m.Kept)
	if err != nil {
		return MergeAnswer{}, err
	}
	old, err := m.oldValues(ctx, tx)
	if err != nil {
		return MergeAnswer{}, err
	}
	if kept.Household == m.Household {
		kept.Household = m.HouseholdWas
	}
	fields, before, err := m.part(ctx, tx, &kept, now, old)
	if err != nil {
		return MergeAnswer{}, err
	}
	f := facts.PersonsUnmerged{Merge: m.ID, Person: kept.ID, Gone: m.Gone, Center: kept.Center, Version: kept.Version, Fields: fields}
	if f.Before, f.Digests, err = sealBefore(ctx, tx, kept.ID, before); err != nil {
		return MergeAnswer{}, err
	}
	tx.Record(kept.ID, f)
	return MergeAnswer{ID: kept.ID, Version: kept.Version, MergeID: m.ID}, nil
}

// part writes both persons as they are after the merge was undone, and leads back what belongs to people.
func (m *merging) part(ctx context.Context, tx *op.Tx, kept *Person, now RegisterInput, old map[string]string) (fields []string, before map[string]string, err error) {
	gone, other, err := loadMerged(ctx, tx, m.Gone)
	if err != nil {
		return nil, nil, err
	}
	back, err := apart(now, other, old, m.Sources)
	if err != nil {
		return nil, nil, err
	}
	also, err := alsoCalled(ctx, tx, m.Kept)
	if err != nil {
		return nil, nil, err
	}
	m.Undone = tx.Now
	if err := tx.Save(ctx, m, "undone_at"); err != nil {
		return nil, nil, err
	}
	if err := m.into(ctx, tx, m.Kept, id.None); err != nil {
		return nil, nil, err
	}
	if err := m.ownBack(ctx, tx, gone); err != nil {
		return nil, nil, err
	}
	stay, err := alsoCalled(ctx, tx, m.Kept)
	if err != nil {
		return nil, nil, err
	}
	if err := saveChange(ctx, tx, kept, version{now, also}, version{back, stay}); err != nil {
		return nil, nil, err
	}
	theirs, err := alsoCalled(ctx, tx, m.Gone)
	if err != nil {
		return nil, nil, err
	}
	_, terms := gone.row(other.Phones, theirs...)
	if err := saveTerms(ctx, tx, m.Gone, terms); err != nil {
		return nil, nil, err
	}
	fields, before = differences(now, back)
	if kept.Organization {
		more, err := m.organizationBack(ctx, tx, back.Name, old, before)
		if err != nil {
			return nil, nil, err
		}
		fields = append(fields, more...)
	}
	custom, err := m.customBack(ctx, tx, old)
	for _, a := range custom {
		fields, before[a.Field] = append(fields, a.Field), a.Text
	}
	return fields, before, err
}

// customBack sets custom values back that came from the merged person and were not changed since, and tells what they were.
func (m *merging) customBack(ctx context.Context, tx *op.Tx, old map[string]string) ([]Attribute, error) {
	values, err := Attributes(ctx, tx, []id.ID{m.Kept, m.Gone})
	if err != nil {
		return nil, err
	}
	var list []Attribute
	for _, field := range slices.Sorted(maps.Keys(old)) {
		is := func(b Attribute) bool { return b.Field == field }
		i, j := slices.IndexFunc(values[m.Kept], is), slices.IndexFunc(values[m.Gone], is)
		if m.Sources[field] == FromMerged && i >= 0 && j >= 0 && values[m.Kept][i].Text == values[m.Gone][j].Text {
			list = append(list, Attribute{Field: field, Kind: values[m.Kept][i].Kind, Text: old[field]})
		}
	}
	return changeAttributes(ctx, tx, m.Kept, list)
}

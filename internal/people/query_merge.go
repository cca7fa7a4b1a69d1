package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Opened gives a person in scope by its id, or by that of somebody who was merged into it (PPL-5).
func Opened(ctx context.Context, tx *op.Tx, key id.ID) (Person, error) {
	p, err := ByID(ctx, tx, key)
	if refused, ok := problem.As(err); !ok || refused.Status != 404 {
		return p, err
	}
	into, lost := op.OneOf[id.ID](ctx, tx.Unscoped("who stands for a merged person is then looked for in scope"), "SELECT merged_into FROM persons WHERE id = ? AND merged_into IS NOT NULL", key)
	switch {
	case errors.Is(lost, sql.ErrNoRows):
		return p, err
	case lost != nil:
		return p, fmt.Errorf("look for who stands for a person: %w", lost)
	}
	return ByID(ctx, tx, into)
}

// Merged is a merge of a person that stands: who was merged into it, whose each field is, and until when it can be undone.
type Merged struct {
	ID        id.ID             `json:"id" db:"id"`
	Gone      id.ID             `json:"merged_id" db:"gone"`
	Name      string            `json:"name" db:"name"`
	NameLatin string            `json:"name_latin" db:"name_latin"`
	Key       string            `json:"external_key" db:"external_key"`
	Sources   map[string]string `json:"from" db:"sources,json"`
	At        time.Time         `json:"at" db:"at"`
	Until     time.Time         `json:"undo_until" db:"-"`
	Last      bool              `json:"can_be_undone" db:"-"` // the latest, and not too old
}

// Shown is the name that lists show.
func (m Merged) Shown() string {
	return Person{Name: m.Name, NameLatin: m.NameLatin, ExternalKey: m.Key}.Shown()
}

// MergesOf lists the merges of a person in scope that were not undone, the latest first.
func MergesOf(ctx context.Context, tx *op.Tx, person id.ID) ([]Merged, error) {
	list, err := op.All[Merged](ctx, tx, `SELECT m.id, m.gone, g.name, g.name_latin, g.external_key, m.sources, m.at FROM merges m JOIN persons p ON p.id = m.kept JOIN persons g ON g.id = m.gone
		WHERE {scope:person p} AND m.kept = ? AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 50`, person)
	if err != nil {
		return nil, fmt.Errorf("list merges of person: %w", err)
	}
	for i := range list {
		list[i].Until = list[i].At.Add(MergeTime)
		list[i].Last = i == 0 && !list[i].Until.Before(tx.Now)
	}
	return list, nil
}

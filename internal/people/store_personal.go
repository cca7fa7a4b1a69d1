package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/vault"
)

func vaultOf(tx *op.Tx) (*vault.Vault, error) {
	v, ok := tx.Vault().(*vault.Vault)
	if !ok || v == nil {
		return nil, errors.New("the program has no vault")
	}
	return v, nil
}

// sealBefore encrypts the old values of fields under the person's key and puts them, with their digests, into the fact (TRU-24).
func sealBefore(ctx context.Context, tx *op.Tx, f *facts.PersonChanged, before map[string]string) error {
	v, err := vaultOf(tx)
	if err != nil {
		return err
	}
	f.Before, f.Digests = map[string][]byte{}, map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(before)) {
		sealed, err := v.Seal(ctx, tx.Tx, f.Person, field, []byte(before[field]))
		if err != nil {
			return fmt.Errorf("seal old value: %w", err)
		}
		sum := sha256.Sum256(sealed)
		f.Before[field], f.Digests[field] = sealed, hex.EncodeToString(sum[:])
	}
	return nil
}

// keepBefore lays the sealed old values beside the event.
func keepBefore(ctx context.Context, tx *op.Tx, f facts.PersonChanged, e event.Event) error {
	var rows [][]any
	for _, field := range slices.Sorted(maps.Keys(f.Before)) {
		rows = append(rows, []any{e.ID, field, f.Person, f.Before[field]})
	}
	if err := tx.InsertRows(ctx, "event_personal (event, field, person, sealed)", "", rows); err != nil {
		return fmt.Errorf("keep old values: %w", err)
	}
	return nil
}

// OldValue is what a field of a person was before an event.
type OldValue struct {
	Event id.ID  `json:"event_id" db:"event"`
	Field string `json:"field" db:"field"`
	Text  string `json:"text" db:"-"`
	Gone  bool   `json:"gone" db:"-"` // the person's key was destroyed

	Sealed []byte `json:"-" db:"sealed"`
}

// OldValues gives the old values beside events of a person in scope; contact points are masked as they are elsewhere.
func OldValues(ctx context.Context, tx *op.Tx, person id.ID, events []id.ID) ([]OldValue, error) {
	if _, err := ByID(ctx, tx, person); err != nil {
		return nil, err
	}
	show, err := showLists(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	list, err := openBefore(ctx, tx, person, events)
	for i, o := range list {
		if slices.Contains(lists, o.Field) {
			list[i].Text = show(o.Text)
		}
	}
	return list, err
}

// openBefore opens the old values beside events of a person that was loaded in scope.
func openBefore(ctx context.Context, tx *op.Tx, person id.ID, events []id.ID) ([]OldValue, error) {
	v, err := vaultOf(tx)
	if err != nil {
		return nil, err
	}
	list, err := op.AllOf[OldValue](ctx, tx.Unscoped("the person was loaded in scope"),
		"SELECT event, field, sealed FROM event_personal WHERE person = ? AND event IN (?) ORDER BY event, field", person, events)
	if err != nil {
		return nil, fmt.Errorf("read old values: %w", err)
	}
	for i, o := range list {
		plain, err := v.Open(ctx, tx.Tx, person, o.Field, o.Sealed)
		switch {
		case errors.Is(err, vault.ErrForgotten):
			list[i].Gone = true
		case err != nil:
			return nil, fmt.Errorf("open old value: %w", err)
		default:
			list[i].Text = string(plain)
		}
	}
	return list, nil
}

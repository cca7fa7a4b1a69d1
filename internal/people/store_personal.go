package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/vault"
)

func vaultOf(tx *op.Tx) (*vault.Vault, error) {
	v, ok := tx.Vault().(*vault.Vault)
	if !ok || v == nil {
		return nil, errors.New("the program has no vault")
	}
	return v, nil
}

// sealBefore encrypts old values of fields under the person's key (TRU-24), and gives the digest of each for the fact.
func sealBefore(ctx context.Context, tx *op.Tx, person id.ID, before map[string]string) (sealed map[string][]byte, digests map[string]string, err error) {
	v, err := vaultOf(tx)
	if err != nil {
		return nil, nil, err
	}
	sealed, digests = map[string][]byte{}, map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(before)) {
		value, err := v.Seal(ctx, tx.Tx, person, field, []byte(before[field]))
		if err != nil {
			return nil, nil, fmt.Errorf("seal old value: %w", err)
		}
		sum := sha256.Sum256(value)
		sealed[field], digests[field] = value, hex.EncodeToString(sum[:])
	}
	return sealed, digests, nil
}

// keepBefore lays the sealed old values beside the event.
func keepBefore(ctx context.Context, tx *op.Tx, person id.ID, before map[string][]byte, e event.Event) error {
	var rows [][]any
	for _, field := range slices.Sorted(maps.Keys(before)) {
		rows = append(rows, []any{e.ID, field, person, before[field]})
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

	Person id.ID  `json:"-" db:"person"` // under whose key it is sealed
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
	persons, err := mergedInto(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	list, err := openBefore(ctx, tx, append(persons, person), events)
	if err != nil {
		return nil, err
	}
	fields := make([]string, len(list))
	for i, o := range list {
		fields[i] = o.Field
	}
	kinds, err := privateKinds(ctx, tx, fields)
	if err != nil {
		return nil, err
	}
	rule, err := shownRule(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	for i, o := range list {
		switch kind := privateOf(kinds[o.Field], o.Text); {
		case slices.Contains(lists, o.Field):
			list[i].Text = show(o.Text)
		case kind != "" && o.Text != "" && rule == policy.Hidden:
			list[i].Text = ""
		case kind != "" && o.Text != "" && rule != policy.Full:
			list[i].Text = maskPrivate(kind, o.Text)
		}
	}
	return list, nil
}

// openBefore opens the old values beside events of a person that was loaded in scope, and of those who were merged into it.
func openBefore(ctx context.Context, tx *op.Tx, persons, events []id.ID) ([]OldValue, error) {
	v, err := vaultOf(tx)
	if err != nil {
		return nil, err
	}
	list, err := op.AllOf[OldValue](ctx, tx.Unscoped("the person was loaded in scope"),
		"SELECT event, field, person, sealed FROM event_personal WHERE person IN (?) AND event IN (?) ORDER BY event, field", persons, events)
	if err != nil {
		return nil, fmt.Errorf("read old values: %w", err)
	}
	for i, o := range list {
		plain, err := v.Open(ctx, tx.Tx, o.Person, o.Field, o.Sealed)
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

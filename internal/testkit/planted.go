package testkit

import (
	"context"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// Bought is a signed contract as it stands in the database: history that no test would wait for.
type Bought struct {
	Student   id.ID // a new one, if none
	Center    id.ID // HD, if none
	Kind      string
	Day       bizdate.Date
	Until     bizdate.Date // last day
	Bought    int64        // hundredths of hours
	Used      int64
	Promotion id.ID // with it
	Off       money.Fen
	Gift      int64     // hundredths of hours, given by the promotion
	UnitPrice money.Fen // of an hour
	Draft     bool
}

const dayMicros = 24 * 3600 * 1_000_000

// Plant writes signed contracts and gives their ids.
func (s *School) Plant(t testing.TB, list ...Bought) (keys []id.ID) {
	t.Helper()
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		for _, b := range list {
			key, err := s.plant(ctx, tx, b)
			if err != nil {
				return err
			}
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (s *School) plant(ctx context.Context, tx *op.Tx, b Bought) (id.ID, error) {
	key, line := tx.NewID(), tx.NewID()
	if b.Student.IsNone() {
		b.Student = tx.NewID()
	}
	if b.Center.IsNone() {
		b.Center = s.HD
	}
	state, day, at := "active", int64(b.Day), any(int64(b.Day)*dayMicros)
	if b.Draft {
		state, day, at = "draft", 0, nil
	}
	type statement struct {
		text string
		args []any
	}
	list := []statement{
		{"INSERT INTO contracts (id, no, kind, state, student, payer, center, list, discount, payable, paid, drafted_at, signed_at, signed_day, valid_from, valid_until, version) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?, ?, ?, 1)", []any{key, key.String(), b.Kind, state, b.Student, b.Student, b.Center, at, day, int64(b.Day), int64(b.Until)}},
		{"INSERT INTO contract_lines (id, contract, no, package, edition, course, hours, gift, list, payable, unit_price, paid, validity_days, consume) VALUES (?, ?, 1, ?, 1, ?, ?, ?, 0, 0, ?, 0, 0, 'paid-first')", []any{line, key, s.Package, s.Course, b.Bought, b.Gift, int64(b.UnitPrice)}},
	}
	if b.Bought > 0 {
		list = append(list, statement{"INSERT INTO hour_entries (id, line, contract, student, center, kind, hours, gift, cause, day, at) VALUES (?, ?, ?, ?, ?, 'bought', ?, 0, ?, ?, ?)", []any{tx.NewID(), line, key, b.Student, b.Center, b.Bought, key, day, at}})
	}
	if b.Used > 0 {
		list = append(list, statement{"INSERT INTO hour_entries (id, line, contract, student, center, kind, hours, gift, cause, day, at) VALUES (?, ?, ?, ?, ?, 'consumed', ?, 0, ?, ?, ?)", []any{tx.NewID(), line, key, b.Student, b.Center, -b.Used, key, day, at}})
	}
	if !b.Promotion.IsNone() {
		list = append(list, statement{"INSERT INTO contract_promotions (contract, promotion, line, no, name, taken_off, gift, thing) VALUES (?, ?, 1, 'P', 'P', ?, ?, '')", []any{key, b.Promotion, int64(b.Off), b.Gift}})
	}
	for _, st := range list {
		if _, err := tx.Exec(ctx, st.text, st.args...); err != nil {
			return key, err
		}
	}
	return key, nil
}

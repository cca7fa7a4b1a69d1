// Package id makes and reads the identifiers of records: UUIDv7 (RFC 9562), kept as 16 bytes.
package id

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ID names one record. Its zero value names none.
type ID uuid.UUID

// None is the zero ID.
var None ID

// Parse reads the canonical text of an ID.
func Parse(s string) (ID, error) {
	u, err := uuid.Parse(s)
	if err != nil {
		return None, fmt.Errorf("parse id %q: %w", s, err)
	}
	return ID(u), nil
}

// MustParse is Parse for ids that stand in the program.
func MustParse(s string) ID {
	v, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return v
}

// At makes the UUIDv7 of an instant with the given random bits, so that ids sort by time and a seed repeats them.
func At(t time.Time, hi, lo uint64) ID {
	var v ID
	binary.BigEndian.PutUint64(v[:8], uint64(t.UnixMilli())<<16|0x7000|hi&0x0fff)
	binary.BigEndian.PutUint64(v[8:], lo&0x3fffffffffffffff|0x8000000000000000)
	return v
}

// Time is when a record was made, to the millisecond, in UTC.
func (v ID) Time() time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(v[:8]) >> 16)).UTC()
}

// IsNone tells whether v names no record.
func (v ID) IsNone() bool { return v == None }

// String gives the canonical text; "" for None.
func (v ID) String() string {
	if v == None {
		return ""
	}
	return uuid.UUID(v).String()
}

// MarshalText implements encoding.TextMarshaler.
func (v ID) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an empty text is None.
func (v *ID) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*v = None
		return nil
	}
	*v, err = Parse(string(b))
	return err
}

// Value implements driver.Valuer: 16 bytes, NULL for None.
func (v ID) Value() (driver.Value, error) {
	if v == None {
		return nil, nil //nolint:nilnil // NULL is a value of the driver, not a missing answer
	}
	return v[:], nil
}

// Scan implements sql.Scanner: 16 bytes, the text of PostgreSQL's uuid, or NULL.
func (v *ID) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*v = None
		return nil
	case []byte:
		if len(s) == 16 {
			copy(v[:], s)
			return nil
		}
		return v.UnmarshalText(s)
	case string:
		return v.UnmarshalText([]byte(s))
	case [16]byte:
		*v = s
		return nil
	}
	return fmt.Errorf("scan id: cannot read %T", src)
}

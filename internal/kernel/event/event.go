// Package event is the append-only log: one fact for each operation, sealed afterwards in blocks whose digests form a chain
// (TRU-24).
package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// Fact is what an operation records: plain data with ids, never personal values.
type Fact interface {
	// Kind is the fact's name with its version: sales.visit-checked-in.1
	Kind() string
	// About names the center and the person that the fact concerns; either may be none.
	About() (center, person id.ID)
}

// Event is a fact with its circumstances.
type Event struct {
	ID      id.ID           `json:"id" db:"id"`
	Seq     int64           `json:"seq,omitempty" db:"seq"` // 0 until sealed
	At      time.Time       `json:"at" db:"at"`
	Day     bizdate.Date    `json:"day" db:"day"` // business date of the center
	Kind    string          `json:"kind" db:"kind"`
	Actor   id.ID           `json:"actor_id" db:"actor"` // account; none for operator and system
	By      string          `json:"by" db:"by_login"`
	Center  id.ID           `json:"center_id" db:"center"`
	Person  id.ID           `json:"person_id" db:"person"`
	Subject id.ID           `json:"subject_id" db:"subject"`
	Run     id.ID           `json:"run_id" db:"run"` // bulk run, if any
	Payload json.RawMessage `json:"payload" db:"payload,json"`
	Digest  []byte          `json:"-" db:"digest"`
}

// TableName implements op.Record.
func (Event) TableName() string { return "events" }

// Sum is the SHA-256 digest of everything but the sequence number.
func (e *Event) Sum() []byte {
	h := sha256.New()
	var num [8]byte
	field := func(b []byte) {
		binary.BigEndian.PutUint64(num[:], uint64(len(b)))
		h.Write(num[:])
		h.Write(b)
	}
	number := func(n int64) {
		binary.BigEndian.PutUint64(num[:], uint64(n))
		h.Write(num[:])
	}
	field(e.ID[:])
	number(e.At.UnixMicro())
	number(int64(e.Day))
	field([]byte(e.Kind))
	field(e.Actor[:])
	field([]byte(e.By))
	field(e.Center[:])
	field(e.Person[:])
	field(e.Subject[:])
	field(e.Run[:])
	field(e.Payload)
	return h.Sum(nil)
}

// Registry knows every kind of fact.
type Registry struct{ types map[string]reflect.Type }

// NewRegistry collects the facts of all domains; two of one kind are a fault of the program.
func NewRegistry(facts ...Fact) (*Registry, error) {
	r := &Registry{types: map[string]reflect.Type{}}
	for _, f := range facts {
		if r.types[f.Kind()] != nil {
			return nil, fmt.Errorf("fact %s is registered twice", f.Kind())
		}
		r.types[f.Kind()] = reflect.TypeOf(f)
	}
	return r, nil
}

// Kinds lists all kinds, sorted.
func (r *Registry) Kinds() []string {
	var out []string
	for k := range r.types {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// moves says whether facts of a kind move money or hours.
func (r *Registry) moves(kind string) bool {
	t := r.types[kind]
	return t != nil && t.Implements(reflect.TypeFor[Moves]())
}

// Decode reads the fact of an event.
func (r *Registry) Decode(e Event) (Fact, error) {
	t := r.types[e.Kind]
	if t == nil {
		return nil, fmt.Errorf("read event %s: unknown kind %s", e.ID, e.Kind)
	}
	v := reflect.New(t)
	if err := json.Unmarshal(e.Payload, v.Interface()); err != nil {
		return nil, fmt.Errorf("read event %s: %w", e.ID, err)
	}
	return v.Elem().Interface().(Fact), nil
}

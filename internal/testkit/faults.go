package testkit

import (
	"sync/atomic"
	"testing"

	"zhike/internal/kernel/db"
)

// FaultySchool is a school on PostgreSQL where each of so many commits fails as one that conflicts with another does (TRU-5). With
// ZHIKE_FAULTS every school is.
func FaultySchool(t testing.TB, every int64) *School {
	t.Helper()
	return newSchool(t, postgresSchool(t), failing(every))
}

// failing fails one commit of so many; 0: none.
func failing(every int64) func() error {
	if every == 0 {
		return nil
	}
	var commits atomic.Int64
	return func() error {
		if commits.Add(1)%every == 0 {
			return db.Serialization()
		}
		return nil
	}
}

// Asked tells how many statements reads have sent so far.
func (s *School) Asked() int64 { return s.asked.Load() }

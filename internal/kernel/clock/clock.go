// Package clock gives the present instant and chance to the kernel, so that tests and the simulator can set them (TRU-9).
package clock

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"zhike/internal/kernel/id"
)

// Clock tells the time and makes ids. It is safe for concurrent use.
type Clock struct {
	mu   sync.Mutex
	now  func() time.Time
	rand *rand.Rand
	last int64
	seq  uint64
}

// System is the clock of the machine, with ids from the machine's randomness.
func System() *Clock {
	var seed [32]byte
	if _, err := crand.Read(seed[:]); err != nil {
		panic(err)
	}
	return &Clock{now: time.Now, rand: rand.New(rand.NewChaCha8(seed))}
}

// Fixed is a clock that stands at t until Set; the same seed gives the same ids.
func Fixed(t time.Time, seed uint64) *Clock {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	t = t.UTC()
	return &Clock{now: func() time.Time { return t }, rand: rand.New(rand.NewChaCha8(key))}
}

// Set moves a fixed clock.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t = t.UTC()
	c.now = func() time.Time { return t }
}

// Now is the present instant in UTC, to the microsecond (what databases keep).
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().UTC().Truncate(time.Microsecond)
}

// NewID makes an id of the present. Ids of one clock rise strictly within a millisecond (RFC 9562, section 6.2, method 1).
func (c *Clock) NewID() id.ID {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.now()
	if ms := t.UnixMilli(); ms != c.last {
		c.last, c.seq = ms, c.rand.Uint64()&0x7ff
	} else {
		c.seq++
	}
	at := time.UnixMilli(t.UnixMilli() + int64(c.seq>>12))
	return id.At(at, c.seq, c.rand.Uint64())
}

// Uint64 gives random bits for the kernel's own use.
func (c *Clock) Uint64() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rand.Uint64()
}

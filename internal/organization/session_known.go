package organization

import (
	"context"
	"strings"
	"sync"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// known keeps who was identified by which token. An embedded database is written by this process alone, so what is kept holds until
// one of its own facts about the organization, or the end of a session, clears it; on PostgreSQL other nodes write too, and nothing is
// kept (TRU-12). An entry that was read before a clearing is not kept after it.
type known struct {
	mu      sync.RWMutex
	cleared uint64
	byToken map[[32]byte]identity
}

// identity is what a token stood for in a quarter of an hour: no business day begins within one, so positions stay valid (ORG-2).
type identity struct {
	viewer  *policy.Viewer
	account Account
	session Session
	quarter time.Time
}

const (
	mostKnown = 20_000
	quarter   = 15 * time.Minute
)

// get gives the identity of a token, and a mark for put.
func (k *known) get(token [32]byte) (identity, uint64, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	i, ok := k.byToken[token]
	return i, k.cleared, ok
}

func (k *known) put(token [32]byte, i identity, mark uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if mark != k.cleared {
		return
	}
	if k.byToken == nil || len(k.byToken) >= mostKnown {
		k.byToken = map[[32]byte]identity{}
	}
	k.byToken[token] = i
}

func (k *known) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cleared++
	k.byToken = nil
}

// Reactions lets every fact about the organization end what is known of sessions (TRU-22).
func (d *Directory) Reactions() (out []op.Reaction) {
	for _, f := range facts.All() {
		if strings.HasPrefix(f.Kind(), "organization.") {
			out = append(out, op.Reaction{Kind: f.Kind(), Do: func(_ context.Context, tx *op.Tx, _ event.Fact, _ event.Event) error {
				tx.AfterCommit(d.known.clear)
				return nil
			}})
		}
	}
	return out
}

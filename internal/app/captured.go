package app

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"

	"zhike/internal/kernel/db"
	"zhike/internal/marketing"
	"zhike/internal/marketing/marketingdoor"
	"zhike/internal/organization/organizationdoor"
)

// captured counts how often hosted forms were opened until the next batch is written (TRU-19).
type captured struct {
	sync.Mutex
	seen map[marketing.CaptureView]int64
}

// capturing is what the public side of capture points needs.
func (a *App) capturing() marketingdoor.CaptureDeps {
	return marketingdoor.CaptureDeps{Ops: a.Run, Key: a.Key, Log: a.Log, Address: senderOf, Seen: a.sawForm}
}

// senderOf names the sender of a request. A proxy on this machine speaks for many: whom it names last it saw itself.
func senderOf(r *http.Request) string {
	if key := organizationdoor.AddressKey(r); key != "" {
		return key
	}
	named := r.Header.Get("X-Forwarded-For")
	return strings.TrimSpace(named[strings.LastIndexByte(named, ',')+1:])
}

func (a *App) sawForm(v marketing.CaptureView) {
	a.captured.Lock()
	defer a.captured.Unlock()
	if a.captured.seen == nil {
		a.captured.seen = map[marketing.CaptureView]int64{}
	}
	a.captured.seen[v]++
}

// writeAllViews writes who looked at which record, and how often forms were opened.
func (a *App) writeAllViews(ctx context.Context) error {
	return errors.Join(a.writeViews(ctx), a.writeCaptured(ctx))
}

// writeCaptured writes the counts that wait; where that fails they wait on.
func (a *App) writeCaptured(ctx context.Context) error {
	a.captured.Lock()
	seen := maps.Clone(a.captured.seen)
	clear(a.captured.seen)
	a.captured.Unlock()
	if len(seen) == 0 {
		return nil
	}
	err := a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return marketing.WriteCaptureViews(ctx, tx, seen) })
	if err != nil {
		a.captured.Lock()
		for v, n := range seen {
			a.captured.seen[v] += n
		}
		a.captured.Unlock()
	}
	return err
}

package app

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/web"
)

// viewed gathers who looked at which record until the next batch is written (TRU-19).
type viewed struct {
	sync.Mutex
	list []event.View
	lost int // beyond mostViews
}

// mostViews is how many views wait at most while the database does not take them.
const mostViews = 100_000

// looked notes an answered request that showed one record to somebody.
func (a *App) looked(r web.Answered) {
	account, err := id.Parse(r.Account)
	if err != nil || r.Record.IsNone() || r.Method != http.MethodGet || r.Status != http.StatusOK {
		return
	}
	_, path, _ := strings.Cut(r.Route, " ")
	kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/api/v1"), "/"), "/")
	a.viewed.Lock()
	defer a.viewed.Unlock()
	if len(a.viewed.list) >= mostViews {
		a.viewed.lost++
		return
	}
	a.viewed.list = append(a.viewed.list, event.View{ID: a.Clock.NewID(), At: a.Clock.Now(), Account: account, Kind: kind, Record: r.Record})
}

// writeViews writes the views that wait; where that fails they wait on.
func (a *App) writeViews(ctx context.Context) error {
	a.viewed.Lock()
	list, lost := a.viewed.list, a.viewed.lost
	a.viewed.list, a.viewed.lost = nil, 0
	a.viewed.Unlock()
	if lost > 0 {
		a.Log.ErrorContext(ctx, "views were not noted: the database took none for too long", slog.Int("views", lost))
	}
	if len(list) == 0 {
		return nil
	}
	err := a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return event.WriteViews(ctx, tx, list, a.Clock.Now()) })
	if err != nil {
		a.viewed.Lock()
		a.viewed.list = append(list, a.viewed.list...)
		a.viewed.Unlock()
	}
	return err
}

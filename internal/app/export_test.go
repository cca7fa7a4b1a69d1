package app

import (
	"context"

	"zhike/internal/insight"
	"zhike/internal/kernel/jobs"
)

// RightOf is rightOf, for tests.
var RightOf = rightOf

// StartIdle begins to work on the queue without doing what its jobs say.
func (a *App) StartIdle(ctx context.Context) error {
	jobs.Register(a.Jobs, func(context.Context, insight.SendMail) error { return nil })
	return a.Jobs.Start(ctx)
}

// AnchorLog is anchor, for tests.
func (a *App) AnchorLog(ctx context.Context) error { return a.anchor(ctx) }

// ReadAnchors is readAnchors, for tests.
var ReadAnchors = readAnchors

// WriteViews is writeViews, for tests.
func (a *App) WriteViews(ctx context.Context) error { return a.writeAllViews(ctx) }

package app

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/process"
)

const (
	lowDisk     = 0.10 // free part of the disk at which somebody is told (TRU-6)
	diskSilence = 24 * time.Hour
)

// watchDisk tells those who run the program, at most once a day, that the disk of the database fills up (TRU-6).
func (a *App) watchDisk(ctx context.Context) error {
	free, known, err := a.DB.Free()
	if err != nil || !known {
		return err
	}
	return a.noteDisk(ctx, free)
}

func (a *App) noteDisk(ctx context.Context, free float64) error {
	if free >= lowDisk {
		return nil
	}
	percent := strconv.FormatFloat(free*100, 'f', 1, 64)
	return a.Run.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		told, err := process.ToldSince(ctx, tx, "disk-low", tx.Now.Add(-diskSilence))
		if err != nil || told {
			return err
		}
		tx.AfterCommit(func() { a.Log.WarnContext(ctx, "the disk is nearly full", slog.String("free_percent", percent)) })
		for _, m := range a.Dir.Holders("it", id.None) {
			n := process.Notice{Staff: m.ID, Kind: "disk-low", Link: placeMessages.path, Params: map[string]string{"percent": percent}}
			if err := process.Notify(ctx, tx, n); err != nil {
				return fmt.Errorf("tell of the disk: %w", err)
			}
		}
		return nil
	})
}

package app

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// TestTRU6_LowDisk: below ten percent those who run the program are told, once a day.
func TestTRU6_LowDisk(t *testing.T) {
	t.Parallel()
	a, c, ctx, staff := withIT(t)
	told := func() (n int64) {
		err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			n, err = op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM notices WHERE kind = 'disk-low' AND staff = ?", staff)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		free  float64
		later time.Duration
		want  int64
	}{{0.5, 0, 0}, {0.1, 0, 0}, {0.099, 0, 1}, {0.02, 23 * time.Hour, 1}, {0.02, 2 * time.Hour, 2}} {
		c.Set(c.Now().Add(step.later))
		if err := a.noteDisk(t.Context(), step.free); err != nil {
			t.Fatal(err)
		}
		if got := told(); got != step.want {
			t.Errorf("at %.3f free: told %d times, want %d", step.free, got, step.want)
		}
	}
	if free, known, err := a.DB.Free(); err != nil || !known || free <= 0 || free > 1 {
		t.Errorf("free = %v, %t, %v", free, known, err)
	}
}

// withIT is a program on a fresh database with somebody who sets it up.
func withIT(t *testing.T) (*App, *clock.Clock, context.Context, id.ID) {
	t.Helper()
	c := clock.Fixed(time.Date(2026, 6, 3, 1, 0, 0, 0, time.UTC), 1)
	a, err := Open(t.Context(), Config{DSN: filepath.Join(t.TempDir(), "zhike.db"), Clock: c, Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := op.WithViewer(t.Context(), policy.System())
	staff, err := organization.AddStaff.Run(ctx, a.Run, organization.StaffInput{Code: "it", Name: "IT"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := organization.GivePosition.Run(ctx, a.Run, organization.PositionInput{StaffID: staff.ID, Role: "it", From: bizdate.New(2020, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := a.Dir.Refresh(ctx, a.Run, 0); err != nil {
		t.Fatal(err)
	}
	return a, c, ctx, staff.ID
}

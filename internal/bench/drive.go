package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Cell is what was measured of a scenario in a round.
type Cell struct {
	Target   string  `json:"target"`
	Scenario string  `json:"scenario"`
	Round    int     `json:"round"`
	PerSec   float64 `json:"per_second,omitempty"` // pieces of work, or rows of an import
	P50      float64 `json:"p50_ms"`
	P95      float64 `json:"p95_ms,omitempty"`
	P99      float64 `json:"p99_ms,omitempty"`
	CPU      float64 `json:"server_cpu_us,omitempty"` // processor time of the server for one piece of work
	Peak     float64 `json:"peak_mib,omitempty"`      // most memory of the server so far
}

// work is what one connection did.
type work struct {
	ms      []float64
	records map[string][]string // acknowledged, by scenario
	err     error
}

// drive measures one cell: after a short warm-up, all connections work until the time is over. One failure fails the cell.
func (b *bench) drive(ctx context.Context, t target, s scenario, round int) (Cell, error) {
	header, err := t.login(s.name)
	if err != nil {
		return Cell{}, fmt.Errorf("sign in: %w", err)
	}
	conns := make([]*conn, s.conns)
	for i := range conns {
		if conns[i], err = dial(t.process().addr, header); err != nil {
			return Cell{}, err
		}
		defer conns[i].close()
	}
	length := time.Duration(b.Seconds * float64(time.Second))
	if _, err := b.spell(ctx, t, s, conns, min(length/4, time.Second/2), uint64(round)*100); err != nil {
		return Cell{}, err
	}
	profiled := make(chan error, 1)
	if round == 1 && b.Profile != "" {
		go func() { profiled <- t.profile(ctx, s.name, length) }()
	} else {
		profiled <- nil
	}
	used, began := t.process().usage(), b.clock.Now()
	took, err := b.spell(ctx, t, s, conns, length, uint64(round)*100+1)
	if err != nil {
		return Cell{}, err
	}
	length, used = b.clock.Now().Sub(began), t.process().usage()-used
	n := float64(len(took))
	c := Cell{PerSec: n / length.Seconds(), P50: took[len(took)/2], P95: took[len(took)*95/100], P99: took[len(took)*99/100], CPU: float64(used.Microseconds()) / n, Peak: t.process().peak()}
	return c, <-profiled
}

// spell lets the connections work for a time and gives the sorted times of what they did, in milliseconds.
func (b *bench) spell(ctx context.Context, t target, s scenario, conns []*conn, d time.Duration, seed uint64) ([]float64, error) {
	end := b.clock.Now().Add(d)
	done := make([]work, len(conns))
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			r := rand.New(rand.NewPCG(b.Seed^seed, uint64(i)))
			w := &done[i]
			w.records = map[string][]string{}
			for w.err == nil && ctx.Err() == nil && b.clock.Now().Before(end) {
				w.err = b.piece(w, t, s, c, r)
			}
		})
	}
	all.Wait()
	var took []float64
	for _, w := range done {
		for name, records := range w.records { // also those before a failure
			t.acked(name, records)
		}
		if w.err != nil {
			return nil, w.err
		}
		took = append(took, w.ms...)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	slices.Sort(took)
	return took, nil
}

// piece does one piece of work.
func (b *bench) piece(w *work, t target, s scenario, c *conn, r *rand.Rand) error {
	name := s.piece(r)
	requests := t.ask(r, name)
	bodies := make([][]byte, len(requests))
	began := b.clock.Now()
	var err error
	for i, q := range requests {
		if _, bodies[i], err = c.do(q, began); err != nil {
			return err
		}
	}
	w.ms = append(w.ms, ms(b.clock.Now().Sub(began)))
	if !writes(name) {
		return nil
	}
	record, err := t.made(bodies)
	w.records[name] = append(w.records[name], record)
	return err
}

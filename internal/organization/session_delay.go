package organization

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

const (
	longestDelay = time.Hour
	delaysKept   = 24 * time.Hour // after the last delay
)

// delayKeys names what a failed sign-in slows down: the account first, then the address, then its network.
func delayKeys(login, address string) []string {
	keys := []string{"account:" + login}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return keys
	}
	bits := 24
	if ip.Is6() {
		bits = 48
	}
	network, err := ip.Prefix(bits)
	if err != nil {
		return append(keys, "address:"+ip.String())
	}
	return append(keys, "address:"+ip.String(), "network:"+network.String())
}

// free is how many failures cost no delay yet, by what is slowed down.
func free(key string) int64 {
	switch {
	case strings.HasPrefix(key, "account:"):
		return 4
	case strings.HasPrefix(key, "address:"):
		return 20
	}
	return 100
}

// try counts a try as a failure, which forgive takes back; beyond the free ones each doubles the wait, up to an hour. Refused while one
// of the keys waits, which counts nothing.
func (a *Access) try(ctx context.Context, keys []string) error {
	if err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return waiting(ctx, tx, keys) }); err != nil {
		return err // most of the guesses end here, without a write
	}
	return a.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		if err := waiting(ctx, tx, keys); err != nil {
			return err
		}
		for _, k := range keys {
			if err := count(ctx, tx, k); err != nil {
				return fmt.Errorf("count sign-in: %w", err)
			}
		}
		return nil
	})
}

func waiting(ctx context.Context, tx *op.Tx, keys []string) error {
	var until time.Time
	for _, k := range keys {
		var at time.Time
		err := tx.QueryRow(ctx, "SELECT until_at FROM sign_in_delays WHERE id = ?", []any{k}, &at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read sign-in delays: %w", err)
		}
		if at.After(until) {
			until = at
		}
	}
	if wait := until.Sub(tx.Now); wait > 0 {
		return problem.TooMany("sign-in-delayed", int(wait/time.Second)+1)
	}
	return nil
}

func count(ctx context.Context, tx *op.Tx, key string) error {
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO sign_in_delays (id, failures, until_at) VALUES (?, 1, ?)
		ON CONFLICT (id) DO UPDATE SET failures = CASE WHEN sign_in_delays.until_at < ? THEN 1 ELSE sign_in_delays.failures + 1 END, until_at = ?
		RETURNING failures`, []any{key, tx.Now, tx.Now.Add(-delaysKept), tx.Now}, &n)
	if err != nil {
		return err
	}
	over := n - free(key)
	if over <= 0 {
		return nil
	}
	wait := min(time.Second<<min(over, 12), longestDelay)
	_, err = tx.Exec(ctx, "UPDATE sign_in_delays SET until_at = ? WHERE id = ?", tx.Now.Add(wait), key)
	return err
}

// proved takes back the try of who knew the password.
func (a *Access) proved(ctx context.Context, keys []string) error {
	return a.Run.Write(ctx, func(ctx context.Context, tx *op.Tx) error { return forgive(ctx, tx, keys) })
}

// forgive forgets the failures of an account whose holder signed in, and the one try of its address and network: others of them guess on.
func forgive(ctx context.Context, tx *op.Tx, keys []string) error {
	if _, err := tx.Exec(ctx, "DELETE FROM sign_in_delays WHERE id = ?", keys[0]); err != nil {
		return fmt.Errorf("clear delay: %w", err)
	}
	for _, k := range keys[1:] {
		if _, err := tx.Exec(ctx, "UPDATE sign_in_delays SET failures = failures - 1, until_at = ? WHERE id = ? AND failures > 0", tx.Now, k); err != nil {
			return fmt.Errorf("take back try: %w", err)
		}
	}
	return nil
}

// ForgetDelays deletes the delays of keys that had no failure for a day.
func ForgetDelays(ctx context.Context, tx *op.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM sign_in_delays WHERE until_at < ?", tx.Now.Add(-delaysKept)); err != nil {
		return fmt.Errorf("forget delays: %w", err)
	}
	return nil
}

// Package numbers gives the numbers of papers (contracts, receipts, quotes) without gaps (CON-9): a number is drawn in the
// transaction that uses it, so what is rolled back leaves none behind.
package numbers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/op"
)

// Next draws the next number of a series, from 1. The row of the series stays locked until the end of the transaction (TRU-5),
// so it is drawn last, after every other lock.
func Next(ctx context.Context, tx *op.Tx, series string) (int64, error) {
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO number_series (id, last) VALUES (?, 1)
		ON CONFLICT (id) DO UPDATE SET last = number_series.last + 1 RETURNING last`, []any{series}, &n)
	if err != nil {
		return 0, fmt.Errorf("draw number of %s: %w", series, err)
	}
	return n, nil
}

// Take draws the next number of a kind of paper and a prefix and writes it as prefix-0001 with at least width digits.
func Take(ctx context.Context, tx *op.Tx, kind, prefix string, width int) (string, error) {
	n, err := Next(ctx, tx, kind+":"+prefix)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%0*d", prefix, width, n), nil
}

// Gapless is the check that the numbers which Take drew for a kind of paper stand in the column no of its table, each once,
// from 1 to the last of its series. table is constant.
func Gapless(name, kind, table string) check.Check {
	return check.Check{Name: name, Rule: "CON-9", Run: func(ctx context.Context, tx *op.Tx) ([]string, error) {
		u := tx.Unscoped("an invariant is about every number; only numbers are named")
		series, err := op.AllOf[series](ctx, u, "SELECT id, last FROM number_series WHERE id LIKE ? ORDER BY id", kind+":%")
		if err != nil {
			return nil, fmt.Errorf("read number series: %w", err)
		}
		used, err := op.AllOf[string](ctx, u, "SELECT no FROM "+table)
		if err != nil {
			return nil, fmt.Errorf("read numbers of %s: %w", table, err)
		}
		return gaps(kind, series, used), nil
	}}
}

type series struct {
	ID   string `db:"id"`
	Last int64  `db:"last"`
}

func gaps(kind string, list []series, used []string) (out []string) {
	drawn := map[string][]int64{}
	for _, no := range used {
		at := strings.LastIndexByte(no, '-')
		n, err := strconv.ParseInt(no[at+1:], 10, 64)
		if at < 0 || err != nil {
			out = append(out, "number "+no+" belongs to no series")
			continue
		}
		key := kind + ":" + no[:at]
		drawn[key] = append(drawn[key], n)
	}
	for _, s := range list {
		have := drawn[s.ID]
		delete(drawn, s.ID)
		slices.Sort(have)
		next := int64(1)
		for _, n := range have {
			if n > next && len(out) < check.AtMost {
				out = append(out, fmt.Sprintf("series %s lacks %d to %d", s.ID, next, n-1))
			}
			next = n + 1
		}
		if next-1 != s.Last {
			out = append(out, fmt.Sprintf("series %s says last %d, the last used is %d", s.ID, s.Last, next-1))
		}
	}
	for key := range drawn {
		out = append(out, "series "+key+" is missing")
	}
	slices.Sort(out)
	return out
}

package marketing

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

//go:embed channels.csv
var shipped []byte

//go:embed formats.csv
var shippedFormats []byte

// Seed writes the shipped channels and kinds of campaigns where they are missing; what a company changed stays.
func Seed(ctx context.Context, r *op.Runner) error {
	if err := seedFormats(ctx, r); err != nil {
		return err
	}
	rows, err := shippedChannels()
	if err != nil {
		return err
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		tree, err := Channels(ctx, tx)
		if err != nil {
			return err
		}
		ids := map[string]id.ID{}
		for _, n := range tree.Nodes() {
			ids[n.Code] = n.ID
		}
		for _, row := range rows {
			if _, ok := ids[row.Code]; ok {
				continue
			}
			c := row.Channel
			c.ID, c.Parent = tx.NewID(), ids[row.parent]
			if err := tx.Insert(ctx, c); err != nil {
				return err
			}
			ids[c.Code] = c.ID
		}
		return tx.Changed(ctx, "channels")
	})
}

type shippedChannel struct {
	Channel
	parent string // code; its row stands before
}

// shippedChannels reads code, parent, name_zh, name_en, first_contact_minutes, walk_in.
func shippedChannels() ([]shippedChannel, error) {
	rows, err := csv.NewReader(bytes.NewReader(shipped)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read shipped channels: %w", err)
	}
	var out []shippedChannel
	for _, row := range rows[1:] {
		minutes, err := strconv.ParseInt(row[4], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read shipped channel %s: %w", row[0], err)
		}
		out = append(out, shippedChannel{parent: row[1], Channel: Channel{
			Code: row[0], NameZH: row[2], NameEN: row[3], FirstContactMinutes: minutes, WalkIn: row[5] == "true", WindowDays: usualWindow, Active: true,
		}})
	}
	return out, nil
}

// seedFormats reads code, name_zh, name_en.
func seedFormats(ctx context.Context, r *op.Runner) error {
	rows, err := csv.NewReader(bytes.NewReader(shippedFormats)).ReadAll()
	if err != nil {
		return fmt.Errorf("read shipped formats: %w", err)
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := Formats(ctx, tx)
		if err != nil {
			return err
		}
		for _, row := range rows[1:] {
			if slices.ContainsFunc(list, func(f Format) bool { return f.Code == row[0] }) {
				continue
			}
			if err := tx.Insert(ctx, Format{ID: tx.NewID(), Code: row[0], NameZH: row[1], NameEN: row[2], Active: true}); err != nil {
				return err
			}
		}
		return tx.Changed(ctx, "campaign-formats")
	})
}

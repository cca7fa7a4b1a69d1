package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Channels gives the channel tree, empty to who may not see channels. It is shared and must not be changed.
func Channels(ctx context.Context, tx *op.Tx) (Tree, error) {
	if !tx.Viewer.Scope("channel:read").All {
		return Tree{}, nil
	}
	return op.Keep(ctx, tx, "channels", func(ctx context.Context, tx *op.Tx) (Tree, error) {
		var list []Channel
		if err := tx.Unscoped("the right to channels was asked").Select(&list).Scan(ctx); err != nil {
			return Tree{}, fmt.Errorf("read channels: %w", err)
		}
		return NewTree(list), nil
	})
}

// ChannelByID gives a channel.
func ChannelByID(ctx context.Context, tx *op.Tx, key id.ID) (Channel, error) {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return Channel{}, err
	}
	c, ok := tree.ByID(key)
	if !ok {
		return Channel{}, problem.NotFound("channel")
	}
	return c, nil
}

// ChannelByName gives the channel that a text means: see Tree.ByName. Who asks for many reads the tree once.
func ChannelByName(ctx context.Context, tx *op.Tx, text string) (Channel, error) {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return Channel{}, err
	}
	c, ok := tree.ByName(text)
	if !ok {
		return Channel{}, problem.NotFound("channel")
	}
	return c, nil
}

// WalkInChannel gives the channel of those who come without an appointment: the first one by code.
func WalkInChannel(ctx context.Context, tx *op.Tx) (found Channel, err error) {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return found, err
	}
	for _, n := range tree.Nodes() {
		if n.WalkIn && n.Active && (found.Code == "" || n.Code < found.Code) {
			found = n.Channel
		}
	}
	if found.Code == "" {
		return found, problem.NotFound("channel")
	}
	return found, nil
}

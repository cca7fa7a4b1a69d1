package marketing

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Channels reads the channel tree.
func Channels(ctx context.Context, tx *op.Tx) (Tree, error) {
	var list []Channel
	if err := tx.Select(&list).Scan(ctx); err != nil {
		return Tree{}, fmt.Errorf("read channels: %w", err)
	}
	return NewTree(list), nil
}

// ChannelByID gives a channel.
func ChannelByID(ctx context.Context, tx *op.Tx, key id.ID) (c Channel, err error) {
	err = tx.Select(&c).Where("id = ?", key).Scan(ctx)
	return c, problem.Found(err, "channel")
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

// WalkInChannel gives the channel of those who come without an appointment.
func WalkInChannel(ctx context.Context, tx *op.Tx) (c Channel, err error) {
	err = tx.Select(&c).Where("walk_in = TRUE AND active = TRUE").Order("code").Limit(1).Scan(ctx)
	return c, problem.Found(err, "channel")
}

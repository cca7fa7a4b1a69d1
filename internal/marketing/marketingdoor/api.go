package marketingdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
)

// API registers the channel tree.
func API(a *api.API) {
	api.Whole(a, "/channels", "marketing.channels", "channel:read", channels)
	api.Get(a, "/channels/{id}", "marketing.channel", "channel:read", func(ctx context.Context, tx *op.Tx, q channelID) (marketing.Channel, error) {
		return marketing.ChannelByID(ctx, tx, q.ID)
	})
	api.Post(a, "/channels", marketing.AddChannel)
	api.Patch(a, "/channels/{id}", marketing.ChangeChannel)
}

type channelID struct {
	ID id.ID `path:"id" json:"channel_id"`
}

// channels lists the whole tree, parents before their children.
func channels(ctx context.Context, tx *op.Tx, _ api.Paging) (out []marketing.Channel, err error) {
	tree, err := marketing.Channels(ctx, tx)
	if err != nil {
		return out, err
	}
	for _, n := range tree.Nodes() {
		out = append(out, n.Channel)
	}
	return out, nil
}

package facts

import "zhike/internal/kernel/id"

// ChannelAdded says that there is a further channel.
type ChannelAdded struct {
	Channel id.ID  `json:"channel_id"`
	Code    string `json:"code"`
}

// Kind implements event.Fact.
func (ChannelAdded) Kind() string { return "marketing.channel-added.1" }

// About implements event.Fact.
func (ChannelAdded) About() (center, person id.ID) { return id.None, id.None }

// ChannelChanged says which fields of a channel changed.
type ChannelChanged struct {
	Channel id.ID    `json:"channel_id"`
	Fields  []string `json:"fields"`
}

// Kind implements event.Fact.
func (ChannelChanged) Kind() string { return "marketing.channel-changed.1" }

// About implements event.Fact.
func (ChannelChanged) About() (center, person id.ID) { return id.None, id.None }

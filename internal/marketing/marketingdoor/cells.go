package marketingdoor

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// channelCells are the fields of channels that are changed in their list (UI-L4).
var channelCells = web.Cells[marketing.Channel, marketing.ChangeChannelInput, marketing.ChannelAnswer]{
	Path: "/channels", Kind: "channel", Op: marketing.ChangeChannel, Load: marketing.ChannelByID,
	Key:  func(c marketing.Channel) (id.ID, int64) { return c.ID, c.Version },
	Name: func(ctx context.Context, c marketing.Channel) string { return c.Name(lang(ctx)) },
	Input: func(key id.ID, version int64) marketing.ChangeChannelInput {
		return marketing.ChangeChannelInput{ChannelID: key, Version: &version}
	},
	Of: []web.CellField[marketing.Channel]{
		nameCell("name_zh", "name-zh", func(c marketing.Channel) string { return c.NameZH }),
		nameCell("name_en", "name-en", func(c marketing.Channel) string { return c.NameEN }),
		{
			Name: "first_contact_minutes", Label: labelled("first-contact-field"), Input: web.Input{InputMode: "numeric", MaxLength: 6},
			Value: func(c marketing.Channel) string { return strconv.FormatInt(c.FirstContactMinutes, 10) },
			Shown: func(ctx context.Context, c marketing.Channel) templ.Component {
				return web.Text(minutes(ctx, c.FirstContactMinutes))
			},
		},
		{
			Name: "walk_in", Label: labelled("walk-in"),
			Options: func(ctx context.Context, c marketing.Channel) []web.Option { return walkInOptions(ctx, c.WalkIn) },
			Value:   func(c marketing.Channel) string { return strconv.FormatBool(c.WalkIn) },
			Shown:   func(ctx context.Context, c marketing.Channel) templ.Component { return web.Text(yes(ctx, c.WalkIn)) },
		},
		{
			Name: "active", Label: labelled("state"),
			Options: func(ctx context.Context, c marketing.Channel) []web.Option { return activeOptions(ctx, c.Active) },
			Value:   func(c marketing.Channel) string { return strconv.FormatBool(c.Active) },
			Shown:   func(ctx context.Context, c marketing.Channel) templ.Component { return state(ctx, c.Active) },
		},
	},
}

func labelled(key string) func(context.Context) string {
	return func(ctx context.Context) string { return t(ctx, key) }
}

// nameCell is a name in one language, beside the link to the channel.
func nameCell(name, label string, value func(marketing.Channel) string) web.CellField[marketing.Channel] {
	return web.CellField[marketing.Channel]{
		Name: name, Label: labelled(label), Input: web.Input{MaxLength: 100}, Value: value, Beside: true,
		Shown: func(ctx context.Context, c marketing.Channel) templ.Component { return channelLink(ctx, c) },
	}
}

// channelLink names a channel; for who may change it, it leads to its form.
func channelLink(ctx context.Context, c marketing.Channel) templ.Component {
	if !may(ctx, "channel:update") {
		return web.Text(c.Name(lang(ctx)))
	}
	return web.RecordLink("/channels/"+c.ID.String()+"/edit", c.Name(lang(ctx)))
}

// ownName is the field of the name that a viewer reads.
func ownName(ctx context.Context) string {
	if lang(ctx) == "en" {
		return "name_en"
	}
	return "name_zh"
}

func walkInOptions(ctx context.Context, walkIn bool) []web.Option {
	return []web.Option{{Value: "false", Label: t(ctx, "no"), On: !walkIn}, {Value: "true", Label: t(ctx, "yes"), On: walkIn}}
}

func activeOptions(ctx context.Context, active bool) []web.Option {
	return []web.Option{{Value: "true", Label: t(ctx, "in-use"), On: active}, {Value: "false", Label: t(ctx, "closed"), On: !active}}
}

package organizationdoor

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// centerCells are the fields of centers that are changed in their list (UI-L4). Its state is none of them: a center is closed by a process.
var centerCells = web.Cells[organization.Center, organization.ChangeCenterInput, organization.Changed]{
	Path: "/centers", Kind: "center", Op: organization.ChangeCenter, Load: organization.CenterByID,
	Key:  func(c organization.Center) (id.ID, int64) { return c.ID, c.Version },
	Name: func(ctx context.Context, c organization.Center) string { return c.Name(lang(ctx)) },
	Input: func(key id.ID, version int64) organization.ChangeCenterInput {
		return organization.ChangeCenterInput{CenterID: key, Version: &version}
	},
	Of: []web.CellField[organization.Center]{
		{
			Name: "city", Label: labelled("center.city"), Input: web.Input{MaxLength: 100},
			Value: func(c organization.Center) string { return c.City },
			Shown: func(_ context.Context, c organization.Center) templ.Component { return web.Text(orNone(c.City)) },
		},
		{
			Name: "opened", Label: labelled("center.opened"), Input: web.Input{Type: "date"},
			Value: func(c organization.Center) string { return c.Opened.String() },
			Shown: func(ctx context.Context, c organization.Center) templ.Component {
				return web.Text(orNone(date(ctx, c.Opened)))
			},
		},
	},
}

// roomCells are the fields of rooms that are changed in the list of their center.
var roomCells = web.Cells[organization.Room, organization.ChangeRoomInput, organization.Changed]{
	Path: "/rooms", Kind: "room", Op: organization.ChangeRoom, Load: organization.RoomByID,
	Key:  func(r organization.Room) (id.ID, int64) { return r.ID, r.Version },
	Name: func(_ context.Context, r organization.Room) string { return r.Name },
	Input: func(key id.ID, version int64) organization.ChangeRoomInput {
		return organization.ChangeRoomInput{RoomID: key, Version: &version}
	},
	Of: []web.CellField[organization.Room]{
		{
			Name: "seats", Label: labelled("room.seats"), Input: web.Input{InputMode: "numeric", MaxLength: 5},
			Value: func(r organization.Room) string { return strconv.FormatInt(r.Seats, 10) },
			Shown: func(ctx context.Context, r organization.Room) templ.Component {
				return web.Text(i18n.Count(ctx, r.Seats))
			},
		},
		{
			Name: "active", Label: labelled("state"),
			Options: func(ctx context.Context, r organization.Room) []web.Option { return activeOptions(ctx, r.Active) },
			Value:   func(r organization.Room) string { return strconv.FormatBool(r.Active) },
			Shown:   func(ctx context.Context, r organization.Room) templ.Component { return inUse(ctx, r.Active) },
		},
	},
}

func labelled(key string) func(context.Context) string {
	return func(ctx context.Context) string { return t(ctx, key) }
}

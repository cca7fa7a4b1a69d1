package organizationdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
)

func (p pages) postRoom(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "center")
	if err != nil {
		return err
	}
	in, err := web.Decode[roomFields](r)
	if err == nil {
		_, err = organization.AddRoom.Run(r.Context(), p.Ops, organization.RoomInput{CenterID: key, Name: in.Name, Seats: in.Seats})
	}
	if err != nil {
		return web.Again(w, r, err, p.getCenter)
	}
	return web.Redirect(w, r, "/centers/"+key.String(), web.Status{Text: t(r.Context(), "saved", "name", in.Name), Tone: web.Good})
}

// roomFields is what the form of a room sends.
type roomFields struct {
	Name    string `json:"name" maxLength:"40"`
	Seats   int64  `json:"seats"`
	Active  bool   `json:"active"`
	Version int64  `json:"version"`
}

func (p pages) room(r *http.Request) (room organization.Room, err error) {
	key, err := web.PathID(r, "id", "room")
	if err != nil {
		return room, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		room, err = organization.RoomByID(ctx, tx, key)
		return err
	})
	if err != nil {
		return room, err
	}
	return room, need(r.Context(), "room:update")
}

func (p pages) getEditRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := p.room(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "room.edit"), H1: room.Name, Sub: p.centerName(ctx, room.Center)}, roomForm(room)))
}

func (p pages) postEditRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := p.room(r)
	if err != nil {
		return err
	}
	f, err := web.Decode[roomFields](r)
	if err == nil {
		_, err = organization.ChangeRoom.Run(r.Context(), p.Ops, organization.ChangeRoomInput{
			RoomID: room.ID, Version: &f.Version, Name: &f.Name, Seats: &f.Seats, Active: &f.Active,
		})
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditRoom)
	}
	return web.Redirect(w, r, "/centers/"+room.Center.String(), web.Status{Text: t(r.Context(), "saved", "name", f.Name), Tone: web.Good})
}

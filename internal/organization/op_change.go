package organization

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// based refuses a change that starts from another version than the present one (ORG-10).
func based(base *int64, version int64) error {
	if base == nil || *base == version {
		return nil
	}
	return &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
}

func set[T comparable](fields *[]string, name string, to, from *T) {
	if from != nil && *from != *to {
		*to = *from
		*fields = append(*fields, name)
	}
}

// ChangeCenter changes fields of a center; those left out stay (ORG-1). Refused: stale (ORG-10), as OpenCenter.
var ChangeCenter = op.Op[ChangeCenterInput, Changed]{
	Name: "organization.change-center", Rule: "ORG-1", Needs: "center:update", Fact: facts.CenterChanged{}, Do: changeCenter,
	Subject: func(in ChangeCenterInput) op.Ref { return op.Ref{Kind: "center", ID: in.CenterID} }, Undo: "organization.change-center",
}

// Changed names the record and its version from now on.
type Changed struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

// ChangeCenterInput names what changes.
type ChangeCenterInput struct {
	CenterID id.ID         `json:"center_id" path:"id"`
	Version  *int64        `json:"base_version,omitempty" doc:"version that the change starts from"`
	NameZH   *string       `json:"name_zh,omitempty" maxLength:"100"`
	NameEN   *string       `json:"name_en,omitempty" maxLength:"100"`
	City     *string       `json:"city,omitempty" maxLength:"100"`
	Zone     *string       `json:"zone,omitempty" maxLength:"60"`
	Opened   *bizdate.Date `json:"opened,omitempty"`
	Status   *string       `json:"status,omitempty" enum:"planned,open,closing,closed"`
	RegionID *id.ID        `json:"region_id,omitempty" doc:"none: it belongs to no region"`
	Hours    *[]OpenHours  `json:"hours,omitempty"`
}

func changeCenter(ctx context.Context, tx *op.Tx, in ChangeCenterInput) (Changed, error) {
	var c Center
	if err := problem.Found(tx.Select(&c).Where("id = ?", in.CenterID).Scan(ctx), "center"); err != nil {
		return Changed{}, err
	}
	if err := based(in.Version, c.Version); err != nil {
		return Changed{}, err
	}
	was := c
	var fields []string
	set(&fields, "name_zh", &c.NameZH, in.NameZH)
	set(&fields, "name_en", &c.NameEN, in.NameEN)
	set(&fields, "city", &c.City, in.City)
	set(&fields, "zone", &c.Zone, in.Zone)
	set(&fields, "opened", &c.Opened, in.Opened)
	set(&fields, "status", &c.Status, in.Status)
	set(&fields, "region", &c.Region, in.RegionID)
	if in.Hours != nil {
		c.Hours = *in.Hours
		fields = append(fields, "hours")
	}
	checked, err := CenterInput{Code: c.Code, NameZH: c.NameZH, NameEN: c.NameEN, City: c.City, Zone: c.Zone, Region: c.Region, Opened: c.Opened, Status: c.Status, Hours: c.Hours}.center(c.ID)
	if err == nil {
		err = c.inRegion(tx)
	}
	if err != nil {
		return Changed{}, err
	}
	checked.Version, checked.MergedInto = c.Version, c.MergedInto
	if err := tx.Save(ctx, &checked, "name_zh", "name_en", "city", "zone", "opened", "status", "region", "hours"); err != nil {
		return Changed{}, err
	}
	tx.Undoable(ChangeCenterInput{
		CenterID: c.ID, NameZH: &was.NameZH, NameEN: &was.NameEN, City: &was.City, Zone: &was.Zone, Opened: &was.Opened, Status: &was.Status, RegionID: &was.Region, Hours: &was.Hours,
	})
	tx.Record(c.ID, facts.CenterChanged{Center: c.ID, Fields: fields})
	return Changed{ID: c.ID, Version: checked.Version}, changed(ctx, tx)
}

// AddRoom enters a room of a center (ORG-1). Refused: room-taken, seats out of range.
var AddRoom = op.Op[RoomInput, Changed]{
	Name: "organization.add-room", Rule: "ORG-1", Needs: "room:create", Fact: facts.RoomAdded{}, Do: addRoom,
	Subjects: func(in RoomInput) []op.Ref { return []op.Ref{{Kind: "center", ID: in.CenterID, Reached: true}} },
}

// RoomInput is what is known of a room.
type RoomInput struct {
	CenterID id.ID  `json:"center_id"`
	Name     string `json:"name" maxLength:"40"`
	Seats    int64  `json:"seats" minimum:"1" maximum:"500"`
}

func (r Room) check(ctx context.Context, tx *op.Tx) error {
	var bad problem.Invalid
	if r.Name == "" {
		bad.Add("name", "required", nil)
	}
	if r.Seats < 1 || r.Seats > 500 {
		bad.Add("seats", "bad-seats", r.Seats)
	}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM rooms WHERE center = ? AND name = ? AND id <> ?", []any{r.Center, r.Name, r.ID}, &n); err != nil {
		return fmt.Errorf("look for room: %w", err)
	}
	if n > 0 {
		bad.Add("name", "room-taken", r.Name)
	}
	return bad.Err("ORG-1")
}

func addRoom(ctx context.Context, tx *op.Tx, in RoomInput) (Changed, error) {
	r := Room{ID: tx.NewID(), Center: in.CenterID, Name: strings.TrimSpace(in.Name), Seats: in.Seats, Active: true}
	if err := r.check(ctx, tx); err != nil {
		return Changed{}, err
	}
	if err := tx.Insert(ctx, r); err != nil {
		return Changed{}, err
	}
	tx.Record(r.ID, facts.RoomAdded{Room: r.ID, Center: r.Center, Seats: r.Seats})
	return Changed{ID: r.ID}, nil
}

// ChangeRoom changes a room or takes it out of use. Refused: stale, room-taken, seats out of range.
var ChangeRoom = op.Op[ChangeRoomInput, Changed]{
	Name: "organization.change-room", Rule: "ORG-1", Needs: "room:update", Fact: facts.RoomChanged{}, Do: changeRoom,
	Subject: func(in ChangeRoomInput) op.Ref { return op.Ref{Kind: "room", ID: in.RoomID} }, Undo: "organization.change-room",
}

// ChangeRoomInput names what changes.
type ChangeRoomInput struct {
	RoomID  id.ID   `json:"room_id" path:"id"`
	Version *int64  `json:"base_version,omitempty"`
	Name    *string `json:"name,omitempty" maxLength:"40"`
	Seats   *int64  `json:"seats,omitempty" minimum:"1" maximum:"500"`
	Active  *bool   `json:"active,omitempty"`
}

func changeRoom(ctx context.Context, tx *op.Tx, in ChangeRoomInput) (Changed, error) {
	var r Room
	if err := problem.Found(tx.Select(&r).Where("id = ?", in.RoomID).Scan(ctx), "room"); err != nil {
		return Changed{}, err
	}
	if err := based(in.Version, r.Version); err != nil {
		return Changed{}, err
	}
	was := r
	var fields []string
	set(&fields, "name", &r.Name, in.Name)
	set(&fields, "seats", &r.Seats, in.Seats)
	set(&fields, "active", &r.Active, in.Active)
	if err := r.check(ctx, tx); err != nil {
		return Changed{}, err
	}
	if err := tx.Save(ctx, &r, "name", "seats", "active"); err != nil {
		return Changed{}, err
	}
	tx.Undoable(ChangeRoomInput{RoomID: r.ID, Name: &was.Name, Seats: &was.Seats, Active: &was.Active})
	tx.Record(r.ID, facts.RoomChanged{Room: r.ID, Center: r.Center, Fields: fields})
	return Changed{ID: r.ID, Version: r.Version}, nil
}

// ChangeStaff changes a staff member; who leaves is no longer active. Refused: stale, as AddStaff.
var ChangeStaff = op.Op[ChangeStaffInput, Changed]{
	Name: "organization.change-staff", Rule: "ORG-2", Needs: "staff:update", Fact: facts.StaffChanged{}, Do: changeStaff,
	Subject: func(in ChangeStaffInput) op.Ref { return op.Ref{Kind: "staff", ID: in.StaffID} },
}

// ChangeStaffInput names what changes.
type ChangeStaffInput struct {
	StaffID id.ID   `json:"staff_id" path:"id"`
	Version *int64  `json:"base_version,omitempty"`
	Name    *string `json:"name,omitempty" maxLength:"100"`
	Phone   *string `json:"phone,omitempty" maxLength:"40"`
	Email   *string `json:"email,omitempty" maxLength:"200"`
	Active  *bool   `json:"active,omitempty"`
}

func changeStaff(ctx context.Context, tx *op.Tx, in ChangeStaffInput) (Changed, error) {
	var s Staff
	if err := problem.Found(tx.Select(&s).Where("id = ?", in.StaffID).Scan(ctx), "staff"); err != nil {
		return Changed{}, err
	}
	if err := based(in.Version, s.Version); err != nil {
		return Changed{}, err
	}
	var fields []string
	set(&fields, "name", &s.Name, in.Name)
	set(&fields, "phone", &s.Phone, in.Phone)
	set(&fields, "email", &s.Email, in.Email)
	set(&fields, "active", &s.Active, in.Active)
	checked, err := StaffInput{Code: s.Code, Name: s.Name, Phone: s.Phone, Email: s.Email}.staff(s.ID)
	if err != nil {
		return Changed{}, err
	}
	checked.Active, checked.Version = s.Active, s.Version
	if err := tx.Save(ctx, &checked, "name", "phone", "email", "active"); err != nil {
		return Changed{}, err
	}
	if !s.Active {
		if err := endSessionsOf(ctx, tx, s.ID); err != nil {
			return Changed{}, err
		}
	}
	tx.Record(s.ID, facts.StaffChanged{Staff: s.ID, Fields: fields})
	return Changed{ID: s.ID, Version: checked.Version}, changed(ctx, tx)
}

// EndPosition says until when a position is held (ORG-2); its holder's sessions end (TRU-22). Refused: before its first day.
var EndPosition = op.Op[EndPositionInput, Changed]{
	Name: "organization.end-position", Rule: "ORG-2", Needs: "position:update", Fact: facts.PositionEnded{}, Do: endPosition,
	Subject: func(in EndPositionInput) op.Ref { return op.Ref{Kind: "position", ID: in.PositionID} },
}

// EndPositionInput names the last day.
type EndPositionInput struct {
	PositionID id.ID        `json:"position_id" path:"id"`
	Until      bizdate.Date `json:"until,omitempty" doc:"last day; today if left out"`
}

func endPosition(ctx context.Context, tx *op.Tx, in EndPositionInput) (Changed, error) {
	var p Position
	if err := problem.Found(tx.Select(&p).Where("id = ?", in.PositionID).Scan(ctx), "position"); err != nil {
		return Changed{}, err
	}
	if in.Until.IsZero() {
		in.Until = tx.Today(p.Center)
	}
	if in.Until < p.From-1 {
		return Changed{}, problem.Refuse("ORG-2", "invalid", problem.Field{Location: "until", Code: "before-from", Value: in.Until})
	}
	p.Until = in.Until
	if err := tx.Save(ctx, &p, "until_day"); err != nil {
		return Changed{}, err
	}
	if err := endSessionsOf(ctx, tx, p.Staff); err != nil {
		return Changed{}, err
	}
	tx.Record(p.ID, facts.PositionEnded{Position: p.ID, Staff: p.Staff, Center: p.Center, Until: p.Until})
	return Changed{ID: p.ID, Version: p.Version}, changed(ctx, tx)
}

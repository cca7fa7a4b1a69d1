package marketing

import (
	"context"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// AddChannel adds a channel to the tree (SAL-2: with the time in which its prospects are first contacted). Refused: code-taken,
// an unknown parent, a tree too deep.
var AddChannel = op.Op[ChannelInput, ChannelAnswer]{
	Name: "marketing.add-channel", Rule: "SAL-2", Needs: "channel:create", Fact: facts.ChannelAdded{}, Do: addChannel,
}

// ChannelInput is what is known of a channel.
type ChannelInput struct {
	Code                string `json:"code" maxLength:"40" doc:"lower-case letters, digits and hyphens"`
	ParentID            id.ID  `json:"parent_id,omitempty" doc:"none: a root of the tree"`
	NameZH              string `json:"name_zh" maxLength:"100"`
	NameEN              string `json:"name_en,omitempty" maxLength:"100"`
	FirstContactMinutes int64  `json:"first_contact_minutes" minimum:"0" maximum:"43200" doc:"working time until the first contact is due; 0: none is due"`
	WalkIn              bool   `json:"walk_in,omitempty" doc:"who comes this way stands at the desk"`
	WindowDays          *int64 `json:"window_days,omitempty" minimum:"1" maximum:"730" doc:"days for which it may count for what follows; 90 if left out (MKT-4)"`
}

// ChannelAnswer names the channel.
type ChannelAnswer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

func addChannel(ctx context.Context, tx *op.Tx, in ChannelInput) (ChannelAnswer, error) {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return ChannelAnswer{}, err
	}
	c := Channel{
		ID: tx.NewID(), Code: strings.TrimSpace(in.Code), Parent: in.ParentID, NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN),
		FirstContactMinutes: in.FirstContactMinutes, WalkIn: in.WalkIn, WindowDays: usualWindow, Active: true,
	}
	if in.WindowDays != nil {
		c.WindowDays = *in.WindowDays
	}
	if err := tree.check(c).Err("SAL-2"); err != nil {
		return ChannelAnswer{}, err
	}
	taken := problem.Refuse("SAL-2", "code-taken", problem.Field{Location: "code", Value: c.Code})
	for _, n := range tree.Nodes() {
		if n.Code == c.Code {
			return ChannelAnswer{}, taken
		}
	}
	if err := tx.Insert(ctx, c); err != nil {
		if db.Duplicate(err) {
			return ChannelAnswer{}, taken
		}
		return ChannelAnswer{}, err
	}
	if err := tx.Changed(ctx, "channels"); err != nil {
		return ChannelAnswer{}, err
	}
	tx.Record(c.ID, facts.ChannelAdded{Channel: c.ID, Code: c.Code})
	return ChannelAnswer{ID: c.ID, Version: c.Version}, nil
}

// ChangeChannel changes a channel (SAL-2). What is left out stays. Its code stays: others name it. Refused: a loop, a tree too
// deep, stale.
var ChangeChannel = op.Op[ChangeChannelInput, ChannelAnswer]{
	Name: "marketing.change-channel", Rule: "SAL-2", Needs: "channel:update", Fact: facts.ChannelChanged{}, Do: changeChannel,
	Subject: func(in ChangeChannelInput) op.Ref { return op.Ref{Kind: "channel", ID: in.ChannelID} }, Undo: "marketing.change-channel",
}

// ChangeChannelInput names the fields that change.
type ChangeChannelInput struct {
	ChannelID           id.ID   `json:"channel_id" path:"id"`
	Version             *int64  `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	ParentID            *id.ID  `json:"parent_id,omitempty" doc:"empty: becomes a root"`
	NameZH              *string `json:"name_zh,omitempty" maxLength:"100"`
	NameEN              *string `json:"name_en,omitempty" maxLength:"100"`
	FirstContactMinutes *int64  `json:"first_contact_minutes,omitempty" minimum:"0" maximum:"43200"`
	WalkIn              *bool   `json:"walk_in,omitempty"`
	WindowDays          *int64  `json:"window_days,omitempty" minimum:"1" maximum:"730"`
	Active              *bool   `json:"active,omitempty"`
}

func changeChannel(ctx context.Context, tx *op.Tx, in ChangeChannelInput) (ChannelAnswer, error) {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return ChannelAnswer{}, err
	}
	c, ok := tree.ByID(in.ChannelID)
	if !ok {
		return ChannelAnswer{}, problem.NotFound("channel")
	}
	was := c
	changed := in.apply(&c)
	if err := tree.check(c).Err("SAL-2"); err != nil {
		return ChannelAnswer{}, err
	}
	if err := tx.Save(ctx, &c, "parent", "name_zh", "name_en", "first_contact_minutes", "walk_in", "window_days", "active"); err != nil {
		return ChannelAnswer{}, err
	}
	if err := tx.Changed(ctx, "channels"); err != nil {
		return ChannelAnswer{}, err
	}
	tx.Undoable(ChangeChannelInput{
		ChannelID: c.ID, ParentID: &was.Parent, NameZH: &was.NameZH, NameEN: &was.NameEN, FirstContactMinutes: &was.FirstContactMinutes, WalkIn: &was.WalkIn, WindowDays: &was.WindowDays, Active: &was.Active,
	})
	tx.Record(c.ID, facts.ChannelChanged{Channel: c.ID, Fields: changed})
	return ChannelAnswer{ID: c.ID, Version: c.Version}, nil
}

// apply sets the given fields and tells which ones changed.
func (in ChangeChannelInput) apply(c *Channel) (changed []string) {
	if in.Version != nil {
		c.Version = *in.Version
	}
	trim(in.NameZH)
	trim(in.NameEN)
	set(&changed, "parent_id", &c.Parent, in.ParentID)
	set(&changed, "name_zh", &c.NameZH, in.NameZH)
	set(&changed, "name_en", &c.NameEN, in.NameEN)
	set(&changed, "first_contact_minutes", &c.FirstContactMinutes, in.FirstContactMinutes)
	set(&changed, "walk_in", &c.WalkIn, in.WalkIn)
	set(&changed, "window_days", &c.WindowDays, in.WindowDays)
	set(&changed, "active", &c.Active, in.Active)
	return changed
}

func trim(s *string) {
	if s != nil {
		*s = strings.TrimSpace(*s)
	}
}

func set[T comparable](changed *[]string, name string, field, value *T) {
	if value != nil && *value != *field {
		*field = *value
		*changed = append(*changed, name)
	}
}

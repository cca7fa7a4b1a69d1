package marketing

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// CapturePointInput is what is known of a capture point; its code is given once and stays, since it is printed.
type CapturePointInput struct {
	PointID    id.ID  `json:"point_id,omitempty" doc:"to change one; a new one if left out"`
	Version    *int64 `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	Name       string `json:"name" maxLength:"100"`
	Kind       string `json:"kind" enum:"form,link,api" doc:"api: a program sends, without a proof of work"`
	CampaignID id.ID  `json:"campaign_id,omitempty" doc:"an approved one, whose channel holds if none is named (MKT-2)"`
	CenterID   id.ID  `json:"center_id,omitempty" doc:"none: the company's pool"`
	ChannelID  id.ID  `json:"channel_id,omitempty" doc:"needed without a campaign"`
	StaffID    id.ID  `json:"staff_id,omitempty" doc:"whose it is: a consultant of the center gets what comes by it"`
	ReferrerID *id.ID `json:"referrer_id,omitempty" doc:"a person who recommends by it (MKT-12); stays as it is if left out, empty: nobody"`
	Active     *bool  `json:"active,omitempty" doc:"whether it takes submissions; yes if left out"`
}

// CapturePointAnswer names the point.
type CapturePointAnswer struct {
	ID      id.ID  `json:"id"`
	Code    string `json:"code"`
	Version int64  `json:"version"`
}

// SetCapturePoint adds or changes a capture point (MKT-11). Refused: no name, an unknown kind, channel or staff member, and a point in use for a campaign on
// which no lead may be booked (MKT-2); stale (ORG-10).
var SetCapturePoint = op.Op[CapturePointInput, CapturePointAnswer]{
	Name: "marketing.set-capture-point", Rule: "MKT-11", Needs: "capture-point:update", Fact: facts.CapturePointSet{}, Do: setCapturePoint,
	Subjects: func(in CapturePointInput) []op.Ref {
		refs := ofCenter(in.CenterID)
		if !in.PointID.IsNone() {
			refs = append(refs, op.Ref{Kind: "capture-point", ID: in.PointID, Reached: true})
		}
		if in.ReferrerID != nil && !in.ReferrerID.IsNone() {
			refs = append(refs, op.Ref{Kind: "person", ID: *in.ReferrerID})
		}
		return refs
	},
}

func setCapturePoint(ctx context.Context, tx *op.Tx, in CapturePointInput) (CapturePointAnswer, error) {
	p := CapturePoint{
		ID: in.PointID, Name: strings.TrimSpace(in.Name), Kind: in.Kind, Campaign: in.CampaignID, Center: in.CenterID, Channel: in.ChannelID, Staff: in.StaffID,
		Active: in.Active == nil || *in.Active, Created: tx.Now,
	}
	if in.ReferrerID != nil {
		p.Referrer = *in.ReferrerID
	}
	if err := p.check(ctx, tx); err != nil {
		return CapturePointAnswer{}, err
	}
	f := facts.CapturePointSet{Point: p.ID, Center: p.Center, Campaign: p.Campaign, Channel: p.Channel, Active: p.Active}
	if p.ID.IsNone() {
		p.ID, p.Code = tx.NewID(), p.newCode(tx)
		f.Point = p.ID
		if err := tx.Insert(ctx, p); err != nil {
			return CapturePointAnswer{}, err
		}
		tx.Record(p.ID, f)
		return CapturePointAnswer{ID: p.ID, Code: p.Code}, nil
	}
	was, err := pointOf(ctx, tx, p.ID)
	if err != nil {
		return CapturePointAnswer{}, err
	}
	p.Code, p.Version = was.Code, was.Version
	if in.ReferrerID == nil {
		p.Referrer = was.Referrer
	}
	if in.Version != nil {
		p.Version = *in.Version
	}
	f.Fields = p.changed(was)
	if err := tx.Save(ctx, &p, "name", "kind", "campaign", "center", "channel", "staff", "referrer", "active"); err != nil {
		return CapturePointAnswer{}, err
	}
	tx.Record(p.ID, f)
	return CapturePointAnswer{ID: p.ID, Code: p.Code, Version: p.Version}, nil
}

// codes writes bytes in letters and digits that nobody takes for another.
var codes = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newCode makes a code of the random part of ids: eight letters for what is printed, sixteen where the code is the key of a program.
func (p CapturePoint) newCode(tx *op.Tx) string {
	part := func() string {
		key := tx.NewID()
		return codes.EncodeToString(key[11:])
	}
	if p.Proven() {
		return part()
	}
	return part() + part()
}

func (p *CapturePoint) check(ctx context.Context, tx *op.Tx) error {
	var bad problem.Invalid
	if p.Name == "" {
		bad.Add("name", "required", nil)
	}
	if !slices.Contains(CaptureKinds, p.Kind) {
		bad.Add("kind", "not-one-of", p.Kind, "list", strings.Join(CaptureKinds, ", "))
	}
	if _, ok := organization.Of(tx).Staff(p.Staff); !ok && !p.Staff.IsNone() {
		bad.Add("staff_id", "unknown", p.Staff)
	}
	if p.Center.IsNone() && !tx.Viewer.Scope("capture-point:update").All {
		bad.Add("center_id", "required", nil)
	}
	if !p.Campaign.IsNone() && p.Active {
		c, err := Bookable(ctx, tx, p.Campaign, p.Center, "campaign_id")
		if err != nil {
			return err
		}
		if p.Channel.IsNone() {
			p.Channel = c.Channels[0]
		}
	}
	tree, err := Channels(ctx, tx)
	if err != nil {
		return err
	}
	if _, ok := tree.ByID(p.Channel); p.Channel.IsNone() {
		bad.Add("channel_id", "required", nil)
	} else if !ok {
		bad.Add("channel_id", "unknown", p.Channel)
	}
	return bad.Err("MKT-11")
}

func (p CapturePoint) changed(was CapturePoint) (fields []string) {
	fields = []string{}
	for _, f := range []struct {
		name string
		is   bool
	}{
		{"name", p.Name != was.Name},
		{"kind", p.Kind != was.Kind},
		{"campaign_id", p.Campaign != was.Campaign},
		{"center_id", p.Center != was.Center},
		{"channel_id", p.Channel != was.Channel},
		{"staff_id", p.Staff != was.Staff},
		{"referrer_id", p.Referrer != was.Referrer},
		{"active", p.Active != was.Active},
	} {
		if f.is {
			fields = append(fields, f.name)
		}
	}
	return fields
}

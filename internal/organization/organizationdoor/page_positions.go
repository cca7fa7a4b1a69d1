package organizationdoor

import (
	"context"
	"net/http"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

func (p pages) postPosition(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "staff")
	if err != nil {
		return err
	}
	in, err := web.Decode[organization.PositionInput](r)
	in.StaffID = key
	if err == nil && in.Role == "" {
		var bad problem.Invalid
		bad.Add("role", "required", nil)
		err = bad.Err("ORG-2")
	}
	if err == nil {
		_, err = organization.GivePosition.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getStaff)
	}
	return web.Redirect(w, r, "/staff/"+key.String(), web.Status{Text: t(r.Context(), "position.given"), Tone: web.Good})
}

// endFields says until when a position is held.
type endFields struct {
	Until bizdate.Date `json:"until"`
	Staff id.ID        `json:"staff"`
}

func (p pages) postEndPosition(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "position")
	if err != nil {
		return err
	}
	f, err := web.Decode[endFields](r)
	if err != nil {
		return err
	}
	if f.Until.IsZero() {
		f.Until = web.Today(r.Context())
	}
	if _, err := organization.EndPosition.Run(r.Context(), p.Ops, organization.EndPositionInput{PositionID: key, Until: f.Until}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/staff/"+f.Staff.String(), web.Status{Text: t(r.Context(), "position.ended"), Tone: web.Good})
}

// only is the center that a new position is at, where there is but one.
func (v memberView) only(ctx context.Context) id.ID {
	if list := v.Dir.Centers(viewerOf(ctx)); len(list) == 1 {
		return list[0].ID
	}
	return id.None
}

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

// FormatInput is a kind of campaigns.
type FormatInput struct {
	FormatID id.ID  `json:"format_id,omitempty" doc:"to change one; a new one if left out"`
	Code     string `json:"code" maxLength:"40" doc:"lower-case letters, digits and hyphens"`
	NameZH   string `json:"name_zh" maxLength:"100"`
	NameEN   string `json:"name_en,omitempty" maxLength:"100"`
	Active   *bool  `json:"active,omitempty" doc:"whether it can be chosen; yes if left out"`
}

// FormatAnswer names the kind.
type FormatAnswer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

// SetFormat adds or changes a kind of campaigns (MKT-1). Refused: code-taken, a code or name that is none.
var SetFormat = op.Op[FormatInput, FormatAnswer]{
	Name: "marketing.set-format", Rule: "MKT-1", Needs: "channel:update", Fact: facts.CampaignFormatSet{}, Do: setFormat,
}

func setFormat(ctx context.Context, tx *op.Tx, in FormatInput) (FormatAnswer, error) {
	f := Format{ID: in.FormatID, Code: strings.TrimSpace(in.Code), NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN), Active: in.Active == nil || *in.Active}
	var bad problem.Invalid
	switch {
	case f.Code == "":
		bad.Add("code", "required", nil)
	case !validCode(f.Code):
		bad.Add("code", "bad-code", f.Code)
	}
	if f.NameZH == "" {
		bad.Add("name_zh", "required", nil)
	}
	if err := bad.Err("MKT-1"); err != nil {
		return FormatAnswer{}, err
	}
	write := func() error { return tx.Save(ctx, &f, "code", "name_zh", "name_en", "active") }
	if f.ID.IsNone() {
		f.ID = tx.NewID()
		write = func() error { return tx.Insert(ctx, f) }
	} else {
		was, err := formatByID(ctx, tx, f.ID)
		if err != nil {
			return FormatAnswer{}, err
		}
		f.Version = was.Version
	}
	if err := write(); err != nil {
		if db.Duplicate(err) {
			return FormatAnswer{}, problem.Refuse("MKT-1", "code-taken", problem.Field{Location: "code", Value: f.Code})
		}
		return FormatAnswer{}, err
	}
	if err := tx.Changed(ctx, "campaign-formats"); err != nil {
		return FormatAnswer{}, err
	}
	tx.Record(f.ID, facts.CampaignFormatSet{Format: f.ID, Code: f.Code})
	return FormatAnswer{ID: f.ID, Version: f.Version}, nil
}

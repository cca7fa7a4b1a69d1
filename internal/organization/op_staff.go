package organization

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

// AddStaff enters a staff member (ORG-2). Refused: code-taken, bad-phone, bad-email.
var AddStaff = op.Op[StaffInput, Done]{
	Name: "organization.add-staff", Rule: "ORG-2", Needs: "staff:create", Fact: facts.StaffAdded{}, Do: addStaff,
}

// StaffInput is what is known of a staff member.
type StaffInput struct {
	Code  string `json:"code" maxLength:"40"`
	Name  string `json:"name" maxLength:"100"`
	Phone string `json:"phone,omitempty" maxLength:"40"`
	Email string `json:"email,omitempty" maxLength:"200"`
}

func (in StaffInput) staff(key id.ID) (Staff, error) {
	s := Staff{ID: key, Code: strings.TrimSpace(in.Code), Name: strings.TrimSpace(in.Name), Email: strings.TrimSpace(in.Email), Active: true}
	var bad problem.Invalid
	if s.Code == "" {
		bad.Add("code", "required", nil)
	}
	if s.Name == "" {
		bad.Add("name", "required", nil)
	}
	if strings.TrimSpace(in.Phone) != "" {
		var err error
		if s.Phone, err = phone.Parse(in.Phone, "CN"); err != nil {
			bad.Add("phone", "bad-phone", in.Phone)
		}
	}
	if at := strings.LastIndex(s.Email, "@"); s.Email != "" && (at < 1 || at == len(s.Email)-1 || strings.ContainsAny(s.Email, " \r\n,;<>")) {
		bad.Add("email", "bad-email", in.Email)
	}
	return s, bad.Err("ORG-2")
}

func addStaff(ctx context.Context, tx *op.Tx, in StaffInput) (Done, error) {
	s, err := in.staff(tx.NewID())
	if err != nil {
		return Done{}, err
	}
	if err := insertUnique(ctx, tx, s, "ORG-2", "code", s.Code); err != nil {
		return Done{}, err
	}
	tx.Record(s.ID, facts.StaffAdded{Staff: s.ID})
	return Done{ID: s.ID}, changed(ctx, tx)
}

// GivePosition gives a staff member a position (ORG-2). Refused: unknown role, center, region or superior; a center and a region at once; until before from.
var GivePosition = op.Op[PositionInput, Done]{
	Name: "organization.give-position", Rule: "ORG-2", Needs: "position:create", Fact: facts.PositionGiven{}, Do: givePosition,
	Subjects: func(in PositionInput) []op.Ref { return []op.Ref{{Kind: "staff", ID: in.StaffID}} },
}

// PositionInput says who holds which role where and when.
type PositionInput struct {
	StaffID   id.ID        `json:"staff_id"`
	Role      string       `json:"role" maxLength:"40"`
	CenterID  id.ID        `json:"center_id,omitempty" doc:"none: the whole company"`
	RegionID  id.ID        `json:"region_id,omitempty"`
	ReportsTo id.ID        `json:"reports_to,omitempty" doc:"a position"`
	From      bizdate.Date `json:"from,omitempty" doc:"today if left out"`
	Until     bizdate.Date `json:"until,omitempty" doc:"last day; open if left out"`
}

func givePosition(ctx context.Context, tx *op.Tx, in PositionInput) (Done, error) {
	p := Position{ID: tx.NewID(), Staff: in.StaffID, Role: in.Role, Center: in.CenterID, Region: in.RegionID, ReportsTo: in.ReportsTo, From: in.From, Until: in.Until}
	if p.From.IsZero() {
		p.From = tx.Today(in.CenterID)
	}
	var bad problem.Invalid
	for _, ref := range []struct {
		field, table, column string
		value                any
		given                bool
	}{
		{"role", "roles", "code", in.Role, true},
		{"center_id", "centers", "id", in.CenterID, !in.CenterID.IsNone()},
		{"region_id", "regions", "id", in.RegionID, !in.RegionID.IsNone()},
		{"reports_to", "positions", "id", in.ReportsTo, !in.ReportsTo.IsNone()},
	} {
		if !ref.given {
			continue
		}
		var n int64
		err := tx.QueryRow(ctx, "SELECT 1 FROM "+ref.table+" WHERE "+ref.column+" = ?", []any{ref.value}, &n)
		if errors.Is(err, sql.ErrNoRows) {
			bad.Add(ref.field, "unknown", ref.value)
		} else if err != nil {
			return Done{}, fmt.Errorf("look for %s: %w", ref.field, err)
		}
	}
	if !p.Center.IsNone() && !p.Region.IsNone() {
		bad.Add("region_id", "center-or-region", nil)
	}
	if !p.Until.IsZero() && p.Until < p.From {
		bad.Add("until", "before-from", p.Until)
	}
	if err := bad.Err("ORG-2"); err != nil {
		return Done{}, err
	}
	if err := tx.Insert(ctx, p); err != nil {
		return Done{}, err
	}
	if err := endSessionsOf(ctx, tx, p.Staff); err != nil {
		return Done{}, err
	}
	tx.Record(p.ID, facts.PositionGiven{
		Position: p.ID, Staff: p.Staff, Role: p.Role, Center: p.Center, Region: p.Region, ReportsTo: p.ReportsTo, From: p.From, Until: p.Until,
	})
	return Done{ID: p.ID}, changed(ctx, tx)
}

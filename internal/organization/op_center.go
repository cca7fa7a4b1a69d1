package organization

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Statuses lists the states of a center (ORG-1).
var Statuses = []string{"planned", "open", "closing", "closed", "merged"}

// OpenCenter enters a center (ORG-1). Refused: code-taken, bad-zone, bad-hours.
var OpenCenter = op.Op[CenterInput, Done]{
	Name: "organization.open-center", Rule: "ORG-1", Needs: "center:create", Fact: facts.CenterOpened{}, Do: openCenter,
}

// CenterInput is what is known of a center.
type CenterInput struct {
	Code   string       `json:"code" maxLength:"20"`
	NameZH string       `json:"name_zh" maxLength:"100"`
	NameEN string       `json:"name_en,omitempty" maxLength:"100"`
	City   string       `json:"city,omitempty" maxLength:"100"`
	Zone   string       `json:"zone,omitempty" maxLength:"60" doc:"IANA time zone; Asia/Shanghai if left out"`
	Region id.ID        `json:"region_id,omitempty"`
	Opened bizdate.Date `json:"opened,omitempty"`
	Status string       `json:"status,omitempty" enum:"planned,open,closing,closed" doc:"open if left out"`
	Hours  []OpenHours  `json:"hours,omitempty" doc:"09:00–21:00 every day if left out"`
}

func (in CenterInput) center(key id.ID) (Center, error) {
	c := Center{
		ID: key, Code: strings.TrimSpace(in.Code), NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN), City: strings.TrimSpace(in.City),
		Zone: in.Zone, Region: in.Region, Opened: in.Opened, Status: in.Status, Hours: in.Hours,
	}
	if c.Zone == "" {
		c.Zone = DefaultZone
	}
	if c.Status == "" {
		c.Status = "open"
	}
	if len(c.Hours) == 0 {
		for day := range 7 {
			c.Hours = append(c.Hours, OpenHours{Weekday: day, From: 9 * 60, Until: 21 * 60})
		}
	}
	var bad problem.Invalid
	if c.Code == "" {
		bad.Add("code", "required", nil)
	}
	if c.NameZH == "" {
		bad.Add("name_zh", "required", nil)
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		bad.Add("zone", "bad-zone", in.Zone)
	}
	if !slices.Contains(Statuses, c.Status) {
		bad.Add("status", "not-one-of", in.Status, "list", strings.Join(Statuses, ", "))
	}
	for i, h := range c.Hours {
		if h.Weekday < 0 || h.Weekday > 6 || h.From < 0 || h.Until > 24*60 || h.From >= h.Until {
			bad.Add(fmt.Sprintf("hours.%d", i), "bad-hours", nil)
		}
	}
	return c, bad.Err("ORG-1")
}

func openCenter(ctx context.Context, tx *op.Tx, in CenterInput) (Done, error) {
	c, err := in.center(tx.NewID())
	if err == nil {
		err = c.inRegion(tx)
	}
	if err != nil {
		return Done{}, err
	}
	if err := insertUnique(ctx, tx, c, "ORG-1", "code", c.Code); err != nil {
		return Done{}, err
	}
	tx.Record(c.ID, facts.CenterOpened{Center: c.ID, Code: c.Code})
	return Done{ID: c.ID}, changed(ctx, tx)
}

// inRegion refuses a region that there is not.
func (c Center) inRegion(tx *op.Tx) error {
	if _, known := Of(tx).Region(c.Region); known || c.Region.IsNone() {
		return nil
	}
	return problem.Refuse("ORG-1", "invalid", problem.Field{Location: "region_id", Code: "unknown", Value: c.Region})
}

// insertUnique inserts a record whose field must be unique; else it is refused as <field>-taken.
func insertUnique(ctx context.Context, tx *op.Tx, rec op.Record, rule, field, value string) error {
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM "+rec.TableName()+" WHERE "+field+" = ?", []any{value}, &n); err != nil {
		return fmt.Errorf("look for %s: %w", field, err)
	}
	if n == 0 {
		err := tx.Insert(ctx, rec)
		if !db.Duplicate(err) {
			return err
		}
	}
	return problem.Refuse(rule, field+"-taken", problem.Field{Location: field, Value: value})
}

package organization

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// AddSpecialDay enters days on which a center or the company keeps other hours (ORG-1). Refused: day-taken, day-span, bad-hours; a day of
// the company from who sets those of some centers.
var AddSpecialDay = op.Op[SpecialDayInput, Changed]{
	Name: "organization.add-special-day", Rule: "ORG-1", Needs: "special-day:update", Fact: facts.SpecialDayAdded{}, Do: addSpecialDay,
	Subjects: func(in SpecialDayInput) []op.Ref {
		if in.CenterID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "center", ID: in.CenterID, Reached: true}}
	},
	Undo: "organization.remove-special-day",
}

// SpecialDayInput is what is known of a special day.
type SpecialDayInput struct {
	CenterID id.ID        `json:"center_id,omitempty" doc:"the company's if left out; a center's go before the company's"`
	From     bizdate.Date `json:"from"`
	Until    bizdate.Date `json:"until,omitempty" doc:"last day; one day if left out"`
	Kind     string       `json:"kind" enum:"closed,hours,holiday,workday" doc:"holiday and workday (a make-up day) count where the setting calendar.holidays-work is 0"`
	NameZH   string       `json:"name_zh" maxLength:"60"`
	NameEN   string       `json:"name_en,omitempty" maxLength:"60"`
	Hours    []DayHours   `json:"hours,omitempty" maxItems:"6" doc:"of kind hours"`
	Weekday  *int         `json:"weekday,omitempty" minimum:"0" maximum:"6" doc:"of kind workday: the weekday whose hours it has, 0 Sunday"`
}

func addSpecialDay(ctx context.Context, tx *op.Tx, in SpecialDayInput) (Changed, error) {
	s, err := SpecialDay{
		ID: tx.NewID(), Center: in.CenterID, From: in.From, Until: in.Until, Kind: in.Kind, NameZH: in.NameZH, NameEN: in.NameEN, Hours: in.Hours, Weekday: in.Weekday, Active: true,
	}.checked()
	if err != nil {
		return Changed{}, err
	}
	if err := mayPlace(tx, s.Center); err != nil {
		return Changed{}, err
	}
	if err := alone(ctx, tx, s); err != nil {
		return Changed{}, err
	}
	if err := tx.Insert(ctx, s); err != nil {
		return Changed{}, err
	}
	tx.Undoable(RemoveSpecialDayInput{DayID: s.ID})
	tx.Record(s.ID, facts.SpecialDayAdded{Day: s.ID, Center: s.Center, From: s.From, Until: s.Until, As: s.Kind})
	return Changed{ID: s.ID, Version: s.Version}, changed(ctx, tx)
}

// mayPlace refuses a day of the whole company, and of another center, from who sets the days of some centers.
func mayPlace(tx *op.Tx, center id.ID) error {
	if s := tx.Viewer.Scope("special-day:update"); s.All || slices.Contains(s.Centers, center) {
		return nil
	}
	return problem.Forbidden("special-day:update")
}

// alone refuses days of which one has its special hours already, of the same center or of the company.
func alone(ctx context.Context, tx *op.Tx, s SpecialDay) error {
	where, args := "center IS NULL", []any{s.Until, s.From, s.ID}
	if !s.Center.IsNone() {
		where, args = "center = ?", append([]any{s.Center}, args...)
	}
	var n int64
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM special_days WHERE "+where+" AND from_day <= ? AND until_day >= ? AND id <> ? AND active = TRUE", args, &n)
	if err != nil {
		return fmt.Errorf("look for special days: %w", err)
	}
	if n > 0 {
		return problem.Refuse("ORG-1", "invalid", problem.Field{Location: "from", Code: "day-taken", Value: s.From})
	}
	return nil
}

// ChangeSpecialDay changes fields of a special day; those left out stay, and a removed one is there again (ORG-1). Refused: stale
// (ORG-10), as AddSpecialDay.
var ChangeSpecialDay = op.Op[ChangeSpecialDayInput, Changed]{
	Name: "organization.change-special-day", Rule: "ORG-1", Needs: "special-day:update", Fact: facts.SpecialDayChanged{}, Do: changeSpecialDay,
	Subjects: func(in ChangeSpecialDayInput) []op.Ref { return []op.Ref{{Kind: "special-day", ID: in.DayID}} },
	Undo:     "organization.change-special-day",
}

// ChangeSpecialDayInput names what changes.
type ChangeSpecialDayInput struct {
	DayID   id.ID         `json:"day_id" path:"id"`
	Version *int64        `json:"base_version,omitempty" doc:"version that the change starts from"`
	From    *bizdate.Date `json:"from,omitempty"`
	Until   *bizdate.Date `json:"until,omitempty"`
	Kind    *string       `json:"kind,omitempty" enum:"closed,hours,holiday,workday"`
	NameZH  *string       `json:"name_zh,omitempty" maxLength:"60"`
	NameEN  *string       `json:"name_en,omitempty" maxLength:"60"`
	Hours   *[]DayHours   `json:"hours,omitempty" maxItems:"6"`
	Weekday *int          `json:"weekday,omitempty" minimum:"-1" maximum:"6" doc:"-1: the one that it is"`
}

// back is the change that makes a special day what it is now.
func (s SpecialDay) back() ChangeSpecialDayInput {
	weekday := -1
	if s.Weekday != nil {
		weekday = *s.Weekday
	}
	return ChangeSpecialDayInput{DayID: s.ID, From: &s.From, Until: &s.Until, Kind: &s.Kind, NameZH: &s.NameZH, NameEN: &s.NameEN, Hours: &s.Hours, Weekday: &weekday}
}

// apply gives the day as it is after the change, and which fields differ.
func (in ChangeSpecialDayInput) apply(s SpecialDay) (SpecialDay, []string) {
	var fields []string
	if in.From != nil && in.Until == nil {
		in.Until = new(*in.From + s.Until - s.From) // the period moves
	}
	set(&fields, "from", &s.From, in.From)
	set(&fields, "until", &s.Until, in.Until)
	set(&fields, "kind", &s.Kind, in.Kind)
	set(&fields, "name_zh", &s.NameZH, in.NameZH)
	set(&fields, "name_en", &s.NameEN, in.NameEN)
	if in.Hours != nil {
		s.Hours, fields = *in.Hours, append(fields, "hours")
	}
	if in.Weekday != nil {
		s.Weekday, fields = in.Weekday, append(fields, "weekday")
		if *in.Weekday == -1 {
			s.Weekday = nil
		}
	}
	return s, fields
}

func changeSpecialDay(ctx context.Context, tx *op.Tx, in ChangeSpecialDayInput) (Changed, error) {
	old, err := specialDay(ctx, tx, in.DayID, in.Version)
	if err != nil {
		return Changed{}, err
	}
	s, fields := in.apply(old)
	if s, err = s.checked(); err != nil {
		return Changed{}, err
	}
	s.Active = true
	if err := alone(ctx, tx, s); err != nil {
		return Changed{}, err
	}
	if err := tx.Save(ctx, &s, "from_day", "until_day", "kind", "name_zh", "name_en", "hours", "weekday", "active"); err != nil {
		return Changed{}, err
	}
	if old.Active {
		tx.Undoable(old.back())
	}
	tx.Record(s.ID, facts.SpecialDayChanged{Day: s.ID, Center: s.Center, Fields: fields})
	return Changed{ID: s.ID, Version: s.Version}, changed(ctx, tx)
}

// specialDay loads a day to change. Refused: one of the whole company from who sets those of some centers, stale.
func specialDay(ctx context.Context, tx *op.Tx, key id.ID, base *int64) (s SpecialDay, err error) {
	if err := problem.Found(tx.Select(&s).Where("id = ?", key).Scan(ctx), "special-day"); err != nil {
		return s, err
	}
	if err := mayPlace(tx, s.Center); err != nil {
		return s, err
	}
	return s, based(base, s.Version)
}

// RemoveSpecialDay makes special days usual ones again (ORG-1). What the program ships does not come back by itself.
var RemoveSpecialDay = op.Op[RemoveSpecialDayInput, Done]{
	Name: "organization.remove-special-day", Rule: "ORG-1", Needs: "special-day:update", Fact: facts.SpecialDayRemoved{}, Do: removeSpecialDay,
	Subjects: func(in RemoveSpecialDayInput) []op.Ref { return []op.Ref{{Kind: "special-day", ID: in.DayID}} },
	Undo:     "organization.change-special-day",
}

// RemoveSpecialDayInput names the day.
type RemoveSpecialDayInput struct {
	DayID   id.ID  `json:"day_id" path:"id"`
	Version *int64 `json:"base_version,omitempty" doc:"version that the change starts from"`
}

func removeSpecialDay(ctx context.Context, tx *op.Tx, in RemoveSpecialDayInput) (Done, error) {
	s, err := specialDay(ctx, tx, in.DayID, in.Version)
	if err != nil {
		return Done{}, err
	}
	if !s.Active {
		return Done{}, problem.NotFound("special-day")
	}
	s.Active = false
	if err := tx.Save(ctx, &s, "active"); err != nil {
		return Done{}, err
	}
	tx.Undoable(s.back())
	tx.Record(s.ID, facts.SpecialDayRemoved{Day: s.ID, Center: s.Center})
	return Done{ID: s.ID}, changed(ctx, tx)
}

// days: those of one's centers, and the company's, which hold for them.
func days(v *policy.Viewer, right, alias string) policy.Frag {
	_, action, _ := strings.Cut(right, ":")
	s := v.Scope("center:" + action)
	if action == "read" {
		s.Centers = merge(s.Centers, v.Centers)
	}
	cut := policy.Cut(s, alias, "center", "")
	if !s.All && (len(s.Centers) > 0) {
		cut.Text = "(" + cut.Text + " OR " + alias + ".center IS NULL)"
	}
	return cut
}

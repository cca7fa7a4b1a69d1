package facts

import (
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// CenterOpened says that a center was entered (ORG-1).
type CenterOpened struct {
	Center id.ID  `json:"center_id"`
	Code   string `json:"code"`
}

// Kind implements event.Fact.
func (CenterOpened) Kind() string { return "organization.center-opened.1" }

// About implements event.Fact.
func (f CenterOpened) About() (center, person id.ID) { return f.Center, id.None }

// CenterChanged says which fields of a center changed.
type CenterChanged struct {
	Center id.ID    `json:"center_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (CenterChanged) Kind() string { return "organization.center-changed.1" }

// About implements event.Fact.
func (f CenterChanged) About() (center, person id.ID) { return f.Center, id.None }

// SpecialDayAdded says that a center, or the company where it names none, keeps other hours from one day to another (ORG-1).
type SpecialDayAdded struct {
	Day    id.ID        `json:"day_id"`
	Center id.ID        `json:"center_id"`
	From   bizdate.Date `json:"from"`
	Until  bizdate.Date `json:"until"` // included
	As     string       `json:"as"`    // closed, hours, holiday, workday
}

// Kind implements event.Fact.
func (SpecialDayAdded) Kind() string { return "organization.special-day-added.1" }

// About implements event.Fact.
func (f SpecialDayAdded) About() (center, person id.ID) { return f.Center, id.None }

// SpecialDayChanged says which fields of a special day changed; one that was removed is there again (ORG-1).
type SpecialDayChanged struct {
	Day    id.ID    `json:"day_id"`
	Center id.ID    `json:"center_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (SpecialDayChanged) Kind() string { return "organization.special-day-changed.1" }

// About implements event.Fact.
func (f SpecialDayChanged) About() (center, person id.ID) { return f.Center, id.None }

// SpecialDayRemoved says that special days are usual ones again (ORG-1).
type SpecialDayRemoved struct {
	Day    id.ID `json:"day_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (SpecialDayRemoved) Kind() string { return "organization.special-day-removed.1" }

// About implements event.Fact.
func (f SpecialDayRemoved) About() (center, person id.ID) { return f.Center, id.None }

// RoomAdded says that a center has a further room.
type RoomAdded struct {
	Room   id.ID `json:"room_id"`
	Center id.ID `json:"center_id"`
	Seats  int64 `json:"seats"`
}

// Kind implements event.Fact.
func (RoomAdded) Kind() string { return "organization.room-added.1" }

// About implements event.Fact.
func (f RoomAdded) About() (center, person id.ID) { return f.Center, id.None }

// RoomChanged says that a room was changed.
type RoomChanged struct {
	Room   id.ID    `json:"room_id"`
	Center id.ID    `json:"center_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (RoomChanged) Kind() string { return "organization.room-changed.1" }

// About implements event.Fact.
func (f RoomChanged) About() (center, person id.ID) { return f.Center, id.None }

// DelegationGiven says that somebody approves in a colleague's stead for a period (ORG-7).
type DelegationGiven struct {
	Delegation id.ID        `json:"delegation_id"`
	Staff      id.ID        `json:"staff_id"`
	Deputy     id.ID        `json:"deputy_staff"`
	From       bizdate.Date `json:"from"`
	Until      bizdate.Date `json:"until"`
}

// Kind implements event.Fact.
func (DelegationGiven) Kind() string { return "organization.delegation-given.1" }

// About implements event.Fact.
func (DelegationGiven) About() (center, person id.ID) { return id.None, id.None }

// DelegationEnded says that it was taken back before its last day.
type DelegationEnded struct {
	Delegation id.ID `json:"delegation_id"`
	Staff      id.ID `json:"staff_id"`
	Deputy     id.ID `json:"deputy_staff"`
}

// Kind implements event.Fact.
func (DelegationEnded) Kind() string { return "organization.delegation-ended.1" }

// About implements event.Fact.
func (DelegationEnded) About() (center, person id.ID) { return id.None, id.None }

// RegionAdded says that there is a further region (ORG-1).
type RegionAdded struct {
	Region id.ID  `json:"region_id"`
	Code   string `json:"code"`
}

// Kind implements event.Fact.
func (RegionAdded) Kind() string { return "organization.region-added.1" }

// About implements event.Fact.
func (RegionAdded) About() (center, person id.ID) { return id.None, id.None }

// RegionChanged says that a region was renamed.
type RegionChanged struct {
	Region id.ID    `json:"region_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (RegionChanged) Kind() string { return "organization.region-changed.1" }

// About implements event.Fact.
func (RegionChanged) About() (center, person id.ID) { return id.None, id.None }

// StaffAdded says that a staff member was entered.
type StaffAdded struct {
	Staff id.ID `json:"staff_id"`
}

// Kind implements event.Fact.
func (StaffAdded) Kind() string { return "organization.staff-added.1" }

// About implements event.Fact.
func (StaffAdded) About() (center, person id.ID) { return id.None, id.None }

// StaffChanged says which fields of a staff member changed.
type StaffChanged struct {
	Staff  id.ID    `json:"staff_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (StaffChanged) Kind() string { return "organization.staff-changed.1" }

// About implements event.Fact.
func (StaffChanged) About() (center, person id.ID) { return id.None, id.None }

// PositionGiven says that a staff member holds a position (ORG-2).
type PositionGiven struct {
	Position  id.ID        `json:"position_id"`
	Staff     id.ID        `json:"staff_id"`
	Role      string       `json:"role"`
	Center    id.ID        `json:"center_id"`
	Region    id.ID        `json:"region_id"`
	ReportsTo id.ID        `json:"reports_to"`
	From      bizdate.Date `json:"from"`
	Until     bizdate.Date `json:"until"`
}

// Kind implements event.Fact.
func (PositionGiven) Kind() string { return "organization.position-given.1" }

// About implements event.Fact.
func (f PositionGiven) About() (center, person id.ID) { return f.Center, id.None }

// PositionEnded says until when a position was held.
type PositionEnded struct {
	Position id.ID        `json:"position_id"`
	Staff    id.ID        `json:"staff_id"`
	Center   id.ID        `json:"center_id"`
	Until    bizdate.Date `json:"until"`
}

// Kind implements event.Fact.
func (PositionEnded) Kind() string { return "organization.position-ended.1" }

// About implements event.Fact.
func (f PositionEnded) About() (center, person id.ID) { return f.Center, id.None }

// SettingChanged says that a setting has another value.
type SettingChanged struct {
	Center id.ID  `json:"center_id"` // none: for the company
	Key    string `json:"key"`
}

// Kind implements event.Fact.
func (SettingChanged) Kind() string { return "organization.setting-changed.1" }

// About implements event.Fact.
func (f SettingChanged) About() (center, person id.ID) { return f.Center, id.None }

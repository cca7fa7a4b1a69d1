package organization

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// Center is a place where the school teaches (ORG-1).
type Center struct {
	ID         id.ID        `json:"id" db:"id"`
	Code       string       `json:"code" db:"code"`
	NameZH     string       `json:"name_zh" db:"name_zh"`
	NameEN     string       `json:"name_en" db:"name_en"`
	City       string       `json:"city" db:"city"`
	Zone       string       `json:"zone" db:"zone"` // IANA name
	Region     id.ID        `json:"region_id" db:"region"`
	Opened     bizdate.Date `json:"opened" db:"opened"`
	Status     string       `json:"status" db:"status"` // planned, open, closing, closed, merged
	MergedInto id.ID        `json:"merged_into" db:"merged_into"`
	Hours      []OpenHours  `json:"hours" db:"hours,json"`
	Version    int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Center) TableName() string { return "centers" }

// OpenHours is an interval of opening on a weekday, in local minutes from midnight.
type OpenHours struct {
	Weekday int `json:"weekday" doc:"0 Sunday … 6 Saturday"`
	From    int `json:"from" doc:"minutes from midnight"`
	Until   int `json:"until" doc:"minutes from midnight, exclusive"`
}

// Name gives the name in a language.
func (c Center) Name(lang string) string {
	if lang == "en" && c.NameEN != "" {
		return c.NameEN
	}
	return c.NameZH
}

// Room is a room of a center.
type Room struct {
	ID      id.ID  `json:"id" db:"id"`
	Center  id.ID  `json:"center_id" db:"center"`
	Name    string `json:"name" db:"name"`
	Seats   int64  `json:"seats" db:"seats"`
	Active  bool   `json:"active" db:"active"`
	Version int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Room) TableName() string { return "rooms" }

// Staff is somebody who works for the school.
type Staff struct {
	ID      id.ID  `json:"id" db:"id"`
	Code    string `json:"code" db:"code"`
	Name    string `json:"name" db:"name"`
	Phone   string `json:"phone" db:"phone"`
	Email   string `json:"email" db:"email"`
	Active  bool   `json:"active" db:"active"`
	Version int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Staff) TableName() string { return "staff" }

// Position is a role held by a staff member at a center, region or the whole company, from–to (ORG-2).
type Position struct {
	ID        id.ID        `json:"id" db:"id"`
	Staff     id.ID        `json:"staff_id" db:"staff"`
	Role      string       `json:"role" db:"role"`
	Center    id.ID        `json:"center_id" db:"center"`
	Region    id.ID        `json:"region_id" db:"region"`
	ReportsTo id.ID        `json:"reports_to" db:"reports_to"` // position
	From      bizdate.Date `json:"from" db:"from_day"`
	Until     bizdate.Date `json:"until" db:"until_day"` // last day; none: open end
	Version   int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Position) TableName() string { return "positions" }

// ValidOn tells whether the position is held on a day.
func (p Position) ValidOn(d bizdate.Date) bool {
	return p.From <= d && (p.Until.IsZero() || d <= p.Until)
}

// Account is a sign-in (ORG-9). The password is an argon2id hash.
type Account struct {
	ID         id.ID     `json:"id" db:"id"`
	Login      string    `json:"login" db:"login"`
	Staff      id.ID     `json:"staff_id" db:"staff"`
	Password   string    `json:"-" db:"password"`
	MustChange bool      `json:"must_change" db:"must_change"`
	TOTP       []byte    `json:"-" db:"totp"`
	TOTPOn     bool      `json:"totp_on" db:"totp_on"`
	TOTPLast   int64     `json:"-" db:"totp_last"` // time step of the last accepted code: none is accepted twice
	Active     bool      `json:"active" db:"active"`
	Lang       string    `json:"lang" db:"lang"`
	Theme      string    `json:"theme" db:"theme"`      // "", light, dark
	Density    string    `json:"density" db:"density"`  // comfortable, compact
	Letters    bool      `json:"letters" db:"letters"`  // single-letter keys
	Center     id.ID     `json:"center_id" db:"center"` // last one chosen in the switch
	UsedAt     time.Time `json:"used_at,omitzero" db:"used_at"`
	Version    int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Account) TableName() string { return "accounts" }

// Session is a sign-in of a browser or program, or a long-lived token (ORG-11).
type Session struct {
	ID      id.ID     `json:"id" db:"id"`
	Token   []byte    `json:"-" db:"token"` // SHA-256 of what the caller holds
	Account id.ID     `json:"account_id" db:"account"`
	Kind    string    `json:"kind" db:"kind"` // web, api, token, feed
	Name    string    `json:"name" db:"name"`
	Rights  []string  `json:"rights" db:"rights,json"` // of a token: only these of its account's; none: all of them
	Agent   string    `json:"agent" db:"agent"`
	Address string    `json:"address" db:"address"`
	Created time.Time `json:"created_at" db:"created_at"`
	Seen    time.Time `json:"seen_at" db:"seen_at"`
	Expires time.Time `json:"expires_at" db:"expires_at"`
}

// TableName implements op.Record.
func (Session) TableName() string { return "sessions" }

// Role is a set of rights as data (ORG-3).
type Role struct {
	Code    string `json:"code" db:"code"`
	NameZH  string `json:"name_zh" db:"name_zh"`
	NameEN  string `json:"name_en" db:"name_en"`
	Home    string `json:"home" db:"home"` // which home page opens
	Shipped bool   `json:"shipped" db:"shipped"`
}

// TableName implements op.Record.
func (Role) TableName() string { return "roles" }

// Right is one line of a role: a resource, an action and how far it reaches.
type Right struct {
	Role     string `json:"role" db:"role"`
	Resource string `json:"resource" db:"resource"`
	Action   string `json:"action" db:"action"`
	Scope    string `json:"scope" db:"scope"` // own, team, center, region, all
}

// FieldRule is how a role sees a sensitive field, and how often a day it may reveal it.
type FieldRule struct {
	Role    string `json:"role" db:"role"`
	Field   string `json:"field" db:"field"`
	Rule    string `json:"rule" db:"rule"`
	Reveals int64  `json:"reveals_per_day" db:"reveals_per_day"`
}

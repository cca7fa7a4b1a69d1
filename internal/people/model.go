package people

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// Person is one human being (PPL-1).
type Person struct {
	ID           id.ID        `json:"id" db:"id"`
	Name         string       `json:"name" db:"name"`
	NameLatin    string       `json:"name_latin" db:"name_latin"`
	Pinyin       string       `json:"pinyin" db:"pinyin"` // with tones, for display
	Gender       string       `json:"gender" db:"gender"` // female, male, or empty
	Birth        bizdate.Date `json:"birth" db:"birth"`
	District     string       `json:"district" db:"district"`
	Lang         string       `json:"lang" db:"lang"`
	Household    id.ID        `json:"household_id" db:"household"`
	ExternalKey  string       `json:"external_key" db:"external_key"`
	Center       id.ID        `json:"center_id" db:"center"`                   // where it was entered
	Organization bool         `json:"organization,omitzero" db:"organization"` // a company customer, no human being (PPL-13): see Organization
	Created      time.Time    `json:"created_at" db:"created_at"`
	Anonymized   time.Time    `json:"anonymized_at,omitzero" db:"anonymized_at"` // its name, phones and notes are gone (PPL-11)
	Version      int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Person) TableName() string { return "persons" }

// Shown is the name that lists show: a person without one is named by its key.
func (p Person) Shown() string {
	switch {
	case p.Name != "":
		return p.Name
	case p.NameLatin != "":
		return p.NameLatin
	}
	return p.ExternalKey
}

// Contact is a phone number, e-mail address or WeChat name of a person; several people may share one (PPL-3).
type Contact struct {
	ID       id.ID  `json:"id" db:"id"`
	Person   id.ID  `json:"person_id" db:"person"`
	Kind     string `json:"kind" db:"kind"`                // phone, email, wechat
	Value    string `json:"value" db:"value" mask:"phone"` // phones in E.164; masked by the field rule
	Relation string `json:"relation" db:"relation"`        // whose it is: self, mother, father, …
	No       int64  `json:"no" db:"no"`
	Mine     bool   `json:"-" db:"mine"` // the viewer owns a matter of the person
}

// Touch is an interaction with a person (PPL-12).
type Touch struct {
	ID        id.ID        `json:"id" db:"id"`
	Person    id.ID        `json:"person_id" db:"person"`
	Enquiry   id.ID        `json:"enquiry_id" db:"enquiry"`
	Center    id.ID        `json:"center_id" db:"center"`
	Staff     id.ID        `json:"staff_id" db:"staff"`
	Channel   string       `json:"channel" db:"channel"`
	Direction string       `json:"direction" db:"direction"`
	Result    string       `json:"result" db:"result"`
	Note      string       `json:"note" db:"note"`
	NextStep  string       `json:"next_step" db:"next_step"`
	NextDay   bizdate.Date `json:"next_day" db:"next_day"`
	Closed    string       `json:"closed_reason" db:"closed_reason"`
	At        time.Time    `json:"at" db:"at"`
	Withdrawn time.Time    `json:"-" db:"withdrawn_at"` // taken back: it counts no more (UI-B2)
	Version   int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Touch) TableName() string { return "touches" }

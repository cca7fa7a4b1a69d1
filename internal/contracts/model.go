package contracts

import (
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// Course is what is taught (课程).
type Course struct {
	ID      id.ID      `json:"id" db:"id"`
	Code    string     `json:"code" db:"code"`
	NameZH  string     `json:"name_zh" db:"name_zh"`
	NameEN  string     `json:"name_en" db:"name_en"`
	Needs   []Question `json:"needs" db:"needs,json"` // the needs analysis (SAL-6)
	Active  bool       `json:"active" db:"active"`
	Version int64      `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Course) TableName() string { return "courses" }

// Name gives the name in a language.
func (c Course) Name(lang string) string { return named(lang, c.NameZH, c.NameEN) }

// Question is a question of a course's needs analysis (SAL-6).
type Question struct {
	Code     string   `json:"code" maxLength:"40"`
	NameZH   string   `json:"name_zh" maxLength:"200"`
	NameEN   string   `json:"name_en,omitempty" maxLength:"200"`
	Kind     string   `json:"kind,omitempty" enum:"text,number,date,choice,yes-no" doc:"text if left out"`
	Choices  []string `json:"choices,omitempty" doc:"of a choice"`
	Required bool     `json:"required,omitempty"`
}

// Name gives the question in a language.
func (q Question) Name(lang string) string { return named(lang, q.NameZH, q.NameEN) }

// Package is what is sold (课时包): hours of a course at a price. Edition rises with each change of its terms; a contract keeps
// the edition that it was made with (CON-1).
type Package struct {
	ID           id.ID       `json:"id" db:"id"`
	Code         string      `json:"code" db:"code"`
	Course       id.ID       `json:"course_id" db:"course"`
	NameZH       string      `json:"name_zh" db:"name_zh"`
	NameEN       string      `json:"name_en" db:"name_en"`
	Hours        hours.Centi `json:"hours_x100" db:"hours"` // paid
	Gift         hours.Centi `json:"gift_hours_x100" db:"gift"`
	Price        money.Fen   `json:"price_fen" db:"price"`
	ValidityDays int64       `json:"validity_days" db:"validity_days"`
	Consume      string      `json:"consume" db:"consume"` // paid-first, gift-first, proportional (CON-4)
	Edition      int64       `json:"edition" db:"edition"`
	Active       bool        `json:"active" db:"active"`
	Version      int64       `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Package) TableName() string { return "packages" }

// Name gives the name in a language.
func (p Package) Name(lang string) string { return named(lang, p.NameZH, p.NameEN) }

// ways in which hours are consumed (CON-4).
var ways = []string{"paid-first", "gift-first", "proportional"}

// edition is the terms of a package at one time.
type edition struct {
	Package      id.ID       `db:"package"`
	Edition      int64       `db:"edition"`
	Hours        hours.Centi `db:"hours"`
	Gift         hours.Centi `db:"gift"`
	Price        money.Fen   `db:"price"`
	ValidityDays int64       `db:"validity_days"`
	Consume      string      `db:"consume"`
}

// TableName implements op.Record.
func (edition) TableName() string { return "package_editions" }

func (p Package) edition() edition {
	return edition{Package: p.ID, Edition: p.Edition, Hours: p.Hours, Gift: p.Gift, Price: p.Price, ValidityDays: p.ValidityDays, Consume: p.Consume}
}

// State is where a contract stands (CON-1).
type State string

// The states of a contract.
const (
	Drafted          State = "draft"
	AwaitingApproval State = "awaiting-approval"
	Signed           State = "signed"
	Active           State = "active"
	Paused           State = "paused"
	Completed        State = "completed"
	Expired          State = "expired"
	Terminated       State = "terminated"
	Transferred      State = "transferred"
)

// States lists the states in the order of a contract's life.
var States = []State{Drafted, AwaitingApproval, Signed, Active, Paused, Completed, Expired, Terminated, Transferred}

// Kinds lists the kinds of contracts, as the enquiry's.
var Kinds = []string{"new", "renewal", "upgrade", "return"}

// Contract is what a student bought (合同, CON-1).
type Contract struct {
	ID         id.ID        `json:"id" db:"id"`
	No         string       `json:"no" db:"no"`
	Kind       string       `json:"kind" db:"kind"`
	State      State        `json:"state" db:"state"`
	Student    id.ID        `json:"student_id" db:"student"`
	Payer      id.ID        `json:"payer_id" db:"payer"`
	Center     id.ID        `json:"center_id" db:"center"`
	Consultant id.ID        `json:"consultant_id" db:"consultant"`
	Enquiry    id.ID        `json:"enquiry_id" db:"enquiry"`
	Quote      id.ID        `json:"quote_id" db:"quote"`
	Channel    id.ID        `json:"channel_id" db:"channel"`
	Campaign   id.ID        `json:"campaign_id" db:"campaign"`
	Course     id.ID        `json:"course_id" db:"course"`
	List       money.Fen    `json:"list_fen" db:"list"`
	Discount   money.Fen    `json:"discount_fen" db:"discount"`
	Payable    money.Fen    `json:"payable_fen" db:"payable"`
	Paid       money.Fen    `json:"paid_fen" db:"paid"` // allocated to its instalments
	DraftedAt  time.Time    `json:"drafted_at" db:"drafted_at"`
	SignedAt   time.Time    `json:"signed_at,omitzero" db:"signed_at"`
	SignedDay  bizdate.Date `json:"signed_day" db:"signed_day"`
	ValidFrom  bizdate.Date `json:"valid_from" db:"valid_from"`
	ValidUntil bizdate.Date `json:"valid_until" db:"valid_until"` // last day
	Version    int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Contract) TableName() string { return "contracts" }

// Open is what is still to be paid.
func (c Contract) Open() money.Fen { return c.Payable - c.Paid }

// Matter gives the dimensions by which the contract is counted (INS-2).
func (c Contract) Matter() facts.Matter {
	return facts.Matter{Enquiry: c.Enquiry, Person: c.Student, Center: c.Center, Consultant: c.Consultant, Channel: c.Channel, Course: c.Course, Kind: c.Kind, Campaign: c.Campaign}
}

// Line is one package of a contract with the terms of its edition (合同行).
type Line struct {
	ID           id.ID       `json:"id" db:"id"`
	Contract     id.ID       `json:"contract_id" db:"contract"`
	No           int64       `json:"no" db:"no"`
	Package      id.ID       `json:"package_id" db:"package"`
	Edition      int64       `json:"edition" db:"edition"`
	Course       id.ID       `json:"course_id" db:"course"`
	Hours        hours.Centi `json:"hours_x100" db:"hours"` // paid
	Gift         hours.Centi `json:"gift_hours_x100" db:"gift"`
	List         money.Fen   `json:"list_fen" db:"list"`
	Payable      money.Fen   `json:"payable_fen" db:"payable"`
	UnitPrice    money.Fen   `json:"unit_price_fen" db:"unit_price"` // of one paid hour, see unitPrice
	Paid         money.Fen   `json:"paid_fen" db:"paid"`
	ValidityDays int64       `json:"validity_days" db:"validity_days"`
	Consume      string      `json:"consume" db:"consume"`
}

// TableName implements op.Record.
func (Line) TableName() string { return "contract_lines" }

// Open is what is still to be paid.
func (l Line) Open() money.Fen { return l.Payable - l.Paid }

// GrantedLine is what a promotion gives on a line of a contract (SAL-8).
type GrantedLine struct {
	Contract  id.ID       `json:"-" db:"contract"`
	Promotion id.ID       `json:"promotion_id" db:"promotion"`
	Line      int64       `json:"line_no" db:"line"`
	No        string      `json:"no" db:"no"`
	Name      string      `json:"name" db:"name"`
	Off       money.Fen   `json:"off_fen" db:"taken_off"`
	Gift      hours.Centi `json:"gift_hours_x100" db:"gift"`
	Thing     string      `json:"thing" db:"thing"`
}

// TableName implements op.Record.
func (GrantedLine) TableName() string { return "contract_promotions" }

// Share is a consultant's part of the sale, in hundredths of a per cent; those of a contract sum to 10,000 (CON-1).
type Share struct {
	Contract id.ID `json:"-" db:"contract"`
	Staff    id.ID `json:"staff_id" db:"staff"`
	Share    int64 `json:"share" db:"share"`
}

// TableName implements op.Record.
func (Share) TableName() string { return "contract_shares" }

// Instalment is a part of the price and the day on which it is due.
type Instalment struct {
	ID       id.ID        `json:"id" db:"id"`
	Contract id.ID        `json:"contract_id" db:"contract"`
	No       int64        `json:"no" db:"no"`
	Due      bizdate.Date `json:"due" db:"due"`
	Amount   money.Fen    `json:"amount_fen" db:"amount"`
	Paid     money.Fen    `json:"paid_fen" db:"paid"`
}

// TableName implements op.Record.
func (Instalment) TableName() string { return "instalments" }

// Open is what is still to be paid.
func (i Instalment) Open() money.Fen { return i.Amount - i.Paid }

func named(lang, zh, en string) string {
	if lang == "en" && en != "" {
		return en
	}
	return zh
}

package contracts

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// EntryKind says why an entry stands in an hour account (CON-3).
type EntryKind string

// The kinds of entries. Those that take hours carry negative numbers.
const (
	Bought         EntryKind = "bought"
	Gift           EntryKind = "gift"
	Consumed       EntryKind = "consumed"
	Reversed       EntryKind = "reversed" // of a consumption, which gives hours again; or of gift hours, which takes them
	Frozen         EntryKind = "frozen"
	Unfrozen       EntryKind = "unfrozen"
	Lapsed         EntryKind = "expired"
	TransferredOut EntryKind = "transferred-out"
	TransferredIn  EntryKind = "transferred-in"
	Refunded       EntryKind = "refunded"
)

// HourEntry is one entry of a line's hour account (课时账户, CON-3). Entries are never changed or deleted.
type HourEntry struct {
	ID       id.ID        `json:"id" db:"id"`
	Line     id.ID        `json:"line_id" db:"line"`
	Contract id.ID        `json:"contract_id" db:"contract"`
	Student  id.ID        `json:"student_id" db:"student"`
	Center   id.ID        `json:"center_id" db:"center"`
	Kind     EntryKind    `json:"kind" db:"kind"`
	Hours    hours.Centi  `json:"hours_x100" db:"hours"`     // paid hours, negative where they are taken
	Gift     hours.Centi  `json:"gift_hours_x100" db:"gift"` // likewise
	Cause    id.ID        `json:"cause_id" db:"cause"`       // the record that made it: a contract, a lesson …
	Day      bizdate.Date `json:"day" db:"day"`
	At       time.Time    `json:"at" db:"at"`
}

// TableName implements op.Record.
func (HourEntry) TableName() string { return "hour_entries" }

// Balance is what is left in an hour account.
type Balance struct {
	Hours hours.Centi `json:"hours_x100" db:"hours"` // paid
	Gift  hours.Centi `json:"gift_hours_x100" db:"gift"`
}

// Add gives the balance after an entry. It is never negative, neither of paid nor of gift hours (CON-3). Refused: hours-short;
// an entry whose sign is not that of its kind, or that moves nothing, is a fault (hours-sign).
func (b Balance) Add(e HourEntry) (Balance, error) {
	gives := false
	switch e.Kind {
	case Bought, Gift, Unfrozen, TransferredIn:
		gives = true
	case Reversed:
		gives = e.Hours != 0 || e.Gift > 0 // what is paid for is never taken back so: that is a refund
	case Consumed, Frozen, Lapsed, TransferredOut, Refunded:
	default:
		return b, problem.Refuse("CON-3", "hours-sign", problem.Field{Location: "kind", Value: e.Kind})
	}
	if e.Hours == 0 && e.Gift == 0 || gives && min(e.Hours, e.Gift) < 0 || !gives && max(e.Hours, e.Gift) > 0 {
		return b, problem.Refuse("CON-3", "hours-sign", problem.Field{Location: "hours_x100", Value: e.Hours})
	}
	after := Balance{Hours: b.Hours + e.Hours, Gift: b.Gift + e.Gift}
	if after.Hours < 0 || after.Gift < 0 {
		return b, problem.Refuse("CON-3", "hours-short", problem.Field{Location: "line_id", Value: e.Line}).With("left", b.Hours+b.Gift)
	}
	return after, nil
}

// opening gives the entries that a signature writes for a line: the hours bought and those given with them.
func (l Line) opening() []HourEntry {
	list := []HourEntry{{Line: l.ID, Contract: l.Contract, Kind: Bought, Hours: l.Hours}}
	if l.Gift > 0 {
		list = append(list, HourEntry{Line: l.ID, Contract: l.Contract, Kind: Gift, Gift: l.Gift})
	}
	return list
}

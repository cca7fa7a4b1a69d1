package sales

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// Target is what is to be reached in a month, of a center or of a consultant there (SAL-14).
type Target struct {
	ID      id.ID        `json:"id" db:"id"`
	Center  id.ID        `json:"center_id" db:"center"`
	Staff   id.ID        `json:"staff_id" db:"staff"` // none: of the center
	Month   bizdate.Date `json:"month" db:"month"`    // its first day
	Metric  string       `json:"metric" db:"metric"`
	Amount  int64        `json:"value" db:"amount"` // a number of records, or fen
	Version int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Target) TableName() string { return "targets" }

// TargetRecord is a line of the history of targets: who set what when (SAL-14).
type TargetRecord struct {
	ID     id.ID        `json:"id" db:"id"`
	Center id.ID        `json:"center_id" db:"center"`
	Staff  id.ID        `json:"staff_id" db:"staff"`
	Month  bizdate.Date `json:"month" db:"month"`
	Metric string       `json:"metric" db:"metric"`
	Was    int64        `json:"was" db:"was"` // -1: none
	Now    int64        `json:"now" db:"now"` // -1: none
	By     id.ID        `json:"set_by" db:"set_by"`
	At     time.Time    `json:"at" db:"at"`
}

// TableName implements op.Record.
func (TargetRecord) TableName() string { return "target_changes" }

// TargetMetric is a metric of the catalogue that a target may be of.
type TargetMetric struct {
	ID    string
	Money bool
}

// TargetMetrics lists them, the main one first: all are sums that the catalogue keeps by consultant and center.
var TargetMetrics = []TargetMetric{
	{"contract_amount", true}, {"contracts", false}, {"cash_in", true}, {"visits", false}, {"appointments", false}, {"leads", false}, {"contracts_new", false}, {"contracts_renewal", false},
}

// NoTarget is the amount where no target is set.
const NoTarget = -1

// targetKey is what there is at most one target of.
type targetKey struct {
	center, staff id.ID
	month         bizdate.Date
}

func (t Target) key() targetKey { return targetKey{t.Center, t.Staff, t.Month} }

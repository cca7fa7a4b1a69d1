package sales

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/learn"
)

// ScoreModel is one training of the enquiry scores (SAL-12): what was learned from the company's own history, and how good it is.
type ScoreModel struct {
	ID      id.ID        `json:"id" db:"id"`
	Kind    string       `json:"kind" db:"kind"`   // enquiry
	State   string       `json:"state" db:"state"` // waiting, ready, thin, chance
	By      string       `json:"asked_by" db:"asked_by"`
	Asked   time.Time    `json:"asked_at" db:"asked_at"`
	Trained time.Time    `json:"trained_at,omitzero" db:"trained_at"`
	Quality ScoreQuality `json:"quality" db:"quality,json"`
	Model   *learn.Model `json:"-" db:"model,json"` // of a ready one that is used
	Version int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (ScoreModel) TableName() string { return "score_models" }

// ScoreKind is what is scored.
const ScoreKind = "enquiry"

// States of a training.
const (
	ScoreWaiting = "waiting"
	ScoreReady   = "ready"
	ScoreThin    = "thin"   // too little history: nothing was learned
	ScoreChance  = "chance" // what was learned is not surely better than chance, and is not used
)

// ScoreQuality is what was learned from, and how good the estimates are for enquiries that the model had not seen.
type ScoreQuality struct {
	Enquiries int             `json:"enquiries"` // that were learned from
	Signed    int             `json:"signed"`
	From      bizdate.Date    `json:"from"` // entered on or after
	Until     bizdate.Date    `json:"to"`
	Days      int             `json:"days" doc:"after which an enquiry without a contract counts as not signed"`
	Entry     *learn.Quality  `json:"entry,omitempty" doc:"by what is known at entry"`
	Low       float64         `json:"auc_low" doc:"range of the AUC at entry"`
	High      float64         `json:"auc_high"`
	Later     *learn.Quality  `json:"later,omitempty" doc:"of those still open some days later, by what was known then"`
	Weights   []learn.Part    `json:"weights" doc:"columns by how much they move the estimates, mean of their parts without sign"`
	Refused   []learn.Refusal `json:"refused" doc:"columns that are known only after the outcome"`
	Warnings  []learn.Warning `json:"warnings" doc:"columns that alone lift the AUC by more than 0.05"`
}

// ScoreReason is what a column adds to an estimate.
type ScoreReason struct {
	Column string  `json:"column" doc:"channel, touches, …; a custom field as field:code"`
	Known  bool    `json:"known"`
	Text   string  `json:"text,omitempty" doc:"the level, an id for channel, course and center; empty where it is rare"`
	Number float64 `json:"number,omitempty"`
	Adds   float64 `json:"adds" doc:"in log odds"`
}

// EnquiryScore is the probability that an open enquiry is signed.
type EnquiryScore struct {
	Enquiry     id.ID         `json:"enquiry_id" db:"enquiry"`
	ExternalKey *string       `json:"external_key,omitempty" db:"external_key"`
	Person      id.ID         `json:"person_id" db:"person"`
	Ten         int64         `json:"-" db:"probability"` // in ten-thousandths
	Probability float64       `json:"probability" db:"-"`
	Reasons     []ScoreReason `json:"reasons" db:"reasons,json"`
	At          time.Time     `json:"scored_at" db:"at"`
}

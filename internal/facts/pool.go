package facts

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// EnquiryPooled says that an enquiry returned to the public pool, as nobody was in contact for so many days (PPL-8). Matter has no
// consultant; From had it.
type EnquiryPooled struct {
	Matter
	From  id.ID     `json:"from_staff"`
	Grade string    `json:"grade,omitempty"` // of intention: A, B, C
	Days  int64     `json:"days"`            // the setting that it went by
	Since time.Time `json:"last_contact_at"` // UTC
}

// Kind implements event.Fact.
func (EnquiryPooled) Kind() string { return "sales.enquiry-pooled.1" }

// EnquiryClaimed says that a consultant took an enquiry out of the public pool (PPL-8). Matter.Consultant has it from now on.
type EnquiryClaimed struct {
	Matter
	No int64 `json:"claims_of_day"` // the how manieth of the day
}

// Kind implements event.Fact.
func (EnquiryClaimed) Kind() string { return "sales.enquiry-claimed.1" }

// ClaimWithdrawn says that a claim was taken back, or an assignment out of the pool (UI-B2): the enquiry lies in the pool again.
type ClaimWithdrawn struct {
	Matter
	From  id.ID  `json:"from_staff"`
	Stage string `json:"stage"` // again
	// Assigned says that From had not claimed it, but was given it.
	Assigned bool `json:"assigned,omitempty"`
}

// Kind implements event.Fact.
func (ClaimWithdrawn) Kind() string { return "sales.claim-withdrawn.1" }

// PoolEntryViewed says that somebody looked at an enquiry in the public pool (PPL-8).
type PoolEntryViewed struct {
	Matter
	Staff id.ID        `json:"staff_id"`
	Day   bizdate.Date `json:"day"`
}

// Kind implements event.Fact.
func (PoolEntryViewed) Kind() string { return "sales.pool-entry-viewed.1" }

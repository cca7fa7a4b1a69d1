package rollout

import (
	"maps"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// States of an import.
const (
	Checking = "checking" // a job says what would happen
	Checked  = "checked"
	Running  = "running" // a job brings the rows in
	Stopped  = "stopped" // by somebody; it can go on
	Failed   = "failed"  // the file cannot be read to its end; it can go on
	Done     = "done"
)

// ImportRun is a file and its run as they are kept: progress and counts are written in the commit of each chunk of rows, so that it goes
// on where it stopped and brings no row twice.
type ImportRun struct {
	ID      id.ID     `json:"id" db:"id"`
	Kind    string    `json:"kind" db:"kind" enum:"leads,people,organizations,centers,staff,courses,packages,campaign-costs,budgets"`
	State   string    `json:"state" db:"state" enum:"checking,checked,running,stopped,failed,done"`
	Account id.ID     `json:"account_id" db:"account"`
	Staff   id.ID     `json:"staff_id" db:"staff"`
	Home    id.ID     `json:"-" db:"home"`           // center of who imports
	Center  id.ID     `json:"center_id" db:"center"` // of rows that name none; none: the company's pool
	Lang    string    `json:"-" db:"lang"`           // of the reasons in the rejects file
	Name    string    `json:"name" db:"name"`        // of the file, as people know it
	File    string    `json:"-" db:"file"`           // in the folder of files; "" where the command line reads it
	Digest  string    `json:"-" db:"digest"`         // SHA-256 of the file
	Mapping Mapping   `json:"mapping" db:"mapping,json"`
	Trial   Result    `json:"trial" db:"trial,json"` // what would happen
	Counts  Result    `json:"counts" db:"counts,json"`
	Row     int64     `json:"done" db:"done" doc:"number of the last row that was done"`
	Read    int64     `json:"read_bytes" db:"read_bytes"`
	Total   int64     `json:"total_bytes" db:"total_bytes"`
	Attempt int64     `json:"attempt" db:"attempt"` // of two workers only the one of the last attempt commits (TRU-7)
	Rejects int64     `json:"-" db:"rejects"`       // bytes of the rejects file
	Problem string    `json:"problem" db:"problem"` // code of why it failed
	Version int64     `json:"version" db:"version"`
	Created time.Time `json:"created_at" db:"created_at"`
	Updated time.Time `json:"updated_at" db:"updated_at"`
}

// TableName implements op.Record.
func (ImportRun) TableName() string { return "imports" }

// Busy tells that a job is at work, or about to.
func (i ImportRun) Busy() bool { return i.State == Checking || i.State == Running }

// Begun tells that rows may have been brought in, so that the mapping stands.
func (i ImportRun) Begun() bool { return i.Row > 0 || i.State == Running || i.State == Done }

// Resources lists this domain's kinds of records: an import is seen in the scope of its importer's center, and by who made it; one of
// people only by who may import people.
func Resources() []policy.Resource {
	return []policy.Resource{{Name: "feedback", Table: "feedback", Center: "center", Owner: "staff"}, {Name: "import", Table: "imports", Where: func(v *policy.Viewer, right, alias string) policy.Frag {
		s := v.Scope(right)
		if !s.None() && !s.All && !v.Staff.IsNone() {
			s.Staff = append([]id.ID{v.Staff}, s.Staff...)
		}
		cut := policy.Cut(s, alias, "home", "staff")
		if !v.May(peopleRight) {
			cut.Text += " AND " + alias + ".kind NOT IN ('leads', 'people', 'organizations')"
		}
		return cut
	}}}
}

// Result is what became of the rows; the four counts add up to Rows.
type Result struct {
	Rows        int64                     `json:"rows"`
	Accepted    int64                     `json:"accepted"`
	Merged      int64                     `json:"merged"`
	Updated     int64                     `json:"updated"`
	Rejected    int64                     `json:"rejected"`
	RejectsFile string                    `json:"rejects_file,omitempty"`
	Unmapped    map[string]map[string]int `json:"unmapped,omitempty"` // values that are kept as text: field → text → rows
	Run         id.ID                     `json:"run_id,omitempty"`
	First       []Reject                  `json:"first_rejects,omitempty"`
}

const (
	listedRejects  = 20  // of a result; all of them are in the rejects file
	listedUnmapped = 100 // different texts of a field; the others are counted together under "…"
)

// outcome is what became of a row.
type outcome struct {
	what     string  // Accepted, Merged, Updated, Rejected
	reject   *Reject // why it was rejected
	unmapped []Cell  // what is kept as text
}

// What became of a row.
const (
	Accepted = "accepted" // a new enquiry, or a new record
	Merged   = "merged"   // known already: the same key with nothing new, or a sure duplicate
	Updated  = "updated"  // the same key with other values
	Rejected = "rejected"
)

// add counts a row. The maps of r are its own: see copied.
func (r *Result) add(o outcome) {
	r.Rows++
	switch o.what {
	case Accepted:
		r.Accepted++
	case Merged:
		r.Merged++
	case Updated:
		r.Updated++
	default:
		r.Rejected++
		if len(r.First) < listedRejects {
			r.First = append(r.First, *o.reject)
		}
	}
	for _, c := range o.unmapped {
		texts := r.Unmapped[c.Code]
		if texts == nil {
			texts = map[string]int{}
			if r.Unmapped == nil {
				r.Unmapped = map[string]map[string]int{}
			}
			r.Unmapped[c.Code] = texts
		}
		text := clip(c.Text)
		if _, known := texts[text]; !known && len(texts) >= listedUnmapped {
			text = "…"
		}
		texts[text]++
	}
}

// copied is a result whose counting leaves r as it is.
func (r Result) copied() Result {
	r.First = append([]Reject(nil), r.First...)
	unmapped := r.Unmapped
	r.Unmapped = nil
	for field, texts := range unmapped {
		if r.Unmapped == nil {
			r.Unmapped = map[string]map[string]int{}
		}
		r.Unmapped[field] = maps.Clone(texts)
	}
	return r
}

// Wrong lists what must be mended in the mapping before rows can be brought in.
func (i ImportRun) Wrong() problem.Invalid { return i.Mapping.check(byPlace) }

package process

import (
	"slices"

	"zhike/internal/kernel/bizdate"
)

// LeadToContract is the code of the first shipped blueprint.
const LeadToContract = "lead-to-contract"

// Blueprint is a version of a process (PRC-1): steps that facts complete, and gates that ask for steps before an operation.
type Blueprint struct {
	Code    string       `json:"code" db:"code"`
	Version int64        `json:"version" db:"version"`
	NameZH  string       `json:"name_zh" db:"name_zh"`
	NameEN  string       `json:"name_en" db:"name_en"`
	Body    Body         `json:"body" db:"body,json"`
	From    bizdate.Date `json:"from" db:"from_day"` // cases opened from this day on begin with it
}

// TableName implements op.Record.
func (Blueprint) TableName() string { return "blueprints" }

// Body is the content of a blueprint.
type Body struct {
	Steps []Step `json:"steps"`
	Gates []Gate `json:"gates"`
}

// Step is done when one of its facts is recorded for the case.
type Step struct {
	Code string   `json:"code"` // its name is "step.<code>" in the catalogue
	Role string   `json:"role"`
	Done []string `json:"done"` // kinds of facts
}

// Gate asks for steps before an operation on a subject of the case.
type Gate struct {
	Operation string   `json:"operation"`
	Subject   string   `json:"subject,omitempty"` // only for this kind of subject
	Needs     []string `json:"needs"`
	Unless    []string `json:"unless,omitempty"` // one of these steps done lifts the gate
}

// missing gives the first step that the gate asks for and that done lacks; "" if it is open.
func (g Gate) missing(done []string) string {
	if slices.ContainsFunc(g.Unless, func(s string) bool { return slices.Contains(done, s) }) {
		return ""
	}
	for _, s := range g.Needs {
		if !slices.Contains(done, s) {
			return s
		}
	}
	return ""
}

// steps lists the steps that a kind of fact completes.
func (b Body) steps(kind string) []string {
	var out []string
	for _, s := range b.Steps {
		if slices.Contains(s.Done, kind) {
			out = append(out, s.Code)
		}
	}
	return out
}

// valid tells what is wrong with a body: a gate that needs a step which does not exist could never open.
func (b Body) valid() (step string, ok bool) {
	known := map[string]bool{}
	for _, s := range b.Steps {
		known[s.Code] = true
	}
	for _, g := range b.Gates {
		for _, s := range slices.Concat(g.Needs, g.Unless) {
			if !known[s] {
				return s, false
			}
		}
	}
	return "", true
}

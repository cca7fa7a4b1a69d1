package people

import (
	"slices"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/likeness"
	"zhike/internal/kernel/phone"
)

// Why somebody may be the same person (PPL-4).
const (
	WhyPhone     = "phone"      // the same phone; parents and children share one (PPL-3), a compatible name makes it sure
	WhySimilar   = "similar"    // the same phone and a similar name
	WhyNameBirth = "name-birth" // the same name and birth date
)

// Candidate is a person who is being entered.
type Candidate struct {
	Name   string       `json:"name,omitempty" maxLength:"100"`
	Birth  bizdate.Date `json:"birth,omitempty"`
	Phones []string     `json:"phones,omitempty" maxItems:"10"` // E.164, or as typed
}

// read gives the candidate as persons are kept; what is no phone is left out.
func (c Candidate) read() Candidate {
	out := Candidate{Name: oneLine(c.Name), Birth: c.Birth}
	for _, s := range c.Phones {
		if e164, err := phone.Parse(s, phone.China); err == nil && !slices.Contains(out.Phones, e164) {
			out.Phones = append(out.Phones, e164)
		}
	}
	return out
}

// empty tells that nothing could find a duplicate.
func (c Candidate) empty() bool { return len(c.Phones) == 0 && (c.Name == "" || c.Birth.IsZero()) }

// why says why somebody of a name may be the candidate, and whether that is sure; samePhone tells that they share a phone.
func (c Candidate) why(name string, samePhone bool) (why string, sure bool) {
	switch {
	case !samePhone:
		return WhyNameBirth, false
	case SureDuplicate(c.Name, name):
		return WhyPhone, true
	case likeness.Name(c.Name, name) >= likeness.Alike:
		return WhySimilar, false
	}
	return WhyPhone, false
}

// SureDuplicate tells whether two persons with the same phone are one for sure: their names are compatible (contract.md, import).
func SureDuplicate(name, other string) bool { return likeness.Compatible(name, other) }

// maskName hides all of a name but its first character.
func maskName(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return name[:size] + "**"
}

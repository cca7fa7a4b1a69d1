package sales

import (
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
)

// Stage is how far an enquiry has come (SAL-1).
type Stage string

// The stages, in their order; the last two end it.
const (
	New       Stage = "new"
	Contacted Stage = "contacted"
	Invited   Stage = "invited"
	Visited   Stage = "visited"
	Quoted    Stage = "quoted"
	Signed    Stage = "signed"
	Lost      Stage = "lost"
	Pooled    Stage = "pool"
)

// Stages lists all stages in their order.
var Stages = []Stage{New, Contacted, Invited, Visited, Quoted, Signed, Lost, Pooled}

// Rank is the place of a stage among those that lead to a contract, from 0; -1 for lost and pool.
func (s Stage) Rank() int {
	i := slices.Index(Stages, s)
	if i > slices.Index(Stages, Signed) {
		return -1
	}
	return i
}

// Open tells whether the enquiry can still sign.
func (s Stage) Open() bool { return s != Signed && s != Lost }

// outcome is how an enquiry at the stage ended: open, signed or lost.
func (s Stage) outcome() string {
	if s.Open() {
		return "open"
	}
	return string(s)
}

// Reach gives the stage after something that leads to at least the stage to: it only rises. A lost or pooled enquiry that
// moves again is open again.
func (s Stage) Reach(to Stage) Stage {
	if s == Signed || s.Rank() >= to.Rank() {
		return s
	}
	return to
}

// After gives the stage after a fact about the enquiry: the stage is a fold of these (SAL-1, TRU-8).
func (s Stage) After(f event.Fact) Stage {
	switch f := f.(type) {
	case facts.EnquiryEntered:
		switch f.Outcome {
		case "signed":
			return Signed
		case "lost":
			return Lost
		}
		return New
	case facts.EnquiryUpdated:
		switch f.Outcome {
		case "signed":
			return Signed
		case "lost":
			return s.lose()
		}
		return s
	case facts.TouchRecorded:
		if f.NextStep == "" {
			return s.lose()
		}
		return s.Reach(Contacted)
	case facts.AppointmentBooked:
		return s.Reach(Invited)
	case facts.VisitCheckedIn, facts.WalkedIn:
		return s.Reach(Visited)
	case facts.VisitFinished:
		if f.Outcome == "lost" {
			return s.lose()
		}
		return s.Reach(Visited)
	case facts.QuoteMade:
		return s.Reach(Quoted)
	case facts.ContractSigned:
		return Signed
	case facts.EnquiryLost:
		return s.lose()
	}
	if to, ok := takenBack(f); ok {
		return to
	}
	return s
}

// takenBack gives the stage at which an enquiry stands again after an undo (UI-B2); a touch that belongs to none has none.
func takenBack(f event.Fact) (Stage, bool) {
	switch f := f.(type) {
	case facts.TouchWithdrawn:
		return Stage(f.Stage), f.Stage != ""
	case facts.VisitWithdrawn:
		return Stage(f.Stage), true
	case facts.EnquiryReopened:
		return Stage(f.Stage), true
	}
	return "", false
}

func (s Stage) lose() Stage {
	if s == Signed {
		return s
	}
	return Lost
}

// enquiryOf names the enquiry that a fact moves.
func enquiryOf(f event.Fact) id.ID {
	switch f := f.(type) {
	case facts.EnquiryEntered:
		return f.Enquiry
	case facts.EnquiryUpdated:
		return f.Enquiry
	case facts.TouchRecorded:
		return f.Enquiry
	case facts.AppointmentBooked:
		return f.Enquiry
	case facts.VisitCheckedIn:
		return f.Enquiry
	case facts.WalkedIn:
		return f.Enquiry
	case facts.VisitFinished:
		return f.Enquiry
	case facts.QuoteMade:
		return f.Enquiry
	case facts.ContractSigned:
		return f.Enquiry
	case facts.EnquiryLost:
		return f.Enquiry
	case facts.TouchWithdrawn:
		return f.Enquiry
	case facts.VisitWithdrawn:
		return f.Enquiry
	case facts.EnquiryReopened:
		return f.Enquiry
	}
	return id.None
}

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

// StageNames are the codes of the stages.
func StageNames() []string {
	out := make([]string, len(Stages))
	for i, s := range Stages {
		out[i] = string(s)
	}
	return out
}

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

// progress is where an enquiry stands, and how far it truly came at most: what is open again stands there, not at its beginning (SAL-1).
type progress struct{ Stage, Reached Stage }

// at gives the progress of an enquiry that comes to a stage.
func (p progress) at(to Stage) progress {
	p.Stage = to
	if to.Rank() > p.Reached.Rank() {
		p.Reached = to
	}
	return p
}

// reach gives the stage after something that leads to at least the stage to: it only rises. A lost or pooled enquiry that moves again is
// open again, where it had come to.
func (p progress) reach(to Stage) Stage {
	s := p.Stage
	if s.Rank() < 0 {
		s = p.Reached
	}
	if s == Signed || s.Rank() >= to.Rank() {
		return s
	}
	return to
}

// after gives the stage after a fact about the enquiry: the stage is a fold of these (SAL-1, TRU-8).
func (p progress) after(f event.Fact) Stage {
	s := p.Stage
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
		if f.ByForm() {
			return s
		}
		if f.NextStep == "" {
			return s.lose()
		}
		return p.reach(Contacted)
	case facts.AppointmentBooked:
		return p.reach(Invited)
	case facts.VisitCheckedIn, facts.WalkedIn:
		return p.reach(Visited)
	case facts.VisitFinished:
		if f.Outcome == "lost" {
			return s.lose()
		}
		return p.reach(Visited)
	case facts.QuoteMade:
		return p.reach(Quoted)
	case facts.ContractSigned:
		return Signed
	case facts.EnquiryLost:
		return s.lose()
	}
	if to, ok := takenBack(f); ok {
		return to
	}
	return p.owned(f)
}

// owned gives the stage after a fact about who owns the enquiry: without an owner it lies in the pool, and with one it stands where it had
// come to (PPL-8).
func (p progress) owned(f event.Fact) Stage {
	switch f.(type) {
	case facts.EnquiryPooled:
		return Pooled
	case facts.EnquiryClaimed:
		return p.reach(New)
	case facts.EnquiryAssigned:
		if p.Stage == Pooled {
			return p.reach(New)
		}
	}
	return p.Stage
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
	case facts.AppointmentWithdrawn:
		return Stage(f.Stage), true
	case facts.VisitReopened:
		return Stage(f.Stage), true
	case facts.ClaimWithdrawn:
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
	case facts.AppointmentWithdrawn:
		return f.Enquiry
	case facts.VisitReopened:
		return f.Enquiry
	case facts.EnquiryPooled:
		return f.Enquiry
	case facts.EnquiryClaimed:
		return f.Enquiry
	case facts.ClaimWithdrawn:
		return f.Enquiry
	case facts.EnquiryAssigned:
		return f.Enquiry
	}
	return id.None
}

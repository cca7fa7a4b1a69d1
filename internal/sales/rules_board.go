package sales

import "zhike/internal/kernel/problem"

// By is what brings an enquiry to a stage: nobody sets a stage, it follows from what happens (SAL-1, SAL-15).
type By string

// What brings an enquiry to each stage that a person can bring it to.
const (
	ByTouch    By = "touch"    // a contact is recorded
	ByInviting By = "invite"   // an appointment is booked
	ByArriving By = "arrive"   // the desk checks the visitor in
	ByQuoting  By = "quote"    // a quote is made
	BySigning  By = "contract" // a contract is made and signed
	ByLosing   By = "lose"     // it ends for a reason
)

// stepRights is the right to do each of them.
var stepRights = map[By]string{
	ByTouch: "touch:create", ByInviting: "appointment:create", ByArriving: "visit:create", ByQuoting: "quote:create", BySigning: "contract:create", ByLosing: "enquiry:update",
}

// Right is the right to do it.
func (b By) Right() string { return stepRights[b] }

// operation is the operation whose gate the process asks; "" where what it asks for is done with it.
func (b By) operation() string {
	return map[By]string{ByQuoting: MakeQuote.Name, BySigning: "contracts.draft"}[b]
}

// towards gives what has to happen for an enquiry to come to a stage. Refused where nothing brings it there: stage-here, stage-signed,
// stage-no-step (nobody makes it new, or gives it back to the pool), stage-behind (it has come further, and goes on from there).
func (p progress) towards(to Stage) (By, error) {
	refuse := func(code string, stands Stage) error {
		return problem.Refuse("SAL-1", code, problem.Field{Location: "stage", Value: string(to)}).With("stage", string(stands))
	}
	switch {
	case to == p.Stage:
		return "", refuse("stage-here", to)
	case p.Stage == Signed:
		return "", refuse("stage-signed", Signed)
	case to == Lost:
		return ByLosing, nil
	case to == New || to.Rank() < 0:
		return "", refuse("stage-no-step", to)
	}
	if lands := p.reach(to); lands != to {
		return "", refuse("stage-behind", lands)
	}
	if p.Stage.Rank() < 0 && p.Reached == to { // it is open again where it had come to
		return ByTouch, nil
	}
	return map[Stage]By{Contacted: ByTouch, Invited: ByInviting, Visited: ByArriving, Quoted: ByQuoting, Signed: BySigning}[to], nil
}

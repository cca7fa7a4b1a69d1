package bench

import (
	"context"
	"math/rand/v2"
	"time"
)

// scenario is one kind of work, and how many connections do it at once, as in the floor's own driver.
type scenario struct {
	name  string
	conns int
	mix   []share // of other scenarios, one of which is drawn for each piece of work; none: the scenario itself
}

// share is a scenario and how often it is drawn, of a hundred.
type share struct {
	name string
	of   int
}

// piece is the scenario of the next piece of work.
func (s scenario) piece(r *rand.Rand) string {
	n := r.IntN(100)
	for _, part := range s.mix {
		if n -= part.of; n < 0 {
			return part.name
		}
	}
	return s.name
}

// importing is the scenario that is no series of requests.
const importing = "import"

var scenarios = []scenario{
	{"person", 8, nil},
	{"person-page", 8, nil},
	{"list", 8, nil},
	{"search", 4, nil},
	{"report", 1, nil},
	{"segment", 1, nil},
	{"work", 1, nil},
	{"work-page", 1, nil},
	{"funnel", 1, nil},
	{"steps", 1, nil},
	{"months", 1, nil},
	{"move", 16, nil},
	{"create", 64, nil},
	{"mixed", 64, []share{{"person", 40}, {"list", 25}, {"search", 15}, {"report", 10}, {"move", 6}, {"create", 4}}}, // PRF-8
	{importing, 1, nil},
}

// target is a program that is measured.
type target interface {
	name() string
	// start starts it on the copy of its data that it works on, and tells how long its first page took.
	start(ctx context.Context) (time.Duration, error)
	stop() error
	process() *server
	// login gives the header lines of somebody who is signed in.
	login(scenario string) (string, error)
	can(scenario string) bool
	// ask gives the requests of one piece of work.
	ask(r *rand.Rand, scenario string) []request
	// made names the record that the answers of a piece of work acknowledge; acked notes such records.
	made(bodies [][]byte) (string, error)
	acked(scenario string, records []string)
	// profile writes where the processor time of the next seconds goes.
	profile(ctx context.Context, scenario string, d time.Duration) error
	// imports measures the import of a list of leads.
	imports(ctx context.Context, round int) (Cell, error)
	// verify proves that what was acknowledged is there, and that the roll-ups equal a recount.
	verify(ctx context.Context) error
}

// writes tells whether a scenario changes records.
func writes(scenario string) bool { return scenario == "move" || scenario == "create" }

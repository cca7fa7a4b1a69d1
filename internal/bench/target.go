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
}

// importing is the scenario that is no series of requests.
const importing = "import"

var scenarios = []scenario{
	{"person", 8}, {"person-page", 8}, {"list", 8}, {"search", 4}, {"report", 1}, {"move", 16}, {"create", 64}, {importing, 1},
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

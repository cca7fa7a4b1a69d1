package app

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// unused says which flags of all commands a command has no use for, and what stands for them. A flag that would be left aside in silence is
// refused: somebody means something by it.
var unused = map[string]map[string]string{
	"demo": {
		"db": "the demo keeps its company in a folder of its own: name it with --data", "as": "who signs in acts", "json": "the demo prints one line, ready http://…",
	},
	"serve":    {"as": "who signs in acts", "json": "serve prints one line, ready http://…"},
	"migrate":  {"as": "a migration is the operator's"},
	"simulate": {"as": "the people of the simulated company act"},
	"restore":  {"as": "a backup is restored by the operator"},
	"bench":    {"db": "a bench makes a company of its own", "as": "the people of the measured company act"},
	"openapi":  {"db": "the document is the same for every database", "as": "the document is the same for everybody"},
}

// refuseUnused refuses a flag on the command line that the command leaves aside. What the environment or the file says for all commands is
// no mistake.
func refuseUnused(k *kong.Context) error {
	command := k.Selected()
	if command == nil {
		return nil
	}
	for _, p := range k.Path {
		if p.Flag == nil || p.Resolved {
			continue
		}
		if why, left := unused[command.Name][p.Flag.Name]; left {
			return fmt.Errorf("%w: %s takes no --%s; %s", errUsage, command.Name, p.Flag.Name, why)
		}
	}
	return nil
}

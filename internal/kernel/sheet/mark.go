package sheet

import (
	"time"

	"zhike/internal/kernel/id"
)

// Mark is the watermark of a file that leaves the program (PPL-10): the login of who took it, when (UTC), and the id of the export, under which
// the log has it.
func Mark(by string, at time.Time, export id.ID) string {
	return by + " · " + at.UTC().Format(time.RFC3339) + " · " + export.String()
}

package marketing

import "zhike/internal/kernel/personal"

// Personal lists the rows of this domain that belong to a person (PPL-11).
func Personal() []personal.Rows {
	return []personal.Rows{
		{Table: "leads", Words: []string{"referrer"}, By: []string{"person"}, At: "at", Clear: []string{"external_key", "referrer"}, Keep: []string{"source", "utm"}},
		{
			Table: "submissions", By: []string{"person"}, At: "received_at", Words: []string{"said", "referrer", "accepted_why"},
			Clear: []string{"accepted_why", "detail", "name", "phone", "guardian", "said", "referrer", "address", "digest", "challenge"},
			Keep:  []string{"state", "reason", "cut", "lang", "utm", "consent_by"}, Hide: []string{"digest", "challenge"},
		},
		{Table: "capture_points", By: []string{"referrer"}, Keep: []string{"code", "name", "kind"}},
		{Table: "segment_members", By: []string{"person"}, At: "drawn_at"},
	}
}

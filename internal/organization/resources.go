package organization

import (
	"slices"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
)

// Resources lists this domain's kinds of records (ORG-4).
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "center", Table: "centers", Where: centers},
		{Name: "special-day", Table: "special_days", Center: "center", Where: days},
		{Name: "room", Table: "rooms", Center: "center"},
		{Name: "staff", Table: "staff", Owner: "id", Where: staff},
		{Name: "position", Table: "positions", Center: "center", Owner: "staff"},
		{Name: "account", Table: "accounts", Owner: "staff"},
		{Name: "role", Table: "roles"},
		{Name: "setting", Table: "settings", Center: "center"},
		{Name: "session", Table: "sessions", Where: sessions},
		{Name: "view", Table: "views", Where: views},
		{Name: "event", Table: "events", Center: "center"},
	}
}

// centers: one's own centers are always seen.
func centers(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	s := v.Scope("center:" + action)
	if action == "read" {
		s.Centers = merge(s.Centers, v.Centers)
	}
	return policy.Cut(s, alias, "id", "")
}

// staff: colleagues of the centers in scope, and oneself.
func staff(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	s := v.Scope("staff:" + action)
	if s.All {
		return policy.Frag{Text: "1=1"}
	}
	own := policy.Cut(policy.Scope{Staff: merge(s.Staff, []id.ID{v.Staff})}, alias, "", "id")
	if len(s.Centers) == 0 {
		return own
	}
	at := policy.Cut(policy.Scope{Centers: slices.Clone(s.Centers)}, "held", "center", "")
	return policy.Frag{
		Text: "(" + own.Text + " OR EXISTS (SELECT 1 FROM positions held WHERE held.staff = " + alias + ".id AND " + at.Text + "))",
		Args: append(own.Args, at.Args...),
	}
}

// sessions: one's own, and all for who may end those of others.
func sessions(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	if v.Scope("session:" + action).All {
		return policy.Frag{Text: "1=1"}
	}
	return policy.Frag{Text: alias + ".account = ?", Args: []any{v.Account}}
}

// views: one's own, those shared with one's centers, and those shared with everybody. That the list itself may be opened is asked where
// views are listed and mailed.
func views(_ *policy.Policy, v *policy.Viewer, action, alias string) policy.Frag {
	own := policy.Frag{Text: alias + ".account = ?", Args: []any{v.Account}}
	if action != "read" {
		return own
	}
	shared := alias + ".shared = '" + SharedEverybody + "'"
	if len(v.Centers) > 0 {
		at := policy.Cut(policy.Scope{Centers: v.Centers}, alias, "center", "")
		shared += " OR " + alias + ".shared = '" + SharedCenter + "' AND " + at.Text
		own.Args = append(own.Args, at.Args...)
	}
	return policy.Frag{Text: "(" + own.Text + " OR " + shared + ")", Args: own.Args}
}

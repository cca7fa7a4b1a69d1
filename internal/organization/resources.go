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
		{Name: "region", Table: "regions"},
		{Name: "delegation", Table: "delegations", Owner: "staff"},
		{Name: "staff", Table: "staff", Owner: "id", Where: staff},
		{Name: "position", Table: "positions", Center: "center", Owner: "staff"},
		{Name: "account", Table: "accounts", Owner: "staff"},
		{Name: "role", Table: "roles"},
		{Name: "setting", Table: "settings", Center: "center"},
		{Name: "session", Table: "sessions", Where: sessions},
		{Name: "view", Table: "views", Where: views},
		{Name: "event", Table: "events", Center: "center"},
		{Name: "record-view", Table: "record_views"},
	}
}

// centers: one's own centers are always seen. What is made as one's own may lie at any of them.
func centers(v *policy.Viewer, right, alias string) policy.Frag {
	s := v.Scope(right)
	if right == "center:read" || len(s.Staff) > 0 {
		s.Centers = merge(s.Centers, v.Centers)
	}
	return policy.Cut(s, alias, "id", "")
}

// staff: colleagues of the centers in scope, and to read, oneself.
func staff(v *policy.Viewer, right, alias string) policy.Frag {
	s := v.Scope(right)
	if s.All {
		return policy.Frag{Text: "1=1"}
	}
	if right == "staff:read" {
		s.Staff = merge(s.Staff, []id.ID{v.Staff})
	}
	own := policy.Cut(policy.Scope{Staff: s.Staff}, alias, "", "id")
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
func sessions(v *policy.Viewer, right, alias string) policy.Frag {
	if v.Scope(right).All {
		return policy.Frag{Text: "1=1"}
	}
	return policy.Frag{Text: alias + ".account = ?", Args: []any{v.Account}}
}

// views: one's own, those shared with one's centers, and those shared with everybody. That the list itself may be opened is asked where
// views are listed and mailed.
func views(v *policy.Viewer, right, alias string) policy.Frag {
	own := policy.Frag{Text: alias + ".account = ?", Args: []any{v.Account}}
	if right != "view:read" {
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

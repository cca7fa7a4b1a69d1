package marketing

import "zhike/internal/kernel/repoint"

// OfPersons lists the columns by which rows belong to a person, for a merge (PPL-5).
func OfPersons() []repoint.Column {
	return []repoint.Column{
		{Table: "leads", Column: "person", With: repoint.Along("enquiry", "enquiries", "person"), Only: true},
		{Table: "submissions", Column: "person"},
		{Table: "submissions", Column: "recommended_by"},
		{Table: "capture_points", Column: "referrer"},
		{Table: "segment_members", Column: "person"},
	}
}

package process

import "zhike/internal/kernel/repoint"

// OfPersons lists the columns by which rows belong to a person, for a merge (PPL-5). A case has the id of its enquiry.
func OfPersons() []repoint.Column {
	const ofMatter = "subject IN (SELECT m.ref FROM moved_rows m WHERE m.under = ?)"
	return []repoint.Column{
		{Table: "cases", Column: "person", With: repoint.Along("id", "enquiries", "person"), Only: true},
		{Table: "approvals", Column: "person", With: ofMatter},
		{Table: "tasks", Column: "person", With: ofMatter},
		{Table: "tasks", Column: "subject"},
		{Table: "task_series", Column: "person", With: ofMatter},
		{Table: "task_series", Column: "subject"},
		{Table: "notices", Column: "person"},
	}
}

package sales

import "zhike/internal/kernel/repoint"

// OfPersons lists the columns by which rows belong to a person, for a merge (PPL-5).
func OfPersons() []repoint.Column {
	ofEnquiry := repoint.Along("enquiry", "enquiries", "person")
	return []repoint.Column{
		{Table: "enquiries", Column: "person"},
		{Table: "enquiries", Column: "referrer"},
		{Table: "enquiries", Column: "organization"},
		{Table: "withdrawn_referrers", Column: "referrer"},
		{Table: "rewards", Column: "person", With: ofEnquiry, Only: true},
		{Table: "rewards", Column: "referrer"},
		{Table: "appointments", Column: "person", With: ofEnquiry, Only: true},
		{Table: "visits", Column: "person", With: ofEnquiry, Only: true},
		{Table: "quotes", Column: "person", With: ofEnquiry, Only: true},
	}
}

package contracts

import "zhike/internal/kernel/repoint"

// OfPersons lists the columns by which rows belong to a person, for a merge (PPL-5).
func OfPersons() []repoint.Column {
	ofEnquiry := repoint.Along("enquiry", "enquiries", "person")
	return []repoint.Column{
		{Table: "contracts", Column: "student", With: ofEnquiry},
		{Table: "contracts", Column: "payer", With: ofEnquiry},
		{Table: "hour_entries", Column: "student", With: repoint.Along("contract", "contracts", "student"), Only: true},
	}
}

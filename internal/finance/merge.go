package finance

import "zhike/internal/kernel/repoint"

// OfPersons lists the columns by which rows belong to a person, for a merge (PPL-5). Amounts, accounts and days of the books stay; whose
// they are is who the human being is.
func OfPersons() []repoint.Column {
	return []repoint.Column{
		{Table: "payments", Column: "person", With: repoint.Along("contract", "contracts", "payer")},
		{Table: "journal", Column: "person", With: repoint.Along("cause", "payments", "person"), Only: true},
	}
}

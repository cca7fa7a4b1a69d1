package contracts

import "zhike/internal/kernel/personal"

// Personal lists the rows of this domain that belong to a person (PPL-11): the books keep their numbers and amounts.
func Personal() []personal.Rows {
	const ofContract = "contract IN (SELECT c.id FROM contracts c WHERE c.student = ? OR c.payer = ?)"
	return []personal.Rows{
		{Table: "contracts", By: []string{"student", "payer"}, At: "drafted_at", Keep: []string{"no", "kind", "state"}},
		{Table: "contract_lines", Via: ofContract, Keep: []string{"consume"}},
		{Table: "contract_promotions", Via: ofContract, Keep: []string{"no", "name", "thing"}},
		{Table: "instalments", Via: ofContract},
		{Table: "hour_entries", By: []string{"student"}, At: "at", Keep: []string{"kind"}},
	}
}

// Holds lists what of this domain stands in the way of anonymizing a person: contracts that did not end.
func Holds() []personal.Hold {
	const open = "FROM contracts WHERE (student = ? OR payer = ?) AND state NOT IN ('completed', 'expired', 'terminated', 'transferred') AND signed_day"
	return []personal.Hold{
		{Code: "contract-open", Query: "SELECT COUNT(*) " + open + " > 0", Day: "SELECT COALESCE(MAX(valid_until), 0) " + open + " > 0"},
		{Code: "contract-draft", Query: "SELECT COUNT(*) " + open + " = 0"},
	}
}

package finance

import (
	"zhike/internal/kernel/personal"
	"zhike/internal/organization"
)

// Personal lists the rows of this domain that belong to a person (PPL-11): the books keep their numbers, references and amounts.
func Personal() []personal.Rows {
	return []personal.Rows{
		{Table: "payments", Words: []string{"note", "reason"}, By: []string{"person"}, At: "at", Clear: []string{"note", "reason"}, Keep: []string{"no", "contract_kind", "method", "reference"}},
		{Table: "allocations", Via: "payment IN (SELECT p.id FROM payments p WHERE p.person = ?)"},
		{Table: "journal", By: []string{"person"}, Keep: []string{"account"}},
	}
}

// Holds lists what of this domain stands in the way of anonymizing a person: money that is the person's, and vouchers that the law keeps.
func Holds() []personal.Hold {
	return []personal.Hold{
		{Code: "balance-left", Query: "SELECT CAST(COALESCE(ABS(SUM(amount)), 0) AS BIGINT) FROM journal WHERE person = ? AND account = 'customer-balance'"},
		{Code: "books-kept", Last: "SELECT COALESCE(MAX(at), 0) FROM payments WHERE person = ?", Years: organization.BooksYears},
	}
}

package sales

import (
	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/money"
)

// EqualParts plans a price in so many parts, a month apart from today on: the fen that do not divide go to the first ones.
func EqualParts(payable money.Fen, parts int, today bizdate.Date) []contracts.InstalmentInput {
	out := make([]contracts.InstalmentInput, max(parts, 1))
	for i, amount := range payable.Split(len(out)) {
		out[i] = contracts.InstalmentInput{Due: today.AddMonths(i), Amount: amount}
	}
	return out
}

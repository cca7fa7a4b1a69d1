package contracts

import (
	"context"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/op"
)

const (
	signedOnes = "SELECT c.student FROM contracts c WHERE {scope:segment-member c} AND c.signed_day > 0"
	hoursOf    = "SELECT h.student FROM hour_entries h WHERE {scope:segment-member h}"
)

// Conditions contributes what can be asked about the contracts and hours of students (MKT-10).
func Conditions(context.Context, *op.Tx) ([]condition.Field, error) {
	out := []condition.Field{
		{Code: "contracts", Kind: condition.Number, From: signedOnes, Column: "COUNT(*)", Sum: true},
		{Code: "contract-state", Kind: condition.Choice, From: signedOnes, Column: "c.state", Options: condition.Codes("contract-state", States[2:])},
		{Code: "contract-value", Kind: condition.Scaled, Scale: 100, From: signedOnes, Column: "SUM(c.payable)", Sum: true},
		{Code: "signed", Kind: condition.Day, From: signedOnes, Column: "c.signed_day"},
		{Code: "hours-left", Kind: condition.Scaled, Scale: 100, From: hoursOf, Column: "SUM(h.hours + h.gift)", Sum: true},
	}
	for i := range out {
		out[i].Part, out[i].Key = "contract", "condition."+out[i].Code
	}
	return out, nil
}

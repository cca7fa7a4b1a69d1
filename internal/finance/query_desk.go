package finance

import (
	"context"
	"fmt"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
)

// DayLine is what a center took in by one method over some days, reversals taken off.
type DayLine struct {
	Center id.ID     `json:"center_id" db:"center"`
	Method string    `json:"method" db:"method"`
	Count  int64     `json:"count" db:"n"` // payments and reversals
	Net    money.Fen `json:"net_fen" db:"net"`
}

// CashByCenter sums the payments in scope by center and method.
func CashByCenter(ctx context.Context, tx *op.Tx, from, until bizdate.Date) ([]DayLine, error) {
	list, err := op.All[DayLine](ctx, tx, `SELECT p.center, p.method, COUNT(*) AS n, CAST(SUM(p.amount) AS BIGINT) AS net
		FROM payments p WHERE {scope:payment p} AND p.day >= ? AND p.day <= ? GROUP BY p.center, p.method`, int64(from), int64(until))
	if err != nil {
		return nil, fmt.Errorf("sum cash by center: %w", err)
	}
	return list, nil
}

// Preview is what a payment would do.
type Preview struct {
	Input       TakePaymentInput // with what the contract says
	Contract    contracts.Contract
	Allocations []AllocationInput // by instalment, in the order in which they are paid
	Balance     money.Fen         // left over, to the payer's balance
}

// PreviewPayment says what TakePayment would do with an input, and refuses what it would refuse of its contents: the review step
// before a payment (UI-B2).
func PreviewPayment(ctx context.Context, tx *op.Tx, in TakePaymentInput) (v Preview, err error) {
	var owed contracts.Owed
	if !in.ContractID.IsNone() {
		if owed, err = contracts.ShowOwed(ctx, tx, in.ContractID); err != nil {
			return v, err
		}
		in = in.filled(owed.Contract)
	}
	if err := in.check(owed); err != nil {
		return v, err
	}
	v = Preview{Input: in, Contract: owed.Contract, Balance: in.Amount}
	if in.ContractID.IsNone() {
		return v, nil
	}
	parts, err := allocate(in.Amount, owed, in.Allocations)
	if err != nil {
		return v, err
	}
	v.Allocations = byInstalment(parts)
	for _, a := range v.Allocations {
		v.Balance -= a.Amount
	}
	return v, nil
}

// byInstalment adds up the parts of each instalment.
func byInstalment(parts []facts.Allocated) []AllocationInput {
	var out []AllocationInput
	for _, p := range parts {
		if n := len(out); n > 0 && out[n-1].InstalmentID == p.Instalment {
			out[n-1].Amount += p.Amount
			continue
		}
		out = append(out, AllocationInput{InstalmentID: p.Instalment, Amount: p.Amount})
	}
	return out
}

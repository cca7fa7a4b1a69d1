package finance

import (
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// reversible refuses to reverse a payment twice or a reversal (FIN-2), and by who took it: that is another person's work (ORG-5).
func (p Payment) reversible(by id.ID) error {
	field := problem.Field{Location: "payment_id", Value: p.No}
	switch {
	case !p.Reverses.IsNone():
		return problem.Refuse("FIN-2", "is-reversal", field)
	case p.Reversed:
		return problem.Refuse("FIN-2", "already-reversed", field)
	case !by.IsNone() && by == p.Cashier:
		return problem.Refuse("ORG-5", "own-payment", field)
	}
	return nil
}

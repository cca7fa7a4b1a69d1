package testkit

import (
	"testing"

	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
)

// Reward has a new person, whom another one brought, pay, and settles what that one is given for it (MKT-12).
func (s *School) Reward(t testing.TB, center, referrer id.ID) (key id.ID) {
	t.Helper()
	e := s.Enquiry(t, center)
	must(sales.ChangeEnquiry.Run(s.Consultant(center), s.Ops, sales.ChangeEnquiryInput{EnquiryID: e.ID, ReferrerID: &referrer}))(t)
	must(finance.TakePayment.Run(s.FrontDesk(center), s.Ops, finance.TakePaymentInput{ContractID: s.Sign(t, center, e).ID, Method: "cash", Amount: money.Yuan(1000)}))(t)
	if err := sales.SettleRewards(t.Context(), s.Ops); err != nil {
		t.Fatalf("settle rewards: %v", err)
	}
	return s.idOf(t, "SELECT id FROM rewards ORDER BY id DESC LIMIT 1")
}

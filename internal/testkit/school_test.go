package testkit_test

import (
	"testing"

	"zhike/internal/finance"
	"zhike/internal/kernel/money"
	"zhike/internal/testkit"
)

// The journey from the first call to the money stands on both engines, and every invariant holds after it.
func TestJourney_Operations(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := s.Contract(t, s.HD)
		_, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "wechat", Amount: money.Yuan(10_000)})
		if err != nil {
			t.Fatal(err)
		}
		s.Check(t)
		if n := len(s.Facts(t)); n != 11 {
			t.Errorf("facts = %v", s.Facts(t))
		}
	})
}

//go:build e2e

package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestMKT12_WayOfAReferral: the front desk names at the walk-in who recommended us, within six fields; the visitor signs and pays, and the reward
// stands in the list that the menu leads to (MKT-12, SAL-5).
func TestMKT12_WayOfAReferral(t *testing.T) {
	s, st := desked(t)
	old := s.Enquiry(t, s.HD)
	s.Sign(t, s.HD, old)
	channel := idOf(t, s, "SELECT id FROM channels WHERE code = 'referral'")
	u := st.as(t, "front-desk", s.HD)
	u.clickOn(`a[data-dialog="walk-in"]`)
	testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] input[name="name"]`))
	u.typed("name", "赵敏")
	u.typed("phone", "13744440001")
	u.choose("consultant_id", s.StaffID(s.Consultant(s.HD)).String())
	u.choose("via", channel.String())
	testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] input[name="_person_q"]`))
	if n := value[int](u, `document.querySelectorAll("dialog[open] :is(input:not([type=hidden]), select, textarea)").length`); n > 6 {
		t.Errorf("a walk-in of who was recommended has %d fields", n)
	}
	if got := value[string](u, `document.querySelector("dialog[open] select[name=consultant_id]").value`); got != s.StaffID(s.Consultant(s.HD)).String() {
		t.Errorf("the consultant that was chosen is lost: %q", got)
	}
	u.typed("_person_q", "heyu")
	testkit.Act(u.tab, t, chromedp.WaitVisible(`dialog[open] input[name="referrer_id"][value="`+old.PersonID.String()+`"]`))
	u.pick("referrer_id", old.PersonID.String())
	u.clickOn("dialog[open] button.p")
	u.reads("赵敏")
	enquiry := idOf(t, s, "SELECT id FROM enquiries WHERE referrer = ?", old.PersonID)
	visit := idOf(t, s, "SELECT id FROM visits WHERE enquiry = ?", enquiry)
	signedAfter(t, s, enquiry, visit)
	if err := sales.SettleRewards(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
	u.clickOn(`nav.nav a[href="/rewards"]`)
	u.at("/rewards")
	u.reads("何雨桐", "赵敏")
	u.sees("reward-state.booked")
	u.calm()
}

// signedAfter quotes after a visit, signs and takes a payment.
func signedAfter(t *testing.T, s *testkit.School, enquiry, visit id.ID) {
	t.Helper()
	consultant := s.Consultant(s.HD)
	if _, err := sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: visit, Needs: map[string]string{"goal": "口语"}, Outcome: "quote", CourseID: s.Course}); err != nil {
		t.Fatal(err)
	}
	q, err := sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: enquiry, Packages: []id.ID{s.Package}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(1000)}); err != nil {
		t.Fatal(err)
	}
}

func idOf(t *testing.T, s *testkit.School, text string, args ...any) (key id.ID) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		key, err = op.OneOf[id.ID](ctx, tx.Unscoped("test"), text, args...)
		return err
	})
	return key
}

package sales_test

import (
	"context"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// bringsOne signs a contract of a new person whom somebody brought, and gives the contract and the person.
func bringsOne(t *testing.T, s *testkit.School, referrer id.ID) (contract, person id.ID) {
	t.Helper()
	e := s.Enquiry(t, s.HD)
	if err := referred(t, s, e.ID, referrer); err != nil {
		t.Fatal(err)
	}
	return s.Sign(t, s.HD, e).ID, e.PersonID
}

func pay(t *testing.T, s *testkit.School, contract id.ID, yuan int64) id.ID {
	t.Helper()
	out := must(finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: contract, Method: "cash", Amount: money.Yuan(yuan)}))(t)
	settle(t, s)
	return out.ID
}

// settle runs the job that settles rewards, twice: it does nothing the second time.
func settle(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := sales.SettleRewards(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
	if again := since(t, s, func() {
		if err := sales.SettleRewards(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
	}); len(again) > 0 {
		t.Errorf("settled twice: %v", again)
	}
}

func rewardsOf(t *testing.T, s *testkit.School, referrer id.ID) []sales.Reward {
	t.Helper()
	return ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]sales.Reward, error) {
		list, err := sales.ListRewards(ctx, tx, sales.RewardFilter{Referrer: referrer}, page.Request{Limit: 10})
		return list.Items, err
	})
}

// giftOf is what a student has of gift hours beyond those of the own contract, as the hour account tells.
func giftOf(t *testing.T, s *testkit.School, student id.ID) (given, left hours.Centi) {
	t.Helper()
	list := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]contracts.HourAccount, error) {
		return contracts.HoursOf(ctx, tx, student)
	})
	for _, a := range list {
		given, left = given+a.Gift, left+a.LeftGift
		if a.Used != 0 {
			t.Errorf("used hours = %d, none was", a.Used)
		}
	}
	return given, left
}

// Who brought somebody is given the hours of the rule with that person's first payment, once; the reward goes with the payment that earned it,
// and comes again with the next one (MKT-12).
func TestMKT12_Reward(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Enquiry(t, s.HD)
		s.Sign(t, s.HD, own)
		before, _ := giftOf(t, s, own.PersonID)
		metric := func() int64 { // of whole periods, all centers and days
			return s.Count(t, "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM rollup_deltas WHERE metric = 'hours_gift' AND dim = ''") +
				s.Count(t, "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM rollups WHERE metric = 'hours_gift' AND dim = '' AND grain = 'd'")
		}
		contract, person := bringsOne(t, s, own.PersonID)
		if list := rewardsOf(t, s, own.PersonID); len(list) != 0 {
			t.Errorf("before anything is paid: %+v", list)
		}
		counted := metric()
		first := pay(t, s, contract, 1000)
		if n := metric(); n != counted+200 {
			t.Errorf("hours_gift = %d, want 200 more than %d", n, counted)
		}
		then := pay(t, s, contract, 500)
		list := rewardsOf(t, s, own.PersonID)
		if len(list) != 1 || list[0].State != sales.RewardBooked || list[0].Hours != 200 || list[0].Person != person || list[0].Contract != contract {
			t.Fatalf("rewards = %+v, want one of 2 hours", list)
		}
		if given, left := giftOf(t, s, own.PersonID); given != before+200 || left != before+200 {
			t.Errorf("gift hours = %d, %d left, want 200 more than %d", given, left, before)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'reward-booked' AND person = ?", own.PersonID); n != 1 {
			t.Errorf("notices = %d, want one to who sold to the referrer", n)
		}
		reverse := func(payment id.ID) {
			t.Helper()
			must(finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: payment, Reason: "退错"}))(t)
			settle(t, s)
		}
		reverse(first)
		if list = rewardsOf(t, s, own.PersonID); list[0].State != sales.RewardBooked {
			t.Errorf("as long as something is paid: %+v", list[0])
		}
		reverse(then)
		if list = rewardsOf(t, s, own.PersonID); list[0].State != sales.RewardReversed || list[0].Taken != 200 {
			t.Errorf("once nothing is paid: %+v", list[0])
		}
		if given, left := giftOf(t, s, own.PersonID); given != before || left != before {
			t.Errorf("gift hours after it = %d, %d left, want %d", given, left, before)
		}
		if n := metric(); n != counted {
			t.Errorf("hours_gift after it = %d, want %d", n, counted)
		}
		s.Check(t)
		pay(t, s, contract, 800)
		if list = rewardsOf(t, s, own.PersonID); len(list) != 1 || list[0].State != sales.RewardBooked || list[0].Taken != 0 {
			t.Errorf("after the next payment: %+v", list)
		}
		s.Check(t)
	})
}

// The hours of who has no account go to a child's; where there is none either, they wait until one of them signs (MKT-12).
func TestMKT12_RewardOfAParent(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		mother, child := s.Person(t, s.HD), s.Enquiry(t, s.HD)
		must(people.LinkGuardian.Run(s.FrontDesk(s.HD), s.Ops, people.LinkGuardianInput{PersonID: child.PersonID, GuardianID: mother, Relation: "mother"}))(t)
		contract, _ := bringsOne(t, s, mother)
		pay(t, s, contract, 1000)
		if list := rewardsOf(t, s, mother); len(list) != 1 || list[0].State != sales.RewardWaiting {
			t.Fatalf("without an account: %+v", list)
		}
		s.Sign(t, s.HD, child)
		settle(t, s)
		list := rewardsOf(t, s, mother)
		if list[0].State != sales.RewardBooked {
			t.Fatalf("after the child signed: %+v", list[0])
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM hour_entries WHERE cause = ? AND student = ? AND gift = 200", list[0].ID, child.PersonID); n != 1 {
			t.Errorf("entries in the child's account = %d", n)
		}
		contract, _ = bringsOne(t, s, mother)
		pay(t, s, contract, 1000)
		if list := rewardsOf(t, s, mother); len(list) != 2 || list[0].State != sales.RewardBooked {
			t.Errorf("with a child's account: %+v", list)
		}
		s.Check(t)
	})
}

// No reward is given where the rule of the center says so, for who is a student already, or twice for a person (MKT-12).
func TestMKT12_NoReward(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Enquiry(t, s.HD)
		s.Sign(t, s.HD, own)
		set(t, s, organization.ReferralHours, "0")
		contract, _ := bringsOne(t, s, own.PersonID)
		pay(t, s, contract, 1000)
		if list := rewardsOf(t, s, own.PersonID); len(list) != 0 {
			t.Errorf("by a rule of none: %+v", list)
		}
		set(t, s, organization.ReferralHours, "3")
		contract, person := bringsOne(t, s, own.PersonID)
		pay(t, s, contract, 1000)
		for _, kind := range []string{"return", "renewal"} {
			e := must(sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{
				PersonID: person, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course, Kind: kind, ConsultantID: s.StaffID(s.Consultant(s.HD)), ReferrerID: own.PersonID,
			}))(t)
			pay(t, s, s.Sign(t, s.HD, e).ID, 1000)
		}
		e := must(sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{
			PersonID: s.Enquiry(t, s.HD).PersonID, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course, Kind: "renewal", ConsultantID: s.StaffID(s.Consultant(s.HD)), ReferrerID: own.PersonID,
		}))(t)
		pay(t, s, s.Sign(t, s.HD, e).ID, 1000)
		list := rewardsOf(t, s, own.PersonID)
		if len(list) != 1 || list[0].Hours != 300 {
			t.Fatalf("rewards = %+v, want one of 3 hours", list)
		}
		earn := func(enquiry id.ID) func() error {
			return func() error {
				return second(sales.EarnReward.Run(s.System(), s.Ops, sales.EnquiryInput{EnquiryID: enquiry}))
			}
		}
		refuse(t, s, map[string]refused{ // by the operation itself, whatever the job looks for
			"twice":             {earn(list[0].Enquiry), "422 no-reward enquiry_id:"},
			"a renewal":         {earn(e.ID), "422 no-reward enquiry_id:"},
			"brought by nobody": {earn(own.ID), "422 no-reward enquiry_id:"},
		})
		s.Check(t)
	})
}

// A reward is taken back by hand with a reason, of its hours what is left; it does not come again. Others' rewards are not seen (MKT-12).
func TestMKT12_ReverseReward(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Enquiry(t, s.HD)
		s.Sign(t, s.HD, own)
		contract, _ := bringsOne(t, s, own.PersonID)
		pay(t, s, contract, 1000)
		r := rewardsOf(t, s, own.PersonID)[0]
		s.Exec(t, `INSERT INTO hour_entries (id, line, contract, student, center, kind, hours, gift, cause, day, at)
			SELECT ?, line, contract, student, center, 'consumed', 0, -(SELECT SUM(x.gift) FROM hour_entries x WHERE x.line = h.line) + 50, ?, day, at + 1 FROM hour_entries h WHERE cause = ?`, id.At(s.Clock.Now(), 1, 2), contract, r.ID)
		reverse := func(ctx context.Context, reason string) error {
			return second(sales.ReverseReward.Run(ctx, s.Ops, sales.ReverseRewardInput{RewardID: r.ID, Reason: reason}))
		}
		refuse(t, s, map[string]refused{
			"no reason":      {func() error { return reverse(s.Finance(s.HD), " ") }, "422 invalid reason:required"},
			"another center": {func() error { return reverse(s.Finance(s.CY), "退费") }, "404 not-found"},
			"consultant":     {func() error { return reverse(s.Consultant(s.HD), "退费") }, "403 forbidden"},
		})
		if err := reverse(s.Finance(s.HD), "带来的客户退费"); err != nil {
			t.Fatal(err)
		}
		if r = rewardsOf(t, s, own.PersonID)[0]; r.State != sales.RewardReversed || r.Taken != 50 || r.Reason != "带来的客户退费" {
			t.Errorf("reward = %+v, want the half hour that was left", r)
		}
		refuse(t, s, map[string]refused{"again": {func() error { return reverse(s.Finance(s.HD), "退费") }, "422 invalid reward_id:reward-reversed"}})
		pay(t, s, contract, 500)
		if r = rewardsOf(t, s, own.PersonID)[0]; r.State != sales.RewardReversed {
			t.Errorf("after another payment: %+v", r)
		}
		s.Check(t)
	})
}

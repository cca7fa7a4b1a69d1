package sales_test

import (
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// The stage follows from what happened, step by step, and every step shows in the log.
func TestSAL1_StageFollowsFromFacts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, consultant := s.FrontDesk(s.HD), s.Consultant(s.HD)
		e := s.Enquiry(t, s.HD)
		var a sales.BookedAppointment
		var v sales.VisitAnswer
		var q sales.QuoteAnswer
		var c contracts.DraftAnswer
		for _, step := range []struct {
			do   func()
			want sales.Stage
			fact string
		}{
			{func() { touch(t, s, e.ID, "") }, sales.Contacted, "people.touch-recorded.1"},
			{func() {
				a = must(sales.Book.Run(consultant, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at(s, today(s), 15, 0)}))(t)
			}, sales.Invited, "sales.appointment-booked.1"},
			{func() { touch(t, s, e.ID, "") }, sales.Invited, "people.touch-recorded.1"}, // a call takes nothing back
			{func() {
				v = must(sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
			}, sales.Visited, "sales.visit-checked-in.1"},
			{func() {
				must(sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}))(t)
			}, sales.Visited, "sales.visit-finished.1"},
			{func() {
				q = must(sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t)
			}, sales.Quoted, "sales.quote-made.1"},
			{func() { touch(t, s, e.ID, "price") }, sales.Lost, "people.touch-recorded.1"},
			{func() { touch(t, s, e.ID, "") }, sales.Quoted, "people.touch-recorded.1"}, // open again, where it had come to
			{func() {
				c = must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
			}, sales.Quoted, "sales.quote-accepted.1"},
			{func() { must(contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}))(t) }, sales.Signed, "contracts.contract-signed.1"},
			{func() { touch(t, s, e.ID, "price") }, sales.Signed, "people.touch-recorded.1"}, // a signature is for good
		} {
			facts := since(t, s, step.do)
			if got := enquiry(t, s, e.ID); got.Stage != step.want || facts[len(facts)-1] != step.fact {
				t.Errorf("after %v: stage %s, want %s", facts, got.Stage, step.want)
			}
		}
		got := enquiry(t, s, e.ID)
		if got.Outcome != "signed" || got.OutcomeDay != today(s) || got.LostReason != "" {
			t.Errorf("outcome %q on %s, reason %q", got.Outcome, got.OutcomeDay, got.LostReason)
		}
		must(finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(19_200)}))(t)
		s.Check(t)
	})
}

// An outcome that is lost goes with its reason, and one that is open again without.
func TestSAL1_Lose(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		a := must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		got := enquiry(t, s, e.ID)
		if a.Stage != sales.Lost || got.Stage != sales.Lost || got.LostReason != "price" || got.Outcome != "lost" || got.OutcomeDay != today(s) || got.Version != a.Version || got.NextStep != "" {
			t.Errorf("lost: %+v, %+v", a, got)
		}
		refuse(t, s, map[string]refused{
			"again": {func() error {
				return second(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))
			}, "422 already-ended enquiry_id:"},
		})
		touch(t, s, e.ID, "")
		if got := enquiry(t, s, e.ID); got.Stage != sales.Contacted || got.LostReason != "" || got.Outcome != "open" || got.OutcomeDay != 0 {
			t.Errorf("open again: %+v", got)
		}
		same(t, "facts", s.Facts(t)[2:], []string{"sales.enquiry-lost.1", "people.touch-recorded.1"})
		s.Check(t)
	})
}

func TestSAL1_LoseRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		in := sales.LoseInput{EnquiryID: e.ID, Reason: "price"}
		refuse(t, s, map[string]refused{
			"no reason": {func() error {
				return second(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID}))
			}, "422 invalid reason:loss-reason"},
			"unknown reason": {func() error {
				return second(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "rain"}))
			}, "422 invalid reason:loss-reason"},
			"colleague":       {func() error { return second(sales.Lose.Run(s.Consultant2(s.HD), s.Ops, in)) }, "404 not-found"},
			"other center":    {func() error { return second(sales.Lose.Run(s.Consultant(s.CY), s.Ops, in)) }, "404 not-found"},
			"front desk":      {func() error { return second(sales.Lose.Run(s.FrontDesk(s.HD), s.Ops, in)) }, "403 forbidden"},
			"general manager": {func() error { return second(sales.Lose.Run(s.GM(), s.Ops, in)) }, "403 forbidden"},
		})
	})
}

// No operation takes a stage: neither does the input of any have one, nor is one taken by name (SAL-1, TRU-17).
func TestSAL1_StageCannotBeSet(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		cases := map[string]refused{}
		for _, o := range sales.Operations() {
			for _, field := range []string{"stage", "outcome_day", "moved_at", "breached", "version", "state", "Import", "WalkIn"} {
				if field == "version" && o.Describe().Name == "sales.change-enquiry" {
					continue // the version that a change starts from (ORG-10)
				}
				cases[o.Describe().Name+" "+field] = refused{func() error {
					return call(s.Principal(s.HD), s, o, `{"enquiry_id":%q,%q:"signed"}`, e.ID, field)
				}, "422 invalid body:bad-json"}
			}
		}
		refuse(t, s, cases)
	})
}

// `zhike check` finds a stage that somebody set behind the program's back, and names the enquiry.
func TestSAL1_CheckFindsStageSetBySQL(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		e := s.Enquiry(t, s.HD)
		touch(t, s, e.ID, "")
		s.Check(t)
		for _, stage := range []sales.Stage{sales.New, sales.Invited, sales.Visited, sales.Quoted, sales.Signed, sales.Lost} {
			s.Exec(t, "UPDATE enquiries SET stage = ? WHERE id = ?", string(stage), e.ID)
			var found []string
			list, err := s.App.Check(s.System())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				if f.Check == "sales.stage" {
					found = append(found, f.What)
				}
			}
			if len(found) != 1 || !strings.Contains(found[0], e.ID.String()) || !strings.Contains(found[0], string(stage)) {
				t.Errorf("stage %s: found %q", stage, found)
			}
		}
		s.Exec(t, "UPDATE enquiries SET stage = 'contacted' WHERE id = ?", e.ID)
		s.Check(t)
		s.Exec(t, "DELETE FROM enquiries WHERE id = ?", e.ID)
		list, err := s.App.Check(s.System())
		if err != nil || !slices.ContainsFunc(list, func(f check.Finding) bool { return f.Check == "sales.stage" && strings.Contains(f.What, "log only") }) {
			t.Errorf("an enquiry that is in the log only: %v, %v", list, err)
		}
	})
}

package sales_test

import (
	"context"
	"fmt"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func board(t *testing.T, s *testkit.School, ctx context.Context, f sales.EnquiryFilter, most int) map[sales.Stage]sales.BoardColumn {
	t.Helper()
	out := map[sales.Stage]sales.BoardColumn{}
	for _, c := range ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]sales.BoardColumn, error) {
		return sales.Board(ctx, tx, f, most)
	}) {
		out[c.Stage] = c
	}
	return out
}

// The board shows the enquiries of the list: each column has the number of the list at its stage and its first rows, for every viewer.
func TestSAL15_BoardIsTheList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 3 {
			touched(t, s)
			s.Enquiry(t, s.HD)
			s.Enquiry(t, s.CY)
		}
		s.Appointment(t, s.HD)
		s.Contract(t, s.HD)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: s.Enquiry(t, s.HD).ID, Reason: "price"}))(t)
		for who, ctx := range map[string]context.Context{"general manager": s.GM(), "principal": s.Principal(s.HD), "other": s.Consultant2(s.HD), "consultant": s.Consultant(s.HD)} {
			for _, f := range []sales.EnquiryFilter{{}, {Center: s.HD, Sort: "entered"}, {Outcome: "open", Sort: "next"}, {Course: s.Course}, {Stage: sales.Contacted}, {Outcome: "lost"}} {
				columns := board(t, s, ctx, f, 2)
				for _, stage := range sales.Stages {
					c, shown := columns[stage]
					if (f.Stage != "" && f.Stage != stage || f.Outcome == "lost" && stage != sales.Lost || stage == sales.Pooled) && shown {
						t.Errorf("%s: %+v shows %s", who, f, stage)
					}
					at := f
					at.Stage, at.Limit = stage, 2
					list := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.EnquiryList, error) { return sales.Enquiries(ctx, tx, at) })
					if !shown {
						continue
					}
					if got, want := fmt.Sprint(c.N, keys(c.Cards)), fmt.Sprint(list.Total, keys(list.Items)); got != want {
						t.Errorf("%s, %+v: %s has %s, the list %s", who, f, stage, got, want)
					}
				}
			}
		}
		if got := board(t, s, s.Principal(s.HD), sales.EnquiryFilter{}, 2); got[sales.New].N != 3 || got[sales.Contacted].N != 3 || len(got[sales.New].Cards) != 2 || got[sales.Signed].N != 1 {
			t.Errorf("board = %+v", got)
		}
	})
}

func keys(list []sales.Enquiry) (out []id.ID) {
	for _, e := range list {
		out = append(out, e.ID)
	}
	return out
}

// toStage words what brings an enquiry to a stage, or why nothing does.
func toStage(t *testing.T, s *testkit.School, ctx context.Context, key id.ID, to sales.Stage) string {
	t.Helper()
	e := enquiry(t, s, key)
	out := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.Towards, error) { return sales.ToStage(ctx, tx, e, to) })
	if out.Refused != nil {
		return refusal(out.Refused)
	}
	return string(out.By)
}

// Nobody sets a stage: each asks for its step, and what the facts or the process do not allow is refused and names what comes first.
func TestSAL15_ToStage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		consultant := s.Consultant(s.HD)
		entered := s.Enquiry(t, s.HD).ID
		contacted := touched(t, s)
		later := touched(t, s)
		must(sales.Book.Run(consultant, s.Ops, sales.BookInput{EnquiryID: later, Starts: at(s, today(s)+1, 15, 0)}))(t)
		invited, _ := s.Appointment(t, s.HD)
		came, a := s.Appointment(t, s.HD)
		must(sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
		done, q := quoted(t, s)
		lost := touched(t, s)
		must(sales.Lose.Run(consultant, s.Ops, sales.LoseInput{EnquiryID: lost, Reason: "price"}))(t)
		c := must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		must(contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
		again, _ := quoted(t, s)
		for _, c := range []struct {
			key  id.ID
			to   sales.Stage
			want string
		}{
			{entered, sales.Contacted, "touch"},
			{entered, sales.Invited, "invite"},
			{entered, sales.Visited, "422 nobody-expected stage:"},
			{entered, sales.Quoted, "409 step-missing needs-analysis"},
			{entered, sales.Signed, "409 step-missing quote"},
			{entered, sales.Lost, "lose"},
			{entered, sales.New, "422 stage-here stage:"},
			{contacted, sales.New, "422 stage-no-step stage:"},
			{contacted, sales.Pooled, "422 stage-no-step stage:"},
			{later, sales.Visited, "422 other-day appointment_id:"},
			{invited.ID, sales.Visited, "arrive"},
			{invited.ID, sales.Contacted, "422 stage-behind stage:"},
			{came.ID, sales.Quoted, "409 step-missing needs-analysis"},
			{came.ID, sales.Invited, "422 stage-behind stage:"},
			{again.ID, sales.Signed, "contract"},
			{again.ID, sales.Visited, "422 stage-behind stage:"},
			{lost, sales.Contacted, "touch"},
			{lost, sales.Invited, "invite"},
			{lost, sales.Lost, "422 stage-here stage:"},
			{done.ID, sales.Lost, "422 stage-signed stage:"},
			{done.ID, sales.Contacted, "422 stage-signed stage:"},
		} {
			if got := toStage(t, s, consultant, c.key, c.to); got != c.want {
				t.Errorf("%s to %s: %s, want %s", enquiry(t, s, c.key).Stage, c.to, got, c.want)
			}
		}
	})
}

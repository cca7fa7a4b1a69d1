package marketing_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// Marketing sees stage, next step and outcome of whom its campaigns brought, without a right to the enquiries or the persons and without their
// phones; a center sees its own.
func TestMKT13_Prospects(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		var want []id.ID
		for _, center := range []id.ID{s.HD, s.CY} {
			e, err := sales.Enter.Run(s.FrontDesk(center), s.Ops, sales.EnterInput{PersonID: s.Person(t, center), CenterID: center, CampaignID: c.ID, NextStep: "call-back", NextDay: today(s) + 1})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, e.ID)
		}
		s.Enquiry(t, s.HD) // of no campaign
		seen := func(as context.Context) (out []sales.Prospect) {
			t.Helper()
			s.Read(t, as, func(ctx context.Context, tx *op.Tx) error {
				list, err := sales.Prospects(ctx, tx, c.ID, page.Request{})
				out = list.Items
				if int(list.Total) != len(out) {
					t.Errorf("total %d of %d", list.Total, len(out))
				}
				return err
			})
			return out
		}
		all := seen(s.Marketing())
		if len(all) != 2 || all[0].Stage != sales.New || all[0].NextStep != "call-back" || all[0].NextDay != today(s)+1 {
			t.Errorf("marketing sees %+v", all)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			if _, err := sales.EnquiryByID(ctx, tx, want[0]); code(err) != "not-found" {
				t.Errorf("marketing opens an enquiry: %v", err)
			}
			briefs, err := people.Briefs(ctx, tx, []id.ID{all[0].Person})
			if b := briefs[all[0].Person]; err != nil || b.Name == "" || b.Phone != "" {
				t.Errorf("marketing reads %+v, %v", b, err)
			}
			return nil
		})
		if own := seen(s.Principal(s.HD)); len(own) != 1 || own[0].Enquiry != want[0] {
			t.Errorf("a center sees %+v", own)
		}
		if none := seen(s.Consultant(s.HD)); len(none) != 0 {
			t.Errorf("without the right: %+v", none)
		}
	})
}

// An assignment rule may be for one campaign (SAL-2).
func TestSAL2_RuleOfCampaign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		second := s.StaffID(s.Consultant2(s.HD))
		if _, err := sales.SetRule.Run(s.IT(), s.Ops, sales.SetRuleInput{No: 1, Campaign: c.ID, Strategy: "turn", Staff: []id.ID{second}, Active: true}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if e, err := enter(t, s, c.ID); err != nil || e.Consultant != second {
				t.Errorf("of the campaign: %+v, %v", e, err)
			}
		}
		if e := s.Enquiry(t, s.HD); e.Consultant == second {
			t.Errorf("of no campaign: %+v", e)
		}
	})
}

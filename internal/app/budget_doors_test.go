package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// TestMKT8_ApprovedBeyondTheBudget: what went beyond the budget after it was submitted is not approved where the school wants an approval for that:
// not as an approval, by the name of the campaign, by API, nor on the page; each names the next step. It is once the budget was raised.
func TestMKT8_ApprovedBeyondTheBudget(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := testkit.Campaign(t, s, id.None) // 12,000 yuan
		in.Until = in.From
		year, month := int64(in.From.UTC().Year()), int64(in.From.UTC().Month())
		budget := marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: month, Amount: money.Yuan(12_000)}}}
		_, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget)
		c, failed := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		asked, refused := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "去年同期有效"})
		budget.Version, budget.Cells[0].Amount = new(int64(1)), money.Yuan(10_000) // it was cut since
		_, cut := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget)
		_, strict := organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: organization.BudgetApproval, Value: "1"})
		if err := errors.Join(err, failed, refused, cut, strict, s.Dir.Refresh(s.System(), s.Ops, 0)); err != nil {
			t.Fatal(err)
		}
		before := s.Facts(t)
		_, err = process.Approve.Run(s.GM(), s.Ops, process.ApprovalInput{ApprovalID: asked.Approval})
		_, byName := marketing.ApproveCampaign.Run(s.GM(), s.Ops, marketing.CampaignInput{CampaignID: c.ID})
		for door, err := range map[string]error{"as an approval": err, "by the campaign": byName} {
			if got := stepOf(err); got != "MKT-8 raise-budget" {
				t.Errorf("approved %s: %s", door, got)
			}
		}
		base, approval := serve(t, s, app.PageOptions{}), "/approvals/"+asked.Approval.String()
		gm := apiClient(t, s, apiServer(t, s), "general-manager", id.None)
		gm.post("/campaigns/"+c.ID.String()+"/approve", nil).want(http.StatusConflict, "step-missing")
		gm.post(approval+"/approve", nil).want(http.StatusConflict, "step-missing")
		page := signedIn(t, s, base, "general-manager", id.None)
		page.post(approval+"/approve").want(t, http.StatusConflict, "/budgets/raise?")
		if got := s.Facts(t); !slices.Equal(got, before) {
			t.Errorf("refused approvals left %v", got[len(before):])
		}
		budget.Version, budget.Cells[0].Amount = new(int64(2)), money.Yuan(12_000)
		if _, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget); err != nil {
			t.Fatal(err)
		}
		if a := page.post(approval + "/approve"); a.status != http.StatusSeeOther {
			t.Errorf("approved within: %d", a.status)
		}
	})
}

// TestMKT8_OfTwoChannelsByDoor: a campaign of two channels stands behind the figures of both, which say that it was divided; the API does not approve
// it where it goes beyond the budget of the second alone.
func TestMKT8_OfTwoChannelsByDoor(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var street id.ID
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			tree, err := marketing.Channels(ctx, tx)
			found, _ := tree.ByName("street")
			street = found.ID
			return err
		})
		in := testkit.Campaign(t, s, id.None) // 12,000 yuan
		in.Until, in.ChannelIDs = in.From, []id.ID{s.Web, street}
		year, month := int64(in.From.UTC().Year()), int64(in.From.UTC().Month())
		budget := marketing.SetBudgetInput{Year: year, Cells: []marketing.BudgetCellInput{
			{ChannelID: s.Web, Month: month, Amount: money.Yuan(100_000)}, {ChannelID: street, Month: month, Amount: money.Yuan(6_000)},
		}}
		_, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget)
		c, failed := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		_, refused := marketing.SubmitCampaign.Run(s.Marketing(), s.Ops, marketing.SubmitCampaignInput{CampaignID: c.ID, Reason: "去年同期有效"})
		budget.Cells = budget.Cells[1:]
		budget.Cells[0].Amount = money.Yuan(5_999)
		_, cut := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget)
		_, strict := organization.SetSetting.Run(s.IT(), s.Ops, organization.SettingInput{Key: organization.BudgetApproval, Value: "1"})
		if err := errors.Join(err, failed, refused, cut, strict, s.Dir.Refresh(s.System(), s.Ops, 0)); err != nil {
			t.Fatal(err)
		}
		gm := apiClient(t, s, apiServer(t, s), "general-manager", id.None)
		gm.post("/campaigns/"+c.ID.String()+"/approve", nil).want(http.StatusConflict, "step-missing")
		budget.Cells[0].Amount = money.Yuan(6_000)
		if _, err := marketing.SetBudget.Run(s.Marketing(), s.Ops, budget); err != nil {
			t.Fatal(err)
		}
		gm.post("/campaigns/"+c.ID.String()+"/approve", nil).want(http.StatusOK)
		page := signedIn(t, s, serve(t, s, app.PageOptions{}), "marketing", id.None)
		for _, channel := range []id.ID{s.Web, street} {
			page.get(fmt.Sprintf("/budgets/figures?year=%d&channel=%s&month=%d", year, channel, month)).want(t, http.StatusOK, in.Name, "6,000", "费用平均分到各渠道")
		}
	})
}

// stepOf is the rule and the next step that a refusal names.
func stepOf(err error) string {
	p, ok := problem.As(err)
	if !ok || p.Step == nil {
		return fmt.Sprint(err)
	}
	return p.Rule + " " + p.Step.Code
}

package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
)

func apiTargets(a *api.API) {
	api.Whole(a, "/targets", "sales.targets", "target:read", targets)
	api.Post(a, "/targets", sales.SetTargets)
	api.Whole(a, "/target-changes", "sales.target-changes", "target:read", func(ctx context.Context, tx *op.Tx, q targetChangesQuery) ([]sales.TargetRecord, error) {
		return sales.TargetHistory(ctx, tx, q.CenterID, q.Metric, mostTargetChanges)
	})
}

// mostTargetChanges is how far back the history of targets goes in the API.
const mostTargetChanges = 1000

type targetsListQuery struct {
	api.Paging
	Metric   string       `query:"metric" enum:"contract_amount,contracts,cash_in,visits,appointments,leads,contracts_new,contracts_renewal" doc:"all if left out"`
	CenterID id.ID        `query:"center_id"`
	StaffID  id.ID        `query:"staff_id"`
	From     bizdate.Date `query:"from" doc:"first month, by any day of it; the running one if left out"`
	Until    bizdate.Date `query:"to" doc:"last month; the first one if left out"`
}

func targets(ctx context.Context, tx *op.Tx, q targetsListQuery) ([]sales.Target, error) {
	f := sales.TargetFilter{Metric: q.Metric, Staff: q.StaffID, From: q.From, Until: q.Until}
	if f.From.IsZero() {
		f.From = tx.Today(tx.Viewer.Center)
	}
	if f.Until.IsZero() {
		f.Until = f.From
	}
	f.Until = f.Until.MonthStart().AddMonths(1) - 1
	if !q.CenterID.IsNone() {
		f.Centers = []id.ID{q.CenterID}
	}
	return sales.Targets(ctx, tx, f)
}

type targetChangesQuery struct {
	api.Paging
	Metric   string `query:"metric" enum:"contract_amount,contracts,cash_in,visits,appointments,leads,contracts_new,contracts_renewal" doc:"all if left out"`
	CenterID id.ID  `query:"center_id"`
}

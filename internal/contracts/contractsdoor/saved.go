package contractsdoor

import (
	"context"

	"zhike/internal/contracts"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{
		{Path: "/contracts", Name: "shell.contracts", Right: "contract:read", Params: web.ViewParams[listQuery](), Count: web.CountOf(countContracts), Excerpt: web.ExcerptOf(rowsOfContracts)},
		{Path: "/instalments", Name: "contract-page.instalments", Right: "contract:read", Params: web.ViewParams[dueQuery](), Count: web.CountOf(countInstalments), Excerpt: web.ExcerptOf(rowsOfInstalments)},
	}
}

func countContracts(ctx context.Context, tx *op.Tx, q listQuery) (int64, error) {
	f := q.filter()
	f.Limit = 1
	list, err := contracts.List(ctx, tx, f)
	return list.Total, err
}

func rowsOfContracts(ctx context.Context, tx *op.Tx, q listQuery) (web.Table, error) {
	v := listView{Query: q}
	if err := v.read(ctx, tx); err != nil {
		return web.Table{}, err
	}
	return v.table(ctx), nil
}

func countInstalments(ctx context.Context, tx *op.Tx, q dueQuery) (int64, error) {
	sum, err := contracts.SumInstalments(ctx, tx, contracts.InstalmentFilter{Center: q.Center, Consultant: q.Consultant, DueUntil: q.Until})
	return sum.Count, err
}

func rowsOfInstalments(ctx context.Context, tx *op.Tx, q dueQuery) (web.Table, error) {
	v := dueView{Query: q}
	if err := v.read(ctx, tx); err != nil {
		return web.Table{}, err
	}
	return v.table(ctx), nil
}

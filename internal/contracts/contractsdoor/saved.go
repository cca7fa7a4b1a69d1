package contractsdoor

import (
	"context"
	"net/url"

	"zhike/internal/contracts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{
		{Path: "/contracts", Name: "shell.contracts", Right: "contract:read", Params: web.ViewParams[listQuery](), Count: countContracts, Excerpt: excerptOfContracts},
		{Path: "/instalments", Name: "contract-page.instalments", Right: "contract:read", Params: web.ViewParams[dueQuery](), Count: countInstalments, Excerpt: excerptOfInstalments},
	}
}

func countContracts(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[listQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	f := q.filter()
	f.Limit = 1
	list, err := contracts.List(ctx, tx, f)
	return list.Total, err
}

func excerptOfContracts(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v listView
	if v.Query, err = web.DecodeQuery[listQuery](ctx, query); err != nil {
		return out, err
	}
	if err := v.read(ctx, tx); err != nil {
		return out, err
	}
	return v.table(ctx).Excerpt(ctx)
}

func countInstalments(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[dueQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	sum, err := contracts.SumInstalments(ctx, tx, contracts.InstalmentFilter{Center: q.Center, Consultant: q.Consultant, DueUntil: q.Until})
	return sum.Count, err
}

func excerptOfInstalments(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v dueView
	if v.Query, err = web.DecodeQuery[dueQuery](ctx, query); err != nil {
		return out, err
	}
	if err := v.read(ctx, tx); err != nil {
		return out, err
	}
	return v.table(ctx).Excerpt(ctx)
}

package financedoor

import (
	"context"
	"net/url"

	"zhike/internal/finance"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{{
		Path: "/payments", Name: "shell.payments", Right: "payment:read", Params: web.ViewParams[listQuery](), Count: countPayments, Excerpt: excerptOfPayments,
	}}
}

func countPayments(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[listQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	f := q.filter()
	f.Limit = 1
	list, err := finance.Payments(ctx, tx, f)
	return list.Total, err
}

func excerptOfPayments(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v listView
	if v.Query, err = web.DecodeQuery[listQuery](ctx, query); err != nil {
		return out, err
	}
	if err := v.read(ctx, tx); err != nil {
		return out, err
	}
	return v.table(ctx).Excerpt(ctx)
}

package financedoor

import (
	"context"

	"zhike/internal/finance"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{{
		Path: "/payments", Name: "shell.payments", Right: "payment:read", Params: web.ViewParams[listQuery](), Count: web.CountOf(countPayments), Excerpt: web.ExcerptOf(rowsOfPayments),
	}}
}

func countPayments(ctx context.Context, tx *op.Tx, q listQuery) (int64, error) {
	f := q.filter()
	f.Limit = 1
	list, err := finance.Payments(ctx, tx, f)
	return list.Total, err
}

func rowsOfPayments(ctx context.Context, tx *op.Tx, q listQuery) (web.Table, error) {
	v := listView{Query: q}
	if err := v.read(ctx, tx); err != nil {
		return web.Table{}, err
	}
	return v.table(ctx), nil
}

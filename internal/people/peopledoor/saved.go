package peopledoor

import (
	"context"
	"net/url"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{{
		Path: "/people", Name: "shell.people", Right: "person:read", Params: web.ViewParams[listQuery](), Count: countPeople, Excerpt: excerptOfPeople,
	}}
}

func countPeople(ctx context.Context, tx *op.Tx, query url.Values) (int64, error) {
	q, err := web.DecodeQuery[listQuery](ctx, query)
	if err != nil {
		return 0, err
	}
	list, err := people.Persons(ctx, tx, people.Filter{Center: q.Center, Limit: 1})
	return list.Total, err
}

func excerptOfPeople(ctx context.Context, tx *op.Tx, query url.Values) (out page.Excerpt, err error) {
	var v listView
	if v.Query, err = web.DecodeQuery[listQuery](ctx, query); err != nil {
		return out, err
	}
	if err := v.read(ctx, tx); err != nil {
		return out, err
	}
	return v.table(ctx).Excerpt(ctx)
}

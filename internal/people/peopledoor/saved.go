package peopledoor

import (
	"context"

	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// Lists are the lists of this door whose views can be saved (UI-L1).
func Lists() []organization.List {
	return []organization.List{{
		Path: "/people", Name: "shell.people", Right: "person:read", Params: web.ViewParams[listQuery](), Count: web.CountOf(countPeople), Excerpt: web.ExcerptOf(rowsOfPeople),
	}, organizationList()}
}

func countPeople(ctx context.Context, tx *op.Tx, q listQuery) (int64, error) {
	list, err := people.Persons(ctx, tx, people.Filter{Center: q.Center, Limit: 1})
	return list.Total, err
}

func rowsOfPeople(ctx context.Context, tx *op.Tx, q listQuery) (web.Table, error) {
	v := listView{Query: q}
	if err := v.read(ctx, tx); err != nil {
		return web.Table{}, err
	}
	return v.table(ctx), nil
}

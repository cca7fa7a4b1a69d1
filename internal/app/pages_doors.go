package app

import (
	"context"

	"zhike/internal/contracts/contractsdoor"
	"zhike/internal/finance/financedoor"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing/marketingdoor"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/people"
	"zhike/internal/people/peopledoor"
	"zhike/internal/process/processdoor"
	"zhike/internal/rollout/rolloutdoor"
	"zhike/internal/sales/salesdoor"
	"zhike/internal/web"
)

// doors registers the pages of every domain.
func (p *pages) doors() {
	organizationdoor.Pages(p.mux, p.members)
	processdoor.Pages(p.mux, p.Run)
	processdoor.TaskPages(p.mux, p.Run)
	processdoor.FeedPages(p.mux, p.Run, p.site)
	marketingdoor.Pages(p.mux, p.Run)
	marketingdoor.BudgetPages(p.mux, p.Run)
	marketingdoor.PointPages(p.mux, p.Run, p.site)
	marketingdoor.SegmentPages(p.mux, p.Run)
	contractsdoor.Pages(p.mux, p.Run)
	contractsdoor.CataloguePages(p.mux, p.Run)
	peopledoor.Pages(p.mux, p.Run, Personal(), Holds())
	salesdoor.Pages(p.mux, p.selling())
	financedoor.Pages(p.mux, p.Run)
	insightdoor.Pages(p.mux, p.Run)
	insightdoor.OutboxPages(p.mux, p.Run)
	rolloutdoor.Pages(p.mux, rolloutdoor.Deps{Ops: p.Run, Dir: p.Dir, Files: p.files})
}

func (p *pages) selling() salesdoor.Deps {
	return salesdoor.Deps{Ops: p.Run, Dir: p.Dir, Timeline: peopledoor.Timeline}
}

// homeOf gives the home page of a role that has one of its own.
func (p *pages) homeOf(home string) (web.Func, bool) {
	if home == "finance" {
		return financedoor.Home(p.Run), true
	}
	if home == "marketing" {
		return marketingdoor.Home(p.Run), true
	}
	if page, ok := insightdoor.Home(p.Run, home); ok {
		return page, true
	}
	return salesdoor.Home(p.selling(), home)
}

// personNames names persons of records that the viewer was shown.
func personNames(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]string, error) {
	briefs, err := people.Briefs(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	names := make(map[id.ID]string, len(briefs))
	for key, b := range briefs {
		names[key] = b.Shown()
	}
	return names, nil
}

// persons are people that a search found, each with what tells it from others of the same name.
func persons(ctx context.Context, hits []people.Brief) (list []web.Suggestion) {
	for _, b := range hits {
		note := i18n.Phone(ctx, b.Phone)
		if b.NameLatin != "" && b.NameLatin != b.Shown() {
			note = b.NameLatin + " · " + note
		}
		list = append(list, web.Suggestion{Href: "/people/" + b.ID.String(), Title: b.Shown(), Note: note})
	}
	return list
}

package organizationdoor

import (
	"context"
	"log/slog"
	"net/url"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

const (
	mostTabs    = 20 // saved views beside the fixed ones of a list
	countedTabs = 8  // of them with their count
)

// listViews are the saved views of the list that a page shows (UI-L1).
type listViews struct{ Deps }

// list is the list at an address that the viewer may open, and what a view of it would keep.
func (p listViews) list(ctx context.Context, address string) (l organization.List, kept url.Values, searched, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return l, nil, false, false
	}
	l, ok = p.Dir.List(u.Path)
	if !ok || !viewerOf(ctx).May(l.Right) {
		return l, nil, false, false
	}
	return l, l.Keep(u.Query()), u.Query().Get("q") != "", true
}

// Tabs implements web.ListViews. The list is drawn without them where they cannot be read.
func (p listViews) Tabs(ctx context.Context) []web.Tab {
	l, kept, searched, ok := p.list(ctx, web.Address(ctx))
	if !ok {
		return nil
	}
	var tabs []web.Tab
	err := p.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := organization.Views(ctx, tx, organization.ViewFilter{List: l.Path, Limit: mostTabs})
		if err != nil {
			return err
		}
		tabs = make([]web.Tab, len(list))
		for i, w := range list {
			tabs[i] = web.Tab{Label: w.Name, Href: l.Address(w.Values()), Current: !searched && w.Query == kept.Encode()}
			if i >= countedTabs {
				continue
			}
			n, err := l.Count(ctx, tx, w.Values())
			if _, refused := problem.As(err); refused {
				continue // the list no longer knows what the view asks for: it says so when it is opened
			}
			if err != nil {
				return err
			}
			count := int(n)
			tabs[i].Count = &count
		}
		return nil
	})
	if err != nil {
		slog.ErrorContext(ctx, "saved views failed", slog.String("request_id", web.RequestID(ctx)), slog.String("list", l.Path), slog.String("error", err.Error()))
		return nil
	}
	return tabs
}

// Form implements web.ListViews.
func (p listViews) Form(ctx context.Context) (web.SaveForm, bool) {
	return p.formOf(ctx, web.Address(ctx))
}

func (p listViews) formOf(ctx context.Context, address string) (web.SaveForm, bool) {
	l, kept, searched, ok := p.list(ctx, address)
	if !ok {
		return web.SaveForm{}, false
	}
	return web.SaveForm{List: l.Path, Query: kept.Encode(), Searched: searched, Sharing: sharing(ctx, organization.SharedNobody)}, true
}

// sharing are the choices of who sees a view. Who works at no center shares with none.
func sharing(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, o := range options(ctx, "view-shared", chosen, organization.Shares...) {
		if o.Value != organization.SharedCenter || o.On || !viewerOf(ctx).Center.IsNone() {
			out = append(out, o)
		}
	}
	return out
}

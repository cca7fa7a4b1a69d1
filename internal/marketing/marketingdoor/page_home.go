package marketingdoor

import (
	"context"
	"net/http"

	"zhike/internal/insight"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// homeView is the home page of marketing: the approved campaigns, their failed links, and who came last.
type homeView struct {
	listView
	campaignView
	Found []campaignView // campaigns with a failed link
	over  int            // to be closed
}

// table is that of the campaigns.
func (v homeView) table(ctx context.Context) web.Table { return v.listView.table(ctx) }

// Home is the home page of marketing.
func Home(r *op.Runner) web.Func {
	p := pages{r}
	return p.getHome
}

func (p pages) getHome(w http.ResponseWriter, r *http.Request) error {
	var v homeView
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return err
	}
	ctx := r.Context()
	today := web.Today(ctx)
	for _, k := range v.List.Items {
		if today > k.Until {
			v.over++
		}
	}
	h1 := c(ctx, "sentence", "count", int(v.List.Total))
	switch {
	case v.over > 0:
		h1 = c(ctx, "home-over", "count", v.over)
	case len(v.Found) > 0:
		h1 = v.Found[0].sentence(ctx)
	}
	return web.Render(w, r, web.Shell(web.Page{Title: c(ctx, "title"), H1: h1}, homePage(v)))
}

func (v *homeView) read(ctx context.Context, tx *op.Tx) (err error) {
	if err := v.listView.load(ctx, tx); err != nil {
		return err
	}
	v.campaignView.names = v.listView.names
	if v.List, err = marketing.Campaigns(ctx, tx, marketing.CampaignFilter{State: marketing.Approved}, page.Request{Limit: shownProspects}); err != nil {
		return err
	}
	var keys []id.ID
	for _, k := range v.List.Items {
		keys = append(keys, k.ID)
	}
	if v.listView.Costs, err = marketing.CostsOf(ctx, tx, keys); err != nil {
		return err
	}
	if tx.Viewer.May("report:read") {
		if v.listView.Got, err = insight.CampaignTallies(ctx, tx, keys, insight.FirstTouch); err != nil {
			return err
		}
		list, err := insight.DiagnoseAll(ctx, tx, v.List.Items)
		if err != nil {
			return err
		}
		for i, d := range list {
			if d.Failed != "" {
				v.Found = append(v.Found, campaignView{names: v.listView.names, Campaign: v.List.Items[i], Diagnosis: d})
			}
		}
	}
	return v.prospects(ctx, tx, page.Request{Limit: shownProspects})
}

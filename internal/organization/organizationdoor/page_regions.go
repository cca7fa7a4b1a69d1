package organizationdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// regionsView is the list of regions with the centers of each (ORG-1).
type regionsView struct {
	pages
	Regions []organization.Region
}

func (p pages) getRegions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := regionsView{p, p.Dir.Regions()}
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "regions"), Lead: web.Text(t(ctx, "region.lead"))}, regionsPage(v)))
}

func (v regionsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "regions"), Columns: []web.Column{{Label: t(ctx, "region.name")}, {Label: t(ctx, "region.code")}, {Label: t(ctx, "centers")}}}
	for _, region := range v.Regions {
		name := web.Text(region.Name(lang(ctx)))
		if may(ctx, "region:update") {
			name = web.RecordLink("/regions/"+region.ID.String(), region.Name(lang(ctx)))
		}
		var names []string
		for _, c := range v.Dir.CentersOf(region.ID) {
			names = append(names, c.Name(lang(ctx)))
		}
		table.Rows = append(table.Rows, web.Row{ID: region.ID.String(), Cells: cells(name, web.Text(region.Code), web.Text(orNone(strings.Join(names, " · "))))})
	}
	return table
}

// regionFields is what the form of a region sends.
type regionFields struct {
	Code    string `json:"code" maxLength:"20"`
	NameZH  string `json:"name_zh" maxLength:"100"`
	NameEN  string `json:"name_en" maxLength:"100"`
	Version int64  `json:"version"`
}

func (p pages) postRegion(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[regionFields](r)
	if err == nil {
		_, err = organization.AddRegion.Run(r.Context(), p.Ops, organization.RegionInput{Code: f.Code, NameZH: f.NameZH, NameEN: f.NameEN})
	}
	if err != nil {
		return web.Again(w, r, err, p.getRegions)
	}
	return web.Redirect(w, r, "/regions", web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func (p pages) getRegion(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "region")
	if err != nil {
		return err
	}
	var region organization.Region
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		region, err = organization.RegionByID(ctx, tx, key)
		return err
	})
	if err == nil {
		err = need(r.Context(), "region:update")
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: region.Name(lang(r.Context())), Sub: region.Code}, regionForm(region)))
}

func (p pages) postChangeRegion(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "region")
	if err != nil {
		return err
	}
	f, err := web.Decode[regionFields](r)
	if err == nil {
		_, err = organization.ChangeRegion.Run(r.Context(), p.Ops, organization.ChangeRegionInput{RegionID: key, Version: &f.Version, NameZH: &f.NameZH, NameEN: &f.NameEN})
	}
	if err != nil {
		return web.Again(w, r, err, p.getRegion)
	}
	return web.Redirect(w, r, "/regions", web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

// regionOptions are the regions that a center or a position may have.
func (p pages) regionOptions(ctx context.Context, chosen id.ID) (list []web.Option) {
	for _, region := range p.Dir.Regions() {
		list = append(list, web.Option{Value: region.ID.String(), Label: region.Name(lang(ctx)), On: region.ID == chosen})
	}
	return list
}

// placeName is where a position is held: a center, a region, or the whole company.
func (p pages) placeName(ctx context.Context, held organization.Position) string {
	if region, ok := p.Dir.Region(held.Region); ok && held.Center.IsNone() {
		return region.Name(lang(ctx))
	}
	return p.centerName(ctx, held.Center)
}

package organization

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// Region is a group of centers that somebody may watch together (ORG-2, ORG-3).
type Region struct {
	ID      id.ID  `json:"id" db:"id"`
	Code    string `json:"code" db:"code"`
	NameZH  string `json:"name_zh" db:"name_zh"`
	NameEN  string `json:"name_en" db:"name_en"`
	Version int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Region) TableName() string { return "regions" }

// Name is the name in a language, the Chinese one where there is no other.
func (r Region) Name(lang string) string {
	if lang == "en" && r.NameEN != "" {
		return r.NameEN
	}
	return r.NameZH
}

// AddRegion enters a region; centers come to it by their own change (ORG-1). Refused: code-taken.
var AddRegion = op.Op[RegionInput, Changed]{
	Name: "organization.add-region", Rule: "ORG-1", Needs: "region:create", Fact: facts.RegionAdded{}, Do: addRegion,
}

// RegionInput is what is known of a region.
type RegionInput struct {
	Code   string `json:"code" maxLength:"20"`
	NameZH string `json:"name_zh" maxLength:"100"`
	NameEN string `json:"name_en,omitempty" maxLength:"100"`
}

func addRegion(ctx context.Context, tx *op.Tx, in RegionInput) (Changed, error) {
	r := Region{ID: tx.NewID(), Code: strings.TrimSpace(in.Code), NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN)}
	if err := r.check(); err != nil {
		return Changed{}, err
	}
	if err := insertUnique(ctx, tx, r, "ORG-1", "code", r.Code); err != nil {
		return Changed{}, err
	}
	tx.Record(r.ID, facts.RegionAdded{Region: r.ID, Code: r.Code})
	return Changed{ID: r.ID}, changed(ctx, tx)
}

func (r Region) check() error {
	var bad problem.Invalid
	if r.Code == "" {
		bad.Add("code", "required", nil)
	}
	if r.NameZH == "" {
		bad.Add("name_zh", "required", nil)
	}
	return bad.Err("ORG-1")
}

// ChangeRegion renames a region. Refused: stale (ORG-10), an empty name.
var ChangeRegion = op.Op[ChangeRegionInput, Changed]{
	Name: "organization.change-region", Rule: "ORG-1", Needs: "region:update", Fact: facts.RegionChanged{}, Do: changeRegion,
	Subject: func(in ChangeRegionInput) op.Ref { return op.Ref{Kind: "region", ID: in.RegionID} }, Undo: "organization.change-region",
}

// ChangeRegionInput names what changes.
type ChangeRegionInput struct {
	RegionID id.ID   `json:"region_id" path:"id"`
	Version  *int64  `json:"base_version,omitempty" doc:"version that the change starts from"`
	NameZH   *string `json:"name_zh,omitempty" maxLength:"100"`
	NameEN   *string `json:"name_en,omitempty" maxLength:"100"`
}

func changeRegion(ctx context.Context, tx *op.Tx, in ChangeRegionInput) (Changed, error) {
	r, err := RegionByID(ctx, tx, in.RegionID)
	if err != nil {
		return Changed{}, err
	}
	if err := based(in.Version, r.Version); err != nil {
		return Changed{}, err
	}
	was := r
	var fields []string
	set(&fields, "name_zh", &r.NameZH, in.NameZH)
	set(&fields, "name_en", &r.NameEN, in.NameEN)
	if err := r.check(); err != nil {
		return Changed{}, err
	}
	if err := tx.Save(ctx, &r, "name_zh", "name_en"); err != nil {
		return Changed{}, err
	}
	tx.Undoable(ChangeRegionInput{RegionID: r.ID, NameZH: &was.NameZH, NameEN: &was.NameEN})
	tx.Record(r.ID, facts.RegionChanged{Region: r.ID, Fields: fields})
	return Changed{ID: r.ID, Version: r.Version}, changed(ctx, tx)
}

// RegionByID gives a region in scope.
func RegionByID(ctx context.Context, tx *op.Tx, key id.ID) (r Region, err error) {
	return r, problem.Found(tx.Select(&r).Where("id = ?", key).Scan(ctx), "region")
}

// Regions lists all of them by code: there are some ten of them in the largest company.
func (d *Directory) Regions() []Region { return d.data.Load().regions }

// Region gives a region.
func (d *Directory) Region(key id.ID) (Region, bool) {
	for _, r := range d.Regions() {
		if r.ID == key {
			return r, true
		}
	}
	return Region{}, false
}

// RegionByCode gives the region of a code or name.
func (d *Directory) RegionByCode(text string) (Region, bool) {
	for _, r := range d.Regions() {
		if strings.EqualFold(r.Code, text) || r.NameZH == text || strings.EqualFold(r.NameEN, text) {
			return r, true
		}
	}
	return Region{}, false
}

// CentersOf lists the centers of a region by code.
func (d *Directory) CentersOf(region id.ID) (list []Center) {
	s := d.data.Load()
	for _, key := range s.regionCenters(region) {
		list = append(list, s.centers[key])
	}
	return list
}

// ListRegions lists regions in scope by code.
func ListRegions(ctx context.Context, tx *op.Tx, text string, r page.Request) (page.Page[Region], error) {
	var where page.Filter
	if text != "" {
		p := like(text)
		where.And(`LOWER(code) LIKE ? ESCAPE '\' OR LOWER(name_zh) LIKE ? ESCAPE '\' OR LOWER(name_en) LIKE ? ESCAPE '\'`, p, p, p)
	}
	out, err := page.Read[Region](ctx, tx, "region", &where, page.Sorts{Usual: "code", Columns: map[string]string{"code": "code", "name": "name_zh"}}, r)
	if err != nil {
		return out, fmt.Errorf("list regions: %w", err)
	}
	return out, nil
}

package contractsdoor

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/web"
)

// packageCells are the fields of packages that are changed in their list (UI-L4). Other terms make a new edition, as by the form: contracts
// and quotes keep theirs (CON-1).
var packageCells = web.Cells[contracts.Package, contracts.ChangePackageInput, contracts.PackageAnswer]{
	Path: "/packages", Kind: "package", Op: contracts.ChangePackage, Load: contracts.PackageByID,
	Key:  func(p contracts.Package) (id.ID, int64) { return p.ID, p.Version },
	Name: func(ctx context.Context, p contracts.Package) string { return p.Name(lang(ctx)) },
	Input: func(key id.ID, version int64) contracts.ChangePackageInput {
		return contracts.ChangePackageInput{PackageID: key, Version: &version}
	},
	Of: []web.CellField[contracts.Package]{
		packageName("name_zh"), packageName("name_en"),
		packageLine("hours_x100", web.Input{InputMode: "decimal", MaxLength: 10}, func(ctx context.Context, p contracts.Package) string { return i18n.Hours(ctx, p.Hours) }),
		packageLine("gift_hours_x100", web.Input{InputMode: "decimal", MaxLength: 10}, func(ctx context.Context, p contracts.Package) string { return i18n.Hours(ctx, p.Gift) }),
		packageLine("price_fen", web.Input{InputMode: "decimal", MaxLength: 20}, func(ctx context.Context, p contracts.Package) string { return i18n.MoneyWhole(ctx, p.Price) }),
		packageLine("validity_days", web.Input{InputMode: "numeric", MaxLength: 5}, func(ctx context.Context, p contracts.Package) string {
			return ct(ctx, "days", "count", int(p.ValidityDays))
		}),
		activeCell(func(p contracts.Package) bool { return p.Active }),
	},
}

func packageName(name string) web.CellField[contracts.Package] {
	return nameCell(name, func(p contracts.Package) string { return fieldsOf(p).values()[name] }, packageLink)
}

func packageLine(name string, line web.Input, shown func(context.Context, contracts.Package) string) web.CellField[contracts.Package] {
	return web.CellField[contracts.Package]{
		Name: name, Label: labelled(name), Input: line,
		Value: func(p contracts.Package) string { return fieldsOf(p).values()[name] },
		Shown: func(ctx context.Context, p contracts.Package) templ.Component { return web.Text(shown(ctx, p)) },
	}
}

// courseCells are the fields of courses that are changed in their list.
var courseCells = web.Cells[contracts.Course, contracts.ChangeCourseInput, contracts.Answer]{
	Path: "/courses", Kind: "course", Op: contracts.ChangeCourse, Load: contracts.CourseByID,
	Key:  func(c contracts.Course) (id.ID, int64) { return c.ID, c.Version },
	Name: func(ctx context.Context, c contracts.Course) string { return c.Name(lang(ctx)) },
	Input: func(key id.ID, version int64) contracts.ChangeCourseInput {
		return contracts.ChangeCourseInput{CourseID: key, Version: &version}
	},
	Of: []web.CellField[contracts.Course]{
		nameCell("name_zh", func(c contracts.Course) string { return c.NameZH }, courseLink), nameCell("name_en", func(c contracts.Course) string { return c.NameEN }, courseLink),
		activeCell(func(c contracts.Course) bool { return c.Active }),
	},
}

func labelled(name string) func(context.Context) string {
	return func(ctx context.Context) string { return fieldLabel(ctx, name) }
}

// activeCell is whether something is still offered.
func activeCell[R any](active func(R) bool) web.CellField[R] {
	return web.CellField[R]{
		Name: "active", Label: labelled("active"), Options: func(ctx context.Context, rec R) []web.Option { return activeOptions(ctx, active(rec)) },
		Value: func(rec R) string { return strconv.FormatBool(active(rec)) },
		Shown: func(ctx context.Context, rec R) templ.Component { return offerState(ctx, active(rec)) },
	}
}

// nameCell is a name in one language, beside the link to what is called so.
func nameCell[R any](name string, value func(R) string, link func(context.Context, R) templ.Component) web.CellField[R] {
	return web.CellField[R]{Name: name, Label: labelled(name), Input: web.Input{MaxLength: 100}, Value: value, Shown: link, Beside: true}
}

// ownName is the field of the name that a viewer reads.
func ownName(ctx context.Context) string {
	if lang(ctx) == "en" {
		return "name_en"
	}
	return "name_zh"
}

func courseLink(ctx context.Context, c contracts.Course) templ.Component {
	return editLink(ctx, "course:update", "/courses/"+c.ID.String()+"/edit", c.Name(lang(ctx)))
}

func packageLink(ctx context.Context, p contracts.Package) templ.Component {
	return packageHead(p, editLink(ctx, "package:update", "/packages/"+p.ID.String()+"/edit", p.Name(lang(ctx))))
}

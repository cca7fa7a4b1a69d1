package peopledoor

import (
	"context"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/people"
	"zhike/internal/web"
)

// personCells are the fields of persons that are changed in their list (UI-L4): not the name, by which duplicates are looked for while it is
// typed, nor a phone, which a list shows masked (PPL-10).
var personCells = web.Cells[people.Person, people.ChangeInput, people.Answer]{
	Path: "/people", Kind: "person", Op: people.Change, Load: people.ByID,
	Key:  func(p people.Person) (id.ID, int64) { return p.ID, p.Version },
	Name: func(ctx context.Context, p people.Person) string { return shown(ctx, p.Shown()) },
	Input: func(key id.ID, version int64) people.ChangeInput {
		return people.ChangeInput{PersonID: key, Base: &version}
	},
	Of: []web.CellField[people.Person]{
		{
			Name: "gender", Label: labelled("gender"),
			Options: func(ctx context.Context, p people.Person) []web.Option {
				return append([]web.Option{{Label: i18n.None, On: p.Gender == ""}}, codes(ctx, "gender", p.Gender, people.Genders...)...)
			},
			Value: func(p people.Person) string { return p.Gender },
			Shown: func(ctx context.Context, p people.Person) templ.Component {
				return web.Text(orNone(code(ctx, "gender", p.Gender)))
			},
		},
		{
			Name: "birth", Label: labelled("birth"), Input: web.Input{Type: "date"},
			Value: func(p people.Person) string { return p.Birth.String() },
			Shown: func(ctx context.Context, p people.Person) templ.Component { return web.Text(orNone(age(ctx, p.Birth))) },
		},
	},
}

func labelled(key string) func(context.Context) string {
	return func(ctx context.Context) string { return t(ctx, key) }
}

package peopledoor

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/web"
)

// pairsView is a page of the list of likely duplicates (PPL-5).
type pairsView struct {
	people.PairList
	Page int
}

type pairsPaging struct {
	Page int `json:"page"`
}

func (p pages) getPairs(w http.ResponseWriter, r *http.Request) error {
	var q pairsPaging
	if r.Method == http.MethodGet {
		var err error
		if q, err = web.Decode[pairsPaging](r); err != nil {
			return err
		}
	}
	v := pairsView{Page: max(q.Page, 1)}
	err := p.run.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.PairList, err = people.Pairs(ctx, tx, (v.Page-1)*listRows, listRows)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "pairs"), H1: t(ctx, "pairs-sentence", "count", v.Total)}, pairsPage(v)))
}

// postApart says that a pair of the list is two human beings.
func (p pages) postApart(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "person")
	if err != nil {
		return err
	}
	in, err := web.Decode[people.TellApartInput](r)
	if err == nil {
		in.PersonID = key
		_, err = people.TellApart.Run(r.Context(), p.run, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getPairs)
	}
	return web.Redirect(w, r, "/people/duplicates", web.Status{Text: t(r.Context(), "apart-done"), Tone: web.Good})
}

func (v pairsView) pager() web.Pager {
	return web.Pager{Page: v.Page, Size: listRows, Total: v.Total}
}

func (v pairsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "pairs"), Columns: []web.Column{
		{Label: t(ctx, "pairs-first")}, {Label: t(ctx, "pairs-then")}, {Label: t(ctx, "pairs-why")}, {Label: t(ctx, "merge")},
	}}
	for _, p := range v.Items {
		compare := query(personPath(p.First.ID, "/merge"), "with", p.Then.ID.String())
		out.Rows = append(out.Rows, web.Row{ID: p.First.ID.String() + "-" + p.Then.ID.String(), Href: compare, Cells: []templ.Component{
			pairCell(ctx, p.First), pairCell(ctx, p.Then), web.Text(dot(t(ctx, "same-"+p.Why), sureText(ctx, p.Sure))), pairActions(p, compare),
		}})
	}
	return out
}

func pairCell(ctx context.Context, b people.Brief) templ.Component {
	return web.Join(nameCell(b), web.Text(" "+dot(age(ctx, b.Birth), i18n.Phone(ctx, b.Phone))))
}

func sureText(ctx context.Context, sure bool) string {
	if sure {
		return t(ctx, "pairs-sure")
	}
	return ""
}

// changes are the lines of the review before a merge.
func (v mergeView) changes(ctx context.Context) []web.Change {
	return []web.Change{
		{Label: t(ctx, "merge-moves"), To: orNone(v.Gone.belongings(ctx))},
		{Label: t(ctx, "merge-record"), From: shown(ctx, v.Gone.Person.Shown()), To: shown(ctx, v.Kept.Person.Shown())},
	}
}

// dayOf is when a person was entered.
func dayOf(ctx context.Context, p people.Person) bizdate.Date {
	return bizdate.Of(p.Created, web.Zone(ctx))
}

// taken names the fields that a merge took from the merged record.
func taken(ctx context.Context, m people.Merged) string {
	n := 0
	for _, from := range m.Sources {
		if from == people.FromMerged {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return t(ctx, "merge-taken", "count", n)
}

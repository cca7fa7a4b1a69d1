package rolloutdoor

import (
	"context"
	"net/http"
	"strconv"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/rollout"
	"zhike/internal/web"
)

// listView is a page of the imports that the viewer sees.
type listView struct {
	Items []rollout.ImportRun
	Page  int
	Total int
	Staff func(id.ID) string
	May   bool
}

func (p pages) getImports(w http.ResponseWriter, r *http.Request) error {
	who, err := viewer(r.Context(), "import:read")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	v := listView{Page: max(n, 1), Staff: p.Dir.StaffName, May: who.May("import:create")}
	err = p.Ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		list, total, err := rollout.Recent(ctx, tx, (v.Page-1)*page.Usual, page.Usual)
		v.Items, v.Total = list, int(total)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	shell := web.Page{Title: t(ctx, "title"), H1: t(ctx, "sentence", "count", v.Total), Lead: web.Text(t(ctx, "lead"))}
	if v.May {
		shell.Aside = web.Button{Label: t(ctx, "new"), Href: "/imports/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, importsPage(v)))
}

// newView is the form that hands a file in.
type newView struct {
	Kinds   []string
	Centers []web.Option
}

func (p pages) getNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, err := viewer(ctx, "import:create")
	if err != nil {
		return err
	}
	v := newView{Kinds: rollout.KindsOf(who)}
	for _, c := range p.Dir.Centers(who) {
		v.Centers = append(v.Centers, web.Option{Value: c.ID.String(), Label: c.Name(lang(ctx))})
	}
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "new"), Lead: web.Text(t(ctx, "lead"))}, newForm(v)))
}

func (p pages) postNew(w http.ResponseWriter, r *http.Request) error {
	if _, err := viewer(r.Context(), "import:create"); err != nil {
		return err
	}
	files, err := p.Files()
	if err != nil {
		return err
	}
	i, err := receive(r, p.Ops, files)
	if err != nil {
		return web.Again(w, r, err, p.getNew)
	}
	return web.Redirect(w, r, "/imports/"+i.ID.String(), web.Status{Text: t(r.Context(), "received"), Tone: web.Good})
}

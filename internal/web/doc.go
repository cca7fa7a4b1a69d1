// Package web is what every page is made of: the shell, components, forms, lists, assets, and the way of a request.
//
// A page of a door:
//
//	func (p pages) getVisit(w http.ResponseWriter, r *http.Request) error {
//		visit, err := sales.VisitView(r.Context(), p.reader, …)
//		if err != nil {
//			return err
//		}
//		return web.Render(w, r, web.Shell(web.Page{H1: visit.Name}, visitPage(visit)))
//	}
//
// and what it sends:
//
//	func (p pages) postVisit(w http.ResponseWriter, r *http.Request) error {
//		in, err := web.Decode[sales.CheckInInput](r)
//		if err == nil {
//			_, err = sales.CheckIn.Run(r.Context(), p.ops, in)
//		}
//		if err != nil {
//			return web.Again(w, r, err, p.getVisit) // the page once more, with what was typed and what is wrong
//		}
//		return web.Redirect(w, r, "/visits", web.Status{Text: i18n.T(r.Context(), "visit.arrived"), Undo: "…"})
//	}
//
// Handlers are web.Func, which turns the error into the right answer. Components are structs that are drawn where they stand in a
// template: @web.Button{Label: "…", Kind: web.Primary}. They carry no style attribute and no script, so the policy of TRU-18 holds.
//
// Rules: UI-S shell.templ, frame.go · UI-L lists.templ, worklist.templ, cells.go · UI-F forms.templ, choices.templ, again.go, decode.go ·
// UI-R record.templ · UI-B figure.templ, states.templ, assets/src · UI-V assets/src/tokens.css · TRU-18, TRU-23 secure.go.
package web

//go:generate go run ./assets/build
//go:generate go tool -modfile=../../tools/go.mod templ generate

package contractsdoor

import (
	"context"
	"net/http"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// CataloguePages registers the set-up of what is sold: courses and packages (SAL-6, CON-1). Sign-in and frame stand before them.
func CataloguePages(mux *http.ServeMux, r *op.Runner) {
	p := catalogue{r}
	for pattern, page := range map[string]web.Func{
		"GET /courses":                      p.getCourses,
		"GET /courses/new":                  p.getNewCourse,
		"POST /courses/new":                 p.postNewCourse,
		"GET /courses/{id}/edit":            p.getEditCourse,
		"POST /courses/{id}/edit":           p.postEditCourse,
		"GET /packages":                     p.getPackages,
		"GET /packages/new":                 p.getNewPackage,
		"POST /packages/new":                p.postNewPackage,
		"GET /packages/{id}/edit":           p.getEditPackage,
		"POST /packages/{id}/edit":          p.postEditPackage,
		"GET /courses/{id}/cells/{field}":   courseCells.Get(r),
		"POST /courses/{id}/cells/{field}":  courseCells.Post(r),
		"GET /packages/{id}/cells/{field}":  packageCells.Get(r),
		"POST /packages/{id}/cells/{field}": packageCells.Post(r),
	} {
		mux.Handle(pattern, page)
	}
}

type catalogue struct{ ops *op.Runner }

// ct is a text of these pages.
func ct(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "catalogue."+key, pairs...)
}

func need(ctx context.Context, right string) error {
	if !may(ctx, right) {
		return problem.Forbidden(right)
	}
	return nil
}

// offerViews are the parts of a list of courses or packages: those in use, those no longer, all.
var offerViews = []string{"", "closed", "all"}

func inView(view string, active bool) bool { return view == "all" || active == (view == "") }

func viewIn(r *http.Request) string {
	if view := r.URL.Query().Get("view"); slices.Contains(offerViews, view) {
		return view
	}
	return ""
}

// offerTabs are the views with their counts.
func offerTabs(ctx context.Context, title, chosen string, count map[string]int) web.Tabs {
	tabs := web.Tabs{Label: title}
	for _, view := range offerViews {
		name, n := view, count[view]
		if name == "" {
			name = "use"
		}
		tabs.Items = append(tabs.Items, web.Tab{Label: ct(ctx, "view-"+name), Href: web.Address(ctx, "view", view, "page", ""), Count: &n, Current: view == chosen})
	}
	return tabs
}

const catalogueRows = 50 // of a page (UI-L2)

// pageOf cuts a list in memory to one page, and gives its number.
func pageOf[T any](list []T, page int) ([]T, int) {
	page = max(min(page, (len(list)+catalogueRows-1)/catalogueRows), 1)
	return list[min((page-1)*catalogueRows, len(list)):min(page*catalogueRows, len(list))], page
}

// coursesView is the list of courses.
type coursesView struct {
	View    string
	Courses []contracts.Course
	Count   map[string]int
	Page    int
}

func (p catalogue) courses(r *http.Request) (list []contracts.Course, err error) {
	if err := need(r.Context(), "course:read"); err != nil {
		return nil, err
	}
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = contracts.Courses(ctx, tx, false)
		return err
	})
	return list, err
}

func (p catalogue) getCourses(w http.ResponseWriter, r *http.Request) error {
	list, err := p.courses(r)
	if err != nil {
		return err
	}
	v := coursesView{View: viewIn(r), Count: map[string]int{}}
	var chosen []contracts.Course
	for _, c := range list {
		for _, view := range offerViews {
			if inView(view, c.Active) {
				v.Count[view]++
			}
		}
		if inView(v.View, c.Active) {
			chosen = append(chosen, c)
		}
	}
	v.Courses, v.Page = pageOf(chosen, web.PageOf(r))
	ctx := r.Context()
	page := web.Page{Title: ct(ctx, "courses"), H1: ct(ctx, "courses-sentence", "count", v.Count[""]), Lead: web.Text(ct(ctx, "courses-lead"))}
	if may(ctx, "course:create") {
		page.Aside = web.Button{Label: ct(ctx, "course-new"), Href: "/courses/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, coursesPage(v)))
}

func (p catalogue) getNewCourse(w http.ResponseWriter, r *http.Request) error {
	if err := need(r.Context(), "course:create"); err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: ct(r.Context(), "course-new")}, courseForm(contracts.Course{Active: true})))
}

func (p catalogue) postNewCourse(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[contracts.CourseInput](r)
	if err == nil {
		var places []int
		in.Needs, places = asked(in.Needs)
		_, err = contracts.AddCourse.Run(r.Context(), p.ops, in)
		err = replaced(err, places)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewCourse)
	}
	return web.Redirect(w, r, "/courses", web.Status{Text: ct(r.Context(), "saved", "name", in.NameZH), Tone: web.Good})
}

func (p catalogue) course(r *http.Request) (c contracts.Course, err error) {
	key, err := web.PathID(r, "id", "course")
	if err != nil {
		return c, err
	}
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		c, err = contracts.CourseByID(ctx, tx, key)
		return err
	})
	if err != nil {
		return c, err
	}
	return c, need(r.Context(), "course:update")
}

func (p catalogue) getEditCourse(w http.ResponseWriter, r *http.Request) error {
	c, err := p.course(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: ct(ctx, "course-edit"), H1: c.Name(lang(ctx)), Sub: c.Code}, courseForm(c)))
}

// courseFields is what the form of an existing course sends: all of it, so that what was emptied is empty.
type courseFields struct {
	NameZH  string               `json:"name_zh" maxLength:"100"`
	NameEN  string               `json:"name_en" maxLength:"100"`
	Needs   []contracts.Question `json:"needs"`
	Active  bool                 `json:"active"`
	Version int64                `json:"version"`
}

func (p catalogue) postEditCourse(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "course")
	if err != nil {
		return err
	}
	f, err := web.Decode[courseFields](r)
	if err == nil {
		var places []int
		f.Needs, places = asked(f.Needs)
		_, err = contracts.ChangeCourse.Run(r.Context(), p.ops, contracts.ChangeCourseInput{
			CourseID: key, Version: &f.Version, NameZH: &f.NameZH, NameEN: &f.NameEN, Needs: &f.Needs, Active: &f.Active,
		})
		err = replaced(err, places)
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditCourse)
	}
	return web.Redirect(w, r, "/courses", web.Status{Text: ct(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func courseName(ctx context.Context, list []contracts.Course, key id.ID) string {
	for _, c := range list {
		if c.ID == key {
			return c.Name(lang(ctx))
		}
	}
	return i18n.None
}

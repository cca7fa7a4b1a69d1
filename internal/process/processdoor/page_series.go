package processdoor

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/web"
)

// seriesView is the tasks that come again.
type seriesView struct {
	dir  *organization.Directory
	List page.Page[process.Series]
	Page int
}

func (p pages) getSeries(w http.ResponseWriter, r *http.Request) error {
	v := seriesView{Page: web.PageOf(r)}
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.dir = organization.Of(tx)
		v.List, err = process.SeriesInScope(ctx, tx, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows})
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	h1 := tt(ctx, "series-n", "count", int(v.List.Total))
	if v.List.Total == 0 {
		h1 = tt(ctx, "series")
	}
	return web.Render(w, r, web.Shell(web.Page{Title: tt(ctx, "series"), H1: h1, Aside: web.Button{Label: tt(ctx, "new"), Href: "/tasks/new"}}, seriesPage(v)))
}

func (v seriesView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: tt(ctx, "series"), Columns: []web.Column{
		{Label: tt(ctx, "task")}, {Label: tt(ctx, "doer")}, {Label: tt(ctx, "about")}, {Label: tt(ctx, "every")}, {Label: tt(ctx, "next")}, {Label: i18n.T(ctx, "web.list.actions"), Quiet: true},
	}}
	me, _ := op.ViewerOf(ctx)
	today := web.Today(ctx)
	for _, s := range v.List.Items {
		next := web.Text(i18n.Date(ctx, s.Next, today))
		if s.State == process.Paused {
			next = web.Chip{Text: stopped(ctx, s), Tone: web.Warn}
		}
		acts := templ.Component(templ.NopComponent)
		if s.RuledBy(me) {
			acts = seriesActs(s)
		}
		table.Rows = append(table.Rows, web.Row{ID: s.ID.String(), Cells: []templ.Component{web.Text(s.Title), web.Text(v.dir.StaffName(s.Staff)), seriesAbout(ctx, s), web.Text(rhythm(ctx, s)), next, acts}})
	}
	return table
}

// stopped says that a series is paused, and why the program did so.
func stopped(ctx context.Context, s process.Series) string {
	if s.Stopped == "" {
		return tt(ctx, "series-paused")
	}
	return tt(ctx, "series-stopped", "why", i18n.T(ctx, "problem."+s.Stopped))
}

func seriesAbout(ctx context.Context, s process.Series) templ.Component {
	if link := RecordPath(s.SubjectKind, s.Subject); link != "" {
		return web.RecordLink(link, i18n.T(ctx, "kind."+s.SubjectKind))
	}
	return web.Text(i18n.None)
}

// rhythm says how often a task comes, and until when.
func rhythm(ctx context.Context, s process.Series) string {
	text := tt(ctx, "every-"+s.Every)
	switch s.Every {
	case "week":
		var days []string
		for _, d := range s.Weekdays {
			days = append(days, tt(ctx, "weekday-"+strconv.Itoa(d)))
		}
		text += " · " + strings.Join(days, tt(ctx, "and"))
	case "month":
		text += " · " + tt(ctx, "month-day", "day", s.MonthDay)
	}
	if !s.Until.IsZero() {
		text += " · " + tt(ctx, "series-until", "day", i18n.Date(ctx, s.Until, web.Today(ctx)))
	}
	return text
}

// stateForm is what a button of a series sends.
type stateForm struct {
	State process.SeriesState `json:"state"`
}

func (p pages) postSeries(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[stateForm](r)
	var key id.ID
	if err == nil {
		key, err = web.PathID(r, "id", "task-series")
	}
	if err == nil {
		_, err = process.SetSeries.Run(r.Context(), p.ops, process.SetSeriesInput{SeriesID: key, State: f.State})
	}
	if err != nil {
		return web.Again(w, r, err, p.getSeries)
	}
	return web.Redirect(w, r, "/task-series", web.Status{Text: tt(r.Context(), "series-now-"+string(f.State)), Tone: web.Good})
}

package processdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/web"
)

const teamPath = "/team-tasks"

// teamView is the open tasks that the viewer assigns, and how much each colleague has to do (PRC-5).
type teamView struct {
	dir     *organization.Directory
	Query   teamQuery
	List    []process.Task
	Loads   []process.Load
	Total   int // that match
	Sum     process.Load
	Page    int
	persons map[id.ID]people.Brief
	Report  *process.TasksReassigned
	refused map[id.ID]process.Task // those of the report that are seen
}

// teamQuery is how the list is cut.
type teamQuery struct {
	Staff id.ID
	Kind  string
	Due   string // late, today
}

func teamQueryOf(r *http.Request) (q teamQuery) {
	v := r.URL.Query()
	q.Staff, _ = id.Parse(v.Get("staff")) // what is no id is none: everybody's
	q.Kind, q.Due = v.Get("kind"), v.Get("due")
	if !slices.Contains(teamKinds, q.Kind) {
		q.Kind = ""
	}
	if q.Due != "late" && q.Due != "today" {
		q.Due = ""
	}
	return q
}

// teamKinds are the kinds that the list is cut by.
var teamKinds = append([]string{"receive"}, process.GivenTasks...)

func (q teamQuery) choice() process.TaskChoice {
	return process.TaskChoice{StaffID: q.Staff, Kind: q.Kind, Due: q.Due}
}

func (p pages) getTeam(w http.ResponseWriter, r *http.Request) error {
	v, err := p.team(r)
	if err != nil {
		return err
	}
	return p.showTeam(w, r, v)
}

func (p pages) showTeam(w http.ResponseWriter, r *http.Request, v teamView) error {
	ctx := r.Context()
	page := web.Page{Title: tt(ctx, "team"), H1: v.sentence(ctx), Aside: web.Button{Label: tt(ctx, "new"), Href: "/tasks/new"}}
	return web.Render(w, r, web.Shell(page, teamPage(v)))
}

func (p pages) team(r *http.Request) (teamView, error) {
	v := teamView{Query: teamQueryOf(r), Page: web.PageOf(r)}
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.load(ctx, tx) })
	return v, err
}

func (v *teamView) load(ctx context.Context, tx *op.Tx) (err error) {
	v.dir = organization.Of(tx)
	until := process.DayEnds(tx)
	if v.Loads, err = process.Loads(ctx, tx, until); err != nil {
		return err
	}
	for _, l := range v.Loads {
		v.Sum.Open, v.Sum.Late, v.Sum.Today = v.Sum.Open+l.Open, v.Sum.Late+l.Late, v.Sum.Today+l.Today
	}
	f := v.Query.choice().Filter(tx.Now, until)
	n, err := process.CountTasks(ctx, tx, f)
	if err != nil {
		return err
	}
	v.Total = int(n)
	v.Page = max(1, min(v.Page, (v.Total+pageRows-1)/pageRows))
	f.Limit, f.Offset = pageRows, (v.Page-1)*pageRows
	if v.List, err = process.Tasks(ctx, tx, f); err != nil {
		return err
	}
	var keys []id.ID
	for _, t := range v.List {
		if !t.Person.IsNone() {
			keys = append(keys, t.Person)
		}
	}
	v.persons, err = people.InScope(ctx, tx, keys)
	return err
}

func (v teamView) sentence(ctx context.Context) string {
	switch {
	case v.Report != nil && len(v.Report.Refused) > 0:
		return tt(ctx, "handed-but", "count", v.Report.Done, "left", len(v.Report.Refused))
	case v.Report != nil:
		return tt(ctx, "handed-n", "count", v.Report.Done)
	case v.Sum.Open == 0:
		return tt(ctx, "team-none")
	case v.Sum.Late > 0:
		return tt(ctx, "team-late", "count", int(v.Sum.Open), "late", int(v.Sum.Late))
	}
	return tt(ctx, "team-open", "count", int(v.Sum.Open))
}

// loads is how much each has to do; each figure opens its list.
func (v teamView) loads(ctx context.Context) web.Table {
	table := web.Table{Caption: tt(ctx, "load"), Plain: true, Columns: []web.Column{
		{Label: tt(ctx, "doer")}, {Label: tt(ctx, "load-open"), Num: true}, {Label: tt(ctx, "load-late"), Num: true}, {Label: tt(ctx, "load-today"), Num: true},
	}}
	for _, l := range v.Loads {
		name := v.dir.StaffName(l.Staff)
		figure := func(n int64, due string, tone web.Tone) templ.Component {
			f := web.Figure{Value: i18n.Count(ctx, n), Href: teamPath + "?" + url.Values{"staff": {l.Staff.String()}, "due": {due}}.Encode(), Hidden: name}
			if n > 0 {
				f.Tone = tone
			}
			return f
		}
		table.Rows = append(table.Rows, web.Row{ID: l.Staff.String(), Cells: []templ.Component{web.Text(name), figure(l.Open, "", ""), figure(l.Late, "late", web.Bad), figure(l.Today, "today", "")}})
	}
	return table
}

func (v teamView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: tt(ctx, "team"), Selectable: true, Columns: []web.Column{
		{Label: tt(ctx, "task")}, {Label: tt(ctx, "doer")}, {Label: tt(ctx, "person")}, {Label: tt(ctx, "due")}, {Label: tt(ctx, "priority")},
	}}
	for _, t := range v.List {
		who := i18n.None
		if b, ok := v.persons[t.Person]; ok {
			who = b.Shown()
		}
		table.Rows = append(table.Rows, web.Row{ID: t.ID.String(), Href: "/tasks/" + t.ID.String(), Cells: []templ.Component{
			web.RecordLink("/tasks/"+t.ID.String(), TaskName(ctx, t)), web.Text(v.dir.StaffName(t.Staff)), web.Text(who), DueChip(ctx, t), web.Text(tt(ctx, "priority-"+i18n.Count(ctx, t.Priority))),
		}})
	}
	return table
}

func (v teamView) chips(ctx context.Context) web.FilterChips {
	chips := web.FilterChips{Clear: teamPath, Add: teamFilters(v)}
	add := func(name, label, value string) {
		chips.Items = append(chips.Items, web.FilterChip{Label: label, Value: value, Drop: web.Address(ctx, name, "", "page", "")})
	}
	if !v.Query.Staff.IsNone() {
		add("staff", tt(ctx, "doer"), v.dir.StaffName(v.Query.Staff))
	}
	if v.Query.Kind != "" {
		add("kind", tt(ctx, "kind"), i18n.T(ctx, "task."+v.Query.Kind))
	}
	if v.Query.Due != "" {
		add("due", tt(ctx, "due"), tt(ctx, "load-"+v.Query.Due))
	}
	return chips
}

func (v teamView) kinds(ctx context.Context) (list []web.Option) {
	for _, k := range teamKinds {
		list = append(list, web.Option{Value: k, Label: i18n.T(ctx, "task."+k), On: k == v.Query.Kind})
	}
	return list
}

func (v teamView) dues(ctx context.Context) (list []web.Option) {
	for _, d := range []string{"late", "today"} {
		list = append(list, web.Option{Value: d, Label: tt(ctx, "load-"+d), On: d == v.Query.Due})
	}
	return list
}

func (v teamView) staff(ctx context.Context) (list []web.Option) {
	for _, o := range doers(ctx, v.dir, false) {
		o.On = o.Value == v.Query.Staff.String()
		list = append(list, o)
	}
	return list
}

func reasons(ctx context.Context) (list []web.Option) {
	for _, r := range process.HandReasons {
		list = append(list, web.Option{Value: r, Label: i18n.T(ctx, "hand-reason."+r)})
	}
	return list
}

// teamForm hands the chosen tasks to colleagues.
type teamForm struct {
	IDs      []id.ID `json:"ids"`
	StaffIDs []id.ID `json:"staff_ids"`
	Reason   string  `json:"reason"`
}

// postTeam hands over the chosen tasks, or all that match; what was refused is named (UI-L3).
func (p pages) postTeam(w http.ResponseWriter, r *http.Request) error {
	report, err := p.handOver(r)
	if err != nil {
		return web.Again(w, r, err, p.getTeam)
	}
	v, err := p.team(r)
	if err != nil {
		return err
	}
	v.Report = &report
	if err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		v.refused, err = process.TasksByID(ctx, tx, report.Names())
		return err
	}); err != nil {
		return err
	}
	ctx := r.Context()
	if report.Done > 0 {
		ctx = web.WithStatus(ctx, web.Status{Text: v.sentence(ctx), Tone: web.Good}.Offering(ctx))
	}
	return p.showTeam(w, r.WithContext(ctx), v)
}

func (p pages) handOver(r *http.Request) (out process.TasksReassigned, err error) {
	form, err := web.Decode[teamForm](r)
	if err != nil {
		return out, err
	}
	chosen, err := web.SelectionOf(r)
	if err != nil {
		return out, err
	}
	in := process.ReassignTasksInput{TaskIDs: form.IDs, StaffIDs: form.StaffIDs, Reason: form.Reason}
	if chosen.All {
		all := teamQueryOf(r).choice()
		all.Except, all.Total = chosen.Except, chosen.Total
		in.TaskIDs, in.Matching = nil, &all
	}
	return process.ReassignTasks.Run(r.Context(), p.ops, in)
}

package app

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/process/processdoor"
	"zhike/internal/web"
)

// pageRows is the length of a page of a list (UI-L2).
const pageRows = 50

// tasksView is one's own list of tasks (PRC-5).
type tasksView struct {
	Done        bool
	Tasks       []process.Task
	Open, Ready int // how many are open and done
	Late        int // how many of the open ones are late
	Page        int
	Names       map[id.ID]string // of persons
	Centers     map[id.ID]string
}

func (v tasksView) total() int {
	if v.Done {
		return v.Ready
	}
	return v.Open
}

func (p *pages) getTasks(w http.ResponseWriter, r *http.Request) error {
	v, err := p.tasks(r.Context(), r.URL.Query().Get("view") == "done", web.PageOf(r))
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{Title: shellText(ctx, "tasks"), H1: v.sentence(ctx), Aside: taskTools()}
	return web.Render(w, r, web.Shell(page, tasksPage(v)))
}

// tasks reads a page of the viewer's tasks.
func (p *pages) tasks(ctx context.Context, done bool, page int) (tasksView, error) {
	v := tasksView{Done: done, Page: page, Centers: map[id.ID]string{}}
	who, _ := op.ViewerOf(ctx)
	if who == nil || who.Staff.IsNone() {
		return v, nil
	}
	err := p.read(ctx, func(ctx context.Context, tx *op.Tx) error {
		open, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: who.Staff})
		if err != nil {
			return err
		}
		ready, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: who.Staff, Done: true})
		if err != nil {
			return err
		}
		late, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: who.Staff, Late: tx.Now})
		if err != nil {
			return err
		}
		v.Open, v.Ready, v.Late = int(open), int(ready), int(late)
		v.Page = min(page, (v.total()+pageRows-1)/pageRows)
		v.Page = max(v.Page, 1)
		if v.Tasks, err = process.Tasks(ctx, tx, process.TaskFilter{Staff: who.Staff, Done: done, Limit: pageRows, Offset: (v.Page - 1) * pageRows}); err != nil {
			return err
		}
		var persons []id.ID
		for _, t := range v.Tasks {
			persons = append(persons, t.Person)
			if c, ok := p.Dir.Center(t.Center); ok {
				v.Centers[c.ID] = c.Name(string(i18n.LangOf(ctx)))
			}
		}
		seen, err := people.InScope(ctx, tx, persons) // what was done names nobody who is no more seen (ORG-3)
		v.Names = make(map[id.ID]string, len(seen))
		for key, b := range seen {
			v.Names[key] = b.Shown()
		}
		return err
	})
	return v, err
}

func (p *pages) postTaskDone(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.FinishTaskInput](r)
	if err != nil {
		return err
	}
	if in.TaskID, err = web.PathID(r, "id", "task"); err != nil {
		return err
	}
	if _, err := process.FinishTask.Run(r.Context(), p.Run, in); err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(r.PostForm.Get("_next")), web.Status{Text: shellText(r.Context(), "task-finished"), Tone: web.Good})
}

func (v tasksView) sentence(ctx context.Context) string {
	switch {
	case v.Open == 0:
		return shellText(ctx, "tasks-none")
	case v.Late > 0 && !v.Done:
		return shellText(ctx, "tasks-late", "count", v.Open, "late", v.Late)
	}
	return shellText(ctx, "tasks-open", "count", v.Open)
}

func (v tasksView) tabs(ctx context.Context) web.Tabs {
	return web.Tabs{Label: shellText(ctx, "tasks"), Items: []web.Tab{
		{Label: shellText(ctx, "tasks-tab-open"), Href: web.Address(ctx, "view", "", "page", ""), Count: &v.Open, Current: !v.Done},
		{Label: shellText(ctx, "tasks-tab-done"), Href: web.Address(ctx, "view", "done", "page", ""), Count: &v.Ready, Current: v.Done},
	}}
}

func (v tasksView) table(ctx context.Context) web.Table {
	when := "due"
	if v.Done {
		when = "done"
	}
	table := web.Table{Caption: shellText(ctx, "tasks"), Columns: []web.Column{
		{Label: shellText(ctx, "task")},
		{Label: shellText(ctx, "task-about")},
		{Label: shellText(ctx, "task-person")},
		{Label: shellText(ctx, "task-"+when)},
		{Label: shellText(ctx, "task-center")},
		{Label: i18n.T(ctx, "web.list.actions"), Quiet: true},
	}}
	for _, t := range v.Tasks {
		cells := []templ.Component{taskName(ctx, t), aboutLink(ctx, t), web.Text(orNone(v.Names[t.Person])), dueCell(ctx, t), web.Text(orNone(v.Centers[t.Center])), taskPage(ctx, t)}
		if t.Done.IsZero() {
			cells[5] = web.Join(cells[5], web.ButtonForm{
				Action: "/tasks/" + t.ID.String() + "/done", Next: web.Address(ctx), Button: web.Button{Label: shellText(ctx, "task-finish"), Hidden: v.Names[t.Person], Small: true},
			})
		}
		table.Rows = append(table.Rows, web.Row{ID: t.ID.String(), Cells: cells})
	}
	return table
}

func taskName(ctx context.Context, t process.Task) templ.Component {
	name := processdoor.TaskName(ctx, t)
	if t.Note != "" {
		name = shellText(ctx, "task-with-note", "task", name, "note", t.Note)
	}
	href := "/tasks/" + t.ID.String()
	if record := processdoor.RecordPath(t.SubjectKind, t.Subject); record != "" && t.TaskKind != process.OtherTask {
		href = record // where it is done
	}
	return web.RecordLink(href, name)
}

// taskPage leads to the page of a task, with its comments.
func taskPage(ctx context.Context, t process.Task) templ.Component {
	return web.Button{Label: shellText(ctx, "task-comments"), Hidden: processdoor.TaskName(ctx, t), Href: "/tasks/" + t.ID.String(), Small: true, Kind: web.Quiet}
}

// aboutLink leads to the record that a task is about.
func aboutLink(ctx context.Context, t process.Task) templ.Component {
	if link := processdoor.RecordPath(t.SubjectKind, t.Subject); link != "" {
		return web.RecordLink(link, i18n.T(ctx, "kind."+t.SubjectKind))
	}
	return web.Text(i18n.None)
}

func dueCell(ctx context.Context, t process.Task) templ.Component {
	now := web.Now(ctx)
	if !t.Done.IsZero() {
		return web.Text(i18n.DateTime(ctx, t.Done, web.Zone(ctx), now))
	}
	chip := web.Chip{Text: i18n.Soon(ctx, t.Due, now)}
	switch left := t.Due.Sub(now); {
	case left < 0:
		chip.Tone = web.Bad
	case left < time.Hour:
		chip.Tone = web.Warn
	}
	return exactly(chip, i18n.DateTime(ctx, t.Due, web.Zone(ctx), now))
}

func orNone(s string) string {
	if s == "" {
		return i18n.None
	}
	return s
}

// mayAssign tells whether the viewer has a team whose tasks it assigns.
func mayAssign(ctx context.Context) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May("task:assign")
}

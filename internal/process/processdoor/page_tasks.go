package processdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/web"
)

// TaskPages registers the pages of tasks that people give, of the team and of what is said about them (PRC-5).
func TaskPages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /tasks/new":            p.getNewTask,
		"POST /tasks/new":           p.postNewTask,
		"GET /tasks/{id}":           p.getTask,
		"POST /tasks/{id}/comment":  p.postComment,
		"POST /tasks/{id}/change":   p.postChangeTask,
		"POST /tasks/{id}/withdraw": p.postWithdrawTask,
		"POST /tasks/{id}/reassign": p.postReassignTask,
		"GET /task-series":          p.getSeries,
		"POST /task-series/{id}":    p.postSeries,
		"GET /team-tasks":           p.getTeam,
		"POST /team-tasks":          p.postTeam,
	} {
		mux.Handle(pattern, page)
	}
}

// tt is a text of the pages of tasks.
func tt(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "tasks."+key, pairs...)
}

// RecordPath is the page of a record; "" for a kind that has none.
func RecordPath(kind string, key id.ID) string {
	if key.IsNone() {
		return ""
	}
	if kind == "appointment" {
		return "/appointments/" + key.String() + "/move"
	}
	pages := map[string]string{
		"visit": "/visits/", "enquiry": "/enquiries/", "contract": "/contracts/", "person": "/people/", "payment": "/payments/", "campaign": "/campaigns/", "quote": "/quotes/",
		"promotion": "/promotions/", "approval": "/approvals/", "data-request": "/data-requests/", "organization": "/organizations/", "capture-point": "/capture-points/", "segment": "/segments/",
		"task": "/tasks/", "import": "/imports/", "feedback": "/feedback/",
	}
	if path, ok := pages[kind]; ok {
		return path + key.String()
	}
	return ""
}

// TaskName is what a task is called: its own title, or that of its kind.
func TaskName(ctx context.Context, t process.Task) string {
	if t.Title != "" {
		return t.Title
	}
	return i18n.T(ctx, "task."+t.TaskKind)
}

// DueChip tells how soon a task is due, and which exact time that is.
func DueChip(ctx context.Context, t process.Task) templ.Component {
	now := web.Now(ctx)
	chip := web.Chip{Text: i18n.Soon(ctx, t.Due, now)}
	if t.Due.Before(now) {
		chip.Tone = web.Bad
	}
	return chip
}

// newTaskView is the form of a task.
type newTaskView struct {
	dir    *organization.Directory
	kind   string // of the record that it is about
	record id.ID
	person string // whom that is about
}

func (p pages) getNewTask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := newTaskView{kind: q.Get("record_kind")}
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		v.dir = organization.Of(tx)
		if v.kind == "" {
			return nil
		}
		if v.record, err = id.Parse(q.Get("record_id")); err != nil {
			v.kind = ""
			return nil //nolint:nilerr // an address that names no record: the task is about none
		}
		who, err := process.RecordSeen(ctx, tx, v.kind, v.record)
		if err != nil || who.IsNone() {
			return err
		}
		names, err := people.Briefs(ctx, tx, []id.ID{who})
		v.person = names[who].Shown()
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: tt(r.Context(), "new")}, newTaskPage(v)))
}

// about says what the task is about.
func (v newTaskView) about(ctx context.Context) string {
	text := i18n.T(ctx, "kind."+v.kind)
	if v.person != "" {
		text += " · " + v.person
	}
	return text
}

// doers are whom the viewer may give tasks: oneself first, then colleagues.
func doers(ctx context.Context, dir *organization.Directory, self bool) (list []web.Option) {
	me, _ := op.ViewerOf(ctx)
	if self {
		list = append(list, web.Option{Value: me.Staff.String(), Label: tt(ctx, "myself"), On: true})
	}
	reach, seen := me.Scope("task:assign"), me.Scope("staff:read")
	for _, m := range dir.Members() {
		if self && m.ID == me.Staff {
			continue
		}
		for _, held := range dir.Positions(m.ID) {
			here := (reach.All || slices.Contains(reach.Centers, held.Center)) && (seen.All || slices.Contains(seen.Centers, held.Center))
			if here && held.ValidOn(web.Today(ctx)) {
				list = append(list, web.Option{Value: m.ID.String(), Label: m.Name + " · " + dir.RoleName(ctx, held.Role)})
				break
			}
		}
	}
	return list
}

func priorities(ctx context.Context, on int64) (list []web.Option) {
	for _, n := range process.Priorities {
		word := i18n.Count(ctx, n)
		list = append(list, web.Option{Value: word, Label: tt(ctx, "priority-"+word), On: n == on})
	}
	return list
}

// taskForm is what the form of a task sends.
type taskForm struct {
	StaffID    id.ID        `json:"staff_id,omitzero"`
	Title      string       `json:"task_title" maxLength:"100"`
	Due        bizdate.Date `json:"due"`
	Priority   int64        `json:"priority,omitempty"`
	Note       string       `json:"note,omitempty" maxLength:"500"`
	RecordKind string       `json:"record_kind,omitempty"`
	RecordID   id.ID        `json:"record_id,omitzero"`
	Every      string       `json:"every,omitempty"`
	Weekdays   []int        `json:"weekdays,omitempty"`
	Until      bizdate.Date `json:"until,omitzero"`
}

func (p pages) postNewTask(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Decode[taskForm](r)
	to, said := "/task-series", "repeats"
	switch {
	case err != nil:
	case f.Every == "" || f.Every == once:
		var done process.Done
		done, err = process.GiveTask.Run(r.Context(), p.ops, process.GiveTaskInput{
			StaffID: f.StaffID, Task: process.OtherTask, Title: f.Title, Due: f.Due, Priority: f.Priority, Note: f.Note, RecordKind: f.RecordKind, RecordID: f.RecordID,
		})
		to, said = "/tasks/"+done.ID.String(), "given"
	default:
		_, err = process.RepeatTask.Run(r.Context(), p.ops, process.RepeatTaskInput{
			StaffID: f.StaffID, Title: f.Title, From: f.Due, Priority: f.Priority, Note: f.Note, RecordKind: f.RecordKind, RecordID: f.RecordID,
			Every: f.Every, Weekdays: f.days(), Until: f.Until,
		})
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewTask)
	}
	return web.Redirect(w, r, to, web.Status{Text: tt(r.Context(), said), Tone: web.Good})
}

// days are the weekdays of a weekly task: the one of its first day where none is chosen.
func (f taskForm) days() []int {
	if f.Every != "week" || len(f.Weekdays) > 0 {
		return f.Weekdays
	}
	return []int{(int(f.Due.Weekday())+6)%7 + 1}
}

// once is the rhythm of a task that does not come again.
const once = "once"

func rhythms(ctx context.Context) (list []web.Option) {
	for _, e := range append([]string{once}, process.Rhythms...) {
		list = append(list, web.Option{Value: e, Label: tt(ctx, "every-"+e), On: e == once})
	}
	return list
}

func weekdays(ctx context.Context) (list []web.Option) {
	for d := 1; d <= 7; d++ {
		list = append(list, web.Option{Value: strconv.Itoa(d), Label: tt(ctx, "weekday-"+strconv.Itoa(d))})
	}
	return list
}

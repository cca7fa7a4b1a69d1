package processdoor

import (
	"context"
	"net/http"

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

// taskView is one task with what is said about it.
type taskView struct {
	process.Task
	dir      *organization.Directory
	person   string
	Comments []process.Comment
	Rules    bool // the viewer may change it and take it back
	Assigns  bool // the viewer may hand it to somebody else
	Works    bool // the viewer may finish it and comment
}

func (p pages) getTask(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "task")
	if err != nil {
		return err
	}
	var v taskView
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		v.dir = organization.Of(tx)
		if v.Task, err = process.TaskByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Comments, err = process.Comments(ctx, tx, key); err != nil {
			return err
		}
		v.Rules, v.Assigns, v.Works = v.RuledBy(tx.Viewer), v.AssignedBy(tx.Viewer), v.WorkedBy(tx.Viewer)
		if v.Person.IsNone() {
			return nil
		}
		names, err := people.InScope(ctx, tx, []id.ID{v.Person})
		v.person = names[v.Person].Shown()
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: tt(ctx, "task"), H1: TaskName(ctx, v.Task), Sub: v.state(ctx)}, taskPage(v)))
}

func (v taskView) state(ctx context.Context) string {
	switch {
	case v.Withdrawn:
		return tt(ctx, "withdrawn")
	case !v.Done.IsZero():
		return tt(ctx, "is-done")
	case v.Due.Before(web.Now(ctx)):
		return tt(ctx, "is-late")
	}
	return tt(ctx, "is-open")
}

func (v taskView) facts(ctx context.Context) []web.Fact {
	at := func(term string, value templ.Component) web.Fact { return web.Fact{Term: tt(ctx, term), Value: value} }
	list := []web.Fact{at("doer", web.Text(v.dir.StaffName(v.Staff)))}
	if link := RecordPath(v.SubjectKind, v.Subject); link != "" {
		list = append(list, at("about", web.RecordLink(link, i18n.T(ctx, "kind."+v.SubjectKind))))
	}
	if v.person != "" {
		list = append(list, at("person", web.Text(v.person)))
	}
	list = append(list, at("due", DueChip(ctx, v.Task)), at("priority", web.Text(tt(ctx, "priority-"+i18n.Count(ctx, v.Priority)))))
	if c, ok := v.dir.Center(v.Center); ok {
		list = append(list, at("center", web.Text(c.Name(string(i18n.LangOf(ctx))))))
	}
	if !v.GivenBy.IsNone() {
		list = append(list, at("giver", web.Text(v.dir.StaffName(v.GivenBy))))
	}
	list = append(list, at("created", web.Text(i18n.DateTime(ctx, v.Created, web.Zone(ctx), web.Now(ctx)))))
	if !v.Done.IsZero() {
		list = append(list, at("ended", web.Text(i18n.DateTime(ctx, v.Done, web.Zone(ctx), web.Now(ctx)))))
	}
	return list
}

func (v taskView) address(step string) string { return "/tasks/" + v.ID.String() + "/" + step }

func (p pages) postComment(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.CommentTaskInput](r)
	if err == nil {
		in.TaskID, err = web.PathID(r, "id", "task")
	}
	if err == nil {
		_, err = process.CommentTask.Run(r.Context(), p.ops, in)
	}
	return p.afterTask(w, r, in.TaskID, "commented", err)
}

func (p pages) postChangeTask(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.ChangeTaskInput](r)
	if err == nil {
		in.TaskID, err = web.PathID(r, "id", "task")
	}
	if err == nil {
		_, err = process.ChangeTask.Run(r.Context(), p.ops, in)
	}
	return p.afterTask(w, r, in.TaskID, "changed", err)
}

func (p pages) postWithdrawTask(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "task")
	if err == nil {
		_, err = process.WithdrawTask.Run(r.Context(), p.ops, process.TaskInput{TaskID: key})
	}
	return p.afterTask(w, r, key, "now-withdrawn", err)
}

func (p pages) postReassignTask(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.ReassignTaskInput](r)
	if err == nil {
		in.TaskID, err = web.PathID(r, "id", "task")
	}
	if err == nil {
		_, err = process.ReassignTask.Run(r.Context(), p.ops, in)
	}
	return p.afterTask(w, r, in.TaskID, "handed", err)
}

// afterTask shows the task again, with what was refused, or that it was done.
func (p pages) afterTask(w http.ResponseWriter, r *http.Request, key id.ID, said string, err error) error {
	if err != nil {
		return web.Again(w, r, err, p.getTask)
	}
	return web.Redirect(w, r, "/tasks/"+key.String(), web.Status{Text: tt(r.Context(), said), Tone: web.Good})
}

// back is where finishing leads: to the own list, or to the team's.
func (v taskView) back(ctx context.Context) string {
	if me, _ := op.ViewerOf(ctx); me.Staff != v.Staff && v.Assigns {
		return "/team-tasks"
	}
	return "/tasks"
}

func (v taskView) dueDay() bizdate.Date {
	return process.DueDay(v.Due, v.dir.Zone(v.Center))
}

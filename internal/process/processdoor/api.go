// Package processdoor is tasks, notices and approvals in the API, and the pages of approvals.
//
//	PRC-5  api.go, page_tasks.go, page_task.go, page_team.go, page_series.go, page_feed.go, feed.go
//	PRC-6  page_approvals.go, page_limits.go, api.go
//	ORG-7  page_deputies.go
package processdoor

import (
	"cmp"
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
)

// API registers tasks and notices.
func API(a *api.API) {
	api.List(a, "/tasks", "process.tasks", "task:read", tasks)
	api.Post(a, "/tasks", process.GiveTask)
	api.Post(a, "/tasks/{id}/done", process.FinishTask)
	api.Post(a, "/tasks/{id}/reopen", process.ReopenTask)
	api.Post(a, "/tasks/{id}/reassign", process.ReassignTask)
	api.Post(a, "/tasks/{id}/change", process.ChangeTask)
	api.Post(a, "/tasks/{id}/withdraw", process.WithdrawTask)
	api.Get(a, "/tasks/{id}", "process.task", "task:read", func(ctx context.Context, tx *op.Tx, in process.TaskInput) (process.Task, error) {
		return process.TaskByID(ctx, tx, in.TaskID)
	})
	api.Post(a, "/tasks/{id}/comments", process.CommentTask)
	api.Get(a, "/tasks/{id}/comments", "process.task-comments", "task:read", taskComments)
	api.Post(a, "/tasks/reassign", process.ReassignTasks)
	api.Post(a, "/tasks/return", process.ReturnTasks)
	api.List(a, "/task-series", "process.task-series", "task-series:read", func(ctx context.Context, tx *op.Tx, q api.Paging) (page.Page[process.Series], error) {
		return process.SeriesInScope(ctx, tx, q.Request())
	})
	api.Post(a, "/task-series", process.RepeatTask)
	api.Post(a, "/task-series/{id}", process.SetSeries)
	api.Post(a, "/task-series/{id}/make", process.MakeTask)
	api.Post(a, "/task-series/{id}/stop", process.StopSeries)
	api.Get(a, "/task-load", "process.task-load", "task:assign", taskLoad)
	api.List(a, "/notices", "process.notices", "notice:read", notices)
	api.Get(a, "/notices/choice", "process.notice-choice", "notice:read", func(ctx context.Context, tx *op.Tx, _ struct{}) (Choice, error) {
		list, err := process.ChosenNotices(ctx, tx, tx.Viewer.Account)
		return Choice{Kinds: list}, err
	})
	api.Post(a, "/notices/choice", process.ChooseNotices)
	api.Post(a, "/notices/read", process.ReadNotices)
	api.List(a, "/approvals", "process.approvals", "approval:read", approvals)
	api.Get(a, "/approvals/{id}", "process.approval", "approval:read", func(ctx context.Context, tx *op.Tx, in process.ApprovalInput) (process.Approval, error) {
		return process.ApprovalByID(ctx, tx, in.ApprovalID)
	})
	api.Post(a, "/approvals/{id}/approve", process.Approve)
	api.Post(a, "/approvals/{id}/reject", process.Reject)
	api.Post(a, "/approvals/{id}/ask-back", process.AskBack)
	api.Post(a, "/approvals/{id}/answer", process.AnswerBack)
	api.Post(a, "/approvals/{id}/withdraw", process.WithdrawApproval)
	api.Post(a, "/approvals/{id}/escalate", process.EscalateApproval)
	api.Post(a, "/approvals/{id}/remind", process.RemindAsker)
	api.Get(a, "/approval-limits", "process.approval-limits", "approval-limit:read", func(ctx context.Context, tx *op.Tx, _ struct{}) (out LimitList, err error) {
		out.Limits, err = process.Limits(ctx, tx)
		return out, err
	})
	api.Post(a, "/approval-limits", process.SetLimit)
}

// Choice is every kind of notice, with whether it comes by mail as well.
type Choice struct {
	Kinds []process.NoticeKind `json:"kinds"`
}

// CommentList is what was said about a task.
type CommentList struct {
	Comments []process.Comment `json:"comments"`
}

func taskComments(ctx context.Context, tx *op.Tx, in process.TaskInput) (out CommentList, err error) {
	if _, err := process.TaskByID(ctx, tx, in.TaskID); err != nil {
		return out, err
	}
	out.Comments, err = process.Comments(ctx, tx, in.TaskID)
	return out, err
}

// LoadList is how much each has to do.
type LoadList struct {
	Loads []process.Load `json:"loads"`
}

func taskLoad(ctx context.Context, tx *op.Tx, _ struct{}) (out LoadList, err error) {
	out.Loads, err = process.Loads(ctx, tx, process.DayEnds(tx))
	return out, err
}

type tasksQuery struct {
	Limit   int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor  string `query:"cursor" maxLength:"40"`
	StaffID id.ID  `query:"staff_id" doc:"oneself if left out"`
	All     bool   `query:"all" doc:"those of everybody in scope"`
	Done    bool   `query:"done" doc:"those done instead of those open"`
	Team    bool   `query:"team" doc:"only those that one may hand to others"`
	Kind    string `query:"kind" maxLength:"40"`
	Late    bool   `query:"late" doc:"only open ones that are late"`
}

func tasks(ctx context.Context, tx *op.Tx, q tasksQuery) (out page.Page[process.Task], err error) {
	f := process.TaskFilter{Staff: q.StaffID, Done: q.Done, Team: q.Team, Kind: q.Kind, Limit: limit(q.Limit) + 1}
	if q.Late {
		f.Late = tx.Now
	}
	if f.Staff.IsNone() && !q.All && !q.Team {
		f.Staff = tx.Viewer.Staff
	}
	if f.After, err = cursor(q.Cursor); err != nil {
		return out, err
	}
	if out.Total, err = process.CountTasks(ctx, tx, f); err != nil {
		return out, err
	}
	if out.Items, err = process.Tasks(ctx, tx, f); err != nil {
		return out, err
	}
	if n := f.Limit - 1; len(out.Items) > n {
		out.Items, out.Next = out.Items[:n], out.Items[n-1].ID.String()
	}
	return out, nil
}

// LimitList is up to which size each role decides which matter.
type LimitList struct {
	Limits []process.Limit `json:"limits"`
}

type approvalsQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor string `query:"cursor" maxLength:"40"`
	View   string `query:"view" enum:"decide,mine,done,all" doc:"those that wait for oneself if left out"`
}

func approvals(ctx context.Context, tx *op.Tx, q approvalsQuery) (out page.Page[process.Approval], err error) {
	f := process.ApprovalFilter{View: cmp.Or(process.ApprovalView(q.View), process.ToDecide), Limit: limit(q.Limit) + 1}
	if f.After, err = cursor(q.Cursor); err != nil {
		return out, err
	}
	if out.Total, err = process.CountApprovals(ctx, tx, f.View); err != nil {
		return out, err
	}
	if out.Items, err = process.Approvals(ctx, tx, f); err != nil {
		return out, err
	}
	if n := f.Limit - 1; len(out.Items) > n {
		out.Items, out.Next = out.Items[:n], out.Items[n-1].ID.String()
	}
	return out, nil
}

type noticesQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor string `query:"cursor" maxLength:"40"`
}

// notices: the total is the number of unread ones.
func notices(ctx context.Context, tx *op.Tx, q noticesQuery) (out page.Page[process.Notice], err error) {
	before, err := cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	n := limit(q.Limit)
	if out.Items, out.Total, err = process.Notices(ctx, tx, before, n+1); err != nil {
		return out, err
	}
	if len(out.Items) > n {
		out.Items, out.Next = out.Items[:n], out.Items[n-1].ID.String()
	}
	return out, nil
}

func limit(n int) int {
	if n == 0 {
		return page.Usual
	}
	return n
}

func cursor(text string) (id.ID, error) {
	if text == "" {
		return id.None, nil
	}
	key, err := id.Parse(text)
	if err != nil {
		return id.None, problem.Refuse("", "invalid", problem.Field{Location: "cursor", Code: "bad-id", Value: text, Args: map[string]any{"value": text}})
	}
	return key, nil
}

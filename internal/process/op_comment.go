package process

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Comment is what somebody said about a task (PRC-5). It is read by who reads the task.
type Comment struct {
	ID      id.ID     `json:"id" db:"id"`
	Task    id.ID     `json:"task_id" db:"task"`
	Staff   id.ID     `json:"staff_id" db:"staff"`
	Text    string    `json:"text" db:"text"`
	Created time.Time `json:"created_at" db:"created_at"`
}

// TableName implements op.Record.
func (Comment) TableName() string { return "task_comments" }

// CommentTask says something about a task, by who has it, gave it or watches it; the others of them are told (PRC-5). Refused: no text, by
// the operator, who is no member of staff.
var CommentTask = op.Op[CommentTaskInput, Done]{
	Name: "process.comment-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskCommented{}, Do: commentTask,
	Subject: func(in CommentTaskInput) op.Ref { return op.Ref{Kind: "task", ID: in.TaskID} },
}

// CommentTaskInput is the comment.
type CommentTaskInput struct {
	TaskID id.ID  `json:"task_id" path:"id"`
	Text   string `json:"text" maxLength:"500"`
}

func commentTask(ctx context.Context, tx *op.Tx, in CommentTaskInput) (Done, error) {
	t, err := loadTask(ctx, tx, in.TaskID)
	if err != nil {
		return Done{}, err
	}
	c := Comment{ID: tx.NewID(), Task: t.ID, Staff: tx.Viewer.Staff, Text: strings.TrimSpace(in.Text), Created: tx.Now}
	if c.Staff.IsNone() {
		return Done{}, problem.Forbidden("task:update")
	}
	if c.Text == "" {
		return Done{}, problem.Refuse("PRC-5", "invalid", problem.Field{Location: "text", Code: "required"})
	}
	said, err := Comments(ctx, tx, t.ID)
	if err != nil {
		return Done{}, err
	}
	if err := tx.Insert(ctx, c); err != nil {
		return Done{}, err
	}
	tell := []id.ID{t.Staff, t.GivenBy}
	for _, s := range said {
		tell = append(tell, s.Staff)
	}
	for _, who := range distinct(tell) {
		if err := Notify(ctx, tx, Notice{Staff: who, Kind: "task-comment", Link: t.page(), Many: "/tasks"}); err != nil {
			return Done{}, err
		}
	}
	tx.Record(t.ID, facts.TaskCommented{Task: t.ID, Person: t.Person, Center: t.Center, Staff: c.Staff})
	return Done{ID: c.ID}, nil
}

// mostComments is how many are shown of a task, the newest.
const mostComments = 100

// Comments lists what was said about a task in scope, oldest first.
func Comments(ctx context.Context, tx *op.Tx, task id.ID) ([]Comment, error) {
	list, err := op.All[Comment](ctx, tx, `SELECT * FROM (SELECT c.id, c.task, c.staff, c.text, c.created_at FROM task_comments c JOIN tasks t ON t.id = c.task
		WHERE {scope:task t} AND c.task = ? ORDER BY c.id DESC LIMIT ?) newest ORDER BY id`, task, mostComments)
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	return list, nil
}

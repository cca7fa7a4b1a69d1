package process

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Task is something a staff member has to do (PRC-5); its name is "task.<kind>" in the catalogue.
type Task struct {
	ID          id.ID     `json:"id" db:"id"`
	Staff       id.ID     `json:"staff_id" db:"staff"`
	Center      id.ID     `json:"center_id" db:"center"`
	TaskKind    string    `json:"kind" db:"kind"`
	SubjectKind string    `json:"subject_kind" db:"subject_kind"`
	Subject     id.ID     `json:"subject_id" db:"subject"`
	Person      id.ID     `json:"person_id" db:"person"`
	Due         time.Time `json:"due_at" db:"due_at"`
	Priority    int64     `json:"priority" db:"priority"`     // 1 now, 2 today, 3 later
	Title       string    `json:"title,omitempty" db:"title"` // of one given by hand
	Note        string    `json:"note,omitempty" db:"note"`   // of who gave it by hand
	GivenBy     id.ID     `json:"given_by" db:"given_by"`     // none: by what happened
	Series      id.ID     `json:"series_id" db:"series"`      // that made it
	Withdrawn   bool      `json:"withdrawn" db:"withdrawn"`   // it ended undone
	Created     time.Time `json:"created_at" db:"created_at"`
	Done        time.Time `json:"done_at,omitzero" db:"done_at"`
	DoneBy      id.ID     `json:"done_by" db:"done_by"`
	Version     int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Task) TableName() string { return "tasks" }

// Notice tells somebody something once; its text is "notice.<kind>" in the catalogue, with the params.
type Notice struct {
	ID      id.ID             `json:"id" db:"id"`
	Staff   id.ID             `json:"staff_id" db:"staff"`
	Kind    string            `json:"kind" db:"kind"`
	Person  id.ID             `json:"person_id" db:"person"`
	Link    string            `json:"link" db:"link"`
	Params  map[string]string `json:"params" db:"params,json"` // codes and times, no personal values
	Created time.Time         `json:"created_at" db:"created_at"`
	Read    time.Time         `json:"read_at,omitzero" db:"read_at"`
	Times   int64             `json:"times" db:"times"` // how often it happened in one bulk run; then it is of no person
	Run     id.ID             `json:"-" db:"run"`

	MailDue bool `json:"-" db:"mail_due"` // nobody looked yet whether its reader wants it by mail

	Many string `json:"-" db:"-"` // link where it happened more than once; empty: that of the first
}

// TableName implements op.Record.
func (Notice) TableName() string { return "notices" }

// Resources lists this domain's kinds of records.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "task", Table: "tasks", Center: "center", Owner: "staff"},
		{Name: "task-series", Table: "task_series", Center: "center", Owner: "staff"},
		{Name: "notice", Table: "notices", Owner: "staff"},
		{Name: "approval", Table: "approvals", Center: "center", Owner: "staff"},
		{Name: "approval-limit", Table: "approval_limits"},
	}
}

// Notify tells a staff member something, in the transaction of what happened. What a bulk run brings again and again is told once, with how
// often. Reactions call it; more channels plug in here, as mails do (TakeDueNotices).
func Notify(ctx context.Context, tx *op.Tx, n Notice) error {
	if n.Staff.IsNone() || n.Staff == tx.Viewer.Staff {
		return nil // nobody to tell, or it was oneself
	}
	n.ID, n.Created, n.Times, n.Run = tx.NewID(), tx.Now, 1, tx.RunID()
	n.MailDue = true
	if err := n.standing(ctx, tx); err != nil {
		return err
	}
	if !n.Run.IsNone() {
		again, err := tx.Exec(ctx, "UPDATE notices SET times = times + 1, person = NULL, link = CASE WHEN ? = '' THEN link ELSE ? END WHERE run = ? AND staff = ? AND kind = ? AND read_at IS NULL",
			n.Many, n.Many, n.Run, n.Staff, n.Kind)
		if err != nil {
			return fmt.Errorf("tell again: %w", err)
		}
		if again > 0 {
			return nil
		}
	}
	return tx.Insert(ctx, n)
}

// standing makes a notice about who was merged one about whose record stands (PPL-5): what an undo takes from the log names who it was then.
func (n *Notice) standing(ctx context.Context, tx *op.Tx) error {
	if n.Person.IsNone() {
		return nil
	}
	list, err := op.AllOf[id.ID](ctx, tx.Unscoped("whose record stands, not what it holds"), "SELECT merged_into FROM persons WHERE id = ? AND merged_into IS NOT NULL", n.Person)
	if err != nil {
		return fmt.Errorf("look for whose record stands: %w", err)
	}
	if len(list) > 0 {
		n.Person = list[0]
	}
	return nil
}

// ToldSince tells whether anybody was told something of a kind since an instant.
func ToldSince(ctx context.Context, tx *op.Tx, kind string, since time.Time) (bool, error) {
	n, err := op.OneOf[int64](ctx, tx.Unscoped("whether it was told, not what"), "SELECT COUNT(*) FROM notices WHERE kind = ? AND created_at >= ?", kind, since)
	if err != nil {
		return false, fmt.Errorf("look for notices: %w", err)
	}
	return n > 0, nil
}

func assign(ctx context.Context, tx *op.Tx, t Task) error {
	if t.Staff.IsNone() {
		return nil
	}
	t.ID, t.Created = tx.NewID(), tx.Now
	return tx.Insert(ctx, t)
}

// closeTasks marks the open tasks of a kind about a subject as done by what happened.
func closeTasks(ctx context.Context, tx *op.Tx, kind string, subject id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE tasks SET done_at = ?, done_by = ?, version = version + 1 WHERE subject = ? AND kind = ? AND done_at IS NULL",
		tx.Now, tx.Viewer.Account, subject, kind)
	if err != nil {
		return fmt.Errorf("close tasks: %w", err)
	}
	return nil
}

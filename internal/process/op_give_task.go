package process

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// GiveTask gives oneself a task by hand, or a colleague who is told (PRC-5). Refused: an unknown kind, one of its own title without one, a
// day that is over or too far off, a record that the giver does not see, and for a colleague, without the right to assign.
var GiveTask = op.Op[GiveTaskInput, Done]{
	Name: "process.give-task", Rule: "PRC-5", Needs: "task:update", Fact: facts.TaskGiven{}, Do: giveTask, Subjects: GiveTaskInput.about,
	Undo: "process.withdraw-task",
}

// GiveTaskInput says who is to do what until when.
type GiveTaskInput struct {
	StaffID    id.ID        `json:"staff_id,omitzero" doc:"oneself if left out"`
	Task       string       `json:"kind" enum:"coach-appointment,coach-visit,coach-contract,other"`
	Title      string       `json:"task_title,omitempty" maxLength:"100" doc:"what is to be done, of kind other"`
	Due        bizdate.Date `json:"due" doc:"last day"`
	Priority   int64        `json:"priority,omitempty" doc:"1 now, 2 today, 3 later; 3 if left out"`
	Note       string       `json:"note,omitempty" maxLength:"500"`
	RecordKind string       `json:"record_kind,omitempty" enum:"person,enquiry,appointment,visit,quote,contract,payment,campaign" doc:"what it is about, if anything: person, enquiry, appointment, visit, quote, contract, payment, campaign"`
	RecordID   id.ID        `json:"record_id,omitzero"`
}

// about is the record that has to be seen.
func (in GiveTaskInput) about() []op.Ref {
	if !slices.Contains(TaskRecords, in.RecordKind) || in.RecordID.IsNone() {
		return nil
	}
	return []op.Ref{{Kind: in.RecordKind, ID: in.RecordID}}
}

func giveTask(ctx context.Context, tx *op.Tx, in GiveTaskInput) (Done, error) {
	staff, center, err := doer(ctx, tx, in.StaffID)
	if err != nil {
		return Done{}, err
	}
	if in.Priority == 0 {
		in.Priority = usualPriority
	}
	var bad problem.Invalid
	if !slices.Contains(GivenTasks, in.Task) {
		bad.Add("kind", "not-one-of", in.Task, "list", strings.Join(GivenTasks, ", "))
	}
	wrongTitle(&bad, in.Task, in.Title)
	wrongDue(&bad, in.Due, tx.Today(center))
	wrongPriority(&bad, in.Priority)
	wrongRecord(&bad, in.RecordKind, in.RecordID)
	if err := bad.Err("PRC-5"); err != nil {
		return Done{}, err
	}
	t := Task{
		Staff: staff, Center: center, TaskKind: in.Task, SubjectKind: in.RecordKind, Subject: in.RecordID, Title: strings.TrimSpace(in.Title), Note: in.Note,
		Due: dueOf(in.Due, tx.Zone(center)), Priority: in.Priority, GivenBy: tx.Viewer.Staff,
	}
	if t.SubjectKind == "" {
		t.SubjectKind, t.Subject = "staff", staff
	}
	if t.Person, err = personOf(ctx, tx, t.SubjectKind, t.Subject); err != nil {
		return Done{}, err
	}
	return t.give(ctx, tx)
}

// give writes a task and tells who has it.
func (t Task) give(ctx context.Context, tx *op.Tx) (Done, error) {
	t.ID, t.Created = tx.NewID(), tx.Now
	if err := tx.Insert(ctx, t); err != nil {
		return Done{}, err
	}
	to := t.Staff
	if to == t.GivenBy {
		to = id.None // also where a series of one's own makes it
	}
	if err := Notify(ctx, tx, Notice{Staff: to, Kind: "task-given", Link: t.page(), Many: "/tasks"}); err != nil {
		return Done{}, err
	}
	tx.Undoable(TaskInput{TaskID: t.ID})
	tx.Record(t.ID, facts.TaskGiven{Task: t.ID, Center: t.Center, Staff: t.Staff, TaskKind: t.TaskKind, Person: t.Person, Giver: t.GivenBy, Series: t.Series})
	return Done{ID: t.ID}, nil
}

// page is where a task is read.
func (t Task) page() string { return "/tasks/" + t.ID.String() }

// doer gives who is to do a task, and where it lies: oneself at the own center, or a colleague whom the viewer may give tasks, at a center
// of hers that the viewer reaches.
func doer(ctx context.Context, tx *op.Tx, staff id.ID) (who, center id.ID, err error) {
	me := tx.Viewer
	if staff.IsNone() {
		staff = me.Staff
	}
	if staff.IsNone() {
		return staff, center, problem.Refuse("PRC-5", "invalid", problem.Field{Location: "staff_id", Code: "required"})
	}
	if staff == me.Staff {
		return staff, me.Center, nil
	}
	if !me.May("task:assign") {
		return staff, center, problem.Forbidden("task:assign")
	}
	if _, err := op.One[id.ID](ctx, tx, "SELECT s.id FROM staff s WHERE {scope:staff s} AND s.id = ?", staff); err != nil {
		return staff, center, problem.Found(err, "staff")
	}
	reach := me.Scope("task:assign")
	for _, p := range organization.Of(tx).Positions(staff) {
		if !p.Center.IsNone() && p.ValidOn(tx.Today(p.Center)) && (reach.All || slices.Contains(reach.Centers, p.Center)) {
			return staff, p.Center, nil
		}
	}
	return staff, me.Center, nil
}

// recordRows says in which table a record lies, and which column names the person.
var recordRows = map[string]struct{ table, person string }{
	"person": {"persons", "id"}, "enquiry": {"enquiries", "person"}, "appointment": {"appointments", "person"}, "visit": {"visits", "person"}, "quote": {"quotes", "person"},
	"contract": {"contracts", "student"}, "payment": {"payments", "person"}, "campaign": {"campaigns", "NULL"},
}

// personOf gives whom a task about a record is about; none where it is of nobody.
func personOf(ctx context.Context, tx *op.Tx, kind string, key id.ID) (id.ID, error) {
	row, ok := recordRows[kind]
	if !ok {
		return id.None, nil
	}
	who, err := op.OneOf[id.ID](ctx, tx.Unscoped("whose record it is that the giver sees"), "SELECT "+row.person+" FROM "+row.table+" WHERE id = ?", key)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return id.None, fmt.Errorf("look for the person of a task: %w", err)
	}
	return who, nil
}

// RecordSeen gives whom a record in scope is about, for the form of a task about it; not found where it is not seen.
func RecordSeen(ctx context.Context, tx *op.Tx, kind string, key id.ID) (person id.ID, err error) {
	row, ok := recordRows[kind]
	if !ok {
		return id.None, problem.NotFound("task")
	}
	person, err = op.One[id.ID](ctx, tx, "SELECT "+row.person+" FROM "+row.table+" r WHERE {scope:"+kind+" r} AND r.id = ?", key)
	return person, problem.Found(err, kind)
}

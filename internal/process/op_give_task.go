package process

import (
	"context"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// GivenTasks are the kinds of tasks that a person gives: to be coached in a step (SAL-11).
var GivenTasks = []string{"coach-appointment", "coach-visit", "coach-contract"}

// mostTaskDays is how far ahead a given task may be due.
const mostTaskDays = 365

// GiveTask gives a colleague a task by hand and tells her (PRC-5). Refused: an unknown kind, a day that is over or too far off.
var GiveTask = op.Op[GiveTaskInput, Done]{
	Name: "process.give-task", Rule: "PRC-5", Needs: "task:assign", Fact: facts.TaskGiven{}, Do: giveTask,
	Subjects: func(in GiveTaskInput) []op.Ref { return []op.Ref{{Kind: "staff", ID: in.StaffID}} },
}

// GiveTaskInput says who is to do what until when.
type GiveTaskInput struct {
	StaffID id.ID        `json:"staff_id"`
	Task    string       `json:"kind" enum:"coach-appointment,coach-visit,coach-contract"`
	Due     bizdate.Date `json:"due" doc:"last day"`
	Note    string       `json:"note,omitempty" maxLength:"500"`
}

func giveTask(ctx context.Context, tx *op.Tx, in GiveTaskInput) (Done, error) {
	center := in.center(tx)
	today := tx.Today(center)
	var bad problem.Invalid
	if !slices.Contains(GivenTasks, in.Task) {
		bad.Add("kind", "not-one-of", in.Task, "list", strings.Join(GivenTasks, ", "))
	}
	if in.Due < today || in.Due > today+mostTaskDays {
		bad.Add("due", "task-day", in.Due)
	}
	if err := bad.Err("PRC-5"); err != nil {
		return Done{}, err
	}
	t := Task{
		ID: tx.NewID(), Staff: in.StaffID, Center: center, TaskKind: in.Task, SubjectKind: "staff", Subject: in.StaffID, Note: in.Note,
		Due: (in.Due + 1).In(tx.Zone(center)).UTC(), Priority: 3, Created: tx.Now,
	}
	if err := tx.Insert(ctx, t); err != nil {
		return Done{}, err
	}
	if err := Notify(ctx, tx, Notice{Staff: t.Staff, Kind: "task-given", Link: "/tasks"}); err != nil {
		return Done{}, err
	}
	tx.Record(t.ID, facts.TaskGiven{Task: t.ID, Center: center, Staff: t.Staff, TaskKind: t.TaskKind})
	return Done{ID: t.ID}, nil
}

// center is where the task lies: a center of the colleague that the giver reaches, else none.
func (in GiveTaskInput) center(tx *op.Tx) id.ID {
	reach := tx.Viewer.Scope("task:assign")
	for _, p := range organization.Of(tx).Positions(in.StaffID) {
		if !p.Center.IsNone() && (reach.All || slices.Contains(reach.Centers, p.Center)) {
			return p.Center
		}
	}
	return tx.Viewer.Center
}

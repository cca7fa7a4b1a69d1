package rollout

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// Operations lists this domain's operations.
func Operations() []op.Any { return []op.Any{Start, GiveFeedback, AnswerFeedback} }

// Start lets the rows of a file be brought in, from the beginning or from where the run stopped (ROL-1). A job does it. Refused:
// import-busy, import-done, a mapping that is not yet right.
var Start = op.Op[StartInput, Started]{
	Name: "rollout.start-import", Rule: "ROL-1", Needs: "import:create", Fact: facts.ImportStarted{}, Do: start,
	Subject: func(in StartInput) op.Ref { return op.Ref{Kind: "import", ID: in.ImportID} },
}

// StartInput names the file that was handed in.
type StartInput struct {
	ImportID id.ID `json:"import_id" path:"id"`
}

// Started is the run that begins.
type Started struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Attempt int64  `json:"attempt"`
}

// Work is the job of an import: to say what would happen, or to bring the rows in, as its state says.
type Work struct {
	ImportID id.ID `json:"import_id"`
	Attempt  int64 `json:"attempt"`
}

// Kind implements op.Job.
func (Work) Kind() string { return "import" }

func start(ctx context.Context, tx *op.Tx, in StartInput) (Started, error) {
	i, err := loadImport(ctx, tx, in.ImportID)
	if err != nil {
		return Started{}, err
	}
	switch i.State {
	case Running:
		return Started{}, problem.Refuse("ROL-1", "import-busy", problem.Field{Location: "import_id", Value: i.ID})
	case Done:
		return Started{}, problem.Refuse("ROL-1", "import-done", problem.Field{Location: "import_id", Value: i.ID})
	}
	if err := i.Wrong().Err("ROL-1"); err != nil {
		return Started{}, err
	}
	if err := people.DefineFields(ctx, tx, i.Mapping.custom()); err != nil {
		return Started{}, err
	}
	if i, err = turn(ctx, tx, i, Running); err != nil {
		return Started{}, err
	}
	tx.Record(i.ID, facts.ImportStarted{RunID: i.ID, What: i.Kind, Center: i.Home})
	return Started{ID: i.ID, State: i.State, Attempt: i.Attempt}, nil
}

// turn gives an import to a new worker; of an earlier one nothing is committed any more.
func turn(ctx context.Context, tx *op.Tx, i ImportRun, state string) (ImportRun, error) {
	i.State, i.Problem, i.Updated = state, "", tx.Now
	i.Attempt++
	i.Read = 0
	if err := tx.Save(ctx, &i, "state", "problem", "attempt", "read_bytes", "updated_at"); err != nil {
		return i, err
	}
	if i.File == "" || !i.Busy() {
		return i, nil
	}
	return i, tx.Enqueue(ctx, Work{ImportID: i.ID, Attempt: i.Attempt})
}

// loadImport reads an import in scope, to change it.
func loadImport(ctx context.Context, tx *op.Tx, key id.ID) (i ImportRun, err error) {
	if err := tx.Lock(ctx, "imports", key); err != nil {
		return i, fmt.Errorf("lock import: %w", err)
	}
	err = tx.Select(&i).Where("id = ?", key).Scan(ctx)
	return i, problem.Found(err, "import")
}

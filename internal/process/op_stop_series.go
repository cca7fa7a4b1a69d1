package process

import (
	"context"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// standing tells whether a series may go on. Refused: series-doer-left, series-record-unseen.
func (s Series) standing(ctx context.Context, tx *op.Tx) error {
	dir := organization.Of(tx)
	refuse := func(code string) error {
		return problem.Refuse("PRC-5", code, problem.Field{Location: "series_id", Value: s.ID})
	}
	works := len(dir.RolesAt(s.Staff, s.Center)) > 0
	if s.Center.IsNone() { // of the company, or of a region
		works = dir.Viewer(organization.Account{Staff: s.Staff}).Role != ""
	}
	if !works {
		return refuse(doerLeft)
	}
	if _, ok := recordRows[s.SubjectKind]; !ok {
		return nil
	}
	giver := *tx
	giver.Viewer = dir.Viewer(organization.Account{Staff: s.GivenBy})
	switch _, err := RecordSeen(ctx, &giver, s.SubjectKind, s.Subject); {
	case err == nil:
		return nil
	case problem.Refused(err):
		return refuse(recordUnseen)
	default:
		return err
	}
}

// StopSeries pauses a series that was refused its turn, and tells who gave it, else who watches its center; one that is over ends (PRC-5). A job
// runs it. Refused: series-not-due.
var StopSeries = op.Op[StopSeriesInput, Done]{
	Name: "process.stop-series", Rule: "PRC-5", Needs: "task-series:make", Fact: facts.SeriesSet{}, Do: stopSeries,
	Subject: func(in StopSeriesInput) op.Ref { return op.Ref{Kind: "task-series", ID: in.SeriesID} },
}

// StopSeriesInput names the series and why it does not go on.
type StopSeriesInput struct {
	SeriesID id.ID  `json:"series_id" path:"id"`
	Why      string `json:"why" maxLength:"40" doc:"code of the refusal"`
}

func stopSeries(ctx context.Context, tx *op.Tx, in StopSeriesInput) (Done, error) {
	s, err := loadSeries(ctx, tx, in.SeriesID)
	if err != nil {
		return Done{}, err
	}
	if s.State != Running {
		return Done{}, problem.Refuse("PRC-5", "series-not-due", problem.Field{Location: "series_id", Value: s.ID})
	}
	if s.State, s.Stopped = Paused, in.Why; in.Why == seriesOver {
		s.State, s.Stopped = Ended, ""
	}
	if err := tx.Save(ctx, &s, "state", "stopped"); err != nil {
		return Done{}, err
	}
	if s.State == Paused {
		if err := s.tellStopped(ctx, tx); err != nil {
			return Done{}, err
		}
	}
	set := s.set()
	set.Reason = in.Why
	tx.Record(s.ID, set)
	return Done{ID: s.ID}, nil
}

// tellStopped tells who gave a series that it is paused; where that one left, those who watch the center.
func (s Series) tellStopped(ctx context.Context, tx *op.Tx) error {
	dir := organization.Of(tx)
	n := Notice{Staff: s.GivenBy, Kind: "series-stopped", Link: "/task-series"}
	if m, ok := dir.Staff(s.GivenBy); ok && m.Active {
		return Notify(ctx, tx, n)
	}
	return teller{dir}.watchers(ctx, tx, s.Center, s.Staff, n)
}

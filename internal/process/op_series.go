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

// RepeatTask says that a task comes again, to oneself or a colleague (PRC-5). The first is made when its day comes. Refused: as GiveTask, an
// unknown rhythm, a weekly one without weekdays, an end before its first day.
var RepeatTask = op.Op[RepeatTaskInput, Done]{
	Name: "process.repeat-task", Rule: "PRC-5", Needs: "task-series:update", Fact: facts.SeriesSet{}, Do: repeatTask,
	Subjects: func(in RepeatTaskInput) []op.Ref {
		return GiveTaskInput{RecordKind: in.RecordKind, RecordID: in.RecordID}.about()
	},
}

// RepeatTaskInput is the task and its rhythm.
type RepeatTaskInput struct {
	StaffID    id.ID        `json:"staff_id,omitzero" doc:"oneself if left out"`
	Title      string       `json:"task_title" maxLength:"100"`
	Priority   int64        `json:"priority,omitempty" doc:"1 now, 2 today, 3 later; 3 if left out"`
	Note       string       `json:"note,omitempty" maxLength:"500"`
	RecordKind string       `json:"record_kind,omitempty" enum:"person,enquiry,appointment,visit,quote,contract,payment,campaign" doc:"as of a task"`
	RecordID   id.ID        `json:"record_id,omitzero"`
	Every      string       `json:"every" enum:"day,week,month"`
	Weekdays   []int        `json:"weekdays,omitempty" maxItems:"7" doc:"of a weekly one: 1 Monday to 7 Sunday"`
	From       bizdate.Date `json:"due" doc:"earliest day; of a monthly one its day of the month"`
	Until      bizdate.Date `json:"until,omitzero" doc:"last day; none: until it is ended"`
}

// wrong tells what is wrong with a rhythm.
func (in RepeatTaskInput) wrong(bad *problem.Invalid, today bizdate.Date) {
	if !slices.Contains(Rhythms, in.Every) {
		bad.Add("every", "not-one-of", in.Every, "list", strings.Join(Rhythms, ", "))
	}
	if in.Every == "week" && len(in.Weekdays) == 0 {
		bad.Add("weekdays", "required", nil)
	}
	for _, d := range in.Weekdays {
		if d < 1 || d > 7 {
			bad.Add("weekdays", "not-one-of", d, "list", "1–7")
		}
	}
	if in.From < today || in.From > today+mostTaskDays {
		bad.Add("due", "task-day", in.From)
	}
	if !in.Until.IsZero() && in.Until < in.From {
		bad.Add("until", "series-until", in.Until)
	}
}

func repeatTask(ctx context.Context, tx *op.Tx, in RepeatTaskInput) (Done, error) {
	staff, center, err := doer(ctx, tx, in.StaffID)
	if err != nil {
		return Done{}, err
	}
	if in.Priority == 0 {
		in.Priority = usualPriority
	}
	var bad problem.Invalid
	wrongTitle(&bad, OtherTask, in.Title)
	wrongPriority(&bad, in.Priority)
	wrongRecord(&bad, in.RecordKind, in.RecordID)
	in.wrong(&bad, tx.Today(center))
	if err := bad.Err("PRC-5"); err != nil {
		return Done{}, err
	}
	s := Series{
		ID: tx.NewID(), Staff: staff, Center: center, Title: strings.TrimSpace(in.Title), Note: in.Note, Priority: in.Priority, SubjectKind: in.RecordKind, Subject: in.RecordID,
		GivenBy: tx.Viewer.Staff, Every: in.Every, Weekdays: in.Weekdays, MonthDay: int64(in.From-in.From.MonthStart()) + 1, Until: in.Until, State: Running, Created: tx.Now,
	}
	if s.SubjectKind == "" {
		s.SubjectKind, s.Subject = "staff", staff
	}
	if s.Person, err = personOf(ctx, tx, s.SubjectKind, s.Subject); err != nil {
		return Done{}, err
	}
	if s.Next = s.first(in.From); !s.Until.IsZero() && s.Next > s.Until {
		return Done{}, problem.Refuse("PRC-5", "invalid", problem.Field{Location: "until", Code: "series-none", Value: in.Until})
	}
	if err := tx.Insert(ctx, s); err != nil {
		return Done{}, err
	}
	tx.Record(s.ID, s.set())
	return Done{ID: s.ID}, nil
}

func (s Series) set() facts.SeriesSet {
	return facts.SeriesSet{Series: s.ID, Center: s.Center, Person: s.Person, Staff: s.Staff, Every: s.Every, State: string(s.State)}
}

// SetSeries pauses a series, lets it go on or ends it, by who gave it or who assigns tasks there (PRC-5). What would have come during the pause
// is not made. Refused: not-giver, series-ended, and to go on, what the program paused it for.
var SetSeries = op.Op[SetSeriesInput, Done]{
	Name: "process.set-series", Rule: "PRC-5", Needs: "task-series:update", Fact: facts.SeriesSet{}, Do: setSeries, Undo: "process.set-series",
	Subject: func(in SetSeriesInput) op.Ref { return op.Ref{Kind: "task-series", ID: in.SeriesID} },
}

// SetSeriesInput names the series and its state from now on.
type SetSeriesInput struct {
	SeriesID id.ID       `json:"series_id" path:"id"`
	State    SeriesState `json:"state" enum:"running,paused,ended"`
}

func setSeries(ctx context.Context, tx *op.Tx, in SetSeriesInput) (Done, error) {
	s, err := loadSeries(ctx, tx, in.SeriesID)
	if err != nil {
		return Done{}, err
	}
	field := problem.Field{Location: "series_id", Value: s.ID}
	switch {
	case !s.RuledBy(tx.Viewer):
		return Done{}, problem.Refuse("PRC-5", "not-giver", field)
	case s.State == Ended && !op.Undoing(ctx): // that it went on may have ended it
		return Done{}, problem.Refuse("PRC-5", "series-ended", field)
	case !slices.Contains([]SeriesState{Running, Paused, Ended}, in.State):
		return Done{}, problem.Refuse("PRC-5", "invalid", problem.Field{Location: "state", Code: "not-one-of", Value: string(in.State), Args: map[string]any{"value": string(in.State)}})
	}
	if in.State != Ended {
		tx.Undoable(SetSeriesInput{SeriesID: s.ID, State: s.State})
	}
	was := s
	if s.State == Paused && in.State == Running {
		if err := s.standing(ctx, tx); err != nil {
			return Done{}, err
		}
		if today := tx.Today(s.Center); s.Next < today {
			s.Next = s.first(today)
		}
	}
	s.State, s.Stopped, s.WasStopped, s.WasNext = in.State, "", was.Stopped, was.Next
	if op.Undoing(ctx) && in.State == Paused {
		s.Stopped, s.Next = was.WasStopped, was.WasNext
	} else if !s.Until.IsZero() && s.Next > s.Until {
		s.State = Ended
	}
	if err := tx.Save(ctx, &s, "state", "next_day", "stopped", "was_stopped", "was_next"); err != nil {
		return Done{}, err
	}
	set := s.set()
	set.Reason = s.Stopped
	tx.Record(s.ID, set)
	return Done{ID: s.ID}, nil
}

// MakeTask makes the task of a series whose day came; a job runs it (PRC-5). Each time it is asked anew whether the colleague still works there,
// and whether who gave it still sees what it is about. Refused: series-not-due, series-over, series-doer-left, series-record-unseen.
var MakeTask = op.Op[SeriesInput, Done]{
	Name: "process.make-task", Rule: "PRC-5", Needs: "task-series:make", Fact: facts.TaskGiven{}, Do: makeTask,
	Subject: func(in SeriesInput) op.Ref { return op.Ref{Kind: "task-series", ID: in.SeriesID} },
}

// SeriesInput names a series.
type SeriesInput struct {
	SeriesID id.ID `json:"series_id" path:"id"`
}

func makeTask(ctx context.Context, tx *op.Tx, in SeriesInput) (Done, error) {
	s, err := loadSeries(ctx, tx, in.SeriesID)
	if err != nil {
		return Done{}, err
	}
	s, due, err := s.turn(tx.Today(s.Center), organization.Of(tx).Calendar(s.Center).OpenOn)
	if err != nil {
		return Done{}, err
	}
	if err := s.standing(ctx, tx); err != nil {
		return Done{}, err
	}
	if err := tx.Save(ctx, &s, "next_day", "state"); err != nil {
		return Done{}, err
	}
	return Task{
		Staff: s.Staff, Center: s.Center, TaskKind: OtherTask, SubjectKind: s.SubjectKind, Subject: s.Subject, Person: s.Person, Title: s.Title, Note: s.Note,
		Due: dueOf(due, tx.Zone(s.Center)), Priority: s.Priority, GivenBy: s.GivenBy, Series: s.ID,
	}.give(ctx, tx)
}

func loadSeries(ctx context.Context, tx *op.Tx, key id.ID) (s Series, err error) {
	err = tx.Select(&s).Where("id = ?", key).Scan(ctx)
	return s, problem.Found(err, "task-series")
}

package sales

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
)

// BoardColumn is a stage of the board (看板, SAL-15): how many enquiries stand there, and the first of them.
type BoardColumn struct {
	Stage Stage
	N     int64
	Cards []Enquiry
}

// boardCard is an enquiry with its place in its column.
type boardCard struct {
	Enquiry
	No int64 `db:"no"`
}

// Board gives the enquiries that f chooses by stage, at most most a column, in the order of the list: two queries, however many there are.
// A stage that f leaves out has no column, and the pool only while something is in it.
func Board(ctx context.Context, tx *op.Tx, f EnquiryFilter, most int) ([]BoardColumn, error) {
	order, err := f.order()
	if err != nil {
		return nil, err
	}
	counts, err := StageCounts(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	out := f.columns(counts)
	f.Stage = ""
	where, args := f.where()
	var parts []string
	var all []any
	for _, c := range out {
		if c.N > 0 {
			parts = append(parts, "SELECT e.*, ROW_NUMBER() OVER (ORDER BY "+order+") AS no FROM (SELECT "+enquiryColumns+" FROM enquiries e WHERE "+where+
				" AND e.stage = ? ORDER BY "+order+" LIMIT ?) e")
			all = append(append(all, args...), string(c.Stage), most)
		}
	}
	if len(parts) == 0 || most == 0 {
		return out, nil
	}
	cards, err := op.All[boardCard](ctx, tx, strings.Join(parts, " UNION ALL ")+" ORDER BY no", all...)
	if err != nil {
		return nil, fmt.Errorf("list cards: %w", err)
	}
	for _, card := range cards {
		i := slices.IndexFunc(out, func(c BoardColumn) bool { return c.Stage == card.Stage })
		out[i].Cards = append(out[i].Cards, card.Enquiry)
	}
	return out, nil
}

// columns are the columns of the board, with their numbers.
func (f EnquiryFilter) columns(counts []StageCount) (out []BoardColumn) {
	for _, s := range Stages {
		c := BoardColumn{Stage: s}
		if i := slices.IndexFunc(counts, func(c StageCount) bool { return c.Stage == s }); i >= 0 {
			c.N = counts[i].N
		}
		if (f.Stage == "" || f.Stage == s) && (f.Outcome == "" || f.Outcome == s.outcome()) && (s != Pooled || c.N > 0) {
			out = append(out, c)
		}
	}
	return out
}

// Towards says what brings an enquiry to a stage, or why nothing does now.
type Towards struct {
	Stage       Stage            `json:"stage"`
	By          By               `json:"by,omitempty" doc:"touch, invite, arrive, quote, contract, lose: what brings it there"`
	Appointment *Appointment     `json:"-"` // that the desk checks in
	Refused     *problem.Problem `json:"-"`
	Refusal     string           `json:"refusal,omitempty" doc:"code of why nothing brings it there now"`
	Missing     string           `json:"missing_step,omitempty" doc:"step of the process that comes first"`
}

// ToStage says what brings an enquiry to a stage as things stand: the rule of stages, the appointment of a visit, and the gates of the
// process (PRC-2) all have a say.
func ToStage(ctx context.Context, tx *op.Tx, e Enquiry, to Stage) (out Towards, err error) {
	out.Stage = to
	out.By, err = progress{e.Stage, e.Reached}.towards(to)
	if err == nil && out.By == ByArriving {
		out.Appointment, err = comingOf(ctx, tx, e)
	}
	if gated := out.By.operation(); err == nil && gated != "" {
		err = process.Ask(ctx, tx, gated, op.Ref{Kind: "enquiry", ID: e.ID}, nil)
	}
	refused, ok := problem.As(err)
	if !ok {
		return out, err
	}
	out.Refused, out.Refusal = refused, refused.Code
	if refused.Step != nil {
		out.Missing = refused.Step.Code
	}
	return out, nil
}

// ToStages says so for every stage.
func ToStages(ctx context.Context, tx *op.Tx, key id.ID) ([]Towards, error) {
	e, err := EnquiryByID(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	out := make([]Towards, len(Stages))
	for i, s := range Stages {
		if out[i], err = ToStage(ctx, tx, e, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// comingOf gives the open appointment of an enquiry. Refused: nobody-expected, other-day.
func comingOf(ctx context.Context, tx *op.Tx, e Enquiry) (*Appointment, error) {
	list, err := Appointments(ctx, tx, AppointmentFilter{Enquiry: e.ID, Open: true, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, problem.Refuse("SAL-5", "nobody-expected", problem.Field{Location: "stage", Value: string(Visited)})
	}
	a := list.Items[0]
	_, _, err = a.arrive(id.None, tx.Now, tx.Zone(a.Center))
	return &a, err
}

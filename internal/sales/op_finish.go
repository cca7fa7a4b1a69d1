package sales

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// Outcomes lists what may come of a visit.
var Outcomes = []string{"quote", "think", "lost"}

const longestAnswer = 1000

var number = regexp.MustCompile(`^[-−]?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// FinishVisit ends a visit with the needs analysis, the result of a placement test if there was one, and an outcome (SAL-6). Refused: visit-finished, visit-withdrawn, required answers of the
// course, answers that are not of their question's kind, a loss without a reason of the list.
var FinishVisit = op.Op[FinishVisitInput, VisitAnswer]{
	Name: "sales.finish-visit", Rule: "SAL-6", Needs: "visit:update", Fact: facts.VisitFinished{}, Do: finishVisit,
	Subject: func(in FinishVisitInput) op.Ref { return op.Ref{Kind: "visit", ID: in.VisitID} }, Undo: "sales.reopen-visit",
}

// FinishVisitInput is what was learnt in the talk.
type FinishVisitInput struct {
	VisitID    id.ID             `json:"visit_id" path:"id"`
	CourseID   id.ID             `json:"course_id,omitempty" doc:"the course talked about; the enquiry's if left out"`
	Needs      map[string]string `json:"needs,omitempty" doc:"question code → answer"`
	Outcome    string            `json:"outcome" enum:"quote,think,lost"`
	LostReason string            `json:"lost_reason,omitempty" maxLength:"40"`
	Placement  *Placement        `json:"placement,omitempty" doc:"of the placement test, where there was one"`
}

func finishVisit(ctx context.Context, tx *op.Tx, in FinishVisitInput) (VisitAnswer, error) {
	v, e, err := visitHere(ctx, tx, in.VisitID)
	if err != nil {
		return VisitAnswer{}, err
	}
	was := e
	e.remember(v.ID)
	if !in.CourseID.IsNone() {
		e.Course = in.CourseID
	}
	questions, err := questionsOf(ctx, tx, e.Course)
	if err != nil {
		return VisitAnswer{}, err
	}
	answers, placement, err := in.check(questions)
	if err != nil {
		return VisitAnswer{}, err
	}
	if in.Outcome == "lost" {
		if err := lossReason(ctx, tx, "lost_reason", in.LostReason); err != nil {
			return VisitAnswer{}, err
		}
	}
	v.Needs, v.Placement, v.Outcome, v.LostReason, v.Finished = answers, placement, in.Outcome, in.LostReason, tx.Now
	if err := tx.Save(ctx, &v, "needs", "placement", "outcome", "lost_reason", "finished_at"); err != nil {
		return VisitAnswer{}, err
	}
	f := facts.VisitFinished{Matter: e.matter(), Visit: v.ID, Needs: codes(answers), Outcome: in.Outcome, Reason: in.LostReason, Turn: e.turned(was), Tested: placement != nil}
	switch to := e.after(f); {
	case to == Lost:
		e.LostReason, e.NextStep, e.NextDay = in.LostReason, "", 0
		if f.Ends, err = endOpen(ctx, tx, e); err != nil {
			return VisitAnswer{}, err
		}
	case to.Open():
		e.NextStep, e.NextDay = map[string]string{"quote": "make-quote", "think": "call-back"}[in.Outcome], tx.Today(e.Center)
	}
	if err := move(ctx, tx, &e, e.after(f), "past", "course", "lost_reason", "next_step", "next_day"); err != nil {
		return VisitAnswer{}, err
	}
	tx.Undoable(VisitInput{VisitID: v.ID})
	tx.Record(v.ID, f)
	return v.answer(e.Stage), nil
}

func questionsOf(ctx context.Context, tx *op.Tx, course id.ID) ([]contracts.Question, error) {
	if course.IsNone() {
		return nil, nil
	}
	c, err := contracts.CourseByID(ctx, tx, course)
	if p, ok := problem.As(err); ok && p.Code == "not-found" {
		return nil, problem.Refuse("SAL-6", "invalid", problem.Field{Location: "course_id", Code: "unknown", Value: course})
	}
	return c.Needs, err
}

// check gives the answers and the result of a test that were given. Who did not stay for the talk is lost without answers; else the mandatory ones of
// the course, and at least one, are needed.
func (in FinishVisitInput) check(questions []contracts.Question) (map[string]string, *Placement, error) {
	var bad problem.Invalid
	placement := in.Placement.given(&bad)
	if !slices.Contains(Outcomes, in.Outcome) {
		bad.Add("outcome", "not-one-of", in.Outcome, "list", strings.Join(Outcomes, ", "))
	}
	answers := map[string]string{}
	for code, text := range in.Needs {
		text = strings.TrimSpace(text)
		i := slices.IndexFunc(questions, func(q contracts.Question) bool { return q.Code == code })
		switch {
		case i < 0:
			bad.Add("needs."+code, "unknown-question", code)
		case len([]rune(text)) > longestAnswer:
			bad.Add("needs."+code, "too-long", nil, "max", longestAnswer)
		case text != "":
			answers[code] = text
			checkAnswer(&bad, questions[i], text)
		}
	}
	if in.Outcome != "lost" {
		if len(questions) == 0 {
			bad.Add("course_id", "required", nil)
		}
		for _, q := range questions {
			if q.Required && answers[q.Code] == "" {
				bad.Add("needs."+q.Code, "required", nil)
			}
		}
	}
	return answers, placement, bad.Err("SAL-6")
}

// checkAnswer refuses an answer that is not of its question's kind: a number as it is written (3, −2.5), a day (2026-11-24), one of the
// choices, yes or no.
func checkAnswer(bad *problem.Invalid, q contracts.Question, text string) {
	field := "needs." + q.Code
	oneOf := func(list ...string) {
		if !slices.Contains(list, text) {
			bad.Add(field, "not-one-of", text, "list", strings.Join(list, ", "))
		}
	}
	switch q.Kind {
	case "number":
		if !number.MatchString(text) {
			bad.Add(field, "answer-number", text)
		}
	case "date":
		if _, err := bizdate.Parse(text); err != nil {
			bad.Add(field, "bad-date", text)
		}
	case "choice":
		oneOf(q.Choices...)
	case "yes-no":
		oneOf("yes", "no")
	}
}

func codes(answers map[string]string) []string {
	out := make([]string, 0, len(answers))
	for code := range answers {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// lossReason refuses a reason that is not on the list.
func lossReason(ctx context.Context, tx *op.Tx, field, code string) error {
	ok, err := people.KnownCode(ctx, tx, "loss-reason", code)
	if err != nil {
		return fmt.Errorf("look for loss reason: %w", err)
	}
	if !ok {
		return problem.Refuse("SAL-6", "invalid", problem.Field{Location: field, Code: "loss-reason", Value: code})
	}
	return nil
}

package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// AddCourse adds a course with the questions of its needs analysis (SAL-6). Refused: code-taken.
var AddCourse = op.Op[CourseInput, Answer]{
	Name: "contracts.add-course", Rule: "SAL-6", Needs: "course:create", Fact: facts.CourseAdded{}, Do: addCourse,
}

// CourseInput is what is known of a course.
type CourseInput struct {
	Code   string     `json:"code" maxLength:"40"`
	NameZH string     `json:"name_zh" maxLength:"100"`
	NameEN string     `json:"name_en,omitempty" maxLength:"100"`
	Needs  []Question `json:"needs,omitempty" maxItems:"30"`
}

// Answer names the record and its version.
type Answer struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
}

func addCourse(ctx context.Context, tx *op.Tx, in CourseInput) (Answer, error) {
	c := Course{
		ID: tx.NewID(), Code: strings.TrimSpace(in.Code), NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN),
		Needs: questions(in.Needs), Active: true,
	}
	if err := c.check().Err("SAL-6"); err != nil {
		return Answer{}, err
	}
	if err := insertCoded(ctx, tx, c, c.Code); err != nil {
		return Answer{}, err
	}
	tx.Record(c.ID, facts.CourseAdded{Course: c.ID, Code: c.Code})
	return Answer{ID: c.ID, Version: c.Version}, nil
}

// ChangeCourse changes a course. What is left out stays. Refused: stale.
var ChangeCourse = op.Op[ChangeCourseInput, Answer]{
	Name: "contracts.change-course", Rule: "SAL-6", Needs: "course:update", Fact: facts.CourseChanged{}, Do: changeCourse,
	Subject: func(in ChangeCourseInput) op.Ref { return op.Ref{Kind: "course", ID: in.CourseID} }, Undo: "contracts.change-course",
}

// ChangeCourseInput names the fields that change.
type ChangeCourseInput struct {
	CourseID id.ID       `json:"course_id" path:"id"`
	Version  *int64      `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	NameZH   *string     `json:"name_zh,omitempty" maxLength:"100"`
	NameEN   *string     `json:"name_en,omitempty" maxLength:"100"`
	Needs    *[]Question `json:"needs,omitempty" doc:"all questions"`
	Active   *bool       `json:"active,omitempty"`
}

func changeCourse(ctx context.Context, tx *op.Tx, in ChangeCourseInput) (Answer, error) {
	c, err := CourseByID(ctx, tx, in.CourseID)
	if err != nil {
		return Answer{}, err
	}
	was := c
	var changed []string
	if in.Version != nil {
		c.Version = *in.Version
	}
	set(&changed, "name_zh", &c.NameZH, trimmed(in.NameZH))
	set(&changed, "name_en", &c.NameEN, trimmed(in.NameEN))
	set(&changed, "active", &c.Active, in.Active)
	if in.Needs != nil {
		c.Needs = questions(*in.Needs)
		changed = append(changed, "needs")
	}
	if err := c.check().Err("SAL-6"); err != nil {
		return Answer{}, err
	}
	if err := tx.Save(ctx, &c, "name_zh", "name_en", "needs", "active"); err != nil {
		return Answer{}, err
	}
	tx.Undoable(ChangeCourseInput{CourseID: c.ID, NameZH: &was.NameZH, NameEN: &was.NameEN, Needs: &was.Needs, Active: &was.Active})
	tx.Record(c.ID, facts.CourseChanged{Course: c.ID, Fields: changed})
	return Answer{ID: c.ID, Version: c.Version}, nil
}

func questions(list []Question) []Question {
	out := slices.Clone(list)
	for i := range out {
		q := &out[i]
		q.Code, q.NameZH, q.NameEN = strings.TrimSpace(q.Code), strings.TrimSpace(q.NameZH), strings.TrimSpace(q.NameEN)
		if q.Kind == "" {
			q.Kind = "text"
		}
	}
	return out
}

// insertCoded inserts a record with a code of its own; refused: code-taken.
func insertCoded(ctx context.Context, tx *op.Tx, rec op.Record, code string) error {
	taken := problem.Refuse("CON-1", "code-taken", problem.Field{Location: "code", Value: code})
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM "+rec.TableName()+" WHERE code = ?", []any{code}, &n); err != nil {
		return fmt.Errorf("look for code: %w", err)
	}
	if n > 0 {
		return taken
	}
	err := tx.Insert(ctx, rec)
	if db.Duplicate(err) {
		return taken
	}
	return err
}

func trimmed(s *string) *string {
	if s == nil {
		return s
	}
	t := strings.TrimSpace(*s)
	return &t
}

func set[T comparable](changed *[]string, name string, field, value *T) {
	if value != nil && *value != *field {
		*field = *value
		*changed = append(*changed, name)
	}
}

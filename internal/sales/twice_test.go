package sales_test

import (
	"context"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// A person has one open enquiry of a kind at a center, unless it is about another course; an ended one, another kind and another center
// are another matter (SAL-1).
func TestSAL1_OpenEnquiryTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		other := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "MATH", NameZH: "数学", NameEN: "Maths", Needs: []contracts.Question{
			{Code: "goal", NameZH: "目标", NameEN: "Goal"},
		}}))(t)
		e, desk := s.Enquiry(t, s.HD), s.FrontDesk(s.HD)
		again := func(ctx context.Context, course id.ID, kind string) func() error {
			return func() error {
				return second(sales.Enter.Run(ctx, s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.HD, CourseID: course, Kind: kind}))
			}
		}
		refuse(t, s, map[string]refused{
			"the same course": {again(desk, s.Course, ""), "422 invalid person_id:open-enquiry"},
			"no course":       {again(desk, id.None, "new"), "422 invalid person_id:open-enquiry"},
			"its consultant":  {again(s.Consultant(s.HD), s.Course, "new"), "422 invalid person_id:open-enquiry"},
		})
		if p, ok := problem.As(again(desk, s.Course, "")()); ok && p.Fields[0].Value != e.ID || ok && p.Fields[0].Args["name"] != "consultant@HD" {
			t.Errorf("the refusal names %+v", p.Fields[0])
		}
		must(sales.Enter.Run(desk, s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.HD, CourseID: other.ID}))(t)
		must(sales.Enter.Run(desk, s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.HD, CourseID: s.Course, Kind: "upgrade"}))(t)
		must(sales.Enter.Run(s.System(), s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.CY, CourseID: s.Course}))(t)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}))(t)
		must(sales.Enter.Run(desk, s.Ops, sales.EnterInput{PersonID: e.PersonID, CenterID: s.HD, CourseID: s.Course}))(t)
	})
}

// What the form of an enquiry learns of a known person is kept with it, and never replaces what is known (UI-F4).
func TestUIF4_BirthOfKnown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		known := must(people.Register.Run(desk, s.Ops, people.RegisterInput{Name: "陈同同"}))(t)
		in := sales.EnterInput{PersonID: known.ID, CenterID: s.HD, CourseID: s.Course, Birth: today(s) - 3000}
		same(t, "facts", since(t, s, func() { must(sales.Enter.Run(desk, s.Ops, in))(t) }), []string{"people.person-changed.1", "sales.enquiry-entered.1"})
		in.Birth, in.Kind = today(s)-4000, "return"
		same(t, "facts", since(t, s, func() { must(sales.Enter.Run(desk, s.Ops, in))(t) }), []string{"sales.enquiry-entered.1"})
	})
}

// An answer is of its question's kind (SAL-6).
func TestSAL6_AnswersByKind(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		course := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "KINDS", NameZH: "各种问题", NameEN: "Kinds", Needs: []contracts.Question{
			{Code: "years", NameZH: "学过几年", NameEN: "Years", Kind: "number"},
			{Code: "exam", NameZH: "考试日", NameEN: "Exam", Kind: "date"},
			{Code: "level", NameZH: "级别", NameEN: "Level", Kind: "choice", Choices: []string{"A1", "A2"}},
			{Code: "trial", NameZH: "试听", NameEN: "Trial", Kind: "yes-no"},
			{Code: "note", NameZH: "备注", NameEN: "Note"},
		}}))(t)
		_, v := visited(t, s)
		finish := func(needs map[string]string) func() error {
			return func() error {
				return second(sales.FinishVisit.Run(s.Consultant(s.HD), s.Ops, sales.FinishVisitInput{VisitID: v.ID, CourseID: course.ID, Needs: needs, Outcome: "think"}))
			}
		}
		refuse(t, s, map[string]refused{
			"number":       {finish(map[string]string{"years": "abc"}), "422 invalid needs.years:answer-number"},
			"exponent":     {finish(map[string]string{"years": "1e9"}), "422 invalid needs.years:answer-number"},
			"date":         {finish(map[string]string{"exam": "31 Foo"}), "422 invalid needs.exam:bad-date"},
			"no such day":  {finish(map[string]string{"exam": "2026-02-31"}), "422 invalid needs.exam:bad-date"},
			"choice":       {finish(map[string]string{"level": "not-a-choice"}), "422 invalid needs.level:not-one-of"},
			"yes-no":       {finish(map[string]string{"trial": "maybe"}), "422 invalid needs.trial:not-one-of"},
			"one of three": {finish(map[string]string{"years": "2.5", "exam": "2026-11-24", "trial": "Yes"}), "422 invalid needs.trial:not-one-of"},
		})
		if p, ok := problem.As(finish(map[string]string{"years": "abc"})()); ok && p.Rule != "SAL-6" || ok && p.Fields[0].Value != "abc" {
			t.Errorf("the refusal names rule %s, %+v", p.Rule, p.Fields[0])
		}
		if err := finish(map[string]string{"years": "-2.5", "exam": "2026-11-24", "level": "A2", "trial": "no", "note": "abc"})(); err != nil {
			t.Error(err)
		}
	})
}

package contracts_test

import (
	"context"
	"slices"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// Courses and packages are set up by IT; who sells them cannot change them, and a refusal leaves nothing.
func TestCON1_Catalogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		in := contracts.PackageInput{Code: "EN24", CourseID: s.Course, NameZH: "24 课时", Hours: 2400, Price: money.Yuan(10_800), ValidityDays: 180}
		if _, err := contracts.AddPackage.Run(s.Consultant(s.HD), s.Ops, in); err == nil {
			t.Error("a consultant added a package")
		}
		made, err := contracts.AddPackage.Run(s.IT(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contracts.AddPackage.Run(s.IT(), s.Ops, in); err == nil {
			t.Error("a code was given twice")
		}
		if _, err := contracts.ChangeCourse.Run(s.IT(), s.Ops, contracts.ChangeCourseInput{CourseID: s.Course, NameEN: new("Kids' English")}); err != nil {
			t.Fatal(err)
		}
		if _, err := contracts.ChangeCourse.Run(s.IT(), s.Ops, contracts.ChangeCourseInput{CourseID: s.Course, Version: new(int64(0)), NameEN: new("Stale")}); err == nil {
			t.Error("a change from an older version was saved (ORG-10)")
		}
		s.Read(t, s.IT(), func(ctx context.Context, tx *op.Tx) error {
			course, err := contracts.CourseByID(ctx, tx, s.Course)
			if course.NameEN != "Kids' English" || course.NameZH != "少儿英语" || len(course.Needs) != 2 {
				t.Errorf("course = %+v", course)
			}
			return err
		})
		if made.ID.IsNone() {
			t.Error("the package has no id")
		}
		if facts := s.Facts(t); !slices.Equal(facts, []string{"contracts.package-added.1", "contracts.course-changed.1"}) {
			t.Errorf("facts = %v", facts)
		}
	})
}

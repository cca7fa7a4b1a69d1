package people_test

import (
	"testing"

	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// An appointment that an undo restores was noted in the log under who was merged since; whoever invited hears of it under whose record stands.
func TestPPL5_UndoAfterMergeTellsOfWhoStands(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, _ := s.Appointment(t, s.HD)
		boss := s.Principal(s.HD)
		if _, err := sales.Lose.Run(boss, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"}); err != nil {
			t.Fatal(err)
		}
		stands := s.Person(t, s.HD)
		if _, err := people.Merge.Run(boss, s.Ops, people.MergeInput{PersonID: stands, WithID: e.PersonID}); err != nil {
			t.Fatal(err)
		}
		if _, err := sales.ReopenEnquiry.Run(boss, s.Ops, sales.EnquiryInput{EnquiryID: e.ID}); err != nil {
			t.Fatal(err)
		}
		s.Check(t)
	})
}

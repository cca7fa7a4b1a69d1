package sales_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// referred names a person as the referrer of an enquiry.
func referred(t *testing.T, s *testkit.School, enquiry, referrer id.ID) error {
	t.Helper()
	return second(sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: enquiry, ReferrerID: &referrer}))
}

// A referrer is named, shown with whom they brought, and withdrawn; refused are oneself, a circle, and whom one does not see (MKT-12).
func TestMKT12_Referrer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b, c := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		beyond, lost := s.Person(t, s.CY), s.Enquiry(t, s.HD)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}))(t)
		for enquiry, referrer := range map[id.ID]id.ID{b.ID: a.PersonID, c.ID: b.PersonID} {
			if err := referred(t, s, enquiry, referrer); err != nil {
				t.Fatal(err)
			}
		}
		brought := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]sales.Enquiry, error) {
			return sales.Referred(ctx, tx, a.PersonID, 10)
		})
		if len(brought) != 1 || brought[0].ID != b.ID {
			t.Errorf("brought = %+v", brought)
		}
		refuse(t, s, map[string]refused{
			"oneself": {func() error { return referred(t, s, a.ID, a.PersonID) }, "422 invalid referrer_id:referrer-self"},
			"circle":  {func() error { return referred(t, s, a.ID, b.PersonID) }, "422 invalid referrer_id:referrer-circle"},
			"long":    {func() error { return referred(t, s, a.ID, c.PersonID) }, "422 invalid referrer_id:referrer-circle"},
			"unseen":  {func() error { return referred(t, s, a.ID, beyond) }, "422 invalid referrer_id:unknown"},
			"ended":   {func() error { return referred(t, s, lost.ID, a.PersonID) }, "422 already-ended enquiry_id:"},
			"new one": {func() error {
				return second(sales.Enter.Run(s.Principal(s.HD), s.Ops, sales.EnterInput{PersonID: a.PersonID, CenterID: s.HD, Kind: "upgrade", ReferrerID: c.PersonID}))
			}, "422 invalid referrer_id:referrer-circle"},
		})
		if err := referred(t, s, c.ID, id.None); err != nil {
			t.Fatal(err)
		}
		if err := referred(t, s, a.ID, c.PersonID); err != nil {
			t.Errorf("after the withdrawal: %v", err)
		}
		s.Check(t)
	})
}

// Whatever is named, nobody comes to have brought who brought them (MKT-12).
func TestMKT12_NeverACircle(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		var all []sales.Entered
		for range 6 {
			all = append(all, s.Enquiry(t, s.HD))
		}
		by := map[int]int{}
		rapid.Check(t, func(r *rapid.T) {
			i, j := rapid.IntRange(0, 5).Draw(r, "enquiry"), rapid.IntRange(-1, 5).Draw(r, "referrer")
			if old, ok := by[i]; ok && old == j || !ok && j < 0 {
				return
			}
			chain := []int{j}
			for last, ok := j, true; ok && !slices.Contains(chain, i); chain = append(chain, last) {
				if last, ok = by[last]; !ok {
					break
				}
			}
			referrer := id.None
			if j >= 0 {
				referrer = all[j].PersonID
			}
			err := referred(t, s, all[i].ID, referrer)
			if circle := slices.Contains(chain, i); circle != (err != nil) {
				r.Fatalf("%d brought by %d: %v, those are %v", i, j, err, by)
			}
			if err != nil {
				return
			}
			if by[i] = j; j < 0 {
				delete(by, i)
			}
		})
		s.Check(t)
	})
}

// Two namings at once that close a circle together: one at most stands (MKT-12).
func TestMKT12_CircleAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 5 {
			a, b := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
			errs := make(chan error, 2)
			for _, pair := range [][2]id.ID{{a.ID, b.PersonID}, {b.ID, a.PersonID}} {
				go func() {
					errs <- second(sales.ChangeEnquiry.Run(s.Principal(s.HD), s.Ops, sales.ChangeEnquiryInput{EnquiryID: pair[0], ReferrerID: &pair[1]}))
				}()
			}
			first, other := <-errs, <-errs
			if (first == nil) == (other == nil) {
				t.Errorf("both answered alike: %v, %v", first, other)
			}
		}
		s.Check(t)
	})
}

// A merge leads the referrer along; where it makes one human being of who brought and who was brought, nobody is named any more (MKT-12, PPL-5).
func TestMKT12_Merge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		a, b, c := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		kept := s.Person(t, s.HD)
		for enquiry, referrer := range map[id.ID]id.ID{b.ID: a.PersonID, c.ID: b.PersonID} {
			if err := referred(t, s, enquiry, referrer); err != nil {
				t.Fatal(err)
			}
		}
		must(people.Merge.Run(s.Principal(s.HD), s.Ops, people.MergeInput{PersonID: kept, WithID: a.PersonID}))(t)
		if got := enquiry(t, s, b.ID).Referrer; got != kept {
			t.Errorf("referrer after the merge = %s, want %s", got, kept)
		}
		must(people.Merge.Run(s.Principal(s.HD), s.Ops, people.MergeInput{PersonID: kept, WithID: c.PersonID}))(t)
		if got := enquiry(t, s, c.ID).Referrer; !got.IsNone() {
			t.Errorf("referrer within a circle = %s", got)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'sales.enquiry-changed.1' AND subject = ?", c.ID); n != 2 {
			t.Errorf("%d facts of a referrer that was named and withdrawn", n)
		}
		s.Check(t)
	})
}

// An undo of the merge names again whom it withdrew, as they were before it; not where somebody else was named since (MKT-12, PPL-5).
func TestMKT12_Unmerge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		name := func(enquiry, referrer id.ID) {
			t.Helper()
			if err := referred(t, s, enquiry, referrer); err != nil {
				t.Fatal(err)
			}
		}
		for _, side := range []string{"kept brought gone", "gone brought kept", "over another"} {
			kept, gone, other := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
			was := map[id.ID]id.ID{}
			switch side {
			case "kept brought gone":
				was[gone.ID] = kept.PersonID
			case "gone brought kept":
				was[kept.ID] = gone.PersonID
			default:
				was[other.ID], was[gone.ID] = kept.PersonID, other.PersonID
			}
			for enquiry, referrer := range was {
				name(enquiry, referrer)
			}
			m := must(people.Merge.Run(s.Principal(s.HD), s.Ops, people.MergeInput{PersonID: kept.PersonID, WithID: gone.PersonID}))(t)
			s.Check(t)
			must(people.Unmerge.Run(s.Principal(s.HD), s.Ops, people.UnmergeInput{PersonID: kept.PersonID, MergeID: m.MergeID}))(t)
			for _, e := range []sales.Entered{kept, gone, other} {
				if got := enquiry(t, s, e.ID).Referrer; got != was[e.ID] {
					t.Errorf("%s: after the undo %s is the referrer, want %s", side, got, was[e.ID])
				}
			}
			if n := s.Count(t, "SELECT COUNT(*) FROM withdrawn_referrers"); n != 0 {
				t.Errorf("%d withdrawn referrers are kept", n)
			}
		}
		kept, gone, other := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		name(gone.ID, kept.PersonID)
		m := must(people.Merge.Run(s.Principal(s.HD), s.Ops, people.MergeInput{PersonID: kept.PersonID, WithID: gone.PersonID}))(t)
		name(gone.ID, other.PersonID)
		must(people.Unmerge.Run(s.Principal(s.HD), s.Ops, people.UnmergeInput{PersonID: kept.PersonID, MergeID: m.MergeID}))(t)
		if got := enquiry(t, s, gone.ID).Referrer; got != other.PersonID {
			t.Errorf("who was named since is replaced by %s", got)
		}
		s.Check(t)
	})
}

// A submission that joins an open enquiry names who recommends by its point, unless somebody is named; nobody recommends themselves or who brought them (MKT-12, MKT-11).
func TestMKT12_JoinedReferrer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		first, second := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		open := enter(t, s, form(point(t, s, nil), 1))
		send := func(n int, referrer id.ID) marketing.SubmissionAnswer {
			t.Helper()
			p := must(marketing.SetCapturePoint.Run(s.Principal(s.HD), s.Ops, marketing.CapturePointInput{Name: "老带新", Kind: "link", CenterID: s.HD, ChannelID: s.Web, ReferrerID: &referrer}))(t)
			in := form(p, 1)
			in.Challenge = fmt.Sprintf("again-%d", n)
			return enter(t, s, in)
		}
		if got := send(1, enquiry(t, s, open.Enquiry).Person); got.Enquiry != open.Enquiry || !enquiry(t, s, open.Enquiry).Referrer.IsNone() {
			t.Errorf("somebody recommends themselves: %+v", got)
		}
		for n, referrer := range []id.ID{first.PersonID, second.PersonID} {
			if got := send(2+n, referrer); got.Enquiry != open.Enquiry || enquiry(t, s, open.Enquiry).Referrer != first.PersonID {
				t.Errorf("%d: joined %+v, the referrer is %s, want %s", n, got, enquiry(t, s, open.Enquiry).Referrer, first.PersonID)
			}
		}
		brought := must(people.Register.Run(s.FrontDesk(s.HD), s.Ops, people.RegisterInput{Name: "谢小满", Phones: []people.ContactInput{{Value: "13700001111"}}}))(t)
		e := must(sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: brought.ID, CenterID: s.HD, ReferrerID: enquiry(t, s, open.Enquiry).Person}))(t)
		p := must(marketing.SetCapturePoint.Run(s.Principal(s.HD), s.Ops, marketing.CapturePointInput{Name: "老带新", Kind: "link", CenterID: s.HD, ChannelID: s.Web, ReferrerID: &brought.ID}))(t)
		in := form(p, 2)
		in.Name, in.Phone = "何雨桐1", "13800138001"
		s.Exec(t, "UPDATE enquiries SET referrer = NULL WHERE id = ?", open.Enquiry)
		if got := enter(t, s, in); got.Enquiry != open.Enquiry || !enquiry(t, s, open.Enquiry).Referrer.IsNone() || e.ID.IsNone() {
			t.Errorf("who was brought recommends who brought them: %+v", got)
		}
		s.Check(t)
	})
}

// Two merges that each withdrew a referrer of one enquiry name again whom each withdrew, also after a third that led one of them was undone (PPL-5).
func TestMKT12_TwoWithdrawnOfOneEnquiry(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		boss := s.Principal(s.HD)
		e, first, then := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD) // brought by first, later by then
		w, z := s.Person(t, s.HD), s.Person(t, s.HD)
		merge := func(kept, gone id.ID) id.ID {
			t.Helper()
			return must(people.Merge.Run(boss, s.Ops, people.MergeInput{PersonID: kept, WithID: gone}))(t).MergeID
		}
		unmerge := func(kept, m id.ID) {
			t.Helper()
			must(people.Unmerge.Run(boss, s.Ops, people.UnmergeInput{PersonID: kept, MergeID: m}))(t)
		}
		for _, pair := range [][2]id.ID{{e.ID, first.PersonID}, {first.ID, w}, {then.ID, z}} {
			if err := referred(t, s, pair[0], pair[1]); err != nil {
				t.Fatal(err)
			}
		}
		merge(e.PersonID, w)
		if err := referred(t, s, e.ID, then.PersonID); err != nil {
			t.Fatal(err)
		}
		second := merge(e.PersonID, z)
		if got := enquiry(t, s, e.ID).Referrer; !got.IsNone() {
			t.Fatalf("the circle stays: %s", got)
		}
		unmerge(then.PersonID, merge(then.PersonID, first.PersonID))
		unmerge(e.PersonID, second)
		if got := enquiry(t, s, e.ID).Referrer; got != then.PersonID {
			t.Errorf("referrer %s, want %s and not %s", got, then.PersonID, first.PersonID)
		}
		s.Check(t)
	})
}

// A walk-in that is taken back takes back whom it named as referrer; not whom the enquiry named before (MKT-12, UI-B2).
func TestMKT12_WalkInTakenBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		e, named, other := s.Enquiry(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)
		come := func(referrer id.ID) {
			t.Helper()
			v := must(sales.WalkIn.Run(desk, s.Ops, sales.WalkInInput{PersonID: e.PersonID, CenterID: s.HD, ReferrerID: referrer}))(t)
			if got := enquiry(t, s, e.ID).Referrer; got != named {
				t.Errorf("came with %s, want %s", got, named)
			}
			must(sales.WithdrawCheckIn.Run(desk, s.Ops, sales.VisitInput{VisitID: v.ID}))(t)
		}
		come(named)
		if got := enquiry(t, s, e.ID).Referrer; !got.IsNone() {
			t.Errorf("after the walk-in was taken back %s is the referrer", got)
		}
		if got := s.Facts(t); got[len(got)-1] != "sales.visit-withdrawn.1" {
			t.Errorf("facts %v", got[len(got)-3:])
		}
		if err := referred(t, s, e.ID, named); err != nil {
			t.Fatal(err)
		}
		come(other)
		if got := enquiry(t, s, e.ID).Referrer; got != named {
			t.Errorf("who was named before is %s, want %s", got, named)
		}
		s.Check(t)
	})
}

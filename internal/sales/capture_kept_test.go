package sales_test

import (
	"context"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func mayContact(t *testing.T, s *testkit.School, person id.ID, channel string) bool {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (bool, error) {
		return people.MayContact(ctx, tx, person, "marketing", channel)
	})
}

func relativesOf(t *testing.T, s *testkit.School, person id.ID) []people.Relative {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Relative, error) {
		p, err := people.ByID(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		return people.Relatives(ctx, tx, p)
	})
}

// grown is what somebody of age fills in.
func grown(p marketing.CapturePointAnswer, n int) marketing.ReceiveInput {
	in := form(p, n)
	in.Minor, in.Guardian = false, ""
	return in
}

// TestPPL9_FormConsent: the consent of a form counts for calls and messages, by its source and day; a minor's is the guardian's, who is entered and
// linked once, whatever the form is sent again for.
func TestPPL9_FormConsent(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		child := submission(t, s, enter(t, s, form(p, 1)).ID).Person
		family := relativesOf(t, s, child)
		if len(family) != 1 || family[0].Name != "何先生" || family[0].Relation != "other" || family[0].Phone != "" {
			t.Fatalf("family = %+v", family)
		}
		list := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.Consent, error) { return people.Consents(ctx, tx, child) })
		if len(list) != 2 {
			t.Fatalf("consents = %+v", list)
		}
		for i, channel := range []string{"call", "sms"} {
			c := list[i]
			if c.Channel != channel || c.Purpose != "marketing" || c.Source != "form" || !c.Given || c.Guardian != family[0].ID || c.Day != bizdate.Of(testkit.Morning, s.Dir.Zone(s.HD)) || !c.Staff.IsNone() {
				t.Errorf("consent = %+v", c)
			}
		}
		if !mayContact(t, s, child, "sms") || mayContact(t, s, child, "email") {
			t.Error("the consent of the form does not count as its text says")
		}
		again := form(p, 1)
		again.Said, again.Challenge = "周末", "again"
		enter(t, s, again)
		if family = relativesOf(t, s, child); len(family) != 1 {
			t.Errorf("sent again: %+v", family)
		}
		sibling := form(p, 1)
		sibling.Name, sibling.Challenge = "何雨杉", "sibling"
		if other := relativesOf(t, s, submission(t, s, enter(t, s, sibling).ID).Person); len(other) != 1 || other[0].ID != family[0].ID {
			t.Errorf("the guardian of two: %+v", other)
		}
		named := form(p, 4)
		named.Guardian = "吴敏"
		if full := relativesOf(t, s, submission(t, s, enter(t, s, named).ID).Person); len(full) != 1 || full[0].Name != "吴敏" || full[0].Phone == "" {
			t.Errorf("a guardian by the full name: %+v", full)
		}
		adult := submission(t, s, enter(t, s, grown(p, 2)).ID).Person
		if !mayContact(t, s, adult, "call") || len(relativesOf(t, s, adult)) != 0 {
			t.Error("an adult's own consent")
		}
		s.Check(t)
	})
}

// TestPPL9_FormConsentVoid: the lead is kept, but the consent does not count where a minor gives it alone, where a guardian gives it for who is of age,
// or where the guardian is not named; nothing goes out by it.
func TestPPL9_FormConsentVoid(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		known := func(n int, birth bizdate.Date) id.ID {
			in := form(p, n)
			a, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, people.RegisterInput{Name: in.Name, CenterID: s.HD, Birth: birth, Phones: []people.ContactInput{{Value: in.Phone}}})
			if err != nil {
				t.Fatal(err)
			}
			return a.ID
		}
		child, adult := known(1, bizdate.New(2015, 5, 1)), known(2, bizdate.New(1990, 5, 1))
		self := form(p, 3)
		self.Guardian = self.Name
		for what, in := range map[string]marketing.ReceiveInput{"a minor alone": grown(p, 1), "a guardian of an adult": form(p, 2), "the learner as the guardian": self} {
			s1 := submission(t, s, enter(t, s, in).ID)
			if s1.State != marketing.SubmissionEntered || s1.ConsentBy == "" {
				t.Errorf("%s: %+v", what, s1)
			}
			if mayContact(t, s, s1.Person, "sms") || len(relativesOf(t, s, s1.Person)) != 0 {
				t.Errorf("%s: the consent counts", what)
			}
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM submissions WHERE person IN (?, ?)", child, adult); n != 2 {
			t.Errorf("%d joined who is known", n)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM consents"); n != 0 {
			t.Errorf("%d consents", n)
		}
		s.Check(t)
	})
}

// TestMKT11_JoinsAsTouch: who writes again is a contact on the open enquiry with the words of the form, to be called back today; it is no first contact
// of the school, so its time runs on, the enquiry is new, and the process waits for the first touch.
func TestMKT11_JoinsAsTouch(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, func(in *marketing.CapturePointInput) { in.StaffID = s.StaffID(s.Consultant(s.HD)) })
		first := enter(t, s, form(p, 1))
		was := enquiry(t, s, first.Enquiry)
		s.Clock.Set(s.Clock.Now().Add(5 * time.Minute))
		again := form(p, 1)
		again.Said, again.Challenge = "想上周末班", "other"
		enter(t, s, again)
		list := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]people.Touch, error) {
			return people.Touches(ctx, tx, was.Person, 9)
		})
		if len(list) != 1 {
			t.Fatalf("touches = %+v", list)
		}
		if c := list[0]; c.Channel != "form" || c.Direction != "in" || c.Note != "想上周末班" || c.Result != "" || !c.Staff.IsNone() || c.NextStep != "call-back" || c.NextDay != today(s) || c.Enquiry != was.ID {
			t.Errorf("touch = %+v", c)
		}
		e := enquiry(t, s, first.Enquiry)
		if e.NextStep != "call-back" || e.NextDay != today(s) || e.Stage != sales.New || !e.FirstTouch.IsZero() || !e.ContactDue.Equal(was.ContactDue) || was.ContactDue.IsZero() {
			t.Errorf("enquiry = %+v", e)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM case_steps WHERE case_id = ? AND step = 'first-touch'", e.ID); n != 0 {
			t.Error("the process took it for the first touch")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'people.touch-recorded.1' AND payload LIKE '%first_contact%'"); n != 0 {
			t.Error("it counts as the first contact")
		}
		s.Clock.Set(e.ContactDue.Add(time.Minute))
		if err := sales.DueWork(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if e = enquiry(t, s, first.Enquiry); !e.Breached {
			t.Error("the time of the first contact ran out, and nobody was told")
		}
		touch(t, s, e.ID, "")
		if e = enquiry(t, s, e.ID); e.Stage != sales.Contacted || !e.FirstTouch.Equal(s.Clock.Now()) {
			t.Errorf("called back: %+v", e)
		}
		s.Check(t)
	})
}

// TestMKT11_KeeperIsTold: whose point it is hears at once of what comes by it, also where the lead is another's; of a point of no center else the owner of its
// campaign, else the general manager. Nobody is told twice.
func TestMKT11_KeeperIsTold(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, id.None))
		if err != nil {
			t.Fatal(err)
		}
		s.Approve(t, c.ID)
		desk, marketer, boss := s.StaffID(s.FrontDesk(s.HD)), s.StaffID(s.Marketing()), s.StaffID(s.GM())
		consultant := s.StaffID(s.Consultant(s.HD))
		for i, in := range []struct {
			what              string
			center, staff, of id.ID
			want              map[string]id.ID
		}{
			{"of the front desk", s.HD, desk, id.None, map[string]id.ID{"submission-point": desk}},
			{"of a consultant", s.HD, consultant, id.None, map[string]id.ID{"enquiry": consultant}},
			{"of no center", id.None, desk, c.ID, map[string]id.ID{"submission-point": desk}},
			{"of a campaign", id.None, id.None, c.ID, map[string]id.ID{"submission-point": marketer}},
			{"of nobody", id.None, id.None, id.None, map[string]id.ID{"submission": boss}},
		} {
			p := point(t, s, func(to *marketing.CapturePointInput) {
				to.CenterID, to.StaffID, to.CampaignID = in.center, in.staff, in.of
			})
			s.Exec(t, "DELETE FROM notices")
			enter(t, s, form(p, i+10))
			for kind, staff := range in.want {
				if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = ? AND staff = ?", kind, staff); n != 1 {
					t.Errorf("%s: %s was told %d times", in.what, kind, n)
				}
			}
			if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind IN ('submission', 'submission-point')"); n > 1 || in.want["enquiry"] == consultant && n > 0 {
				t.Errorf("%s: %d notices", in.what, n)
			}
		}
	})
}

// TestMKT11_PointChangedMeanwhile: a change of a point that started from an older version is refused (ORG-10).
func TestMKT11_PointChangedMeanwhile(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		change := func(name string) error {
			return second(marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{PointID: p.ID, Version: &p.Version, Name: name, Kind: "form", CenterID: s.HD, ChannelID: s.Web}))
		}
		if err := change("甲"); err != nil {
			t.Fatal(err)
		}
		if err := change("乙"); err == nil {
			t.Error("the older version overwrote the newer one")
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM capture_points WHERE id = ? AND name = '甲'", p.ID); n != 1 {
			t.Error("the first change is gone")
		}
	})
}

// Two who take a rejected submission at once, while the job and its door enter what waits: it is taken once, and makes one lead (MKT-11).
func TestMKT11_AcceptedAndEnteredAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		for i := range 3 {
			in := form(p, i+1)
			in.Trap = "x"
			got := receive(t, s, in)
			if got.State != marketing.SubmissionRejected {
				t.Fatalf("received: %+v", got)
			}
			taken, entered := make(chan error, 2), make(chan error, 4)
			for range 2 {
				go func() {
					taken <- second(marketing.AcceptSubmission.Run(s.Marketing(), s.Ops, marketing.AcceptInput{SubmissionID: got.ID, Reason: "核实过"}))
				}()
				go func() { entered <- sales.EnterSubmissions(s.System(), s.Ops) }()
				go func() {
					err := second(sales.EnterSubmission.Run(s.System(), s.Ops, sales.EnterSubmissionInput{SubmissionID: got.ID}))
					if p, ok := problem.As(err); ok && p.Code == "submission-settled" {
						err = nil
					}
					entered <- err
				}()
			}
			first, other := <-taken, <-taken
			if (first == nil) == (other == nil) {
				t.Errorf("both takers were answered alike: %v, %v", first, other)
			}
			for range 4 {
				if err := <-entered; err != nil {
					t.Errorf("entering: %v", err)
				}
			}
			if err := sales.EnterSubmissions(s.System(), s.Ops); err != nil {
				t.Error(err)
			}
			if got := submission(t, s, got.ID); got.State != marketing.SubmissionEntered || got.Lead.IsNone() {
				t.Errorf("submission = %+v", got)
			}
			for text, want := range map[string]int64{
				"SELECT COUNT(*) FROM leads": int64(i + 1), "SELECT COUNT(*) FROM enquiries": int64(i + 1), "SELECT COUNT(*) FROM events WHERE kind = 'marketing.submission-entered.1'": int64(i + 1),
				"SELECT COUNT(*) FROM events WHERE kind = 'marketing.submission-accepted.1'": int64(i + 1), "SELECT COUNT(*) FROM touches": 0,
			} {
				if n := s.Count(t, text); n != want {
					t.Errorf("%s: %d, want %d", text, n, want)
				}
			}
		}
		s.Check(t)
	})
}

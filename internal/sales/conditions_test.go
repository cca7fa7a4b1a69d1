package sales_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// chosen gives whom one condition chooses, as somebody sees it.
func chosen(t *testing.T, s *testkit.School, ctx context.Context, field, is string, values ...string) (list []id.ID) {
	t.Helper()
	rows := []condition.Row{{Group: "all"}, {Depth: 1, Field: field, Is: is, Values: values}}
	return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (list []id.ID, err error) {
		q, err := condition.Of(tx).Compile(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		n, err := q.Count(ctx, tx)
		if err != nil {
			return nil, err
		}
		found, err := condition.List[struct {
			ID id.ID `db:"id"`
		}](ctx, tx, q, "p.id", id.None, 0, 100)
		for _, f := range found {
			list = append(list, f.ID)
		}
		if int(n) != len(list) {
			t.Errorf("%s %s %v: counts %d, lists %d", field, is, values, n, len(list))
		}
		return list, err
	})
}

func sorted(list []id.ID) []id.ID {
	return slices.SortedFunc(slices.Values(list), func(a, b id.ID) int { return strings.Compare(a.String(), b.String()) })
}

type choice struct {
	field, is, value string
	want             []id.ID
}

func choose(t *testing.T, s *testkit.School, list ...choice) {
	t.Helper()
	for _, c := range list {
		values := []string{c.value}
		if c.value == "" {
			values = nil
		}
		got := chosen(t, s, s.Marketing(), c.field, c.is, values...)
		if !slices.Equal(sorted(got), sorted(c.want)) {
			t.Errorf("%s %s %s: %v, want %v", c.field, c.is, c.value, got, c.want)
		}
	}
}

// Who missed appointments, how often and when last; one cancelled or moved is not missed, and another center's do not count (MKT-10, SAL-4, ORG-4).
func TestMKT10_MissedAppointments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		miss := func(center id.ID, e sales.Entered, at time.Time) {
			t.Helper()
			a := must(sales.Book.Run(s.FrontDesk(center), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: at}))(t)
			s.Clock.Set(a.Starts.Add(time.Minute))
			must(sales.Miss.Run(s.FrontDesk(center), s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		}
		once, twice, there := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.CY)
		for center, list := range map[id.ID][]sales.Entered{s.HD: {once, twice}, s.CY: {there}} {
			for _, e := range list {
				s.Touch(t, center, e)
			}
		}
		called, a := s.Appointment(t, s.HD)
		must(sales.Cancel.Run(s.FrontDesk(s.HD), s.Ops, sales.AppointmentInput{AppointmentID: a.ID}))(t)
		miss(s.HD, twice, at(s, today(s)+1, 10, 0))
		miss(s.HD, once, at(s, today(s)+1, 11, 0))
		miss(s.CY, there, at(s, today(s)+1, 12, 0))
		miss(s.HD, twice, at(s, today(s)+20, 10, 0))
		choose(t, s,
			choice{"no-shows", "at-least", "1", []id.ID{once.PersonID, twice.PersonID, there.PersonID}},
			choice{"no-shows", "exactly", "2", []id.ID{twice.PersonID}},
			choice{"no-shows", "exactly", "0", []id.ID{called.PersonID}},
			choice{"last-no-show", "within", "10", []id.ID{twice.PersonID}},
			choice{"last-no-show", "long-ago", "10", []id.ID{once.PersonID, there.PersonID}},
			choice{"last-no-show", "never", "", []id.ID{called.PersonID}},
		)
		if got := chosen(t, s, s.Principal(s.CY), "no-shows", "at-least", "1"); !slices.Equal(got, []id.ID{there.PersonID}) {
			t.Errorf("the principal of CY chooses %v", got)
		}
		s.Exec(t, "UPDATE appointments SET center = ? WHERE person = ?", s.HD, there.PersonID)
		if got := chosen(t, s, s.Principal(s.CY), "no-shows", "at-least", "1"); len(got) != 0 {
			t.Errorf("by what was missed in HD the principal of CY chooses %v", got)
		}
	})
}

// A quote is open until it is accepted, refused, past its last day, or its enquiry has ended (MKT-10, SAL-7).
func TestMKT10_OpenQuote(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open, signed, lost, none := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		s.Quote(t, s.HD, open)
		s.Sign(t, s.HD, signed)
		s.Quote(t, s.HD, lost)
		must(sales.Lose.Run(s.Consultant(s.HD), s.Ops, sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}))(t)
		rest := []id.ID{signed.PersonID, lost.PersonID, none.PersonID}
		choose(t, s,
			choice{"open-quote", "yes", "", []id.ID{open.PersonID}},
			choice{"open-quote", "no", "", rest},
			choice{"quote-days", "at-least", "14", []id.ID{open.PersonID}},
			choice{"quote-days", "at-most", "13", nil},
		)
		s.Clock.Set(at(s, today(s)+14, 10, 0))
		choose(t, s, choice{"open-quote", "yes", "", []id.ID{open.PersonID}}, choice{"quote-days", "exactly", "0", []id.ID{open.PersonID}})
		s.Clock.Set(at(s, today(s)+1, 10, 0))
		choose(t, s, choice{"open-quote", "yes", "", nil}, choice{"quote-days", "at-most", "30", nil})
	})
}

// Who recommended others, each once, and how many of them signed (MKT-10, MKT-12).
func TestMKT10_Recommended(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		many, one, first, second := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		third := s.Enquiry(t, s.HD)
		again := must(sales.Enter.Run(s.Principal(s.HD), s.Ops, sales.EnterInput{PersonID: first.PersonID, CenterID: s.HD, Kind: "upgrade"}))(t)
		for enquiry, by := range map[id.ID]id.ID{first.ID: many.PersonID, again.ID: many.PersonID, second.ID: many.PersonID, third.ID: one.PersonID} {
			if err := referred(t, s, enquiry, by); err != nil {
				t.Fatal(err)
			}
		}
		s.Sign(t, s.HD, second)
		others := []id.ID{first.PersonID, second.PersonID, third.PersonID}
		choose(t, s,
			choice{"recommended", "exactly", "2", []id.ID{many.PersonID}},
			choice{"recommended", "at-least", "1", []id.ID{many.PersonID, one.PersonID}},
			choice{"recommended", "exactly", "0", others},
			choice{"recommended-signed", "exactly", "1", []id.ID{many.PersonID}},
			choice{"recommended-signed", "exactly", "0", append(others, one.PersonID)},
		)
	})
}

// Who came by which form: a new lead, and one that joined an open enquiry (MKT-10, MKT-11).
func TestMKT10_CapturePoint(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		here, there := point(t, s, nil), point(t, s, func(in *marketing.CapturePointInput) { in.Name = "抖音表单" })
		by, other := enter(t, s, form(here, 1)), enter(t, s, form(there, 2))
		joined := form(here, 2)
		joined.Challenge = "c3"
		if again := enter(t, s, joined); again.Enquiry != other.Enquiry {
			t.Fatalf("it did not join: %+v", again)
		}
		none := s.Enquiry(t, s.HD)
		p1, p2 := enquiry(t, s, by.Enquiry).Person, enquiry(t, s, other.Enquiry).Person
		choose(t, s,
			choice{"capture-point", "is", here.ID.String(), []id.ID{p1, p2}},
			choice{"capture-point", "is", there.ID.String(), []id.ID{p2}},
		)
		if got := chosen(t, s, s.Marketing(), "capture-point", "never"); !slices.Contains(got, none.PersonID) || slices.Contains(got, p1) || slices.Contains(got, p2) {
			t.Errorf("came by none: %v", got)
		}
	})
}

// The records that the conditions ask about are found by an index, on SQLite where the plan can be read (MKT-10).
func TestMKT10_ConditionsByIndex(t *testing.T) {
	s := testkit.NewSchool(t, t.TempDir()+"/zhike.db")
	for field, index := range map[string]string{"no-shows": "appointments_missed", "open-quote": "quotes_open", "recommended": "enquiries_referrer", "recommended-signed": "enquiries_referrer", "capture-point": "leads_point"} {
		row := condition.Row{Depth: 1, Field: field, Is: "at-least", Values: []string{"1"}}
		switch field {
		case "open-quote":
			row = condition.Row{Depth: 1, Field: field, Is: "yes"}
		case "capture-point":
			row = condition.Row{Depth: 1, Field: field, Is: "is", Values: []string{point(t, s, nil).ID.String()}}
		}
		plan := ask(t, s, s.Marketing(), func(ctx context.Context, tx *op.Tx) (lines []string, err error) {
			q, err := condition.Of(tx).Compile(ctx, tx, []condition.Row{{Group: "all"}, row})
			if err != nil {
				return nil, err
			}
			text, args := q.Persons()
			steps, err := op.All[struct {
				ID      int64  `db:"id"`
				Parent  int64  `db:"parent"`
				NotUsed int64  `db:"notused"`
				Detail  string `db:"detail"`
			}](ctx, tx, "EXPLAIN QUERY PLAN "+text, args...)
			for _, step := range steps {
				lines = append(lines, step.Detail)
			}
			return lines, err
		})
		if !strings.Contains(strings.Join(plan, "\n"), index) {
			t.Errorf("%s is not by %s:\n%s", field, index, strings.Join(plan, "\n"))
		}
	}
}

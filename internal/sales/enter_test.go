package sales_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func TestSAL1_EnterRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		enterAs(t, s, s.FrontDesk(s.HD), func(in *sales.EnterInput) { in.ExternalKey = "L-1" })
		there := s.Enquiry(t, s.CY)
		desk, own, boss := s.FrontDesk(s.HD), s.Consultant(s.HD), s.Principal(s.HD)
		do := func(ctx context.Context, edit func(in *sales.EnterInput)) func() error {
			in := sales.EnterInput{Person: &people.RegisterInput{Name: "何静"}, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course}
			edit(&in)
			return func() error { return second(sales.Enter.Run(ctx, s.Ops, in)) }
		}
		refuse(t, s, map[string]refused{
			"nobody":               {do(desk, func(in *sales.EnterInput) { in.Person = nil }), "422 invalid person_id:person-or-id"},
			"both":                 {do(desk, func(in *sales.EnterInput) { in.PersonID = s.HD }), "404 not-found"},
			"kind":                 {do(desk, func(in *sales.EnterInput) { in.Kind = "gift" }), "422 invalid kind:not-one-of"},
			"unknown channel":      {do(desk, func(in *sales.EnterInput) { in.ChannelID = s.HD }), "422 invalid channel_id:unknown"},
			"unknown course":       {do(desk, func(in *sales.EnterInput) { in.CourseID = s.HD }), "422 invalid course_id:unknown"},
			"no center":            {do(desk, func(in *sales.EnterInput) { in.CenterID = id.None }), "422 invalid center_id:required"},
			"another center":       {do(desk, func(in *sales.EnterInput) { in.CenterID = s.CY }), "404 not-found"},
			"another's person":     {do(desk, func(in *sales.EnterInput) { in.Person, in.PersonID = nil, there.PersonID }), "404 not-found"},
			"key taken":            {do(desk, func(in *sales.EnterInput) { in.ExternalKey = "L-1" }), "422 key-taken external_key:"},
			"long key":             {do(desk, func(in *sales.EnterInput) { in.ExternalKey = strings.Repeat("k", 201) }), "422 invalid external_key:too-long"},
			"bad person":           {do(desk, func(in *sales.EnterInput) { in.Person.Name = "" }), "422 invalid person.name:nobody"},
			"for a colleague":      {do(own, func(in *sales.EnterInput) { in.ConsultantID = s.StaffID(s.Consultant2(s.HD)) }), "422 invalid consultant_id:assign-right"},
			"for oneself, no post": {do(desk, func(in *sales.EnterInput) { in.ConsultantID = s.StaffID(desk) }), "422 invalid consultant_id:not-consultant"},
			"not a consultant":     {do(boss, func(in *sales.EnterInput) { in.ConsultantID = s.StaffID(desk) }), "422 invalid consultant_id:not-consultant"},
			"of another center":    {do(boss, func(in *sales.EnterInput) { in.ConsultantID = s.StaffID(s.Consultant(s.CY)) }), "422 invalid consultant_id:not-consultant"},
			"nobody's id":          {do(boss, func(in *sales.EnterInput) { in.ConsultantID = s.HD }), "422 invalid consultant_id:not-consultant"},
			"finance":              {do(s.Finance(s.HD), func(*sales.EnterInput) {}), "403 forbidden"},
			"teacher":              {do(s.As("teacher", s.HD), func(*sales.EnterInput) {}), "403 forbidden"},
		})
	})
}

// An enquiry of another center, or of a colleague, is in no answer (ORG-4).
func TestORG4_EnquiriesOfOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		mine, there := s.Enquiry(t, s.HD), s.Enquiry(t, s.CY)
		for name, c := range map[string]struct {
			ctx  context.Context
			want []bool // mine, there
		}{
			"owner": {s.Consultant(s.HD), []bool{true, false}}, "colleague": {s.Consultant2(s.HD), []bool{false, false}}, "front desk": {s.FrontDesk(s.HD), []bool{true, false}},
			"principal": {s.Principal(s.HD), []bool{true, false}}, "other principal": {s.Principal(s.CY), []bool{false, true}}, "general manager": {s.GM(), []bool{true, true}},
			"it": {s.IT(), []bool{false, false}}, "teacher": {s.As("teacher", s.HD), []bool{false, false}}, "finance": {s.Finance(s.HD), []bool{false, false}},
		} {
			want := 0
			for i, key := range []id.ID{mine.ID, there.ID} {
				err := s.Ops.Read(c.ctx, func(ctx context.Context, tx *op.Tx) error {
					_, err := sales.EnquiryByID(ctx, tx, key)
					return err
				})
				if seen := err == nil; seen != c.want[i] || !seen && refusal(err) != "404 not-found" {
					t.Errorf("%s reads %d: %v", name, i, err)
				}
				if c.want[i] {
					want++
				}
			}
			list := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) (sales.EnquiryList, error) {
				return sales.Enquiries(ctx, tx, sales.EnquiryFilter{Limit: 10})
			})
			stages := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) ([]sales.StageCount, error) {
				return sales.StageCounts(ctx, tx, sales.EnquiryFilter{})
			})
			loads := ask(t, s, c.ctx, func(ctx context.Context, tx *op.Tx) ([]sales.Load, error) { return sales.Loads(ctx, tx, id.None) })
			counted, loaded := 0, 0
			for _, n := range stages {
				counted += int(n.N)
			}
			for _, n := range loads {
				loaded += int(n.Open)
			}
			if len(list.Items) != want || int(list.Total) != want || counted != want || loaded != want {
				t.Errorf("%s: list %d of %d, stages %d, load %d, want %d", name, len(list.Items), list.Total, counted, loaded, want)
			}
		}
	})
}

// A key that comes again gives the same answer, does nothing again, and is counted; with other content it is refused (TRU-2, TRU-3).
func TestTRU2_KeysOfEveryOperation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk, own, boss := s.FrontDesk(s.HD), s.Consultant(s.HD), s.Principal(s.HD)
		call, lost := s.Enquiry(t, s.HD), s.Enquiry(t, s.HD)
		touch(t, s, call.ID, "")
		_, confirmed := s.Appointment(t, s.HD)
		_, moved := s.Appointment(t, s.HD)
		_, came := s.Appointment(t, s.HD)
		_, v := visited(t, s)
		ready, quoted := analysed(t, s), func() sales.QuoteAnswer { _, q := quoted(t, s); return q }()
		in := func(v any) string {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		for i, c := range []struct {
			op    op.Any
			ctx   context.Context
			input string
			other string
		}{
			{sales.Enter, desk, in(sales.EnterInput{Person: &people.RegisterInput{Name: "何静"}, CenterID: s.HD}), in(sales.EnterInput{Person: &people.RegisterInput{Name: "何琳"}, CenterID: s.HD})},
			{sales.Assign, boss, in(sales.AssignInput{EnquiryID: call.ID, ConsultantID: s.StaffID(s.Consultant2(s.HD)), Reason: "load"}), in(sales.AssignInput{EnquiryID: call.ID, ConsultantID: s.StaffID(own), Reason: "load"})},
			{sales.Lose, own, in(sales.LoseInput{EnquiryID: lost.ID, Reason: "price"}), in(sales.LoseInput{EnquiryID: lost.ID, Reason: "time"})},
			{sales.Book, boss, in(sales.BookInput{EnquiryID: call.ID, Starts: at(s, today(s), 15, 0)}), in(sales.BookInput{EnquiryID: call.ID, Starts: at(s, today(s), 16, 0)})},
			{sales.Confirm, desk, in(sales.AppointmentInput{AppointmentID: confirmed.ID}), in(sales.AppointmentInput{AppointmentID: moved.ID})},
			{sales.Move, desk, in(sales.MoveInput{AppointmentID: moved.ID, Starts: at(s, today(s), 15, 0)}), in(sales.MoveInput{AppointmentID: moved.ID, Starts: at(s, today(s), 16, 0)})},
			{sales.Cancel, desk, in(sales.AppointmentInput{AppointmentID: confirmed.ID}), in(sales.AppointmentInput{AppointmentID: moved.ID})},
			{sales.CheckIn, desk, in(sales.CheckInInput{AppointmentID: came.ID}), in(sales.CheckInInput{AppointmentID: moved.ID})},
			{sales.WalkIn, desk, in(sales.WalkInInput{Name: "何静"}), in(sales.WalkInInput{Name: "何琳"})},
			{sales.FinishVisit, own, in(sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "think"}), in(sales.FinishVisitInput{VisitID: v.ID, Outcome: "lost", LostReason: "price"})},
			{sales.MakeQuote, own, in(sales.MakeQuoteInput{EnquiryID: ready.ID, Packages: []id.ID{s.Package}}), in(sales.MakeQuoteInput{EnquiryID: ready.ID, Packages: []id.ID{s.Package}, Discount: 100})},
			{sales.DraftContract, own, in(sales.DraftContractInput{QuoteID: quoted.ID}), in(sales.DraftContractInput{QuoteID: quoted.ID, PayerID: ready.PersonID})},
			{sales.SetRule, boss, in(sales.SetRuleInput{No: 1, CenterID: s.HD, Strategy: "turn"}), in(sales.SetRuleInput{No: 2, CenterID: s.HD, Strategy: "turn"})},
		} {
			key := fmt.Sprintf("key-%d", i)
			ctx, name := op.WithKey(c.ctx, key), c.op.Describe().Name
			first, err := c.op.Call(ctx, s.Ops, []byte(c.input))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			facts := len(s.Facts(t))
			for range 2 {
				again, err := c.op.Call(ctx, s.Ops, []byte(c.input))
				if err != nil || !reflect.DeepEqual(in(again), in(first)) {
					t.Errorf("%s again: %v, want %v (%v)", name, again, first, err)
				}
			}
			if hits := count(t, s, "SELECT hits FROM idempotency WHERE key = ?", key); hits != 2 {
				t.Errorf("%s: %d hits counted", name, hits)
			}
			before := state(t, s)
			if _, err := c.op.Call(ctx, s.Ops, []byte(c.other)); refusal(err) != "422 key-reused Idempotency-Key:" {
				t.Errorf("%s with other content: %s", name, refusal(err))
			}
			if len(s.Facts(t)) != facts || state(t, s) != before {
				t.Errorf("%s was done again", name)
			}
		}
		s.Check(t)
	})
}

// Owner, center, state, amounts and who acts are never taken from an edit: what an input does not have is refused, with nothing
// done (TRU-17).
func TestTRU17_NoMassAssignment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, q := quoted(t, s)
		_, a := s.Appointment(t, s.HD)
		_, v := visited(t, s)
		boss := s.Principal(s.HD)
		cases := map[string]refused{}
		for _, c := range []struct {
			op     op.Any
			input  string
			fields []string
		}{
			{sales.Enter, fmt.Sprintf(`"person":{"name":"何静"},"center_id":%q`, s.HD), []string{"id", "outcome", "entered_at", "first_touch_at", "contact_due_at", "import", "walk_in"}},
			{sales.Lose, fmt.Sprintf(`"enquiry_id":%q,"reason":"price"`, e.ID), []string{"consultant_id", "center_id", "outcome"}},
			{sales.Book, fmt.Sprintf(`"enquiry_id":%q`, e.ID), []string{"inviter_id", "consultant_id", "day", "reminded", "person_id"}},
			{sales.Confirm, fmt.Sprintf(`"appointment_id":%q`, a.ID), []string{"consultant_id", "starts_at", "inviter_id"}},
			{sales.Move, fmt.Sprintf(`"appointment_id":%q`, a.ID), []string{"center_id", "enquiry_id", "moved_to"}},
			{sales.CheckIn, fmt.Sprintf(`"appointment_id":%q`, a.ID), []string{"arrived_at", "consultant_id", "center_id"}},
			{sales.WalkIn, `"name":"何静"`, []string{"arrived_at", "kind", "visit_id"}},
			{sales.FinishVisit, fmt.Sprintf(`"visit_id":%q,"outcome":"lost","lost_reason":"price"`, v.ID), []string{"finished_at", "person_id", "enquiry_id"}},
			{sales.MakeQuote, fmt.Sprintf(`"enquiry_id":%q,"package_ids":[%q]`, e.ID, s.Package), []string{"list_fen", "payable_fen", "no", "lines", "person_id", "center_id"}},
			{sales.DraftContract, fmt.Sprintf(`"quote_id":%q`, q.ID), []string{"payable_fen", "discount_fen", "lines", "student_id", "center_id", "signed_day"}},
			{sales.SetRule, fmt.Sprintf(`"no":1,"center_id":%q,"strategy":"turn"`, s.HD), []string{"id", "given"}},
		} {
			for _, field := range c.fields {
				cases[c.op.Describe().Name+" "+field] = refused{func() error { return second(c.op.Call(boss, s.Ops, fmt.Appendf(nil, `{%s,%q:1}`, c.input, field))) }, "422 invalid body:bad-json"}
			}
			cases[c.op.Describe().Name+" broken"] = refused{func() error { return second(c.op.Call(boss, s.Ops, []byte(`{`+c.input))) }, "422 invalid body:bad-json"}
			cases[c.op.Describe().Name+" twice"] = refused{func() error { return second(c.op.Call(boss, s.Ops, []byte(`{`+c.input+`}{}`))) }, "422 invalid body:bad-json"}
		}
		refuse(t, s, cases)
	})
}

// What was loaded is saved on the version that it was loaded with, else refused: two at once do not both win (ORG-10).
func TestORG10_TwoAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		ctx := s.Consultant(s.HD)
		errs := make(chan error, 6)
		for range cap(errs) {
			go func() { errs <- second(sales.Lose.Run(ctx, s.Ops, sales.LoseInput{EnquiryID: e.ID, Reason: "price"})) }()
		}
		done := 0
		for range cap(errs) {
			err := <-errs
			if err == nil {
				done++
			} else if p, ok := problem.As(err); !ok || p.Code != "already-ended" && p.Code != "stale" {
				t.Error(err)
			}
		}
		if got := enquiry(t, s, e.ID); done != 1 || got.Version != 1 {
			t.Errorf("%d were acknowledged, version %d", done, got.Version)
		}
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			old := enquiry(t, s, e.ID)
			old.Version--
			return tx.Save(ctx, &old, "next_step")
		})
		if !isStale(err) {
			t.Errorf("on the older version: %v", err)
		}
	})
}

// raise makes the package dearer from now on.
func raise(s *testkit.School) contracts.ChangePackageInput {
	return contracts.ChangePackageInput{PackageID: s.Package, Price: new(money.Yuan(25_000))}
}

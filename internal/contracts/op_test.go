package contracts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/testkit"
)

// open lets contracts be drafted without an enquiry: the gate of the process has tests of its own.
func open(s *testkit.School) { s.Ops.Gate = nil }

// draftInput is a contract of the school's package for a new student of a center.
func draftInput(t *testing.T, s *testkit.School, center id.ID) contracts.DraftInput {
	t.Helper()
	return contracts.DraftInput{
		StudentID: s.Person(t, center), CenterID: center, ConsultantID: s.StaffID(s.Consultant(center)), ChannelID: s.Web,
		Lines: []contracts.LineInput{{PackageID: s.Package}},
	}
}

func draft(t *testing.T, s *testkit.School, in contracts.DraftInput) contracts.DraftAnswer {
	t.Helper()
	d, err := contracts.Draft.Run(s.Principal(in.CenterID), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func details(t *testing.T, s *testkit.School, key id.ID) (d contracts.Details) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		d, err = contracts.ByID(ctx, tx, key)
		return err
	})
	return d
}

func holds(t *testing.T, s *testkit.School) {
	t.Helper()
	if found := findings(t, s); len(found) > 0 {
		t.Errorf("checks found %v", found)
	}
}

func findings(t *testing.T, s *testkit.School) (found []check.Finding) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		found, err = check.Run(ctx, tx, contracts.Checks())
		return err
	})
	return found
}

func refusal(err error) string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return fmt.Sprint(err)
	}
	out := []string{fmt.Sprint(p.Status), p.Code}
	for _, f := range p.Fields {
		out = append(out, f.Location+":"+f.Code)
	}
	return strings.Join(out, " ")
}

func TestCON1_Draft(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		in := draftInput(t, s, s.HD)
		second := s.StaffID(s.Consultant2(s.HD))
		day := bizdate.New(2026, 6, 3)
		in.Shares = []contracts.ShareInput{{StaffID: in.ConsultantID, Share: 7_000}, {StaffID: second, Share: 3_000}}
		in.Discount = money.Yuan(200)
		in.Plan = []contracts.InstalmentInput{{Due: day, Amount: money.Yuan(10_000)}, {Due: day + 30, Amount: money.Yuan(9_000)}}
		got := draft(t, s, in)
		if got.No != "HD2026-0001" || got.State != contracts.Drafted || got.Payable != money.Yuan(19_000) || got.List != money.Yuan(19_200) {
			t.Errorf("draft = %+v", got)
		}
		if facts := s.Facts(t); !slices.Contains(facts, "contracts.contract-drafted.1") {
			t.Errorf("facts = %v", facts)
		}
		d := details(t, s, got.ID)
		if d.Payer != in.StudentID || d.Course != s.Course || d.Kind != "new" || len(d.Lines) != 1 || len(d.Plan) != 2 || len(d.Shares) != 2 {
			t.Fatalf("contract = %+v", d)
		}
		l := d.Lines[0]
		if l.Edition != 1 || l.Hours != 4800 || l.Gift != 400 || l.Payable != money.Yuan(19_000) || l.UnitPrice != 39_583 || l.PackageCode != "EN48" {
			t.Errorf("line = %+v", l)
		}
		if next := draft(t, s, draftInput(t, s, s.HD)); next.No != "HD2026-0002" {
			t.Errorf("next number = %s", next.No)
		}
		if other := draft(t, s, draftInput(t, s, s.CY)); other.No != "CY2026-0001" {
			t.Errorf("number of the other center = %s", other.No)
		}
		holds(t, s)
	})
}

func TestCON1_DraftRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		other, stranger := s.Clock.NewID(), s.Person(t, s.CY)
		tests := []struct {
			name string
			as   context.Context
			edit func(in *contracts.DraftInput)
			want string
		}{
			{"no student", s.Principal(s.HD), func(in *contracts.DraftInput) { in.StudentID = id.None }, "422 invalid student_id:required"},
			{"unknown kind", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Kind = "gift" }, "422 invalid kind:not-one-of"},
			{"unknown staff", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Shares = []contracts.ShareInput{{StaffID: other, Share: 10_000}} }, "422 invalid shares.0.staff_id:unknown"},
			{"no line", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Lines = nil }, "422 invalid lines:required"},
			{"unknown package", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Lines[0].PackageID = other }, "422 invalid lines.0.package_id:unknown"},
			{"an edition that is not sold", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Lines[0].Edition = 7 }, "422 invalid lines.0.edition:edition-changed"},
			{"another price", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Lines[0].Payable = 1 }, "422 invalid lines.0.payable_fen:price-differs"},
			{"a plan that is short", s.Principal(s.HD), func(in *contracts.DraftInput) {
				in.Plan = []contracts.InstalmentInput{{Due: bizdate.New(2026, 6, 3), Amount: 1}}
			}, "422 invalid plan:plan-sum"},
			{"everything at once", s.Principal(s.HD), func(in *contracts.DraftInput) { in.Kind, in.Discount = "gift", -1 }, "422 invalid kind:not-one-of discount_fen:discount-range"},
			{"another center's student", s.Principal(s.HD), func(in *contracts.DraftInput) { in.StudentID = stranger }, "404 not-found"},
			{"another center", s.Principal(s.HD), func(in *contracts.DraftInput) { in.CenterID = s.CY }, "404 not-found"},
			{"no right", s.FrontDesk(s.HD), func(*contracts.DraftInput) {}, "403 forbidden"},
			{"a colleague's contract", s.Consultant(s.HD), func(in *contracts.DraftInput) {
				in.StudentID, in.ConsultantID = id.None, s.StaffID(s.Consultant2(s.HD))
			}, "403 forbidden"},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				in := draftInput(t, s, s.HD)
				tt.edit(&in)
				_, err := contracts.Draft.Run(tt.as, s.Ops, in)
				if got := refusal(err); got != tt.want {
					t.Errorf("refusal = %s, want %s", got, tt.want)
				}
			})
		}
		if got := draft(t, s, draftInput(t, s, s.HD)); got.No != "HD2026-0001" {
			t.Errorf("refused drafts used numbers: the next is %s", got.No)
		}
	})
}

// TestCON1_Editions: a change of terms makes an edition; contracts keep theirs, and a quote of an earlier one keeps its price.
func TestCON1_Editions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		before := draft(t, s, draftInput(t, s, s.HD))
		price, name := money.Yuan(20_000), "48 课时（新）"
		changed, err := contracts.ChangePackage.Run(s.IT(), s.Ops, contracts.ChangePackageInput{PackageID: s.Package, Price: &price})
		if err != nil || changed.Edition != 2 {
			t.Fatalf("changed = %+v, %v", changed, err)
		}
		renamed, err := contracts.ChangePackage.Run(s.IT(), s.Ops, contracts.ChangePackageInput{PackageID: s.Package, NameZH: &name, Version: &changed.Version})
		if err != nil || renamed.Edition != 2 {
			t.Fatalf("a name is no edition: %+v, %v", renamed, err)
		}
		if _, err := contracts.ChangePackage.Run(s.IT(), s.Ops, contracts.ChangePackageInput{PackageID: s.Package, Price: &price, Version: &changed.Version}); refusal(err) != "412 stale" {
			t.Errorf("change from an old version: %v", err)
		}
		if got := details(t, s, before.ID); got.Payable != money.Yuan(19_200) || got.Lines[0].Edition != 1 {
			t.Errorf("the old contract became %+v", got)
		}
		in := draftInput(t, s, s.HD)
		if got := draft(t, s, in); got.Payable != price {
			t.Errorf("new contract pays %s, want %s", got.Payable, price)
		}
		in.Lines[0].Edition = 1
		if _, err := contracts.Draft.Run(s.Principal(s.HD), s.Ops, in); refusal(err) != "422 invalid lines.0.edition:edition-changed" {
			t.Errorf("an earlier edition without a quote: %v", err)
		}
		in.QuoteID = s.Clock.NewID()
		if got := draft(t, s, in); got.Payable != money.Yuan(19_200) {
			t.Errorf("quoted contract pays %s, want the price that was shown", got.Payable)
		}
		holds(t, s)
	})
}

func TestCON2_Sign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		d := draft(t, s, draftInput(t, s, s.HD))
		before := details(t, s, d.ID)
		if _, err := contracts.Sign.Run(s.Consultant2(s.HD), s.Ops, contracts.SignInput{ContractID: d.ID}); refusal(err) != "404 not-found" {
			t.Errorf("a colleague's contract: %v", err)
		}
		got, err := contracts.Sign.Run(s.Consultant(s.HD), s.Ops, contracts.SignInput{ContractID: d.ID})
		if err != nil {
			t.Fatal(err)
		}
		day := bizdate.New(2026, 6, 3)
		if got.State != contracts.Signed || got.SignedDay != day || got.ValidUntil != day+364 {
			t.Errorf("signed = %+v", got)
		}
		if facts := s.Facts(t); facts[len(facts)-1] != "contracts.contract-signed.1" {
			t.Errorf("facts = %v", facts)
		}
		if _, err := contracts.Sign.Run(s.Consultant(s.HD), s.Ops, contracts.SignInput{ContractID: d.ID}); refusal(err) != "422 not-draft contract_id:" {
			t.Errorf("signed twice: %v", err)
		}
		// what was agreed is what stands there, also when the package changes
		price := money.Yuan(1)
		if _, err := contracts.ChangePackage.Run(s.IT(), s.Ops, contracts.ChangePackageInput{PackageID: s.Package, Price: &price}); err != nil {
			t.Fatal(err)
		}
		after := details(t, s, d.ID)
		if !slices.Equal(after.Lines, before.Lines) || !slices.Equal(after.Plan, before.Plan) || !slices.Equal(after.Shares, before.Shares) || after.Payable != before.Payable {
			t.Errorf("terms changed from %+v to %+v", before, after)
		}
		holds(t, s)
	})
}

// TestCON2_NoOperationEditsTerms: of the operations of this domain only Draft takes terms of a contract, and it makes a new one.
func TestCON2_NoOperationEditsTerms(t *testing.T) {
	for _, o := range contracts.Operations() {
		d := o.Describe()
		if d.Name == contracts.Draft.Name {
			continue
		}
		if _, ok := d.In.FieldByName("ContractID"); !ok {
			continue
		}
		for _, term := range []string{"Lines", "Plan", "Shares", "Discount", "Payable", "StudentID", "PayerID"} {
			if _, ok := d.In.FieldByName(term); ok {
				t.Errorf("%s takes %s of an existing contract", d.Name, term)
			}
		}
	}
}

func TestCON3_Hours(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		open(s)
		in := draftInput(t, s, s.HD)
		d := draft(t, s, in)
		hours := func(as context.Context) (list []contracts.HourAccount, err error) {
			err = s.Ops.Read(as, func(ctx context.Context, tx *op.Tx) (err error) {
				list, err = contracts.Hours(ctx, tx, d.ID)
				return err
			})
			return list, err
		}
		if list, err := hours(s.FrontDesk(s.HD)); err != nil || list[0].Left != 0 {
			t.Errorf("hours of a draft = %+v, %v", list, err)
		}
		if _, err := contracts.Sign.Run(s.Principal(s.HD), s.Ops, contracts.SignInput{ContractID: d.ID}); err != nil {
			t.Fatal(err)
		}
		list, err := hours(s.FrontDesk(s.HD))
		if err != nil {
			t.Fatal(err)
		}
		if a := list[0]; a.Bought != 4800 || a.Gift != 400 || a.Used != 0 || a.Left != 5200 || a.LeftGift != 400 || a.ContractNo != d.No {
			t.Errorf("hour account = %+v", a)
		}
		if _, err := hours(s.FrontDesk(s.CY)); refusal(err) != "404 not-found" {
			t.Errorf("another center reads the hours: %v", err)
		}
		s.Read(t, s.FrontDesk(s.HD), func(ctx context.Context, tx *op.Tx) error {
			entries, err := contracts.HourEntries(ctx, tx, d.ID, 10)
			if err != nil || len(entries) != 2 || entries[0].Kind != contracts.Bought || entries[1].Kind != contracts.Gift || entries[0].Cause != d.ID {
				t.Errorf("entries = %+v, %v", entries, err)
			}
			of, err := contracts.HoursOf(ctx, tx, in.StudentID)
			if err != nil || len(of) != 1 || of[0].Left != 5200 {
				t.Errorf("hours of the student = %+v, %v", of, err)
			}
			return nil
		})
		holds(t, s)
	})
}

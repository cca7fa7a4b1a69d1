package testkit

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// Morning is when a test school begins: Wednesday 3 June 2026, 09:12 in Shanghai.
var Morning = time.Date(2026, 6, 3, 1, 12, 0, 0, time.UTC)

// School is a wired school in a fresh database: two centers with a position of each role, a course, a package, the shipped
// channels.
type School struct {
	App     *app.App
	Ops     *op.Runner
	Dir     *organization.Directory
	Clock   *clock.Clock
	HD, CY  id.ID // centers
	Course  id.ID
	Package id.ID // 48 hours + 4 gift, ¥19,200
	Web     id.ID // channel

	staff map[string]id.ID
	start int64
}

// Key is the master key of test databases.
var Key = []byte("0123456789abcdef0123456789abcdef")

// EachDB runs a test on both engines.
func EachDB(t *testing.T, test func(t *testing.T, s *School)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, NewSchool(t, PostgresURL(t))) })
}

var seeds atomic.Uint64

// NewSchool migrates the database at dsn and enters the school.
func NewSchool(t testing.TB, dsn string) *School {
	t.Helper()
	c := clock.Fixed(Morning, seeds.Add(1))
	a, err := app.Open(t.Context(), app.Config{DSN: dsn, Clock: c, Key: Key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &School{App: a, Ops: a.Run, Dir: a.Dir, Clock: c, staff: map[string]id.ID{}}
	s.build(t)
	s.start = int64(len(s.facts(t)))
	return s
}

func (s *School) build(t testing.TB) {
	t.Helper()
	ctx := s.System()
	s.HD = must(organization.OpenCenter.Run(ctx, s.Ops, organization.CenterInput{Code: "HD", NameZH: "海淀校区", NameEN: "Haidian", Opened: bizdate.New(2010, 1, 1)}))(t).ID
	s.CY = must(organization.OpenCenter.Run(ctx, s.Ops, organization.CenterInput{Code: "CY", NameZH: "朝阳校区", NameEN: "Chaoyang", Opened: bizdate.New(2010, 1, 1)}))(t).ID
	s.refresh(t)
	for _, center := range []id.ID{s.HD, s.CY} {
		for _, role := range []string{"front-desk", "consultant", "consultant2", "supervisor", "principal", "finance", "assistant", "teacher"} {
			s.hire(t, role, center)
		}
	}
	for _, role := range []string{"marketing", "general-manager", "it"} {
		s.hire(t, role, id.None)
	}
	s.refresh(t)
	s.Course = must(contracts.AddCourse.Run(ctx, s.Ops, contracts.CourseInput{Code: "EN-KIDS", NameZH: "少儿英语", NameEN: "English for kids", Needs: []contracts.Question{
		{Code: "goal", NameZH: "学习目标", NameEN: "Goal", Required: true}, {Code: "level", NameZH: "现有水平", NameEN: "Level"},
	}}))(t).ID
	s.Package = must(contracts.AddPackage.Run(ctx, s.Ops, contracts.PackageInput{
		Code: "EN48", CourseID: s.Course, NameZH: "48 课时", NameEN: "48 hours", Hours: 4800, Gift: 400, Price: money.Yuan(19_200), ValidityDays: 365,
	}))(t).ID
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		c, err := marketing.ChannelByName(ctx, tx, "web")
		s.Web = c.ID
		return err
	})
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *School) hire(t testing.TB, role string, center id.ID) {
	t.Helper()
	ctx, name := s.System(), role+"@"+s.code(center)
	staff := must(organization.AddStaff.Run(ctx, s.Ops, organization.StaffInput{Code: name, Name: name}))(t).ID
	s.staff[name] = staff
	if role == "consultant2" {
		role = "consultant"
	}
	must(organization.GivePosition.Run(ctx, s.Ops, organization.PositionInput{StaffID: staff, Role: role, CenterID: center, From: bizdate.New(2020, 1, 1)}))(t)
	must(organization.OpenAccount.Run(ctx, s.Ops, organization.OpenAccountInput{Login: name, StaffID: staff, Password: "correct horse", Settled: true}))(t)
}

func (s *School) code(center id.ID) string {
	switch center {
	case s.HD:
		return "HD"
	case s.CY:
		return "CY"
	}
	return "company"
}

func (s *School) refresh(t testing.TB) {
	t.Helper()
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

// System is the context of the program's own jobs.
func (s *School) System() context.Context {
	return op.WithViewer(context.Background(), policy.System())
}

// As is the context of who holds a role at a center (none: the company's).
func (s *School) As(role string, center id.ID) context.Context {
	name := role + "@" + s.code(center)
	staff, ok := s.staff[name]
	if !ok {
		panic("no " + name)
	}
	var acc organization.Account
	err := s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&acc).Where("staff = ?", staff).Scan(ctx)
	})
	if err != nil {
		panic(err)
	}
	return op.WithViewer(context.Background(), s.Dir.Viewer(acc))
}

// FrontDesk is the context of the front desk of a center.
func (s *School) FrontDesk(center id.ID) context.Context { return s.As("front-desk", center) }

// Consultant is the context of the first consultant of a center.
func (s *School) Consultant(center id.ID) context.Context { return s.As("consultant", center) }

// Consultant2 is the context of the second consultant of a center.
func (s *School) Consultant2(center id.ID) context.Context { return s.As("consultant2", center) }

// Principal is the context of the principal of a center.
func (s *School) Principal(center id.ID) context.Context { return s.As("principal", center) }

// Finance is the context of finance of a center.
func (s *School) Finance(center id.ID) context.Context { return s.As("finance", center) }

// Marketing is the context of marketing.
func (s *School) Marketing() context.Context { return s.As("marketing", id.None) }

// GM is the context of the general manager.
func (s *School) GM() context.Context { return s.As("general-manager", id.None) }

// IT is the context of IT.
func (s *School) IT() context.Context { return s.As("it", id.None) }

// Login is the login of who holds a role at a center; the password is "correct horse".
func (s *School) Login(role string, center id.ID) string { return role + "@" + s.code(center) }

// StaffID is the staff member of a context's viewer.
func (s *School) StaffID(ctx context.Context) id.ID {
	v, _ := op.ViewerOf(ctx)
	return v.Staff
}

// Read runs queries and ends the test on an error.
func (s *School) Read(t testing.TB, ctx context.Context, fn func(ctx context.Context, tx *op.Tx) error) {
	t.Helper()
	if err := s.Ops.Read(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// Exec changes the database behind the program's back, to plant faults.
func (s *School) Exec(t testing.TB, text string, args ...any) {
	t.Helper()
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		_, err := tx.Exec(ctx, text, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Facts lists the kinds recorded since the school was built, in order.
func (s *School) Facts(t testing.TB) []string {
	t.Helper()
	return s.facts(t)[s.start:]
}

func (s *School) facts(t testing.TB) (kinds []string) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		kinds, err = op.AllOf[string](ctx, tx.Unscoped("test"), "SELECT kind FROM events ORDER BY id")
		return err
	})
	return kinds
}

// Check runs every invariant of `zhike check`.
func (s *School) Check(t testing.TB) {
	t.Helper()
	found, err := s.App.Check(s.System())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("check: %s", f)
	}
}

var phones atomic.Int64

// Person registers somebody with a phone of their own at a center.
func (s *School) Person(t testing.TB, center id.ID) id.ID {
	t.Helper()
	n := phones.Add(1)
	return must(people.Register.Run(s.FrontDesk(center), s.Ops, people.RegisterInput{
		Name: "何雨桐", CenterID: center, Phones: []people.ContactInput{{Value: fmt.Sprintf("138%08d", n)}},
	}))(t).ID
}

// Enquiry enters an enquiry of a new person, owned by the center's first consultant.
func (s *School) Enquiry(t testing.TB, center id.ID) sales.Entered {
	t.Helper()
	ctx := s.Consultant(center)
	n := phones.Add(1)
	return must(sales.Enter.Run(ctx, s.Ops, sales.EnterInput{
		Person:   &people.RegisterInput{Name: "何雨桐", Phones: []people.ContactInput{{Value: fmt.Sprintf("138%08d", n)}}},
		CenterID: center, ChannelID: s.Web, CourseID: s.Course, ConsultantID: s.StaffID(ctx),
	}))(t)
}

// Touch records a first call on an enquiry.
func (s *School) Touch(t testing.TB, center id.ID, e sales.Entered) {
	t.Helper()
	must(people.RecordTouch.Run(s.Consultant(center), s.Ops, people.TouchInput{
		EnquiryID: e.ID, Channel: "call", Direction: "out", Result: "discuss", NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(center)) + 1,
	}))(t)
}

// Appointment books an appointment in one hour for a new enquiry.
func (s *School) Appointment(t testing.TB, center id.ID) (sales.Entered, sales.BookedAppointment) {
	t.Helper()
	e := s.Enquiry(t, center)
	s.Touch(t, center, e)
	return e, must(sales.Book.Run(s.Consultant(center), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)}))(t)
}

// Contract takes a new enquiry the whole way to a signed contract.
func (s *School) Contract(t testing.TB, center id.ID) contracts.DraftAnswer {
	t.Helper()
	e, a := s.Appointment(t, center)
	v := must(sales.CheckIn.Run(s.FrontDesk(center), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
	consultant := s.Consultant(center)
	must(sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}))(t)
	q := must(sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t)
	c := must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
	must(contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
	return c
}

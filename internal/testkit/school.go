package testkit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
	"zhike/migrations"
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

	start int64         // facts of the building
	asked *atomic.Int64 // statements of reads
}

// Key is the master key of test databases.
var Key = []byte("0123456789abcdef0123456789abcdef")

// EachDB runs a test on both engines.
func EachDB(t *testing.T, test func(t *testing.T, s *School)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, NewSchool(t, postgresSchool(t))) })
}

var seeds atomic.Uint64

// NewSchool opens the school at dsn: a file that is made where it is absent, or a PostgreSQL database, empty or built before.
func NewSchool(t testing.TB, dsn string) *School {
	t.Helper()
	every, err := strconv.ParseInt(cmp.Or(os.Getenv("ZHIKE_FAULTS"), "0"), 10, 64)
	if err != nil {
		t.Fatalf("ZHIKE_FAULTS: %v", err)
	}
	return newSchool(t, dsn, failing(every))
}

func newSchool(t testing.TB, dsn string, fault func() error) *School {
	t.Helper()
	if !strings.HasPrefix(dsn, "postgres://") {
		copySchool(t, dsn)
	}
	s := openSchool(t, dsn, clock.Fixed(Morning, seeds.Add(1)), fault)
	t.Cleanup(func() {
		if err := s.App.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := s.App.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.refresh(t)
	if _, found := s.Dir.CenterByCode("HD"); !found {
		s.build(t)
	}
	s.find(t)
	s.start = int64(len(s.facts(t)))
	return s
}

func openSchool(t testing.TB, dsn string, c *clock.Clock, fault func() error) *School {
	t.Helper()
	asked := new(atomic.Int64)
	a, err := app.Open(t.Context(), app.Config{DSN: dsn, Clock: c, Key: Key, Files: t.TempDir(), Fault: fault, Asked: func(n int) { asked.Add(int64(n)) }})
	if err != nil {
		t.Fatal(err)
	}
	return &School{App: a, Ops: a.Run, Dir: a.Dir, Clock: c, asked: asked}
}

// prepare builds the school in an empty database, a minute before the morning, and closes it.
func prepare(t testing.TB, dsn string) {
	t.Helper()
	s := openSchool(t, dsn, clock.Fixed(Morning.Add(-time.Minute), 0), nil)
	if _, _, err := s.App.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.build(t)
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
}

var built struct {
	sync.Mutex
	file []byte // a school on SQLite, built once a process
}

func copySchool(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	built.Lock()
	defer built.Unlock()
	if built.file == nil {
		draft := filepath.Join(t.TempDir(), "built.db")
		prepare(t, draft)
		file, err := os.ReadFile(draft)
		if err != nil {
			t.Fatal(err)
		}
		built.file = file
	}
	if err := os.WriteFile(path, built.file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// postgresSchool is the URL of a copy of a school on PostgreSQL, built once a server and state of the migrations.
func postgresSchool(t testing.TB) string {
	t.Helper()
	digest := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.FS.ReadFile(path)
		digest.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return PostgresTemplate(t, "school "+hex.EncodeToString(digest.Sum(nil)), func(url string) { prepare(t, url) })
}

func (s *School) build(t testing.TB) {
	t.Helper()
	ctx := s.System()
	must(organization.OpenCenter.Run(ctx, s.Ops, organization.CenterInput{Code: "HD", NameZH: "海淀校区", NameEN: "Haidian", Opened: bizdate.New(2010, 1, 1)}))(t)
	must(organization.OpenCenter.Run(ctx, s.Ops, organization.CenterInput{Code: "CY", NameZH: "朝阳校区", NameEN: "Chaoyang", Opened: bizdate.New(2010, 1, 1)}))(t)
	s.refresh(t)
	s.findCenters(t)
	for _, center := range []id.ID{s.HD, s.CY} {
		for _, role := range []string{"front-desk", "consultant", "consultant2", "supervisor", "principal", "finance", "assistant", "teacher"} {
			s.hire(t, role, center)
		}
	}
	for _, role := range []string{"marketing", "general-manager", "it"} {
		s.hire(t, role, id.None)
	}
	s.refresh(t)
	course := must(contracts.AddCourse.Run(ctx, s.Ops, contracts.CourseInput{Code: "EN-KIDS", NameZH: "少儿英语", NameEN: "English for kids", Needs: []contracts.Question{
		{Code: "goal", NameZH: "学习目标", NameEN: "Goal", Required: true}, {Code: "level", NameZH: "现有水平", NameEN: "Level"},
	}}))(t).ID
	must(contracts.AddPackage.Run(ctx, s.Ops, contracts.PackageInput{
		Code: "EN48", CourseID: course, NameZH: "48 课时", NameEN: "48 hours", Hours: 4800, Gift: 400, Price: money.Yuan(19_200), ValidityDays: 365,
	}))(t)
}

func (s *School) findCenters(t testing.TB) {
	t.Helper()
	s.HD, s.CY = s.idOf(t, "SELECT id FROM centers WHERE code = ?", "HD"), s.idOf(t, "SELECT id FROM centers WHERE code = ?", "CY")
}

// find reads the ids of what build entered.
func (s *School) find(t testing.TB) {
	t.Helper()
	s.findCenters(t)
	s.Course = s.idOf(t, "SELECT id FROM courses WHERE code = ?", "EN-KIDS")
	s.Package = s.idOf(t, "SELECT id FROM packages WHERE code = ?", "EN48")
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		c, err := marketing.ChannelByName(ctx, tx, "web")
		s.Web = c.ID
		return err
	})
}

func (s *School) idOf(t testing.TB, text string, args ...any) (found id.ID) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		found, err = op.OneOf[id.ID](ctx, tx.Unscoped("test"), text, args...)
		return err
	})
	return found
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
	if role == "consultant2" {
		role = "consultant"
	}
	must(organization.GivePosition.Run(ctx, s.Ops, organization.PositionInput{StaffID: staff, Role: role, CenterID: center, From: bizdate.New(2020, 1, 1)}))(t)
	must(organization.OpenAccount.Run(ctx, s.Ops, organization.OpenAccountInput{Login: name, StaffID: staff, Password: "correct horse", Settled: true, Lang: "zh"}))(t)
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
	login := strings.ToLower(s.Login(role, center))
	var acc organization.Account
	err := s.Ops.Read(s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&acc).Where("login = ?", login).Scan(ctx)
	})
	if err != nil {
		panic(fmt.Errorf("read account %s: %w", login, err))
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
	return e, s.book(t, center, e)
}

func (s *School) book(t testing.TB, center id.ID, e sales.Entered) sales.BookedAppointment {
	t.Helper()
	s.Touch(t, center, e)
	return must(sales.Book.Run(s.Consultant(center), s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().Add(time.Hour)}))(t)
}

// Contract takes a new enquiry the whole way to a signed contract.
func (s *School) Contract(t testing.TB, center id.ID) contracts.DraftAnswer {
	t.Helper()
	return s.Sign(t, center, s.Enquiry(t, center))
}

// Sign takes an enquiry of the center's first consultant the whole way to a signed contract.
func (s *School) Sign(t testing.TB, center id.ID, e sales.Entered) contracts.DraftAnswer {
	t.Helper()
	consultant := s.Consultant(center)
	c := must(sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: s.Quote(t, center, e)}))(t)
	must(contracts.Sign.Run(consultant, s.Ops, contracts.SignInput{ContractID: c.ID}))(t)
	return c
}

// Quote takes an enquiry of the center's first consultant to a quote.
func (s *School) Quote(t testing.TB, center id.ID, e sales.Entered) id.ID {
	t.Helper()
	a := s.book(t, center, e)
	v := must(sales.CheckIn.Run(s.FrontDesk(center), s.Ops, sales.CheckInInput{AppointmentID: a.ID}))(t)
	consultant := s.Consultant(center)
	must(sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"}))(t)
	return must(sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t).ID
}

package people_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// file files a request of a kind for an adult and gives it.
func file(t *testing.T, s *testkit.School, person id.ID, kind string) id.ID {
	t.Helper()
	a, err := people.FileDataRequest.Run(s.FrontDesk(s.HD), s.Ops, people.DataRequestInput{PersonID: person, Kind: kind, By: "self", Identity: "document", Note: "金丝雀的话"})
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func approve(t *testing.T, s *testkit.School, who context.Context, request id.ID) error {
	t.Helper()
	a := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (process.Approval, error) {
		return process.ApprovalOf(ctx, tx, request)
	})
	return second(process.Approve.Run(who, s.Ops, process.ApprovalInput{ApprovalID: a.ID}))
}

func requestOf(t *testing.T, s *testkit.School, key id.ID) people.DataRequest {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (people.DataRequest, error) {
		return people.DataRequestByID(ctx, tx, key)
	})
}

// canary is somebody whose name, phones and words stand wherever the program keeps such things, and who was merged with another record.
func canary(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	desk := s.FrontDesk(s.HD)
	key := register(t, s, desk, people.RegisterInput{
		Name: "金丝雀甲", NameLatin: "Canaria Jia", CenterID: s.HD, Phones: phones("13912345678"), District: "金丝雀区", ExternalKey: "canary-key",
		Birth: bizdate.New(1980, 2, 3), Emails: []people.ContactInput{{Value: "canary@example.org"}}, Attributes: []people.Attribute{{Field: "school", Kind: "text", Text: "金丝雀小学"}},
	})
	other := register(t, s, desk, people.RegisterInput{Name: "金丝雀乙", CenterID: s.HD, Phones: phones("13812345679")})
	name := "金丝雀丙"
	for _, err := range []error{
		second(people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: key, Name: &name})),
		second(people.Merge.Run(desk, s.Ops, people.MergeInput{PersonID: key, WithID: other})),
		second(people.RecordTouch.Run(desk, s.Ops, people.TouchInput{PersonID: key, Channel: "call", Direction: "out", Result: "discuss", Note: "金丝雀唱歌", Closed: "no-need"})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return key
}

// everyText is all text of the database, of every column of every table.
func everyText(t *testing.T, s *testkit.School) string {
	t.Helper()
	var out strings.Builder
	tables := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
	if s.Ops.DB.Engine != db.SQLite {
		tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
	}
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		names, err := op.AllOf[string](ctx, tx.Unscoped("test"), tables)
		if err != nil {
			return err
		}
		for _, name := range names {
			rows, err := tx.Query(ctx, "SELECT * FROM "+name)
			if err != nil {
				return err
			}
			columns, _ := rows.Columns()
			for rows.Next() {
				values, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				for i, v := range values {
					if b, ok := v.([]byte); ok {
						v = string(b)
					}
					fmt.Fprintf(&out, "%s.%s=%v\n", name, columns[i], v)
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return out.String()
}

// planted are the words of the canary, as they stand in a database.
var planted = []string{"金丝雀", "Canaria", "canaria", "canary", "13912345678", "13812345679", "jinsique", "jsq", "12345678"}

func traces(text string) (found []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "accounts.password=") { // random letters
			continue
		}
		for _, w := range planted {
			if strings.Contains(line, w) {
				found = append(found, strings.TrimSpace(line))
				break
			}
		}
	}
	return found
}

// figures are all sums of the reports and the books.
func figures(t *testing.T, s *testkit.School) []string {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]string, error) {
		return op.AllOf[string](ctx, tx.Unscoped("test"), `SELECT metric || '/' || dim || '/' || value || '/' || CAST(day AS TEXT) || '=' || CAST(SUM(n) AS TEXT) FROM
			(SELECT metric, dim, value, day, n FROM rollups UNION ALL SELECT metric, dim, value, day, n FROM rollup_deltas) AS f GROUP BY metric, dim, value, day
			UNION ALL SELECT 'journal/' || account || '=' || CAST(SUM(amount) AS TEXT) FROM journal GROUP BY account
			UNION ALL SELECT 'enquiries/' || stage || '/' || outcome || '=' || CAST(COUNT(*) AS TEXT) FROM enquiries GROUP BY stage, outcome ORDER BY 1`)
	})
}

// An anonymized person leaves no trace of its name, phones and words; counts, books, the log and its checks are as they were.
func TestPPL11_AnonymizedLeavesNoTrace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD) // of somebody else
		key := canary(t, s)
		if len(traces(everyText(t, s))) < 8 {
			t.Fatalf("the canary stands in %v only", traces(everyText(t, s)))
		}
		s.Clock.Set(s.Clock.Now().Add(3 * 366 * 24 * time.Hour))
		s.Exec(t, "DELETE FROM undos") // an hourly job forgets them after a day
		s.Exec(t, "DELETE FROM idempotency")
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		before := figures(t, s)
		request := file(t, s, key, people.RequestAnonymize)
		if err := approve(t, s, s.Principal(s.HD), request); err != nil {
			t.Fatal(err)
		}
		if err := people.CarryOut(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if r := requestOf(t, s, request); r.State != people.RequestDone || r.Note != "" {
			t.Errorf("request %+v", r)
		}
		if err := s.App.Settle(s.System()); err != nil {
			t.Fatal(err)
		}
		if found := traces(everyText(t, s)); len(found) > 0 {
			t.Errorf("traces: %q", found)
		}
		if after := figures(t, s); !reflect.DeepEqual(after, before) || len(before) < 5 {
			t.Errorf("figures\n%v\nwere\n%v", after, before)
		}
		s.Check(t)
		if err := insight.Rebuild(s.System(), s.Ops, s.App.Facts); err != nil {
			t.Fatal(err)
		}
		if after := figures(t, s); !reflect.DeepEqual(after, before) {
			t.Errorf("counted again\n%v\nwere\n%v", after, before)
		}
		old := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]people.OldValue, error) {
			events, err := op.AllOf[id.ID](ctx, tx.Unscoped("test"), "SELECT event FROM event_personal WHERE person = ?", key)
			if err != nil {
				return nil, err
			}
			return people.OldValues(ctx, tx, key, events)
		})
		if len(old) == 0 || slices.ContainsFunc(old, func(o people.OldValue) bool { return !o.Gone }) {
			t.Errorf("old values %+v", old)
		}
		name := "新名"
		wantCode(t, "a touch", second(people.RecordTouch.Run(s.Principal(s.HD), s.Ops, people.TouchInput{PersonID: key, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1})), "anonymized")
		wantCode(t, "a new matter", second(sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: key, CenterID: s.HD})), "anonymized")
		wantCode(t, "a change", second(people.Change.Run(s.FrontDesk(s.HD), s.Ops, people.ChangeInput{PersonID: key, Name: &name})), "anonymized")
		if err := people.CarryOut(s.System(), s.Ops); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	p, ok := problem.As(err)
	if ok && p.Code == "invalid" && len(p.Fields) > 0 {
		ok = p.Fields[0].Code == code
	} else if ok {
		ok = p.Code == code
	}
	if !ok {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// What stands in the way refuses the request, and the deed after it was approved; nobody approves what he asked for.
func TestPPL11_AnonymizeRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		desk := s.FrontDesk(s.HD)
		ask1 := func(person id.ID) error {
			return second(people.FileDataRequest.Run(desk, s.Ops, people.DataRequestInput{PersonID: person, Kind: "anonymize", By: "retention", Identity: "none"}))
		}
		alone := s.Person(t, s.HD)
		wantCode(t, "a new person", ask1(alone), "retention-runs")
		e := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Enquiry, error) {
			return sales.EnquiryByID(ctx, tx, s.Enquiry(t, s.HD).ID)
		})
		child, parent := s.Person(t, s.HD), s.Person(t, s.HD)
		if err := second(people.LinkGuardian.Run(desk, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: parent, Relation: "mother"})); err != nil {
			t.Fatal(err)
		}
		c := s.Contract(t, s.HD)
		student := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			return op.OneOf[id.ID](ctx, tx.Unscoped("test"), "SELECT student FROM contracts WHERE id = ?", c.ID)
		})
		s.Clock.Set(s.Clock.Now().Add(4 * 366 * 24 * time.Hour))
		wantCode(t, "an open enquiry", ask1(e.Person), "enquiry-open")
		wantCode(t, "a guardian", ask1(parent), "guards")
		wantCode(t, "a contract", ask1(student), "contract-open")
		s.Exec(t, "INSERT INTO journal (id, event, cause, day, center, account, person, amount, at) VALUES (?, ?, ?, 1, ?, 'customer-balance', ?, -500, 0)", alone, alone, alone, s.HD, alone)
		wantCode(t, "a balance", ask1(alone), "balance-left")
		s.Exec(t, "DELETE FROM journal WHERE id = ?", alone)
		request := file(t, s, alone, people.RequestAnonymize)
		wantCode(t, "twice", ask1(alone), "request-open")
		wantCode(t, "not approved", second(people.Anonymize.Run(s.System(), s.Ops, people.RequestRef{RequestID: request})), "request-not-approved")
		if err := approve(t, s, desk, request); err == nil {
			t.Error("who asked approved")
		}
		if err := approve(t, s, s.Principal(s.HD), request); err != nil {
			t.Fatal(err)
		}
		if err := second(people.RecordTouch.Run(desk, s.Ops, people.TouchInput{PersonID: alone, Channel: "call", Direction: "in", Result: "discuss", Closed: "no-need"})); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "dealt with meanwhile", second(people.Anonymize.Run(s.System(), s.Ops, people.RequestRef{RequestID: request})), "retention-runs")
		if err := people.CarryOut(s.System(), s.Ops); err != nil || requestOf(t, s, request).State != people.RequestApproved {
			t.Errorf("the job: %v, %+v", err, requestOf(t, s, request))
		}
	})
}

// The list of whose retention is over holds those whom nothing holds, and nobody else.
func TestPPL11_RetentionOver(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		alone := s.Person(t, s.HD)
		e := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Enquiry, error) {
			return sales.EnquiryByID(ctx, tx, s.Enquiry(t, s.HD).ID)
		})
		over := func() (out []id.ID) {
			s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
				list, err := people.RetentionOver(ctx, tx, app.Personal(), app.Holds(), 0, 50)
				for _, k := range list.Items {
					out = append(out, k.ID)
				}
				if int(list.Total) != len(out) {
					t.Errorf("%d of %d", len(out), list.Total)
				}
				return err
			})
			return out
		}
		if got := over(); len(got) > 0 {
			t.Errorf("at once: %v", got)
		}
		s.Clock.Set(s.Clock.Now().Add(4 * 366 * 24 * time.Hour))
		if got := over(); !slices.Contains(got, alone) || slices.Contains(got, e.Person) {
			t.Errorf("over: %v, want %s without %s", got, alone, e.Person)
		}
		file(t, s, alone, people.RequestAnonymize)
		if slices.Contains(over(), alone) {
			t.Error("a request waits")
		}
	})
}

// The export holds what the program knows, once it was approved, for 30 days; each time leaves a fact.
func TestPPL11_Export(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		got := exported(t, s, canary(t, s))
		all := fmt.Sprint(got.Parts, got.Old)
		for _, w := range []string{"金丝雀甲", "金丝雀乙", "金丝雀丙", "Canaria Jia", "13912345678", "13812345679", "canary@example.org", "金丝雀小学", "金丝雀唱歌", "金丝雀的话", "1980-02-03"} {
			if !strings.Contains(all, w) {
				t.Errorf("the export does not hold %s", w)
			}
		}
		boss, in := s.Principal(s.HD), people.RequestRef{RequestID: got.Request.ID}
		if err := second(people.ExportPerson.Run(s.FrontDesk(s.HD), s.Ops, in)); err == nil {
			t.Error("without the right")
		}
		if err := second(people.ExportPerson.Run(boss, s.Ops, in)); err != nil {
			t.Fatal(err)
		}
		if got := s.Facts(t); got[len(got)-1] != "people.person-exported.1" {
			t.Errorf("facts %v", got)
		}
		s.Clock.Set(s.Clock.Now().Add(31 * 24 * time.Hour))
		wantCode(t, "after 30 days", second(people.ExportPerson.Run(boss, s.Ops, in)), "export-over")
	})
}

// Who filed it sees it, and who decides at the center; another center does not. What was to be corrected is answered once, after the approval.
func TestPPL11_Scope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		request := file(t, s, s.Person(t, s.HD), people.RequestCorrect)
		in := people.RequestRef{RequestID: request}
		for name, c := range map[string]struct {
			who context.Context
			n   int64
		}{"desk": {s.FrontDesk(s.HD), 1}, "principal": {s.Principal(s.HD), 1}, "elsewhere": {s.Principal(s.CY), 0}, "desk elsewhere": {s.FrontDesk(s.CY), 0}, "general manager": {s.GM(), 1}} {
			s.Read(t, c.who, func(ctx context.Context, tx *op.Tx) error {
				list, err := people.DataRequests(ctx, tx, id.None, 0, 50)
				if list.Total != c.n {
					t.Errorf("%s sees %d, want %d", name, list.Total, c.n)
				}
				return err
			})
		}
		boss := s.Principal(s.HD)
		wantCode(t, "before the approval", second(people.FinishDataRequest.Run(boss, s.Ops, in)), "request-not-approved")
		if err := approve(t, s, boss, request); err != nil {
			t.Fatal(err)
		}
		if err := second(people.FinishDataRequest.Run(s.Principal(s.CY), s.Ops, in)); err == nil {
			t.Error("answered from elsewhere")
		}
		if err := second(people.FinishDataRequest.Run(boss, s.Ops, in)); err != nil || requestOf(t, s, request).State != people.RequestDone {
			t.Errorf("%v, %+v", err, requestOf(t, s, request))
		}
		wantCode(t, "twice", second(people.FinishDataRequest.Run(boss, s.Ops, in)), "request-not-approved")
	})
}

// A minor's export is the guardian's to ask for, and waits for an approval.
func TestTRU25_ExportOfAMinorNeedsGuardianAndApproval(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	desk := s.FrontDesk(s.HD)
	child := register(t, s, desk, people.RegisterInput{Name: "小雨", CenterID: s.HD, Birth: bizdate.Of(s.Clock.Now(), time.UTC).AddMonths(-10 * 12)})
	mother := register(t, s, desk, people.RegisterInput{Name: "大雨", CenterID: s.HD, Phones: phones("13700137000")})
	in := people.DataRequestInput{PersonID: child, Kind: "export", By: "self", Identity: "document"}
	wantCode(t, "the child itself", second(people.FileDataRequest.Run(desk, s.Ops, in)), "guardian-asks")
	in.By, in.GuardianID = "guardian", mother
	wantCode(t, "no guardian", second(people.FileDataRequest.Run(desk, s.Ops, in)), "no-guardian")
	if err := second(people.LinkGuardian.Run(desk, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: mother, Relation: "mother"})); err != nil {
		t.Fatal(err)
	}
	in.Identity = "none"
	wantCode(t, "unchecked", second(people.FileDataRequest.Run(desk, s.Ops, in)), "identity-unchecked")
	in.Identity = "document"
	a, err := people.FileDataRequest.Run(desk, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	if r := requestOf(t, s, a.ID); r.State != people.RequestOpen || r.Guardian != mother || r.Due != bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))+15 {
		t.Errorf("request %+v", r)
	}
	wantCode(t, "unapproved", second(people.ExportPerson.Run(s.Principal(s.HD), s.Ops, people.RequestRef{RequestID: a.ID})), "request-not-approved")
}

// Every table that names a person is in the export, or says why not; every text of such a table is cleared, or says that it tells nobody.
func TestPPL11_EveryTableOfPersons(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	type column struct {
		Tab  string `db:"tab"`
		Name string `db:"name"`
		Type string `db:"type"`
	}
	list := ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([]column, error) {
		return op.AllOf[column](ctx, tx.Unscoped("test"), `SELECT m.name AS tab, c.name AS name, c.type AS type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2`)
	})
	rows := map[string]bool{}
	known := map[string]bool{}
	for _, r := range app.Personal() {
		rows[r.Table] = true
		for _, c := range slices.Concat(r.By, r.Clear, r.Keep) {
			known[r.Table+"."+c] = true
		}
		known[r.Table+"*"] = r.Gone
	}
	naming := []string{"person", "student", "payer", "guardian", "referrer", "child", "prospect", "member", "merged_into", "enquiry", "contract", "payment", "subject"}
	for _, c := range list {
		why := map[string]string{"centers": "a center merged into another", "case_refs": "ids of a matter", "insight_visits": "counts of the reports", "insight_paths_open": "ids of matters whose counts are to be kept again", "contract_shares": "shares of staff"}
		if _, told := why[c.Tab]; slices.Contains(naming, c.Name) && !rows[c.Tab] && !told {
			t.Errorf("%s.%s may name a person: put its rows into Personal of its domain, or say here why not", c.Tab, c.Name)
		}
		if rows[c.Tab] && !known[c.Tab+"*"] && c.Type == "TEXT" && !known[c.Tab+"."+c.Name] {
			t.Errorf("%s.%s is a text of a person's row: clear it, or keep it with a reason", c.Tab, c.Name)
		}
	}
}

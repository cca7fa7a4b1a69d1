package people_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// exported files, approves and makes an export of a person, and gives what is handed out.
func exported(t *testing.T, s *testkit.School, person id.ID) people.Exported {
	t.Helper()
	request := file(t, s, person, people.RequestExport)
	boss := s.Principal(s.HD)
	if err := approve(t, s, boss, request); err != nil {
		t.Fatal(err)
	}
	begin(t, s, request)
	if err := makeFile(s, request, 1, app.Personal()); err != nil {
		t.Fatal(err)
	}
	return ask(t, s, boss, func(ctx context.Context, tx *op.Tx) (people.Exported, error) {
		return people.ExportedFile(ctx, tx, request)
	})
}

func begin(t *testing.T, s *testkit.School, request id.ID) {
	t.Helper()
	if err := second(people.MakeExport.Run(s.Principal(s.HD), s.Ops, people.RequestRef{RequestID: request})); err != nil {
		t.Fatal(err)
	}
}

// makeFile does the job of an attempt.
func makeFile(s *testkit.School, request id.ID, attempt int64, rows []personal.Rows) error {
	return people.Exporter{Run: s.Ops, Rows: rows}.Do(s.System(), people.ExportWork{RequestID: request, Attempt: attempt})
}

func pieces(t *testing.T, s *testkit.School) [][]byte {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) ([][]byte, error) {
		return op.AllOf[[]byte](ctx, tx.Unscoped("test"), "SELECT p.bytes FROM attachment_pieces p JOIN attachments a ON a.id = p.attachment WHERE a.record_kind = 'data-request'")
	})
}

func keys(t *testing.T, s *testkit.School) int64 {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (int64, error) {
		return op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM person_keys")
	})
}

// noticesOf are the kinds of what the principal was told about the files of exports.
func noticesOf(t *testing.T, s *testkit.School) (out []string) {
	t.Helper()
	list := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]process.Notice, error) {
		list, _, err := process.Notices(ctx, tx, id.None, 50)
		return list, err
	})
	for _, n := range list {
		if strings.HasPrefix(n.Kind, "export-") {
			out = append(out, n.Kind)
		}
	}
	return out
}

// A job makes the file: nobody waits for it, two that run at once leave one, it lies sealed in the database, and goes with its key after its days.
func TestPPL11_FileIsMadeByAJobAndKeptForDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		request := file(t, s, canary(t, s), people.RequestExport)
		boss, in := s.Principal(s.HD), people.RequestRef{RequestID: request}
		wantCode(t, "before the approval", second(people.MakeExport.Run(boss, s.Ops, in)), "request-not-approved")
		if err := approve(t, s, boss, request); err != nil {
			t.Fatal(err)
		}
		if err := second(people.MakeExport.Run(s.FrontDesk(s.HD), s.Ops, in)); err == nil {
			t.Error("begun without the right")
		}
		wantCode(t, "before it is made", second(people.ExportPerson.Run(boss, s.Ops, in)), "export-no-file")
		before := keys(t, s)
		begin(t, s, request)
		if r := requestOf(t, s, request); r.FileState != people.FileWaiting || !r.Making(s.Clock.Now()) {
			t.Errorf("begun: %+v", r)
		}
		wantCode(t, "twice", second(people.MakeExport.Run(boss, s.Ops, in)), "export-busy")
		wantCode(t, "while it is made", second(people.ExportPerson.Run(boss, s.Ops, in)), "export-no-file")
		for range 2 {
			if err := makeFile(s, request, 1, app.Personal()); err != nil {
				t.Fatal(err)
			}
		}
		r := requestOf(t, s, request)
		if r.FileState != people.FileReady || r.FileDone != r.FileTotal || r.FileTotal < 20 || !r.FileUntil.Equal(s.Clock.Now().Add(7*24*time.Hour)) {
			t.Errorf("ready: %+v", r)
		}
		kept := pieces(t, s)
		if len(kept) != 1 || bytes.HasPrefix(kept[0], []byte{0x1f, 0x8b}) || keys(t, s) != before+1 {
			t.Errorf("%d files are kept, sealed with %d keys", len(kept), keys(t, s)-before)
		}
		if got := noticesOf(t, s); !slices.Equal(got, []string{"export-ready"}) {
			t.Errorf("told %v", got)
		}
		if err := second(people.ExportPerson.Run(boss, s.Ops, in)); err != nil {
			t.Error(err)
		}
		s.Clock.Set(r.FileUntil.Add(-time.Second))
		if err := people.RemoveExports(s.System(), s.Ops); err != nil || requestOf(t, s, request).FileState != people.FileReady {
			t.Errorf("too early: %v, %+v", err, requestOf(t, s, request))
		}
		s.Clock.Set(r.FileUntil)
		wantCode(t, "over, not removed yet", second(people.ExportPerson.Run(boss, s.Ops, in)), "export-no-file")
		if err := people.RemoveExports(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if got := requestOf(t, s, request); got.FileState != people.FileExpired || len(pieces(t, s)) > 0 || keys(t, s) != before {
			t.Errorf("after its days: %+v, %d pieces, %d keys", got, len(pieces(t, s)), keys(t, s)-before)
		}
		if got := s.Facts(t); got[len(got)-1] != "people.export-removed.1" {
			t.Errorf("facts %v", got)
		}
		wantCode(t, "removed", second(people.ExportPerson.Run(boss, s.Ops, in)), "export-no-file")
		begin(t, s, request)
		if err := makeFile(s, request, 2, app.Personal()); err != nil || requestOf(t, s, request).FileState != people.FileReady {
			t.Errorf("again: %v, %+v", err, requestOf(t, s, request))
		}
		s.Check(t)
	})
}

// What failed says so, once, and is made by the queue's next try or by who asks again; an attempt that is out of date keeps nothing.
func TestPPL11_FileIsTriedAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		request := file(t, s, canary(t, s), people.RequestExport)
		boss, in := s.Principal(s.HD), people.RequestRef{RequestID: request}
		if err := approve(t, s, boss, request); err != nil {
			t.Fatal(err)
		}
		begin(t, s, request)
		broken := append(slices.Clone(app.Personal()), personal.Rows{Table: "no_such_table", By: []string{"person"}})
		for range 2 {
			if err := makeFile(s, request, 1, broken); err == nil {
				t.Error("the queue is not asked to try again")
			}
		}
		if r := requestOf(t, s, request); r.FileState != people.FileFailed || len(pieces(t, s)) > 0 {
			t.Errorf("failed: %+v", r)
		}
		if got := noticesOf(t, s); !slices.Equal(got, []string{"export-failed"}) {
			t.Errorf("told %v", got)
		}
		if err := makeFile(s, request, 1, app.Personal()); err != nil || requestOf(t, s, request).FileState != people.FileReady {
			t.Errorf("the queue's next try: %v, %+v", err, requestOf(t, s, request))
		}
		begin(t, s, request) // anew
		if n := len(pieces(t, s)); n != 0 {
			t.Errorf("%d pieces of the old file stay", n)
		}
		if err := makeFile(s, request, 1, app.Personal()); err != nil || requestOf(t, s, request).FileState != people.FileWaiting {
			t.Errorf("an old attempt: %v, %+v", err, requestOf(t, s, request))
		}
		s.Clock.Set(s.Clock.Now().Add(6 * time.Minute)) // its node vanished
		begin(t, s, request)
		if err := makeFile(s, request, 3, app.Personal()); err != nil || requestOf(t, s, request).FileState != people.FileReady || len(pieces(t, s)) != 1 {
			t.Errorf("asked again: %v, %+v", err, requestOf(t, s, request))
		}
		s.Clock.Set(s.Clock.Now().Add(31 * 24 * time.Hour))
		wantCode(t, "after 30 days", second(people.MakeExport.Run(boss, s.Ops, in)), "export-over")
	})
}

// Who is forgotten leaves no file.
func TestPPL11_AnonymizedLeavesNoFile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := s.Person(t, s.HD)
		s.Clock.Set(s.Clock.Now().Add(4 * 366 * 24 * time.Hour))
		if got := exported(t, s, key); len(pieces(t, s)) != 1 || !strings.Contains(fmt.Sprint(got.Parts), key.String()) {
			t.Fatalf("%d pieces", len(pieces(t, s)))
		}
		request := file(t, s, key, people.RequestAnonymize)
		if err := approve(t, s, s.Principal(s.HD), request); err != nil {
			t.Fatal(err)
		}
		if err := people.CarryOut(s.System(), s.Ops); err != nil || requestOf(t, s, request).State != people.RequestDone {
			t.Fatalf("%v, %+v", err, requestOf(t, s, request))
		}
		if n := len(pieces(t, s)); n != 0 {
			t.Errorf("%d pieces stay", n)
		}
	})
}

// The file of somebody whose merge is undone held what is another's again: it goes, and a job that makes one keeps nothing (PPL-5).
func TestPPL11_UnmergedLeavesNoFile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		kept, gone := s.Person(t, s.HD), s.Person(t, s.HD)
		merged := merge(t, s, people.MergeInput{PersonID: kept, WithID: gone})
		exported(t, s, kept)
		if n := len(pieces(t, s)); n != 1 {
			t.Fatalf("%d pieces", n)
		}
		unmerge(t, s, merged)
		if n := len(pieces(t, s)); n != 0 {
			t.Errorf("%d pieces stay", n)
		}
	})
}

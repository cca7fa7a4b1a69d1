package marketing_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// scan is a document of a size that begins as a PDF does.
func scan(size int) string { return "%PDF-1.7\n" + strings.Repeat("x", size-9) }

// handIn hands a document in.
func handIn(t *testing.T, s *testkit.School, ctx context.Context, name, content string) id.ID {
	t.Helper()
	f, err := attach.Receive(ctx, s.Ops, name, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return f.ID
}

// A cost is booked with its document, more come later; each is one's own, lies with one cost, and comes back byte by byte.
func TestMKT3_CostWithDocuments(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c := planned(t, s, testkit.Campaign(t, s, id.None), true)
		long := scan(2<<20 + 7) // three pieces
		own, late := handIn(t, s, s.Marketing(), "收据 一.pdf", long), handIn(t, s, s.Marketing(), `C:\scan\2.pdf`, scan(100))
		foreign := handIn(t, s, s.As("finance", s.HD), "3.pdf", scan(100))
		book := func(files ...id.ID) (marketing.CostAnswer, error) {
			return marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: money.Yuan(100), Document: "FP-1", Files: files})
		}
		for name, files := range map[string][]id.ID{"another's": {foreign}, "no file": {s.HD}, "twice": {own, own}} {
			if _, err := book(files...); code(err) != "document-gone" {
				t.Errorf("%s: %v", name, err)
			}
		}
		k, err := book(own)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := book(own); code(err) != "document-gone" {
			t.Errorf("a document of two costs: %v", err)
		}
		put := func(files ...id.ID) (marketing.CostFiles, error) {
			return marketing.AttachCostFiles.Run(s.Marketing(), s.Ops, marketing.AttachCostFilesInput{CostID: k.ID, Files: files})
		}
		if _, err := put(); code(err) != "required" {
			t.Errorf("nothing put: %v", err)
		}
		if got, err := put(late); err != nil || got.Files != 2 {
			t.Errorf("put later: %+v, %v", got, err)
		}
		var many []id.ID
		for range attach.MostFiles - 1 {
			many = append(many, handIn(t, s, s.Marketing(), "x.pdf", scan(20)))
		}
		if _, err := put(many...); code(err) != "documents-many" {
			t.Errorf("%d documents: %v", len(many)+2, err)
		}
		var list []attach.File
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			all, err := marketing.FilesOfCosts(ctx, tx, []marketing.CostLine{{ID: k.ID}})
			list = all[k.ID]
			return err
		})
		if len(list) != 2 || list[0].Name != "收据 一.pdf" || list[0].Type != "application/pdf" || list[1].Name != "2.pdf" {
			t.Fatalf("documents %+v", list)
		}
		var back bytes.Buffer
		if err := list[0].Copy(s.Marketing(), s.Ops, &back); err != nil || back.String() != long {
			t.Errorf("%d bytes of %d came back, %v", back.Len(), len(long), err)
		}
		s.Clock.Set(s.Clock.Now().Add(25 * time.Hour))
		if err := s.Ops.Write(s.System(), attach.Forget); err != nil {
			t.Fatal(err)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM attachments"); n != 2 {
			t.Errorf("%d documents are there after a day, want the 2 of the cost", n)
		}
		s.Check(t)
	})
}

// What is no document, empty or too big is refused whole; what is tied to nothing goes after a day, a few at a time.
func TestTRU20_Documents(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for want, content := range map[string]io.Reader{
			"document-empty":   strings.NewReader(""),
			"document-kind":    strings.NewReader("<!DOCTYPE html><script>alert(1)</script>"),
			"document-too-big": io.MultiReader(strings.NewReader(scan(1<<20)), bytes.NewReader(make([]byte, attach.MostBytes))),
		} {
			if _, err := attach.Receive(s.Marketing(), s.Ops, "x.pdf", content); code(err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		again := op.WithKey(s.Marketing(), "form-1")
		if a, b, c := handIn(t, s, again, "x.pdf", scan(20)), handIn(t, s, again, "x.pdf", scan(20)), handIn(t, s, again, "x.pdf", scan(21)); a != b || a == c {
			t.Errorf("a form that is sent twice brings the documents %s, %s and another %s", a, b, c)
		}
		s.Exec(t, "DELETE FROM attachment_pieces")
		s.Exec(t, "DELETE FROM attachments")
		if _, err := attach.Receive(s.FrontDesk(s.HD), s.Ops, "x.pdf", strings.NewReader(scan(20))); code(err) != "forbidden" {
			t.Errorf("without a right: %v", err)
		}
		if n := s.Count(t, "SELECT (SELECT COUNT(*) FROM attachments) + (SELECT COUNT(*) FROM attachment_pieces)"); n != 0 {
			t.Errorf("%d rows are left of what was refused", n)
		}
		for range 20 {
			handIn(t, s, s.Marketing(), "x.pdf", scan(20))
		}
		if _, err := attach.Receive(s.Marketing(), s.Ops, "x.pdf", strings.NewReader(scan(20))); code(err) != "documents-loose" {
			t.Errorf("the 21st that lies loose: %v", err)
		}
		forget := func() {
			t.Helper()
			if err := s.Ops.Write(s.System(), attach.Forget); err != nil {
				t.Fatal(err)
			}
		}
		forget()
		if n := s.Count(t, "SELECT COUNT(*) FROM attachments"); n != 20 {
			t.Errorf("%d of 20 after no time", n)
		}
		s.Clock.Set(s.Clock.Now().Add(25 * time.Hour))
		forget()
		if n := s.Count(t, "SELECT COUNT(*) FROM attachment_pieces"); n != 0 {
			t.Errorf("%d pieces after a day", n)
		}
	})
}

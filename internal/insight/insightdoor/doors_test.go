package insightdoor_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/sheet"
	"zhike/internal/organization"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

func mailOf(t *testing.T, s *testkit.School, key id.ID) (m insight.Mail) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&m).Where("id = ?", key).Scan(ctx)
	})
	return m
}

// day brings some of everything that the daily report counts.
func day(t *testing.T, s *testkit.School) {
	t.Helper()
	for center, yuan := range map[id.ID]int64{s.HD: 9_000, s.CY: 7_200} {
		c := s.Contract(t, center)
		_, err := finance.TakePayment.Run(s.FrontDesk(center), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(yuan)})
		if err != nil {
			t.Fatal(err)
		}
		e := s.Enquiry(t, center)
		s.Clock.Set(s.Clock.Now().Add(17 * time.Minute))
		s.Touch(t, center, e)
	}
	s.Enquiry(t, s.HD)
}

// speak is the context of a viewer as a door has it, in Chinese.
func speak(s *testkit.School, viewer context.Context) context.Context {
	return insightdoor.At(i18n.WithCatalogue(viewer, s.App.Catalogue, i18n.ZH), s.Clock.Now(), s.Dir.Zone(s.HD))
}

// page asks for an address as a viewer.
func page(t *testing.T, s *testkit.School, viewer context.Context, path string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	insightdoor.Pages(mux, s.Ops)
	who, _ := op.ViewerOf(viewer)
	r := httptest.NewRequestWithContext(op.WithViewer(t.Context(), who), http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", "zh")
	w := httptest.NewRecorder()
	web.Chain(web.Func(func(w http.ResponseWriter, r *http.Request) error { mux.ServeHTTP(w, r); return nil }),
		web.Speak(s.App.Catalogue, s.Clock.Now, s.Dir.Zone(s.HD))).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d %s", path, w.Code, textOf(w.Body.String()))
	}
	return w
}

// TestINS1_SameFiguresAtEveryDoor: the API, the page, its files, the command and the mail say the same of one day.
func TestINS1_SameFiguresAtEveryDoor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day(t, s)
		const path = "/reports/daily-sales?from=2026-06-03&to=2026-06-03"
		answer := overAPI(t, s, "/api/v1"+path)
		if answer.Totals["cash_in_fen"] != 1_620_000.0 || answer.Totals["first_contact_minutes"] == nil || answer.Totals["contracts_new"] != 2.0 {
			t.Fatalf("totals = %v", answer.Totals)
		}
		ctx := speak(s, s.GM())
		words := make([]string, 0, len(answer.Columns))
		var names []string
		for _, c := range answer.Columns[1:] {
			v, known := answer.Totals[c.Key].(float64)
			words = append(words, insightdoor.Value(ctx, c.Unit, insight.Figure{V: v, None: !known}))
			names = append(names, c.Title.ZH)
		}
		shown := textOf(page(t, s, s.GM(), path).Body.String())
		for i, name := range names { // each figure is followed by what it is, for those who hear the page
			if want := words[i] + " 合计 " + name; !strings.Contains(shown, want) {
				t.Errorf("the page does not say %q: %s", want, shown)
			}
		}
		for format, table := range map[sheet.Format][][]string{
			sheet.CSV: readCSV(t, taken(t, s, s.GM(), path, "csv")), sheet.XLSX: readBook(t, taken(t, s, s.GM(), path, "xlsx")),
		} {
			head, totals := table[0], table[len(table)-1]
			for i, c := range answer.Columns[1:] {
				want := ""
				if v, known := answer.Totals[c.Key].(float64); known {
					if c.Unit == "fen" {
						v /= 100
					}
					want = strconv.FormatFloat(v, 'f', -1, 64)
				}
				if got := number(t, totals[i+1]); head[i+1] != c.Title.ZH || got != want {
					t.Errorf("%s: %s = %s, the API says %s = %s", format, head[i+1], got, c.Title.ZH, want)
				}
			}
		}
		var printed strings.Builder
		s.Read(t, ctx, func(_ context.Context, tx *op.Tx) error {
			p := insight.Params{From: answer.Params.From, Until: answer.Params.Until}
			return insightdoor.Text(ctx, tx, &printed, "daily-sales", p)
		})
		_, totals, _ := strings.Cut(printed.String(), "合计")
		for i, name := range names {
			if want := name + ": " + words[i]; !strings.Contains(totals, want) {
				t.Errorf("the command does not say %q: %s", want, totals)
			}
		}
		mailed(t, s, names, words)
	})
}

// mailed compares the mail and the document attached to it.
func mailed(t *testing.T, s *testkit.School, names, words []string) {
	t.Helper()
	server := testkit.Mailpit(t)
	address := "gm-" + s.Clock.NewID().String() + "@school.example"
	staff := s.StaffID(s.GM())
	if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: staff, Email: &address}); err != nil {
		t.Fatal(err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	out, err := insight.MailReport.Run(s.GM(), s.Ops, insight.MailReportInput{Report: "daily-sales", Staff: []id.ID{staff}})
	if err != nil {
		t.Fatal(err)
	}
	post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: senderTo(t, server.SMTP), Public: "https://zhike.school.example"}
	if err := post.Send(s.System(), insight.SendMail{MailID: out.Mails[0]}); err != nil {
		t.Fatal(err)
	}
	got := server.Await(t, address)
	shown := textOf(got.HTML)
	for i, name := range names {
		if !strings.Contains(shown, name+" ") || !strings.Contains(got.HTML, "<b>"+words[i]+"</b>") {
			t.Errorf("the mail does not say %s %s: %s", name, words[i], shown)
		}
	}
	if !strings.Contains(got.HTML, "<svg") || strings.Contains(got.HTML, "var(--") {
		t.Error("the mail has no chart, or one whose colours need a style sheet")
	}
	if len(got.Attachments) != 1 {
		t.Fatalf("%d attachments, want the document", len(got.Attachments))
	}
	document := pdfText(t, taken(t, s, s.GM(), "/reports/daily-sales?from=2026-06-03&to=2026-06-03", "pdf"))
	for i, name := range names {
		if !strings.Contains(document, joined(name)) || !strings.Contains(document, joined(words[i])) {
			t.Errorf("the document does not say %s %s: %s", name, words[i], document)
		}
	}
}

// joined is a text without spaces: in the document words are on several lines.
func joined(text string) string { return strings.Join(strings.Fields(text), "") }

// pdfText is the words of a document without spaces, each cell for itself.
func pdfText(t *testing.T, document []byte) string {
	t.Helper()
	if !bytes.HasPrefix(document, []byte("%PDF-")) {
		t.Fatalf("no PDF: %q", document[:min(len(document), 40)])
	}
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed: the document's words are not read")
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return joined(string(out))
}

// overAPI asks the served program with a token.
func overAPI(t *testing.T, s *testkit.School, path string) (out insightdoor.Answer) {
	t.Helper()
	token, _, err := s.App.Access.SignIn(t.Context(), organization.SignIn{Login: s.Login("general-manager", id.None), Password: "correct horse", Kind: "api"})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.App.Handler("http://127.0.0.1:8080", false).ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d %s %v", path, w.Code, w.Body, err)
	}
	return out
}

func readCSV(t *testing.T, content []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xEF\xBB\xBF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func readBook(t *testing.T, content []byte) (rows [][]string) {
	t.Helper()
	r, err := sheet.OpenAt(bytes.NewReader(content), int64(len(content)), sheet.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	rows = append(rows, r.Header())
	for {
		_, cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append([]string{}, cells...))
	}
}

// number writes a number of a file without zeros at its end; "" stays.
func number(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Errorf("%q is no number", text)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// TestTRU20_NamesInFiles: a name that a spreadsheet would run is neutralized.
func TestTRU20_NamesInFiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day(t, s)
		bad, staff := `=HYPERLINK("http://evil.example","a")`, s.StaffID(s.Consultant(s.HD))
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: staff, Name: &bad}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		const path = "/reports/daily-sales?from=2026-06-03&to=2026-06-03&by=consultant"
		found := false
		for _, row := range readCSV(t, taken(t, s, s.GM(), path, "csv")) {
			if strings.HasPrefix(row[0], "=") {
				t.Errorf("a cell begins like a formula: %s", row[0])
			}
			found = found || row[0] == "'"+bad
		}
		if !found {
			t.Error("the name is not in the file")
		}
		book := taken(t, s, s.GM(), path, "xlsx")
		if bytes.Contains(book, []byte("<f>")) {
			t.Error("the workbook holds a formula")
		}
		if rows := readBook(t, book); len(rows) < 3 {
			t.Errorf("%d rows", len(rows))
		}
	})
}

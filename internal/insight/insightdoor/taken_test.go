package insightdoor_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
	"zhike/internal/web"
)

// posted sends the form by which a report is downloaded.
func posted(t *testing.T, s *testkit.School, viewer context.Context, path, format string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	insightdoor.Pages(mux, s.Ops)
	who, _ := op.ViewerOf(viewer)
	r := httptest.NewRequestWithContext(op.WithViewer(t.Context(), who), http.MethodPost, strings.Replace(path, "?", "/export?", 1), strings.NewReader(url.Values{"format": {format}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "zh")
	w := httptest.NewRecorder()
	web.Chain(web.Func(func(w http.ResponseWriter, r *http.Request) error { mux.ServeHTTP(w, r); return nil }),
		web.Speak(s.App.Catalogue, s.Clock.Now, s.Dir.Zone(s.HD))).ServeHTTP(w, r)
	return w
}

// taken is a report as a file.
func taken(t *testing.T, s *testkit.School, viewer context.Context, path, format string) []byte {
	t.Helper()
	w := posted(t, s, viewer, path, format)
	if w.Code != http.StatusOK {
		t.Fatalf("%s as %s = %d %s", path, format, w.Code, textOf(w.Body.String()))
	}
	return w.Body.Bytes()
}

// TestPPL10_ReportFiles: a report that leaves the program carries who took it, when, and the id of its event, in each row of a table and on each page
// of a document; each download leaves an event of its own, a refused one none, and to look at the report none either.
func TestPPL10_ReportFiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day(t, s)
		const path = "/reports/daily-sales?from=2026-06-03&to=2026-06-03"
		exports := func() int64 {
			return s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'insight.report-exported.1'")
		}
		page(t, s, s.GM(), path)
		page(t, s, s.GM(), path+"&format=csv")
		if n := exports(); n != 0 {
			t.Errorf("%d events of looking at a report", n)
		}
		who, _ := op.ViewerOf(s.GM())
		marks := map[string]bool{}
		for i, rows := range [][][]string{readCSV(t, taken(t, s, s.GM(), path, "csv")), readBook(t, taken(t, s, s.GM(), path, "xlsx")), readCSV(t, taken(t, s, s.GM(), path, "csv"))} {
			for n, row := range rows {
				last := row[len(row)-1]
				if n == 0 {
					if last != "下载标记" {
						t.Errorf("file %d: the last column is %q", i, last)
					}
					continue
				}
				login, rest, _ := strings.Cut(last, " · 2026-")
				_, export, _ := strings.Cut(rest, " · ")
				key, err := id.Parse(export)
				if login != who.Login || err != nil || s.Count(t, "SELECT COUNT(*) FROM events WHERE kind = 'insight.report-exported.1' AND subject = ?", key) != 1 {
					t.Errorf("file %d, row %d: mark %q", i, n, last)
				}
				marks[export] = true
			}
		}
		if n := exports(); n != 3 || len(marks) != 3 {
			t.Errorf("%d events and %d marks of 3 files", n, len(marks))
		}
		document := pdfText(t, taken(t, s, s.GM(), path, "pdf"))
		if n := exports(); n != 4 || !strings.Contains(document, joined(who.Login+" · 2026-")) {
			t.Errorf("%d events; the document has no mark: %.400s", n, document)
		}
		if w := posted(t, s, s.GM(), path, "docx"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("as docx: %d", w.Code)
		}
		if _, err := insight.ExportReport.Run(s.GM(), s.Ops, insight.ExportReportInput{Report: "nonsense", Format: "csv"}); err == nil {
			t.Error("a report that there is not")
		}
		if n := exports(); n != 4 {
			t.Errorf("%d events after refusals", n)
		}
	})
}

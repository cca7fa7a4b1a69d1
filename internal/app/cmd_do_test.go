package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhike/internal/app"
)

// TestCTR_DoNamesWhatWasMeant: an operation that is not there is answered with those of like names.
func TestCTR_DoNamesWhatWasMeant(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"sales.enter": "perhaps sales.enter-enquiry", "take_payment": "finance.take-payment", "no.such-operation": `no operation "no.such-operation"; see zhike do --list`,
	} {
		var out, errs bytes.Buffer
		if got := app.Main(t.Context(), []string{"do", name, "{}"}, strings.NewReader(""), &out, &errs); got != app.ExitUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("zhike do %s: exit %d: %s", name, got, errs.String())
		}
	}
}

// TestROL1_CommandNamesWhatIsUnmapped: what an import keeps as text is listed with its rows, the most frequent first.
func TestROL1_CommandNamesWhatIsUnmapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, list := filepath.Join(dir, "school.db"), filepath.Join(dir, "leads.csv")
	if err := os.WriteFile(list, []byte("编号,姓名,手机号,渠道\n1,王一,13900000001,夜市\n2,王二,13900000002,庙会\n3,王三,13900000003,庙会\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"migrate", "--db", db}, {"import", "leads", list, "--db", db}} {
		var out, errs bytes.Buffer
		if got := app.Main(t.Context(), args, strings.NewReader(""), &out, &errs); got != app.ExitDone {
			t.Fatalf("zhike %s: exit %d\n%s%s", strings.Join(args, " "), got, out.String(), errs.String())
		}
		if want := "unmapped channel: 2 different\n       2  庙会\n       1  夜市\n"; args[0] == "import" && !strings.Contains(out.String(), want) {
			t.Errorf("the command says\n%swant\n%s", out.String(), want)
		}
	}
}

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/rollout"
	"zhike/internal/testkit"
)

// served is the program as a process of its own.
type served struct {
	testkit.Server
	t        *testing.T
	dsn, key string
	files    string
	client   client
}

func (s *served) start() {
	s.t.Helper()
	program, err := exec.LookPath("zhike") // the test binary, see TestMain
	if err != nil {
		s.t.Fatal(err)
	}
	s.Server = testkit.Serve(s.t, testkit.ServerSpec{
		Program: program, Env: []string{"ZHIKE_KEY_FILE=" + s.key, "ZHIKE_FILES=" + s.files}, Args: []string{"--db", s.dsn},
	})
	s.client.base = "http://" + s.Addr + "/api/v1"
}

// until waits until an import is as it should be.
func (s *served) until(key string, fits func(i rollout.ImportRun) bool) (i rollout.ImportRun) {
	s.t.Helper()
	err := s.Until(2*time.Minute, func() bool {
		r := s.client.get("/imports/" + key)
		i = rollout.ImportRun{}
		return r.status == http.StatusOK && json.Unmarshal(r.raw, &i) == nil && fits(i)
	})
	if err != nil {
		s.t.Fatalf("import %+v: %v", i.Counts, err)
	}
	return i
}

// end sends a signal and waits for the end; it gives how long that took.
func (s *served) end(signal syscall.Signal) time.Duration {
	s.t.Helper()
	began := time.Now()
	if err := syscall.Kill(s.PID, signal); err != nil {
		s.t.Fatal(err)
	}
	for syscall.Kill(s.PID, 0) == nil {
		if time.Since(began) > time.Minute {
			s.t.Fatal("it does not end")
		}
		<-time.After(10 * time.Millisecond)
	}
	took := time.Since(began)
	s.Stop()
	return took
}

const importedRows = 6000

// TestROL1_ImportSurvives: an import whose program is killed, then stopped, goes on after the next start; every row is counted once and
// nothing is doubled (TRU-1, TRU-7). A stop takes at most five seconds.
func TestROL1_ImportSurvives(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		importSurvives(t, filepath.Join(t.TempDir(), "zhike.db"), syscall.SIGKILL, syscall.SIGTERM)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		server := testkit.PostgresURL(t)
		importSurvives(t, server, syscall.SIGTERM)
	})
}

func importSurvives(t *testing.T, dsn string, signals ...syscall.Signal) {
	t.Helper()
	s := &served{t: t, dsn: dsn, key: filepath.Join(t.TempDir(), "key"), files: filepath.Join(t.TempDir(), "files"), client: client{t: t}}
	if err := os.WriteFile(s.key, testkit.Key, 0o600); err != nil {
		t.Fatal(err)
	}
	var center id.ID
	t.Run("prepare", func(t *testing.T) { center = testkit.NewSchool(t, dsn).HD }) // closed when it ends
	s.start()
	s.client.token = s.client.post("/sessions", map[string]any{"login": "principal@hd", "password": "correct horse"}).want(http.StatusCreated).text("token")
	var list bytes.Buffer
	fmt.Fprintln(&list, "编号,姓名,手机号")
	for i := range importedRows {
		phone := fmt.Sprintf("139%08d", i)
		if i%10 == 9 {
			phone = "12"
		}
		fmt.Fprintf(&list, "k%d,何雨桐%d,%s\n", i, i, phone)
	}
	key := s.client.send(t, "kind", "leads", "center_id", center.String(), "dry_run", "false", "file", list.String()).want(http.StatusCreated).text("id")
	for _, signal := range signals {
		before := s.until(key, func(i rollout.ImportRun) bool { return i.State == rollout.Running && i.Counts.Rows > 300 })
		if took := s.end(signal); took > 5*time.Second {
			t.Errorf("after %s it ended in %s", signal, took)
		}
		s.start()
		after := s.until(key, func(i rollout.ImportRun) bool { return i.Counts.Rows > before.Counts.Rows })
		if after.State != rollout.Running {
			t.Errorf("after %s the import was %s: there was nothing to go on with", signal, after.State)
		}
		turns := int64(0)
		if signal == syscall.SIGTERM {
			turns++ // the worker handed its turn on
		}
		if !strings.HasPrefix(dsn, "postgres") {
			turns++ // a start takes over what is at work
		}
		if after.Attempt != before.Attempt+turns {
			t.Errorf("after %s the import is at turn %d, want %d", signal, after.Attempt, before.Attempt+turns)
		}
	}
	done := s.until(key, func(i rollout.ImportRun) bool { return i.State == rollout.Done })
	c := done.Counts
	if c.Rows != importedRows || c.Accepted != importedRows*9/10 || c.Rejected != importedRows/10 || c.Merged+c.Updated != 0 {
		t.Errorf("rows %d accepted %d merged %d updated %d rejected %d", c.Rows, c.Accepted, c.Merged, c.Updated, c.Rejected)
	}
	s.end(syscall.SIGTERM)
	s.verify(c.Accepted)
}

// verify counts what was brought in and proves every invariant.
func (s *served) verify(want int64) {
	s.t.Helper()
	school := testkit.NewSchool(s.t, s.dsn)
	school.Read(s.t, school.System(), func(ctx context.Context, tx *op.Tx) error {
		for _, text := range []string{
			"SELECT COUNT(*) FROM enquiries", "SELECT COUNT(*) FROM persons", "SELECT COUNT(DISTINCT external_key) FROM enquiries",
			"SELECT COUNT(*) FROM events WHERE kind = 'sales.enquiry-entered.1'",
		} {
			if n, err := op.OneOf[int64](ctx, tx.Unscoped("test"), text); err != nil || n != want {
				s.t.Errorf("%s gives %d, %v; want %d", text, n, err, want)
			}
		}
		return nil
	})
	school.Check(s.t)
}

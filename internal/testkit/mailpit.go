package testkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhike/internal/testkit/child"
)

// mailLimit is how long a message may take to arrive.
const mailLimit = 15 * time.Second

// MailServer is a real SMTP server that keeps what it receives. It takes any login and none.
type MailServer struct {
	SMTP string // address, such as 127.0.0.1:41025

	api string
}

// Message is a message that the server received.
type Message struct {
	ID          string
	Subject     string
	From        *mail.Address
	To          []*mail.Address
	Text        string
	HTML        string
	Attachments []Attachment
	Inline      []Attachment // images of the HTML
}

// Attachment is a file of a message.
type Attachment struct {
	PartID      string
	FileName    string
	ContentType string
	ContentID   string
	Content     []byte `json:"-"`
}

// Mailpit is the mail server of this process; it ends with it. Its messages are those of all tests of the process, so
// that tests that run in parallel send to addresses of their own.
func Mailpit(tb testing.TB) *MailServer {
	tb.Helper()
	server, err := mailpit()
	if errors.Is(err, errNoMailpit) {
		absent(tb, err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return server
}

// Messages are all messages received, oldest first.
func (s *MailServer) Messages(tb testing.TB) []Message {
	tb.Helper()
	var list struct{ Messages []struct{ ID string } }
	s.get(tb, "messages?limit=1000000", &list)
	all := make([]Message, len(list.Messages))
	for i, m := range list.Messages { // the server says the newest first
		all[len(all)-1-i] = s.message(tb, m.ID)
	}
	return all
}

// Await is the oldest message to the address; it waits for one.
func (s *MailServer) Await(tb testing.TB, to string) Message {
	tb.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(mailLimit)
	query := "search?limit=1000000&query=" + url.QueryEscape(`to:"`+to+`"`)
	for {
		var list struct{ Messages []struct{ ID string } }
		if s.get(tb, query, &list); len(list.Messages) > 0 {
			return s.message(tb, list.Messages[len(list.Messages)-1].ID)
		}
		select {
		case <-tick.C:
		case <-limit:
			tb.Fatalf("no message to %s within %s", to, mailLimit)
		}
	}
}

func (s *MailServer) message(tb testing.TB, id string) (m Message) {
	tb.Helper()
	s.get(tb, "message/"+id, &m)
	for _, files := range [][]Attachment{m.Attachments, m.Inline} {
		for i, f := range files {
			files[i].Content = s.read(tb, "message/"+id+"/part/"+f.PartID)
		}
	}
	return m
}

func (s *MailServer) get(tb testing.TB, path string, into any) {
	tb.Helper()
	if err := json.Unmarshal(s.read(tb, path), into); err != nil {
		tb.Fatalf("the mail server's answer to %s: %v", path, err)
	}
}

func (s *MailServer) read(tb testing.TB, path string) []byte {
	tb.Helper()
	body, err := fetch(tb.Context(), s.api+path)
	if err != nil {
		tb.Fatalf("ask the mail server: %v", err)
	}
	return body
}

func fetch(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, res.Status)
	}
	return io.ReadAll(res.Body)
}

var errNoMailpit = errors.New("mailpit cannot be built")

// mailpit starts the server of this process at the first call. Somebody else may take a port between the look for a
// free one and the start, then it tries again.
var mailpit = sync.OnceValues(func() (*MailServer, error) {
	program, err := mailpitProgram()
	if err != nil {
		return nil, err
	}
	var failed error
	for range 3 {
		s, err := startMailpit(program)
		if err == nil {
			return s, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("start mailpit: %w", failed)
})

// mailpitProgram is the path of the mailpit that tools/go.mod pins; the go command builds it where it is not yet.
func mailpitProgram() (string, error) {
	dir, err := root()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(dir, "tools", "go.mod"), "-n", "mailpit")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return "", fmt.Errorf("%w: %w", errNoMailpit, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func startMailpit(program string) (*MailServer, error) {
	smtp, err := freeAddress()
	if err != nil {
		return nil, err
	}
	web, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c, err := child.Start(child.Spec{Name: "mailpit", Stop: "TERM", Program: func(dir string) []string {
		return []string{
			program, "--smtp", smtp, "--listen", web, "--database", filepath.Join(dir, "mail.db"), "--max", "0",
			"--smtp-auth-accept-any", "--smtp-auth-allow-insecure", "--smtp-disable-rdns", "--disable-version-check", "--quiet",
		}
	}})
	if err != nil {
		return nil, err
	}
	s := &MailServer{SMTP: smtp, api: "http://" + web + "/api/v1/"}
	return s, c.Until(mailLimit, func() bool {
		_, err := fetch(context.Background(), "http://"+web+"/readyz")
		return err == nil && speaksSMTP(smtp)
	})
}

func speaksSMTP(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	return err == nil && conn.Close() == nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

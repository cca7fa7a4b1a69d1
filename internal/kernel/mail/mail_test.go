package mail_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/mail"
)

func sender(t *testing.T, addr string, change ...func(*mail.Config)) *mail.Sender {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	c := mail.Config{Host: host, Port: n, TLS: mail.Clear, From: "知客 <zhike@school.example>", Timeout: 5 * time.Second}
	for _, f := range change {
		f(&c)
	}
	s, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func report(to string) mail.Message {
	return mail.Message{
		To: to, Subject: "6月3日 销售日报：到访 21 人，高于往常", Text: "到访 21 人。", HTML: "<p>到访 <b>21</b> 人。</p>", ID: "0190f1c2@school.example",
		Date: time.Date(2026, 6, 3, 1, 12, 0, 0, time.UTC), Headers: map[string]string{"X-Zhike-Report": "daily-sales"},
		Attachments: []mail.Attachment{{Name: "销售日报.pdf", Type: "application/pdf", Content: []byte("%PDF-1.3 …")}},
	}
}

// What is not taken says whether to try again.
func TestTRU7_Outcome(t *testing.T) {
	for name, c := range map[string]struct {
		script  script
		change  func(*mail.Config)
		outcome mail.Outcome
		stage   string
		code    int
	}{
		"greylisted":         {script: script{"RCPT": "450 4.2.0 try again later"}, outcome: mail.NotNow, stage: "recipient", code: 450},
		"unknown recipient":  {script: script{"RCPT": "550 5.1.1 no such user send@school.example"}, outcome: mail.Refused, stage: "recipient", code: 550},
		"sender refused":     {script: script{"MAIL": "553 5.7.1 not yours"}, outcome: mail.Refused, stage: "sender", code: 553},
		"too big":            {script: script{".": "552 5.3.4 too big"}, outcome: mail.Refused, stage: "answer", code: 552},
		"full":               {script: script{".": "452 4.3.1 disk full"}, outcome: mail.NotNow, stage: "answer", code: 452},
		"no answer":          {script: script{".": drop}, outcome: mail.Unknown, stage: "answer"},
		"lost before":        {script: script{"DATA": drop}, outcome: mail.NotNow, stage: "content"},
		"not open":           {script: script{"": "421 4.3.2 down"}, outcome: mail.NotNow, stage: "connect", code: 421},
		"lost at once":       {script: script{"": drop}, outcome: mail.NotNow, stage: "connect"},
		"no security":        {change: func(c *mail.Config) { c.TLS = mail.StartTLS }, outcome: mail.NotNow, stage: "connect"},
		"no signing in":      {change: func(c *mail.Config) { c.User, c.Password = "zhike", "secret" }, outcome: mail.NotNow, stage: "connect"},
		"silent":             {script: script{"MAIL": silence}, change: func(c *mail.Config) { c.Timeout = 100 * time.Millisecond }, outcome: mail.NotNow, stage: "sender"},
		"silent at the end":  {script: script{".": silence}, change: func(c *mail.Config) { c.Timeout = 100 * time.Millisecond }, outcome: mail.Unknown, stage: "answer"},
		"reset and quit bad": {script: script{"RSET": "500 5.5.1 what", "QUIT": drop}},
		"taken":              {},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change == nil {
				c.change = func(*mail.Config) {}
			}
			err := sender(t, serve(t, c.script), c.change).Send(t.Context(), report("send@school.example"))
			if c.outcome == 0 {
				if err != nil {
					t.Fatalf("taken, but: %v", err)
				}
				return
			}
			e, ok := errors.AsType[*mail.Error](err)
			if !ok || e.Outcome != c.outcome || e.Stage != c.stage || e.Code != c.code {
				t.Fatalf("error = %v, want %s at %s: %d", err, c.outcome, c.stage, c.code)
			}
			if mail.OutcomeOf(err) != c.outcome || strings.Contains(err.Error(), "send@") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// The end of the context ends a send that waits for the server.
func TestTRU7_Cancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := sender(t, serve(t, script{"MAIL": silence}), func(c *mail.Config) { c.Timeout = time.Hour }).Send(ctx, report("send@school.example"))
	if mail.OutcomeOf(err) != mail.NotNow || err == nil {
		t.Errorf("error = %v", err)
	}
	if err := sender(t, "127.0.0.1:1").Send(ctx, report("send@school.example")); mail.OutcomeOf(err) != mail.NotNow {
		t.Errorf("error = %v", err)
	}
}

// What would become a header of its own, or cannot be sent, is refused before a server is asked.
func TestTRU7_MessageRefused(t *testing.T) {
	for name, change := range map[string]func(*mail.Message){
		"recipient":         func(m *mail.Message) { m.To = "a@school.example\r\nBcc: b@school.example" },
		"two recipients":    func(m *mail.Message) { m.To = "a@school.example, b@school.example" },
		"no recipient":      func(m *mail.Message) { m.To = "" },
		"subject":           func(m *mail.Message) { m.Subject = "hello\nBcc: b@school.example" },
		"long subject":      func(m *mail.Message) { m.Subject = strings.Repeat("长", 5000) },
		"broken text":       func(m *mail.Message) { m.Subject = "\xff" },
		"message id":        func(m *mail.Message) { m.ID = "a@b>\r\nBcc: c@d" },
		"no message id":     func(m *mail.Message) { m.ID = "" },
		"no text":           func(m *mail.Message) { m.Text = "" },
		"header value":      func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: c@d"} },
		"header name":       func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "c@d"} },
		"header of its own": func(m *mail.Message) { m.Headers = map[string]string{"bcc": "c@d.example"} },
		"file name":         func(m *mail.Message) { m.Attachments[0].Name = "a\"\r\nX: b" },
		"file type":         func(m *mail.Message) { m.Attachments[0].Type = "text/html\r\nX: b" },
		"huge":              func(m *mail.Message) { m.Attachments[0].Content = make([]byte, 21<<20) },
	} {
		m := report("a@school.example")
		change(&m)
		err := sender(t, "127.0.0.1:1").Send(t.Context(), m)
		if e, ok := errors.AsType[*mail.Error](err); !ok || e.Outcome != mail.Refused || e.Stage != "compose" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNew_Refused(t *testing.T) {
	for name, c := range map[string]mail.Config{
		"no host":     {From: "a@b.example"},
		"no sender":   {Host: "localhost"},
		"bad sender":  {Host: "localhost", From: "a@b.example\r\nBcc: c@d.example"},
		"unknown TLS": {Host: "localhost", From: "a@b.example", TLS: "maybe"},
		"port":        {Host: "localhost", From: "a@b.example", Port: 70000},
	} {
		if _, err := mail.New(c); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

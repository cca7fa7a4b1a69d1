package insightdoor_test

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/mail"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// mute is a mail server that takes whole messages, counts them, and goes away without an answer.
type mute struct {
	sender   *mail.Sender
	messages atomic.Int64
}

func newMute(t *testing.T) *mute {
	t.Helper()
	m := &mute{}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { m.talk(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Wait()
	})
	m.sender = senderTo(t, listener.Addr().String())
	return m
}

func (m *mute) talk(conn net.Conn) {
	defer conn.Close()
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 test")
	content := false
	for in := bufio.NewScanner(conn); in.Scan(); {
		switch line := in.Text(); {
		case content && line == ".":
			m.messages.Add(1)
			return
		case content:
		case strings.HasPrefix(line, "DATA"):
			content = true
			say("354 go on")
		default:
			say("250 fine")
		}
	}
}

// Where the server had the whole message and gave no answer, it may have arrived: the mail is left for a person, and its job, run
// again, sends nothing (TRU-7).
func TestTRU7_MailUnknown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := newMute(t)
		staff := s.StaffID(s.Principal(s.HD))
		address := "principal@school.example"
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
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: server.sender, Public: "https://zhike.school.example"}
		for range 2 {
			if err := post.Send(s.System(), insight.SendMail{MailID: out.Mails[0]}); err != nil {
				t.Errorf("the job is tried again: %v", err)
			}
		}
		if n := server.messages.Load(); n != 1 {
			t.Errorf("the server was given the message %d times, want once", n)
		}
		m := mailOf(t, s, out.Mails[0])
		if m.State != "failed" || m.Attempts != 1 || !strings.Contains(m.Problem, mail.Unknown.String()) {
			t.Errorf("mail = %+v, want it failed with an unknown outcome", m)
		}
	})
}

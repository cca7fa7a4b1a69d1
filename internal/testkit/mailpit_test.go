package testkit_test

import (
	"bytes"
	"net"
	"strconv"
	"testing"

	"github.com/wneessen/go-mail"

	"zhike/internal/testkit"
)

// TestMailpit: a message arrives as it was sent.
func TestMailpit(t *testing.T) {
	server := testkit.Mailpit(t)
	for _, subject := range []string{"日报 9 月", "second"} {
		send(t, server, subject)
	}
	got := server.Await(t, "principal@example.com")
	if got.Subject != "日报 9 月" || got.From.Address != "zhike@example.com" || got.To[0].Name != "校长" {
		t.Errorf("message = %+v", got)
	}
	if got.Text != "实收 1,200.00\r\n" && got.Text != "实收 1,200.00" {
		t.Errorf("text = %q", got.Text)
	}
	if got.HTML != "<p>实收 1,200.00</p>" {
		t.Errorf("html = %q", got.HTML)
	}
	if len(got.Attachments) != 1 || got.Attachments[0].FileName != "日报.csv" || string(got.Attachments[0].Content) != "a,b\n" {
		t.Errorf("attachments = %+v", got.Attachments)
	}
	if all := server.Messages(t); len(all) != 2 || all[1].Subject != "second" {
		t.Errorf("messages = %+v, want two, the oldest first", all)
	}
}

func send(t *testing.T, server *testkit.MailServer, subject string) {
	t.Helper()
	m := mail.NewMsg()
	m.Subject(subject)
	m.SetBodyString(mail.TypeTextPlain, "实收 1,200.00")
	m.AddAlternativeString(mail.TypeTextHTML, "<p>实收 1,200.00</p>")
	if err := m.FromFormat("Zhike", "zhike@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := m.AddToFormat("校长", "principal@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := m.AttachReader("日报.csv", bytes.NewReader([]byte("a,b\n"))); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(server.SMTP)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mail.NewClient(host, mail.WithPort(number), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.DialAndSendWithContext(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

package mail_test

import (
	"bytes"
	"strings"
	"testing"

	"zhike/internal/testkit"
)

// A message arrives as it was written.
func TestTRU7_Send(t *testing.T) {
	server := testkit.Mailpit(t)
	s := sender(t, server.SMTP)
	m := report("林岚 <send@school.example>")
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.Await(t, "send@school.example")
	if got.Subject != m.Subject || strings.TrimSpace(got.Text) != m.Text || !strings.Contains(got.HTML, m.HTML) {
		t.Errorf("subject %q, text %q, HTML %q", got.Subject, got.Text, got.HTML)
	}
	if got.From.Name != "知客" || got.To[0].Name != "林岚" {
		t.Errorf("from %s to %s", got.From, got.To[0])
	}
	if len(got.Attachments) != 1 || got.Attachments[0].FileName != "销售日报.pdf" || !bytes.Equal(got.Attachments[0].Content, m.Attachments[0].Content) {
		t.Errorf("attachments = %+v", got.Attachments)
	}
}

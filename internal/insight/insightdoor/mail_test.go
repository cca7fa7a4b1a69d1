package insightdoor_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/finance"
	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/mail"
	"zhike/internal/kernel/money"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// A report leaves by the queue for a real mail server, with what its recipient may see; running its job again sends nothing more.
func TestINS6_Mail(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := testkit.Mailpit(t)
		sender := senderTo(t, server.SMTP)
		for center, yuan := range map[id.ID]int64{s.HD: 9_000, s.CY: 7_000} {
			c := s.Contract(t, center)
			_, err := finance.TakePayment.Run(s.FrontDesk(center), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "card", Amount: money.Yuan(yuan)})
			if err != nil {
				t.Fatal(err)
			}
		}
		principal := s.StaffID(s.Principal(s.HD))
		address := "principal-" + s.Clock.NewID().String() + "@school.example" // the mail server serves other tests too
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: principal, Email: &address}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: sender, Public: "https://zhike.school.example"}
		jobs.Register(s.App.Jobs, post.Send)
		if err := s.App.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The general manager sees both centers; the mail to the principal holds one of them.
		out, err := insight.MailReport.Run(s.GM(), s.Ops, insight.MailReportInput{Report: "daily-sales", Staff: []id.ID{principal}})
		if err != nil {
			t.Fatal(err)
		}
		got := server.Await(t, address)
		if err := s.App.Jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := post.Send(s.System(), insight.SendMail{MailID: out.Mails[0]}); err != nil {
			t.Fatal(err)
		}
		sent := 0
		for _, m := range server.Messages(t) {
			for _, to := range m.To {
				if to.Address == address {
					sent++
				}
			}
		}
		if sent != 1 {
			t.Errorf("%d mails were sent, want 1", sent)
		}
		for _, body := range []string{got.Text, got.HTML} {
			if !strings.Contains(body, "9,000") || strings.Contains(body, "7,000") || strings.Contains(body, "16,000") || strings.Contains(body, "朝阳") {
				t.Errorf("the mail does not hold just the recipient's center:\n%s", body)
			}
		}
		if !strings.Contains(got.Subject, "销售日报") || !strings.Contains(got.Text, "https://zhike.school.example/reports/daily-sales") {
			t.Errorf("subject %q, or no way back to the report", got.Subject)
		}
	})
}

// senderTo sends to a mail server in the clear.
func senderTo(t *testing.T, addr string) *mail.Sender {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := mail.New(mail.Config{Host: host, Port: number, TLS: mail.Clear, From: "zhike@school.example"})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

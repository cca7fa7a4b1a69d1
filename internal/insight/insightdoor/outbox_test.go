package insightdoor_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// addressed gives a principal an address of its own, and the report's mail to it.
func addressed(t *testing.T, s *testkit.School) (address string, mail id.ID) {
	t.Helper()
	principal := s.StaffID(s.Principal(s.HD))
	address = "principal-" + s.Clock.NewID().String() + "@school.example" // the mail server serves other tests too
	if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: principal, Email: &address}); err != nil {
		t.Fatal(err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	out, err := insight.MailReport.Run(s.GM(), s.Ops, insight.MailReportInput{Report: "daily-sales", Staff: []id.ID{principal}})
	if err != nil {
		t.Fatal(err)
	}
	return address, out.Mails[0]
}

// TestTRU7_Retry: what failed is sent again by an operation; what was sent, or is being sent, is not.
func TestTRU7_Retry(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, key := addressed(t, s)
		settle := func(state string, failure error) {
			if err := insight.SettleMail(s.System(), s.Ops, mailOf(t, s, key), state, failure); err != nil {
				t.Fatal(err)
			}
		}
		settle(insight.MailFailed, errors.New("mail refused at recipient: 550"))
		s.Exec(t, "UPDATE mails SET attempts = 12 WHERE id = ?", key)
		var p *problem.Problem
		if _, err := insight.RetryMail.Run(s.Principal(s.HD), s.Ops, insight.RetryMailInput{MailID: key}); !errors.As(err, &p) || p.Status != 403 {
			t.Errorf("a principal: %v", err)
		}
		before := len(s.Facts(t))
		if _, err := insight.RetryMail.Run(s.IT(), s.Ops, insight.RetryMailInput{MailID: key}); err != nil {
			t.Fatal(err)
		}
		if m := mailOf(t, s, key); m.State != insight.MailWaiting || m.Attempts != 0 || m.Problem != "" {
			t.Errorf("mail = %+v, want it waiting as a new one", m)
		}
		if got := s.Facts(t)[before:]; !slices.Equal(got, []string{"insight.mail-retried.1"}) {
			t.Errorf("facts = %v", got)
		}
		for _, state := range []string{insight.MailSent, insight.MailSending} {
			settle(state, nil)
			if _, err := insight.RetryMail.Run(s.IT(), s.Ops, insight.RetryMailInput{MailID: key}); !errors.As(err, &p) || p.Code != "mail-"+state {
				t.Errorf("of one that is %s: %v", state, err)
			}
		}
		s.Check(t)
	})
}

// TestTRU7_WaitsForServer: a mail for which no server is named waits, however long, and leaves when the program starts with one.
func TestTRU7_WaitsForServer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := testkit.Mailpit(t)
		ended := make(chan struct{}, 10)
		jobs.Register(s.App.Jobs, func(context.Context, insight.SendMail) error {
			ended <- struct{}{}
			return jobs.Over(errors.New("no server"))
		})
		if err := s.App.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		address, key := addressed(t, s)
		<-ended
		if err := s.App.Jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m := mailOf(t, s, key); m.State != insight.MailWaiting {
			t.Errorf("mail = %+v, want it waiting", m)
		}
		states := map[string]int64{}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			states, err = jobs.States(ctx, tx.Tx)
			return err
		})
		if states["cancelled"] != 1 {
			t.Errorf("jobs by state: %v", states)
		}
		later, err := jobs.New(s.App.DB, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: senderTo(t, server.SMTP), Public: "https://zhike.school.example"}
		jobs.Register(later, post.Send)
		if err := insight.RequeueMails(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if err := later.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.Await(t, address)
		if err := later.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m := mailOf(t, s, key); m.State != insight.MailSent {
			t.Errorf("mail = %+v, want it sent", m)
		}
	})
}
